package tui

import (
	"fmt"
	"maps"
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
	recent         []entry // offered while nothing is typed
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
	lower              []string // what it is found by, in lower case
	nets               []netip.Prefix
	sort               int
	help               string
	fact               func() Line
	run                func() tea.Cmd
	// with runs it for what is typed behind its name, and withHelp says what that does; nil when it takes nothing.
	with     func(text string) tea.Cmd
	withHelp func(text string) string
}

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
		uses:          a.uses, recent: a.recent()}
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

// entries are all pages, the objects of the account, then the actions of the page and of the frame.
func (a *App) entries() []entry {
	var out []entry
	for _, page := range a.opts.Pages {
		out = append(out, a.pageEntry(page))
	}
	out = append(out, a.aliases()...)
	if a.opts.Objects != nil {
		for _, o := range a.opts.Objects() {
			out = append(out, a.object(o))
		}
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name != "" && action.Name != "palette" && !action.Move {
			out = append(out, entry{id: "action " + action.Name, name: action.Name, category: "action", lower: []string{action.Name},
				sort: sortAction,
				help: strings.TrimPrefix(action.KeyLabel()+": ", ": ") + action.Long, run: action.run})
		}
	}
	return out
}

// recent are the places that one was at, then the pages.
func (a *App) recent() []entry {
	var out []entry
	for _, v := range a.trail.recent(a.top()) {
		name := Clean(v.Title())
		if f, ok := v.(Filterer); ok && f.Filter() != "" { // the same page as another one, but for what is shown
			name += " /" + Clean(f.Filter())
		}
		out = append(out, entry{name: name, category: "visited", run: func() tea.Cmd { return a.returnTo(v) }})
	}
	for _, page := range a.opts.Pages {
		if page.Part == "" {
			out = append(out, a.pageEntry(page))
		}
	}
	return append(out, a.aliases()...)
}

// aliases are the user's own words. What is typed behind one goes where it would go behind what it stands for.
func (a *App) aliases() []entry {
	var out []entry
	for _, word := range slices.Sorted(maps.Keys(a.opts.Aliases)) {
		stands := a.opts.Aliases[word]
		out = append(out, entry{id: "alias " + word, name: word, category: "alias", lower: []string{word}, sort: sortPage, help: ":" + stands,
			run:      func() tea.Cmd { return a.runAlias(stands) },
			with:     func(text string) tea.Cmd { return a.runAlias(stands + " " + text) },
			withHelp: func(text string) string { return ":" + stands + " " + text }})
	}
	return out
}

// runAlias does what an alias stands for: a page with what is typed behind its name, or an action of this page or of another one.
func (a *App) runAlias(text string) tea.Cmd {
	name, rest, _ := strings.Cut(text, " ")
	for _, page := range a.opts.Pages {
		if slices.Contains(page.Names, name) {
			if rest = strings.TrimSpace(rest); rest != "" {
				return a.pageEntry(page).with(rest)
			}
			return a.jump(page)
		}
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name == name {
			return action.run()
		}
	}
	for _, e := range a.elsewhere() {
		if e.name == name {
			return e.run()
		}
	}
	return Toast(Pending, "No page and no action here is called "+name)
}

// elsewhere are the actions of other pages: what they are called, and where they are. They are looked for among the rows that are known.
func (a *App) elsewhere() []entry {
	here := map[string]bool{}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		here[action.Name] = true
	}
	var out []entry
	for _, page := range a.opts.Pages {
		if page.Part != "" {
			continue // its actions are those of the page that it is a part of
		}
		for _, action := range page.Open().Actions() {
			if action.Name == "" || action.Move || action.Class == Common || here[action.Name] {
				continue
			}
			here[action.Name] = true
			out = append(out, entry{id: "action " + action.Name, name: action.Name, category: "action", lower: []string{action.Name},
				sort: sortElsewhere, help: strings.TrimSpace(action.KeyLabel() + " on :" + page.Names[0]),
				run: func() tea.Cmd { return a.jump(page) }})
		}
	}
	return out
}

// object is the entry of an object.
func (a *App) object(o Object) entry {
	lower := make([]string, 0, 1+len(o.More))
	for _, name := range append([]string{o.Name}, o.More...) {
		lower = append(lower, strings.ToLower(name))
	}
	return entry{id: o.ID, name: o.Name, category: o.Label, lower: lower, nets: o.Nets, sort: sortObject, fact: o.Fact,
		run: func() tea.Cmd {
			v := o.Open()
			a.visit([]View{a.stack[0], v})
			return v.Init()
		}}
}

// pageEntry is the entry of a page. What is typed behind its name goes to the page, or filters its list.
func (a *App) pageEntry(page PaletteEntry) entry {
	e := entry{id: "page " + page.Names[0], name: page.Names[0], category: "page", lower: page.Names, sort: sortPage, help: page.Help,
		run: func() tea.Cmd { return a.jump(page) }}
	if page.Part != "" {
		e.help = "on :" + page.Part + ": " + page.Help
	}
	open := func(v View) tea.Cmd {
		a.visit([]View{a.stack[0], v})
		return v.Init()
	}
	e.with = func(text string) tea.Cmd {
		if page.With != nil {
			view, why := page.With(text)
			if view == nil {
				return Toast(Pending, why)
			}
			return open(view)
		}
		view := page.Open()
		if f, ok := view.(Filterer); ok {
			f.SetFilter(text)
			return open(view)
		}
		return Toast(Pending, ":"+page.Names[0]+" takes nothing behind its name")
	}
	e.withHelp = func(string) string {
		if page.With != nil {
			return page.Help
		}
		if _, ok := page.Open().(Filterer); ok {
			return "only what matches"
		}
		return "takes nothing behind its name"
	}
	return e
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
			if e.with != nil && slices.Contains(e.lower, name) {
				rest = strings.TrimSpace(rest)
				e.run = func() tea.Cmd { return e.with(rest) }
				e.name, e.help = e.name+" "+rest, e.withHelp(rest)
				return append([]match{{entry: &e}}, rank(entries, text, uses)...)
			}
		}
	}
	return rank(entries, text, uses)
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
		out = append(out, Text(Pending, "   No page, action or object \""+Clean(p.input.Value())+"\".").Paint(c.Theme, c.Width))
	}
	for len(out) < rows+1 {
		out = append(out, "")
	}
	return out
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
	line := Line{{Text: "  " + Fit(f.category, 16), Role: Muted}}
	if f.fact != nil {
		line = append(line, f.fact()...)
	} else {
		line = append(line, Span{Text: f.help, Role: Muted})
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
	if len(all) == 0 || all[0].tier == scattered {
		return nil, false
	}
	return all[0].run, true
}
