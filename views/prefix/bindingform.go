package prefix

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/review"
)

// bindingDraft is what a draft of a new binding is kept under; one of a prefix that was given has the prefix behind
// it, so that it is offered only there.
const bindingDraft = "binding"

func draftOf(cidr string) string {
	if cidr == "" {
		return bindingDraft
	}
	return bindingDraft + " " + cidr
}

// bindingSetup is the guided setup of a service binding: first the prefix, then what of it goes to which service.
type bindingSetup struct {
	m        *Module
	draft    string // what its draft is kept under
	services []api.AddressingService
	form     *form.Form
}

// newBinding begins the setup; cidr is the prefix that it begins with, empty to choose one.
func (m *Module) newBinding(cidr string) tea.Cmd {
	return m.env.Begin(draftOf(cidr), "a new service binding", func(draft form.Values) tea.Cmd {
		return tui.Push(review.NewOpeningOf(m.env, "New service binding", func(ctx context.Context) (func() tui.View, error) {
			s := m.env.Feed.Fresh(ctx, time.Minute, store.TargetsOf(store.Prefixes, store.Services)...)
			return func() tui.View { return m.bindingForm(cidr, s.Services.Rows, draft) }, s.Services.Err
		}))
	})
}

func (m *Module) bindingForm(cidr string, services []api.AddressingService, draft form.Values) tui.View {
	s := &bindingSetup{m: m, services: services, draft: draftOf(cidr)}
	options := make([]form.Option, len(services))
	for i, service := range services {
		options[i] = form.Option{Value: service.ID, Label: tui.Clean(service.Name)}
	}
	o := form.Options{Title: "New service binding", Verb: "review", Values: form.Values{"prefix": cidr}, Submit: s.submit, Init: s.look,
		Sections: []form.Section{
			{Title: "Prefix", Intro: "The prefix that you brought to Cloudflare, whose addresses are to go to a service.", Fields: []form.Field{
				{Key: "prefix", Label: "Prefix", Help: "One of your prefixes", Control: form.Pick, Free: true,
					ChoicesNow: func(form.Values) []form.Option { return m.cidrChoices() },
					Check:      s.checkPrefix, Changed: s.look, Explain: s.bound}}},
			{Title: "Binding", Intro: "Which part of it goes where. The most specific binding wins; what has none stays with the one above it.",
				Fields: []form.Field{
					{Key: "cidr", Label: "Network", Help: "First the whole prefix; later parts of it, such as a /28",
						Suggest: s.suggest, Propose: s.whole,
						Check: func(v string, all form.Values) form.Finding {
							return s.checkNetwork(v, all)
						}},
					{Key: "service_id", Label: "Service", Control: form.Pick, Choices: options,
						Help:    "The service that receives traffic for these addresses",
						Propose: s.fitting,
						Check: func(v string, all form.Values) form.Finding {
							if v == "" {
								return form.Finding{Level: form.Incomplete, Text: "Choose a service from the list"}
							}
							if !s.known(all) {
								return form.Finding{}
							}
							return field.Finding(allowed(network(strings.TrimSpace(all["prefix"])), s.there(all), all["cidr"], nameOf(services, v)))
						}}}}}}
	if cidr != "" {
		o.Start = "cidr"
	}
	o.Needs = store.Needs(store.Target{Kind: store.Prefixes})
	o.Waiting = s.waiting
	s.form = form.New(m.env.Guided(m.env.Awaited(o), s.draft, draft))
	return s.form
}

// waiting reports whether the bindings of the chosen prefix are on their way: by them network and service are proposed.
func (s *bindingSetup) waiting(v form.Values) bool {
	r, ok := s.row(v)
	return ok && s.m.env.Feed.Awaits(store.Target{Kind: store.Bindings, Object: r.ID})
}

// row is the prefix that was chosen.
func (s *bindingSetup) row(v form.Values) (row, bool) {
	for _, r := range s.m.rows() {
		if r.CIDR == strings.TrimSpace(v["prefix"]) {
			return r, true
		}
	}
	return row{}, false
}

// look has the bindings of the prefix fetched that was chosen; what is known stands meanwhile.
func (s *bindingSetup) look(v form.Values) tea.Cmd {
	if r, ok := s.row(v); ok {
		return s.m.env.Feed.Need(store.Target{Kind: store.Bindings, Object: r.ID})
	}
	return nil
}

// there are the bindings of the chosen prefix, as far as they are known.
func (s *bindingSetup) there(v form.Values) []rules.Binding {
	r, ok := s.row(v)
	if !ok {
		return nil
	}
	return ruled(r.Bindings.Rows)
}

// known reports whether it is known what the chosen prefix is bound to.
func (s *bindingSetup) known(v form.Values) bool {
	r, ok := s.row(v)
	return ok && r.Bindings.Known()
}

// checkNetwork is the rule for the network. While it is not known what is bound, a network is taken for a part of a
// bound prefix: not known is not "nothing", and the review reads the bindings again.
func (s *bindingSetup) checkNetwork(v string, all form.Values) form.Finding {
	prefix, there := network(strings.TrimSpace(all["prefix"])), s.there(all)
	if !s.known(all) && prefix.IsValid() {
		if network(strings.TrimSpace(v)) == prefix {
			return form.Finding{}
		}
		there = []rules.Binding{{CIDR: prefix}}
	}
	return field.Finding(rules.BindingCIDR(v, prefix, there))
}

func (s *bindingSetup) checkPrefix(v string, all form.Values) form.Finding {
	r, ok := s.row(all)
	switch {
	case strings.TrimSpace(v) == "":
		return form.Finding{Level: form.Incomplete, Text: "Choose a prefix from the list"}
	case !ok:
		return form.Finding{Level: form.Incomplete, Text: "This is none of your prefixes"}
	case r.Bindings.Err != nil:
		return form.Finding{Level: form.Warning, Text: "Its bindings could not be read; the review reads them again"}
	case !r.Bindings.Known():
		return form.Finding{Level: form.Note, Text: "Reading its bindings" + tui.Ellipsis}
	}
	return form.Finding{}
}

// bound says what the prefix is bound to now.
func (s *bindingSetup) bound(v form.Values) string {
	r, ok := s.row(v)
	if !ok {
		return ""
	}
	var names []string
	for _, b := range r.Bindings.Rows {
		names = append(names, b.CIDR+" "+serviceName(b))
	}
	if len(names) == 0 {
		return "nothing is bound to it yet"
	}
	return "bound: " + strings.Join(names, ", ")
}

// suggest gives the whole prefix, unless it has its binding already.
func (s *bindingSetup) suggest(v form.Values) []string {
	if cidr := strings.TrimSpace(v["prefix"]); !s.checkNetwork(cidr, v).Blocks() {
		return []string{cidr}
	}
	return nil
}

// whole proposes the whole prefix while nothing is bound to it.
func (s *bindingSetup) whole(v form.Values) string {
	if r, ok := s.row(v); ok && r.Bindings.Known() && len(r.Bindings.Rows) == 0 {
		return r.CIDR
	}
	return ""
}

// fitting proposes a service once it is known what the prefix is bound to: the first binding has another one than
// those after it.
func (s *bindingSetup) fitting(v form.Values) string {
	r, ok := s.row(v)
	if !ok || !r.Bindings.Known() || len(s.services) == 0 {
		return ""
	}
	return fit(s.services, s.there(v))
}

func (s *bindingSetup) submit(v form.Values) tea.Cmd {
	r, ok := s.row(v)
	if !ok {
		return tui.Toast(tui.Bad, "The prefix is no longer in the list")
	}
	e := s.m.bindingEditor(r)
	e.Draft = s.draft
	return e.ReviewNew(api.Binding{CIDR: strings.TrimSpace(v["cidr"]), ServiceID: v["service_id"],
		ServiceName: nameOf(s.services, v["service_id"])}, s.form.InWords())
}

// cidrChoices are the account's prefixes, with what they are for.
func (m *Module) cidrChoices() []form.Option {
	var out []form.Option
	for _, r := range m.rows() {
		option := form.Option{Value: r.CIDR, Label: r.CIDR}
		if r.Description != "" {
			option.Label += "  " + r.Description
		}
		out = append(out, option)
	}
	return out
}

// Setups implements kit.SetupOwner.
func (m *Module) Setups() []kit.Setup {
	return []kit.Setup{{Kind: bindingDraft, Label: "Service binding",
		What:  "assigns a prefix, or part of it, to a service such as Magic Transit.",
		Begin: func() tea.Cmd { return m.newBinding("") }}}
}
