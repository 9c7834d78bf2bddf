package resource

import (
	"cmp"
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// List is the list page of a resource.
type List struct {
	*kind
	table   *table.Table[table.Row]
	awaited string   // the id of a new object, until it is among the rows
	left    string   // what was under the cursor when it began to be awaited
	total   tui.Line // the summary of all rows, worked out when they come: a frame must not walk them
}

// NewList makes the list page.
func NewList[T any](desc Description[T], source Source[T]) *List {
	return newList(kindOf(desc, source))
}

func newList(k *kind) *List {
	t := table.New(k.desc.Columns, k.desc.ID)
	t.SortBy(k.desc.SortBy, k.desc.Reverse)
	if k.desc.Newest {
		t.StickToTop()
	}
	l := &List{kind: k, table: t}
	l.take()
	return l
}

// take takes the source's rows anew.
func (l *List) take() {
	rows, total := l.rows()
	l.table.Set(rows)
	l.total = total
}

// Title implements tui.View.
func (l *List) Title() string { return l.desc.Plural }

// Init implements tui.View. Until a page is on the screen it gets no messages: what came since it was made is taken now.
func (l *List) Init() tea.Cmd {
	l.take()
	return l.opened("")
}

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
	case selectMsg:
		if !l.table.Select(msg.id) {
			l.awaited, l.left = msg.id, l.under()
		}
	}
	if !l.source.Brings(msg) {
		return nil
	}
	l.take()
	// A cursor that was moved meanwhile, or a filter that hides the new row, has the last word.
	if l.awaited != "" && (l.under() != l.left || l.table.Filter() != "" || l.table.Select(l.awaited)) {
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
	row, ok := l.table.Selected()
	why := ""
	if !ok {
		why = "there is no row to act on"
	}
	out := []tui.Action{
		{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true, Why: why,
			Long: "Everything about the row under the cursor", Run: l.open},
	}
	out = append(out, l.table.FilterActions()...)
	out = append(out, refreshAction(l.source.Refresh),
		tui.Action{Name: "copy", Keys: []string{"y"}, Short: "copy", Why: why, Long: "Copy the row's name",
			Run: func() tea.Cmd { return copied(l.desc.Name(row)) }},
		copyJSON(l.json(row, ok)))
	out = append(out, l.creation()...)
	out = append(out, l.marking(ok)...)
	for _, a := range l.writes(row, ok) {
		// While rows are marked, D means all of them.
		if a.Name != "delete" || l.desc.DeleteAll == nil || len(l.table.Marked()) == 0 {
			out = append(out, a)
		}
	}
	return append(out, l.table.Actions()...)
}

// marking are the actions on marked rows. While rows are marked, D means all of them.
func (l *List) marking(ok bool) []tui.Action {
	if l.desc.DeleteAll == nil {
		return nil
	}
	mark := tui.Action{Name: "mark", Keys: []string{"space"}, Short: "mark", Long: "Mark the row, for actions on several",
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
	}
	return append([]tui.Action{mark,
		{Name: "unmark", Keys: []string{"esc"}, Short: "unmark", Footer: true, Long: "Take all marks away",
			Run: func() tea.Cmd { l.table.Unmark(); return nil }},
		{Name: "delete", Keys: []string{"D"}, Short: "delete " + n, Footer: true, Why: l.desc.NoWrites,
			Long: "Delete the " + n + " marked rows", Run: func() tea.Cmd { return l.desc.DeleteAll(marked) }}}, more...)
}

// under is the id under the cursor.
func (l *List) under() string {
	row, ok := l.table.Selected()
	if !ok {
		return ""
	}
	return l.desc.ID(row)
}

// Selected is the row under the cursor of a list of T's, for pages that show more of it beside the list.
func Selected[T any](l *List) (row T, ok bool) {
	if r, ok := l.table.Selected(); ok {
		return table.Of[T](r), true
	}
	return row, false
}

func (l *List) open() tea.Cmd {
	row, _ := l.table.Selected()
	if l.desc.Open != nil {
		return tui.Push(l.desc.Open(row))
	}
	return tui.Push(newDetail(l.kind, row))
}

// Draw implements tui.View.
func (l *List) Draw(c tui.Canvas) []string {
	if l.table.Shown() == 0 {
		return append([]string{l.summary(c), ""}, l.empty(c)...)
	}
	rest := c
	rest.Height--
	rows := l.table.Draw(rest)
	return append([]string{l.summary(c)}, rows...)
}

func (l *List) summary(c tui.Canvas) string {
	line := l.total
	if line == nil {
		line = tui.Text(tui.Strong, l.count())
	}
	var right tui.Line
	if n := len(l.table.Marked()); n > 0 {
		right = append(right, tui.Span{Text: strconv.Itoa(n) + " marked ", Role: tui.Accent})
	}
	if l.table.Filter() != "" {
		filter := "/" + tui.Clean(l.table.Filter())
		right = append(right, tui.Span{Text: tui.Fit(filter, min(tui.Width(filter), c.Width/3)) + " ", Role: tui.Accent})
	}
	if first, last := l.table.Window(); last-first+1 < l.table.Total() {
		right = append(right, tui.Span{Text: fmt.Sprintf("%d–%d of %d ", first, last, l.table.Shown()), Role: tui.Muted})
	}
	room := c.Width - right.Width() - 2
	text := " " + line.Paint(c.Theme, room)
	return text + tui.Spaces(c.Width-tui.Width(text)-right.Width()) + right.Paint(c.Theme, c.Width)
}

func (l *List) count() string {
	if l.table.Total() == 0 && l.source.Status().Updated.IsZero() {
		return "not read yet"
	}
	return l.table.Count()
}

// empty says why there is nothing to see; nothing fetched yet is not the same as nothing there. An error has room to
// be read whole here: which permission is missing stands at its end.
func (l *List) empty(c tui.Canvas) []string {
	status := l.source.Status()
	text := cmp.Or(l.desc.None, "There are no "+lowerFirst(l.desc.Plural)+" "+cmp.Or(l.desc.Scope, "on this account")+".")
	var lines []string
	switch {
	case l.table.Filter() != "":
		text = "No row matches " + l.table.Filter() + ". esc clears the filter."
	case status.Updated.IsZero() && status.Err != "":
		for _, line := range tui.Wrap(tui.Clean(status.Err), c.Width-4) {
			lines = append(lines, "  "+c.Theme.Paint(tui.Bad, line))
		}
		text = "Nothing could be fetched yet; flarewire keeps trying. r tries now."
	case status.Updated.IsZero():
		text = "Asking Cloudflare…"
	}
	for _, line := range tui.Wrap(tui.Clean(text), c.Width-4) { // a sentence that is cut says nothing
		lines = append(lines, "  "+c.Theme.Paint(tui.Muted, line))
	}
	return lines
}
