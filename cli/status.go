package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/tunnel"
)

// output is the value of -o.
type output string

// outputs are the forms that every printing command has; `status` has more.
var outputs = []string{"table", "json"}

func (o *output) flag(cmd *cobra.Command, more ...string) {
	forms := append(more, outputs...)
	cmd.Flags().StringVarP((*string)(o), "output", "o", "table", strings.Join(forms, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
}

func (o output) check(more ...string) error {
	if forms := append(more, outputs...); !slices.Contains(forms, string(o)) {
		last := len(forms) - 1
		return usage("-o %s: use %s or %s", string(o), strings.Join(forms[:last], ", "), forms[last])
	}
	return nil
}

// lineOutput is the short form for prompts and status bars.
const lineOutput = "line"

func newStatus(x IO, f *flags) *cobra.Command {
	var out output
	var watching bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print all tunnels with their BGP state and health, and for how long",
		Long: `Print all GRE and IPsec tunnels with the state of their BGP sessions and their health.

SINCE is for how long the tunnel has been as it is: since the last change of its session that flarewire or its recorder saw,
without one since its health checks fail or are degraded. ">6m" is at least 6 minutes: nothing earlier is known. UPDATED is how old the
status is that Cloudflare reports.

Health is the average of what Cloudflare's data centers measured in the last ten minutes, as on the screen. It needs the
permission to read the account's analytics; without it, or when the analytics are slow, the status
comes without health.

-o line prints one short line for a prompt or a status bar, for example: fw 10` + tui.UnicodeGlyphs.Up + ` 2` + tui.UnicodeGlyphs.Down +
			` 1` + tui.UnicodeGlyphs.Pending + ` 3` + tui.UnicodeGlyphs.None + `
(up, down, establishing, unknown, without BGP; zero counts are omitted, except up). It ends in "?"
when one list of tunnels could not be read, and is "fw ?" when neither could. In tmux:
set -g status-right '#(flarewire status -o line --timeout 5s)'

--watch goes on until ctrl+c: the table is redrawn in place, JSON and lines are appended.
-o jsonl prints only what changes, one line of JSON for each: first every tunnel, then those that are
new, changed or gone, and not_known and known when a list cannot be read and can again.
If Cloudflare is unreachable, it says so and retries.

Exit code: 0 when both lists could be read, 1 after an API or network error, 2 for wrong usage
or missing credentials. When one list could be read and the other not, it is printed, standard error
(with -o json: not_known) says what is missing, and the exit code is 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(lineOutput, changesOutput); err != nil {
				return err
			}
			if timeout <= 0 {
				return usage("--timeout %s: use a time like 10s", timeout)
			}
			names, err := f.several(x)
			switch {
			case err != nil:
				return err
			case names != nil && watching:
				return usage("--watch is of one account: the full-screen interface has :fleet, and flarewire record watches several")
			case names != nil && out == changesOutput:
				return usage("-o jsonl is of one account: name one --profile")
			case names != nil:
				return runStatuses(cmd.Context(), x, f, out, timeout, names)
			}
			return runStatus(cmd.Context(), x, f, out, watching, timeout)
		},
	}
	out.flag(cmd, lineOutput, changesOutput)
	f.takesAccounts(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", defaultStatusTimeout, "timeout; with --watch, per fetch")
	cmd.Flags().BoolVar(&watching, "watch", false, "repeat at the --refresh interval until ctrl+c")
	return cmd
}

// defaultStatusTimeout leaves room for thousands of tunnels on a slow line.
const defaultStatusTimeout = 30 * time.Second

func runStatus(ctx context.Context, x IO, f *flags, out output, watching bool, timeout time.Duration) error {
	r := &statusRun{x: x, f: f, out: out, timeout: timeout}
	var account string
	var err error
	if r.s, account, err = f.prepare(ctx, x); err != nil {
		r.printUnknownLine()
		return err
	}
	defer r.s.close()
	if watching {
		return r.watch(ctx, account)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := r.s.choose(ctx, account); err != nil {
		r.printUnknownLine()
		return errors.Join(r.printUnknownObject(err), err)
	}
	if out == "table" { // it says since when, which earlier runs may have watched
		r.store = r.s.recall(ctx, x, f)
	} else {
		r.store = r.s.store(ctx, f)
	}
	seen := r.look(ctx)
	failed := seen.snapshot.Missing()
	if failed != nil && seen.snapshot.Fetched().IsZero() && out == "table" {
		return trouble(failed) // there is nothing to print; the other forms say that nothing is known
	}
	if err := r.print(seen); err != nil || failed == nil {
		return err
	}
	return trouble(failed) // what could be read is printed
}

// statusRun is one `status`, once or watching.
type statusRun struct {
	x          IO
	f          *flags
	s          *session
	out        output
	store      *store.Store
	timeout    time.Duration // of one look
	sinceAsked bool          // since when tunnels are bad was asked for
	changes    differences   // since the last look
}

// seen is what one look at the account showed.
type seen struct {
	snapshot *store.Snapshot
	health   health
}

// look reads both lists, the account's name and the health at the same time. Name and health are
// courtesies: without the right to read them, the status is whole all the same. A line shows neither.
func (r *statusRun) look(ctx context.Context) seen {
	var now seen
	if r.out == lineOutput {
		now.snapshot = r.store.Poll(ctx)
		return now
	}
	now.snapshot, now.health = look(ctx, r.store, healthGrace, func() {
		if r.s.name == "" {
			r.s.lookUpName(ctx)
		}
	})
	if r.out == "table" && now.health.err == nil {
		now.snapshot = r.withUnhealthySince(ctx, now.snapshot)
	}
	return now
}

// print prints one look.
func (r *statusRun) print(now seen) error {
	switch r.out {
	case "json":
		return printStatusJSON(r.x.Out, r.s, now, "  ")
	case changesOutput:
		return r.changes.print(r.x, r.s.now(), r.observation(now, nil))
	case lineOutput:
		return printLines(r.x.Out, []string{statusLine(now.snapshot, tui.GlyphsFor(r.x.Environ))})
	}
	if why := now.health.why(); why != "" {
		fmt.Fprintln(r.x.Err, "flarewire: "+why)
	}
	if clock := now.snapshot.ClockTrouble(); clock != "" {
		fmt.Fprintln(r.x.Err, "flarewire: "+clock)
	}
	c := r.f.canvas(r.x, r.s.now())
	return printLines(r.x.Out, append(statusTitle(r.s, now, c, ""), statusTable(now, c)...))
}

func (s *session) lookUpName(ctx context.Context) {
	accounts, err := s.client.Accounts(ctx)
	if err != nil {
		return
	}
	for _, a := range accounts {
		if a.ID == s.account.ID {
			s.name = a.Name
		}
	}
}

// statusJSON is the contract of `status -o json` (docs/architecture.md).
type statusJSON struct {
	Account   accountJSON     `json:"account"`
	FetchedAt *time.Time      `json:"fetched_at"` // null: nothing was read
	Tunnels   []tunnelJSON    `json:"tunnels"`
	Summary   map[string]*int `json:"summary"` // null: not known, because a list could not be read
	NotKnown  []gap           `json:"not_known"`
	// Incidents are those that the lists of tunnels and their health show, as in `diagnose -o json`; Scope says that nothing else was read.
	Scope     string              `json:"scope"`
	Incidents []diagnose.Incident `json:"incidents"`
}

type accountJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type tunnelJSON struct {
	ID                 string         `json:"id"`
	Name               string         `json:"name"`
	Kind               api.TunnelKind `json:"kind"`
	CloudflareEndpoint string         `json:"cloudflare_endpoint"`
	CustomerEndpoint   string         `json:"customer_endpoint"`
	InterfaceAddress   string         `json:"interface_address"`
	BGP                bgpJSON        `json:"bgp"`
	Health             healthJSON     `json:"health"`
}

// bgpJSON has null where the API says nothing.
type bgpJSON struct {
	Configured     bool       `json:"configured"`
	State          *string    `json:"state"`
	FSM            *string    `json:"fsm"`
	TCPEstablished *bool      `json:"tcp_established"`
	UpdatedAt      *time.Time `json:"updated_at"`
}

// healthJSON is healthy, degraded or down; null where nothing is known: see store.HealthOf.
type healthJSON struct {
	State *store.Health `json:"state"`
}

// printStatusJSON prints one object; without an indent it is one line.
func printStatusJSON(w io.Writer, s *session, now seen, indent string) error {
	return printOne(w, statusOf(s, now), indent)
}

// printOne prints one object of JSON; without an indent it is one line.
func printOne(w io.Writer, doc any, indent string) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", indent)
	if err := enc.Encode(doc); err != nil {
		return trouble(err)
	}
	return writeJSON(w, text.Bytes())
}

func statusOf(s *session, now seen) statusJSON {
	snapshot := now.snapshot
	doc := statusJSON{
		Account: accountJSON{s.account.ID, s.name}, FetchedAt: orNull(snapshot.Fetched()),
		Tunnels: make([]tunnelJSON, 0, len(snapshot.Tunnels)),
		Summary: summaryJSON(snapshot, now.health), NotKnown: gaps(snapshot, store.GRETunnels, store.IPsecTunnels),
		Scope: "tunnels", Incidents: append([]diagnose.Incident{}, diagnose.New(diagnose.From(snapshot, s.now())).Incidents()...),
	}
	for _, t := range snapshot.Tunnels {
		doc.Tunnels = append(doc.Tunnels, tunnelToJSON(t, now.health.of(t)))
	}
	return doc
}

// printUnknownObject prints the object that says that nothing is known, not even the account, and why. Wrong usage prints none.
func (r *statusRun) printUnknownObject(why error) error {
	var f failure
	if r.out != "json" || errors.As(why, &f) && f.code == exitUsage {
		return nil
	}
	none := seen{snapshot: &store.Snapshot{}}
	return printOne(r.x.Out, statusJSON{Tunnels: []tunnelJSON{}, Summary: summaryJSON(none.snapshot, none.health),
		NotKnown: []gap{{Source: "accounts", Why: why.Error()}}, Scope: "tunnels", Incidents: []diagnose.Incident{}}, "  ")
}

// orNull is a time in UTC, null when there is none.
func orNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// summaryJSON are the counts of the status. Those that a list is missing from are null: a smaller number would look like an
// outage, or like none.
//
// up, establishing, down, no_bgp and unknown are all tunnels, each counted once by the state of its session. health_down are those of
// them that Cloudflare's probes find down, whatever the session says; null when the health is not known.
func summaryJSON(s *store.Snapshot, h health) map[string]*int {
	counts := store.Count(h.on(s.Tunnels))
	out := map[string]*int{"up": nil, "establishing": nil, "down": nil, "no_bgp": nil, "unknown": nil, "health_down": nil, "gre": nil,
		"ipsec": nil}
	set := func(key string, n int) { out[key] = &n }
	if s.Missing() == nil {
		set("up", counts.By[store.Up])
		set("establishing", counts.By[store.Establishing])
		set("down", counts.By[store.Down])
		set("no_bgp", counts.By[store.NoBGP])
		set("unknown", counts.By[store.Unknown])
		if h.err == nil {
			set("health_down", counts.HealthDown)
		}
	}
	gre := 0
	for i := range s.Tunnels {
		if s.Tunnels[i].Kind == api.GRE {
			gre++
		}
	}
	if s.Missing(store.GRETunnels) == nil {
		set("gre", gre)
	}
	if s.Missing(store.IPsecTunnels) == nil {
		set("ipsec", len(s.Tunnels)-gre)
	}
	return out
}

func tunnelToJSON(t store.Tunnel, h store.Health) tunnelJSON {
	out := tunnelJSON{
		ID: t.ID, Name: t.Name, Kind: t.Kind, CloudflareEndpoint: t.CloudflareEndpoint,
		CustomerEndpoint: t.CustomerEndpoint, InterfaceAddress: t.InterfaceAddress,
		BGP: bgpJSON{Configured: t.BGP != nil},
	}
	if h != store.HealthUnknown {
		out.Health.State = &h
	}
	if st := t.BGPStatus; st != nil {
		state := string(st.State)
		out.BGP.State, out.BGP.TCPEstablished = &state, &st.TCPEstablished
		if st.FSM != "" {
			out.BGP.FSM = &st.FSM
		}
		if !st.UpdatedAt.IsZero() {
			out.BGP.UpdatedAt = &st.UpdatedAt.Time
		}
	}
	return out
}

// statusTitle is above the table: how old it is when that matters, whose account, and how many tunnels
// are in which state.
func statusTitle(s *session, now seen, c tui.Canvas, age string) []string {
	var title tui.Line
	if age != "" {
		title = tui.Line{{Text: age + "  ", Role: tui.Muted}}
	}
	title = append(title, tui.Span{Text: tui.Clean(s.title()), Role: tui.Strong}, tui.Span{Text: "  "})
	account := diagnose.New(diagnose.Facts{Now: c.Now, Tunnels: now.snapshot.Tunnels})
	rows := now.health.on(now.snapshot.Tunnels)
	title = append(title, tunnel.Summary(rows, now.snapshot.RowsMissing(), account.StatusOutdated, c.Theme.Glyphs)...)
	if why := now.snapshot.CannotTell(store.GRETunnels, store.IPsecTunnels); why != "" && age == "" {
		title = append(title, tui.Span{Text: "  some may be missing: " + strings.TrimPrefix(why, "cannot tell: "), Role: tui.Pending})
	}
	return heading(c, title)
}

// statusTable is for people: as wide as the terminal, all columns into a pipe or a file.
func statusTable(now seen, c tui.Canvas) []string {
	desc := tunnel.Describe("", c.Theme.Glyphs)
	columns := tunnel.OneLook(c.Theme.Glyphs)
	at := 1 + slices.IndexFunc(columns, func(col table.Column[store.Tunnel]) bool { return col.Key == "state" })
	account := diagnose.New(diagnose.Facts{Now: c.Now, Tunnels: now.snapshot.Tunnels})
	columns = slices.Insert(tunnel.MarkOutdated(columns, account.StatusOutdated), at, healthColumn(now.health), tunnel.SinceColumn())
	return printTable(columns, desc.ID, now.snapshot.Tunnels, desc.SortBy, desc.Reverse, c)
}

// lineName begins the short form, so that it says what it is in a crowded status bar.
const lineName = "fw"

// statusLine is the short form. It is stable: scripts and status bars rely on its order.
func statusLine(snapshot *store.Snapshot, g tui.Glyphs) string {
	if snapshot.Missing() != nil && snapshot.Fetched().IsZero() {
		return lineName + " ?"
	}
	counts := store.Count(snapshot.Tunnels).By
	line := fmt.Sprintf("%s %d%s", lineName, counts[store.Up], g.Up)
	for _, c := range []struct {
		state store.State
		glyph string
	}{{store.Down, g.Down}, {store.Establishing, g.Pending}, {store.Unknown, g.Unknown}, {store.NoBGP, g.None}} {
		if n := counts[c.state]; n > 0 {
			line += fmt.Sprintf(" %d%s", n, c.glyph)
		}
	}
	if snapshot.Missing() != nil {
		line += " ?" // a list is missing
	}
	return line
}

// heading is the account and the counts, on as many lines as it takes: a count is never cut, nor parted from what stands in brackets
// behind it.
func heading(c tui.Canvas, spans tui.Line) []string {
	var lines []string
	var line tui.Line
	for len(spans) > 0 {
		n := 1
		for n < len(spans) && strings.HasPrefix(spans[n].Text, " (") && spans[:n+1].Width() <= c.Width {
			n++
		}
		group := slices.Clone(spans[:n])
		if spans = spans[n:]; line.Width()+group.Width() > c.Width && line != nil {
			lines = append(lines, line.Paint(c.Theme, c.Width))
			line, group[0].Text = nil, "  "+strings.TrimLeft(group[0].Text, " ")
		}
		line = append(line, group...)
	}
	return append(lines, line.Paint(c.Theme, c.Width))
}

// canvas is the terminal's width and theme; without a terminal it is as wide as needed and without
// any escape sequence.
func (f *flags) canvas(x IO, now time.Time) tui.Canvas {
	glyphs := tui.GlyphsFor(x.Environ)
	fd, ok := terminal(x.Out)
	if !ok {
		return tui.Canvas{Width: unbounded, Theme: tui.PlainTheme(glyphs), Now: now}
	}
	c := tui.Canvas{Width: 80, Theme: tui.PlainTheme(glyphs), Now: now}
	if w, h, err := term.GetSize(fd); err == nil && w > 0 {
		c.Width, c.Height = w, h
	}
	if name, _ := tui.ParseTheme(f.theme); x.env("NO_COLOR") == "" && x.env("TERM") != "dumb" {
		c.Theme = tui.NewTheme(name, glyphs)
	}
	return c
}

func (s *session) title() string {
	switch {
	case s.name != "":
		return s.name
	case s.account == nil:
		return "the account is not known yet"
	}
	return s.account.ID
}
