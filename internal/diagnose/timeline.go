package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Moment is something that happened to an object of an incident, on the one axis of everything that is known.
type Moment struct {
	At     time.Time
	Until  time.Time // of something that came again and again: the last time; else zero
	Times  int       // how often it came
	Name   string    // of the object
	Source string    // where it is known from, one of the words below
	Text   string

	person string // who made a change, by e-mail and address: only for whoever asks for it
}

// The sources of a timeline.
const (
	FromWatching = "seen"       // by this program
	FromRecord   = "Cloudflare" // Cloudflare's log of BGP and IKE
	FromAudit    = "change"     // the audit log: not from here
	FromHere     = "from here"  // the journal
	// FromAnalytics are the network analytics: what was dropped by which mitigation.
	FromAnalytics = "analytics"
	// FromAPI are times that the API gives with an object.
	FromAPI = "API"
)

// Timeline is what is known to have happened to objects, oldest first: what was seen, what Cloudflare's log says, who changed what, and
// what the mitigations dropped: for prefixes of these, else of any. No e-mail and no address of a person is in it.
func (a *Account) Timeline(words func(store.Event) string, objects ...Subject) []Moment {
	var out []Moment
	for _, s := range objects {
		add := adder(&out, s.Name)
		ids := a.facts.idsOf(s)
		for _, e := range a.facts.Events {
			if slices.Contains(ids, e.ObjectID) {
				add(e.At, FromWatching, words(e))
			}
		}
		for _, c := range a.facts.Changes {
			if slices.Contains(ids, c.ID) {
				add(c.At, FromHere, c.What)
			}
		}
		a.recordedMoments(s, &out)
		a.advertisements(s, &out)
	}
	ofPrefixes := !slices.ContainsFunc(objects, func(s Subject) bool { return s.Kind != store.Prefixes })
	for _, p := range a.facts.Prefixes.Rows {
		if ofPrefixes && !slices.ContainsFunc(objects, func(s Subject) bool { return s.ID == p.ID }) {
			continue // another prefix is no matter of theirs
		}
		mitigations(a.facts.Flows, p.CIDR, adder(&out, p.CIDR))
		for _, f := range (prefixCase{Account: a, Prefix: p}).arrivals() {
			if f.Cause == TrafficStopped {
				adder(&out, p.CIDR)(f.Since, FromAnalytics, "nothing arrives any more, and nothing is dropped")
			}
		}
	}
	sorting.Sort(out, func(x, y Moment) int { return x.At.Compare(y.At) })
	return foldMoments(out)
}

// adder returns what adds a moment of an object.
func adder(out *[]Moment, name string) func(at time.Time, source, text string) {
	return func(at time.Time, source, text string) {
		*out = append(*out, Moment{At: at, Times: 1, Name: name, Source: source, Text: text})
	}
}

// idsOf are the ids under which something may have happened to an object: of a prefix also those of its BGP prefixes and bindings.
func (f Facts) idsOf(s Subject) []string {
	var ids []string
	for _, p := range f.Prefixes.Rows {
		if s.Kind != store.Prefixes || p.ID != s.ID {
			continue
		}
		for _, b := range p.BGP.Rows {
			ids = append(ids, b.ID)
		}
		for _, b := range p.Bindings.Rows {
			ids = append(ids, b.ID)
		}
	}
	return slices.DeleteFunc(append(ids, s.ID), func(id string) bool { return id == "" })
}

// recordedMoments are those of Cloudflare's log. A change from here is in the audit log, too: it is told once.
func (a *Account) recordedMoments(s Subject, out *[]Moment) {
	r, add := a.facts.Records[s.ID], adder(out, s.Name)
	for _, e := range r.BGP {
		if e.Kind != api.UpdateMessage {
			add(e.At, FromRecord, BGPEventText(e))
		}
	}
	for _, m := range r.IKE {
		add(m.At, FromRecord, "IKE: "+m.Message)
	}
	for _, e := range AuditEntries(r, s.ID) {
		own := slices.ContainsFunc(a.facts.Changes, func(c Change) bool { return sameID(c.ID, s.ID) && c.At.Sub(e.At).Abs() < changeAfter })
		if !own {
			add(e.At, FromAudit, AuditBy(e))
			(*out)[len(*out)-1].person = strings.Join(slices.DeleteFunc([]string{e.Actor.Email, e.Actor.Address},
				func(s string) bool { return s == "" }), ", ")
		}
	}
}

// advertisements are when the BGP prefixes of a prefix were advertised or withdrawn last, as the API says it, also before this program ran;
// what was seen of the same change is not told twice.
func (a *Account) advertisements(s Subject, out *[]Moment) {
	for _, p := range a.facts.Prefixes.Rows {
		if s.Kind != store.Prefixes || p.ID != s.ID {
			continue
		}
		for _, b := range p.BGP.Rows {
			if b.OnDemand == nil || b.OnDemand.Advertised == nil || b.OnDemand.AdvertisedModifiedAt.IsZero() {
				continue
			}
			at := b.OnDemand.AdvertisedModifiedAt.Time
			if slices.ContainsFunc(a.facts.Events, func(e store.Event) bool { return e.ObjectID == b.ID && e.At.Sub(at).Abs() < changeAfter }) {
				continue
			}
			word := "withdrawn"
			if *b.OnDemand.Advertised {
				word = "advertised"
			}
			adder(out, s.Name)(at, FromAPI, b.CIDR+" was "+word)
		}
	}
}

// foldMoments makes one of what comes again and again with nothing else of the object between but the same.
func foldMoments(all []Moment) []Moment {
	type key struct{ name, source, text, person string }
	last := map[key]int{}
	changed := map[string]int{} // by object: the newest moment that ends what repeats
	var out []Moment
	for _, m := range all {
		k := key{m.Name, m.Source, m.Text, m.person}
		if i, met := last[k]; met && i >= changed[m.Name] {
			out[i].Times, out[i].Until = out[i].Times+1, m.At
			continue
		}
		if m.Source != FromRecord {
			changed[m.Name] = len(out)
		}
		last[k] = len(out)
		out = append(out, m)
	}
	return out
}

// Note is where the moment is known from, for what stands after the sentence.
func (m Moment) Note() string {
	if m.Source == FromAPI {
		return "seen in the API"
	}
	return m.Source
}

// Line is a moment as a line of text.
func (m Moment) Line() string {
	return fmt.Sprintf("%s  %s  %s: %s", m.At.UTC().Format("2006-01-02 15:04:05"), m.Name, m.Source, m.What())
}

// What is what happened, with how often.
func (m Moment) What() string {
	if m.Times > 1 {
		return fmt.Sprintf("%s (%d times, last %s)", m.Text, m.Times, m.Until.UTC().Format("15:04:05"))
	}
	return m.Text
}

// TimelineText is a timeline for a ticket; with persons it has the e-mail and the address of whoever made a change.
func TimelineText(all []Moment, persons bool) string {
	var b strings.Builder
	b.WriteString("Times in UTC\n")
	for _, m := range all {
		b.WriteString(m.Line())
		if persons && m.person != "" {
			b.WriteString(" (" + m.person + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// EventWords is an event that was seen in plain words, for texts without a screen.
func EventWords(e store.Event) string {
	switch e.Kind {
	case store.SessionChanged:
		return "session " + e.From.Word() + " to " + e.To.Word()
	case store.HealthChanged:
		return "health " + string(e.FromHealth) + " to " + string(e.ToHealth)
	case store.PortChanged:
		return "port " + e.FromPort.Word() + " to " + e.ToPort.Word()
	}
	return strings.ReplaceAll(string(e.Kind), "_", " ")
}
