package change

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/rules"
)

// The fields of a BGP prefix that named acts change.
const (
	advertisedPath   = "on_demand.advertised"
	prependPath      = "asn_prepend_count"
	autoWithdrawPath = "auto_advertise_withdraw"
)

// bgpAct is a named act on a BGP prefix: one field, which is sent alone.
func (w *Writer) bgpAct(prefixID string, verb journal.Verb, opened api.Object, path string, value any,
	change api.BGPPrefixChange) editSpec {
	r := BGPPrefixes(prefixID).Resource
	wanted := flatten(opened.Values())
	wanted[path] = value
	return editSpec{r: r, verb: verb, opened: opened, wanted: compose(wanted, opened, opened),
		build: func(a *api.AccountClient, _ api.Object) (api.Request, error) {
			return a.BuildBGPPrefixChange(prefixID, r.id(opened), change)
		}}
}

// PrepareAdvertisement plans to advertise or to withdraw a BGP prefix, and nothing else. It reads the prefix and its bindings
// for the guards.
func PrepareAdvertisement(ctx context.Context, w *Writer, prefixID string, opened api.BGPPrefix, advertise bool) (Plan, error) {
	return w.advertise(ctx, prefixID, api.ObjectOf(opened), advertise)
}

func (w *Writer) advertise(ctx context.Context, prefixID string, opened api.Object, advertise bool) (Plan, error) {
	prefix, err := w.options.Account.Prefixes.Get(ctx, prefixID)
	if err != nil {
		return Plan{}, err
	}
	bindings, unread := w.options.Account.Bindings(prefixID).List(ctx)
	verb := journal.Withdraw
	if advertise {
		verb = journal.Advertise
	}
	e := w.bgpAct(prefixID, verb, opened, advertisedPath, advertise, api.BGPPrefixChange{Advertised: &advertise})
	e.guard = func(fresh api.Object, p *Plan) {
		if unread != nil {
			p.Warnings = append(p.Warnings, "The service bindings could not be read, so whether the prefix is bound is not known")
		}
		b, _ := api.As[api.BGPPrefix](fresh) // it was read as one
		GuardAdvertisement(prefix, b, bindings, unread == nil, advertise, w.options.Now()).addTo(p)
	}
	return w.prepareEdit(ctx, e)
}

// Guards are what stands against an act, and what it brings with it.
type Guards struct {
	Block        string // "" = nothing stands against it
	Live         string // by what it is seen to work, for an act that ends it; "" = not known to
	Warnings     []string
	Consequences []string
}

func (g Guards) addTo(p *Plan) {
	if g.Block != "" {
		p.block(g.Block)
	}
	if g.Live != "" {
		p.Live, p.Warnings = g.Live, append([]string{g.Live}, p.Warnings...)
	}
	p.Warnings = append(p.Warnings, g.Warnings...)
	p.Consequences = append(p.Consequences, g.Consequences...)
}

// GuardAdvertisement says whether a BGP prefix can be advertised or withdrawn now, how long it takes and in which order to do it
// (rules: rules.AdvertisementChange). bindingsKnown is false when the bindings could not be read.
func GuardAdvertisement(prefix api.Prefix, b api.BGPPrefix, bindings []api.Binding, bindingsKnown, advertise bool, now time.Time) Guards {
	a := rules.Announcement{Approved: prefix.Approved, BGPControlled: b.BGPSignalOpts != nil && b.BGPSignalOpts.Enabled,
		BindingActive: !bindingsKnown || bound(b.CIDR, bindings)}
	var changed time.Time // not given to rules: the sentence here says how long ago, and whose advice it is
	if d := b.OnDemand; d != nil {
		a.OnDemandEnabled, a.OnDemandLocked, changed = d.OnDemandEnabled, d.OnDemandLocked, d.AdvertisedModifiedAt.Time
	}
	var g Guards
	switch f := rules.AdvertisementChange(a, advertise, now); {
	case f.Blocks():
		g.Block = f.Text
	case !f.IsZero():
		g.Warnings = append(g.Warnings, f.Text)
	}
	if age := now.Sub(changed); g.Block == "" && !changed.IsZero() && age < rules.AdvertiseCooldown {
		g.Warnings = append(g.Warnings, fmt.Sprintf("The advertisement changed %s ago; flarewire's own advice is to wait %.0f minutes between "+
			"two changes (Cloudflare documents no such time)", age.Round(time.Second), rules.AdvertiseCooldown.Minutes()))
	}
	g.Consequences = advertisementOrder(advertise)
	return g
}

// bound reports whether an active binding covers the whole network.
func bound(cidr string, bindings []api.Binding) bool {
	network, err := netip.ParsePrefix(cidr)
	if err != nil {
		return false
	}
	for _, b := range bindings {
		p, err := netip.ParsePrefix(b.CIDR)
		if err == nil && p.Bits() <= network.Bits() && p.Contains(network.Addr()) &&
			b.Provisioning != nil && b.Provisioning.State == "active" {
			return true
		}
	}
	return false
}

// advertisementOrder is the time it takes and the safe order (Cloudflare docs: dynamic advertisement best practices; Magic
// Transit, advertise prefixes).
func advertisementOrder(advertise bool) []string {
	if advertise {
		return []string{
			fmt.Sprintf("It takes %.0f to %.0f minutes to propagate", rules.MinAdvertise.Minutes(),
				rules.MaxAdvertise.Minutes()),
			"Safe order: clamp the MSS first, advertise from Cloudflare, check a looking glass for AS 13335, then stop your own announcement",
		}
	}
	return []string{
		fmt.Sprintf("Global withdrawal takes %.0f to %.0f minutes", rules.MinWithdraw.Minutes(),
			rules.MaxWithdraw.Minutes()),
		"Unless another network announces it, or a prefix that covers it, the addresses are unreachable afterwards",
		"Safe order: announce the prefix with the same length from your own provider, wait 5 to 10 minutes and check it, " +
			"optionally prepend at Cloudflare, withdraw, wait 15 minutes",
	}
}

// PreparePrependCount plans how often Cloudflare prepends the AS path, 0 to 3.
func PreparePrependCount(ctx context.Context, w *Writer, prefixID string, opened api.BGPPrefix, count int) (Plan, error) {
	return w.prepend(ctx, prefixID, api.ObjectOf(opened), count)
}

func (w *Writer) prepend(ctx context.Context, prefixID string, opened api.Object, count int) (Plan, error) {
	e := w.bgpAct(prefixID, journal.SetPrepend, opened, prependPath, json.Number(strconv.Itoa(count)),
		api.BGPPrefixChange{ASNPrependCount: &count})
	e.guard = func(_ api.Object, p *Plan) {
		p.Consequences = append(p.Consequences, "A longer AS path makes other networks prefer another announcement of the prefix")
	}
	return w.prepareEdit(ctx, e)
}

// PrepareAutoWithdraw plans whether Cloudflare withdraws the prefix by itself while no BGP route matches it.
func PrepareAutoWithdraw(ctx context.Context, w *Writer, prefixID string, opened api.BGPPrefix, on bool) (Plan, error) {
	return w.autoWithdraw(ctx, prefixID, api.ObjectOf(opened), on)
}

func (w *Writer) autoWithdraw(ctx context.Context, prefixID string, opened api.Object, on bool) (Plan, error) {
	e := w.bgpAct(prefixID, journal.SetAutoWithdraw, opened, autoWithdrawPath, on, api.BGPPrefixChange{AutoAdvertiseWithdraw: &on})
	e.guard = func(_ api.Object, p *Plan) {
		if on {
			p.Warnings = append(p.Warnings, "Without a matching BGP route in the account's routing table the prefix is withdrawn at once")
		}
	}
	return w.prepareEdit(ctx, e)
}

// PrepareValidation plans a new check of IRR, RPKI and ownership of a prefix.
func PrepareValidation(ctx context.Context, w *Writer, opened api.Prefix) (Plan, error) {
	return w.prepareEdit(ctx, editSpec{r: Prefixes.Resource, verb: journal.ValidatePrefix, opened: api.ObjectOf(opened),
		wanted: api.ObjectOf(opened),
		always: true,
		build:  func(a *api.AccountClient, _ api.Object) (api.Request, error) { return a.BuildValidatePrefix(opened.ID) },
		guard: func(_ api.Object, p *Plan) {
			p.Consequences = append(p.Consequences, "Validation runs in the background; the prefix page shows the result")
		}})
}
