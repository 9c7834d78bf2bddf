package traceroute

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui"
)

// place is the way from one location to one target.
type place struct {
	api.ColoTrace
	rank    int // the order of the answer, which is that of the question
	target  string
	summary api.HopNode
	hops    []*hop
	raw     json.RawMessage
}

// hop is one node of one step of a way; a step at which nothing answered has one without a node.
type hop struct {
	api.Hop
	node  *api.HopNode
	index int // among the nodes of the step
	last  bool
	raw   json.RawMessage
}

// placesOf takes an answer apart.
func placesOf(traces []api.Trace) []*place {
	var out []*place
	for _, t := range traces {
		var raw struct {
			Colos []json.RawMessage `json:"colos"`
		}
		_ = json.Unmarshal(t.JSON(), &raw) // it was read once already: what is missing has no JSON to copy
		for i, colo := range t.Colos {
			p := &place{ColoTrace: colo, rank: len(out), target: t.Target}
			if i < len(raw.Colos) {
				p.raw = raw.Colos[i]
			}
			_ = json.Unmarshal(colo.TargetSummary, &p.summary) // without it the hops tell
			p.hops = hopsOf(colo, p.raw)
			out = append(out, p)
		}
	}
	return out
}

func hopsOf(colo api.ColoTrace, colosJSON json.RawMessage) []*hop {
	var raw struct {
		Hops []json.RawMessage `json:"hops"`
	}
	_ = json.Unmarshal(colosJSON, &raw)
	var out []*hop
	for i, step := range colo.Hops {
		one := hop{Hop: step, last: i == len(colo.Hops)-1}
		if i < len(raw.Hops) {
			one.raw = raw.Hops[i]
		}
		if len(step.Nodes) == 0 {
			out = append(out, &one)
		}
		for n := range step.Nodes {
			node := one
			node.node, node.index = &step.Nodes[n], n
			out = append(out, &node)
		}
	}
	return out
}

// end is the step at which the target answered. Of a target that is a name only the summary tells.
func (p *place) end() (at *hop, node api.HopNode, reached bool) {
	for _, h := range p.hops {
		if h.node == nil {
			continue
		}
		if is, ok := rules.TraceReaches(p.target, h.node.IP); is || (!ok && p.summary.PacketCount > 0 && h.node.IP == p.summary.IP) {
			return h, *h.node, true
		}
	}
	return nil, api.HopNode{}, false
}

func (p *place) reached() bool { _, _, reached := p.end(); return p.Error == "" && reached }

// answered is the last step at which anything answered; 0 when nothing did.
func (p *place) answered() int {
	ttl := 0
	for _, h := range p.hops {
		if h.node != nil {
			ttl = h.PacketsTTL
		}
	}
	return ttl
}

// result is the end of the way in words.
func (p *place) result(g tui.Glyphs) (string, tui.Role) {
	switch at, _, reached := p.end(); {
	case p.Error != "":
		return g.Unknown + " not traced", tui.Pending
	case reached:
		return fmt.Sprintf("%s reached at hop %d", g.Up, at.PacketsTTL), tui.Good
	case p.answered() == 0:
		return g.Down + " no answer", tui.Bad
	}
	return fmt.Sprintf("%s silent after hop %d", g.Down, p.answered()), tui.Bad
}

// means is the end of the way in a sentence, and what it does not mean.
func (p *place) means() (string, tui.Role) {
	switch at, node, reached := p.end(); {
	case p.Error != "":
		return p.Error + ". Cloudflare does not document the code; the name may be no location of Cloudflare's, or it cannot trace at the " +
			"moment.", tui.Pending
	case reached && at.PacketsLost > 0:
		return fmt.Sprintf("It is reached with %d of %d packets lost at the last step.", at.PacketsLost, at.PacketsSent), tui.Pending
	case reached:
		return "It is reached in " + steps(at.PacketsTTL) + ", " + rtt(node, node.MeanRTT) + " ms on average.", tui.Good
	}
	return "It did not answer. It may still have been reached and be dropping these packets: try another packet type (" +
		tui.KeyOf("other-options", "o") + "), or check whether other " +
		"locations end at the same hop.", tui.Pending
}

func steps(n int) string {
	if n == 1 {
		return "1 hop"
	}
	return strconv.Itoa(n) + " hops"
}

// loss is the share of packets that nothing answered; "-" when none was sent.
func loss(h api.Hop) string {
	if h.PacketsSent <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(h.PacketsLost)/float64(h.PacketsSent))
}

// rtt writes milliseconds; a node without any time gives "-", because nothing measured is not zero.
func rtt(n api.HopNode, ms float64) string {
	if n.MaxRTT == 0 && n.MeanRTT == 0 {
		return "-"
	}
	if ms >= 100 {
		return fmt.Sprintf("%.0f", ms)
	}
	return fmt.Sprintf("%.1f", ms)
}

// address is the hop's address; "*" where nothing answered, as in every traceroute.
func (h *hop) address() string {
	if h.node == nil {
		return "*"
	}
	return h.node.IP
}

// title names the hop.
func (h *hop) title() string {
	if h.node == nil || h.node.IP == "" {
		return fmt.Sprintf("hop %d", h.PacketsTTL)
	}
	return h.node.IP
}

// field reads a text of the node; "" where nothing answered.
func (h *hop) field(get func(api.HopNode) string) string {
	if h.node == nil {
		return ""
	}
	return get(*h.node)
}

// name is the node's name, unless it only repeats the address.
func (h *hop) name() string {
	return h.field(func(n api.HopNode) string {
		if n.Name == n.IP {
			return ""
		}
		return n.Name
	})
}

func (h *hop) labels() string {
	return h.field(func(n api.HopNode) string { return strings.Join(n.Labels, ", ") })
}

// lossRole: what is lost in the middle of a way that goes on is no trouble by itself.
func (h *hop) lossRole() tui.Role {
	if h.PacketsLost > 0 && h.last {
		return tui.Pending
	}
	return tui.Plain
}
