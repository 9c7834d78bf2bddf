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
		Short: "Print the changes made from this machine (:activity on the screen)",
		Long: `Print the changes that flarewire made from this machine, newest first: when, what, with which profile, the object
before and after, and Cloudflare's request ids. The full-screen interface has them as :activity, with undo. It reads a local file and
contacts nobody; the file has no secrets.
--demo keeps its journal in memory until it ends: with it this command has nothing to print.

With -o json: one array of all entries with every field. undoes and undone_by are ids of entries, batch is what the entries of one
act on several objects share. Unreadable lines are reported on standard error, and in the last element of the array, which
has "outcome": "unreadable" and "unreadable_lines".

Exit code: 0 done, 1 a file of the journal could not be read, 2 wrong usage.`,
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
	read := journal.Reading{}
	var unreadable error
	if !f.demo {
		read, unreadable = x.journal().Read()
	}
	if err := printJournal(x, f, out, read, unreadable == nil); err != nil {
		return err
	}
	if text := read.Damage(); text != "" {
		fmt.Fprintln(x.Err, "flarewire: "+text)
	}
	if unreadable != nil {
		return trouble(unreadable)
	}
	return nil
}

// printJournal prints what was read; whole: there is no file that could not be read.
func printJournal(x IO, f *flags, out output, read journal.Reading, whole bool) error {
	switch {
	case out == "json":
		return writeEntries(x, read)
	case len(read.Entries) == 0:
		if whole && read.Unreadable == 0 {
			fmt.Fprintln(x.Err, "No changes made from this machine yet.")
		}
		return nil
	}
	id := func(e journal.Entry) string { return e.ID }
	return printLines(x.Out, printTable(activity.Columns(), id, read.Entries, "at", true, f.canvas(x, x.Now())))
}

// jsonWriter writes JSON as writeJSON does.
type jsonWriter struct{ x IO }

func (w jsonWriter) Write(text []byte) (int, error) { return len(text), writeJSON(w.x.Out, text) }

func writeEntries(x IO, read journal.Reading) error {
	if err := journal.Write(jsonWriter{x}, read); err != nil {
		return trouble(err)
	}
	return nil
}

// journal is the one of this machine.
func (x IO) journal() *journal.Journal {
	return journal.New(journal.Options{Path: filepath.Join(x.stateDir(), "journal.jsonl")})
}
