package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

func newDiagnose(x IO, f *flags) *cobra.Command {
	var out output
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "diagnose [NAME]...",
		Short: "Print what is wrong, worst first, with the likely cause and what to do",
		Long: `Print what is wrong with tunnels, prefixes, interconnects and routes, worst first: the likely
cause of each and what to do next, as the overview of the full screen does. With NAME, a name or an
id, everything that was found about that object, with the fields that say so and the document
behind it.

It reads and changes nothing: the lists of tunnels, routes, prefixes with what belongs to them,
interconnects, and the health and traffic of the last minutes. What could not be read is named on
standard error; nothing is claimed about it. What earlier runs of the full screen have watched, such
as sessions that go up and down, counts too.

Exit code: 0 it was read, whatever was found, 1 a list could not be read (analytics do not count), 2
wrong usage, no credentials, or there is no such object. For monitoring see flarewire check.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if timeout <= 0 {
				return usage("--timeout %s: use a time like 30s", timeout)
			}
			profiles, err := f.several(x)
			if err != nil {
				return err
			}
			if profiles != nil {
				return runDiagnoses(cmd.Context(), x, f, out, timeout, profiles, args)
			}
			return runDiagnose(cmd.Context(), x, f, out, timeout, args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	out.flag(cmd)
	f.takesAccounts(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", defaultStatusTimeout, "give up after this time")
	return cmd
}

func runDiagnose(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, names []string) error {
	s, err := f.openWithin(ctx, x, timeout)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	snapshot := s.everything(ctx, x, f)
	if snapshot.GRE.Err != nil && snapshot.IPsec.Err != nil {
		return trouble(snapshot.Err())
	}
	for _, gap := range gaps(snapshot, store.Overview()...) {
		fmt.Fprintln(x.Err, "flarewire: not known: "+gap.Source+": "+gap.Why)
	}
	unread := snapshot.Missing(diagnosed()...)
	read := diagnose.Read(diagnose.From(snapshot, s.now()))
	found := read.All()
	if len(names) > 0 {
		if found, err = askedFor(read, names, x, unread != nil); err != nil {
			return err
		}
	}
	if out == "json" {
		err = printDiagnosesJSON(x, s, snapshot, found)
	} else if len(found) > 0 || len(names) == 0 {
		err = printLines(x.Out, diagnoses(found, len(names) > 0, f.canvas(x, s.now())))
	}
	if err == nil && unread != nil {
		return exit(exitNo) // the rest is printed; what is missing was said
	}
	return err
}

// everything is one look at all that a diagnosis rests on.
func (s *session) everything(ctx context.Context, x IO, f *flags) *store.Snapshot {
	w := s.recall(ctx, x, f)
	var wait sync.WaitGroup
	if s.name == "" {
		wait.Go(func() { s.lookUpName(ctx) })
	}
	snapshot := w.ReadAll(ctx, f.progress(x), store.Overview()...)
	wait.Wait()
	return snapshot
}

// diagnosed are the lists without which a diagnosis may miss something. Analytics are not among them: they have a permission of
// their own, and the findings say when they lack them.
func diagnosed() []store.Kind {
	return slices.DeleteFunc(store.Overview(), func(k store.Kind) bool { return k == store.HealthChecks || k == store.TunnelTraffic })
}

// askedFor are the diagnoses of the objects that were asked for. One that is in no list does not exist, unless a list is unread:
// then it cannot be told, which is said.
func askedFor(read *diagnose.Account, names []string, x IO, unread bool) ([]diagnose.Diagnosis, error) {
	var out []diagnose.Diagnosis
	for _, name := range names {
		found := read.Named(name)
		if len(found) == 0 && unread {
			fmt.Fprintf(x.Err, "flarewire: cannot tell whether there is a %q: it is in none of the lists that could be read\n", tui.Clean(name))
			continue
		}
		if len(found) == 0 {
			return nil, usage("there is no tunnel, prefix, interconnect or route %q; flarewire diagnose without a name lists what has trouble",
				tui.Clean(name))
		}
		out = append(out, found...)
	}
	return out, nil
}

// gap is a source that could not be read, and why.
type gap struct {
	Source string `json:"source"`
	Why    string `json:"why"`
}

func gaps(s *store.Snapshot, kinds ...store.Kind) []gap {
	out := []gap{}
	for _, e := range s.Unsettled(kinds...) {
		why := e.Why()
		if e.Err != nil {
			why = strings.Join(strings.Fields(e.Err.Error()), " ")
		}
		out = append(out, gap{string(e.Kind), tui.Clean(why)})
	}
	return out
}

// diagnosesJSON is the contract of `diagnose -o json` (docs/architecture.md).
type diagnosesJSON struct {
	Account  accountJSON          `json:"account"`
	At       time.Time            `json:"at"`
	Objects  []diagnose.Diagnosis `json:"objects"`
	NotKnown []gap                `json:"not_known"`
}

func printDiagnosesJSON(x IO, s *session, snapshot *store.Snapshot, found []diagnose.Diagnosis) error {
	return printOne(x.Out, diagnosesOf(s, snapshot, found), "  ")
}

func diagnosesOf(s *session, snapshot *store.Snapshot, found []diagnose.Diagnosis) diagnosesJSON {
	doc := diagnosesJSON{accountJSON{s.account.ID, s.name}, s.now().UTC(), append([]diagnose.Diagnosis{}, found...),
		gaps(snapshot, store.Overview()...)}
	for i := range doc.Objects {
		doc.Objects[i].Findings = append([]diagnose.Finding{}, doc.Objects[i].Findings...) // none is [], not null
	}
	return doc
}

// diagnoses are the objects for people; whole gives all of the findings with what they rest on.
func diagnoses(found []diagnose.Diagnosis, whole bool, c tui.Canvas) []string {
	if len(found) == 0 {
		return []string{c.Theme.Glyphs.Up + " Nothing is wrong that the data shows."}
	}
	var out []string
	for i, d := range found {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, tui.Text(tui.Strong, tui.Clean(d.Subject.Name)).Paint(c.Theme, c.Width))
		if len(d.Findings) == 0 {
			out = append(out, tui.Paragraph(c, tui.Good, "Nothing is wrong with it that the data shows.")...)
		}
		for n, f := range d.Findings {
			if n > 0 && !whole {
				break
			}
			if n > 0 {
				out = append(out, "")
			}
			out = append(out, reading(f, whole, c)...)
		}
	}
	return out
}

// reading is one finding: how bad and how certain, what it means, what to do.
func reading(f diagnose.Finding, whole bool, c tui.Canvas) []string {
	head := f.Cause.Title() + " (" + f.Likelihood.String()
	if f.Impact > diagnose.NoImpact {
		head += ", " + f.Impact.String()
	}
	if !f.Since.IsZero() {
		head += ", since " + f.Since.UTC().Format("2006-01-02 15:04 UTC")
	}
	out := tui.Paragraph(c, impactRole(f.Impact), head+")")
	out = append(out, tui.Paragraph(c, tui.Plain, f.Text)...)
	if f.Next != "" {
		out = append(out, tui.Paragraph(c, tui.Plain, "Next: "+f.Next)...)
	}
	if whole {
		out = append(out, tui.Paragraph(c, tui.Muted, "Because: "+f.Because())...)
		out = append(out, tui.Paragraph(c, tui.Muted, "Source: "+f.Source)...)
	}
	return out
}

func impactRole(i diagnose.Impact) tui.Role {
	switch i {
	case diagnose.Outage:
		return tui.Bad
	case diagnose.Impaired, diagnose.Risk:
		return tui.Pending
	}
	return tui.Muted
}
