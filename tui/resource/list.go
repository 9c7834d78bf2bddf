package resource

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// List is the list page of a resource.
type List struct {
	*untyped
	table        *table.Table[table.Row]
	awaited      string   // the id of a new object, until it is among the rows
	left         string   // what was under the cursor when it began to be awaited
	total        tui.Line // the summary of all rows, worked out when they come: a frame must not walk them
	asleep       bool     // it is not on the stack
	onlyProblems bool     // only what is not as it should be is shown
	generation   int      // how often rows were taken
	held         bool     // somebody has been at its keys lately
	beside       int      // the width of the preview; 0 where there is none
	split        splitAt
	splitWidth   int // the width of the preview at split
	preview      preview
	memory       tui.Memory
}

// NewList makes the list page.
func NewList[T any](desc Description[T], source Source[T]) *List {
	return newList(describe(desc, source))
}

func newList(k *untyped) *List {
	t := table.New(k.desc.Columns, k.desc.ID)
	t.SortBy(k.desc.SortBy, k.desc.Reverse)
	if k.desc.Newest {
		t.StickToTop()
	}
	l := &List{untyped: k, table: t}
	l.takeRows()
	return l
}

// takeRows takes the source's rows anew.
func (l *List) takeRows() {
	rows, total := l.rows()
	l.table.Hold(l.held)
	l.table.Set(rows)
	l.total = total
	l.generation++
}

// Title implements tui.View.
func (l *List) Title() string { return l.desc.Plural }

// Init implements tui.View. Until a page is on the screen it gets no messages: what came since it was made is taken now.
func (l *List) Init() tea.Cmd {
	l.takeRows()
	return l.opened("")
}

// Sleep implements tui.Sleeper.
func (l *List) Sleep() { l.asleep = true }

// Wake implements tui.Sleeper.
func (l *List) Wake() tea.Cmd {
	l.asleep = false
	l.takeRows()
	return l.opened("")
}

// SetFilter implements tui.Filterer.
func (l *List) SetFilter(text string) { l.table.SetFilter(text) }

// Filter implements tui.Filterer.
func (l *List) Filter() string { return l.table.Filter() }

// Needs names what the page rests on; see Source.Needs.
func (l *List) Needs() []string { return l.needs("") }

// Status implements tui.StatusReporter.
func (l *List) Status() tui.Status { return l.source.Status() }

// Capturing implements tui.Capturer.
func (l *List) Capturing() bool { return l.table.Filtering() }

// Update implements tui.View.
func (l *List) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if l.table.Filtering() {
			return l.table.FilterKey(msg)
		}
		return nil
	case tea.PasteMsg:
		return l.table.FilterKey(msg)
	case restedMsg:
		l.preview.rested(l, msg)
		return nil
	case selectMsg:
		if !l.table.Select(msg.id) {
			l.awaited, l.left = msg.id, l.cursorID()
		}
	}
	if l.asleep || !l.source.Announces(msg) {
		return nil
	}
	l.takeRows()
	// A cursor that was moved meanwhile, or a filter that hides the new row, has the last word.
	if l.awaited != "" && (l.cursorID() != l.left || l.table.Filter() != "" || l.table.Select(l.awaited)) {
		l.awaited = ""
	}
	return l.looked("")
}

// Prompt implements tui.Prompter.
func (l *List) Prompt(c tui.Canvas) string {
	return l.table.FilterPrompt(c, l.count())
}

// Actions implements tui.View.
func (l *List) Actions() []tui.Action {
	if l.table.Filtering() {
		return l.table.FilterActions()
	}
	row, ok := l.table.Selected()
	why := ""
	if !ok {
		why = noRow
	}
	out := []tui.Action{
		{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true, Why: why,
			Long: "Show everything about the row under the cursor", Run: l.open},
	}
	if len(l.table.Marked()) > 0 {
		out[0].Class = tui.Common // what the marked rows wait for goes first
	}
	out = append(out, l.table.FilterActions()...)
	out = append(append(out, refreshAction(l.source.Refresh)), l.copies(row, ok)...)
	out = append(out, l.creation()...)
	out = append(out, l.marking(ok)...)
	for _, a := range l.writes(row, ok) {
		// While rows are marked, D means all of them.
		if a.Name != "delete" || l.desc.DeleteAll == nil || len(l.table.Marked()) == 0 {
			out = append(out, a)
		}
	}
	out = append(out, l.problems()...)
	for _, a := range l.table.Actions() {
		switch {
		case a.Move:
			a.Run = l.thenPreview(a.Run)
		case a.Name == "sort-next", a.Name == "sort-reverse":
			a.Run = l.thenKeepOrder(a.Run)
		}
		out = append(out, a)
	}
	return append(yielding(out), tui.Action{Name: "preview", Keys: []string{"z"}, Short: "preview", Class: tui.Common, Run: l.togglePreview,
		Long: "Show or hide the object under the cursor beside the list; from 120 columns"})
}

// marking are the actions on marked rows. While rows are marked, D means all of them.
func (l *List) marking(ok bool) []tui.Action {
	if l.desc.DeleteAll == nil {
		return nil
	}
	mark := tui.Action{Name: "mark", Keys: []string{"space"}, Short: "mark", Long: "Mark the row, to act on several at once",
		Run: func() tea.Cmd { l.table.ToggleMark(); return nil }}
	if !ok {
		mark.Why = "there is no row to mark"
	}
	marked := l.table.Marked()
	if len(marked) == 0 {
		return []tui.Action{mark}
	}
	n := strconv.Itoa(len(marked))
	var more []tui.Action
	if l.desc.Many != nil {
		more = l.desc.Many(marked)
		for i := range more {
			more[i].Wanted = true
		}
	}
	// Where there is a filter, esc takes that away first.
	return append([]tui.Action{mark,
		{Name: "unmark", Keys: []string{"esc"}, Short: "unmark", Footer: l.table.Filter() == "", Wanted: true, Long: "Clear all marks",
			Run: func() tea.Cmd { l.table.Unmark(); return nil }},
		{Name: "delete", Keys: []string{"D"}, Short: "delete " + n, Footer: true, Wanted: true, Why: l.desc.NoWrites,
			Long: "Delete the " + n + " marked rows", Run: func() tea.Cmd { return l.desc.DeleteAll(marked) }}}, more...)
}

// cursorID is the id under the cursor.
func (l *List) cursorID() string {
	row, ok := l.table.Selected()
	if !ok {
		return ""
	}
	return l.desc.ID(row)
}

// Selected is the row under the cursor of a list of T's, for pages that show more of it beside the list.
func Selected[T any](l *List) (row T, ok bool) {
	if r, ok := l.table.Selected(); ok {
		return table.Value[T](r), true
	}
	return row, false
}

func (l *List) open() tea.Cmd {
	row, _ := l.table.Selected()
	return tui.Push(l.untyped.open(row))
}

// Draw implements tui.View.
func (l *List) Draw(c tui.Canvas) []string {
	l.Remember(c.Memory)
	l.held = c.Held || l.held && !c.Idle
	l.beside = l.previewWidth(c)
	if l.beside == 0 || l.table.Shown() == 0 {
		return l.draw(c)
	}
	left, right := c, c
	left.Width, right.Width = c.Width-l.beside-1, l.beside-1
	return Beside(c, l.draw(left), l.drawPreview(right), l.beside)
}

// draw draws the list itself.
func (l *List) draw(c tui.Canvas) []string {
	if l.table.Shown() == 0 {
		return append([]string{l.summary(c), ""}, l.empty(c)...)
	}
	rest := c
	rest.Height--
	rows := l.table.Draw(rest)
	return append([]string{l.summary(c)}, rows...)
}

// apart stands between two counts of the line above a list.
const apart = "   "

func (l *List) summary(c tui.Canvas) string {
	line := l.total
	if line == nil {
		line = tui.Text(tui.Strong, l.count()+l.noun())
	}
	var right tui.Line
	if n := len(l.table.Marked()); n > 0 {
		right = append(right, tui.Span{Text: marks(n, l.table.MarkedShown()) + apart, Role: tui.Accent})
	}
	if l.onlyProblems {
		right = append(right, tui.Span{Text: fmt.Sprintf("only problems, %d of %d", l.table.Shown(), l.table.Total()) + apart, Role: tui.Accent})
	}
	if l.table.Filter() != "" && !l.table.Filtering() { // while it is typed it stands below, with its count
		filter := "/" + tui.Clean(l.table.Filter())
		right = append(right, tui.Span{Text: tui.Fit(filter, min(tui.Width(filter), c.Width/3)) + apart, Role: tui.Accent})
		if l.total != nil && !l.onlyProblems { // else it is said already
			right = append(right, tui.Span{Text: l.table.Count() + apart, Role: tui.Muted})
		}
	}
	if first, last := l.table.Window(); last-first+1 < l.table.Shown() {
		right = append(right, tui.Span{Text: fmt.Sprintf("%d–%d of %d", first, last, l.table.Shown()) + apart, Role: tui.Muted})
	}
	if n := len(right) - 1; n >= 0 {
		right[n].Text = strings.TrimSuffix(right[n].Text, apart) + " "
	}
	room := c.Width - right.Width() - 2
	text := " " + line.Whole(room).Paint(c.Theme, room)
	return text + tui.Spaces(c.Width-tui.Width(text)-right.Width()) + right.Paint(c.Theme, c.Width)
}

// noun is what is counted; a list that was not read has no count.
func (l *List) noun() string {
	if l.table.Total() == 0 && l.source.Status().Updated.IsZero() {
		return ""
	}
	noun := cmp.Or(l.desc.Counted, lowerFirst(l.desc.Plural))
	if l.table.Filter() != "" { // 1 of 14 tunnels
		return " " + noun
	}
	return " " + tui.Noun(l.table.Total(), noun)
}

func (l *List) count() string {
	if l.table.Total() == 0 && l.source.Status().Updated.IsZero() {
		return "not read yet"
	}
	return l.table.Count()
}

// cannotTell is the sentence of a list without rows of which not everything could be read.
func cannotTell(plural string, status tui.Status) string {
	return "None of the " + lowerFirst(plural) + " could be read: " + lowerFirst(status.Note)
}

// marks says how many rows are marked, and whether they can be seen.
func marks(n, shown int) string {
	switch shown {
	case n:
		return strconv.Itoa(n) + " marked"
	case 0:
		return strconv.Itoa(n) + " marked, none of them shown"
	}
	return fmt.Sprintf("%d marked, %d of them shown", n, shown)
}

// Hidden says why none of the rows is shown. Of a filter and a restriction to problems it names the one that hides them.
type Hidden struct {
	Filter    string
	Unknown   string // a column that the filter names and that does not exist
	Row       string // what a row is: "row"
	Filtered  int    // rows that pass the filter alone
	Problems  int    // rows that are problems, whatever the filter
	Esc, Keys string // how the filter and the restriction are taken away, as keys or as commands
}

// Text is the sentence.
func (h Hidden) Text() string {
	clear, all := h.Esc+" clears the filter", h.Keys+" shows all "+h.Row+"s"
	switch {
	case h.Filter == "":
		return "No " + h.Row + " is other than it should be, as far as is known. " + all + "."
	case h.Filtered == 0 && h.Unknown != "":
		return "No " + h.Row + " matches " + h.Filter + ": there is no column " + h.Unknown + ". " + clear + "."
	case h.Filtered == 0:
		return "No " + h.Row + " matches " + h.Filter + ". " + clear + "."
	}
	text := "The " + h.Row + " that matches " + h.Filter + " is no problem"
	if h.Filtered > 1 {
		text = fmt.Sprintf("None of the %d %ss that match %s is a problem", h.Filtered, h.Row, h.Filter)
	}
	text += ", as far as is known. "
	if h.Problems > 0 {
		text += "Without the filter there is " + tui.Count(h.Problems, "problems") + ". "
		if h.Problems > 1 {
			text = strings.Replace(text, "there is", "there are", 1)
		}
	}
	return text + all + "; " + clear + "."
}

// hidden says why none of the rows is shown; empty when none is hidden.
func (l *List) hidden(esc, problems string) string {
	if l.table.Total() == 0 || l.table.Shown() > 0 {
		return ""
	}
	h := Hidden{Filter: l.table.Filter(), Unknown: l.table.UnknownColumn(), Row: "row", Esc: esc, Keys: problems}
	h.Filtered, h.Problems = l.table.Parts()
	return h.Text()
}

// empty says why there is nothing to see; nothing fetched yet is not the same as nothing there. An error has room to
// be read whole here: which permission is missing stands at its end.
func (l *List) empty(c tui.Canvas) []string {
	status := l.source.Status()
	text := cmp.Or(l.desc.None, "There are no "+lowerFirst(l.desc.Plural)+" "+cmp.Or(l.desc.Scope, "on this account")+".")
	var lines []string
	switch hidden := l.hidden("esc", tui.KeyOf("problems", ".")); {
	case hidden != "":
		text = hidden
	case status.Updated.IsZero() && status.Err != "":
		for _, line := range tui.Wrap(tui.Clean(status.Trouble()), c.Width-4) {
			lines = append(lines, "  "+c.Theme.Paint(tui.Bad, line))
		}
		text = "Nothing could be fetched yet; flarewire keeps trying. " + tui.KeyOf("refresh", "r") + " tries now."
	case status.Updated.IsZero():
		text = "Asking Cloudflare…"
	case status.Incomplete:
		text = cannotTell(l.desc.Plural, status)
	}
	for _, line := range tui.Wrap(tui.Clean(text), c.Width-4) { // a sentence that is cut says nothing
		lines = append(lines, "  "+c.Theme.Paint(tui.Muted, line))
	}
	return lines
}
