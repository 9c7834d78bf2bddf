// Package kit has the context of every page (Env) and the interfaces by which the modules ask each other, and the services of the
// screen that are no page.
package kit

import (
	"context"
	"net/netip"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/drafts"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/live"
)

// Env is the account and the program's parts, for every page.
type Env struct {
	Ctx context.Context
	// Client and Account read, and build changes; only the Writer can send one.
	Client  *api.Client
	Account *api.AccountClient
	Feed    *live.Feed
	Writer  *change.Writer
	// Journal is where changes are written down; in the demo until the program ends.
	Journal *journal.Journal
	// Requests is the log of what was asked of Cloudflare; nil without one.
	Requests *RequestLog
	Glyphs   tui.Glyphs
	BackTo   string // the page that back leads to from the first one, by name; "" for none
	Now      func() time.Time
	// NoWrites is why nothing can be changed; empty when writing is possible.
	NoWrites string
	// Drafts are what guided setups remember; in the demo until the program ends.
	Drafts *drafts.File
	// Version is the program's, in one line, for support bundles.
	Version string
	// Hide takes the session's secrets out of a text.
	Hide func(string) string
	// Routers are the commands that ask the account's routers; nil without any in the config file.
	Routers *Routers
	// SwitchAccount opens another account in place of this one; nil when the session cannot.
	SwitchAccount func(api.Account) tea.Cmd

	modules []Module

	bundling *bundling // the support bundle that is under way; nil when none is

	ownerByAddress map[netip.Addr]string // see OwnerOf; dropped, as nextHops is, at every broadcast message
	nextHops       map[netip.Addr]cachedHop
	peers          map[string]string // see PeerAS
}

// PaletteEntry is the page of a kind in the palette, under the words of the table of kinds.
func PaletteEntry(k kind.Kind, open func() tui.View) tui.PaletteEntry {
	return tui.PaletteEntry{Names: k.About().Words, Help: k.About().Help, Open: open}
}

// Part is the way by its own name to a kind that is shown on another page, whose first name is on.
func Part(k kind.Kind, on string, open func() tui.View) tui.PaletteEntry {
	d := PaletteEntry(k, open)
	d.Part = on
	return d
}

// LinkTo returns the field with the page of an object to open, where a module has one.
func (e *Env) LinkTo(f resource.Field, of store.Kind, id string) resource.Field {
	if id != "" && e.Open(of, id) != nil {
		f.Open = func() tui.View { return e.Open(of, id) }
	}
	return f
}

// Module is a kind of object, several that belong together, or a page of its own such as the overview: its pages, and what it
// tells other modules about its objects.
type Module interface {
	PaletteEntries() []tui.PaletteEntry
	Services() []tui.Service
}

// Relater is a module that can tell which of its objects belong to an object of another module.
type Relater interface {
	// RelatedNeeds names what Related answers from.
	RelatedNeeds() []store.Kind
	// Related gives a section for the detail page of s; nil when the module has nothing to do with it.
	Related(s Subject) []resource.Section
}

// Opener is a module that can open the page of one of its objects.
type Opener interface {
	// OpenObject gives the page of the object; nil when it is not one of the module's, or not known.
	OpenObject(of store.Kind, id string) tui.View
}

// Dependent is a module whose objects stop working when an object of another module goes.
type Dependent interface {
	// Dependents says which of its objects do, for whoever is about to delete s. now holds what was just read.
	Dependents(now *store.Snapshot, s Subject) []string
}

// Subnetter is a module whose objects use interface subnets or route networks.
type Subnetter interface {
	// Subnets are those that are known; SubnetKinds are the lists that they come from.
	Subnets() []Subnet
	SubnetKinds() []store.Kind
}

// Subnet is a network in use with the id of the object that uses it.
type Subnet struct {
	ID string
	rules.Subnet
}

// Subject is the object that other modules are asked about: what belongs to it, and what depends on it.
type Subject struct {
	Kind      kind.Kind    // what it is
	ID        string       // its id
	Name      string       // its name, or its CIDR
	Interface netip.Prefix // its interface subnet, if it has one
	CIDR      netip.Prefix // its address range, if it has one
	Hop       netip.Addr   // its next hop, if it has one
}

// Add registers a module.
func (e *Env) Add(m Module) { e.modules = append(e.modules, m) }

// Init implements tui.Service.
func (e *Env) Init() tea.Cmd { return nil }

// Update implements tui.Service: what was worked out from the rows is worked out again after every broadcast message.
func (e *Env) Update(msg tea.Msg) tea.Cmd {
	e.ownerByAddress, e.nextHops, e.peers = nil, nil, nil
	return e.bundles(msg)
}

// Modules are all modules in the order of the registry.
func (e *Env) Modules() []Module { return e.modules }

// Related asks every module for what belongs to s.
func (e *Env) Related(s Subject) []resource.Section {
	var out []resource.Section
	for _, r := range with[Relater](e) {
		out = append(out, r.Related(s)...)
	}
	return out
}

// RelatedNeeds names everything that Related answers from: pages with relations need it while they are on top.
func (e *Env) RelatedNeeds() []string { return store.Needs(e.relatedKinds()...) }

func (e *Env) relatedKinds() []store.Target {
	var kinds []store.Kind
	for _, r := range with[Relater](e) {
		kinds = append(kinds, r.RelatedNeeds()...)
	}
	return store.TargetsOf(kinds...)
}

// Open is the page of an object; nil when no module has one.
func (e *Env) Open(of store.Kind, id string) tui.View {
	for _, o := range with[Opener](e) {
		if view := o.OpenObject(of, id); view != nil {
			return view
		}
	}
	return nil
}

// SubnetNeeds names everything that Subnets answers from: forms with addresses and pages that tell where an address belongs
// need it while they are on top.
func (e *Env) SubnetNeeds() []string { return store.Needs(store.TargetsOf(e.subnetKinds()...)...) }

func (e *Env) subnetKinds() []store.Kind {
	var kinds []store.Kind
	for _, s := range with[Subnetter](e) {
		kinds = append(kinds, s.SubnetKinds()...)
	}
	return kinds
}

// CheckSubnet is what a rule about networks in use found, or that it cannot tell; see Taken.
func (e *Env) CheckSubnet(found rules.Finding) form.Finding {
	return e.Taken(found, e.subnetKinds()...)
}

// SubnetsUnknown is why it cannot be told whether a network is in use: "cannot tell: the IPsec tunnels could not be read". It
// is empty when everything that uses networks was read.
func (e *Env) SubnetsUnknown() string { return e.Feed.Last().CannotTell(e.subnetKinds()...) }

// ReadLimit is how long a review waits for what it reads to tell what depends on an object; what could not be read is said.
const ReadLimit = 10 * time.Second

// justRead is how old what a deletion rests on may be: what was read a moment ago, for the same question, is not read again.
const justRead = 5 * time.Second

// Dependents says in words what stops working without s, for whoever is about to delete it. It reads what it needs, so it is for commands.
func (e *Env) Dependents(ctx context.Context, s Subject) []string {
	ctx, cancel := context.WithTimeout(ctx, ReadLimit)
	defer cancel()
	return e.FreshDependents(e.Feed.Fresh(ctx, justRead, e.relatedKinds()...), s)
}

// FreshDependents says in words what stops working without s, by what is known.
func (e *Env) FreshDependents(now *store.Snapshot, s Subject) []string {
	var out []string
	for _, d := range with[Dependent](e) {
		out = append(out, d.Dependents(now, s)...)
	}
	return out
}

// OwnerOf is the tunnel or interconnect in whose inner subnet an address lies; empty when none is known. A
// list asks it for every cell, so the addresses are worked out once between two messages. It is for
// pages only, not for commands.
func (e *Env) OwnerOf(addr netip.Addr) string {
	if e.ownerByAddress == nil {
		e.ownerByAddress = map[netip.Addr]string{}
		for _, s := range e.Subnets("") {
			// Inner subnets have two usable addresses, a few have eight.
			if s.Route || s.CIDR.Addr().BitLen()-s.CIDR.Bits() > 3 {
				continue
			}
			for a := s.CIDR.Masked().Addr(); s.CIDR.Contains(a); a = a.Next() {
				e.ownerByAddress[a] = s.Owner
			}
		}
	}
	return e.ownerByAddress[addr]
}

// OwnPrefixes are the prefixes that the account brought to Cloudflare, as far as they are known.
func (e *Env) OwnPrefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range e.Feed.Last().Prefixes.Rows {
		if cidr, err := netip.ParsePrefix(p.CIDR); err == nil {
			out = append(out, cidr)
		}
	}
	return out
}

// Subnets are all networks in use on the account but those of the object with the given id.
func (e *Env) Subnets(except string) []rules.Subnet {
	var out []rules.Subnet
	for _, s := range with[Subnetter](e) {
		for _, subnet := range s.Subnets() {
			if subnet.ID != except || except == "" {
				out = append(out, subnet.Subnet)
			}
		}
	}
	return out
}
