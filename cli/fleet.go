package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"flarewire/internal/store"
	"flarewire/tui"
)

// statusesJSON is one account of `status -o json` with several.
type statusesJSON struct {
	Profile string `json:"profile"`
	*statusJSON
	Error string `json:"error,omitempty"`
}

// diagnosedJSON is one account of `diagnose -o json` with several.
type diagnosedJSON struct {
	Profile string `json:"profile"`
	*diagnosesJSON
	Error string `json:"error,omitempty"`
}

// answers keeps what was found of each of several accounts.
type answers[T any] struct {
	mu sync.Mutex
	of map[*member]T
}

func (a *answers[T]) keep(m *member, found T) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[*member]T{}
	}
	a.of[m] = found
}

// runStatuses is the status of several accounts, worst first.
func runStatuses(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, names []string) error {
	x = x.forSeveral()
	var found answers[seen]
	members := f.each(ctx, x, names, timeout, func(ctx context.Context, m *member) {
		r := &statusRun{x: x, f: m.f, s: m.s, out: out, timeout: timeout, store: m.s.store(ctx, m.f)}
		now := r.look(ctx)
		if failed := now.snapshot.Missing(); failed != nil {
			m.err = trouble(failed)
		}
		if !now.snapshot.Fetched().IsZero() {
			found.keep(m, now)
		}
	})
	defer closeAll(members)
	worstFirst(members, func(m *member) int {
		now, known := found.of[m]
		if !known {
			return 1 << 30
		}
		counts := store.Count(now.health.on(now.snapshot.Tunnels))
		return (counts.By[store.Down]+counts.HealthDown)<<15 + counts.By[store.Establishing]
	})
	if out == "json" {
		doc := accountsOf(members, func(m *member) (one statusesJSON) {
			one.Profile = m.profile
			if now, known := found.of[m]; known {
				status := statusOf(m.s, now)
				one.statusJSON = &status
			}
			if m.err != nil {
				one.Error = m.why()
			}
			return one
		})
		return firstError(printOne(x.Out, doc, "  "), worstCode(members))
	}
	for i, m := range members {
		now, known := found.of[m]
		if err := printLines(x.Out, f.statusBlock(x, m, now, known, out, i > 0)); err != nil {
			return err
		}
	}
	return worstCode(members)
}

// accountsOf is the JSON of several accounts: each as it would be alone, with the name of its profile, and why it could not be read.
func accountsOf[T any](members []*member, of func(*member) T) map[string][]T {
	list := make([]T, len(members))
	for i, m := range members {
		list[i] = of(m)
	}
	return map[string][]T{"accounts": list}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// statusBlock is one account of several for people, or as a line.
func (f *flags) statusBlock(x IO, m *member, now seen, known bool, out output, apart bool) []string {
	if out == lineOutput {
		line := lineName + " ?"
		if known {
			line = statusLine(now.snapshot, tui.GlyphsFor(x.Environ))
		}
		return []string{m.profile + " " + line}
	}
	c := f.canvas(x, x.Now())
	lines := block(c, m, apart)
	if !known {
		return lines
	}
	if why := now.health.why(); why != "" {
		lines = append(lines, tui.Paragraph(c, tui.Pending, why)...)
	}
	return append(append(lines, statusTitle(m.s, now, c, "")...), statusTable(now, c)...)
}

// block begins what is printed of one account of several: its profile, and what of it is not known.
func block(c tui.Canvas, m *member, apart bool) []string {
	var lines []string
	if apart {
		lines = []string{""}
	}
	lines = append(lines, tui.Text(tui.Strong, "Profile "+m.profile).Paint(c.Theme, c.Width))
	if m.err != nil {
		if why := m.why(); !strings.HasPrefix(why, "exit ") {
			lines = append(lines, tui.Paragraph(c, tui.Bad, "Could not be read: "+why)...)
		}
	}
	return lines
}

// runDiagnoses is the diagnosis of several accounts, worst first.
func runDiagnoses(ctx context.Context, x IO, f *flags, out output, timeout time.Duration, profiles, names []string) error {
	if len(names) > 0 {
		return usage("a name is of one account: name one --profile")
	}
	x = x.forSeveral()
	type result struct {
		snapshot *store.Snapshot
		diagnosed
	}
	var results answers[result]
	members := f.each(ctx, x, profiles, timeout, func(ctx context.Context, m *member) {
		snapshot := m.s.everything(ctx, x, m.f)
		if unread := snapshot.Missing(needed()...); unread != nil {
			m.err = trouble(unread)
		}
		if !snapshot.Fetched().IsZero() {
			results.keep(m, result{snapshot, diagnosedOf(m.s.diagnosis(ctx, x, snapshot, nil))})
		}
	})
	defer closeAll(members)
	worstFirst(members, func(m *member) int {
		r, known := results.of[m]
		switch {
		case !known:
			return 1 << 30
		case len(r.incidents) == 0:
			return 0
		}
		return int(r.incidents[0].Severity)<<15 + len(r.incidents)
	})
	if out == "json" {
		doc := accountsOf(members, func(m *member) (one diagnosedJSON) {
			one.Profile = m.profile
			if r, known := results.of[m]; known {
				doc := diagnosesOf(m.s, r.snapshot, r.diagnosed)
				one.diagnosesJSON = &doc
			}
			if m.err != nil {
				one.Error = m.why()
			}
			return one
		})
		return firstError(printOne(x.Out, doc, "  "), worstCode(members))
	}
	c := f.canvas(x, x.Now())
	for i, m := range members {
		lines := block(c, m, i > 0)
		if r, known := results.of[m]; known {
			lines = append(lines, r.lines(c)...)
		}
		if err := printLines(x.Out, lines); err != nil {
			return err
		}
	}
	return worstCode(members)
}

// alarm orders verdicts: what is critical is worst, then what is not known.
func (s severity) alarm() int {
	return map[severity]int{severityOK: 0, severityWarning: 1, severityUnknown: 2, severityCritical: 3}[s]
}

// accounts checks several accounts: one answer, and a line below it for each.
func (o checkOptions) accounts(ctx context.Context, x IO, f *flags, names []string, began time.Time) error {
	if len(o.tunnels) > 0 || o.expect > 0 || o.baseline != "" || len(o.destinations) > 0 {
		return unknown(x, errors.New("--tunnel, --destination, --expect and --baseline are of one account: name one --profile"))
	}
	if err := f.check(x); err != nil {
		return unknown(x, err)
	}
	x = x.forSeveral()
	var found answers[checked]
	members := f.each(ctx, x, names, time.Duration(o.timeout), func(ctx context.Context, m *member) {
		found.keep(m, o.account(ctx, x, m.f, m.s, began))
	})
	defer closeAll(members)
	for _, m := range members {
		if m.err != nil {
			found.keep(m, cannotCheck(oneSentence(errors.New(m.why()))))
		}
	}
	worstFirst(members, func(m *member) int { return found.of[m].verdict.alarm() })
	all := checked{verdict: found.of[members[0]].verdict}
	var named []string
	for _, m := range members {
		one := found.of[m]
		if one.verdict != severityOK {
			named = append(named, m.profile+" "+strings.ToLower(one.verdict.String()))
		}
		all.long = append(all.long, fmt.Sprintf("%s %s: %s", one.verdict, m.profile, one.text))
		all.long = append(all.long, one.long...)
		for _, d := range one.data {
			label, value, _ := strings.Cut(d, "=")
			all.data = append(all.data, fmt.Sprintf("'%s %s'=%s", strings.ReplaceAll(m.profile, "'", "''"), label, value))
		}
	}
	all.text = fmt.Sprintf("%d of %s ok", len(members)-len(named), countOf(len(members), "account", "accounts"))
	if len(named) > 0 {
		all.text += ": " + strings.Join(named[:min(len(named), maxNamed)], ", ")
		if n := len(named) - maxNamed; n > 0 {
			all.text += fmt.Sprintf(" and %d more", n)
		}
	}
	return all.print(x)
}
