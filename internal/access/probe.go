package access

import (
	"context"
	"slices"
	"sync"
	"time"

	"flarewire/api"
)

// State is what is known about one feature.
type State string

// The states of a feature.
const (
	Allowed      State = "allowed"
	Missing      State = "missing"
	NotOnboarded State = "not onboarded"
	NotKnown     State = "not known"
)

// Permission is one row of the table of permissions.
type Permission struct {
	Feature string
	State   State
	// Needs are the permission groups of which one is enough, by their exact names.
	Needs string
	// Detail is what Cloudflare said, with its code, or why nothing is known.
	Detail string
}

// probe is a feature and the read that tries it.
type probe struct {
	feature string
	needs   string
	try     func(context.Context, *api.AccountClient) error
}

// list makes a probe of a list.
func list[T any](of func(*api.AccountClient) api.Collection[T]) func(context.Context, *api.AccountClient) error {
	return func(ctx context.Context, a *api.AccountClient) error { _, err := of(a).List(ctx); return err }
}

const magicReaders = "Magic Transit Read or Magic WAN Read"

var probes = []probe{
	{"Tunnels and BGP", magicReaders, list(func(a *api.AccountClient) api.Collection[api.IPsecTunnel] { return a.IPsecTunnels })},
	{"Static routes", magicReaders, list(func(a *api.AccountClient) api.Collection[api.Route] { return a.Routes })},
	{"Interconnects", magicReaders, list(func(a *api.AccountClient) api.Collection[api.Interconnect] { return a.Interconnects })},
	{"Prefixes (BYOIP)", "IP Prefixes: Read or Magic Transit Read",
		list(func(a *api.AccountClient) api.Collection[api.Prefix] { return a.Prefixes })},
	{"Service bindings", "IP Prefixes: Read", list(func(a *api.AccountClient) api.Collection[api.AddressingService] { return a.Services })},
	{"Health and traffic", "Account Analytics Read", analytics},
}

// analytics asks for one minute: the rows do not matter.
func analytics(ctx context.Context, a *api.AccountClient) error {
	now := time.Now()
	_, err := a.TunnelHealth(ctx, now.Add(-time.Minute), now, api.HealthOptions{})
	return err
}

// unprobed are features that cannot be tried without changing something or without traffic: their first refusal tells.
var unprobed = []Permission{
	{Feature: "Changes", State: NotKnown, Needs: "Magic Transit Write or Magic WAN Write; for prefixes IP Prefixes: Write",
		Detail: "cannot be tried without changing something"},
	{Feature: "Traceroute", State: NotKnown, Needs: "Magic Transit Write", Detail: "is not tried"},
}

// Probe tries every feature at the same time, by reads alone, and returns one row for each, in a fixed order. listed are
// the accounts that the credential could list.
func Probe(ctx context.Context, account *api.AccountClient, listed []api.Account) []Permission {
	findings := make([]Permission, len(probes))
	var wait sync.WaitGroup
	for i, p := range probes {
		wait.Go(func() { findings[i] = p.find(p.try(ctx, account)) })
	}
	wait.Wait()
	return slices.Concat(findings, []Permission{name(account.ID, listed)}, unprobed)
}

// name is the row of the account's name: a courtesy, which needs no request of its own.
func name(account string, listed []api.Account) Permission {
	f := Permission{Feature: "Account's name", State: Allowed, Needs: "Account Settings Read"}
	if !slices.ContainsFunc(listed, func(a api.Account) bool { return a.ID == account }) {
		f.State, f.Detail = Missing, "the account is not in the list of accounts; its id is shown instead"
	}
	return f
}

// find reads a probe's answer.
func (p probe) find(err error) Permission {
	f := Permission{Feature: p.feature, State: Allowed, Needs: p.needs}
	if err == nil {
		return f
	}
	f.Detail = said(err)
	switch api.KindOf(err) {
	case api.PermissionMissing, api.Unauthenticated:
		f.State = Missing
	case api.NotOnboarded, api.CloudflareWANMissing, api.Unsupported:
		f.State = NotOnboarded
	default:
		f.State = NotKnown
		if f.Detail == "" {
			f.Detail = err.Error()
		}
	}
	return f
}

// Lost names the features that before covers and after does not: what a new token would take away. A feature of which
// nothing is known now counts as lost only when Cloudflare refused it.
func Lost(before, after []Permission) []string {
	var lost []string
	for _, b := range before {
		i := slices.IndexFunc(after, func(a Permission) bool { return a.Feature == b.Feature })
		if b.State == Allowed && i >= 0 && (after[i].State == Missing || after[i].State == NotOnboarded) {
			lost = append(lost, b.Feature+" (needs "+b.Needs+")")
		}
	}
	return lost
}
