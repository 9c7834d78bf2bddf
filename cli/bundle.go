package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"flarewire/api"
	"flarewire/internal/bundle"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

// bundleOptions are the flags of `bundle`.
type bundleOptions struct {
	tunnels []string
	force   bool
	persons bool
}

func newBundle(x IO, f *flags) *cobra.Command {
	var o bundleOptions
	cmd := &cobra.Command{
		Use:   "bundle [FILE]",
		Short: "Write a support bundle: what is known about the account, without secrets",
		Long: `Write what is known about the account into one zip archive, to attach to a support ticket: tunnels with
their sessions and health, routes, prefixes, interconnects, what points to trouble, the last events,
the requests to Cloudflare, and versions. Nothing is changed in the account.

` + bundle.NotInIt + `
` + bundle.StillIn + `
` + bundle.WhoHas + `

What could not be read is named in the archive, with the reason. Without FILE the name is made from
the time, in the current folder. --tunnel NAME adds a day of that tunnel's analytics; without it
those of the worst tunnels are added. Cloudflare's logs (Log Explorer, audit log) are read for the named
tunnels that have failed, else for those of the worst incident: three requests at most. Changes
are listed without the person who made them; --persons adds e-mail and IP address.

Exit code: 0 written, also when parts could not be read, 1 nothing at all could be read or the file
could not be written, 2 wrong usage, no credentials, or the file is there already.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("bundle takes one file name and got %d: name tunnels with --tunnel", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runBundle(cmd.Context(), x, f, o, args) },
	}
	cmd.Flags().StringArrayVar(&o.tunnels, "tunnel", nil, "add a day of this tunnel's analytics; by name or id, may be given several times")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the file when it is there already")
	cmd.Flags().BoolVar(&o.persons, "persons", false,
		"add to the timeline who made a change, by e-mail and IP address, from Cloudflare's audit log")
	return cmd
}

func runBundle(ctx context.Context, x IO, f *flags, o bundleOptions, args []string) error {
	path := bundle.Name(x.Now())
	if len(args) > 0 {
		path = args[0]
	}
	if err := fileName(path); err != nil {
		return err
	}
	if err := bundle.Free(path, o.force); err != nil {
		return notSaved(err)
	}
	s, err := f.open(ctx, x)
	if err != nil {
		return err
	}
	defer s.close()
	requests := s.keepRequests()
	watcher := s.recall(ctx, x, f)
	names, err := o.names(ctx, watcher)
	if err != nil {
		return err
	}
	read := func(snapshot *store.Snapshot) *diagnose.Account { return s.diagnosis(ctx, x, snapshot, nil) }
	c := bundle.Gather(ctx, s.account, watcher, read, nil, f.progress(x), names...)
	c.Version, c.Hide, c.Requests, c.Persons = versionLine(), x.Redactor.Redact, requests(), o.persons
	if err := bundle.Save(path, c, o.force); err != nil {
		return notSaved(err)
	}
	if err := printLines(x.Out, bundleReport(path, c)); err != nil {
		return err
	}
	if c.Nothing() {
		return trouble(errors.New("nothing of the account could be read; the bundle says why and holds what was asked"))
	}
	return nil
}

// names are the names of the tunnels that are asked for, which are looked for only when there are any.
func (o bundleOptions) names(ctx context.Context, w *store.Store) ([]string, error) {
	if len(o.tunnels) == 0 {
		return nil, nil
	}
	snapshot := w.Poll(ctx)
	if err := snapshot.Err(); err != nil && len(snapshot.Tunnels) == 0 {
		return nil, trouble(fmt.Errorf("the tunnels of --tunnel cannot be looked for: %w; without it a bundle is still written", err))
	}
	chosen, err := chosenTunnels(snapshot.Tunnels, o.tunnels, expected{})
	if err != nil {
		return nil, failure{exitUsage, err}
	}
	names := make([]string, len(chosen))
	for i, t := range chosen {
		names[i] = t.Name
	}
	return names, nil
}

// keepRequests has every request of this session kept; what it returns gives them.
func (s *session) keepRequests() func() []api.Exchange {
	var mu sync.Mutex
	var list []api.Exchange
	s.observe(func(e api.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, e)
	})
	return func() []api.Exchange {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func notSaved(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return usage("%w: choose another name, or replace it with --force", err)
	}
	return trouble(err)
}

// bundleReport says where the bundle is, what it holds, what is not known, and who has it.
func bundleReport(path string, c bundle.Contents) []string {
	lines := []string{tui.Clean(path) + ": " + c.Holds()}
	for _, gap := range c.Gaps() {
		lines = append(lines, tui.Clean(gap.String()))
	}
	return append(lines, bundle.NotInIt, bundle.StillIn, bundle.WhoHas)
}
