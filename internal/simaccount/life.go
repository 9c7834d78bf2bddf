package simaccount

import (
	"slices"
	"time"
)

// moment is the state of a tunnel or a link from a point of its timeline on.
type moment struct {
	at     time.Duration
	fsm    string  // RFC 4271 state name; "" while nothing was reported yet
	state  string  // Cloudflare's summary; "" derives it from fsm
	health float64 // 0 down, 0.5 degraded, 1 healthy; below 0 not probed yet
}

// timeline is a tunnel's whole life as a function of the time since it began; with a period it repeats.
type timeline struct {
	moments []moment
	period  time.Duration
}

// at finds the moment that holds after elapsed, and when it began.
func (t timeline) at(elapsed time.Duration) (moment, time.Duration) {
	if len(t.moments) == 0 {
		return moment{health: -1}, 0
	}
	round := time.Duration(0)
	if t.period > 0 && elapsed > 0 {
		round = elapsed / t.period * t.period
	}
	i, exact := slices.BinarySearchFunc(t.moments, elapsed-round, func(m moment, t time.Duration) int {
		return int(m.at - t)
	})
	if !exact && i > 0 {
		i--
	}
	return t.moments[i], round + t.moments[i].at
}

// tcpUp follows RFC 4271: from OpenSent on there is a connection.
func (m moment) tcpUp() bool {
	return m.fsm == "OpenSent" || m.fsm == "OpenConfirm" || m.fsm == "Established"
}

// summary is the three-valued state of the API.
func (m moment) summary() string {
	switch {
	case m.state != "":
		return m.state
	case m.fsm == "Established":
		return "BGP_UP"
	case m.fsm == "Idle" || m.fsm == "Active":
		return "BGP_DOWN"
	}
	return "BGP_ESTABLISHING"
}

// steady is a timeline in which nothing changes.
func steady(fsm, state string, health float64) timeline {
	return timeline{moments: []moment{{fsm: fsm, state: state, health: health}}}
}

// failed is the timeline of a tunnel that was well until it failed, after which nothing changes.
func failed(after time.Duration, fsm string, health float64) timeline {
	return timeline{moments: []moment{{fsm: "Established", health: 1}, {at: after, fsm: fsm, health: health}}}
}

// The timelines that tunnels follow. bringUp is what an operator sees after creating a tunnel whose far side is right.
var (
	bringUp = timeline{moments: []moment{
		{at: 0, health: -1},
		{at: 4 * time.Second, fsm: "Idle", health: 0},
		{at: 10 * time.Second, fsm: "Active", health: 1},
		{at: 18 * time.Second, fsm: "Connect", health: 1},
		{at: 24 * time.Second, fsm: "OpenSent", health: 1},
		{at: 30 * time.Second, fsm: "OpenConfirm", health: 1},
		{at: 36 * time.Second, fsm: "Established", health: 1},
	}}
	comesUp = timeline{moments: []moment{
		{at: 0, fsm: "Connect", health: 1},
		{at: 20 * time.Second, fsm: "OpenSent", health: 1},
		{at: 29 * time.Second, fsm: "OpenConfirm", health: 1},
		{at: 35 * time.Second, fsm: "Established", health: 1},
	}}
	flaps = timeline{period: 50 * time.Second, moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 20 * time.Second, fsm: "Idle", health: 0.5},
		{at: 25 * time.Second, fsm: "Active", health: 0.5},
		{at: 33 * time.Second, fsm: "Connect", health: 1},
		{at: 37 * time.Second, fsm: "OpenSent", health: 1},
		{at: 40 * time.Second, fsm: "OpenConfirm", health: 1},
		{at: 42 * time.Second, fsm: "Established", health: 1},
	}}
	wrongASN = timeline{moments: []moment{
		{at: 0, health: -1},
		{at: 4 * time.Second, fsm: "Idle", health: 0},
		{at: 10 * time.Second, fsm: "Active", health: 1},
		{at: 24 * time.Second, fsm: "OpenSent", state: "BGP_DOWN", health: 1},
	}}
	noKey = timeline{moments: []moment{
		{at: 0, health: -1},
		{at: 4 * time.Second, fsm: "Idle", health: 0},
	}}
)

// now returns the tunnel's moment and the time since which it holds.
func (r *record) now(now time.Time) (moment, time.Time) {
	m, since := r.life.at(now.Sub(r.lifeFrom))
	return m, r.lifeFrom.Add(since)
}

// reportEvery is how often the edge refreshes a status that does not change.
const reportEvery = 30 * time.Second

// reported is bgp_status.updated_at: the last change or the last regular report, whichever is later; the time at which it
// got stuck, where it is.
func (r *record) reported(now, since time.Time) time.Time {
	if !r.stuck.IsZero() {
		return r.stuck
	}
	tick := r.lifeFrom.Add(now.Sub(r.lifeFrom).Truncate(reportEvery))
	if since.After(tick) {
		return since
	}
	return tick
}

// reservedASN can never come up: RFC 7607, RFC 6793, RFC 7300, and Cloudflare's own number.
func reservedASN(asn int64) bool {
	return slices.Contains([]int64{0, 13335, 23456, 65535, 4294967295}, asn)
}

// startOver starts the tunnel's life anew after a change that a running session does not survive.
func (r *record) startOver(now time.Time) {
	r.lifeFrom, r.stuck = now, time.Time{}
	r.life = bringUp
	if r.kind == IPsecTunnels && r.psk == "" {
		r.life = noKey
		return
	}
	bgp, _ := r.obj["bgp"].(Object)
	if bgp == nil {
		return
	}
	asn, _ := bgp["customer_asn"].(int64)
	if reservedASN(asn) || (r.routerASN != 0 && r.routerASN != asn) {
		r.life = wrongASN
	}
}
