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
	"flarewire/internal/router"
	"flarewire/internal/store"
	"flarewire/tui"
)

func newDiagnose(x IO, f *flags) *cobra.Command {
	var out output
	var watching, askRouter bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "diagnose [NAME]...",
		Short: "Print what is wrong, worst first, with the likely cause and what to do",
		Long: `Print what is wrong with tunnels, prefixes, interconnects and routes, worst first: the likely
cause of each and what to do next, as the overview of the full-screen interface does. With NAME, a name or an
id, everything found about that object, with the evidence and its source document; for the first
tunnel named, also how Cloudflare's data centers see it.

It changes nothing. It reads the tunnels, routes, interconnects, prefixes with what belongs to them,
and the health and traffic of the last minutes. What could not be read is named on standard error, and
no conclusion is drawn from it. What earlier runs of the full-screen interface observed, such as flapping
sessions, counts too.

--ask-router runs your own read-only commands for the router of each named tunnel, as the config file has
them (docs/routers.md), prints each command on standard error, and shows both ends side by side.

--watch goes on until ctrl+c: what is wrong is redrawn in place, JSON is appended. -o jsonl prints
only incidents that are new, changed or gone, one line of JSON for each.

Exit code: 0 everything was read, whatever was found, 1 a list could not be read (missing analytics do not count), 2
wrong usage, no credentials, or there is no such object. For monitoring see flarewire check.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(changesOutput); err != nil {
				return err
			}
			if timeout <= 0 {
				return usage("--timeout %s: use a time like 30s", timeout)
			}
			profiles, err := f.several(x)
			if err != nil {
				return err
			}
			switch {
			case askRouter && (len(args) == 0 || watching || profiles != nil):
				return usage("--ask-router needs the name of a tunnel, and goes neither with --watch nor with several profiles")
			case profiles != nil && (watching || out == changesOutput):
				return usage("--watch and -o jsonl are of one account: the full-screen interface has :fleet, and flarewire record watches several")
			case watching:
				return watchDiagnosis(cmd.Context(), x, f, out, timeout, args)
			}
			if profiles != nil {
				return runDiagnoses(cmd.Context(), x, f, out, timeout, profiles, args)
			}
			return runDiagnose(cmd.Context(), x, f, out, timeout, askRouter, args)
		},
	}
	out.flag(cmd, changesOutput)
	f.takesAccounts(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", defaultStatusTimeout, "timeout; with --watch, per fetch")
	cmd.Flags().BoolVar(&watching, "watch", false, "repeat at the --refresh interval until ctrl+c")
	cmd.Flags().BoolVar(&askRouter, "ask-router", false, "ask the router of NAME, too, with your own commands")
	return cmd
}

func runDiagnose(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, askRouter bool, names []string) error {
	s, err := f.openWithin(ctx, x, timeout)
	if err != nil {
		return err
	}
	defer s.close()
	whole := ctx // commands for routers have a time limit of their own
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	snapshot := s.everything(ctx, x, f, names...)
	if snapshot.GRE.Err != nil && snapshot.IPsec.Err != nil {
		return trouble(snapshot.Err())
	}
	for _, gap := range gaps(snapshot, store.Overview()...) {
		fmt.Fprintln(x.Err, "flarewire: not known: "+gap.Source+": "+gap.Why)
	}
	if why := noNumber(snapshot); why != "" {
		fmt.Fprintln(x.Err, "flarewire: "+why)
	}
	if part := snapshot.Locations.Missing; part != "" {
		fmt.Fprintln(x.Err, "flarewire: in part: "+string(store.LocationHealth)+": "+tui.Clean(part))
	}
	unread := snapshot.Missing(needed()...)
	var routers map[string]router.Reading
	if askRouter {
		if routers, err = f.askRouters(whole, x, s, snapshot, names); err != nil {
			return err
		}
	}
	read := s.diagnosisWith(ctx, x, snapshot, names, routers)
	all := diagnosedOf(read)
	if len(names) > 0 {
		var err error
		if all.found, err = askedFor(read, names, x, unread != nil); err != nil {
			return err
		}
		all.incidents = slices.DeleteFunc(all.incidents, func(i diagnose.Incident) bool { return !concerns(i, all.found) })
		all.notes = nil // those of what was asked for are among what was found
	}
	switch c := f.canvas(x, s.now()); {
	case out == changesOutput:
		err = new(differences).print(x, s.now(), observation{at: snapshot.Fetched(), rows: incidentRows(all.incidents), trouble: unread})
	case out == "json":
		err = printOne(x.Out, diagnosesOf(s, snapshot, all), "  ")
	case len(names) == 0:
		err = printLines(x.Out, all.lines(c))
	case len(all.found) > 0:
		err = printLines(x.Out, slices.Concat(diagnoses(all.found, all.incidents, c), bothEnds(read, all.found, c),
			recordLines(snapshot, all.found, c)))
	}
	if err == nil && unread != nil {
		return exit(exitFailed) // the rest is printed; what is missing was said
	}
	return err
}

// watchDiagnosis is runDiagnose again and again: everything once, then what is due.
func watchDiagnosis(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, names []string) error {
	s, err := f.openWithin(ctx, x, timeout)
	if err != nil {
		return err
	}
	defer s.close()
	w := s.recall(ctx, x, f)
	read := func(ctx context.Context) *store.Snapshot {
		if s.name == "" {
			s.lookUpName(ctx)
		}
		w.ReadAlways(diagnosedKinds()...)
		return w.ReadAll(ctx, nil, diagnosedKinds()...)
	}
	return f.watchLoop(ctx, x, s.now, out, func(ctx context.Context) observation {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		snapshot := read(ctx)
		read = w.Round
		unread := snapshot.Missing(needed()...)
		if snapshot.GRE.Err != nil && snapshot.IPsec.Err != nil {
			return observation{trouble: snapshot.Err()}
		}
		account := s.diagnosis(ctx, x, snapshot, names)
		all := diagnosedOf(account)
		if len(names) > 0 {
			named, err := askedFor(account, names, x, unread != nil)
			if err != nil {
				return observation{trouble: err}
			}
			all.found, all.notes = named, nil
			all.incidents = slices.DeleteFunc(all.incidents, func(i diagnose.Incident) bool { return !concerns(i, all.found) })
		}
		return observation{at: snapshot.Fetched(), trouble: unread, rows: incidentRows(all.incidents),
			doc: diagnosesOf(s, snapshot, all),
			lines: func(c tui.Canvas) []string {
				if len(names) > 0 {
					return diagnoses(all.found, all.incidents, c)
				}
				return all.lines(c)
			}}
	})
}

// incidentRows are the incidents for jsonl. How long something lasts and what it was concluded from changes all the time; what is
// wrong does not.
func incidentRows(incidents []diagnose.Incident) []row {
	rows := make([]row, len(incidents))
	for i, one := range incidents {
		like := struct {
			Cause    diagnose.Cause
			Severity diagnose.Impact
			Members  []diagnose.Subject
			Affected []string
			Muted    bool
		}{one.Cause, one.Severity, one.Members, one.Affected, one.Muted != nil}
		rows[i] = row{one.ID, one, like}
	}
	return rows
}

// facts are what every command's reading of the account rests on: the data, its good day, its mutes, and what was changed from here. An
// error says that the mutes could not be read; the rest is right all the same.
func (s *session) facts(x IO, snapshot *store.Snapshot) (diagnose.Facts, error) {
	facts := diagnose.From(snapshot, s.now())
	facts.Good = s.goodDay(x)
	mutes, err := s.mutes(x)
	facts.Mutes = mutes.Active(s.now())
	if changes := s.changes(x); changes != nil {
		facts.Changes = changes(s.now().Add(-diagnose.ChangesFor))
	}
	return facts, err
}

// diagnosis reads what the account's data mean, with the locations of the first of the named tunnels.
func (s *session) diagnosis(ctx context.Context, x IO, snapshot *store.Snapshot, names []string) *diagnose.Account {
	return s.diagnosisWith(ctx, x, snapshot, names, nil)
}

// diagnosisWith is the same with what the routers of the named tunnels said.
func (s *session) diagnosisWith(ctx context.Context, x IO, snapshot *store.Snapshot, names []string,
	routers map[string]router.Reading) *diagnose.Account {
	facts, err := s.facts(x, snapshot)
	if err != nil {
		fmt.Fprintln(x.Err, "flarewire: "+err.Error())
	}
	facts.Insights, facts.Routers = s.locations(ctx, snapshot, names), routers
	return diagnose.New(facts)
}

// locations reads the analytics of the first tunnel that was asked for, six questions: how Cloudflare's data centers see it, weighed by
// its traffic, and since when. A mean over all of them hides that a busy one is dead.
func (s *session) locations(ctx context.Context, snapshot *store.Snapshot, names []string) map[string]store.Insight {
	for _, t := range snapshot.Tunnels {
		if slices.Contains(names, t.Name) || slices.Contains(names, t.ID) {
			return map[string]store.Insight{t.Name: store.ReadInsight(ctx, s.account, t.Name, s.now())}
		}
	}
	return nil
}

// everything is one look at all that a diagnosis rests on. About tunnels that are named and have fallen Cloudflare's logs are asked,
// too.
func (s *session) everything(ctx context.Context, x IO, f *flags, names ...string) *store.Snapshot {
	w := s.recall(ctx, x, f)
	var wait sync.WaitGroup
	if s.name == "" {
		wait.Go(func() { s.lookUpName(ctx) })
	}
	snapshot := w.ReadAll(ctx, f.progress(x), diagnosedKinds()...)
	wait.Wait()
	return askRecord(ctx, w, snapshot, names)
}

// diagnosedKinds are what a diagnosis is read from: the overview's lists, and the settings that have Cloudflare's AS number.
func diagnosedKinds() []store.Kind { return append(store.Overview(), store.CNISettings) }

// noNumber says that Cloudflare's AS number could not be read although texts about sessions name it; empty where they do not, or it was.
func noNumber(s *store.Snapshot) string {
	session := func(t store.Tunnel) bool { return t.BGP != nil }
	if s.CNISettings.Settled() || !slices.ContainsFunc(s.Tunnels, session) {
		return ""
	}
	return fmt.Sprintf("the CNI settings could not be read: %d is taken for Cloudflare's AS number", s.CloudflareASN())
}

// needed are the lists without which a diagnosis may miss something. Analytics are not among them: they have a permission of
// their own, and the findings say when they lack them.
func needed() []store.Kind {
	return slices.DeleteFunc(store.Overview(), func(k store.Kind) bool {
		return k == store.TunnelHealth || k == store.TunnelTraffic || k == store.LocationHealth
	})
}

// diagnosed is what was found of an account.
type diagnosed struct {
	found     []diagnose.Diagnosis
	incidents []diagnose.Incident
	notes     []diagnose.Diagnosis
}

func diagnosedOf(read *diagnose.Account) diagnosed {
	return diagnosed{read.All(), read.Incidents(), read.Notes()}
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
			return nil, usage("there is no tunnel, prefix, interconnect or route %q; "+
				"flarewire diagnose without a name lists everything with a problem",
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

// diagnosesJSON is the contract of `diagnose -o json` (docs/schema/diagnose.json).
type diagnosesJSON struct {
	Account accountJSON `json:"account"`
	At      time.Time   `json:"at"`
	// Incidents are what has trouble, what belongs together as one, the worst first.
	Incidents []diagnose.Incident  `json:"incidents"`
	Objects   []diagnose.Diagnosis `json:"objects"`
	// Notes are what is worth knowing of the ways to destinations although nothing is wrong.
	Notes    []diagnose.Diagnosis `json:"notes"`
	NotKnown []gap                `json:"not_known"`
}

func diagnosesOf(s *session, snapshot *store.Snapshot, all diagnosed) diagnosesJSON {
	doc := diagnosesJSON{accountJSON{s.account.ID, s.name}, s.now().UTC(), append([]diagnose.Incident{}, all.incidents...),
		append([]diagnose.Diagnosis{}, all.found...), append([]diagnose.Diagnosis{}, all.notes...), gaps(snapshot, store.Overview()...)}
	for i := range doc.Objects {
		doc.Objects[i].Findings = append([]diagnose.Finding{}, doc.Objects[i].Findings...) // none is [], not null
	}
	return doc
}

// concerns reports whether an incident has one of the objects.
func concerns(i diagnose.Incident, found []diagnose.Diagnosis) bool {
	return slices.ContainsFunc(found, func(d diagnose.Diagnosis) bool { return slices.Contains(i.Members, d.Subject) })
}
