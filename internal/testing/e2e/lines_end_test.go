package e2e_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Wherever one is asked, the end of the input ends the program and ctrl+c interrupts it; the terminal echoes
// again, and nothing was sent.
func TestLineByLineEveryQuestionCanBeEnded(t *testing.T) {
	t.Parallel()
	form := func(k *talk) {
		k.answers("Tunnels, row", ":ipsec")
		k.answers("IPsec tunnels, row", "new")
	}
	choice := func(k *talk) {
		form(k)
		k.answers("Name [", "muc-br9-ipsec")
		k.pressed("Cloudflare endpoint [")
		k.answers("Your endpoint [", "203.0.113.202")
		k.pressed("Description [", "Interface address [", "Interface IPv6 [")
	}
	secret := func(k *talk) {
		choice(k)
		k.answers("BGP session [", "yes")
		k.answers("Your AS number [", "64777")
	}
	for name, go_ := range map[string]func(*talk){
		"a page":          func(k *talk) { k.hears("Tunnels, row") },
		"the first field": func(k *talk) { form(k); k.hears("Name [") },
		"a choice":        func(k *talk) { choice(k); k.hears("BGP session [") },
		"a secret": func(k *talk) {
			secret(k)
			k.hears("MD5 key, not shown while you type [empty]:")
			k.Type("half a secret")
		},
		"an empty secret":   func(k *talk) { secret(k); k.hears("MD5 key, not shown while you type [empty]:") },
		"a folded part":     func(k *talk) { secret(k); k.pressed("MD5 key", "Extra prefixes ["); k.hears("change these settings?") },
		"the form's choice": func(k *talk) { k.answers("Tunnels, row", "edit 7"); k.hears("Edit ams-br2-ipsec>") },
		"the text of a filter": func(k *talk) {
			k.answers("Tunnels, row", "filter")
			k.hears("Text, empty for none:")
		},
		"a dialog": func(k *talk) { k.answers("Tunnels, row", "new"); k.hears("Choose [1]:") },
		"a name to be typed": func(k *talk) {
			k.answers("Tunnels, row", "delete 7")
			k.answers("Review>", "send")
			k.hears("to confirm, or return to cancel:")
		},
		"the bring-up": func(k *talk) { k.answers("Tunnels, row", "bring-up 7"); k.hears("Return ends it.") },
	} {
		for how, c := range map[string]struct {
			end  func(*talk)
			code int
		}{
			"ctrl+c": {func(k *talk) { k.Press("ctrl+c") }, 130},
			"ctrl+d": {func(k *talk) { k.Press("ctrl+d", "ctrl+d") }, 0},
			"SIGHUP": {func(k *talk) { k.Signal(syscall.SIGHUP) }, 129},
		} {
			if how != "ctrl+c" && name == "a secret" {
				continue // ctrl+d means nothing while something is typed, and a signal may overtake what was
			}
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				a := newAccount(t, simaccount.Options{})
				k := listen(t, a)
				go_(k)
				c.end(k)
				k.ends(c.code)
				for _, r := range a.writes() {
					if !r.Query.Has("validate_only") {
						t.Errorf("%s %s was sent", r.Method, r.Path)
					}
				}
				if bytes.Contains(k.Transcript(), []byte("half a secret")) {
					t.Error("the secret was echoed")
				}
			})
		}
	}
}

// pipe runs the program with lines on its standard input and gives what it says.
func pipe(t *testing.T, env, args []string, lines ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), args...)
	home := t.TempDir()
	cmd.Env = append([]string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"XDG_STATE_HOME=" + filepath.Join(home, "state"), "LANG=C.UTF-8", "ACCESSIBLE=1"}, env...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if i := bytes.IndexByte(said, 0x1b); i >= 0 {
		t.Errorf("an escape sequence was written: %q", said[max(0, i-40):min(len(said), i+40)])
	}
	return string(said)
}

// Through a pipe, at once and with nobody looking: every answer meets its question, and the transcript says both.
func TestLineByLineThroughAPipe(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	said := pipe(t, a.env(), []string{"--start", "gre"},
		"new", "muc-br9-gre", "", "203.0.113.201", "from a pipe", "", "", "yes", "64777", "", "no", "no", "send", "close", "open muc-br9-gre",
		"more",
		"quit")
	for _, want := range []string{"]: muc-br9-gre\n", "MD5 key: not asked. A secret is asked for on a terminal only",
		"Create GRE tunnel muc-br9-gre: done.", "Description: from a pipe"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s", want, said)
		}
	}
	if made := a.object(simaccount.GRETunnels, "muc-br9-gre"); made["customer_gre_endpoint"] != "203.0.113.201" {
		t.Errorf("made %v", made)
	}
}

// Every page can be read, asked for help about, and left; so can the page of its first row, and with a row the
// form that makes a new one.
func TestLineByLineEveryPageCanBeReadAndLeft(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	places := regexp.MustCompile(`(?m)^:([a-z-]+)`).FindAllStringSubmatch(pipe(t, a.env(), nil, ":"), -1)
	if len(places) < 15 {
		t.Fatalf("only %d pages: %v", len(places), places)
	}
	for _, p := range places {
		name := p[1]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := pipe(t, a.env(), []string{"--start", "services"}, ":"+name, "help", "", "page", "1", "help", "page", ":services", ":"+name,
				"new", ":leave", "2", "quit", "2")
			pages := 2
			if name == "setup" {
				pages = 1 // its rows lead to forms, where that is an answer
			}
			for _, want := range []string{"Everywhere:", "Commands: "} {
				if strings.Count(said, want) < pages {
					t.Errorf("%q was not said of every page:\n%s", want, said)
				}
			}
			for _, sign := range []string{"●", "◐", "✗", "○", "▌", "▸", "✓", "▁", "█"} {
				if strings.Contains(said, sign) {
					t.Errorf("a sign for the eye, %s:\n%s", sign, said)
				}
			}
			if !strings.HasPrefix(said, "flarewire, line by line.") || strings.Contains(said, "fault of its own") {
				t.Errorf("it went wrong:\n%s", said)
			}
		})
	}
	a.untouched()
}

// Where there is no UTF-8, nothing but ASCII is written.
func TestLineByLineInPlainASCII(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.do(a.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["description"] = "Köln \x1b]0;owned\x07" }))
	said := pipe(t, append(a.env(), "LANG=C"), []string{"--start", "gre"}, "fra-dc1-gre", "edit", "", "quit")
	for _, c := range []byte(said) {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("byte %#x was written:\n%q", c, said)
		}
	}
}

func TestLineByLineReadOnlyChangesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	said := pipe(t, a.env("ACCESSIBLE="), []string{"--accessible", "--read-only", "--start", "gre"}, "new", "delete 1", "help new", "quit")
	for _, want := range []string{"Read-only.", "this session is read-only", "Not now: this session is read-only"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s", want, said)
		}
	}
	a.untouched()
}

// Signing in line by line: the token is not echoed, and is in nothing that is written.
func TestLineByLineSignIn(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	k := hear(t, n.env())
	k.hears("Nobody is signed in")
	k.answers("Sign in>", "sign-in")
	k.hears("1 API token, 2 e-mail + Global API Key")
	k.answers("Sign in with [API token]:", "")
	k.answers("API token, not shown while you type [empty]:", "short")
	k.hears("Accepted, with a warning: 5 characters")
	k.answers("Account id [empty]:", "<")
	k.answers("API token, not shown while you type [kept]:", realToken)
	k.answers("Account id [empty]:", "")
	k.hears("Valid: a user token", "Tunnels and BGP", "allowed")
	k.answers("Verify>", "keep")
	k.hears("Where is the credential to be kept?", "OS keyring, not here", "file")
	k.answers("Where to keep it, row", "2")
	k.answers("Profile [default]:", "")
	k.answers("Passphrase, not shown while you type [empty]:", "correct horse battery")
	k.answers("The same again, not shown while you type [empty]:", "correct horse batter")
	k.hears("Not accepted: not the same yet")
	k.answers("The same again, not shown while you type [kept]:", "correct horse battery")
	k.pressed("Read-only [no]:")
	k.answers("Production [no]:", "yes")
	k.hears("profile default", "age file", "PRODUCTION.")
	k.answers("Tunnels, row", "quit")
	k.ends(0)

	// The next morning.
	k = hear(t, n.env())
	k.answers("Passphrase, not shown while you type [empty]:", "wrong")
	k.hears("Not accepted: ", "the passphrase is wrong")
	k.answers("Passphrase, not shown while you type [", "correct horse battery")
	k.hears("14 tunnels")
	k.Press("ctrl+c")
	k.ends(130)
	nowhere(t, realToken, []*ptytest.Terminal{k.Terminal}, n.home)
	nowhere(t, "correct horse", []*ptytest.Terminal{k.Terminal}, n.home)
}

// A terminal that can show no full screen is told of this mode; a command that has lines anyhow says so.
func TestLineByLineIsNamedWhereItHelps(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Env: a.env("TERM=dumb")})
	if code := term.Wait(); code != 2 || !strings.Contains(string(term.Transcript()), "--accessible") {
		t.Errorf("exit %d: %s", code, term.Transcript())
	}
	term = sit(t, ptytest.Options{Env: a.env("ACCESSIBLE=1"), Args: []string{"--accessible=false"}}) // the flag has the last word
	term.WaitFor("the list of tunnels", listed)
	term = ptytest.Start(t, ptytest.Options{Path: ptytest.Build(t), Args: []string{"version", "--accessible"}, Env: a.env(),
		Timeout: patience})
	if code := term.Wait(); code != 0 || !strings.Contains(strings.Join(strings.Fields(string(term.Transcript())), " "),
		"version writes lines anyhow") {
		t.Errorf("exit %d: %s", code, term.Transcript())
	}
}

// A long list is read in parts; a number means the row that had it, also after the order has changed.
func TestLineByLineALongList(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{Tunnels: 100})
	said := pipe(t, a.env(), []string{"--start", "tunnels"}, "more", "sort name", "more", "more", "45", "quit")
	for _, want := range []string{"And 60 more rows: more reads on", "And 20 more rows: more reads on", "\n100  "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s", want, said)
		}
	}
	sorted := said[strings.Index(said, "Ordered by name"):]
	name := regexp.MustCompile(`\n45  ([^,]+),`).FindStringSubmatch(sorted)
	if len(name) == 0 || !strings.Contains(sorted, "\n"+name[1]+". Fetched") {
		t.Errorf("row 45, %v, was not opened:\n%s", name, sorted)
	}
}

// While Cloudflare does not answer, the program says that it waits, and can be left.
func TestLineByLineWhileNothingAnswers(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	release := a.hold()
	k := listen(t, a)
	k.hears("Asking Cloudflare.", "Still waiting.")
	k.answers("Waiting>", "help")
	k.hears("Everywhere:")
	release()
	k.answers("Tunnels, row", ":requests")
	release = a.hold()
	defer release()
	k.answers("Requests, row", ":slots")
	k.hears("Still waiting.")
	k.answers("Waiting>", "quit")
	k.ends(0)
}
