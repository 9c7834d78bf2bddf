package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/diagnose"
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

// criticalUnset stands for the default: what would be a warning is critical when one tunnel is down and
// not merely coming up.
const criticalUnset = -1

// checkOptions are the flags of `check`.
type checkOptions struct {
	tunnels           []string
	warning, critical int
	timeout           time.Duration
	maxAge            time.Duration // of a session's status; 0: any
}

func newCheck(x IO, f *flags) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   checkName,
		Short: "Print one line for Nagios, Icinga and the like",
		Long: `Print one line for Nagios, Icinga and the like: the state of the tunnels, with performance data.

A tunnel is up unless its BGP session is configured and not up, or Cloudflare's probes find the tunnel
down. Degraded tunnels are counted but raise no alarm. Without the permission to read the account's
analytics the sessions alone decide.

How often Cloudflare reports a session's status is not documented. A status of over an hour is said,
and counted as bgp_old, when those of most other sessions are young; it raises no alarm. With
--max-age 1h a session counts as not up when its status is older than that, or of unknown age.

Thresholds are numbers of tunnels that are not up: --warning 2 warns when more than 2 are not up.

Exit code: 0 ok, 1 warning, 2 critical, 3 unknown. By the convention of monitoring plugins, 3 stands
for everything that hinders the check: no answer within --timeout, missing credentials, wrong usage.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(x, usage("check takes no argument: name a tunnel with --tunnel"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd.Context(), x, f, o) },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return unknown(x, badValue(err)) })
	flags := cmd.Flags()
	flags.StringArrayVar(&o.tunnels, "tunnel", nil, "check only this tunnel, by name or id; may be given several times")
	flags.IntVar(&o.warning, "warning", 0, "warn when more tunnels than this are not up")
	flags.IntVar(&o.critical, "critical", criticalUnset,
		"critical when more tunnels than this are not up (default: beyond --warning, when one of them is down)")
	flags.DurationVar(&o.timeout, "timeout", defaultCheckTimeout, "give up after this time")
	flags.DurationVar(&o.maxAge, "max-age", 0, "a session whose status is older than this is not up (default: any age)")
	_ = cmd.RegisterFlagCompletionFunc("tunnel", cobra.NoFileCompletions)
	for _, name := range []string{"critical", "max-age"} {
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
	switch {
	case o.warning < 0 || o.critical < criticalUnset:
		return errors.New("--warning and --critical want a number of tunnels, 0 or more")
	case o.critical >= 0 && o.critical < o.warning:
		return fmt.Errorf("--critical %d is below --warning %d: it must not be reached first", o.critical, o.warning)
	case o.timeout <= 0:
		return fmt.Errorf("--timeout %s: use a time like 10s", o.timeout)
	case o.maxAge < 0:
		return fmt.Errorf("--max-age %s: use a time like 1h", o.maxAge)
	}
	return nil
}

func runCheck(ctx context.Context, x IO, f *flags, o checkOptions) error {
	if err := o.check(); err != nil {
		return unknown(x, err)
	}
	began := x.Now()
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	s, err := f.open(ctx, x)
	if err != nil {
		return unknown(x, err)
	}
	defer s.close()
	snapshot, h := look(ctx, s.store(ctx, f), checkGrace, func() {})
	failed := snapshot.Missing()
	if failed != nil && snapshot.Fetched().IsZero() {
		return unknown(x, oneSentence(failed))
	}
	chosen, err := chosenTunnels(snapshot.Tunnels, o.tunnels)
	if err != nil && failed != nil {
		err = oneSentence(failed) // it may be in the list that could not be read
	}
	if err != nil {
		return unknown(x, err)
	}
	v := judge(chosen, h, o.agedBy(snapshot.Tunnels, s.now()))
	v.clock = snapshot.ClockTrouble()
	verdict := v.severity(o)
	if failed != nil { // what is known may be critical; that all is well is not known
		v.missing = oneSentence(failed).Error()
		if verdict != severityCritical {
			verdict = severityUnknown
		}
	}
	fmt.Fprintln(x.Out, pluginLine(verdict, v.text(), v.data(o, x.Now().Sub(began))))
	if verdict != severityOK {
		return exit(verdict)
	}
	return nil
}

// oneSentence keeps the first of joined errors: two lists that fail for different reasons must not
// make two lines.
func oneSentence(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}

// chosenTunnels gives the tunnels that are asked for, all of them when none is.
func chosenTunnels(tunnels []store.Tunnel, asked []string) ([]store.Tunnel, error) {
	if len(asked) == 0 {
		if len(tunnels) == 0 {
			return nil, errors.New("the account has no tunnels: there is nothing to check")
		}
		return tunnels, nil
	}
	var chosen []store.Tunnel
	for _, name := range asked {
		i, err := find(calledTunnels(tunnels), "tunnel", "", name)
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
	store.Totals
	unwell  int      // down by the probes, though no session says so
	refused int      // up by a status that --max-age does not take, and that the probes do not find down
	notUp   []string // worst first, in words
	old     []string // up by a status that is old, in words
	blind   string   // why nothing is known about health
	missing string   // why one of the lists of tunnels is not known
	clock   string   // by how much the clock here is wrong; empty when it is not
}

// aged tells of a session that is up how old its status is when that matters; refused when --max-age does not take it.
type aged func(store.Tunnel) (age string, refused bool)

// agedBy judges the age of a status as the diagnosis does: against those of all tunnels of the account.
func (o checkOptions) agedBy(all []store.Tunnel, now time.Time) aged {
	read := diagnose.Read(diagnose.Facts{Now: now, Tunnels: all})
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
		age := "of " + tui.AgeSince(updated, now) + " ago"
		if !updated.IsZero() && o.maxAge > 0 && now.Sub(updated) > o.maxAge {
			return age, true
		}
		if read.Old(t.ID) {
			return age, false
		}
		return "", false
	}
}

func judge(tunnels []store.Tunnel, h health, age aged) judgement {
	j := judgement{Totals: store.Count(h.on(tunnels)), blind: h.why()}
	sorted := slices.Clone(tunnels)
	slices.SortStableFunc(sorted, func(a, b store.Tunnel) int { return a.State.Severity() - b.State.Severity() })
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
			j.notUp = append(j.notUp, t.Name+" "+word)
		case found == store.HealthDown:
			j.unwell++
			j.notUp = append(j.notUp, t.Name+" down by health check")
		case refused:
			j.refused++
			j.notUp = append(j.notUp, t.Name+" up by a status "+old)
		}
	}
	return j
}

func (j judgement) severity(o checkOptions) severity {
	n := len(j.notUp)
	switch {
	case o.critical >= 0 && n > o.critical:
		return severityCritical
	case o.critical == criticalUnset && n > o.warning && j.By[store.Down]+j.unwell > 0:
		return severityCritical
	case n > o.warning:
		return severityWarning
	}
	return severityOK
}

// maxNamed is how many tunnels the line names; a notification has little room.
const maxNamed = 5

func (j judgement) text() string {
	text := fmt.Sprintf("%d of %d tunnels up", j.By[store.Up], j.All)
	for _, s := range []struct {
		store.State
		word string
	}{{store.Down, "down"}, {store.Establishing, "establishing"}, {store.Unknown, "unknown"}, {store.NoBGP, "without BGP"}} {
		if n := j.By[s.State]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s.word)
		}
	}
	if j.refused > 0 {
		text += fmt.Sprintf(", %d of them by a status that is not fresh", j.refused)
	}
	if n := len(j.notUp); n > 0 {
		named := j.notUp[:min(n, maxNamed)]
		text += ": " + strings.Join(named, ", ")
		if n > len(named) {
			text += fmt.Sprintf(" and %d more", n-len(named))
		}
	}
	if j.HealthDown > 0 {
		text += fmt.Sprintf("; %d down by health check", j.HealthDown)
	}
	if j.Degraded > 0 {
		text += fmt.Sprintf("; %d degraded", j.Degraded)
	}
	if n := len(j.old); n > 0 {
		text += fmt.Sprintf("; %d with an old status: %s", n, strings.Join(j.old[:min(n, maxNamed)], ", "))
	}
	if j.blind != "" {
		text += "; " + j.blind
	}
	if j.clock != "" {
		text += "; " + j.clock
	}
	if j.missing != "" {
		text += "; not all tunnels could be read: " + j.missing
	}
	return text
}

// data is the performance data: 'label'=value;warning;critical;minimum;maximum. What is not known is
// left out, so that no graph shows a zero for it.
func (j judgement) data(o checkOptions, took time.Duration) string {
	critical := ""
	if o.critical >= 0 {
		critical = fmt.Sprint(o.critical)
	}
	parts := []string{fmt.Sprintf("not_up=%d;%d;%s;0;%d", len(j.notUp), o.warning, critical, j.All)}
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
	return strings.Join(append(parts, fmt.Sprintf("time=%.3fs;;;0;%g", took.Seconds(), o.timeout.Seconds())), " ")
}
