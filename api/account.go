package api

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Account is an account that the credentials can see. A token of narrow scope may see none and work all the same.
type Account struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Type      string           `json:"type,omitempty"` // standard, enterprise
	CreatedOn Time             `json:"created_on,omitzero"`
	Settings  *AccountSettings `json:"settings,omitempty"`
	Raw       `json:"-"`
}

// AccountSettings are the settings that concern an operator.
type AccountSettings struct {
	EnforceTwoFactor bool `json:"enforce_twofactor"`
}

// Accounts returns all accounts, page by page.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	var all []Account
	list := &listing{title: "accounts"}
	seen := map[string]bool{}
	for pages := c.paging(); ; {
		a, page, err := c.accountPage(ctx, list, pages.pages+1)
		if err != nil {
			return nil, err
		}
		fresh := 0
		for _, account := range page {
			if !seen[account.ID] {
				seen[account.ID] = true
				all = append(all, account)
				fresh++
			}
		}
		if fresh == 0 || list.total >= totalCount(a) && len(page) < accountsPerPage {
			return all, list.err(a)
		}
		if err := pages.more(a); err != nil {
			return nil, err
		}
	}
}

// accountPage reads one page.
func (c *Client) accountPage(ctx context.Context, list *listing, page int) (*answer, []Account, error) {
	in := &call{op: &opAccounts, query: url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(accountsPerPage)}}}
	a, err := c.do(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	raw, err := c.result(a)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := appendList(nil, list, a, raw, func(v *Account) string { return v.ID })
	return a, accounts, err
}

// totalCount is the number of accounts by the answer, 0 when it does not say.
func totalCount(a *answer) int {
	total, _ := strconv.ParseFloat(string(field(field(a.body, "result_info"), "total_count")), 64)
	return int(min(max(total, 0), accountsPerPage*maxListPages))
}

// TokenStatus is what Cloudflare says about the credentials. It says nothing about their permissions.
type TokenStatus struct {
	ID        string `json:"id"`
	Status    string `json:"status"` // active, disabled, expired
	ExpiresOn Time   `json:"expires_on,omitzero"`
	NotBefore Time   `json:"not_before,omitzero"`
	Kind      string `json:"-"` // "user token", "account token" or "global key"
	Raw       `json:"-"`
}

// The kinds of credentials in TokenStatus.
const (
	UserToken    = "user token"
	AccountToken = "account token"
	GlobalKey    = "global key"
)

// VerifyToken checks the credentials. Tokens of users and of accounts have an endpoint each, and each refuses the other's; a token
// with the prefix cfat_ is an account's, every other is tried as a user's first. accountID may be empty: then only the
// user's endpoint is asked. A global key has no such endpoint: reading the user is its check.
func (c *Client) VerifyToken(ctx context.Context, accountID string) (TokenStatus, error) {
	if c.creds.Token.IsZero() {
		status, err := envelopedObject[TokenStatus](ctx, c, &call{op: &opUser})
		if err == nil {
			status.Kind, status.Status = GlobalKey, "active"
		}
		return status, err
	}
	user := verification{&call{op: &opVerifyUser}, UserToken}
	account := verification{&call{op: &opVerifyAccount, args: []string{accountID}}, AccountToken}
	order := []verification{user, account}
	switch {
	case accountID == "":
		order = []verification{user}
	case strings.HasPrefix(c.creds.Token.Reveal(), "cfat_"):
		order = []verification{account, user}
	}
	return c.verify(ctx, order)
}

type verification struct {
	call *call
	kind string
}

// verify asks in order and goes on only when the credentials were refused. The first refusal is the one to report.
func (c *Client) verify(ctx context.Context, order []verification) (TokenStatus, error) {
	var first error
	for _, v := range order {
		status, err := envelopedObject[TokenStatus](ctx, c, v.call)
		if err == nil {
			status.Kind = v.kind
			return status, nil
		}
		if first == nil {
			first = err
		}
		if kind := KindOf(err); kind != Unauthenticated && kind != PermissionMissing && kind != NotFound && kind != Invalid {
			return TokenStatus{}, err
		}
	}
	return TokenStatus{}, first
}

// collection is a resource without the Go type of its objects.
type collection interface {
	about() *kind
	operations() []Operation
	objects(c *Client, parents []string) Objects
}

// collections are all kinds of objects.
var collections = []collection{
	&greTunnels, &ipsecTunnels, &magicInterconnects, &routes, &cnis, &interconnects, &slots,
	&prefixes, &bgpPrefixes, &bindings, &delegations, &services, &leases, &endpointChecks, &filterProfiles,
}

func (r *resource[T]) about() *kind { return &r.kind }

func (r *resource[T]) objects(c *Client, parents []string) Objects {
	return collect(c, r, parents...).Objects()
}

// Collection returns the collection with this name in Operations; of are the ids of what its objects are below. There must be such
// a collection: the tests go through all names that are used.
func (a *AccountClient) Collection(name string, of ...string) Objects {
	i := slices.IndexFunc(collections, func(c collection) bool { return c.about().name == name })
	return collections[i].objects(a.client, append([]string{a.ID}, of...))
}

// AccountClient is the client of one account.
type AccountClient struct {
	ID string

	GRETunnels         Collection[GRETunnel]
	IPsecTunnels       Collection[IPsecTunnel]
	MagicInterconnects Collection[MagicInterconnect] // tunnel interface; no create and delete
	Routes             Collection[Route]

	CNIs          Collection[CNI]
	Interconnects Collection[Interconnect] // by name; no update
	Slots         Collection[Slot]         // list and get

	Prefixes Collection[Prefix]
	Services Collection[AddressingService] // list
	Leases   Collection[Lease]             // list

	EndpointChecks Collection[EndpointCheck]
	FilterProfiles Collection[FilterProfile]

	client *Client
}

// In returns the client of one account. It sends nothing and does not check the id.
func (c *Client) In(accountID string) *AccountClient {
	return &AccountClient{
		ID: accountID, client: c,
		GRETunnels:         collect(c, &greTunnels, accountID),
		IPsecTunnels:       collect(c, &ipsecTunnels, accountID),
		MagicInterconnects: collect(c, &magicInterconnects, accountID),
		Routes:             collect(c, &routes, accountID),
		CNIs:               collect(c, &cnis, accountID),
		Interconnects:      collect(c, &interconnects, accountID),
		Slots:              collect(c, &slots, accountID),
		Prefixes:           collect(c, &prefixes, accountID),
		Services:           collect(c, &services, accountID),
		Leases:             collect(c, &leases, accountID),
		EndpointChecks:     collect(c, &endpointChecks, accountID),
		FilterProfiles:     collect(c, &filterProfiles, accountID),
	}
}

// BGPPrefixes returns what can be advertised of a prefix: list, get, create (withdrawn), delete.
func (a *AccountClient) BGPPrefixes(prefixID string) Collection[BGPPrefix] {
	return collect(a.client, &bgpPrefixes, a.ID, prefixID)
}

// Bindings returns the service bindings of a prefix: list, get, create, delete.
func (a *AccountClient) Bindings(prefixID string) Collection[Binding] {
	return collect(a.client, &bindings, a.ID, prefixID)
}

// Delegations returns the delegations of a prefix: list, create, delete.
func (a *AccountClient) Delegations(prefixID string) Collection[Delegation] {
	return collect(a.client, &delegations, a.ID, prefixID)
}

// TunnelLists is the tunnels of both kinds. Each kind has its own error: one may fail while the other is there.
type TunnelLists struct {
	GRE              []GRETunnel
	IPsec            []IPsecTunnel
	GREErr, IPsecErr error
}

// Tunnels lists both kinds at the same time: two requests, whatever the number of tunnels, with all BGP states in them.
func (a *AccountClient) Tunnels(ctx context.Context) TunnelLists {
	var lists TunnelLists
	var wg sync.WaitGroup
	wg.Go(func() { lists.GRE, lists.GREErr = a.GRETunnels.List(ctx) })
	lists.IPsec, lists.IPsecErr = a.IPsecTunnels.List(ctx)
	wg.Wait()
	return lists
}
