package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Two accounts have objects of equal names and ids. A session that falls, a problem that is muted and a change in one are seen in that
// one only: in the recorder's metrics and history, on the screen, and on the accounts themselves.
func TestTwoAccountsWithEqualNamesAndIDsNeverMix(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "north", "south")
	r := f.record(t, "--all-profiles", "--refresh", "5s")
	session := func(profile, state string) func() bool {
		return func() bool {
			return r.serves("flarewire_bgp_session_state", `"`+profile+`"`, `"fra-dc1-gre"`, `"`+state+`"`, "} 1")
		}
	}
	for profile := range f.edges {
		r.until(profile+" is read", session(profile, "up"))
	}
	if err := f.edges["south"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("the fall in the south", session("south", "down"))
	if !session("north", "up")() {
		t.Error("the fall in the south is told of the north")
	}
	f.onlySouthFell(t)

	term := sit(t, ptytest.Options{Args: []string{"--profile", "north", "--start", "tunnels"}, Env: f.env, Cols: 100, Rows: 40})
	f.stateOf(t, term, "Up")
	toAccount(term, "south")
	f.stateOf(t, term, "Down")
	f.describe(term, "changed in the south")
	goTo(term, "fra-dc1-gre")
	f.mute(term, "known in the south")
	jump(term, "muted", "known in the south")
	jump(term, "activity", "fra-dc1-gre")
	toAccount(term, "north")
	f.stateOf(t, term, "Up")
	jump(term, "muted", "Nothing is muted")
	jump(term, "activity", "fra-dc1-gre") // the journal is the machine's: it says whose change it was, and undoes it there only
	if line := cursorLine(term.WaitText("1 change")); !strings.Contains(line, "profile south") {
		t.Errorf("whose change it was is not said: %s", line)
	}
	term.Press("u")
	reads(term, "switch to it to undo it")
	for profile, want := range map[string]bool{"north": false, "south": true} {
		o, _ := f.edges[profile].Object(simaccount.GRETunnels, "fra-dc1-gre")
		if changed := o["description"] == "changed in the south"; changed != want {
			t.Errorf("in the %s the description is %v", profile, o["description"])
		}
	}
}

// onlySouthFell reads what the recorder has kept.
func (f *firm) onlySouthFell(t *testing.T) {
	t.Helper()
	kept, err := filepath.Glob(filepath.Join(strings.TrimPrefix(f.env[2], "XDG_STATE_HOME="), "flarewire", "history", "*.jsonl"))
	if err != nil || len(kept) != 2 {
		t.Fatalf("%v, %v", kept, err)
	}
	for _, path := range kept {
		text, err := os.ReadFile(path)
		fell := strings.Contains(string(text), `"name":"fra-dc1-gre","from":"up","to":"down"`)
		if err != nil || fell != strings.Contains(path, "south") {
			t.Errorf("%s: %v, %v\n%s", path, fell, err, text)
		}
	}
}

// stateOf fails when the list of tunnels shows fra-dc1-gre in another state.
func (f *firm) stateOf(t *testing.T, term *ptytest.Terminal, state string) {
	t.Helper()
	goTo(term, "fra-dc1-gre")
	if s := term.WaitFor("the list", listed); !strings.Contains(cursorLine(s), " "+state+" ") {
		t.Errorf("not %s: %s", state, cursorLine(s))
	}
}

// describe changes the description of the tunnel under the cursor.
func (f *firm) describe(term *ptytest.Terminal, text string) {
	term.Press("e")
	term.WaitText("Edit fra-dc1-gre")
	fill(term, "", "", "", "^"+text)
	term.Press("ctrl+s")
	send(term, "")
	done(term)
}

// mute mutes what is wrong with the tunnel under the cursor.
func (f *firm) mute(term *ptytest.Terminal, reason string) {
	term.Press("m")
	term.WaitText("Reason")
	term.Type(reason)
	term.Press("ctrl+s")
	term.WaitFor("the list", listed)
}

// toAccount goes over all accounts to the tunnels of another one.
func toAccount(term *ptytest.Terminal, profile string) {
	jump(term, "fleet", "2 accounts")
	toRow(term, profile)
	term.Press("enter")
	term.WaitFor("the account of "+profile, func(s ptytest.Screen) bool { return strings.Contains(title(s), "profile "+profile) })
	jump(term, "tunnels", "fra-dc1-gre")
}
