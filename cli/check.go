package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/diagnose"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
)

// checkName is the command's name. Its answers follow the monitoring plugins, also for wrong usage.
const checkName = "check"

// severity is an exit code of `check`, by the convention of the monitoring plugins (Nagios, Icinga).
type severity int

const (
	severityOK severity = iota
	severityWarning
	severityCritical
	severityUnknown
)

func (s severity) String() string { return [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[s] }

const (
	defaultCheckTimeout = 10 * time.Second
	// checkGrace is how long `check` waits for the analytics after the lists: longer than `status`,
	// because health decides about tunnels without BGP.
	checkGrace = 2 * time.Second
)

// checkOptions are the flags of `check`.
type checkOptions struct {
	tunnels           []string
	warning, critical limit // critical not given: what would be a warning is critical when a tunnel is down and not merely coming up
	timeout           seconds
	maxAge            time.Duration // of a session's status; 0: any
	verbose           int
	expect            int // 0: any number
	baseline          string
	destinations      []string // as they were typed
}

func newCheck(x IO, f *flags) *cobra.Command {
	o := checkOptions{warning: atMost(0), timeout: seconds(defaultCheckTimeout)}
	var version bool
	cmd := &cobra.Command{
		Use:   checkName,
		Short: "Print one line for Nagios, Icinga and the like",
		Long: `Print one line for Nagios, Icinga and the compared: the state of the tunnels, with performance data.

A tunnel is up unless its BGP session is configured and not up, or Cloudflare's health checks report it
down. Degraded tunnels are counted but raise no alarm. Without the permission to read the account's
analytics the sessions alone decide.

How often Cloudflare reports a session's status is not documented. A status older than an hour is
reported, and counted as bgp_old, when most other sessions have a recent one; it raises no alarm. With
--max-age 1h a session counts as not up when its status is older than that, or of unknown age.

Thresholds are ranges for the number of tunnels that are not up, in the syntax of monitoring plugins:
--warning 2 warns when more than 2 are not up, @1:2 when 1 or 2 are, 3: when fewer than 3 are.

A deleted tunnel is in no list. With --expect 14 each of the 14 that is missing counts as down, and one
too many is a warning. --baseline FILE names them: FILE is what flarewire status -o json printed when all
was well. A tunnel in it that is gone counts as down, one that has lost its BGP session as not up.

--destination 10.64.0.0/20 checks the paths to a network or an address instead of the tunnels: critical
when no healthy path is left, warning when one is lost or degraded, unknown when the health of one is
unknown. It may be given several times; -vv adds a line for each path.

-v names all tunnels that are not up, -vv adds a line for each of them, -vvv one for every tunnel.

Exit code: 0 ok, 1 warning, 2 critical, 3 unknown. By the convention of monitoring plugins, 3 stands
for everything that prevents the check: no answer within --timeout, missing credentials, wrong usage;
also for --version, so that it can never make a service "ok".`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(x, usage("check takes no argument: name a tunnel with --tunnel"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				fmt.Fprintln(x.Out, "flarewire check "+versionLine())
				return exit(severityUnknown)
			}
			return runCheck(cmd.Context(), x, f, o)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return unknown(x, badValue(err)) })
	flags := cmd.Flags()
	flags.StringArrayVar(&o.tunnels, "tunnel", nil, "check only this tunnel, by name or id; may be given several times")
	flags.VarP(&o.warning, "warning", "w", "warn when the number of tunnels that are not up is outside this range: N is more than N")
	flags.VarP(&o.critical, "critical", "c",
		"critical when that number is outside this range (default: beyond --warning, when one of the tunnels is down)")
	flags.VarP(&o.timeout, "timeout", "t", "give up after this time, in seconds or as 10s")
	flags.DurationVar(&o.maxAge, "max-age", 0, "a session whose status is older than this is not up (default: any age)")
	flags.IntVar(&o.expect, "expect", 0, "the expected number of tunnels (default: any)")
	flags.StringVar(&o.baseline, "baseline", "", "the expected tunnels: a file printed by flarewire status -o json")
	flags.StringArrayVar(&o.destinations, "destination", nil,
		"check the paths to this network or address instead of the tunnels; may be given several times")
	flags.CountVarP(&o.verbose, "verbose", "v", "name all tunnels that are not up; twice: a line for each, three times: for every tunnel")
	flags.BoolVarP(&version, "version", "V", false, "print the version and do nothing else")
	f.takesAccounts(cmd)
	for _, name := range []string{"max-age", "expect"} {
		flags.Lookup(name).DefValue = "0" // pflag prints no zero: the default is described in words
	}
	return cmd
}

// unknown prints the line of a check that could not be made. It goes to standard output, because
// that is what monitoring systems show.
func unknown(x IO, err error) error {
	fmt.Fprintln(x.Out, pluginLine(severityUnknown, err.Error(), ""))
	return exit(severityUnknown)
}

// pluginLine is the whole answer: state, text, performance data behind a bar.
func pluginLine(s severity, text, data string) string {
	text = strings.ReplaceAll(tui.Clean(text), "|", "/")
	line := "FLAREWIRE " + s.String() + " - " + text
	if data != "" {
		line += " | " + data
	}
	return line
}

func (o checkOptions) check() error {
	warning, plain := o.warning.plain()
	critical, alsoPlain := o.critical.plain()
	switch {
	case plain && alsoPlain && critical < warning:
		return fmt.Errorf("--critical %s is below --warning %s: it must not be reached first", o.critical.text, o.warning.text)
	case o.timeout <= 0:
		return fmt.Errorf("--timeout %s: use a time like 10s", o.timeout.String())
	case o.maxAge < 0:
		return fmt.Errorf("--max-age %s: use a time like 1h", o.maxAge)
	case o.expect < 0:
		return fmt.Errorf("--expect %d: use a number of tunnels, 1 or more", o.expect)
	case o.expect > 0 && len(o.tunnels) > 0:
		return errors.New("--expect counts all tunnels of the account: leave out --tunnel")
	case o.expect > 0 && o.baseline != "":
		return errors.New("--expect and --baseline both say which tunnels there must be: use one of them")
	}
	return o.checkDestinations()
}

// checked is the answer of one account.
type checked struct {
	verdict severity
	text    string
	data    []string // performance data
	long    []string // lines for -vv
}

// print prints the answer and gives its exit code.
func (c checked) print(x IO) error {
	fmt.Fprintln(x.Out, pluginLine(c.verdict, c.text, strings.Join(c.data, " ")))
	for _, line := range c.long {
		fmt.Fprintln(x.Out, strings.ReplaceAll(tui.Clean(line), "|", "/"))
	}
	if c.verdict != severityOK {
		return exit(c.verdict)
	}
	return nil
}

// cannotCheck is the answer of a check that could not be made.
func cannotCheck(err error) checked { return checked{verdict: severityUnknown, text: err.Error()} }

func runCheck(ctx context.Context, x IO, f *flags, o checkOptions) error {
	if err := o.check(); err != nil {
		return unknown(x, err)
	}
	began := x.Now()
	names, err := f.several(x)
	if err != nil {
		return unknown(x, err)
	}
	if names != nil {
		return o.accounts(ctx, x, f, names, began)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.timeout))
	defer cancel()
	s, err := f.open(ctx, x)
	if err != nil {
		return unknown(x, err)
	}
	defer s.close()
	return o.account(ctx, x, f, s, began).print(x)
}

// account checks one account.
func (o checkOptions) account(ctx context.Context, x IO, f *flags, s *session, began time.Time) checked {
	if len(o.destinations) > 0 {
		return o.paths(ctx, x, f, s, began)
	}
	e := expected{number: o.expect}
	if o.baseline != "" {
		var err error
		if e, err = loadBaseline(o.baseline); err == nil {
			err = e.sameAccount(s.account.ID)
		}
		if err != nil {
			return cannotCheck(err)
		}
	}
	snapshot, h := look(ctx, s.store(ctx, f), checkGrace, func() {})
	failed := snapshot.Missing()
	if failed != nil && snapshot.Fetched().IsZero() {
		return cannotCheck(oneSentence(failed))
	}
	chosen, err := chosenTunnels(snapshot.Tunnels, o.tunnels, e)
	if err != nil && failed != nil {
		err = oneSentence(failed) // it may be in the list that could not be read
	}
	if err != nil {
		return cannotCheck(err)
	}
	facts, _ := s.facts(x, snapshot) // mutes that cannot be read change nothing here
	v := judge(chosen, h, o.agedBy(facts))
	v.clock = snapshot.ClockTrouble()
	v.compare(chosen, e.of(o.tunnels).readIn(snapshot))
	verdict := v.severity(o)
	if failed != nil { // what is known may be critical; that all is well is not known
		v.unread = oneSentence(failed).Error()
		if verdict != severityCritical {
			verdict = severityUnknown
		}
	}
	return checked{verdict, v.text(o), v.data(o, x.Now().Sub(began)), v.long(o, chosen, h, s.now())}
}

// oneSentence keeps the first of joined errors: two lists that fail for different reasons must not
// make two lines.
func oneSentence(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}

// chosenTunnels gives the tunnels that are asked for, all of them when none is. One that is expected need not be there.
func chosenTunnels(tunnels []store.Tunnel, asked []string, e expected) ([]store.Tunnel, error) {
	if len(asked) == 0 {
		if len(tunnels) == 0 && e.number+len(e.tunnels) == 0 {
			return nil, errors.New("the account has no tunnels: there is nothing to check")
		}
		return tunnels, nil
	}
	var chosen []store.Tunnel
	for _, name := range asked {
		i, err := find(calledTunnels(tunnels), "tunnel", "", name)
		if err != nil && e.has(name) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(chosen, func(t store.Tunnel) bool { return t.ID == tunnels[i].ID }) {
			chosen = append(chosen, tunnels[i])
		}
	}
	return chosen, nil
}

// judgement is what the check found.
type judgement struct {
	store.Totals          // with those that are expected and not there
	unwell       int      // down by the probes, though no session says so
	refused      int      // up by a status that --max-age does not take, and that the probes do not find down
	expected     bool     // it was said which tunnels there must be
	missing      int      // of these, how many are not there
	gone         []string // in words
	surplus      int      // how many there are beyond the number that was expected
	notUp        []flaw   // worst first
	old          []string // up by a status that is old, in words
	blind        string   // why nothing is known about health
	unread       string   // why one of the lists of tunnels is not known
	clock        string   // by how much the clock here is wrong; empty when it is not
}

// flaw is why a tunnel is not up, in words that begin with its name.
type flaw struct{ id, text string }

// aged tells of a session that is up how old its status is when that matters; refused when --max-age does not take it.
type aged func(store.Tunnel) (age string, refused bool)

// agedBy judges the age of a status as the diagnosis does: against those of all tunnels of the account.
func (o checkOptions) agedBy(facts diagnose.Facts) aged {
	read, now := diagnose.New(facts), facts.Now
	return func(t store.Tunnel) (string, bool) {
		if t.State != store.Up || t.BGPStatus == nil {
			return "", false
		}
		updated := t.Reported()
		if updated.IsZero() && o.maxAge > 0 {
			return "of unknown age", true
		}
		if store.Ahead(updated, now) { // how old it is, nobody knows
			return "of the future: " + store.ClockDiffers(updated.Sub(now)), o.maxAge > 0
		}
		age := tui.AgeSince(updated, now) + " old"
		if !updated.IsZero() && o.maxAge > 0 && now.Sub(updated) > o.maxAge {
			return age, true
		}
		if read.StatusOutdated(t.ID) {
			return age, false
		}
		return "", false
	}
}

func judge(tunnels []store.Tunnel, h health, age aged) judgement {
	j := judgement{Totals: store.Count(h.on(tunnels)), blind: h.why()}
	sorted := slices.Clone(tunnels)
	sorting.Sort(sorted, func(a, b store.Tunnel) int { return a.State.Rank() - b.State.Rank() })
	for _, t := range sorted {
		found := h.of(t)
		old, refused := age(t)
		if old != "" {
			j.old = append(j.old, t.Name+" "+old)
		}
		switch {
		case t.State == store.Down, t.State == store.Establishing, t.State == store.Unknown:
			word := strings.ToLower(t.State.Word())
			if t.BGPStatus != nil && t.BGPStatus.FSM != "" {
				word += " (" + t.BGPStatus.FSM + ")"
			}
			j.notUp = append(j.notUp, flaw{t.ID, t.Name + " " + word})
		case found == store.HealthDown:
			j.unwell++
			j.notUp = append(j.notUp, flaw{t.ID, t.Name + " down by health check"})
		case refused:
			j.refused++
			j.notUp = append(j.notUp, flaw{t.ID, t.Name + " up by a status " + old})
		}
	}
	return j
}

// compare adds what is expected and not there, or less than it was. Of a number nobody can say which are missing.
func (j *judgement) compare(is []store.Tunnel, e expected) {
	j.expected = e.number+len(e.tunnels) > 0
	var lessened []flaw
	j.gone, lessened = e.compare(is)
	j.missing = len(j.gone)
	switch n := e.number - len(is); {
	case e.number == 0:
	case n > 0:
		j.missing, j.gone = n, []string{fmt.Sprintf("%d missing", n)}
	default:
		j.surplus = -n
	}
	j.All += j.missing
	for _, l := range lessened {
		if !slices.ContainsFunc(j.notUp, func(known flaw) bool { return known.id == l.id }) {
			j.notUp = append(j.notUp, l)
		}
	}
}

// down is how many tunnels are not up, those among them that are not there at all.
func (j judgement) down() int { return len(j.notUp) + j.missing }

// words are what is not there and what is not up.
func (j judgement) words() []string {
	words := slices.Clone(j.gone)
	for _, f := range j.notUp {
		words = append(words, f.text)
	}
	return words
}

func (j judgement) severity(o checkOptions) severity {
	n := j.down()
	switch {
	case o.critical.raises(n):
		return severityCritical
	case !o.critical.given() && o.warning.raises(n) && j.By[store.Down]+j.unwell+j.missing > 0:
		return severityCritical
	case o.warning.raises(n), j.surplus > 0:
		return severityWarning
	}
	return severityOK
}

// sums are the sessions by state; they add up to the tunnels.
func (j judgement) sums() string {
	text := fmt.Sprintf("%d of %d tunnels up", j.By[store.Up], j.All)
	for _, s := range []struct {
		store.State
		word string
	}{{store.Down, "down"}, {store.Establishing, "establishing"}, {store.Unknown, "unknown"}, {store.NoBGP, "without BGP"}} {
		if n := j.By[s.State]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s.word)
		}
	}
	if j.missing > 0 {
		text += fmt.Sprintf(", %d missing", j.missing)
	}
	if j.refused > 0 {
		text += fmt.Sprintf(", %d of them by a status that is not fresh", j.refused)
	}
	return text
}

// maxNamed is how many tunnels the line names; a notification has little room.
const maxNamed = 5

func (j judgement) text(o checkOptions) string {
	most := maxNamed
	if o.verbose > 0 {
		most = math.MaxInt
	}
	text := j.sums()
	if words := j.words(); len(words) > 0 {
		n, named := len(words), words[:min(len(words), most)]
		text += ": " + strings.Join(named, ", ")
		if n > len(named) {
			text += fmt.Sprintf(" and %d more", n-len(named))
		}
	}
	if j.surplus > 0 {
		text += fmt.Sprintf("; %d more than expected", j.surplus)
	}
	if j.HealthDown > 0 {
		text += fmt.Sprintf("; %d down by health check", j.HealthDown)
	}
	if j.Degraded > 0 {
		text += fmt.Sprintf("; %d degraded", j.Degraded)
	}
	if n := len(j.old); n > 0 {
		text += fmt.Sprintf("; %d with an old status: %s", n, strings.Join(j.old[:min(n, most)], ", "))
	}
	if j.blind != "" {
		text += "; " + j.blind
	}
	if j.clock != "" {
		text += "; " + j.clock
	}
	if j.unread != "" {
		text += "; not all tunnels could be read: " + j.unread
	}
	return text
}

// data is the performance data: 'label'=value;warning;critical;minimum;maximum. What is not known is
// left out, so that no graph shows a zero for it.
func (j judgement) data(o checkOptions, took time.Duration) []string {
	parts := []string{fmt.Sprintf("not_up=%d;%s;%s;0;%d", j.down(), o.warning.text, o.critical.text, j.All)}
	add := func(label string, n int) { parts = append(parts, fmt.Sprintf("%s=%d;;;0;%d", label, n, j.All)) }
	add("bgp_up", j.By[store.Up])
	add("bgp_establishing", j.By[store.Establishing])
	add("bgp_down", j.By[store.Down])
	add("bgp_unknown", j.By[store.Unknown])
	add("no_bgp", j.By[store.NoBGP])
	add("bgp_old", len(j.old))
	if j.blind == "" {
		add("health_down", j.HealthDown)
		add("degraded", j.Degraded)
	}
	if j.expected {
		add("missing", j.missing)
	}
	return append(parts, fmt.Sprintf("time=%.3fs;;;0;%g", took.Seconds(), time.Duration(o.timeout).Seconds()))
}

// long are the lines below the answer: from -vv on what is not up, with -vvv every tunnel with its state, its health and since when.
func (j judgement) long(o checkOptions, tunnels []store.Tunnel, h health, now time.Time) []string {
	if o.verbose < 2 {
		return nil
	}
	lines := j.words()
	if o.verbose < 3 {
		return lines
	}
	for _, t := range tunnels {
		found := string(h.of(t))
		if found == "" {
			found = "not known"
		}
		line := fmt.Sprintf("%s (%s): session %s, health %s", t.Name, t.Kind, strings.ToLower(t.State.Word()), found)
		if t.BGPStatus != nil && !t.BGPStatus.UpdatedAt.IsZero() {
			line += ", status " + tui.AgeSince(t.BGPStatus.UpdatedAt.Time, now) + " old"
		}
		lines = append(lines, line)
	}
	return lines
}
