package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"flarewire/api"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/tunnel"
)

// output is the value of -o.
type output string

func (o *output) flag(cmd *cobra.Command) {
	cmd.Flags().StringVarP((*string)(o), "output", "o", "table", "table or json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

func (o output) check() error {
	if o != "table" && o != "json" {
		return usage("-o %s: use table or json", string(o))
	}
	return nil
}

func newStatus(x IO, f *flags) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print all tunnels with BGP state, and their age",
		Long: `Print all GRE and IPsec tunnels with the state of their BGP sessions.

Exit code: 0 when both lists could be read, 1 when the API or the network said no, 2 for wrong usage
or missing credentials.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			return runStatus(cmd.Context(), x, f, out)
		},
	}
	out.flag(cmd)
	return cmd
}

func runStatus(ctx context.Context, x IO, f *flags, out output) error {
	s, err := f.open(ctx, x)
	if err != nil {
		return err
	}
	defer s.close()
	snapshot := s.read(ctx, f)
	if err := snapshot.Err(); err != nil {
		return trouble(err)
	}
	if out == "json" {
		return printStatusJSON(x.Out, s, snapshot)
	}
	return printStatusTable(x, f, s, snapshot)
}

// read fetches both lists and the account's name at the same time. The name is a courtesy: without
// the right to read it, the status is whole all the same.
func (s *session) read(ctx context.Context, f *flags) watch.Snapshot {
	var wait sync.WaitGroup
	if s.name == "" {
		wait.Go(func() { s.lookUpName(ctx) })
	}
	snapshot := watch.New(s.account, s.now, f.refresh).Poll(ctx)
	wait.Wait()
	return snapshot
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
	Account   accountJSON    `json:"account"`
	FetchedAt time.Time      `json:"fetched_at"`
	Tunnels   []tunnelJSON   `json:"tunnels"`
	Summary   map[string]int `json:"summary"`
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

type healthJSON struct {
	State *string `json:"state"`
}

func printStatusJSON(w io.Writer, s *session, snapshot watch.Snapshot) error {
	counts := watch.Count(snapshot.Tunnels)
	doc := statusJSON{
		Account: accountJSON{s.account.ID, s.name}, FetchedAt: snapshot.Fetched().UTC(),
		Tunnels: make([]tunnelJSON, 0, len(snapshot.Tunnels)),
		Summary: map[string]int{"up": counts[watch.Up], "establishing": counts[watch.Establishing],
			"down": counts[watch.Down], "no_bgp": counts[watch.NoBGP]},
	}
	for _, t := range snapshot.Tunnels {
		doc.Tunnels = append(doc.Tunnels, tunnelToJSON(t))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

func tunnelToJSON(t watch.Tunnel) tunnelJSON {
	out := tunnelJSON{
		ID: t.ID, Name: t.Name, Kind: t.Kind, CloudflareEndpoint: t.CloudflareEndpoint,
		CustomerEndpoint: t.CustomerEndpoint, InterfaceAddress: t.InterfaceAddress,
		BGP: bgpJSON{Configured: t.BGP != nil},
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

// printStatusTable prints for people: as wide as the terminal, all columns into a pipe or a file.
func printStatusTable(x IO, f *flags, s *session, snapshot watch.Snapshot) error {
	canvas := f.canvas(x, s.now())
	desc := tunnel.Describe("Tunnels", canvas.Theme.Glyphs)
	// One look cannot see since when.
	columns := slices.DeleteFunc(desc.Columns, func(c table.Column[watch.Tunnel]) bool { return c.Key == "since" })
	t := table.New(columns, desc.ID)
	t.Set(snapshot.Tunnels)
	t.SortBy(desc.SortBy, desc.Reverse)
	title := tui.Line{{Text: tui.Clean(s.title()), Role: tui.Strong}, {Text: "  "}}
	lines := []string{append(title, desc.Summary(snapshot.Tunnels)...).Paint(canvas.Theme, canvas.Width)}
	for _, line := range append(lines, t.Print(canvas)...) {
		if _, err := fmt.Fprintln(x.Out, line); err != nil {
			return trouble(err)
		}
	}
	return nil
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
	if w, _, err := term.GetSize(fd); err == nil && w > 0 {
		c.Width = w
	}
	if name, _ := tui.ParseTheme(f.theme); x.env("NO_COLOR") == "" && x.env("TERM") != "dumb" {
		c.Theme = tui.NewTheme(name, glyphs)
	}
	return c
}

func (s *session) title() string {
	if s.name != "" {
		return s.name
	}
	return s.account.ID
}
