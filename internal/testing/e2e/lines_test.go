package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// talk is somebody who reads and answers line by line, on a terminal that can do nothing else.
type talk struct {
	*ptytest.Terminal
	t    *testing.T
	read int // how much of what the program wrote was read
}

func listen(t *testing.T, a *account, args ...string) *talk {
	t.Helper()
	return hear(t, a.env("TERM=dumb"), args...)
}

func hear(t *testing.T, env []string, args ...string) *talk {
	t.Helper()
	term := sit(t, ptytest.Options{Args: append([]string{"--accessible"}, args...), Env: append([]string{"TERM=dumb"}, env...), Cols: 132,
		Rows: 50})
	return &talk{Terminal: term, t: t}
}

// hears reads on until all texts were said, in this order.
func (k *talk) hears(texts ...string) {
	k.t.Helper()
	for _, text := range texts {
		k.WaitFor(fmt.Sprintf("%q to be said after %q", text, k.tail()), func(ptytest.Screen) bool {
			return strings.Contains(string(k.Transcript()[k.read:]), text)
		})
		k.read += strings.Index(string(k.Transcript()[k.read:]), text) + len(text)
	}
}

func (k *talk) tail() string {
	said := string(k.Transcript()[:k.read])
	return said[max(0, len(said)-60):]
}

// answers waits for a question and answers it.
func (k *talk) answers(question, text string) {
	k.t.Helper()
	k.hears(question)
	k.Type(text + "\r")
}

// ends reads the rest: the exit code, no escape sequence in all that was said, the terminal as before.
func (k *talk) ends(code int) {
	k.t.Helper()
	if got := k.Wait(); got != code {
		k.t.Errorf("exit code %d, want %d:\n%s", got, code, k.Transcript())
	}
	if i := bytes.IndexByte(k.Transcript(), 0x1b); i >= 0 {
		k.t.Errorf("an escape sequence was written: %q", k.Transcript()[max(0, i-40):min(len(k.Transcript()), i+40)])
	}
	k.AssertRestored(k.t)
}

// pressed answers a question with nothing.
func (k *talk) pressed(questions ...string) {
	k.t.Helper()
	for _, q := range questions {
		k.answers(q, "")
	}
}

func TestLineByLineAnIPsecTunnelComesUpFromNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	k := listen(t, a, "--refresh", "5s")
	k.answers("Tunnels", ":ipsec")
	k.answers("IPsec tunnels, row 1", "new")
	k.hears("New IPsec tunnel.", "Step 1 of 5: Endpoints")
	k.answers("Name [", "muc br9")
	k.hears("Not accepted: Use only letters, digits")
	k.answers("Name [muc br9]:", "<") // an answer that is not accepted can be left
	k.hears("This is the first question")
	k.answers("Name [muc br9]:", "muc-br9-ipsec")
	k.answers("Cloudflare endpoint [192.0.2.11]:", "?")
	k.answers("=2 takes the suggestion", "")
	k.answers("Your endpoint [empty]:", "203.0.113.202")
	k.answers("Description [empty]:", "<")
	k.answers("Your endpoint [203.0.113.202]:", "<")
	k.answers("Cloudflare endpoint [192.0.2.11]:", ":leave")
	k.answers("Choose [1]:", "keep a draft")
	k.answers("IPsec tunnels, row 1", "new")
	k.hears("Resume the draft?")
	k.answers("Choose [1]:", "2")
	k.pressed("Name [muc-br9-ipsec]:", "Cloudflare endpoint [192.0.2.11]:", "Your endpoint [203.0.113.202]:")
	k.answers("Description [empty]:", "made line by line")
	k.hears("Step 2 of 5: Tunnel addresses")
	k.pressed("Interface address [")
	k.hears("Cloudflare's side ", ", your side ")
	k.pressed("Interface IPv6 [empty]:")
	k.hears("Step 3 of 5: BGP", "1 yes, 2 no")
	k.answers("BGP session [yes]:", "1")
	k.answers("Your AS number [empty]:", "13335")
	k.hears("Not accepted: AS 13335 is Cloudflare's side")
	k.answers("Your AS number [13335]:", "64777")
	k.answers("MD5 key, not shown while you type [empty]:", canary[:20])
	k.pressed("Extra prefixes [empty]:")
	k.answers("Health check: change these settings? yes or no [no]:", "yes")
	k.pressed("Enabled [yes]:", "Type [", "Direction [")
	k.hears("1 low, 2 mid, 3 high")
	k.answers("Rate [mid]:", "high")
	k.pressed("Target [", "IPsec: change these settings? yes or no [no]:")
	k.hears("Cloudflare's check (validate_only): passed.", "muc-br9-ipsec", "set (not shown)", "The request")
	k.answers("Review>", "") // return alone sends nothing
	k.answers("Nothing is new", "send")
	k.hears("Create IPsec tunnel muc-br9-ipsec: done.")
	k.answers("Review>", "generate-key")
	k.answers("psk_generate", "send")
	k.answers("Pre-shared key: hidden.", "kept")
	k.answers("show or copy the key first", "reveal")
	k.hears("This writes a secret into the output.")
	k.answers("Write it? yes or no [no]:", "")
	if strings.Contains(string(k.Transcript()), a.PSK("muc-br9-ipsec")) {
		t.Error("the key was written although nobody agreed to it")
	}
	k.answers("Pre-shared key>", "reveal")
	k.answers("Write it? yes or no [no]:", "yes")
	k.hears(a.PSK("muc-br9-ipsec"))
	k.answers("Pre-shared key>", "kept")
	k.answers("done.", "close")
	k.answers("Review>", "bring-up")
	k.hears("Bring up muc-br9-ipsec", "created: ", "TCP established: waiting", "BGP up: after that", "Return ends it.")
	a.passUntilHeard(k, "The session is up")
	k.Type("\r")
	k.answers("IPsec tunnels, row", "muc-br9-ipsec") // a row is opened by its name
	k.hears("State: Up")
	k.answers("muc-br9-ipsec>", "quit")
	k.ends(0)
	made := a.object(simaccount.IPsecTunnels, "muc-br9-ipsec")
	check, _ := made["health_check"].(map[string]any)
	if made["customer_endpoint"] != "203.0.113.202" || made["description"] != "made line by line" || check["rate"] != "high" {
		t.Errorf("made %v", made)
	}
	posts := 0
	for _, r := range a.writes() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/ipsec_tunnels") && !r.Query.Has("validate_only") {
			posts++
		}
	}
	if posts != 1 {
		t.Errorf("the tunnel was created %d times", posts)
	}
	if strings.Contains(string(k.Transcript()), canary[:20]) {
		t.Error("the MD5 key was written")
	}
}

// passUntilHeard lets the account's time go on until a text was said.
func (a *account) passUntilHeard(k *talk, text string) {
	a.t.Helper()
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for range int(patience / (50 * time.Millisecond)) {
		if strings.Contains(string(k.Transcript()[k.read:]), text) {
			break
		}
		<-every.C
		a.pass(2 * time.Second)
	}
	k.hears(text)
}

func TestLineByLineATunnelIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	k := listen(t, a)
	k.answers("Tunnels", "edit fra-dc1-gre")
	k.hears("Edit fra-dc1-gre.", "1  Name: fra-dc1-gre", "Description:", "BGP session: yes, fixed.")
	k.answers("Edit fra-dc1-gre>", "description")
	k.answers("Description [", "changed line by line")
	k.answers("Edit fra-dc1-gre>", "")
	k.hears("description", "changed line by line", "The request")
	k.answers("Review>", "send")
	k.hears(": done.")
	k.answers("Review>", "close")
	k.answers("Tunnels, row", "D fra-dc1-gre")
	k.hears("Delete GRE tunnel fra-dc1-gre", "The request")
	if got := a.object(simaccount.GRETunnels, "fra-dc1-gre")["description"]; got != "changed line by line" {
		t.Errorf("the description is %v", got)
	}
	k.answers("Review>", "send")
	k.answers("Type fra-dc1-gre to confirm, or return to cancel:", "")
	k.hears("Cancelled.")
	k.answers("Review>", "send")
	k.answers("Type fra-dc1-gre to confirm", "fra-dc2-gre")
	k.hears("That is not the name.")
	a.object(simaccount.GRETunnels, "fra-dc1-gre")
	k.answers("Type fra-dc1-gre to confirm", "fra-dc1-gre")
	a.passUntilHeard(k, ": done.")
	k.answers("Review>", "close")
	k.answers("Tunnels, row", "page")
	k.hears("13 tunnels")
	k.answers("Tunnels, row", "quit")
	k.ends(0)
	a.gone(simaccount.GRETunnels, "fra-dc1-gre")
}

// Return alone says what is different, and nothing else.
func TestLineByLineReturnSaysWhatIsNew(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	k := listen(t, a, "--refresh", "1h")
	k.hears("Tunnels, row")
	for said := ""; !strings.Contains(said, "Nothing is new.") || !strings.Contains(string(k.Transcript()), "health: "); {
		from := k.read
		k.Type("\r")
		k.hears("Tunnels, row")
		said = string(k.Transcript()[from:k.read]) // the health comes a moment after the rows
	}
	a.do(a.Mutate(simaccount.GRETunnels, "fra-dc2-gre", func(o simaccount.Object) { o["customer_gre_endpoint"] = "203.0.113.77" }))
	a.do(a.Mutate(simaccount.GRETunnels, "sjc-dc1-gre", func(o simaccount.Object) { o["name"] = "sjc-dc9-gre" }))
	k.Type("wide\r")
	k.answers("Tunnels, row", "")
	k.hears("fra-dc2-gre: customer: 203.0.113.77 (was ")
	k.answers("Tunnels, row", "mark sjc-dc9-gre")
	k.hears("sjc-dc9-gre: marked")
	k.answers("Tunnels, row", "filter nothing-is-called-so")
	k.hears("No row matches nothing-is-called-so.")
	k.answers("Tunnels>", "clear-filter")
	k.answers("Tunnels, row", "sort since")
	k.hears("Ordered by since.")
	k.answers("Tunnels, row", "no-such-thing")
	k.hears("Nothing here is called no-such-thing.")
	k.answers("Tunnels, row", "copy fra-dc2-gre")
	k.hears("There is no clipboard in line mode; here is the text:", "fra-dc2-gre")
	k.answers("Tunnels, row", "quit")
	k.ends(0)
	if strings.Contains(string(k.Transcript()), "OSC 52") {
		t.Error("it claims to have used the clipboard")
	}
}
