package store

import (
	"iter"
	"slices"
	"strings"
)

// Target is a kind as a whole, a list below one object, one tunnel, or the state of one port.
type Target struct {
	Kind   Kind
	Object string // id of the prefix or the tunnel, or name of the port; "" is the whole kind
}

// single returns both lists of tunnels under one name, since they are read together.
func (d Target) single() Target {
	if d.Kind == IPsecTunnels {
		d.Kind = GRETunnels
	}
	return d
}

// TargetsOf returns a target for each of the kinds as a whole.
func TargetsOf(kinds ...Kind) []Target {
	needs := make([]Target, len(kinds))
	for i, k := range kinds {
		needs[i] = Target{Kind: k}
	}
	return needs
}

// Needs writes needs as words, the way in which pages name them: "routes", or with an id "bindings/ID".
func Needs(targets ...Target) []string {
	words := make([]string, len(targets))
	for i, d := range targets {
		words[i] = string(d.Kind)
		if d.Object != "" {
			words[i] += "/" + d.Object
		}
	}
	return words
}

// ParseNeeds reads what Needs wrote; words that name no kind are left out.
func ParseNeeds(words ...string) []Target {
	var out []Target
	for _, w := range words {
		kind, of, _ := strings.Cut(w, "/")
		if slices.Contains(readable, Kind(kind)) {
			out = append(out, Target{Kind(kind), of})
		}
	}
	return out
}

// About says what is known of a kind or of a detail; of a detail whose object is not there nothing.
func (s *Snapshot) About(d Target) Entry {
	switch e := s.below(d); {
	case d.Object == "":
		return s.Entry(d.Kind)
	case e != nil:
		return *e
	}
	return Entry{}
}

// about returns the entry of a list or of one detail; nil when its object is not there. It may be written to in a snapshot that
// is being made.
func (s *Snapshot) about(d Target) *Entry {
	if d.Kind.Detail() {
		return s.below(d)
	}
	return s.entry(d.Kind)
}

// below returns the entry of one detail; nil for a whole kind, and when its object is not there.
func (s *Snapshot) below(d Target) *Entry {
	switch {
	case !d.Kind.Detail() || d.Object == "":
	case d.Kind == PortStates:
		if i := slices.IndexFunc(s.Ports.Rows, func(p Port) bool { return p.Name == d.Object }); i >= 0 {
			return &s.Ports.Rows[i].Asked
		}
	default:
		if p := s.prefix(d.Object); p != nil {
			return p.entry(d.Kind)
		}
	}
	return nil
}

// details are all details of these kinds with what is known of them, prefix by prefix and then port by port.
func (s *Snapshot) details(kinds ...Kind) iter.Seq2[Target, *Entry] {
	return func(yield func(Target, *Entry) bool) {
		for i := range s.Prefixes.Rows {
			p := &s.Prefixes.Rows[i]
			for _, k := range kinds {
				if k.Detail() && k != PortStates && !yield(Target{k, p.ID}, p.entry(k)) {
					return
				}
			}
		}
		if !slices.Contains(kinds, PortStates) {
			return
		}
		for i := range s.Ports.Rows {
			if p := &s.Ports.Rows[i]; !yield(Target{PortStates, p.Name}, &p.Asked) {
				return
			}
		}
	}
}

// expanded returns the details without repetitions, with every object's in place of a whole kind of details.
func (s *Snapshot) expanded(targets []Target) []Target {
	var out []Target
	for _, d := range targets {
		if d.Kind.Detail() && d.Object == "" {
			for one := range s.details(d.Kind) {
				out = append(out, one)
			}
		} else {
			out = append(out, d)
		}
	}
	return distinct(out)
}
