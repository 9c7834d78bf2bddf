package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/views/live"
)

// changesOutput is the form that has only what changed, a line of JSON for each.
const changesOutput = "jsonl"

// observation is one look of a command that goes on.
type observation struct {
	at      time.Time // of the data; zero: nothing was read so far
	lines   func(tui.Canvas) []string
	doc     any // all of it as JSON
	rows    []row
	trouble error // why the look failed, or what of it is not known; nil when it is whole
}

// row is an object of a look. It has changed when what is compared of it differs from the look before.
type row struct {
	id       string
	doc      any
	compared any // nil: doc
}

// changeJSON is a line of jsonl.
type changeJSON struct {
	At     time.Time `json:"at"`
	Change string    `json:"change"` // first, new, changed, gone, not_known, known
	ID     string    `json:"id,omitempty"`
	Object any       `json:"object,omitempty"` // as it is now; of gone as it was
	Why    string    `json:"why,omitempty"`    // of not_known
}

// differences writes what is different from the look before.
type differences struct {
	looked bool
	why    string // what of the last look was not known
	known  map[string]known
}

type known struct {
	doc  any
	like string
	seen bool
}

// print writes the lines of one look. What is missing from a look that is not whole is not gone.
func (c *differences) print(x IO, now time.Time, g observation) error {
	var out []changeJSON
	add := func(what, id string, doc any) {
		out = append(out, changeJSON{At: now.UTC(), Change: what, ID: id, Object: doc})
	}
	why := ""
	if g.trouble != nil {
		why = strings.Join(strings.Fields(g.trouble.Error()), " ")
	}
	switch {
	case why != "" && why != c.why:
		out = append(out, changeJSON{At: now.UTC(), Change: "not_known", Why: why})
	case why == "" && c.why != "":
		add("known", "", nil)
	}
	c.why = why
	if c.known == nil {
		c.known = map[string]known{}
	}
	for _, r := range g.rows {
		like := plainJSON(r)
		switch before, there := c.known[r.id]; {
		case !there && c.looked:
			add("new", r.id, r.doc)
		case !there:
			add("first", r.id, r.doc)
		case before.like != like:
			add("changed", r.id, r.doc)
		}
		c.known[r.id] = known{r.doc, like, true}
	}
	for id, k := range c.known {
		switch {
		case !k.seen && g.trouble == nil:
			add("gone", id, k.doc)
			delete(c.known, id)
		default:
			k.seen = false
			c.known[id] = k
		}
	}
	c.looked = c.looked || g.trouble == nil
	for _, line := range out {
		if err := printOne(x.Out, line, ""); err != nil {
			return err
		}
	}
	return nil
}

// plainJSON is what is compared of a row as JSON, without updated_at at any depth: the server changes that all the time.
func plainJSON(r row) string {
	what := r.doc
	if r.compared != nil {
		what = r.compared
	}
	text, err := json.Marshal(what)
	var v any
	if err != nil || json.Unmarshal(text, &v) != nil {
		return string(text)
	}
	forget(v)
	text, _ = json.Marshal(v) // keys in order
	return string(text)
}

func forget(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "updated_at")
		for _, below := range v {
			forget(below)
		}
	case []any:
		for _, below := range v {
			forget(below)
		}
	}
}

// watchLoop looks again and again until ctrl+c, as often as --refresh says. Trouble that may pass is said beside the last good data; what
// somebody has to put right ends it when the first look finds it.
func (f *flags) watchLoop(ctx context.Context, x IO, now func() time.Time, out output, look func(context.Context) observation) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var place redraw
	var last observation
	var changed differences
	for first := true; ; first = false {
		g := look(ctx)
		if ctx.Err() != nil {
			return nil // ctrl+c is how it ends
		}
		if g.at.IsZero() && g.trouble != nil {
			if first && !api.Passes(g.trouble) {
				return refused(g.trouble)
			}
			last.trouble = g.trouble
		} else {
			last = g
		}
		if err := f.printAgain(x, now(), out, last, g, &place, &changed); err != nil || !pause(ctx, f.refresh) {
			return err
		}
	}
}

func (f *flags) printAgain(x IO, now time.Time, out output, last, g observation, place *redraw, changed *differences) error {
	said := func() { fmt.Fprintln(x.Err, "flarewire: "+tui.Clean(x.Redactor.Redact(live.ErrorLine(g.trouble)))) }
	switch {
	case out == changesOutput:
		return changed.print(x, now, g)
	case out == "json" && g.at.IsZero():
		said() // old data is never appended as if it were new
		return nil
	case out == "json":
		if g.trouble != nil {
			said() // a list cannot say itself that it is not whole
		}
		if raw, ok := g.doc.(json.RawMessage); ok {
			var line bytes.Buffer
			if err := json.Compact(&line, raw); err != nil {
				return trouble(fmt.Errorf("the API's answer is not JSON: %w", err))
			}
			return writeJSON(x.Out, append(line.Bytes(), '\n'))
		}
		return printOne(x.Out, g.doc, "")
	}
	c := f.canvas(x, now)
	lines := []string{"as of " + last.at.Format("15:04:05")}
	if last.at.IsZero() {
		lines[0] = "not read so far"
	}
	if last.trouble != nil {
		note := tui.Clean(live.ErrorLine(last.trouble))
		if g.at.IsZero() && !last.at.IsZero() {
			note = "What follows is " + tui.AgeSince(last.at, now) + " old. " + note
		}
		lines = append(lines, tui.Paragraph(c, tui.Pending, note)...)
	}
	if last.lines != nil {
		lines = append(lines, last.lines(c)...)
	}
	return f.draw(x, place, lines, c.Height)
}

// draw draws lines over those of the time before; where nothing can be drawn over it appends them.
func (f *flags) draw(x IO, place *redraw, lines []string, height int) error {
	if _, ok := terminal(x.Out); !ok || f.accessible || x.env("TERM") == "dumb" {
		return printLines(x.Out, append(lines, ""))
	}
	_, err := fmt.Fprint(x.Out, place.frame(lines, height))
	return err
}
