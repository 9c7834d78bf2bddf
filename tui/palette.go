package tui

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// paletteState is the command line behind ":", with what it finds in a list above it: pages, objects, actions.
type paletteState struct {
	open           bool
	input          textinput.Model
	title          string
	entries        []entry
	refreshEntries func() []entry // what entries are now, as data comes; nil when they stay as they are
	loadElsewhere  func() []entry // actions of other pages, made when letters are typed
	elsewhere      []entry        // what distant gave
	uses           func(id string) float64
	unread         func() []string // see Options
	recent         []entry         // offered while nothing is typed
	matches        []match
	cursor         int // of found, the one that enter takes
	offset         int // the first one in view
}

// The order of entries that match equally well.
const (
	sortPage = iota
	sortObject
	sortAction
	sortElsewhere
)

// entry is one thing that the palette offers.
type entry struct {
	id, name, category string
	lower              []string // what it is found by, in lower case; its name first
	texts              []string // the same as it is written, where that is not its name alone
	nets               []netip.Prefix
	points             bool // see Object
	networks           bool // see PaletteEntry
	sort               int
	help               string
	fact               func() Line
	run                func() tea.Cmd
	// with runs it for what is typed behind its name, and withHelp says what that does; nil when it takes nothing.
	with     func(text string) tea.Cmd
	withHelp func(text string) string
	takes    func() bool // whether it takes anything, where that depends on the page; nil: with says it
}

// takesText reports whether something may be typed behind the name.
func (e *entry) takesText() bool { return e.with != nil && (e.takes == nil || e.takes()) }

// Filterer is a list that can be opened with a filter.
type Filterer interface {
	SetFilter(text string)
	Filter() string
}

// samePage reports whether two views are the same page, with the same of it in view.
func samePage(a, b View) bool {
	filter := func(v View) string {
		if f, ok := v.(Filterer); ok {
			return f.Filter()
		}
		return ""
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && a.Title() == b.Title() && filter(a) == filter(b)
}

func (a *App) openPalette() tea.Cmd {
	if a.palette.open {
		return nil
	}
	a.palette = paletteState{open: true, title: "go to", input: NewInput(":"), entries: a.entries(), refreshEntries: a.entries,
		loadElsewhere: a.elsewhere,
		uses:          a.uses, recent: a.recent(), unread: a.opts.Unread}
	a.palette.find()
	return a.palette.input.Focus()
}

// Pick offers some objects in the list of the palette: the way on from a page when there are several. One is opened at once.
func Pick(title string, objects []Object) tea.Cmd {
	if len(objects) == 1 {
		return Push(objects[0].Open())
	}
	return func() tea.Msg { return pickMsg{title, objects} }
}

type pickMsg struct {
	title   string
	objects []Object
}

func (a *App) pick(msg pickMsg) tea.Cmd {
	p := paletteState{open: true, title: msg.title, input: NewInput(":"), uses: a.uses}
	for _, o := range msg.objects {
		e := a.object(o)
		e.run = func() tea.Cmd { return Push(o.Open()) }
		p.entries, p.recent = append(p.entries, e), append(p.recent, e)
	}
	a.palette = p
	a.palette.find()
	return a.palette.input.Focus()
}

func (a *App) uses(id string) float64 { return usesOf(a.memory(), id, a.opts.Now()) }

// memory is where preferences are kept.
func (a *App) memory() Memory {
	if a.opts.Memory == nil {
		a.opts.Memory = inProcess{}
	}
	return a.opts.Memory
}

// jump opens a page on a fresh stack above the first page, so that the stack does not grow with every jump; esc leads back to where
// one came from.
func (a *App) jump(page PaletteEntry) tea.Cmd {
	v := page.Open()
	switch {
	case samePage(v, a.top()):
		return nil
	case samePage(v, a.stack[0]):
		a.visit(a.stack[:1])
		return nil
	}
	a.visit([]View{a.stack[0], v})
	return v.Init()
}

func (a *App) paletteKey(msg tea.KeyPressMsg) tea.Cmd {
	p := &a.palette
	switch msg.String() {
	case "esc":
		p.open = false
		return nil
	case "backspace":
		if p.input.Value() == "" {
			p.open = false
			return nil
		}
	case "down", "ctrl+n":
		p.cursor = min(p.cursor+1, max(0, len(p.matches)-1))
		return nil
	case "up", "ctrl+p":
		p.cursor = max(p.cursor-1, 0)
		return nil
	case "tab":
		p.complete()
		return nil
	case "enter":
		return a.runPalette()
	}
	return p.update(msg)
}

func (a *App) runPalette() tea.Cmd {
	p := &a.palette
	if len(p.matches) == 0 {
		return nil // the list says that there is nothing
	}
	chosen := p.matches[p.cursor]
	p.open = false
	if chosen.id != "" {
		used(a.memory(), chosen.id, a.opts.Now())
	}
	return a.unlessLost("jump", a.dropping, chosen.run)
}

func (p *paletteState) update(msg tea.Msg) (cmd tea.Cmd) {
	before := p.input.Value()
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() != before {
		p.find()
	}
	return cmd
}

// complete fills in the name of the row under the cursor; pressed again it goes on to the next.
func (p *paletteState) complete() {
	if len(p.matches) == 0 {
		return
	}
	if p.input.Value() == p.matches[p.cursor].name {
		p.cursor = (p.cursor + 1) % len(p.matches)
	}
	p.input.SetValue(p.matches[p.cursor].name)
	p.input.CursorEnd()
}

// refresh takes in objects that became known, or went, while the palette is open: who opens it in the first second finds what is read
// in the
// next one. The cursor stays on the entry that it is on.
func (p *paletteState) refresh() {
	if !p.open || p.refreshEntries == nil {
		return
	}
	now := p.refreshEntries()
	same := slices.EqualFunc(now, p.entries[:len(p.entries)-len(p.elsewhere)],
		func(a, b entry) bool { return a.id == b.id && a.name == b.name })
	if same {
		return
	}
	p.entries = append(now, p.elsewhere...)
	if strings.TrimSpace(p.input.Value()) == "" {
		return // the places one was at stay as they are
	}
	on := ""
	if len(p.matches) > 0 {
		on = p.matches[p.cursor].id
	}
	offset := p.offset
	p.find()
	if i := slices.IndexFunc(p.matches, func(f match) bool { return f.id == on }); on != "" && i >= 0 {
		p.cursor, p.offset = i, offset
	}
}

// find looks for what is typed, and puts the cursor on the first that is found.
func (p *paletteState) find() {
	p.cursor, p.offset = 0, 0
	text := p.input.Value()
	if strings.TrimSpace(text) == "" {
		p.matches = make([]match, len(p.recent))
		for i := range p.recent {
			p.matches[i] = match{entry: &p.recent[i]}
		}
		return
	}
	if p.loadElsewhere != nil && len(strings.TrimSpace(text)) > 1 {
		p.elsewhere, p.loadElsewhere = p.loadElsewhere(), nil
		p.entries = append(p.entries, p.elsewhere...)
	}
	p.matches = matchesFor(p.entries, text, p.uses)
}

// matchesFor are the entries for what is typed. A page's name with something behind it is that page.
func matchesFor(entries []entry, text string, uses func(string) float64) []match {
	text = strings.ToLower(strings.TrimSpace(text))
	if name, rest, ok := strings.Cut(text, " "); ok {
		for _, e := range entries {
			if slices.Contains(e.lower, name) && e.takesText() {
				return append([]match{{entry: e.given(strings.TrimSpace(rest))}}, rank(entries, text, uses)...)
			}
		}
	}
	out := rank(entries, text, uses)
	if !readQuery(text).net.IsValid() {
		return out
	}
	// Any address and any network can be asked about, also those that nothing contains: behind what it names and what contains it.
	at := slices.IndexFunc(out, func(m match) bool { return m.tier > meant })
	if at < 0 {
		at = len(out)
	}
	for _, e := range entries {
		if e.networks {
			out = slices.Insert(out, at, match{entry: e.given(text), tier: meant})
			at++
		}
	}
	return out
}

// given is the entry with what is typed behind its name.
func (e entry) given(text string) *entry {
	e.run = func() tea.Cmd { return e.with(text) }
	e.name, e.help = e.name+" "+text, e.withHelp(text)
	return &e
}

// rowsOf is how many rows the list has on a screen of some height. It does not depend on what is found: closing and typing move nothing.
func rowsOf(height int) int {
	switch {
	case height >= 60:
		return 18
	case height >= 40:
		return 14
	}
	return min(10, height/2)
}

// drawList is the list above the command line: whole lines of the screen, so that no word of the page is torn.
func (p *paletteState) drawList(c Canvas) []string {
	rows := rowsOf(c.Height)
	p.offset = max(0, min(p.offset, len(p.matches)-rows))
	p.offset = min(max(p.offset, p.cursor-rows+1), p.cursor)
	count := fmt.Sprintf("%d found", len(p.matches))
	if last := min(len(p.matches), p.offset+rows); len(p.matches) > rows {
		count = fmt.Sprintf("%d–%d of %d", p.offset+1, last, len(p.matches))
	}
	out := []string{rule(c, p.title, count)}
	nameWidth := min(34, c.Width/3)
	for i := p.offset; i < min(len(p.matches), p.offset+rows); i++ {
		out = append(out, p.matches[i].row(c, i == p.cursor, nameWidth))
	}
	if len(p.matches) == 0 {
		for _, line := range Wrap(p.nothing(), c.Width-4) {
			out = append(out, Text(Pending, "   "+line).Paint(c.Theme, c.Width))
		}
	}
	for len(out) < rows+1 {
		out = append(out, "")
	}
	return out
}

// nothing says why nothing is found. What was not read yet may be there.
func (p *paletteState) nothing() string {
	text := "No page, action or object \"" + Clean(p.input.Value()) + "\"."
	word, _, more := strings.Cut(strings.ToLower(strings.TrimSpace(p.input.Value())), " ")
	for _, e := range p.entries {
		if more && e.with != nil && slices.Contains(e.lower, word) {
			return text + " :" + word + " takes nothing behind its name."
		}
	}
	if p.unread != nil {
		kinds := p.unread()
		for i, title := range kinds {
			kinds[i] = lowerFirst(title)
		}
		if len(kinds) > 0 {
			text += " Not read yet, and so not found: " + strings.Join(kinds, ", ") + "."
		}
	}
	return text
}

// rule is a line with a title at its left and a count at its right.
func rule(c Canvas, title, count string) string {
	line := "── "
	if c.Theme.Glyphs == ASCIIGlyphs {
		line = "-- "
	}
	sign := string([]rune(line)[:1])
	left, right := line+title+" ", " "+count+" "+strings.Repeat(sign, 2)
	return c.Theme.Paint(Muted, left+strings.Repeat(sign, max(0, c.Width-Width(left)-Width(right)))+right)
}

func (f match) row(c Canvas, selected bool, width int) string {
	name := Fit(Clean(f.name), width)
	lead := "  " + name
	if selected {
		lead = c.Theme.Paint(Selected, c.Theme.Glyphs.Cursor+" "+name)
	}
	line := Line{{Text: "  " + Fit(f.category, 16) + "  ", Role: Muted}}
	if f.fact != nil {
		line = append(line, f.fact()...)
	} else {
		line = append(line, Span{Text: f.help, Role: Muted})
	}
	if f.by != "" {
		line = append(line, Span{Text: "  " + Clean(f.by), Role: Muted}) // why it is here
	}
	return lead + line.Paint(c.Theme, c.Width-width-2)
}

// resolve gives what a name in line mode means: a page or an object.
func (a *App) resolve(name string) (run func() tea.Cmd, ok bool) {
	var entries []entry
	for _, page := range a.opts.Pages {
		entries = append(entries, a.pageEntry(page))
	}
	if a.opts.Objects != nil {
		for _, o := range a.opts.Objects() {
			entries = append(entries, a.object(o))
		}
	}
	none := func(string) float64 { return 0 }
	all := matchesFor(entries, name, none)
	if len(all) > 0 && all[0].tier != scattered {
		return all[0].run, true
	}
	word, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), " ")
	for _, e := range entries {
		if rest != "" && e.with != nil && slices.Contains(e.lower, word) {
			return func() tea.Cmd { return e.with(rest) }, true // it says that it takes nothing
		}
	}
	for _, e := range a.elsewhere() {
		if rest == "" && e.name == word {
			return e.run, true // to the page that it is on, as on the screen
		}
	}
	return nil, false
}
