package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"flarewire/internal/journal"
	"flarewire/views/activity"
)

func newJournal(x IO, f *flags) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Print what was changed from this machine",
		Long: `Print what flarewire has changed from this machine, newest first: when, what, with which profile, the object
before and after, and Cloudflare's request ids. It reads a file of this machine and asks nobody; no secret is in it.
--demo keeps its journal in memory until it ends: with it this command has nothing to print.

With -o json: one array of all entries with every field.

Exit code: 0 done, 1 the journal could not be read, 2 wrong usage.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := out.check(); err != nil {
				return err
			}
			return runJournal(x, f, out)
		},
	}
	out.flag(cmd)
	return cmd
}

func runJournal(x IO, f *flags, out output) error {
	entries := []journal.Entry{}
	if !f.demo {
		var err error
		if entries, err = x.journal().All(); err != nil {
			return trouble(err)
		}
	}
	if out == "json" {
		return writeEntries(x, entries)
	}
	if len(entries) == 0 {
		fmt.Fprintln(x.Err, "Nothing was changed from here yet.")
		return nil
	}
	id := func(e journal.Entry) string { return e.ID }
	return printLines(x.Out, printTable(activity.Columns(), id, entries, "at", true, f.canvas(x, x.Now())))
}

// jsonWriter writes JSON as writeJSON does.
type jsonWriter struct{ x IO }

func (w jsonWriter) Write(text []byte) (int, error) { return len(text), writeJSON(w.x.Out, text) }

func writeEntries(x IO, entries []journal.Entry) error {
	if err := journal.Write(jsonWriter{x}, entries); err != nil {
		return trouble(err)
	}
	return nil
}

// journal is the one of this machine.
func (x IO) journal() *journal.Journal {
	return journal.New(journal.Options{Path: filepath.Join(x.stateDir(), "journal.jsonl")})
}
