package line

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/tui"
)

// reading is what was read out of a page: what is new is told against it, and a number means the row that had
// it, wherever that row is now.
type reading struct {
	lines    map[string]bool    // of the page, without ages
	rows     map[string]tui.Row // by id
	numbers  []string           // ids in the order in which they were read out
	next     int                // how many of the rows were read out
	rest     string             // the title of the section that comes next; empty: all were read out
	commands string             // what could be done
}

// atOnce is how many rows are read out without being asked for more.
const atOnce = 40

// greet says whose account it is.
func (r *runner) greet() {
	r.told()
	r.c.say("flarewire, line by line."+r.account(),
		"Every line that ends with > or : waits for an answer. help says what can be done, return alone what is new, quit leaves.")
}

// account says whose account it is and how it is reached; nothing before there is one.
func (r *runner) account() string {
	id := r.l.Identity()
	if id.Account == "" {
		return ""
	}
	return " Account " + strings.Join(nonEmpty(id.Account, id.Source, id.Host), ", ") + "."
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// heading says which page it is, and how far what follows can be trusted. The way to it is said on request: a
// heading is heard often.
func (r *runner) heading() string {
	id := r.l.Identity()
	text := r.l.Top().Title() + "."
	if id.Production {
		text = "PRODUCTION. " + text
	}
	if id.ReadOnly {
		text += " Read-only."
	}
	if s, ok := r.l.Top().(tui.StatusReporter); ok {
		text += freshness(s.Status(), r.l.Now())
	}
	return text
}

// freshness never lets old data pass for new.
func freshness(s tui.Status, now time.Time) string {
	age := tui.AgeSince(s.Updated, now)
	if age == "now" {
		age = "just now"
	} else {
		age += " ago"
	}
	switch {
	case s.Updated.IsZero() && s.Err != "":
		return " No data: " + stop(s.Trouble())
	case s.Updated.IsZero():
		return ""
	case s.Err != "":
		if age == "just now" {
			return " The last attempt failed, the data is of just before: " + stop(s.Trouble())
		}
		return " Old data, fetched " + age + ": " + stop(s.Trouble())
	case s.Every > 0 && now.Sub(s.Updated) > 2*s.Every+5*time.Second:
		return " Old data, fetched " + age + "."
	case s.Note != "":
		return " Fetched " + age + ". " + stop(s.Note)
	}
	return " Fetched " + age + "."
}

// tell is the page in words; one that has none of its own is read as it is drawn.
func (r *runner) tell() tui.Telling {
	top := r.l.Top()
	out := tui.Telling{}
	if t, ok := top.(tui.Speaker); ok {
		out = t.Tell(r.l.Now())
	} else {
		out.Above = outdented(r.l.Draw())
	}
	actions := top.Actions()
	named := func(lines []string) []string {
		all := make([]string, len(lines))
		for i, line := range lines {
			all[i] = byName(line, actions)
		}
		return all
	}
	out.Above, out.Below = named(out.Above), named(out.Below)
	return out
}

// margin is how far from the left the text of a drawn page begins.
const margin = 3

// outdented are lines without the margin that is for the eye.
func outdented(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l[min(margin, len(l)-len(strings.TrimLeft(l, " "))):]
	}
	return out
}

// present reads the page out when it has not been read out since one came to it; a page that waits says why.
func (r *runner) present(waits bool) {
	view := r.l.Top()
	told := r.told()
	before := r.read[view]
	switch {
	case before == nil:
		r.readOut(!waits)
	case r.last != view:
		// Back on a page that was read out: what is new is enough.
		r.c.say("", r.heading()+" page reads it out again.")
		r.news(before)
		if now := r.read[view]; len(now.numbers) == 0 || len(now.rows) == 0 {
			r.c.say(now.commands)
		}
	case !told:
		return
	}
	r.last = view
}

// readOut reads the whole page.
func (r *runner) readOut(commands bool) {
	t := r.tell()
	now := &reading{lines: map[string]bool{}, rows: map[string]tui.Row{}, commands: r.commands()}
	for _, row := range t.Rows {
		now.numbers = append(now.numbers, row.ID)
		now.rows[row.ID] = row
	}
	r.read[r.l.Top()] = now
	r.c.say("", r.heading())
	if t.Sections {
		now.next = len(now.numbers)
		r.sections(t, now)
	} else {
		r.body(t.Above, now, t.Rows)
	}
	if len(t.Rows) > 0 && !t.Rows[0].Inline {
		r.more(now)
	}
	r.body(t.Below, now, t.Rows)
	if commands {
		r.c.say(r.commands())
	}
}

// body reads lines out: no empty ones at the ends, and never two of them.
func (r *runner) body(lines []string, now *reading, rows []tui.Row) {
	text := strings.Trim(strings.Join(lines, "\n"), "\n")
	empty := true
	for _, l := range strings.Split(text, "\n") {
		said, key := now.spoken(l, rows)
		now.lines[key] = true
		if l = strings.TrimRight(l, " "); l != "" || !empty {
			r.c.say(strings.TrimRight(said, " "))
		}
		empty = l == ""
	}
}

// sections reads out as many of the sections from the next one on as are heard at once, one at least, and says what is left.
func (r *runner) sections(t tui.Telling, now *reading) {
	from, end := 0, len(t.Above)
	if now.rest != "" {
		from = max(0, slices.Index(t.Above, now.rest))
	}
	if end-from > atOnce {
		for i := from + 1; i < len(t.Above); i++ {
			if t.Above[i] == "" && (end == len(t.Above) || i-from <= atOnce) {
				end = i
			}
		}
	}
	for _, l := range t.Above[end:] {
		_, key := now.spoken(l, t.Rows)
		now.lines[key] = true // it is known, and no news
	}
	r.body(t.Above[from:end], now, t.Rows)
	now.rest = ""
	var left []string
	for i, l := range t.Above[end:] {
		if l == "" && end+i+1 < len(t.Above) {
			left = append(left, t.Above[end+i+1])
		}
	}
	if len(left) > 0 {
		now.rest = left[0]
		r.c.say("", "more reads on: "+strings.Join(left, ", ")+".")
	}
}

var numbered = regexp.MustCompile(`^( *)#(\d+)  `)

// spoken is a line as it is said: an inline row with the number that it was read out with first, wherever the row
// stands now. The key is what makes the line news; that a row has moved is none.
func (now *reading) spoken(l string, rows []tui.Row) (said, key string) {
	m := numbered.FindStringSubmatch(l)
	if m == nil {
		return l, ageless(l)
	}
	at, err := strconv.Atoi(m[2])
	if err != nil || at < 1 || at > len(rows) || !rows[at-1].Inline {
		return l, ageless(l)
	}
	text := l[len(m[0]):]
	return m[1] + strconv.Itoa(number(now.numbers, rows[at-1].ID)) + "  " + text, ageless(text)
}

// more reads out the rows that come next.
func (r *runner) more(now *reading) {
	end := min(now.next+atOnce, len(now.numbers))
	for i := now.next; i < end; i++ {
		r.c.say(strconv.Itoa(i+1) + "  " + sentence(now.rows[now.numbers[i]]))
	}
	now.next = end
	if left := len(now.numbers) - end; left > 0 {
		r.c.say(fmt.Sprintf("And %d more rows: more reads on, filter WORDS leaves the others out.", left))
	}
}

// sentence is a row in one line.
func sentence(row tui.Row) string {
	parts := make([]string, 0, len(row.Words))
	for _, w := range row.Words {
		if text := word(w); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func word(w tui.Word) string {
	value := strings.Join(strings.Fields(w.Value), " ")
	if w.Name == "" || value == "" {
		return value
	}
	return w.Name + ": " + value
}

// commands names what can be done here, for whoever does not want to read the help each time.
func (r *runner) commands() string {
	var can []string
	for _, a := range r.l.Top().Actions() {
		if a.Footer && a.Why == "" && !a.Move {
			can = append(can, a.Name)
		}
	}
	return "Commands: " + strings.Join(append(can, "help", "back", "quit"), ", ") + "."
}

var age = regexp.MustCompile(`>?\b(\d+[smhd]( ago)?|just now|now)\b`)

// ageless is a line without what only the clock changes in it.
func ageless(text string) string {
	return age.ReplaceAllString(strings.TrimSpace(text), "AGE")
}

// news says what is different since it was told last, and reports whether anything is.
func (r *runner) news(before *reading) bool {
	t := r.tell()
	now := &reading{lines: map[string]bool{}, rows: map[string]tui.Row{}, numbers: before.numbers, next: before.next, rest: before.rest,
		commands: r.commands()}
	var said, ofRows []string
	for _, row := range t.Rows {
		now.rows[row.ID] = row
		ofRows = append(ofRows, r.rowNews(before, now, row)...)
	}
	for _, l := range append(t.Above, t.Below...) {
		text, key := now.spoken(l, t.Rows)
		if key != "" && !before.lines[key] {
			said = append(said, strings.TrimSpace(text))
		}
		now.lines[key] = true
	}
	said = append(said, ofRows...)
	for _, id := range before.numbers {
		if old, was := before.rows[id]; was && !old.Inline {
			if _, is := now.rows[id]; !is {
				said = append(said, "Gone: "+old.Name+".")
			}
		}
	}
	r.read[r.l.Top()] = now
	r.c.say(said...)
	if now.commands != before.commands && len(now.rows) > 0 {
		r.c.say(now.commands)
	}
	return len(said) > 0 || now.commands != before.commands
}

// rowNews says what is different about a row. One that is new gets the next number.
func (r *runner) rowNews(before, now *reading, row tui.Row) []string {
	old, known := before.rows[row.ID]
	switch {
	case row.Inline:
		if !known && number(now.numbers, row.ID) == 0 {
			now.numbers = append(now.numbers, row.ID)
		}
		return nil
	case !known:
		n := number(now.numbers, row.ID)
		if n == 0 {
			now.numbers = append(now.numbers, row.ID)
			n = len(now.numbers)
		}
		return []string{"New: " + strconv.Itoa(n) + "  " + sentence(row)}
	}
	var changes []string
	for _, w := range row.Words {
		if was := value(old, w.Name); !w.Live && was != strings.TrimSpace(w.Value) && !has(old, w) {
			changes = append(changes, word(w)+was2(was, w))
		}
	}
	for _, w := range old.Words {
		if w.Name == "" && w.Value == "marked" && !has(row, w) {
			changes = append(changes, "no longer marked")
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return []string{strconv.Itoa(number(now.numbers, row.ID)) + "  " + row.Name + ": " + strings.Join(changes, ", ")}
}

func was2(was string, w tui.Word) string {
	if w.Name == "" || was == "" {
		return ""
	}
	return " (was " + was + ")"
}

func value(row tui.Row, name string) string {
	for _, w := range row.Words {
		if w.Name == name && name != "" {
			return strings.TrimSpace(w.Value)
		}
	}
	return ""
}

func has(row tui.Row, w tui.Word) bool {
	for _, x := range row.Words {
		if x.Name == w.Name && x.Value == w.Value {
			return true
		}
	}
	return false
}

// number is the one that a row was read out with; 0 when it was not.
func number(ids []string, id string) int {
	for i, x := range ids {
		if x == id {
			return i + 1
		}
	}
	return 0
}

// page asks what to do on the page.
func (r *runner) page() {
	r.present(false)
	where, row := r.where()
	text, g := r.question(where, func() bool { return waiting(r.l.Top()) })
	if g == gotLine {
		r.named = row
		r.command(text)
		r.named = ""
	}
}

// where is the question of a page: its title, and the row that actions are about, with its id.
func (r *runner) where() (question, id string) {
	t := r.tell()
	now := r.read[r.l.Top()]
	if n := number(now.numbers, t.Current); n > 0 {
		return r.l.Top().Title() + ", row " + strconv.Itoa(n) + " " + now.rows[t.Current].Name + ">", t.Current
	}
	return r.l.Top().Title() + ">", ""
}

// follow says each change of the page until return is pressed.
func (r *runner) follow() {
	view := r.l.Top()
	r.present(true)
	changed := func() bool { return r.changes(view) }
	r.c.say("Each change is said when it comes. Return ends it.")
	text, g := r.question("", changed)
	for g == gotChange && r.l.Top() == view && r.l.Dialog() == nil {
		r.news(r.read[view])
		text, g = r.question("", changed)
	}
	switch {
	case g != gotLine:
	case text == "":
		r.do(r.l.Back, shortly)
	default:
		r.command(text)
	}
}

// changes reports whether the page says something new.
func (r *runner) changes(v tui.View) bool {
	before := r.read[v]
	t := r.tell()
	for _, l := range append(t.Above, t.Below...) {
		if _, key := before.spoken(l, t.Rows); key != "" && !before.lines[key] {
			return true
		}
	}
	return false
}
