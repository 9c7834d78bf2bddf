package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/live"
)

// watch prints again and again until ctrl+c. Trouble that may pass is said beside the last good data, if there is any;
// what somebody has to put right ends it when the first look finds it.
func (r *statusRun) watch(ctx context.Context, account string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var place redraw
	err := r.settle(ctx, &place, account)
	if ctx.Err() != nil {
		return nil // ctrl+c is how it ends
	}
	if err != nil {
		return err
	}
	r.store = r.s.store(ctx, r.f)
	var last health // as old as the rest of what stays on the screen in an outage
	for first := true; ; first = false {
		looking, cancel := context.WithTimeout(ctx, r.timeout)
		now := r.look(looking)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		trouble := now.snapshot.Err()
		if trouble != nil {
			now.health = last
		}
		last = now.health
		if first && !passes(now.snapshot) {
			r.printUnknownLine()
			return failure{exitFailed, trouble}
		}
		if err := r.again(&place, now, trouble); err != nil || !pause(ctx, now.snapshot.Next) {
			return err
		}
	}
}

// settle finds out the account when none was named; while Cloudflare cannot be reached it says so and asks again.
func (r *statusRun) settle(ctx context.Context, place *redraw, account string) error {
	for {
		asking, cancel := context.WithTimeout(ctx, r.timeout)
		err := r.s.choose(asking, account)
		cancel()
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case !api.Passes(err):
			r.printUnknownLine()
			return err
		}
		wait := r.f.refresh
		if e := new(api.Error); errors.As(err, &e) {
			wait = max(wait, e.RetryAfter)
		}
		if err := r.again(place, seen{snapshot: &store.Snapshot{}}, err); err != nil || !pause(ctx, wait) {
			return err
		}
	}
}

// passes reports whether nothing of what failed has to be put right by somebody.
func passes(s *store.Snapshot) bool {
	return !slices.ContainsFunc([]store.Entry{s.GRE, s.IPsec}, func(e store.Entry) bool { return e.Err != nil && !api.Passes(e.Err) })
}

// pause waits, and reports whether to go on after it.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// again prints one look of many. Old data is never appended as if it were new.
func (r *statusRun) again(place *redraw, now seen, trouble error) error {
	switch r.out {
	case "table":
		return r.drawAgain(place, now, trouble)
	case changesOutput:
		return r.changes.print(r.x, r.s.now(), r.observation(now, trouble))
	}
	if trouble != nil {
		r.printUnknownLine()
		fmt.Fprintln(r.x.Err, "flarewire: "+tui.Clean(trouble.Error()))
		return nil
	}
	if r.out == "json" {
		return printStatusJSON(r.x.Out, r.s, now, "")
	}
	return r.print(now)
}

// observation is a look as what jsonl compares: the tunnels with their health.
func (r *statusRun) observation(now seen, trouble error) observation {
	g := observation{at: now.snapshot.Fetched(), trouble: trouble}
	if trouble == nil {
		g.trouble = now.snapshot.Missing()
	}
	for _, t := range now.snapshot.Tunnels {
		g.rows = append(g.rows, row{id: t.ID, doc: tunnelToJSON(t, now.health.of(t))})
	}
	return g
}

// printUnknownLine says in the short form that nothing is known: a status bar must neither go blank nor keep what is old.
func (r *statusRun) printUnknownLine() {
	if r.out == lineOutput {
		fmt.Fprintln(r.x.Out, lineName+" ?")
	}
}

func (r *statusRun) drawAgain(place *redraw, now seen, trouble error) error {
	c := r.f.canvas(r.x, r.s.now())
	lines := r.title(now, c)
	note := now.health.why()
	if trouble != nil {
		note = tui.Clean(live.ErrorLine(trouble))
		if fetched := now.snapshot.Fetched(); !fetched.IsZero() {
			note = "What follows is " + tui.AgeSince(fetched, r.s.now()) + " old. " + note
		}
	}
	if note != "" {
		lines = append(lines, tui.Paragraph(c, tui.Pending, note)...)
	}
	if !now.snapshot.Fetched().IsZero() {
		lines = append(lines, statusTable(now, c)...)
	}
	return r.f.draw(r.x, place, lines, c.Height)
}

// title is the line above the table. Before the first answer there is nothing to count, and half an account is not shown as
// the whole.
func (r *statusRun) title(now seen, c tui.Canvas) []string {
	fetched := now.snapshot.Fetched()
	if fetched.IsZero() {
		return heading(c, tui.Line{{Text: "not read so far  ", Role: tui.Muted}, {Text: tui.Clean(r.s.title()), Role: tui.Strong}})
	}
	age := "as of " + fetched.Format("15:04:05")
	for _, e := range []store.Entry{now.snapshot.GRE, now.snapshot.IPsec} {
		if !e.Known() {
			age += ", without the " + e.Kind.Plural()
		}
	}
	return statusTitle(r.s, now, c, age)
}

// redraw draws lines over those of the time before. It leaves the rest of the terminal alone.
type redraw struct{ drawn int }

// The few sequences that every terminal knows (ECMA-48): cursor up, erase to the end of the line and
// of the screen.
const (
	cursorUp    = "\x1b[%dA\r"
	eraseLine   = "\x1b[K"
	eraseScreen = "\x1b[J"
)

// frame is what to write. More lines than the terminal is high would scroll, and then the next frame
// could not find its place: those at the end, the least urgent ones, are counted instead.
func (r *redraw) frame(lines []string, height int) string {
	if room := height - 2; room > 0 && len(lines) > room {
		lines = append(lines[:room:room], fmt.Sprintf("%s %d more", tui.Ellipsis, len(lines)-room))
	}
	var b strings.Builder
	if r.drawn > 0 {
		fmt.Fprintf(&b, cursorUp, r.drawn)
	}
	for _, line := range lines {
		b.WriteString(line + eraseLine + "\n")
	}
	b.WriteString(eraseScreen)
	r.drawn = len(lines)
	return b.String()
}
