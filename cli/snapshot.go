package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/snapshot"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
	"flarewire/tui"
)

// exitDiffers is the exit code of `snapshot compare` when something differs.
const exitDiffers = 1

func newSnapshot(x IO, f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Save a known-good state of the account and compare with it later",
		Long: `Save the account's prefixes with their advertisement and service bindings, its tunnels, routes,
interconnects and CNIs to a file, and compare the present state with such a file later. Nothing is
changed in the account. The last saved snapshot is also the expected state for the overview and diagnose:
problems that it already had are listed after new ones.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage("use flarewire snapshot save FILE or flarewire snapshot compare FILE")
		},
	}
	cmd.AddCommand(newSnapshotSave(x, f), newSnapshotCompare(x, f))
	return cmd
}

func newSnapshotSave(x IO, f *flags) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "save FILE",
		Short: "Save the present state to a file " + statefile.OwnerOnlyText,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fileName(args[0]); err != nil {
				return err
			}
			b, err := f.takeBaseline(cmd.Context(), x)
			if err != nil {
				return err
			}
			if err := b.Save(args[0], force); err != nil {
				return failure{exitUsage, err}
			}
			if err := b.SaveExpected(snapshot.BaselinePath(x.stateDir(), b.Account)); err != nil {
				fmt.Fprintln(x.Err, "flarewire: it is saved, but not kept as the expected state: "+err.Error())
			}
			sayLeft(x.Err, b)
			_, err = fmt.Fprintf(x.Out, "%s: %s\n", tui.Clean(args[0]), heldIn(b))
			return err
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file when it is there already")
	return cmd
}

func newSnapshotCompare(x IO, f *flags) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "compare FILE",
		Short: "Compare the present state with a saved one",
		Long: `Compare the present state with a saved one and print every difference: what was lost comes first.

Exit code: 0 when nothing differs, 1 when something differs or API or network error (which
standard error says), 2 for wrong usage, missing credentials or a file that is no snapshot.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			was, err := snapshot.Load(args[0])
			if err != nil {
				return failure{exitUsage, err}
			}
			is, err := f.takeBaseline(cmd.Context(), x)
			if err != nil {
				return err
			}
			if was.Account != is.Account {
				return usage("the snapshot is of account %s, this is %s: choose the account with --account", tui.Clean(was.Account), is.Account)
			}
			sayLeft(x.Err, is)
			found := snapshot.Compare(was, is)
			if err := printDifferences(x.Out, out, was, is, found); err != nil {
				return trouble(err)
			}
			if len(found) > 0 {
				return exit(exitDiffers)
			}
			return nil
		},
	}
	out.flag(cmd)
	return cmd
}

func (f *flags) takeBaseline(ctx context.Context, x IO) (snapshot.Baseline, error) {
	s, err := f.open(ctx, x)
	if err != nil {
		return snapshot.Baseline{}, err
	}
	defer s.close()
	b, err := snapshot.Take(ctx, s.account.ID, s.store(ctx, f), f.progress(x))
	if err != nil {
		return b, trouble(err)
	}
	return b, nil
}

// comparisonJSON is what `snapshot compare -o json` prints.
type comparisonJSON struct {
	Account     string                `json:"account"`
	Was         time.Time             `json:"was_taken_at"`
	Is          time.Time             `json:"is_taken_at"`
	Differences []snapshot.Difference `json:"differences"`
}

func printDifferences(w io.Writer, out output, was, is snapshot.Baseline, found []snapshot.Difference) error {
	if out == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(comparisonJSON{is.Account, was.TakenAt, is.TakenAt, found})
	}
	for _, d := range found {
		mark := "changed"
		if d.Lost {
			mark = "LOST"
		}
		if _, err := fmt.Fprintf(w, "%-7s  %s  %s: %s -> %s\n", mark, tui.Clean(d.Name), tui.Clean(d.What), tui.Clean(d.Was),
			tui.Clean(d.Is)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s since %s, in %s\n", countOf(len(found), "difference", "differences"),
		was.TakenAt.UTC().Format("2006-01-02 15:04:05 UTC"), comparedIn(was, is))
	return err
}

// heldIn counts what a snapshot holds.
func heldIn(b snapshot.Baseline) string {
	text := countOf(len(b.Prefixes), "prefix", "prefixes")
	if len(b.Objects) == 0 {
		return text
	}
	tunnels := len(b.Objects[store.GRETunnels]) + len(b.Objects[store.IPsecTunnels])
	return text + ", " + countOf(tunnels, "tunnel", "tunnels") + ", " + countOf(len(b.Objects[store.Routes]), "route", "routes") + ", " +
		countOf(len(b.Objects[store.Links])+len(b.Objects[store.CNIs]), "interconnect", "interconnects")
}

// comparedIn counts what was compared: a file of an earlier version holds prefixes only.
func comparedIn(was, is snapshot.Baseline) string {
	if len(was.Objects) == 0 {
		is.Objects = nil
		return heldIn(is) + "; the file holds nothing else"
	}
	return heldIn(is)
}

// sayLeft names what the credential could not read.
func sayLeft(w io.Writer, b snapshot.Baseline) {
	if len(b.Left) > 0 {
		fmt.Fprintln(w, "flarewire: left out, because the credential may not read it: "+strings.Join(b.Left, ", "))
	}
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
