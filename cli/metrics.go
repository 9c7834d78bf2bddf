package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/metrics"
	"flarewire/internal/store"
)

func newMetrics(x IO, f *flags) *cobra.Command {
	var timeout time.Duration
	var file string
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Print Prometheus metrics once",
		Long: `Print what is known as metrics in Prometheus' text format, once: for the textfile collector of
node_exporter, or to see what flarewire record serves all the time. There are no timestamps.

A value that is not known is absent, never 0. flarewire_known{source} says 0 or 1 for every source, and
flarewire_source_age_seconds how old it is, also when nothing could be read. An account has series for
at most 1,000 tunnels, 1,000 advertised prefixes, 1,000 destinations and 100 incidents;
flarewire_objects_omitted counts the rest.

With --output FILE the file is replaced in one step and can be read by all users of the machine, as the
textfile collector needs it: flarewire metrics --output /var/lib/prometheus/node-exporter/flarewire.prom

Exit code: 0 it was read, 1 a list could not be read, 2 wrong usage or missing credentials. The metrics
are printed in every case but wrong usage.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return usage("--timeout %s: use a time like 30s", timeout)
			}
			return runMetrics(cmd.Context(), x, f, timeout, file)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", defaultStatusTimeout, "give up after this time")
	cmd.Flags().StringVarP(&file, "output", "o", "", "replace this file in one step instead of printing")
	f.takesAccounts(cmd)
	return cmd
}

func runMetrics(ctx context.Context, x IO, f *flags, timeout time.Duration, file string) error {
	if err := f.check(x); err != nil {
		return err
	}
	names, err := f.several(x)
	if err != nil {
		return err
	}
	if names == nil {
		names = []string{f.profile}
	}
	x = x.forSeveral()
	var found answers[metrics.Account]
	members := f.each(ctx, x, names, timeout, func(ctx context.Context, m *member) {
		a := m.s.measured(m.s.everything(ctx, x, m.f))
		if err := a.Snapshot.Missing(needed()...); err != nil {
			m.err = trouble(err)
		}
		found.keep(m, a)
	})
	defer closeAll(members)
	accounts := make([]metrics.Account, len(members))
	for i, m := range members {
		if m.err != nil {
			fmt.Fprintln(x.Err, "flarewire: "+m.named(m.why()))
		}
		var known bool
		if accounts[i], known = found.of[m]; !known {
			accounts[i] = metrics.Account{Profile: m.profile, Now: x.Now()}
		}
	}
	write := func(w io.Writer) error { return metrics.Write(w, metrics.Text, version, accounts...) }
	if file != "" {
		err = replaceForAll(file, write)
	} else {
		err = write(x.Out)
	}
	if err != nil {
		return trouble(err)
	}
	return worstCode(members)
}

// named puts the profile before a sentence about one of several accounts.
func (m *member) named(text string) string {
	if m.profile == "" {
		return text
	}
	return m.profile + ": " + text
}

// measured is the account for its metrics.
func (s *session) measured(snapshot *store.Snapshot) metrics.Account {
	budget := s.client.Budget()
	return metrics.Account{Profile: cmp.Or(s.profile, s.source), ID: s.account.ID, Name: s.name, Now: s.now(), Snapshot: snapshot,
		Budget: &budget}
}

// replaceForAll replaces a file in one step by one that other users can read: it holds no secret, and the collector is another user.
func replaceForAll(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	err = write(temp)
	for _, step := range []func() error{func() error { return temp.Chmod(0o644) }, temp.Sync, temp.Close} {
		if stepErr := step(); err == nil {
			err = stepErr
		}
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
