package diagnose

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/store"
)

// Edit is a change of one object that is looked at before it is made.
type Edit struct {
	Kind   store.Kind
	ID     string          // "" for a new object
	Object json.RawMessage // as it is to be; nil: it is to be deleted
}

// After are the facts as they would be with these changes; those of kinds that no path depends on change nothing. The facts
// themselves stay as they are.
func (f Facts) After(edits ...Edit) Facts {
	f.Tunnels, f.Routes.Rows, f.Links.Rows = slices.Clone(f.Tunnels), slices.Clone(f.Routes.Rows), slices.Clone(f.Links.Rows)
	f.Prefixes.Rows, f.remeasured = slices.Clone(f.Prefixes.Rows), maps.Clone(f.remeasured)
	f.Health = maps.Clone(f.Health)
	for _, e := range edits {
		switch e.Kind {
		case store.Routes:
			f.Routes.Rows = edited(f.Routes.Rows, e, func(r api.Route) string { return r.ID })
		case store.GRETunnels, store.IPsecTunnels:
			f.editTunnel(e)
		case store.Links:
			f.editLink(e)
		case store.Prefixes:
			if e.Object == nil {
				f.Prefixes.Rows = slices.DeleteFunc(f.Prefixes.Rows, func(p store.Prefix) bool { return p.ID == e.ID })
			}
		case store.BGPPrefixes:
			for i := range f.Prefixes.Rows {
				p := &f.Prefixes.Rows[i]
				p.BGP.Rows = edited(slices.Clone(p.BGP.Rows), existing(e), func(b api.BGPPrefix) string { return b.ID })
			}
		case store.Bindings:
			for i := range f.Prefixes.Rows {
				p := &f.Prefixes.Rows[i]
				p.Bindings.Rows = edited(slices.Clone(p.Bindings.Rows), existing(e), func(b api.Binding) string { return b.ID })
			}
		}
	}
	return f
}

// existing is the edit of an object whose parent is not known: a new one is put nowhere.
func existing(e Edit) Edit {
	if e.ID == "" {
		e.ID = "\x00"
	}
	return e
}

// edited makes an edit in rows that may be changed.
func edited[T any](rows []T, e Edit, id func(T) string) []T {
	at := slices.IndexFunc(rows, func(row T) bool { return id(row) == e.ID })
	switch {
	case e.Object == nil && at >= 0:
		return slices.Delete(rows, at, at+1)
	case e.Object == nil:
		return rows
	case e.ID == "":
		var added T
		if json.Unmarshal(e.Object, &added) == nil {
			rows = append(rows, added)
		}
	case at >= 0:
		var wanted T
		if json.Unmarshal(e.Object, &wanted) == nil {
			rows[at] = wanted
		}
	}
	return rows
}

// conduit is what of a tunnel or an interconnect decides about the paths over it.
type conduit struct {
	Name              string           `json:"name"`
	InterfaceAddress  string           `json:"interface_address"`
	InterfaceAddress6 string           `json:"interface_address6"`
	HealthCheck       *api.HealthCheck `json:"health_check"`
}

func (f *Facts) editTunnel(e Edit) {
	at := slices.IndexFunc(f.Tunnels, func(t store.Tunnel) bool { return t.ID == e.ID })
	if at < 0 {
		return
	}
	if e.Object == nil {
		f.deleted = append(slices.Clone(f.deleted), f.Tunnels[at])
		f.Tunnels = slices.Delete(f.Tunnels, at, at+1)
		return
	}
	t := &f.Tunnels[at]
	var wanted conduit
	if json.Unmarshal(e.Object, &wanted) != nil {
		return
	}
	f.changeConduit(t.Name, t.HealthCheck, wanted)
	t.Name, t.InterfaceAddress, t.InterfaceAddress6, t.HealthCheck = wanted.Name, wanted.InterfaceAddress, wanted.InterfaceAddress6,
		wanted.HealthCheck
}

func (f *Facts) editLink(e Edit) {
	at := slices.IndexFunc(f.Links.Rows, func(l api.MagicInterconnect) bool { return l.ID == e.ID })
	var wanted conduit
	if at < 0 || e.Object == nil || json.Unmarshal(e.Object, &wanted) != nil {
		return
	}
	l := &f.Links.Rows[at]
	f.changeConduit(l.Name, l.HealthCheck, wanted)
	l.Name, l.InterfaceAddress, l.InterfaceAddress6, l.HealthCheck = wanted.Name, wanted.InterfaceAddress, wanted.InterfaceAddress6,
		wanted.HealthCheck
}

// changeConduit takes the health along with a new name, and says which health is measured anew because the check becomes another one.
func (f *Facts) changeConduit(name string, check *api.HealthCheck, wanted conduit) {
	if wanted.Name != name {
		f.Health[wanted.Name] = f.Health[name]
	}
	if measures(check) != measures(wanted.HealthCheck) {
		if f.remeasured == nil {
			f.remeasured = map[string]bool{}
		}
		f.remeasured[wanted.Name] = true
	}
}

// measures is what of a health check decides about what it finds: how often it looks does not.
func measures(check *api.HealthCheck) string {
	if check == nil {
		return ""
	}
	on := check.Enabled == nil || *check.Enabled
	return fmt.Sprint(on, check.Type, check.Direction, check.Target.Saved)
}

// Difference is one destination before and after a change.
type Difference struct {
	Before, After Destination
}

// LastPath reports whether the change takes the last path that works, or may, from a network that Cloudflare goes on advertising.
func (d Difference) LastPath() bool {
	if a := d.After.OwnPrefix; a == nil || a.Advertised != Yes && a.Advertised != Partly {
		return false
	}
	return unrouted(d.After) && !unrouted(d.Before) || d.After.Dead() && !d.Before.Dead()
}

// Draws is what of a network's traffic is lost once the change has Cloudflare advertise it, as a sentence: its paths were dead before, only
// nothing came. "" when nothing is.
func (d Difference) Draws() string {
	was, is := d.Before.OwnPrefix, d.After.OwnPrefix
	if is == nil || is.Advertised != Yes && is.Advertised != Partly || was != nil && was.Advertised != No || !d.Before.Dead() ||
		!d.After.Dead() {
		return ""
	}
	return d.After.Text() + ". Once it is advertised, traffic for it that Cloudflare receives there is lost."
}

func unrouted(d Destination) bool {
	return slices.ContainsFunc(d.Reach, func(r Reach) bool { return !r.Routed() })
}

// Differences are the destinations whose paths, or whose advertisement, change between two tables, the worst afterwards first.
func Differences(before, after *Table) []Difference {
	prefixes := map[netip.Prefix]bool{}
	for _, t := range []*Table{before, after} {
		for p := range t.byPrefix {
			prefixes[p] = true
		}
		for _, p := range t.advertised() {
			prefixes[p] = true
		}
	}
	var out []Difference
	for _, d := range after.destinations(slices.Collect(maps.Keys(prefixes))) {
		was := before.Destination(d.Prefix)
		if was.Summary() != d.Summary() {
			out = append(out, Difference{was, d})
		}
	}
	return out
}

// Summary is everything that counts of a destination in one line: what is left, which path carries what, and whether it is advertised.
func (d Destination) Summary() string { return strings.Join(d.parts(), "; ") }

// Words are what differs, before and after, in short: what is the same in both is left out.
func (d Difference) Words() (before, after []string) {
	before, after = d.Before.parts(), d.After.parts()
	both := func(list []string) func(string) bool {
		list = slices.Clone(list)
		return func(part string) bool { return slices.Contains(list, part) }
	}
	inBefore, inAfter := both(before), both(after)
	return slices.DeleteFunc(before, inAfter), slices.DeleteFunc(after, inBefore)
}

// parts are those of a Summary.
func (d Destination) parts() []string {
	parts := []string{d.text}
	if d.Unknown != "" && !slices.ContainsFunc(d.Reach, Reach.Routed) {
		parts[0] = "cannot tell whether it is routed" // why may change with everything
	}
	for _, r := range d.Reach {
		if text := r.carriers(); text != "" {
			parts = append(parts, text)
		}
	}
	if d.OwnPrefix != nil {
		parts = append(parts, d.OwnPrefix.Answers())
	}
	return parts
}

// carriers names the paths of a Reach that carry traffic with their shares: "from ENAM WNAM GRE_A 50%, GRE_B 50%".
func (r Reach) carriers() string {
	var paths []string
	unknown := ""
	for _, u := range r.Uses {
		switch {
		case u.overDeleted:
		case u.InUse && u.Share != nil:
			paths = append(paths, fmt.Sprintf("%s %.0f %%", u.Name(), *u.Share*100))
		case u.InUse, u.Maybe:
			paths = append(paths, u.Name())
			unknown = ", shares unknown"
		}
	}
	if len(paths) == 0 {
		return ""
	}
	from := ""
	if len(r.Places) > 0 {
		from = "from " + placesText(r.Places) + " "
	}
	return from + strings.Join(paths, ", ") + unknown
}
