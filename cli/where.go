package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/where"
)

func newWhere(x IO, f *flags) *cobra.Command {
	var out output
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "where ADDRESS|PREFIX",
		Short: "Print the routes and paths for an address or prefix, and which are healthy",
		Long: `Print where an address or a network leads: the account's prefix that holds it and whether
Cloudflare advertises it, the static route that matches, by region where routes are limited to
regions, and the ways with their state, their priority with what bad health adds to it, and their
share of the flows. Where no static route matches, what Cloudflare does with the traffic.

It reads and changes nothing. What is not known is always said: routes learned by BGP are not in
the API. What could not be read is named on standard error too.

Exit code: 0 it was read, 1 a list could not be read (analytics do not count; the rest is printed),
2 wrong usage or no credentials.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if timeout <= 0 {
				return usage("--timeout %s: use a time like 30s", timeout)
			}
			asked, err := where.Parse(args[0])
			if err != nil {
				return failure{exitUsage, err}
			}
			return runWhere(cmd.Context(), x, f, out, timeout, asked)
		},
	}
	out.flag(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", defaultStatusTimeout, "give up after this time")
	return cmd
}

func runWhere(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, asked netip.Prefix) error {
	s, err := f.openWithin(ctx, x, timeout)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	snapshot := s.pathTo(ctx, x, f, asked)
	if snapshot.GRE.Err != nil && snapshot.IPsec.Err != nil && snapshot.Routes.Err != nil {
		return trouble(snapshot.Err())
	}
	lists := diagnose.TableKinds()
	for _, gap := range gaps(snapshot, lists...) {
		fmt.Fprintln(x.Err, "flarewire: not known: "+gap.Source+": "+gap.Why)
	}
	place := diagnose.NewTable(diagnose.From(snapshot, s.now())).Where(asked)
	if out == "json" {
		err = printWhereJSON(x, s, place)
	} else {
		err = printLines(x.Out, where.Lines(place, f.canvas(x, s.now())))
	}
	if err == nil && snapshot.Missing(withoutHealth(lists)...) != nil {
		return exit(exitFailed) // the rest is printed; what is missing was said
	}
	return err
}

func withoutHealth(kinds []store.Kind) []store.Kind {
	var out []store.Kind
	for _, k := range kinds {
		if k != store.TunnelHealth {
			out = append(out, k)
		}
	}
	return out
}

// pathTo reads what the answer about a network rests on: all lists, and what lies below those prefixes that hold it.
func (s *session) pathTo(ctx context.Context, x IO, f *flags, asked netip.Prefix) *store.Snapshot {
	w := s.recall(ctx, x, f)
	var wait sync.WaitGroup
	if s.name == "" {
		wait.Go(func() { s.lookUpName(ctx) })
	}
	snapshot := w.ReadAll(ctx, f.progress(x), append(diagnose.TableKinds(), store.LocationHealth)...)
	if below := diagnose.Below(snapshot, asked); len(below) > 0 {
		snapshot = w.Read(ctx, below...)
	}
	wait.Wait()
	return snapshot
}

// placeJSON is the contract of `where -o json` (docs/schema/where.json).
type placeJSON struct {
	Account  accountJSON      `json:"account"`
	At       time.Time        `json:"at"`
	Asked    string           `json:"asked"`
	Outcome  diagnose.Outcome `json:"outcome"`
	Text     string           `json:"text"`
	Impact   diagnose.Impact  `json:"impact"`
	Source   string           `json:"source,omitempty"`
	Is       []string         `json:"is"`
	Prefix   *prefixJSON      `json:"prefix"` // the account's prefix that holds it; null when none is known
	Holds    []prefixJSON     `json:"holds"`  // the account's prefixes within it
	Reach    []reachJSON      `json:"reach"`
	Wider    []string         `json:"wider"`
	Inside   []insideJSON     `json:"inside"`
	Notes    []string         `json:"notes"`
	NotKnown []string         `json:"not_known"`
}

// prefixJSON is a prefix of the account.
type prefixJSON struct {
	CIDR         string          `json:"cidr"`
	Advertised   diagnose.Answer `json:"advertised"`
	AdvertisedBy string          `json:"advertised_by,omitempty"`
	Bound        diagnose.Answer `json:"bound"`
	Service      string          `json:"service,omitempty"`
}

// reachJSON is how it is reached from some regions; without regions: from everywhere.
type reachJSON struct {
	Regions []string   `json:"regions"`
	Route   string     `json:"route"` // the prefix that matches; "" for none
	Paths   []pathJSON `json:"ways"`
}

// pathJSON is one static route.
type pathJSON struct {
	Route     string             `json:"route_id"`
	NextHop   string             `json:"nexthop"`
	Over      *diagnose.Subject  `json:"over"` // the tunnel or interconnect; null when none is known
	State     diagnose.PathState `json:"state"`
	Why       string             `json:"why,omitempty"`
	Priority  int                `json:"priority"`
	Effective *int               `json:"effective_priority"` // null when the health is not known
	Weight    int                `json:"weight,omitempty"`
	InUse     diagnose.Answer    `json:"in_use"`
	Share     *float64           `json:"share"` // of the flows, 0 to 1; null when not known
	Never     bool               `json:"never_takes_over,omitempty"`
	Scope     []string           `json:"scope"` // regions and locations that the route is limited to
}

// insideJSON is a network within the one that was asked for which has routes of its own.
type insideJSON struct {
	Prefix string          `json:"prefix"`
	Text   string          `json:"text"`
	Impact diagnose.Impact `json:"impact"`
}

func printWhereJSON(x IO, s *session, w diagnose.Lookup) error {
	doc := placeJSON{Account: accountJSON{s.account.ID, s.name}, At: s.now().UTC(), Asked: where.Name(w.Prefix), Outcome: w.Outcome,
		Text: w.Left(), Impact: w.Impact, Source: w.Source, Is: append([]string{}, w.Is...), Holds: []prefixJSON{}, Reach: []reachJSON{},
		Wider:  []string{},
		Inside: []insideJSON{}, Notes: []string{}, NotKnown: append([]string{}, w.NotKnown...)}
	if w.Fate != "" {
		doc.Text = w.Fate
		if w.Outcome == diagnose.Routed {
			doc.Text = w.Left() + ". " + w.Fate
		}
	}
	if a := w.OwnPrefix; a != nil {
		prefix := prefixOf(*a)
		doc.Prefix = &prefix
	}
	for _, a := range w.Holds {
		doc.Holds = append(doc.Holds, prefixOf(a))
	}
	for _, r := range w.Reach {
		doc.Reach = append(doc.Reach, reachOf(r))
	}
	for _, p := range w.Wider {
		doc.Wider = append(doc.Wider, p.String())
	}
	for _, d := range w.Inside {
		doc.Inside = append(doc.Inside, insideJSON{d.Prefix.String(), d.Left(), d.Impact})
	}
	for _, f := range w.Notes() {
		doc.Notes = append(doc.Notes, f.Text)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return trouble(err)
	}
	return writeJSON(x.Out, text.Bytes())
}

func prefixOf(a diagnose.AccountPrefix) prefixJSON {
	return prefixJSON{a.CIDR.String(), a.Advertised, a.By, a.Bound, a.Service}
}

func reachOf(r diagnose.Reach) reachJSON {
	out := reachJSON{Regions: append([]string{}, r.Places...), Paths: []pathJSON{}}
	if r.Routed() {
		out.Route = r.Prefix.String()
	}
	for _, u := range r.Uses {
		path := pathJSON{Route: u.Route.ID, NextHop: tui.Clean(u.Route.Nexthop), State: u.State, Why: u.Why, Priority: u.Route.Priority,
			Weight: u.Route.Weight, InUse: diagnose.No, Share: u.Share, Never: u.Never, Scope: append([]string{}, u.Scope()...)}
		if u.Over.Name != "" {
			path.Over = &u.Over
		}
		if effective, known := u.Effective(); known {
			path.Effective = &effective
		}
		switch {
		case u.InUse:
			path.InUse = diagnose.Yes
		case u.Maybe:
			path.InUse = diagnose.Unknown
		}
		out.Paths = append(out.Paths, path)
	}
	return out
}
