package prefix_test

import (
	"net/http"
	"strings"
	"sync"
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
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/prefix"
	"flarewire/views/review"
	"flarewire/views/route"
)

// person sits at the prefixes of a simulated account. Everything runs in a bubble whose clock moves only
// when the person waits.
type person struct {
	*simaccount.Server
	t    *testing.T
	app  *tui.App
	msgs chan tea.Msg
	line *line
}

// line is the way to the account: it takes its time and counts who is on it.
type line struct {
	next http.RoundTripper
	took time.Duration

	mu         sync.Mutex
	busy, most int
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	l.busy++
	l.most = max(l.most, l.busy)
	l.mu.Unlock()
	time.Sleep(l.took)
	l.mu.Lock()
	l.busy--
	l.mu.Unlock()
	return l.next.RoundTrip(r)
}

// sit tells a story in a bubble, beginning at the list of prefixes; before changes the account first.
func sit(t *testing.T, before func(*simaccount.Server), story func(*person)) {
	synctest.Test(t, func(t *testing.T) {
		sim := simaccount.New(simaccount.Options{})
		if before != nil {
			before(sim)
		}
		p := &person{Server: sim, t: t, msgs: make(chan tea.Msg, 10000), line: &line{next: sim.RoundTripper(), took: 50 * time.Millisecond}}
		sender, err := api.NewSender(api.Options{Transport: p.line, Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		client := sender.Client()
		account := client.In(sim.Account())
		writer, err := change.New(change.Options{Account: account, Sender: sender})
		if err != nil {
			t.Fatal(err)
		}
		known := store.New(account, time.Now, 0)
		known.Use(store.FromAccount(account))
		env := &kit.Env{Ctx: t.Context(), Client: client, Account: account, Writer: writer, Glyphs: tui.UnicodeGlyphs, Now: time.Now,
			Feed: live.New(t.Context(), known)}
		services := []tui.Service{env, env.Feed, review.Outcomes{}}
		for _, make := range []func(*kit.Env) kit.Module{prefix.New, route.New} {
			m := make(env)
			env.Add(m)
			services = append(services, m.Services()...)
		}
		p.app = tui.NewApp(tui.Options{Name: "flarewire", Home: env.Modules()[0].PaletteEntries()[0].Open, Services: services,
			Theme: tui.ThemeNone})
		p.send(tea.WindowSizeMsg{Width: 109, Height: 60})
		p.run(p.app.Init())
		p.wait(time.Second)
		defer time.Sleep(time.Hour) // the program's timers run out, and nobody starts new ones
		story(p)
	})
}

func (p *person) send(msg tea.Msg) {
	_, cmd := p.app.Update(msg)
	p.run(cmd)
}

func (p *person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				p.run(c)
			}
		default:
			p.msgs <- msg
		}
	}()
}

// wait lets time go by, a moment at a time, so that everything that is due happens about when it is due.
func (p *person) wait(d time.Duration) {
	step := max(10*time.Millisecond, d/5000)
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(step) {
		synctest.Wait()
		for len(p.msgs) > 0 {
			p.send(<-p.msgs)
		}
	}
}

// press presses keys with a second between them.
func (p *person) press(keys ...string) *person {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "right": tea.KeyRight, "down": tea.KeyDown}
	for _, k := range keys {
		msg := tea.KeyPressMsg{Text: k, Code: []rune(k)[0]}
		if code, ok := named[k]; ok {
			msg = tea.KeyPressMsg{Code: code}
		}
		if rest, ok := strings.CutPrefix(k, "ctrl+"); ok {
			msg = tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
		}
		p.send(msg)
		p.wait(time.Second)
	}
	return p
}

// types writes a text without pauses.
func (p *person) types(text string) *person {
	for _, r := range text {
		p.send(tea.KeyPressMsg{Text: string(r), Code: r})
	}
	p.wait(50 * time.Millisecond)
	return p
}

// goTo puts the cursor on the row of a network.
func (p *person) goTo(cidr string) *person {
	p.t.Helper()
	p.press("g")
	for range 60 {
		if strings.HasPrefix(p.rowOf(cidr), "▌") {
			return p
		}
		p.press("j")
	}
	p.t.Fatalf("the cursor does not get to %s:\n%s", cidr, p.screen())
	return p
}

// rowOf is the line of the screen with a network.
func (p *person) rowOf(cidr string) string {
	for _, l := range strings.Split(p.screen(), "\n") {
		if strings.Contains(l, " "+cidr+" ") {
			return l
		}
	}
	return ""
}

func (p *person) screen() string { return ansi.Strip(p.app.Screen()) }

// sees checks that all texts are on the screen, whatever the line breaks and gaps.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	words := strings.Join(strings.Fields(p.screen()), " ")
	for _, text := range texts {
		if !strings.Contains(words, text) {
			p.t.Errorf("%q is not on the screen:\n%s", text, p.screen())
		}
	}
}

// writes are the requests that could have changed something.
func (p *person) writes() []simaccount.Request {
	var out []simaccount.Request
	for _, r := range p.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/graphql") {
			out = append(out, r)
		}
	}
	return out
}

// asked counts the requests whose path ends like this.
func (p *person) asked(end string) int {
	n := 0
	for _, r := range p.Requests() {
		if strings.HasSuffix(r.Path, end) {
			n++
		}
	}
	return n
}
