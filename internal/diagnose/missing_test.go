package diagnose_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// statement is one thing that the diagnosis says about an object.
type statement struct {
	of      diagnose.Subject
	says    string
	members string // of an incident, and what it says in whole
	whole   string
}

// statements are all that is said: findings by object and cause, of what has trouble and of the objects with these names, what is left
// of the paths to each destination, and incidents.
func statements(s *store.Snapshot, names []string) map[string]statement {
	out := map[string]statement{}
	a := diagnose.New(diagnose.From(s, s.Started))
	all := a.All()
	for _, name := range names {
		all = append(all, a.Named(name)...)
	}
	for _, d := range all {
		for _, f := range d.Findings {
			out[fmt.Sprint("finding ", d.Subject.Name, " ", f.Cause)] = statement{of: d.Subject, says: f.Text}
		}
	}
	for _, d := range a.Table().All() {
		out["destination "+d.Prefix.String()] = statement{of: diagnose.Subject{Name: d.Prefix.String()}, says: d.Text()}
	}
	for _, i := range a.Incidents() {
		var members []string
		for _, m := range i.Members {
			members = append(members, m.Name)
		}
		slices.Sort(members)
		out["incident "+i.ID] = statement{i.Members[0], fmt.Sprint(i.Cause, " ", i.Severity), strings.Join(members, " "),
			fmt.Sprint(i.Title, i.Text, i.Affected)}
	}
	return out
}

// namesOf are the names of the objects of an account.
func namesOf(s *store.Snapshot) []string {
	var names []string
	for _, t := range s.Tunnels {
		names = append(names, t.Name)
	}
	for _, p := range s.Prefixes.Rows {
		names = append(names, p.CIDR)
	}
	for _, r := range s.Routes.Rows {
		names = append(names, r.Prefix)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// hopsOf replaces the names of tunnels by the addresses that routes over them have as the next hop.
func hopsOf(s *store.Snapshot) *strings.Replacer {
	var pairs []string
	for _, t := range s.Tunnels {
		if p, err := netip.ParsePrefix(t.InterfaceAddress); err == nil { // Cloudflare's side; the router's is the other of the /31
			hop := p.Masked().Addr()
			if hop == p.Addr() {
				hop = hop.Next()
			}
			pairs = append(pairs, t.Name, hop.String())
		}
	}
	return strings.NewReplacer(pairs...)
}

// nights are accounts on a good day for the lists, and on a bad one for the tunnels.
var nights = map[string]func(*desk){
	"as it is": func(*desk) {},
	"a router with tunnels of both kinds": func(d *desk) {
		for _, name := range []string{"fra-dc1-gre", "fra-dc2-gre", "ams-br2-ipsec", "mad-br1-ipsec"} {
			d.loses(name, "198.51.100.99")
		}
	},
	"all of IPsec": func(d *desk) {
		for _, o := range d.sim.Objects(simaccount.IPsecTunnels) {
			d.loses(o["name"].(string), "")
		}
	},
	"one of two ways": func(d *desk) { d.loses("fra-dc2-gre", "") },
	"both ways":       func(d *desk) { d.loses("fra-dc1-gre", ""); d.loses("fra-dc2-gre", "") },
}

// loses makes a tunnel fail, and end at a router.
func (d *desk) loses(name, router string) {
	d.t.Helper()
	kind := simaccount.GRETunnels
	if _, ok := d.sim.Object(simaccount.IPsecTunnels, name); ok {
		kind = simaccount.IPsecTunnels
	}
	errs := []error{d.sim.SetBGP(kind, name, "Active"), d.sim.SetHealth(kind, name, 0)}
	if router != "" {
		errs = append(errs, d.sim.Mutate(kind, name, func(o simaccount.Object) {
			for _, field := range []string{"customer_endpoint", "customer_gre_endpoint"} {
				if _, there := o[field]; there {
					o[field] = router
				}
			}
		}))
	}
	if err := errors.Join(errs...); err != nil {
		d.t.Fatal(err)
	}
}

// missing is a list that cannot be read, and what rests on it.
type missing struct {
	path   string
	of     []store.Kind     // statements about these objects are of the list that is missing
	causes []diagnose.Cause // and these rest on it
	says   string           // a sentence that rests on it, within what does not
}

// carries is what is said of a session that is not up while the tunnel is healthy and routed.
const carries = " The tunnel is healthy: static routes through it do not depend on BGP."

// Analytics, routes, or one list of tunnels is missing, on a good day or in an outage. What was said of the objects of that list, and what
// rested on it, is not said, or it is said that it cannot be told; nothing else changes, and nothing new is said.
func TestWhatIsMissingChangesOnlyWhatRestedOnIt(t *testing.T) {
	for name, c := range map[string]missing{
		"analytics": {"*/graphql", nil, []diagnose.Cause{diagnose.TunnelDown, diagnose.ReplyType, diagnose.LinkDown, diagnose.LinkDegraded,
			diagnose.NothingAnnounced, diagnose.Flapping, diagnose.RekeyFlap, diagnose.ProbesFiltered, diagnose.AllColos,
			diagnose.SomeColos}, carries},
		"routes": {"*/magic/routes", []store.Kind{store.Routes}, []diagnose.Cause{diagnose.MissingRoute, diagnose.StaticBeatsBGP,
			diagnose.RegionGap, diagnose.SinglePoint, diagnose.BackupNeverWins}, carries},
		"GRE tunnels": {"*/magic/gre_tunnels", []store.Kind{store.GRETunnels}, []diagnose.Cause{diagnose.NextHopKnown, diagnose.SinglePoint}, ""},
		"IPsec tunnels": {"*/magic/ipsec_tunnels", []store.Kind{store.IPsecTunnels},
			[]diagnose.Cause{diagnose.NextHopKnown, diagnose.SinglePoint}, ""},
	} {
		for what, befall := range nights {
			t.Run(name+"/"+what, func(t *testing.T) {
				d := newDesk(t)
				befall(d)
				well := d.look()
				names := namesOf(well)
				good, hops := statements(well, names), hopsOf(well)
				d = newDesk(t)
				befall(d)
				d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusForbidden, Path: c.path})
				blind := statements(d.watcher.ReadAll(t.Context(), nil, store.Overview()...), names)
				c.newlySaid(t, good, blind, hops)
				c.noLongerSaid(t, good, blind)
			})
		}
	}
}

// newlySaid: whatever is said now was said before, or says that it cannot be told.
func (c missing) newlySaid(t *testing.T, good, blind map[string]statement, hops *strings.Replacer) {
	t.Helper()
	cannot := 0
	for _, what := range slices.Sorted(maps.Keys(blind)) {
		now, was := blind[what], good[what]
		cause, _, _ := strings.Cut(was.says, " ")
		own, _, _ := strings.Cut(now.says, " ")
		_, before := good["finding "+now.members+" "+own] // what was one of several stands by itself, with what it said then
		switch {
		case was == (statement{}) && now.members != "" && before:
		case strings.Contains(strings.ToLower(now.says+now.whole), "cannot tell"):
			cannot++
		case slices.Contains(c.causes, diagnose.Cause(cause)): // an incident whose cause is not known any more has the next likely one
		case was == (statement{}) && now.members != "" && c.rested(now.members, good):
		case was == (statement{}):
			t.Errorf("it is new: %s: %s %s", what, now.says, now.whole)
		// A next hop whose tunnel is not known is an address.
		case hops.Replace(now.says) != hops.Replace(strings.Replace(was.says, c.says, "", 1)):
			t.Errorf("%s says %q, and said %q", what, now.says, was.says)
		}
	}
	if cannot == 0 {
		t.Error("nothing says that it cannot be told")
	}
}

// rested reports whether the members of an incident were in one whose cause rested on what is missing.
func (c missing) rested(members string, good map[string]statement) bool {
	for _, was := range good {
		cause, _, _ := strings.Cut(was.says, " ")
		if was.members != "" && slices.Contains(c.causes, diagnose.Cause(cause)) && among(members, was.members) {
			return true
		}
	}
	return false
}

// among reports whether all of some names are among others.
func among(some, all string) bool {
	return !slices.ContainsFunc(strings.Fields(some), func(name string) bool { return !slices.Contains(strings.Fields(all), name) })
}

// noLongerSaid: what was said and is not any more was of the objects that are missing, or rested on them.
func (c missing) noLongerSaid(t *testing.T, good, blind map[string]statement) {
	t.Helper()
	for what, was := range good {
		if _, there := blind[what]; there || slices.Contains(c.of, was.of.Kind) {
			continue
		}
		if was.members != "" {
			if cause, _, _ := strings.Cut(was.says, " "); !slices.Contains(c.causes, diagnose.Cause(cause)) &&
				!c.elsewhere(was.members, good, blind) {
				t.Errorf("the incident is gone, and its members are in none that cannot tell: %s: %s", what, was.whole)
			}
			continue
		}
		if !slices.ContainsFunc(c.causes, func(cause diagnose.Cause) bool { return strings.HasSuffix(what, " "+string(cause)) }) &&
			(!strings.HasPrefix(what, "destination ") || !slices.Contains(c.of, store.Routes)) { // the table is made from the routes
			t.Errorf("it is no longer said: %s: %s", what, was.says)
		}
	}
}

// elsewhere reports whether each member that is still known is in an incident that says what cannot be told, or has nothing wrong any more
// that rests on something else.
func (c missing) elsewhere(members string, good, blind map[string]statement) bool {
	for _, name := range strings.Fields(members) {
		known, told := false, false
		for what, s := range good { // it had something of its own that does not rest on the list
			cause := diagnose.Cause(what[strings.LastIndex(what, " ")+1:])
			known = known || strings.HasPrefix(what, "finding "+name+" ") && !slices.Contains(c.of, s.of.Kind) &&
				!slices.Contains(c.causes, cause)
		}
		for _, s := range blind {
			told = told || s.members != "" && among(name, s.members)
		}
		if known && !told {
			return false
		}
	}
	return true
}
