package simaccount

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// dataset describes one node of the analytics API.
type dataset struct {
	dimensions []string
	// metrics maps a path such as avg_tunnelState to its value for one sample.
	metrics map[string]func(*sample) float64
	traffic bool // samples have a direction
	flows   bool // with the traffic from the Internet, by destination and mitigation
}

// sample is one measurement of one tunnel at one moment, seen from one data center.
type sample struct {
	server    *Server
	tunnel    *record
	colo      colo
	at        time.Time
	span      time.Duration // that it stands for
	health    float64
	unrouted  bool // no route leads into the tunnel: its session is down, and no static one does
	direction string
	flow      *flow // traffic from the Internet; then there is no tunnel
}

type colo struct {
	name, city, country string
	share               float64 // of a tunnel's traffic that passes there
}

var colos = []colo{
	{"fra03", "Frankfurt", "DE", 0.22}, {"ams04", "Amsterdam", "NL", 0.17}, {"lhr01", "London", "GB", 0.14}, {"iad02", "Ashburn", "US", 0.13},
	{"sjc05", "San Jose", "US", 0.09}, {"gru03", "Sao Paulo", "BR", 0.07}, {"sin01", "Singapore", "SG", 0.1}, {"nrt02", "Tokyo", "JP", 0.08},
}

var timeDimensions = map[string]time.Duration{
	"datetime": time.Minute, "datetimeMinute": time.Minute, "datetimeFiveMinutes": 5 * time.Minute,
	"datetimeFifteenMinutes": 15 * time.Minute, "datetimeHour": time.Hour, "date": day,
}

func dimensionsWith(names ...string) []string {
	return append(names, "datetime", "datetimeMinute", "datetimeFiveMinutes", "datetimeFifteenMinutes", "datetimeHour", "date")
}

func one(*sample) float64 { return 1 }

// datasets are the nodes below viewer.accounts.
var datasets = map[string]*dataset{
	"magicTransitTunnelHealthChecksAdaptiveGroups": {
		dimensions: dimensionsWith("tunnelName", "edgeColoName", "edgeColoCity", "edgeColoCountry", "tunnelState"),
		metrics: map[string]func(*sample) float64{
			"count": one, "avg_tunnelState": (*sample).found,
		},
	},
	"magicTransitTunnelTrafficAdaptiveGroups": {
		dimensions: dimensionsWith("tunnelName", "edgeColoName", "direction"), traffic: true,
		metrics: map[string]func(*sample) float64{
			"count": one, "avg_bitRateFiveMinutes": (*sample).rate, "avg_bitRateHour": (*sample).rate,
			"sum_bits": (*sample).bits, "sum_packets": (*sample).packets,
		},
	},
	"magicTransitNetworkAnalyticsAdaptiveGroups": {
		dimensions: dimensionsWith("ingressTunnelName", "egressTunnelName", "onRamp", "offRamp", "direction", "outcome", "mitigationSystem",
			"ipDestinationSubnet", "ipDestinationAddress"), traffic: true, flows: true,
		metrics: map[string]func(*sample) float64{
			"count": one, "sum_bits": (*sample).bits, "sum_packets": (*sample).packets,
		},
	},
}

// BlankTrafficNames makes tunnelName empty in the tunnel traffic dataset, as one real account always saw it.
func (s *Server) BlankTrafficNames(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.features.blankTraffic = yes
}

// dim is the text of a dimension.
func (s *sample) dim(name string) string {
	if width, ok := timeDimensions[name]; ok {
		t := s.at.UTC().Truncate(width)
		if name == "date" {
			return t.Format(time.DateOnly)
		}
		return t.Format(time.RFC3339)
	}
	switch {
	case s.flow != nil:
		return s.flow.dim(name)
	case isFlowDimension(name):
		return elsewhere(name)
	}
	tunnel := s.tunnel.text("name")
	switch name {
	case "tunnelName":
		if s.direction != "" && s.server.features.blankTraffic {
			return ""
		}
		return tunnel
	case "tunnelState":
		return fmt.Sprint(s.health)
	case "edgeColoName":
		return s.colo.name
	case "edgeColoCity":
		return s.colo.city
	case "edgeColoCountry":
		return s.colo.country
	case "direction":
		return s.direction
	}
	ramp := map[Resource]string{GRETunnels: "GRE", IPsecTunnels: "IPsec", Links: "CNI"}[s.tunnel.kind]
	inwards := s.direction == "ingress"
	switch {
	case name == "ingressTunnelName" && inwards, name == "egressTunnelName" && !inwards:
		return tunnel
	case name == "onRamp" && inwards, name == "offRamp" && !inwards:
		return ramp
	case name == "onRamp", name == "offRamp":
		return "Public Internet"
	}
	return ""
}

// rate is the traffic in bit/s: a working day's wave, different for each tunnel, nothing while it is down.
func (s *sample) rate() float64 {
	if s.flow != nil {
		return s.flow.rate
	}
	if s.health <= 0 || s.unrouted || s.silent() {
		return 0
	}
	base := s.tunnel.load[0]
	if base == 0 {
		base = 2e6 * math.Pow(10, 2.3*s.server.chance("traffic", s.tunnel.id))
		s.tunnel.load = [2]float64{base, base * (0.3 + s.server.chance("egress", s.tunnel.id))}
	}
	if s.direction == "egress" {
		base = s.tunnel.load[1]
	}
	phase := 2 * math.Pi * float64(s.at.Unix()%86400) / 86400
	noise := rand.New(rand.NewPCG(math.Float64bits(base), uint64(s.at.Unix()/300))).Float64()
	rate := base * (1.1 - math.Cos(phase)) * (0.8 + 0.4*noise) * s.health
	if s.colo.name != "" { // of one data center
		rate *= s.colo.share
	}
	return math.Round(rate)
}

// 7,000 bits are a usual packet.
func (s *sample) bits() float64    { return s.rate() * s.span.Seconds() }
func (s *sample) packets() float64 { return math.Round(s.bits() / 7000) }

// condition is one entry of a filter.
type condition struct {
	name, operator string
	values         []string
}

// window is a filter: its time range and the conditions on dimensions.
type window struct {
	from, to   time.Time
	conditions []condition
}

// readFilter understands {dimension, dimension_op, datetime_op}; a lower end of the time range is required.
func readFilter(node string, filter map[string]any, d *dataset, now time.Time) (window, error) {
	w := window{to: now}
	for key, v := range filter {
		name, operator, _ := strings.Cut(key, "_")
		if _, isTime := timeDimensions[name]; isTime {
			t, ok := instant(v)
			if !ok {
				return w, badQuery("error parsing args for %q: filter.%s must be a time", node, key)
			}
			switch operator {
			case "geq", "gt":
				w.from = t
			case "leq", "lt":
				w.to = t
			default:
				return w, badQuery("error parsing args for %q: filter field %s is not supported", node, key)
			}
			continue
		}
		c, ok := readCondition(name, operator, v)
		if !ok || !slices.Contains(d.dimensions, name) {
			return w, badQuery("error parsing args for %q: filter field %s is not supported", node, key)
		}
		w.conditions = append(w.conditions, c)
	}
	switch {
	case w.from.IsZero():
		return w, badQuery("error parsing args for %q: filter.datetime_geq is required", node)
	case w.to.Sub(w.from) > maxDuration:
		return w, badQuery("query time range is too large. Time range can't be wider than %d seconds", seconds(maxDuration))
	case now.Sub(w.from) > notOlderThan:
		return w, badQuery("cannot request data older than %d seconds", seconds(notOlderThan))
	}
	return w, nil
}

func readCondition(name, operator string, v any) (condition, bool) {
	c := condition{name: name, operator: operator}
	items, isList := v.([]any)
	if wantsList := operator == "in" || operator == "notin"; wantsList != isList {
		return c, false
	}
	if !isList {
		items = []any{v}
	}
	for _, item := range items {
		c.values = append(c.values, fmt.Sprint(item))
	}
	return c, slices.Contains([]string{"", "neq", "in", "notin", "like"}, operator)
}

func (c condition) holds(s *sample) bool {
	has := slices.Contains(c.values, s.dim(c.name))
	return has == (c.operator == "" || c.operator == "in" || c.operator == "like") // like without a sign for any text
}

// leavesOut reports whether the filter asks for other tunnels, so that none of this one's samples need be looked at.
func (w window) leavesOut(x *sample) bool {
	x.direction = ""
	return slices.ContainsFunc(w.conditions, func(c condition) bool {
		return c.name == "tunnelName" && (c.operator == "" || c.operator == "in") && !c.holds(x)
	})
}

// row is one group of an answer.
type row struct {
	dims []string
	sums []float64
	n    float64
}

// view writes a row; averages are divided here, the other metrics add up.
func (r *row) view(s selection) Object {
	out := Object{}
	put := func(group, name string, v any) {
		if name == "" {
			out[group] = v
			return
		}
		inner, _ := out[group].(Object)
		if inner == nil {
			inner = Object{}
			out[group] = inner
		}
		inner[s.alias[group+"_"+name]] = v
	}
	for i, name := range s.dimensions {
		put("dimensions", name, r.dims[i])
	}
	for i, m := range s.metrics {
		v := r.sums[i]
		if m[0] == "avg" {
			v /= r.n
		}
		put(m[0], m[1], v)
	}
	return out
}

// group takes the samples of the window and adds them up by the wanted dimensions.
func (q *query) group(d *dataset, s selection, w window) []*row {
	groups, rows := map[string]*row{}, []*row(nil)
	metrics := make([]func(*sample) float64, len(s.metrics))
	for i, m := range s.metrics {
		metrics[i] = d.metrics[strings.TrimSuffix(m[0]+"_"+m[1], "_")]
	}
	dims := make([]string, len(s.dimensions))
	q.server.samples(d, s, w, q.now, func(x *sample) {
		for i, name := range s.dimensions {
			dims[i] = x.dim(name)
		}
		key := strings.Join(dims, "\x00")
		r := groups[key]
		if r == nil {
			r = &row{dims: slices.Clone(dims), sums: make([]float64, len(metrics))}
			groups[key], rows = r, append(rows, r)
		}
		r.n++
		for i, value := range metrics {
			r.sums[i] += value(x)
		}
	})
	return rows
}

// perWindow is how many samples a tunnel gives when no time is among the dimensions; perBucket when one is.
// Both are odd primes, so that the step rarely falls in with a tunnel that flaps.
const (
	perWindow = 31
	perBucket = 7
)

// samples calls visit for every measurement in the window that passes the filter.
func (s *Server) samples(d *dataset, selected selection, w window, now time.Time, visit func(*sample)) {
	moments, span := sampleTimes(selected, w, now)
	centres := []colo{{}}
	if slices.ContainsFunc(selected.dimensions, isColo) || slices.ContainsFunc(w.conditions,
		func(c condition) bool { return isColo(c.name) }) {
		centres = colos
	}
	directions := []string{""}
	if d.traffic {
		directions = []string{"ingress", "egress"}
	}
	x := sample{server: s, span: span}
	passes := func() {
		if !slices.ContainsFunc(w.conditions, func(c condition) bool { return !c.holds(&x) }) {
			visit(&x)
		}
	}
	for _, x.tunnel = range s.connections(nil) {
		if w.leavesOut(&x) {
			continue
		}
		static := d.traffic && s.routed(x.tunnel)
		for _, x.at = range moments {
			if x.health = x.tunnel.probed(x.at); x.health < 0 {
				continue
			}
			x.unrouted = d.traffic && !static && x.tunnel.sessionLost(x.at)
			for _, x.colo = range centres {
				for _, x.direction = range directions {
					passes()
				}
			}
		}
	}
	if d.flows {
		x.tunnel = nil
		s.flowSamples(&x, moments, passes)
	}
}

func isColo(dimension string) bool { return strings.HasPrefix(dimension, "edgeColo") }

// sessionLost reports whether a tunnel that has BGP has no session at a moment, so that neither side has a route by it.
func (r *record) sessionLost(at time.Time) bool {
	if _, ok := r.obj["bgp"].(Object); !ok || r.kind == Links {
		return false
	}
	m, _ := r.now(at)
	return m.fsm != "Established"
}

// routed reports whether a static route leads into a tunnel.
func (s *Server) routed(r *record) bool {
	for _, name := range []string{"interface_address", "interface_address6"} {
		subnet, err := netip.ParsePrefix(r.text(name))
		if err != nil {
			continue
		}
		for _, route := range s.objects[Routes].list {
			if hop, err := netip.ParseAddr(route.text("nexthop")); err == nil && subnet.Contains(hop) {
				return true
			}
		}
	}
	return false
}

// probed is what the health checks found at a moment: nothing before the tunnel existed,
// "down" while they are switched off (the real analytics shows it so).
func (r *record) probed(at time.Time) float64 {
	if at.Before(r.created) {
		return -1
	}
	if hc, ok := r.obj["health_check"].(Object); ok && hc["enabled"] == false {
		return 0
	}
	m, _ := r.now(at)
	return m.health
}

// sampleTimes spreads the measurements over the window, ending just before its end or now, each of them for a step.
func sampleTimes(s selection, w window, now time.Time) (moments []time.Time, step time.Duration) {
	end := w.to
	if end.After(now) {
		end = now
	}
	step = end.Sub(w.from) / perWindow
	for _, name := range s.dimensions {
		if width, ok := timeDimensions[name]; ok {
			step = width / perBucket
		}
	}
	for at := end.Add(-time.Millisecond); !at.Before(w.from) && step > 0; at = at.Add(-step) {
		moments = append(moments, at)
	}
	slices.Reverse(moments)
	return moments, step
}
