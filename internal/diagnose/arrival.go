package diagnose

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Attack or fault? What came in for a prefix and what of it was dropped by which mitigation, by Cloudflare's network analytics. They are
// asked on demand (store.AskFlows), and packets are sampled: that none was seen is not that none was there.

// The causes that the network analytics tell.
const (
	TrafficDropped Cause = "traffic-dropped"
	TrafficStopped Cause = "traffic-stopped"
	NothingArrives Cause = "nothing-arrives"
	TrafficPasses  Cause = "traffic-passes"
)

const (
	srcFlows = "Cloudflare docs: Network Analytics v2 (outcome, mitigationSystem, ipDestinationSubnet, sampled); the names of the sums and " +
		"how a subnet is written are unconfirmed"
	// unsureRate is said on the screen where a rate decides.
	unsureRate = "By samples of packets; which fields have the rate is unconfirmed."
)

const (
	// arrivalNow is how many of the last whole steps are the present.
	arrivalNow = 3
	// arrivalLag is how late a sample may come (unconfirmed): steps that ended later are not whole.
	arrivalLag = time.Minute
	// arrivalOld is from when an answer says nothing about the present.
	arrivalOld = 20 * time.Minute
	// samplesLeast is how many sampled packets there must have been, usually, in the time of the present for none of them to mean something.
	samplesLeast = 10
	// bitsOfPacket is a usual packet, for where the API gives no packets.
	bitsOfPacket = 8000
)

// Arrival is what came in for a prefix, in whole steps.
type Arrival struct {
	Prefix   netip.Prefix
	From, To time.Time     // the steps that are counted
	Passed   []float64     // by step, oldest first, in the unit
	Dropped  []DroppedFlow // by mitigation system, most of the present first
	Unit     RateUnit
	Whole    bool // nothing is missing in the answer: what is not in it was not among the samples
	// Quiet is set when nothing of the whole account is in the present: the analytics may be late.
	Quiet bool

	packets []float64 // all, by step
	subnets map[netip.Prefix]float64
}

// DroppedFlow is what one mitigation system dropped, by step.
type DroppedFlow struct {
	System string
	Steps  []float64
}

// RateUnit is what the API counts.
type RateUnit int

// The units. With RateUnknown only the number of rows is known, which is no rate.
const (
	RateUnknown RateUnit = iota
	RateBits
	RatePackets
)

// Rate is a rate in words; "" when there is none.
func (u RateUnit) Rate(perSecond float64) string {
	switch u {
	case RateBits:
		return bits(perSecond)
	case RatePackets:
		return strconv.FormatFloat(perSecond, 'f', 0, 64) + " packets/s"
	}
	return ""
}

// amount is what a flow has of the unit.
func (u RateUnit) amount(f api.Flow) float64 {
	switch v := map[RateUnit]*float64{RateBits: f.Bits, RatePackets: f.Packets}[u]; {
	case u == RateUnknown:
		return 1
	case v == nil || *v < 0:
		return 0
	default:
		return *v
	}
}

// unitOf is the best unit that an answer has.
func unitOf(flows []api.Flow) RateUnit {
	unit := RateUnknown
	for _, f := range flows {
		if f.Bits != nil {
			return RateBits
		}
		if f.Packets != nil {
			unit = RatePackets
		}
	}
	return unit
}

// Arrived is what came in for a network, by an answer; false when the answer is too short or its subnets are larger than the network.
func Arrived(in store.Flows, p netip.Prefix) (Arrival, bool) {
	longest := 64
	if p.Addr().Is4() {
		longest = 24
	}
	from := in.From.Truncate(api.FlowStep)
	if from.Before(in.From) {
		from = from.Add(api.FlowStep)
	}
	to := in.To.Add(-arrivalLag).Truncate(api.FlowStep)
	n := int(to.Sub(from) / api.FlowStep)
	if !in.Known() || p.Bits() > longest || n < 2*arrivalNow || n > 10_000 {
		return Arrival{}, false
	}
	a := Arrival{Prefix: p.Masked(), From: from, To: to, Passed: make([]float64, n), packets: make([]float64, n), Unit: unitOf(in.Flows),
		Whole: !in.Partial && in.Odd == 0, Quiet: true, subnets: map[netip.Prefix]float64{}}
	for _, f := range in.Flows {
		i := int(f.At.Sub(from) / api.FlowStep)
		if f.At.Before(from) || i >= n {
			continue
		}
		if i >= n-arrivalNow {
			a.Quiet = false
		}
		if a.Prefix.Contains(f.Subnet.Addr()) {
			a.add(i, f)
		}
	}
	sorting.Sort(a.Dropped, func(x, y DroppedFlow) int {
		return cmp.Or(cmp.Compare(a.present(y.Steps), a.present(x.Steps)), cmp.Compare(x.System, y.System))
	})
	return a, true
}

// add counts a flow. An outcome that no document has is neither: then nothing is concluded from what is missing.
func (a *Arrival) add(i int, f api.Flow) {
	v := a.Unit.amount(f)
	if f.Packets != nil {
		a.packets[i] += *f.Packets
	} else {
		a.packets[i] += v / bitsOfPacket
	}
	switch f.Outcome {
	case api.Passed:
		a.Passed[i] += v
	case api.Dropped:
		at := slices.IndexFunc(a.Dropped, func(d DroppedFlow) bool { return d.System == f.System })
		if at < 0 {
			at, a.Dropped = len(a.Dropped), append(a.Dropped, DroppedFlow{f.System, make([]float64, len(a.Passed))})
		}
		a.Dropped[at].Steps[i] += v
		if i >= len(a.Passed)-arrivalNow {
			a.subnets[f.Subnet] += v
		}
	default:
		a.Whole = false
	}
}

// present is the mean of the last steps, a second.
func (a *Arrival) present(steps []float64) float64 { return mean(steps[len(steps)-arrivalNow:]) }

func mean(steps []float64) float64 {
	if len(steps) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range steps {
		sum += v
	}
	return sum / float64(len(steps)) / api.FlowStep.Seconds()
}

// PassedNow is what passes at present, a second.
func (a *Arrival) PassedNow() float64 { return a.present(a.Passed) }

// DroppedNow is what is dropped at present, a second.
func (a *Arrival) DroppedNow() float64 {
	sum := 0.0
	for _, d := range a.Dropped {
		sum += a.present(d.Steps)
	}
	return sum
}

// DropRate is what a system drops at present, a second, in the unit.
func (a *Arrival) DropRate(d DroppedFlow) float64 { return a.present(d.Steps) }

// at is when a step begins.
func (a *Arrival) at(i int) time.Time { return a.From.Add(time.Duration(i) * api.FlowStep) }

// run is a time in which a system dropped, in steps.
type run struct{ from, to int } // to is the first step without

// runs are the times in which a system dropped something that matters beside the most that it dropped. A gap of one step does not end one.
func (d DroppedFlow) runs() []run {
	const faint = 20
	floor := slices.Max(d.Steps) / faint
	var out []run
	for i, v := range d.Steps {
		if v <= floor {
			continue
		}
		if n := len(out); n > 0 && i-out[n-1].to <= 1 {
			out[n-1].to = i + 1
			continue
		}
		out = append(out, run{i, i + 1})
	}
	return out
}

// since is the step in which the dropping of the present began; -1: nothing is dropped at present.
func (a *Arrival) since(d DroppedFlow) int {
	all := d.runs()
	if len(all) == 0 || all[len(all)-1].to < len(d.Steps)-arrivalNow+1 {
		return -1
	}
	return all[len(all)-1].from
}

// began is the step in which the first of the present droppings began; -1: nothing is dropped at present.
func (a *Arrival) began() int {
	first := -1
	for _, d := range a.Dropped {
		if at := a.since(d); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// Since is a step as the time since when something is so; what was so from the first step on began before.
func (a *Arrival) Since(step int) string {
	if step <= 0 {
		return "since before " + minute(a.From)
	}
	return "since " + minute(a.at(step))
}

// minute is the begin of a step for people.
func minute(at time.Time) string { return at.UTC().Format("15:04 UTC") }

// target names what is hit: one subnet when nearly all of it goes there.
func (a *Arrival) target() string {
	total, most, subnet := 0.0, 0.0, netip.Prefix{}
	for _, s := range slices.SortedFunc(maps.Keys(a.subnets), netip.Prefix.Compare) {
		total += a.subnets[s]
		if a.subnets[s] > most {
			most, subnet = a.subnets[s], s
		}
	}
	if total > 0 && most >= total*0.9 && subnet.Bits() > a.Prefix.Bits() {
		return subnet.String()
	}
	return a.Prefix.String()
}

// SystemWords is a mitigation system in words.
func SystemWords(system string) string {
	switch system {
	case api.DDoSManaged:
		return "DDoS protection (dosd)"
	case api.AdvancedTCP:
		return "Advanced TCP Protection (flowtrackd)"
	case api.NetworkFirewall:
		return "your Network Firewall rules (magic-firewall)"
	case "":
		return "a system that the analytics do not name"
	}
	return fmt.Sprintf("%q (not in Cloudflare's documents)", system)
}
