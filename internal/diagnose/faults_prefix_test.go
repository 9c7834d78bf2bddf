package diagnose_test

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// prefixFaults are those of the account's own prefixes.
func prefixFaults() []fault {
	const p = "198.18.10.0/24"
	no := false
	part := func(of *store.Prefix) {
		of.BGP.Rows = append(of.BGP.Rows, api.BGPPrefix{CIDR: "198.18.10.128/25",
			OnDemand: &api.OnDemand{Advertised: &no, OnDemandEnabled: true}})
	}
	seen := func(f *diagnose.Facts) {
		f.Events = append(f.Events, store.Event{At: night.Add(-3 * day), Kind: store.PrefixWithdrawn, Name: p})
	}
	wider := func(f *diagnose.Facts) { f.Prefixes.Rows = append(f.Prefixes.Rows, pfx("198.18.0.0/20")) }
	locked := func(of *store.Prefix) { of.BGP.Rows[0].OnDemand.OnDemandLocked = true }
	auto := func(of *store.Prefix) { of.BGP.Rows[0].AutoAdvertiseWithdraw = true }
	rpki := func(word string) func(*store.Prefix) { return func(of *store.Prefix) { of.RPKIValidationState = word } }
	irr := func(word string) func(*store.Prefix) { return func(of *store.Prefix) { of.IRRValidationState = word } }
	pending := func(of *store.Prefix) { of.Approved = "P" }
	bound := func(service, state string) func(*store.Prefix) {
		return func(of *store.Prefix) {
			of.Bindings = bindings(api.Binding{CIDR: p, ServiceName: service, Provisioning: &api.Provisioning{State: state}})
		}
	}
	partBound := func(of *store.Prefix) {
		of.Bindings = bindings(api.Binding{CIDR: "198.18.10.0/28", ServiceName: "Spectrum", Provisioning: &api.Provisioning{State: "active"}})
	}
	return []fault{
		{name: "withdrawn a minute ago", object: p, cause: diagnose.PrefixWithdrawn, severity: diagnose.Outage, likely: diagnose.Certain,
			says: []string{"does not advertise " + p, "advertise it again"}, is: owned(pfx(p, withdrawnFor(time.Minute))),
			variant: owned(pfx(p, withdrawnFor(3*day)), seen), near: owned(pfx(p, withdrawnFor(3*day)))},
		{name: "withdrawn for months", object: p, cause: diagnose.PrefixWithdrawn, severity: diagnose.NoImpact, likely: diagnose.Certain,
			is: owned(pfx(p, withdrawnFor(528*day))), variant: owned(pfx(p, withdrawnFor(-1))), near: owned(pfx(p, withdrawnFor(time.Hour)))},
		{name: "a withdrawn part of what is advertised", object: p, cause: diagnose.PrefixCovered, severity: diagnose.NoImpact,
			likely: diagnose.Remark, says: []string{"covers it and is advertised"}, is: owned(pfx(p, part)),
			variant: owned(pfx(p, withdrawnFor(time.Hour)), wider), near: owned(pfx(p, withdrawnFor(time.Hour), part))},
		{name: "withdrawn and locked", object: p, cause: diagnose.PrefixLocked, severity: diagnose.Outage, likely: diagnose.Certain,
			says: []string{"unlock"}, is: owned(pfx(p, withdrawnFor(time.Hour), locked)), variant: owned(pfx(p, withdrawnFor(40*day), locked), seen),
			near: owned(pfx(p, locked))},
		{name: "withdrawn because no BGP route matches", object: p, cause: diagnose.AutoWithdrawn, severity: diagnose.Outage,
			likely: diagnose.Certain, says: []string{"no matching BGP route"}, is: owned(pfx(p, withdrawnFor(time.Hour), auto)),
			variant: owned(pfx(p, withdrawnFor(40*day), auto), seen), near: owned(pfx(p, auto))},
		{name: "new, never bound, never advertised", object: p, cause: diagnose.PrefixOnboarding, severity: diagnose.NoImpact,
			likely: diagnose.Certain, says: []string{"never bound", "Bind it"}, is: owned(pfx(p, withdrawnFor(-1), unbound)),
			variant: owned(pfx(p, withdrawnFor(-1), unbound, irr("pending"))), near: owned(pfx(p, unbound))},
		{name: "the binding of an advertised prefix is gone", object: p, cause: diagnose.LostBinding, severity: diagnose.Outage,
			likely: diagnose.Certain, says: []string{"No service binding covers the prefix", "bind the prefix again"}, is: owned(pfx(p, unbound)),
			variant: owned(pfx(p, partBound)), near: owned(pfx(p, withdrawnFor(-1), unbound))},
		{name: "the binding is being made", object: p, cause: diagnose.BindingInProgress, severity: diagnose.Impaired, likely: diagnose.Certain,
			says: []string{"4 to 6 hours"}, is: owned(pfx(p, bound("CDN", "provisioning"))),
			variant: owned(pfx(p, bound("Magic Transit", "Provisioning"))),
			near:    owned(pfx(p, bound("CDN", "ACTIVE")))},
		{name: "RPKI calls an advertised prefix invalid", object: p, cause: diagnose.RPKIInvalid, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"most transit networks drop it", "ROA"}, is: owned(pfx(p, rpki("invalid"))),
			variant: owned(pfx(p, rpki("mismatch_asn"))), near: owned(pfx(p, rpki("missing")))},
		{name: "the IRR object of an approved prefix is missing", object: p, cause: diagnose.ValidationFailed, severity: diagnose.Risk,
			likely: diagnose.Possible, is: owned(pfx(p, irr("missing"))), variant: owned(pfx(p, irr("mismatch_asn"))),
			near: owned(pfx(p, irr("pending")))},
		{name: "a validation of a new prefix failed", object: p, cause: diagnose.ValidationFailed, severity: diagnose.Impaired,
			likely: diagnose.Certain, says: []string{"Still pending: "}, is: owned(pfx(p, pending, rpki("invalid"), irr("pending"))),
			variant: owned(pfx(p, pending, irr("invalid"), rpki("pending"), withdrawnFor(-1))),
			near:    owned(pfx(p, pending))},
		{name: "not approved yet", object: p, cause: diagnose.PrefixPending, severity: diagnose.Impaired, likely: diagnose.Certain,
			says: []string{"not approved yet"}, is: owned(pfx(p, pending)), variant: owned(pfx(p, pending, withdrawnFor(-1), irr("pending"))),
			near: owned(pfx(p, func(of *store.Prefix) { of.Approved = "X" }))},
		{name: "advertised, and no way leads on", object: p, cause: diagnose.MissingRoute, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"dropped at Cloudflare"}, alone: true, is: owned(pfx(p, bound("Magic Transit", "active"))),
			variant: owned(pfx(p, bound("Magic Transit", "active")), routed(api.Route{ID: "r", Prefix: "10.0.0.0/8", Nexthop: "10.1.0.1"})),
			near:    owned(pfx(p, bound("Magic Transit", "active")), routed(api.Route{ID: "r", Prefix: "198.18.0.0/16", Nexthop: "10.1.0.1"}))},
	}
}
