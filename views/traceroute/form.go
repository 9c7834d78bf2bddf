package traceroute

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// What the form proposes of a tunnel's locations: the busiest, and of the others those that report poor health.
const (
	busiest = 3
	worst   = 2
)

// Trace implements kit.Tracer.
func (m *Module) Trace(to kit.Goal) tea.Cmd {
	if to.Tunnel == "" || m.known(to.Tunnel) {
		return tui.Push(m.first(to))
	}
	return tea.Batch(m.env.Feed.RequestInsight(to.Tunnel), tui.Push(&asking{m: m, to: to}))
}

// known reports whether nothing more is to be had about the tunnel's locations at the moment.
func (m *Module) known(tunnel string) bool {
	look := m.env.Feed.InsightOf(tunnel)
	return look.Fresh(m.env.Now()) || look.Err != nil || m.env.Now().Before(look.Until)
}

// first is the form for a goal, with Cloudflare's defaults.
func (m *Module) first(to kit.Goal) tui.View {
	request := api.TracerouteRequest{Colos: m.proposals(to.Tunnel)[0]}
	if to.Address != "" {
		request.Targets = []string{to.Address}
	}
	return m.form(request, to)
}

// form makes the form. It stays below the page of the run, for another one with other values.
func (m *Module) form(request api.TracerouteRequest, to kit.Goal) tui.View {
	packets := make([]form.Option, 0, len(rules.TracePacketTypes()))
	for _, kind := range rules.TracePacketTypes() {
		packets = append(packets, form.Option{Value: kind, Label: kind})
	}
	return form.New(form.Options{Title: "New traceroute", Verb: "run", Values: values(request), Sections: []form.Section{
		{Title: "Needs Magic Transit Write; changes nothing, so --read-only allows it"},
		{Fields: []form.Field{
			{Key: "targets", Label: "To", Help: field.Or(to.Help, "Addresses or host names, at most 10; separated by spaces"), Check: checkTargets,
				Control: form.Many, Free: true, ChoicesNow: func(form.Values) []form.Option { return m.ends() }},
			{Key: "colos", Label: "From", Help: "Airport codes such as fra ams; empty is all, which is slow", Check: checkColos,
				Control: form.Many, Free: true, Explain: func(form.Values) string { return m.carrying(to.Tunnel) },
				ChoicesNow: func(form.Values) []form.Option { return m.locations(to.Tunnel) }},
		}},
		{Title: "Options", Folded: true, Fields: []form.Field{
			{Key: "packet_type", Label: "Packets", Control: form.Choice, Choices: packets,
				Help: "A router that drops ICMP may answer another protocol"},
			{Key: "max_ttl", Label: "Largest TTL", Help: "Maximum number of hops, up to 64", Check: field.Check(rules.TraceMaxHops)},
			{Key: "packets_per_ttl", Label: "Packets per TTL", Help: "Probes for each hop, up to 10", Check: field.Check(rules.TraceProbes)},
			{Key: "port", Label: "Port", Help: "tcp, udp: destination port; icmp: first sequence; 0: Cloudflare chooses",
				Check: field.Check(rules.TraceDestination)},
			{Key: "wait_time", Label: "Wait", Help: "Seconds for each answer, 1 to 5", Check: field.Check(rules.TraceWaitTime)},
		}},
	}, Start: "targets", SubmitIsFinal: true, Beside: func(f *form.Form) []resource.Section { return m.beside(f, to) },
		Submit: func(v form.Values) tea.Cmd { return m.start(requestOf(v), to.Tunnel) }})
}

// values are what the form shows of a request: Cloudflare's defaults where it says nothing.
func values(r api.TracerouteRequest) form.Values {
	o := api.TracerouteOptions{}
	if r.Options != nil {
		o = *r.Options
	}
	number := func(n, standard int) string {
		if n == 0 {
			n = standard
		}
		return strconv.Itoa(n)
	}
	return form.Values{"targets": strings.Join(r.Targets, " "), "colos": strings.Join(r.Colos, " "),
		"packet_type": field.Or(o.PacketType, rules.TracePacketTypes()[0]), "max_ttl": number(o.MaxTTL, rules.TraceTTL),
		"packets_per_ttl": number(o.PacketsPerTTL, rules.TracePackets), "port": number(o.Port, rules.TracePort),
		"wait_time": number(o.WaitTime, rules.TraceWait)}
}

// requestOf is the request for what was typed. What is empty is left out: Cloudflare then takes its default.
func requestOf(v form.Values) api.TracerouteRequest {
	number := func(key string) int { n, _ := strconv.Atoi(v[key]); return n }
	return api.TracerouteRequest{Targets: field.Words(v["targets"]), Colos: field.Words(strings.ToLower(v["colos"])),
		Options: &api.TracerouteOptions{PacketType: v["packet_type"], MaxTTL: number("max_ttl"), PacketsPerTTL: number("packets_per_ttl"),
			Port: number("port"), WaitTime: number("wait_time")}}
}

func checkTargets(v string, all form.Values) form.Finding {
	targets := field.Words(v)
	switch {
	case len(targets) == 0:
		return form.Finding{Level: form.Incomplete, Text: "Enter where the traceroute is to lead, such as 203.0.113.1"}
	case len(targets) > rules.TraceTargets:
		return form.Finding{Level: form.Error, Text: "At most " + strconv.Itoa(rules.TraceTargets) + " at once"}
	}
	return field.CheckList(rules.TraceTarget)(v, all)
}

func checkColos(v string, all form.Values) form.Finding {
	if len(field.Words(v)) == 0 {
		return form.Finding{Level: form.Warning, Text: "All data centers outside China: slow, up to " + minutes(limit)}
	}
	return field.CheckList(rules.TraceColo)(v, all)
}

// carrying says which locations carry the tunnel's traffic, the busiest first.
func (m *Module) carrying(tunnel string) string {
	in := m.env.Feed.InsightOf(tunnel).Insight
	var names []string
	for _, c := range in.Colos {
		if in.ColoFlow && !c.Idle() && len(names) < 6 {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Most traffic in the last hour: " + strings.Join(names, " ")
}

// proposals are lists of locations for a tunnel, the best first; an empty one, for all locations, is always the last.
func (m *Module) proposals(tunnel string) [][]string {
	in := m.env.Feed.InsightOf(tunnel).Insight
	var first, bad, all []string
	for i, c := range in.Colos {
		name := airport(c.Name)
		all = put(all, name)
		if i < busiest && !c.Idle() {
			first = put(first, name)
		}
		if s := c.State(); (s == store.Degraded || s == store.HealthDown) && len(bad) < worst && !slices.Contains(first, name) {
			bad = put(bad, name)
		}
	}
	var out [][]string
	for _, list := range [][]string{slices.Concat(first, bad), first, bad, all} {
		if len(list) > 0 && !slices.ContainsFunc(out, func(before []string) bool { return slices.Equal(before, list) }) {
			out = append(out, list)
		}
	}
	return append(out, nil)
}

func put(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// airport is a location's name as the API's own example of a traceroute writes it: "den", where the analytics say "den01".
// Whether the longer name is accepted is not documented.
func airport(colo string) string { return strings.ToLower(colo[:min(len(colo), 3)]) }

// locations are what is known to choose from: those that see the tunnel, the busiest first; without a tunnel those that see any.
func (m *Module) locations(tunnel string) []form.Option {
	var out []form.Option
	for _, t := range m.env.Feed.Last().Tunnels {
		if tunnel != "" && t.Name != tunnel {
			continue
		}
		in := m.env.Feed.InsightOf(t.Name).Insight
		for _, c := range in.Colos {
			option := form.Option{Value: airport(c.Name), Label: airport(c.Name)}
			if s := c.State(); s == store.Degraded || s == store.HealthDown {
				option.Label += "  sees " + t.Name + " " + string(s)
			}
			if !slices.ContainsFunc(out, func(o form.Option) bool { return o.Value == option.Value }) {
				out = append(out, option)
			}
		}
	}
	return out
}

// ends are the addresses of the account's routers, with the tunnels that end there.
func (m *Module) ends() []form.Option {
	var out []form.Option
	for _, t := range m.env.Feed.Last().Tunnels {
		if t.CustomerEndpoint == "" {
			continue
		}
		i := slices.IndexFunc(out, func(o form.Option) bool { return o.Value == t.CustomerEndpoint })
		if i < 0 {
			out = append(out, form.Option{Value: t.CustomerEndpoint, Label: t.CustomerEndpoint + "  " + t.Name})
			continue
		}
		out[i].Label += ", " + t.Name
	}
	return out
}

// patience is how long the form waits for the tunnel's locations.
const patience = 3 * time.Second

// asking stands on the screen until it is known which locations carry the tunnel's traffic.
type asking struct {
	m  *Module
	to kit.Goal
}

type patienceMsg struct{ page *asking }

// Title implements tui.View.
func (a *asking) Title() string { return "New traceroute" }

// Init implements tui.View. The answer may have come before the page was on the screen.
func (a *asking) Init() tea.Cmd {
	if a.m.known(a.to.Tunnel) {
		return a.proceed()
	}
	return tui.After(patience, patienceMsg{a})
}

// Update implements tui.View.
func (a *asking) Update(msg tea.Msg) tea.Cmd {
	if late, ok := msg.(patienceMsg); (ok && late.page == a) || a.m.known(a.to.Tunnel) {
		return a.proceed()
	}
	return nil
}

func (a *asking) proceed() tea.Cmd { return tui.Replace(a, a.m.first(a.to)) }

// Actions implements tui.View.
func (a *asking) Actions() []tui.Action {
	return []tui.Action{{Name: "go-on", Keys: []string{"enter"}, Short: "go on without", Footer: true,
		Long: "Go to the form, without the tunnel's locations", Run: a.proceed}}
}

// Draw implements tui.View.
func (a *asking) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	p.Text(tui.Muted, "Asking which of Cloudflare's data centers carry the traffic of "+a.to.Tunnel+"…")
	return p.Lines()
}

// beside is what stands beside the form: the request so far, and how the locations see the tunnel.
func (m *Module) beside(f *form.Form, to kit.Goal) []resource.Section {
	body, _ := json.Marshal(requestOf(f.Values()))
	request := kit.BodySection(body, nil, func(path string) bool { return f.Lacks(strings.TrimPrefix(path, "options.")) })
	in := m.env.Feed.InsightOf(to.Tunnel).Insight
	seen := resource.Section{Title: "How locations see " + tui.Clean(to.Tunnel)}
	for _, c := range in.Colos {
		field := resource.Field{Label: tui.Clean(c.Name), Value: string(c.State())}
		if c.Idle() {
			field.Note = "no traffic"
		}
		seen.Fields = append(seen.Fields, field)
	}
	ends := resource.Section{Title: "Router addresses"}
	for _, o := range m.ends() {
		ends.Fields = append(ends.Fields, resource.Field{Label: o.Value, Role: tui.Muted,
			Value: tui.Clean(strings.TrimPrefix(o.Label, o.Value+"  "))})
	}
	return []resource.Section{request, seen, ends}
}
