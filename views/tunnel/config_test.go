package tunnel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/live"
)

// desk is somebody at the program: keys go in, the screen is read.
type desk struct {
	t         *testing.T
	app       *tui.App
	feed      *live.Feed
	queue     chan tea.Msg
	clipboard string
}

// sit opens the list of tunnels. It runs in a bubble of testing/synctest, in which waiting takes no time.
func sit(t *testing.T) (*desk, *simaccount.Server) {
	t.Helper()
	m, sim := account(t)
	d := newDesk(t, m)
	d.refresh()
	return d, sim
}

func newDesk(t *testing.T, m *Module) *desk {
	t.Helper()
	t.Cleanup(func() { time.Sleep(time.Minute) }) // what still waits for the clock comes to its end
	d := &desk{t: t, feed: m.env.Feed, queue: make(chan tea.Msg, 100)}
	d.app = tui.NewApp(tui.Options{Name: "flarewire", Home: m.PaletteEntries()[0].Open, Glyphs: tui.ASCIIGlyphs,
		Identity: func() tui.Identity { return tui.Identity{} }})
	d.send(tea.WindowSizeMsg{Width: 100, Height: 40})
	return d
}

// refresh fetches the tunnels, a second after whatever was read before: that would still count as fresh.
func (d *desk) refresh() {
	d.feed.Fresh(d.t.Context(), -time.Second, store.Target{Kind: store.GRETunnels})
	d.feed.Update(live.News())
	d.send(live.News())
}

// run does what a command does in the background, as the program does.
func (d *desk) run(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.queue <- cmd() }()
	}
}

// send gives a message to the program, and then all that follows from it but what waits for the clock.
func (d *desk) send(msg tea.Msg) {
	_, cmd := d.app.Update(msg)
	d.run(cmd)
	for {
		synctest.Wait()
		select {
		case msg := <-d.queue:
			d.take(msg)
		default:
			return
		}
	}
}

func (d *desk) take(msg tea.Msg) {
	if all, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range all {
			d.run(cmd)
		}
		return
	}
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" {
		d.clipboard = fmt.Sprint(msg)
	}
	if msg != nil {
		_, cmd := d.app.Update(msg)
		d.run(cmd)
	}
}

// press types keys, with a pause before each.
func (d *desk) press(keys ...string) {
	for _, k := range keys {
		time.Sleep(time.Second)
		switch k {
		case "enter":
			d.send(tea.KeyPressMsg{Code: tea.KeyEnter})
		case "tab":
			d.send(tea.KeyPressMsg{Code: tea.KeyTab})
		case "esc":
			d.send(tea.KeyPressMsg{Code: tea.KeyEscape})
		default:
			for _, r := range k {
				d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
		}
	}
}

func (d *desk) shows(texts ...string) {
	d.t.Helper()
	screen := ansi.Strip(d.app.View().Content)
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.t.Fatalf("no %q on the screen:\n%s", text, screen)
		}
	}
}

// goTo moves the cursor to a tunnel by filtering the list.
func (d *desk) goTo(name string) { d.press("/", name, "enter") }

func (d *desk) hides(texts ...string) {
	d.t.Helper()
	screen := ansi.Strip(d.app.View().Content)
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.t.Fatalf("%q is on the screen:\n%s", text, screen)
		}
	}
}

// write writes the page's text to path.
func (d *desk) write(path string) {
	d.press("w")
	d.shows("Write the configuration")
	d.send(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl})
	d.press(path)
	d.send(tea.KeyPressMsg{Code: 's', Mod: tea.ModCtrl})
}

// Somebody needs the other side of a tunnel, looks at it for two routers, copies it and writes it to a file.
func TestTheRoutersConfigurationIsReadCopiedAndWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := sit(t)
		d.goTo("fra-dc1-gre")
		d.press("c")
		d.shows("Cisco IOS-XE", "1 of 9", "Source: ")
		d.press("tab")
		d.shows("Juniper Junos", "2 of 9")
		d.press("y")
		if !strings.Contains(d.clipboard, "set protocols bgp group fra-dc1-gre peer-as 13335") {
			t.Errorf("the clipboard has:\n%s", d.clipboard)
		}

		path := filepath.Join(t.TempDir(), "router.set")
		d.write(path)
		d.hides("Write the configuration")
		text, err := os.ReadFile(path)
		if err != nil || string(text) != d.clipboard {
			t.Errorf("the file: %v\n%s", err, text)
		}
		d.write(filepath.Join(path, "nothing"))
		d.shows("Write the configuration", "cannot be written: not a directory")
	})
}

func TestAFileThatIsThereIsReplacedOnlyWhenTheUserSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := sit(t)
		d.goTo("fra-dc1-gre")
		d.press("c")
		path := filepath.Join(t.TempDir(), "router.txt")
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		d.write(path)
		d.shows("Replace the file?")
		d.press("enter")
		if text, _ := os.ReadFile(path); string(text) != "precious" {
			t.Errorf("after the answer to leave it the file has:\n%s", text)
		}
		d.send(tea.KeyPressMsg{Code: 's', Mod: tea.ModCtrl})
		d.press("r")
		if text, _ := os.ReadFile(path); !strings.HasPrefix(string(text), "! Cisco") {
			t.Errorf("after the answer to replace it the file has:\n%s", text)
		}
	})
}

// A new key can be put into the text while it can still be seen, and only when the user asks for it.
func TestANewKeyGoesIntoTheTextOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := sit(t)
		d.goTo("ams-br2-ipsec")
		d.press("c", "p")
		d.shows("the key is known only right after it is generated")
		d.press("esc", "K")
		d.shows("New pre-shared key for ams-br2-ipsec")
		time.Sleep(time.Second) // it is read first
		d.send(nil)
		d.press("enter", "ams-br2-ipsec", "enter")
		d.shows("This key is shown only here and only now", "with this key")
		d.press("y")
		key := d.clipboard
		if len(key) < 16 {
			t.Fatalf("there is no key to look for: %d characters", len(key))
		}
		d.press("c", "y")
		d.shows("1 of 7")
		if !strings.Contains(d.clipboard, "pre-shared-key REPLACE-WITH-PRE-SHARED-KEY") || strings.Contains(d.clipboard, key) {
			t.Error("the key is in the text before anybody asked for it")
		}
		d.press("p", "y")
		d.shows("with the pre-shared key")
		if !strings.Contains(d.clipboard, "pre-shared-key "+key) {
			t.Error("the key is not in the text that it was asked for")
		}
		d.press("p", "y")
		if strings.Contains(d.clipboard, key) {
			t.Error("the key stays in the text after it was taken out")
		}
		d.press("p")
		for range 6 {
			d.press("tab")
		}
		d.press("y")
		d.shows("Terraform", "7 of 7")
		if strings.Contains(d.clipboard, key) {
			t.Error("the key is in the text for Terraform, which would keep it")
		}
	})
}

func TestATunnelThatCannotBeWrittenSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, sim := sit(t)
		if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre",
			func(o simaccount.Object) { o["interface_address"] = "10.0.0.0/30" }); err != nil {
			t.Fatal(err)
		}
		d.refresh()
		d.goTo("fra-dc1-gre")
		d.press("c")
		d.shows("interface address is not a host", "Cisco IOS-XE")
		d.press("w")
		d.hides("Write the configuration")
	})
}

// Two marked tunnels of a router have one text, which is as wide as its commands: what does not fit is reached sideways.
func TestMarkedTunnelsHaveOneConfigurationThatScrollsSideways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := sit(t)
		d.press("/", "gre", "enter")
		for range 2 {
			d.send(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "})
			d.press("j")
		}
		d.shows("2 marked")
		d.press("c")
		d.shows("Router configuration", "Cisco IOS-XE", "2 tunnels of one router")
		d.press("y")
		if n := strings.Count(d.clipboard, "\ninterface Tunnel"); n != 2 {
			t.Fatalf("%d tunnel interfaces in the text:\n%s", n, d.clipboard)
		}
		d.press("tab", "l") // Junos has commands that are wider than the screen
		d.shows("Juniper Junos", "~iguration for 2 Cloudflare tunnels")
		d.press("h")
		d.shows("# Juniper Junos (SRX): configuration for 2 Cloudflare tunnels")
		path := filepath.Join(t.TempDir(), "router.set")
		d.write(path)
		d.shows("Written: " + path)
	})
}

// The text can be had on the bare terminal, whole and as it is, to be selected there.
func TestThePlainTextIsPrintedWithoutTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := account(t)
		m.env.Feed.Fresh(t.Context(), -time.Second, store.Target{Kind: store.GRETunnels})
		if len(sim.Objects(simaccount.GRETunnels)) == 0 {
			t.Fatal("there is no tunnel")
		}
		r := m.newRouterConfig(api.NewSecret("canary-key-0123456789"), api.Tunnel{Kind: api.IPsec, ID: strings.Repeat("a", 32),
			Name:               "waw\x1b[2J",
			CloudflareEndpoint: "162.159.66.10", CustomerEndpoint: "203.0.113.7", InterfaceAddress: "10.1.0.0/31"})
		if r.err != nil {
			t.Fatal(r.err)
		}
		for _, withKey := range []bool{false, true} {
			if withKey {
				r.withKey = true
				r.render()
			}
			msg := r.plain()()
			var out strings.Builder
			text := plainOf(t, msg)
			text.SetStdin(strings.NewReader("\n"))
			text.SetStdout(&out)
			if err := text.Run(); err != nil {
				t.Fatal(err)
			}
			if said := out.String(); !strings.Contains(said, r.config.Text()) || !strings.Contains(said, "Press enter to go back") ||
				strings.Contains(said, "\x1b") || strings.Contains(said, "clear the terminal's scrollback") != withKey ||
				strings.Contains(said, "canary-key") != withKey {
				t.Errorf("with the key: %v, printed:\n%s", withKey, said)
			}
		}
	})
}

// plainOf is what the message asks the terminal for.
func plainOf(t *testing.T, msg tea.Msg) tea.ExecCommand {
	t.Helper()
	cmd, _, ok := (&tui.Lines{}).Exec(msg)
	if !ok {
		t.Fatalf("%T does not ask for the terminal", msg)
	}
	return cmd
}

// After a tunnel was created, the router's side is one key away, also before the list shows the tunnel.
func TestTheRoutersConfigurationIsOfferedAfterCreating(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := account(t)
		for kind, after := range map[simaccount.Resource]func(change.Result) []tui.Action{
			simaccount.GRETunnels:   func(r change.Result) []tui.Action { return m.afterGRE(api.GRETunnel{}, r) },
			simaccount.IPsecTunnels: func(r change.Result) []tui.Action { return m.afterIPsec(api.IPsecTunnel{}, r) },
		} {
			created := sim.Objects(kind)[0]
			d := newDesk(t, m)
			for _, a := range after(change.Result{ID: created["id"].(string)}) {
				if a.Name == "router-config" {
					d.run(a.Run())
				}
			}
			d.send(nil)
			d.shows("Cisco IOS-XE", created["name"].(string))
		}
	})
}
