package api

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// What came in for the account's addresses and what became of it, by the network analytics. Documented (Cloudflare docs: Network
// Analytics v2, schema map and example; Logpush dataset network_analytics_logs) are the dataset, its sampling, the dimensions outcome
// (pass, drop), mitigationSystem (dosd, flowtrackd, magic-firewall, empty for what was not mitigated), ipDestinationSubnet (/24 of IPv4,
// /64 of IPv6) and datetimeFiveMinutes. Unconfirmed are sum.bits and sum.packets, which third parties use, the order by one of them, and
// how a subnet is written. Which of them an account has is asked through its settings; what it does not have is left out.

// FlowStep is how long the time is that one Flow is of.
const FlowStep = 5 * time.Minute

// FlowSampling is of how many packets the network analytics see one (Cloudflare docs: NAv2 node reference).
const FlowSampling = 10_000

// The mitigation systems that Cloudflare's documents name.
const (
	DDoSManaged     = "dosd"
	AdvancedTCP     = "flowtrackd"
	NetworkFirewall = "magic-firewall"
)

// The outcomes of packets.
const (
	Passed  = "pass"
	Dropped = "drop"
)

// Flow is what came in for one subnet in one step, with what became of it.
type Flow struct {
	Subnet  netip.Prefix
	At      time.Time // begin of the step
	Outcome string    // Passed, Dropped, or a word that no document has
	System  string    // the mitigation system; "" for none, or when the API does not say
	Bits    *float64  // of the step; nil: the API gives none
	Packets *float64
}

// FlowReport is an answer with the time that it is really about.
type FlowReport struct {
	From, To time.Time
	Flows    []Flow
	Dropped  []string // fields that this account may not ask
	Odd      int      // rows of which the subnet or the time cannot be read
	Partial  bool     // as many rows as the API gives at once: there are smaller ones
}

// HasSystems reports whether the answer names mitigation systems.
func (r FlowReport) HasSystems() bool { return !slices.Contains(r.Dropped, systemField) }

const (
	outcomeField = "dimensions.outcome"
	systemField  = "dimensions.mitigationSystem"
	subnetField  = "dimensions.ipDestinationSubnet"
	stepField    = "dimensions.datetimeFiveMinutes"
	bitsField    = "sum.bits"
	packetsField = "sum.packets"
)

// Flows asks what came in for all subnets in steps of five minutes, and what of it was dropped by which system. It is asked of the whole
// account and not of one prefix: how the API writes a subnet is unconfirmed, and a condition that matches nothing would look like no
// traffic. Where the account's settings do not say which fields there are and the API refuses the question, it is asked once more with the
// documented names only.
func (a *AccountClient) Flows(ctx context.Context, from, to time.Time) (FlowReport, error) {
	documented := []string{outcomeField, systemField, subnetField, stepField}
	s := selection{dataset: networkDataset, from: from, to: to, fields: append(slices.Clone(documented), bitsField, packetsField),
		need: []string{outcomeField, subnetField, stepField}, order: bitsField}
	rows, start, dropped, full, err := a.groups(ctx, s)
	if KindOf(err) == Invalid {
		s.fields, s.order = documented, ""
		rows, start, dropped, full, err = a.groups(ctx, s)
		dropped = append(dropped, bitsField, packetsField)
	}
	report := FlowReport{From: start, To: to, Dropped: dropped, Partial: full}
	for i := range rows {
		g := &rows[i]
		f := Flow{Subnet: subnetOf(g.Dimensions.Subnet), At: g.Dimensions.FiveMinutes.Time, Bits: g.Sum.Bits, Packets: g.Sum.Packets,
			Outcome: strings.ToLower(clean(g.Dimensions.Outcome)), System: shorten(clean(g.Dimensions.System), 40)}
		if !f.Subnet.IsValid() || f.At.IsZero() {
			report.Odd++
			continue
		}
		report.Flows = append(report.Flows, f)
	}
	return report, err
}

// subnetOf reads a subnet with or without its length.
func subnetOf(text string) netip.Prefix {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked()
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
