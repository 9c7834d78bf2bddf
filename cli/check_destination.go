package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/where"
)

// checkDestinations reads what --destination names.
func (o checkOptions) checkDestinations() error {
	if len(o.destinations) == 0 {
		return nil
	}
	if len(o.tunnels) > 0 || o.expect > 0 || o.baseline != "" || o.maxAge > 0 || o.critical.given() || o.warning != atMost(0) {
		return errors.New("--destination counts the paths that are left: leave out what is about tunnels (--tunnel, --expect, --baseline, " +
			"--max-age, --warning, --critical)")
	}
	for _, text := range o.destinations {
		if _, err := where.Parse(text); err != nil {
			return fmt.Errorf("--destination %s: %w", text, err)
		}
	}
	return nil
}

// paths checks the paths to the destinations that were asked for: critical when one has none left, a warning when one of its paths is lost
// or degraded, unknown when it cannot be told.
func (o checkOptions) paths(ctx context.Context, x IO, f *flags, s *session, began time.Time) checked {
	w := s.store(ctx, f)
	snapshot := w.ReadAll(ctx, nil, append(diagnose.TableKinds(), store.LocationHealth)...)
	var asked []netip.Prefix
	var below []store.Target
	for _, text := range o.destinations {
		p, _ := where.Parse(text) // checkDestinations has read it
		if !slices.Contains(asked, p) {
			asked, below = append(asked, p), append(below, diagnose.Below(snapshot, p)...)
		}
	}
	if len(below) > 0 {
		snapshot = w.Read(ctx, below...)
	}
	facts, err := s.facts(x, snapshot)
	if err != nil {
		return cannotCheck(oneSentence(err))
	}
	table := diagnose.New(facts).Table()
	all := checked{verdict: severityOK}
	var texts []string
	for _, p := range asked {
		one := pathCheck(table.Destination(p))
		if one.verdict.alarm() > all.verdict.alarm() {
			all.verdict = one.verdict
		}
		texts, all.data = append(texts, one.text), append(all.data, one.data...)
		if o.verbose > 1 {
			all.long = append(all.long, one.long...)
		}
	}
	all.text = strings.Join(texts, "; ")
	all.data = append(all.data, fmt.Sprintf("time=%.3fs;;;0;%g", x.Now().Sub(began).Seconds(), time.Duration(o.timeout).Seconds()))
	return all
}

// pathCheck judges one destination.
func pathCheck(d diagnose.Destination) checked {
	healthy, paths, known := d.Healthy()
	c := checked{text: d.Text()}
	switch {
	case d.Dead():
		c.verdict = severityCritical
	case d.Unknown != "" || !known:
		c.verdict = severityUnknown
	case healthy < paths:
		c.verdict = severityWarning
	}
	if known && paths > 0 {
		c.data = append(c.data, fmt.Sprintf("'healthy_ways %s'=%d;%d:;1:;0;%d", d.Prefix, healthy, paths, paths))
	}
	for _, w := range d.Paths() {
		line := fmt.Sprintf("%s over %s: %s", d.Prefix, tui.Clean(w.Name()), w.State)
		if w.Why != "" {
			line += ", " + w.Why
		}
		c.long = append(c.long, line)
	}
	return c
}
