package diagnose_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
	"flarewire/internal/simedge"
	"flarewire/internal/store"
)

// statement is one thing that the diagnosis says about an object.
type statement struct {
	of   diagnose.Subject
	says string
}

// statements are all that is said: findings by object and cause, of what has trouble and of the objects with these names, what is left
// of the ways to each destination, and incidents.
func statements(s *store.Snapshot, names []string) map[string]statement {
	out := map[string]statement{}
	a := diagnose.Read(diagnose.From(s, s.Started))
	all := a.All()
	for _, name := range names {
		all = append(all, a.Named(name)...)
	}
	for _, d := range all {
		for _, f := range d.Findings {
			out[fmt.Sprint("finding ", d.Subject.Name, " ", f.Cause)] = statement{d.Subject, f.Text}
		}
	}
	for _, d := range a.Table().All() {
		out["destination "+d.Prefix.String()] = statement{diagnose.Subject{Name: d.Prefix.String()}, d.Text()}
	}
	for _, i := range a.Incidents() {
		out["incident "+i.ID] = statement{i.Members[0], fmt.Sprint(i.Cause, " ", i.Severity)}
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

// Analytics, routes, or one list of tunnels is missing. What was said of the objects of that list, and what rested on it, is not said, or
// it is said that it cannot be told; nothing else changes, and nothing new is said.
func TestWhatIsMissingChangesOnlyWhatRestedOnIt(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		of     []store.Kind     // statements about these objects are of the list that is missing
		causes []diagnose.Cause // and these rest on it
	}{
		"analytics": {"*/graphql", nil, []diagnose.Cause{diagnose.TunnelDown, diagnose.ReplyType, diagnose.LinkDown, diagnose.LinkDegraded,
			diagnose.NothingAnnounced, diagnose.Flapping, diagnose.RekeyFlap, diagnose.ProbesFiltered, diagnose.AllColos,
			diagnose.SomeColos}},
		"routes": {"*/magic/routes", []store.Kind{store.Routes}, []diagnose.Cause{diagnose.MissingRoute, diagnose.StaticBeatsBGP,
			diagnose.RegionGap, diagnose.SinglePoint, diagnose.BackupNeverWins}},
		"GRE tunnels":   {"*/magic/gre_tunnels", []store.Kind{store.GRETunnels}, []diagnose.Cause{diagnose.NextHopKnown}},
		"IPsec tunnels": {"*/magic/ipsec_tunnels", []store.Kind{store.IPsecTunnels}, []diagnose.Cause{diagnose.NextHopKnown}},
	} {
		t.Run(name, func(t *testing.T) {
			well := newDesk(t).look()
			names := namesOf(well)
			good, hops := statements(well, names), hopsOf(well)
			d := newDesk(t)
			d.edge.Fault(simedge.Fault{Kind: simedge.FaultStatus, Status: http.StatusForbidden, Path: c.path})
			blind := statements(d.watcher.ReadAll(t.Context(), nil, store.Overview()...), names)
			cannot := 0
			for _, what := range slices.Sorted(maps.Keys(blind)) {
				now, was := blind[what], good[what]
				cause, _, _ := strings.Cut(was.says, " ")
				switch {
				case strings.Contains(strings.ToLower(now.says), "cannot tell"):
					cannot++
				case slices.Contains(c.causes, diagnose.Cause(cause)): // an incident whose cause is not known any more has the next likely one
				case was == (statement{}):
					t.Errorf("it is new: %s: %s", what, now.says)
				case hops.Replace(now.says) != hops.Replace(was.says): // a next hop whose tunnel is not known is an address
					t.Errorf("%s says %q, and said %q", what, now.says, was.says)
				}
			}
			for what, was := range good {
				if _, there := blind[what]; there || slices.Contains(c.of, was.of.Resource) || strings.HasPrefix(what, "incident ") {
					continue
				}
				if !slices.ContainsFunc(c.causes, func(cause diagnose.Cause) bool { return strings.HasSuffix(what, " "+string(cause)) }) &&
					(!strings.HasPrefix(what, "destination ") || !slices.Contains(c.of, store.Routes)) { // the table is made from the routes
					t.Errorf("it is no longer said: %s: %s", what, was.says)
				}
			}
			if cannot == 0 {
				t.Error("nothing says that it cannot be told")
			}
		})
	}
}
