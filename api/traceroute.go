package api

import (
	"context"
	"encoding/json"
	"reflect"
	"time"
)

// tracerouteTimeout: Cloudflare answers when all locations are done, which can take tens of seconds.
const tracerouteTimeout = 2 * time.Minute

// TracerouteRequest says what to trace and from where. Without Colos every location of Cloudflare's traces, which is slow.
type TracerouteRequest struct {
	Targets []string           `json:"targets"` // at most 10 addresses or host names
	Colos   []string           `json:"colos,omitempty"`
	Options *TracerouteOptions `json:"options,omitempty"`
}

// TracerouteOptions are the knobs of a traceroute. Zero values leave Cloudflare's defaults.
type TracerouteOptions struct {
	MaxTTL        int    `json:"max_ttl,omitempty"`         // default 15
	PacketType    string `json:"packet_type,omitempty"`     // icmp (default), tcp, udp, gre, gre+icmp
	PacketsPerTTL int    `json:"packets_per_ttl,omitempty"` // default 3
	Port          int    `json:"port,omitempty"`
	WaitTime      int    `json:"wait_time,omitempty"` // seconds, 1 to 5
}

// Trace is the result for one target.
type Trace struct {
	Target string      `json:"target"`
	Colos  []ColoTrace `json:"colos"`
	Raw    `json:"-"`
}

// ColoTrace is the way from one of Cloudflare's data centers.
type ColoTrace struct {
	Colo struct {
		City string `json:"city"`
		Name string `json:"name"`
	} `json:"colo"`
	Error            string          `json:"error"` // "" when it was traced
	Hops             []Hop           `json:"hops"`
	TargetSummary    json.RawMessage `json:"target_summary,omitempty"`
	TracerouteTimeMS float64         `json:"traceroute_time_ms"`
}

// Hop is one step of the way.
type Hop struct {
	Nodes       []HopNode `json:"nodes"`
	PacketsLost int       `json:"packets_lost"`
	PacketsSent int       `json:"packets_sent"`
	PacketsTTL  int       `json:"packets_ttl"`
}

// HopNode is a router that answered at a step. Times are in milliseconds.
type HopNode struct {
	ASN         string
	IP          string
	Name        string
	Labels      []string
	PacketCount int
	MinRTT      float64
	MeanRTT     float64
	MaxRTT      float64
	StdDevRTT   float64
}

// UnmarshalJSON reads the names of the schema (*_rtt_ms) and those of its examples (*_latency_ms).
func (n *HopNode) UnmarshalJSON(b []byte) error {
	var wire wireHopNode
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*n = HopNode{ASN: wire.ASN, IP: wire.IP, Name: wire.Name, Labels: wire.Labels, PacketCount: wire.PacketCount,
		MinRTT: either(wire.MinRTT, wire.MinLat), MeanRTT: either(wire.MeanRTT, wire.MeanLat),
		MaxRTT: either(wire.MaxRTT, wire.MaxLat), StdDevRTT: either(wire.StdDevRTT, wire.StdDevLat)}
	return nil
}

// wireHopNode has both names of each time.
type wireHopNode struct {
	ASN         string   `json:"asn"`
	IP          string   `json:"ip"`
	Name        string   `json:"name"`
	Labels      []string `json:"labels"`
	PacketCount int      `json:"packet_count"`
	MinRTT      *float64 `json:"min_rtt_ms"`
	MeanRTT     *float64 `json:"mean_rtt_ms"`
	MaxRTT      *float64 `json:"max_rtt_ms"`
	StdDevRTT   *float64 `json:"std_dev_rtt_ms"`
	MinLat      float64  `json:"min_latency_ms"`
	MeanLat     float64  `json:"mean_latency_ms"`
	MaxLat      float64  `json:"max_latency_ms"`
	StdDevLat   float64  `json:"std_dev_latency_ms"`
}

func (HopNode) shape() reflect.Type { return reflect.TypeFor[wireHopNode]() }

func either(first *float64, second float64) float64 {
	if first != nil {
		return *first
	}
	return second
}

// Traceroute traces from Cloudflare's data centers to the targets. It changes nothing, but needs the permission Magic Transit Write.
// It may take minutes: cancel the context to give up.
func (a *AccountClient) Traceroute(ctx context.Context, request TracerouteRequest) ([]Trace, error) {
	if len(request.Targets) == 0 || len(request.Targets) > 10 {
		return nil, opTraceroute.refuse(Invalid, "a traceroute needs 1 to 10 targets; nothing was sent")
	}
	body, err := encode(request)
	if err != nil {
		return nil, err
	}
	got, err := a.client.do(ctx, &call{op: &opTraceroute, args: []string{a.ID}, body: body, timeout: tracerouteTimeout})
	if err != nil {
		return nil, err
	}
	raw, err := a.client.result(got)
	if err != nil {
		return nil, err
	}
	return decodeList[Trace](got, raw, "traces", nil)
}
