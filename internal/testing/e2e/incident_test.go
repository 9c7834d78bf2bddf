package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// fleetNames are the names of the tunnels that a simulated account of n generated ones has, by kind.
func fleetNames(t *testing.T, a *account) map[string]simaccount.Resource {
	t.Helper()
	var doc struct {
		Tunnels []struct{ Name, Kind string }
	}
	if err := json.Unmarshal([]byte(a.command(t, "status", "-o", "json")), &doc); err != nil {
		t.Fatal(err)
	}
	names := map[string]simaccount.Resource{}
	for _, tunnel := range doc.Tunnels {
		names[tunnel.Name] = map[string]simaccount.Resource{"gre": simaccount.GRETunnels, "ipsec": simaccount.IPsecTunnels}[tunnel.Kind]
	}
	return names
}

// command is what a command prints of the account.
func (a *account) command(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), args...)
	cmd.Env = a.env()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// massOutages are failures of many tunnels in one second, and how the first row of the overview names what they have in common.
var massOutages = map[string]struct {
	all   int                                        // tunnels of the account
	falls func(n int, kind simaccount.Resource) bool // whether the nth does
	share func(o simaccount.Object)                  // what those that fall have in common, where it must be made
	row   []string                                   // words of the first row
	says  []string                                   // words of the reading
}{
	"22 of 24 at one router": {24, func(n int, _ simaccount.Resource) bool { return n < 22 }, atOneRouter,
		[]string{"22 tunnels", "Outage", "All at router 198.51.100.7"}, []string{"22 of 24 tunnels down since",
			"the router with the address 198.51.100.7"}},
	"all of one router": {24, func(n int, _ simaccount.Resource) bool { return n < 4 }, atOneRouter,
		[]string{"4 tunnels", "All at router 198.51.100.7"}, []string{"4 of 24 tunnels down since"}},
	"all of one Cloudflare endpoint": {24, func(n int, _ simaccount.Resource) bool { return n%3 == 0 },
		func(o simaccount.Object) { setEnd(o, "cloudflare", "192.0.2.250") },
		[]string{"8 tunnels", "All at Cloudflare 192.0.2.250"}, []string{"8 of 24 tunnels down since"}},
	"all IPsec": {24, func(_ int, kind simaccount.Resource) bool { return kind == simaccount.IPsecTunnels }, nil,
		[]string{"12 tunnels", "All IPsec"}, []string{"12 of 24 tunnels down since", "UDP 500 and 4500"}},
	// Those without BGP are known to be down when the health is measured again; until then they speak for nothing.
	"1,000 of 1,000": {1000, func(int, simaccount.Resource) bool { return true }, nil,
		[]string{"970 tunnels", "Outage", "All at Cloudflare 192.0.2.129"}, []string{"970 of 1000 tunnels down since", "Next:"}},
}

func atOneRouter(o simaccount.Object) { setEnd(o, "customer", "198.51.100.7") }

// setEnd sets the endpoint of a side, which has another name in each kind of tunnel.
func setEnd(o simaccount.Object, side, address string) {
	for _, field := range []string{side + "_endpoint", side + "_gre_endpoint"} {
		if _, there := o[field]; there {
			o[field] = address
		}
	}
}

// Many tunnels fall within one second: what they have in common stands in the first row of the overview, with the moment, what it points
// to and what to do, at 80x24, one refresh later, and nobody has pressed a key. The command says it once, in at most 25 lines.
func TestAMassOutageIsOneIncident(t *testing.T) {
	t.Parallel()
	for name, c := range massOutages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{Tunnels: c.all})
			kinds := fleetNames(t, a)
			names := slices.Sorted(maps.Keys(kinds))
			for n, name := range names {
				a.do(a.SetBGP(kinds[name], name, "Established"))
				a.do(a.SetHealth(kinds[name], name, 1))
				if c.share != nil && c.falls(n, kinds[name]) {
					a.do(a.Mutate(kinds[name], name, c.share))
				}
			}
			a.pass(time.Minute)
			term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "5s"}, Env: a.env(), Cols: 80, Rows: 24})
			well := fmt.Sprintf("%d tunnels   BGP: ● ", c.all) // none is in a worse state
			term.WaitFor("a good day", func(s ptytest.Screen) bool { return s.Contains(well) && !s.Contains("waiting") })
			a.pass(time.Second)
			var fallen []string
			for n, name := range names {
				if c.falls(n, kinds[name]) {
					fallen = append(fallen, name)
					a.do(a.SetBGP(kinds[name], name, "Active"))
					a.do(a.SetHealth(kinds[name], name, 0))
				}
			}
			s := term.WaitFor("the incident in the first row", func(s ptytest.Screen) bool {
				first := cursorLine(s)
				return !slices.ContainsFunc(c.row, func(text string) bool { return !strings.Contains(first, text) }) && says(c.says...)(s)
			})
			if line := cursorLine(s); strings.Contains(line, "…") || !strings.Contains(s.Line(4)+s.Line(3)+s.Line(5), line) {
				t.Errorf("the row is cut, or not the first: %q\n%s", line, s.Box())
			}
			t.Logf("no key pressed:\n%s", s.Box())
			a.shortIncident(t, c.all, c.row[0], fallen)
			term.Press("i")
			term.WaitFor("the destinations behind it", showsAll("Destinations over "+c.row[0], "DESTINATION"))
			term.Press("esc")
			term.WaitText("AFFECTED")
			term.Press("enter")
			term.WaitFor("its members", showsAll("Incident", "MEMBER"))
		})
	}
}

// atHyphen is where a line ends within a name.
var atHyphen = regexp.MustCompile(`-\s*\n\s*`)

// shortIncident is what diagnose says of it, on a terminal of 80 columns: once, on at most 25 lines, with the name of each that fell or how
// many more there are, and before all that is no outage.
func (a *account) shortIncident(t *testing.T, all int, count string, fallen []string) {
	t.Helper()
	out := sit(t, ptytest.Options{Args: []string{"diagnose"}, Env: a.env(), Cols: 80, Rows: 400})
	if code := out.Wait(); code != 0 {
		t.Fatalf("diagnose ended with %d", code)
	}
	text := out.Screen().Text()
	n, _, _ := strings.Cut(count, " ")
	if n == "970" { // it asks for the health itself
		n = strconv.Itoa(all)
	}
	before, block, found := strings.Cut("\n"+text, "\n"+n+" of ")
	block, _, _ = strings.Cut(block, "\n\n")
	if lines := strings.Count(block, "\n") + 1; !found || lines > 25 || strings.Contains(before, "reduced") {
		t.Errorf("%d lines, or too late:\n%s", lines, text)
	}
	_, list, _ := strings.Cut(block, "Tunnels: ")
	list, more, _ := strings.Cut(atHyphen.ReplaceAllString(list, "-"), " and ")
	named := strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == '\n' || r == ',' })
	missing := slices.DeleteFunc(slices.Clone(fallen), func(name string) bool { return slices.Contains(named, name) })
	const most = 24 // names of one incident
	if whole := len(fallen) <= most; whole && len(missing) > 0 || !whole && strings.Join(strings.Fields(more), " ") != fmt.Sprintf("%d more",
		all-most) {
		t.Errorf("%d of %d that fell are not named, and it says %q:\n%s", len(missing), len(fallen), more, block)
	}
	if strings.Count(text, "tunnels down") != 1 || strings.Contains(text, "Missing route") {
		t.Errorf("not once, or with its consequences:\n%s", text)
	}
}

// One location loses 22 of 24 tunnels that work elsewhere: it is the first row and the headline of the first screen at 80x24, without a
// key,
// and diagnose says it once.
func TestALocationThatLosesTunnelsIsOneIncident(t *testing.T) {
	t.Parallel()
	for city, c := range map[string]struct {
		location string
		lost     int
	}{"Frankfurt": {"fra03", 22}, "Tokyo": {"nrt02", 9}} {
		t.Run(city, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{Tunnels: 24})
			kinds := fleetNames(t, a)
			names := slices.Sorted(maps.Keys(kinds))
			for _, name := range names {
				a.do(a.SetBGP(kinds[name], name, "Established"))
				a.do(a.SetHealth(kinds[name], name, 1))
			}
			for _, o := range a.Objects(simaccount.BGPPrefixes) { // nothing is worse
				a.do(a.Mutate(simaccount.BGPPrefixes, o["id"].(string), func(o simaccount.Object) {
					if demand, ok := o["on_demand"].(simaccount.Object); ok {
						demand["advertised"] = true
					}
				}))
			}
			a.pass(time.Minute)
			a.do(a.LoseLocation(c.location, names[:c.lost]...))
			term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "5s"}, Env: a.env(), Cols: 80, Rows: 24})
			row := fmt.Sprintf("%d tunnels", c.lost)
			s := term.WaitFor("the location in the first row", func(s ptytest.Screen) bool {
				first := cursorLine(s)
				return strings.Contains(first, row) && strings.Contains(first, city) &&
					says(fmt.Sprintf("%s (%s) sees %d of 24 tunnels down", city, c.location, c.lost), "cloudflarestatus.com")(s)
			})
			if line := cursorLine(s); strings.Contains(line, "…") {
				t.Errorf("the row is cut: %q", line)
			}
			t.Logf("no key pressed:\n%s", s.Box())
			out := sit(t, ptytest.Options{Args: []string{"diagnose"}, Env: a.env(), Cols: 80, Rows: 400})
			if code := out.Wait(); code != 0 {
				t.Fatalf("diagnose ended with %d", code)
			}
			text := "\n" + out.Screen().Text()
			_, block, found := strings.Cut(text, fmt.Sprintf("\n%s (%s) sees %d of 24 tunnels down", city, c.location, c.lost))
			block, _, _ = strings.Cut(block, "\n\n")
			if lines := strings.Count(block, "\n") + 1; !found || lines > 25 || strings.Count(text, "at some locations") > 0 {
				t.Errorf("%d lines, or said for each tunnel:\n%s", lines, text)
			}
			whole := atHyphen.ReplaceAllString(block, "-")
			for _, name := range names[:c.lost] {
				if !strings.Contains(whole, name) {
					t.Errorf("%s is not named:\n%s", name, block)
				}
			}
			term.Press("enter")
			term.WaitFor("its members", showsAll("Incident", "MEMBER"))
		})
	}
}
