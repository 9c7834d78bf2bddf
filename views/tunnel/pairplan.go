package tunnel

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/drafts"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// A pair is a list of requests, in the order in which they are sent. It is made from what the form said, and from the journal, which
// says what became of each: so a pair goes on where it stopped, whatever ended it.

// defaultPriority is that of the routes into two new tunnels: the same for both, so that they share the traffic.
const defaultPriority = 100

// pairStep is one request of a pair.
type pairStep struct {
	title  string
	make   change.Resource // of a creation
	wanted api.Object
	later  bool   // what it rests on is made by an earlier step, so the server is asked only when it is sent
	key    string // the tunnel whose key is generated; empty for a creation
	plan   change.Plan

	entry journal.Entry // what the journal has of it; without an id nothing
	gone  bool          // it was made, and is not there any more
	text  string        // what became of it in this sitting, when it was not done
}

// id is the object's, as far as it was made.
func (s pairStep) id() string { return s.entry.ObjectID }

// done reports whether the step has nothing left to do.
func (s pairStep) done(p drafts.Pair) bool {
	if s.gone || s.entry.ID == "" || s.entry.Outcome != journal.Done && s.entry.Outcome != journal.Partly {
		return false
	}
	return s.key == "" || !p.Ticked[keptKey(s.key)].IsZero()
}

// open reports whether it is not known what became of the step.
func (s pairStep) open() bool { return s.entry.ID != "" && change.CanRecheck(s.entry) }

// keptKey is what is ticked when the key of a tunnel was seen.
func keptKey(tunnel string) string { return "key of " + tunnel }

// submit takes what the form said to the review of the whole.
func (p pairing) submit(v form.Values) tea.Cmd {
	pair := drafts.Pair{ID: rand.Text()[:16], At: p.m.env.Now(), Values: map[string]string{}}
	if p.first != nil {
		pair.First, pair.Routes = p.first.ID, p.routesOfFirst(field.Words(v["routes"]))
		v["name"] = p.first.Name
	}
	for key, value := range v {
		if key != "md5_key" {
			pair.Values[key] = value
		}
	}
	md5 := ""
	if v["bgp"] == "yes" {
		md5 = v["md5_key"]
	}
	pair.MD5 = md5 != ""
	page := newPairPage(p.m, pair, md5)
	page.behindForm = true
	return tui.Push(page)
}

// pairSteps are the requests of a pair, without what became of them.
func pairSteps(pair drafts.Pair, md5 string) []pairStep {
	v := form.Values{}
	for key, value := range pair.Values {
		v[key] = value
	}
	v["md5_key"] = md5
	var steps, keys []pairStep
	var hops []string
	tunnels := []form.Values{v, twinOf(v)}
	if pair.First != "" {
		tunnels = tunnels[1:]
	}
	for _, t := range tunnels {
		name := strings.TrimSpace(t["name"])
		hops = append(hops, customerSide(t["interface_address"]))
		if t["kind"] == string(api.IPsec) {
			steps = append(steps, pairStep{title: "Create IPsec tunnel " + name, make: change.IPsecTunnels.Resource,
				wanted: api.ObjectOf(applyIPsec(api.IPsecTunnel{}, t))})
			keys = append(keys, pairStep{title: "Generate the pre-shared key of " + name, key: name})
			continue
		}
		steps = append(steps, pairStep{title: "Create GRE tunnel " + name, make: change.GRETunnels.Resource,
			wanted: api.ObjectOf(applyGRE(api.GRETunnel{}, t))})
	}
	if v["bgp"] == "no" {
		for _, network := range field.Words(v["routes"]) {
			for _, hop := range hops {
				steps = append(steps, routeSteps(pair, network, hop, v["description"])...)
			}
		}
	}
	return append(steps, keys...)
}

// routeSteps are the routes of a network to a next hop: like those of the tunnel that was there, so that both tunnels share the traffic.
func routeSteps(pair drafts.Pair, network, hop, description string) []pairStep {
	var steps []pairStep
	add := func(r api.Route, more string) {
		r.Nexthop, r.Description = hop, description
		steps = append(steps, pairStep{title: "Create static route " + network + " via " + hop + more, make: change.Routes.Resource, later: true,
			wanted: api.ObjectOf(r)})
	}
	for _, r := range pair.Routes {
		if r.Prefix == network {
			more := fmt.Sprintf(", priority %d", r.Priority)
			if r.Scope != nil {
				more += " in " + strings.Join(slices.Concat(r.Scope.ColoRegions, r.Scope.ColoNames), " ")
			}
			add(r, more)
		}
	}
	if len(steps) == 0 {
		add(api.Route{Prefix: network, Priority: defaultPriority}, "")
	}
	return steps
}

// planPair plans the steps that are not done, from what the journal and the account say now. It reads, and sends nothing but the
// server's checks.
func (m *Module) planPair(ctx context.Context, w *change.Writer, pair drafts.Pair, md5 string) ([]pairStep, error) {
	steps := pairSteps(pair, md5)
	if err := m.recall(pair, steps); err != nil {
		return steps, err
	}
	for i := range steps {
		s := &steps[i]
		if s.open() {
			r := w.Recheck(ctx, s.entry)
			s.entry.Outcome, s.text = r.Outcome, r.Text
			if r.ID != "" {
				s.entry.ObjectID = r.ID
			}
		}
		if s.key != "" {
			continue
		}
		if s.done(pair) {
			_, err := s.make.Read(ctx, m.env.Account, s.id())
			if s.gone = api.KindOf(err) == api.NotFound; err != nil && !s.gone {
				return steps, err
			}
		}
		if s.done(pair) || s.open() {
			continue
		}
		prepare := w.PrepareCreate
		if s.later {
			prepare = func(_ context.Context, r change.Resource, o api.Object) (change.Plan, error) {
				return w.PrepareCreateLater(r, o)
			}
		}
		plan, err := prepare(ctx, s.make, s.wanted)
		if err != nil {
			return steps, err
		}
		s.plan = plan.InBatch(pair.ID)
	}
	return steps, nil
}

// recall finds in the journal what became of each step.
func (m *Module) recall(pair drafts.Pair, steps []pairStep) error {
	if m.env.Journal == nil {
		return nil
	}
	for e, err := range m.env.Journal.Entries() { // newest first
		if err != nil {
			return err
		}
		if e.Batch != pair.ID || e.Undone() != "" { // what was taken back is to be done again
			continue
		}
		for i := range steps {
			s := &steps[i]
			// A try that certainly failed says nothing when an older one was done.
			if s.is(e) && (s.entry.ID == "" || s.entry.Outcome == journal.NotDone) {
				s.entry = e
			}
		}
	}
	return nil
}

// is reports whether an entry of the journal is of this step.
func (s *pairStep) is(e journal.Entry) bool {
	if s.key != "" {
		return e.Verb == journal.GeneratePSK && e.Name == s.key
	}
	if e.Verb != journal.Create || e.Resource != s.make.Name {
		return false
	}
	var was, wanted struct {
		Name, Prefix, Nexthop string
		Priority              int
		Scope                 *api.RouteScope // two routes of a network to one next hop differ in it
	}
	if json.Unmarshal(e.After, &was) != nil || json.Unmarshal(s.wanted.Values(), &wanted) != nil {
		return false
	}
	return reflect.DeepEqual(was, wanted)
}

// undone is the first step that is not done; -1 when all are.
func undone(pair drafts.Pair, steps []pairStep) int {
	for i, s := range steps {
		if !s.done(pair) {
			return i
		}
	}
	return -1
}

// created is the id of a tunnel that the pair has made.
func created(steps []pairStep, name string) string {
	for _, s := range steps {
		if s.key == "" && strings.HasSuffix(s.title, " "+name) && s.make.Name != change.Routes.Name {
			return s.id()
		}
	}
	return ""
}

// count notes how far a pair is.
func count(pair *drafts.Pair, steps []pairStep) {
	pair.Done, pair.Total = 0, len(steps)
	for _, s := range steps {
		if s.done(*pair) {
			pair.Done++
		}
	}
}

// copied is a pair for a command, which runs beside the page.
func copied(pair drafts.Pair) drafts.Pair {
	pair.Values, pair.Ticked = maps.Clone(pair.Values), maps.Clone(pair.Ticked)
	return pair
}

// tick notes that something of a pair was done, by the operator's word.
func tick(pair *drafts.Pair, what string, now time.Time) {
	if pair.Ticked == nil {
		pair.Ticked = map[string]time.Time{}
	}
	pair.Ticked[what] = now.UTC()
}

// pairName is what a pair is called: its two tunnels.
func pairName(pair drafts.Pair) string {
	return pair.Values["name"] + " and " + pair.Values["twin_name"]
}

// followedPairs are the pairs that are remembered, to be gone on with or to be proved.
func (m *Module) followedPairs() []kit.Followed {
	var out []kit.Followed
	for _, pair := range m.env.Drafts.Pairs() {
		f := kit.Followed{Name: pairName(pair), State: fmt.Sprintf("pair: %d of %d requests done; enter goes on", pair.Done, pair.Total),
			Open: func() tui.View { return newPairPage(m, pair, "") }}
		if pair.Done == pair.Total {
			f.State, f.Up = "pair: made; enter shows what is proved", true
			f.Open = func() tui.View { return newPairProof(m, pair) }
		}
		out = append(out, f)
	}
	return out
}
