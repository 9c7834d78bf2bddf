package api

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Datasets of the GraphQL analytics API.
const (
	healthDataset  = "magicTransitTunnelHealthChecksAdaptiveGroups"
	trafficDataset = "magicTransitTunnelTrafficAdaptiveGroups"
	networkDataset = "magicTransitNetworkAnalyticsAdaptiveGroups"
)

// datasetLimits is what one account may ask of one dataset; zero values: the API did not say.
type datasetLimits struct {
	Enabled           *bool    `json:"enabled"`
	MaxDuration       float64  `json:"maxDuration"` // seconds
	MaxNumberOfFields float64  `json:"maxNumberOfFields"`
	MaxPageSize       float64  `json:"maxPageSize"`
	NotOlderThan      float64  `json:"notOlderThan"` // seconds
	AvailableFields   []string `json:"availableFields"`
}

// accountLimits are the limits of one account by dataset. They are asked once and then kept.
type accountLimits map[string]datasetLimits

// maxRows is the largest page any account is known to get; the documents' example of 100 is too few for tunnels times locations.
const maxRows = 10000

// rows is the page size to ask for.
func (d datasetLimits) rows() int {
	if d.MaxPageSize >= 1 && d.MaxPageSize < maxRows {
		return int(d.MaxPageSize)
	}
	return maxRows
}

// has reports whether a field, as "dimensions.tunnelName", may be selected. The API lists paths with an underscore
// (dimensions_tunnelName), third parties saw a dot; an empty list forbids nothing.
func (d datasetLimits) has(path string) bool {
	return len(d.AvailableFields) == 0 || slices.ContainsFunc(d.AvailableFields, func(f string) bool {
		return strings.ReplaceAll(f, "_", ".") == path
	})
}

// longestQuery is the documented width of one query when the API does not say another.
const longestQuery = 7 * 24 * time.Hour

// window moves the start so that the query is neither too wide nor too old.
func (d datasetLimits) window(from, to, now time.Time) time.Time {
	widest := longestQuery
	if d.MaxDuration >= 1 {
		widest = seconds(d.MaxDuration)
	}
	if to.Sub(from) > widest {
		from = to.Add(-widest)
	}
	if d.NotOlderThan >= 1 {
		if oldest := now.Add(-seconds(d.NotOlderThan)); from.Before(oldest) {
			from = oldest
		}
	}
	return from
}

// seconds converts without overflow: no limit of the API is longer than a century.
func seconds(s float64) time.Duration {
	return time.Duration(min(s, 3e9)) * time.Second
}

// datasetLimits returns the limits of one dataset. When the API does not understand the question the documented limits apply;
// also when quick is set and nobody has asked before.
func (a *AccountClient) datasetLimits(ctx context.Context, dataset string, quick bool) (datasetLimits, error) {
	known := a.knownLimits()
	if known == nil && !quick {
		var err error
		if known, err = a.accountLimits(ctx); err != nil {
			return datasetLimits{}, err
		}
	}
	limits := known[dataset]
	if limits.Enabled != nil && !*limits.Enabled {
		return limits, opGraphQL.refuse(Unsupported, "the dataset "+dataset+" is not enabled for this account")
	}
	return limits, nil
}

// knownLimits are the limits as they were asked before; nil when they were not.
func (a *AccountClient) knownLimits() accountLimits {
	a.client.limitsMu.Lock()
	defer a.client.limitsMu.Unlock()
	return a.client.limits[a.ID]
}

// accountLimits asks for the limits and keeps them. It does not hold the lock while it asks: two callers at the start may both
// ask, and none waits for the other.
func (a *AccountClient) accountLimits(ctx context.Context) (accountLimits, error) {
	known, err := a.askLimits(ctx)
	if kind := KindOf(err); err != nil && kind != Invalid && kind != BadAnswer {
		return nil, err
	}
	if known == nil {
		known = accountLimits{}
	}
	a.client.limitsMu.Lock()
	a.client.limits[a.ID] = known
	a.client.limitsMu.Unlock()
	return known, nil
}

func (a *AccountClient) askLimits(ctx context.Context) (accountLimits, error) {
	const of = " { enabled maxDuration maxNumberOfFields maxPageSize notOlderThan availableFields } "
	query := "query GetLimits($accountTag: string) { viewer { accounts(filter: {accountTag: $accountTag}) { settings { " +
		healthDataset + of + trafficDataset + of + networkDataset + of + "} } } }"
	account, got, err := a.query(ctx, query, nil)
	if err != nil {
		return nil, err
	}
	var datasets accountLimits
	if settings := field(account, "settings"); !isNull(settings) {
		if _, err := decode(settings, &datasets); err != nil { // zero values: the API did not say
			return nil, got.wrong(err)
		}
	}
	return datasets, nil
}

// query sends a GraphQL query about this account and returns the account's part of the answer, nil when the account has none.
// GraphQL answers 200 to a query that failed: its "errors" decide.
func (a *AccountClient) query(ctx context.Context, query string, variables map[string]string) (json.RawMessage, *answer, error) {
	all := map[string]string{"accountTag": a.ID}
	for k, v := range variables {
		all[k] = v
	}
	body, err := encode(map[string]any{"query": query, "variables": all})
	if err != nil {
		return nil, nil, err
	}
	got, err := a.client.do(ctx, &call{op: &opGraphQL, body: body})
	if err != nil {
		return nil, nil, err
	}
	if err := got.isJSON(); err != nil {
		return nil, nil, err
	}
	if list := bytes.TrimSpace(field(got.body, "errors")); !isNull(list) && string(list) != "[]" {
		return nil, nil, a.client.graphQLError(got)
	}
	data := field(got.body, "data")
	if isNull(data) {
		return nil, nil, got.bad("the answer has neither data nor errors")
	}
	var account json.RawMessage
	list := field(field(data, "viewer"), "accounts")
	if !elements(list, func(value []byte) bool { account = value; return false }) {
		return nil, nil, got.noList("accounts", list)
	}
	return account, got, nil
}

// graphQLError maps the errors of a GraphQL answer. They have no codes that are documented: the words decide.
func (c *Client) graphQLError(a *answer) *Error {
	e := c.refused(a)
	e.Kind, e.Detail = Invalid, ""
	var words strings.Builder
	for _, m := range e.Messages {
		words.WriteString(strings.ToLower(m.Text) + "\n")
	}
	switch text := words.String(); {
	case strings.Contains(text, "not authorized"), strings.Contains(text, "does not have access"),
		strings.Contains(text, "permission"), bytes.Contains(a.body, []byte(`"authz"`)):
		e.Kind, e.Permission = PermissionMissing, opGraphQL.needed()
	case strings.Contains(text, "unauthorized"), strings.Contains(text, "authentication"):
		e.Kind = Unauthenticated
	case strings.Contains(text, "rate limit"), strings.Contains(text, "budget depleted"):
		e.Kind, e.RetryAfter = RateLimited, limitWindow
		e.Until = c.now().Add(limitWindow)
	case strings.Contains(text, "internal server error"), strings.Contains(text, "unavailable"):
		e.Kind = ServerTrouble
	case len(e.Messages) == 0:
		e.Kind, e.Detail = BadAnswer, "the answer has errors without a text"
	}
	return e
}
