package e2e_test

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/internal/testing/ptytest"
)

// nightFaults are the faults that a night can bring, the object in which each shows, and the words in which the overview
// names the cause. Where the API shows two causes alike, both are named.
var nightFaults = []struct {
	fault  simaccount.Trouble
	object string
	says   []string
}{
	{simaccount.WrongASN, "fra-dc1-gre", []string{"this points to a wrong AS number on one side", "remote AS 13335"}},
	{simaccount.WrongMD5, "fra-dc2-gre", []string{"different keys or to a router that does not initiate the session",
		"The API shows both alike"}},
	// It was up a moment ago, which was seen.
	{simaccount.RouterDoesNotDial, "fra-dc1-gre", []string{"Session lost", "The session was up until", "there has been no TCP"}},
	{simaccount.ChecksSwitchedOff, "jnb-br1-ipsec", []string{"Health checks are off", "Turn health checks on"}},
	{simaccount.FirewallStopsProbes, "fra-dc1-gre", []string{"a stateful firewall that drops ICMP replies", "type to request"}},
	{simaccount.SubnetsOverlap, "fra-dc2-gre", []string{"interface subnet overlaps with another tunnel's", "a free /31"}},
	{simaccount.RouteMissing, "sjc-dc1-gre", []string{"No static route points to this tunnel", "create a route"}},
	{simaccount.Withdrawn, "198.18.10.0/24", []string{"does not advertise 198.18.10.0/24", "advertise it again"}},
	{simaccount.BindingLost, "198.18.10.0/24", []string{"198.18.10.0/24", "bind"}},
	{simaccount.StatusNotRefreshed, "jnb-br1-ipsec", []string{"status has not been updated", "Check the session on the router"}},
	{simaccount.KeyNotSet, "jnb-br1-ipsec", []string{"shows no pre-shared key", "Generate a key"}},
	{simaccount.PathDown, "fra-dc1-gre", []string{"Health checks through the tunnel are failing", "IP protocol 47"}},
	{simaccount.LargePacketsLost, "fra-dc1-gre", []string{"no KEEPALIVE gets through", "the MTU is an unlikely cause"}},
}

// reading is the screen as running text: the reading below the list is wrapped.
func reading(s ptytest.Screen) string { return strings.Join(strings.Fields(s.Text()), " ") }

func says(texts ...string) func(ptytest.Screen) bool {
	return func(s ptytest.Screen) bool {
		for _, text := range texts {
			if !strings.Contains(reading(s), text) {
				return false
			}
		}
		return true
	}
}

// Somebody watches the overview when a fault begins: after one refresh the object is in the list of what is wrong, and
// its cause stands below.
func TestEveryFaultOfANightIsOnTheOverviewWithinOneRefresh(t *testing.T) {
	t.Parallel()
	for _, night := range nightFaults {
		t.Run(string(night.fault), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			for kind, name := range map[simaccount.Resource]string{simaccount.GRETunnels: "lhr-hq-gre", simaccount.IPsecTunnels: "sin-dc1-ipsec"} {
				a.do(a.SetBGP(kind, name, "Established")) // while a session comes up, polls are not one refresh apart
			}
			term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "10m"}, Env: a.env()})
			s := term.WaitFor("the overview with every source", func(s ptytest.Screen) bool {
				// The diagnosis comes after what it rests on: the worst is a prefix.
				return strings.Contains(cursorLine(s), "198.18.20.0/24") && s.Contains("iad-dc1-gre") && s.Contains(" ports ") &&
					!s.Contains("waiting") && s.Contains("CNI ")
			})
			if says(night.says...)(s) {
				t.Fatalf("the overview says it before it is so:\n%s", s.Box())
			}
			befallen, err := a.Inject(night.fault)
			a.do(err)
			if befallen.Name != night.object {
				t.Fatalf("the fault shows in %s", befallen.Name)
			}
			a.pass(time.Second) // an answer of now is not one of before
			asked := len(a.Requests())
			term.Press("r")
			look(term, night.object, night.says)
			tunnelLists := 0
			for _, r := range a.Requests()[asked:] {
				if strings.HasSuffix(r.Path, "/gre_tunnels") {
					tunnelLists++
				}
			}
			if tunnelLists != 1 {
				t.Errorf("it took %d refreshes", tunnelLists)
			}
		})
	}
}

// From the start of the program to the cause of a fault, and to the destinations that it affects: three keys at the most for each. The
// cause stands in the row; the rows that there is no room for are a page away.
func TestKeysFromTheStartToTheCauseAndToTheDestinations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault simaccount.Trouble
		cause string // as its row has it
		left  string // what is left of the ways to 198.18.10.0/24, behind the tunnels of Frankfurt; empty: all
	}{
		{simaccount.WrongASN, "ASN mismatch", ""},
		{simaccount.WrongMD5, "MD5 mismatch", ""},
		{simaccount.RouterDoesNotDial, "Router not connecting", ""},
		{simaccount.ChecksSwitchedOff, "Health check off", ""},
		{simaccount.FirewallStopsProbes, "Health check replies dropped", "1 of 2 paths healthy"},
		{simaccount.SubnetsOverlap, "Overlapping interface", "1 of 2 paths healthy"},
		{simaccount.RouteMissing, "Missing route", ""},
		{simaccount.Withdrawn, "Prefix withdrawn", " no"}, // not advertised
		{simaccount.BindingLost, "Lost binding", ""},
		{simaccount.StatusNotRefreshed, "Status not updated", ""},
		{simaccount.KeyNotSet, "No PSK", ""},
		{simaccount.PathDown, "Path or router at fault", "1 of 2 paths healthy"},
		{simaccount.LargePacketsLost, "No KEEPALIVE", ""},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			befallen, err := a.Inject(c.fault)
			a.do(err)
			a.pass(time.Second)
			term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env(), Cols: 80, Rows: 24})
			term.WaitFor("the overview with every source", func(s ptytest.Screen) bool {
				return s.Contains("Prefix withdrawn") && s.Contains("4 ports") && !s.Contains("waiting") && !s.Contains("not read yet")
			})
			row := func(s ptytest.Screen) bool {
				return slices.ContainsFunc(strings.Split(s.Text(), "\n"), func(line string) bool {
					return strings.Contains(line, befallen.Name) && strings.Contains(line, c.cause)
				})
			}
			keys := 0
			for s := step(term, "g"); !row(s) && keys < 4; keys++ {
				s = step(term, "pgdown")
			}
			s := term.Screen()
			if !row(s) || keys > 3 {
				t.Errorf("%d keys, and no row with the cause:\n%s", keys, s.Box())
			}
			term.Press("I")
			s = term.WaitFor("the destinations", showsAll("Destinations", "REDUNDANCY"))
			if !slices.ContainsFunc(strings.Split(s.Text(), "\n"), func(line string) bool {
				return strings.Contains(line, "198.18.10.0/24") && strings.Contains(line, cmp.Or(c.left, "2 healthy paths"))
			}) {
				t.Errorf("what is left behind Frankfurt is not told:\n%s", s.Box())
			}
			t.Logf("%s: %d keys from the start to the cause, 1 to the destinations", c.fault, keys)
		})
	}
}

// look waits until the object is in the list of what is wrong, with the cursor on it, and the words stand below.
func look(term *ptytest.Terminal, object string, words []string) {
	moveTo(term, object)
	term.WaitFor("the cause of "+object, func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), object) && says(words...)(s) })
}

// Sessions that go down at each rekeying can only be told by whoever has watched: the history of yesterday's run is enough.
func TestFlappingAtRekeyIsOnTheOverviewFromTheHistory(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	state := t.TempDir()
	watched := 5 * time.Hour
	a.pass(-watched)
	befallen, err := a.Inject(simaccount.FlapsAtRekey)
	a.do(err)
	client, err := api.New(api.Options{Transport: a.RoundTripper(), Now: a.clock, Budget: 1 << 20,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	a.do(err)
	w := store.New(client.In(a.Account()), a.clock, 0)
	path := store.HistoryPath(filepath.Join(state, "flarewire"), "env CLOUDFLARE_API_TOKEN", a.Account())
	w.UseHistory(store.OpenHistory(path, a.clock(), 0))
	for range int(watched / time.Minute) {
		w.Poll(t.Context())
		a.pass(time.Minute)
	}
	a.do(w.Close())
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env("XDG_STATE_HOME=" + state)})
	term.WaitFor("the overview", func(s ptytest.Screen) bool { return s.Contains("iad-dc1-gre") && s.Contains(" ports ") })
	look(term, befallen.Name, []string{"this points to IPsec rekeying", "stagger the rekeying"})
}
