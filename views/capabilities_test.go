package views_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"flarewire/views/kit"
)

// noObjects are the modules that are pages and keep no objects of the account: none of the capabilities is theirs, but for those
// that has names.
var noObjects = []string{"overview", "alerts", "bgp", "changes", "events", "setup", "activity", "requests", "traceroute", "where",
	"location", "muted"}

// has says which modules have a capability, and leftOut why the others with objects do not.
var capabilities = map[string]struct {
	has     []string
	leftOut map[string]string
}{
	"Relater": {[]string{"tunnel", "interconnect", "route", "prefix"}, map[string]string{
		"endpointcheck": "a check probes a host, whatever the tunnels do",
		"filterprofile": "a session names its profile itself",
		"account":       "everything belongs to it"}},
	"Opener": {[]string{"tunnel", "interconnect", "route", "prefix", "filterprofile"}, map[string]string{
		"endpointcheck": "the API gives no result of a check to find something about",
		"account":       "nothing is found about accounts"}},
	"Dependent": {[]string{"interconnect", "route"}, map[string]string{
		"tunnel":        "a tunnel depends on no other object",
		"prefix":        "what goes with a prefix lies below it and is read with it (change.PrefixConsequences)",
		"endpointcheck": "a check depends on no object of the account",
		"filterprofile": "a profile depends on no object",
		"account":       "accounts are not deleted here"}},
	"Subnetter": {[]string{"tunnel", "interconnect", "route"}, map[string]string{
		"prefix":        "a prefix is public; forms ask Env.OwnPrefixes",
		"endpointcheck": "its address is a host anywhere", "filterprofile": "its networks are a filter, and not in use",
		"account": "it has no network"}},
	"Setter": {[]string{"tunnel", "interconnect", "route", "prefix"}, map[string]string{
		"endpointcheck": "two fields need no guide", "filterprofile": "four fields need no guide",
		"account": "accounts are made elsewhere"}},
	"Follower": {[]string{"tunnel"}, map[string]string{
		"interconnect": "a port takes weeks to come up, and the API gives no session over it", "route": "a route is there at once",
		"prefix": "an approval takes days", "endpointcheck": "the API gives no result",
		"filterprofile": "nothing comes up",
		"account":       "nothing comes up"}},
	"Conductor": {[]string{"tunnel", "interconnect"}, map[string]string{
		"route": "a route leads through others", "prefix": "no next hop lies in it",
		"endpointcheck": "no next hop lies in it", "filterprofile": "no next hop lies in it", "account": "no next hop lies in it"}},
	"RouteTable": {[]string{"route"}, map[string]string{
		"tunnel": "routes learned by BGP are not in the API", "interconnect": "routes learned by BGP are not in the API",
		"prefix": "an advertisement is no route", "endpointcheck": "it has no routes",
		"filterprofile": "it has no routes",
		"account":       "it has no routes"}},
	"Indexer": {[]string{"tunnel", "interconnect", "route", "prefix", "endpointcheck", "filterprofile"}, map[string]string{
		"account": "an account is chosen under :accounts"}},
	"Tracer": {[]string{"traceroute"}, map[string]string{
		"tunnel": "it asks the tracer", "interconnect": "a traceroute does not go over a port", "route": "the tracer takes any address",
		"prefix": "the tracer takes any address", "endpointcheck": "the tracer takes any address",
		"filterprofile": "it has no address",
		"account":       "it has no address"}},
}

// Every module has a capability, or a reason not to: a new module, or a capability that one loses by a changed method, is seen
// here.
func TestWhatEveryModuleHasAndLeavesOut(t *testing.T) {
	d := sit(t, "overview", nil)
	table := []string{fmt.Sprintf("%-15s", "")}
	for _, c := range kit.Capabilities() {
		want, known := capabilities[c.Name]
		if !known {
			t.Errorf("the capability %s is not in the table of this test", c.Name)
		}
		table[0] += fmt.Sprintf("%-11s", c.Name)
		for _, name := range append(slices.Clone(want.has), noObjects...) {
			if _, both := want.leftOut[name]; both {
				t.Errorf("%s of %s: there, and a reason why not", c.Name, name)
			}
		}
	}
	for _, m := range d.env.Modules() {
		name, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", m), "*"), ".")
		line := fmt.Sprintf("%-15s", name)
		for _, c := range kit.Capabilities() {
			want := capabilities[c.Name]
			should, why := slices.Contains(want.has, name), want.leftOut[name]
			switch {
			case c.Has(m) != should:
				t.Errorf("%s of %s: %v, want %v (%s)", c.Name, name, c.Has(m), should, c.What)
			case !should && why == "" && !slices.Contains(noObjects, name):
				t.Errorf("%s has no %s (%s): write why", name, c.Name, c.What)
			}
			line += fmt.Sprintf("%-11s", map[bool]string{true: "yes", false: "-"}[c.Has(m)])
		}
		table = append(table, line)
	}
	t.Log("\n" + strings.Join(table, "\n"))
}
