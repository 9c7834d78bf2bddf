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

// commandLine is the command line behind ":", with what it finds in a list above it: pages, objects, actions.
type commandLine struct {
	open    bool
	input   textinput.Model
	title   string
	entries []entry
	known   func() []entry // what entries are now, as data comes; nil when they stay as they are
	distant func() []entry // actions of other pages, made when letters are typed
	far     []entry        // what distant gave
	uses    func(id string) float64
	recent  []entry // offered while nothing is typed
	found   []found
	at      int // of found, the one that enter takes
	offset  int // the first one in view
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
	id, name, kind string
	lower          []string // what it is found by, in lower case
	nets           []netip.Prefix
	sort           int
	help           string
	fact           func() Line
	run            func() tea.Cmd
	// with runs it for what is typed behind its name; nil when it takes nothing.
	with func(text string) tea.Cmd
}

// Filterer is a list that can be opened with a filter.
type Filterer interface {
	SetFilter(text string)
	Filter() string
}

// same reports whether two views are the same page, with the same of it in view.
func same(a, b View) bool {
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
	a.palette = commandLine{open: true, title: "go to", input: NewInput(":"), entries: a.entries(), known: a.entries, distant: a.elsewhere,
		uses: a.uses, recent: a.recent()}
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
	p := commandLine{open: true, title: msg.title, input: NewInput(":"), uses: a.uses}
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
	for _, d := range a.opts.Destinations {
		out = append(out, a.destination(d))
	}
	out = append(out, a.aliases()...)
	if a.opts.Objects != nil {
		for _, o := range a.opts.Objects() {
			out = append(out, a.object(o))
		}
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name != "" && action.Name != "palette" && !action.Move {
			out = append(out, entry{id: "action " + action.Name, name: action.Name, kind: "action", lower: []string{action.Name}, sort: sortAction,
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
		out = append(out, entry{name: name, kind: "visited", run: func() tea.Cmd { return a.returnTo(v) }})
	}
	for _, d := range a.opts.Destinations {
		if d.Part == "" {
			out = append(out, a.destination(d))
		}
	}
	return append(out, a.aliases()...)
}

// aliases are the user's own words. What is typed behind one goes where it would go behind what it stands for.
func (a *App) aliases() []entry {
	var out []entry
	for _, word := range slices.Sorted(maps.Keys(a.opts.Aliases)) {
		stands := a.opts.Aliases[word]
		out = append(out, entry{id: "alias " + word, name: word, kind: "alias", lower: []string{word}, sort: sortPage, help: ":" + stands,
			run:  func() tea.Cmd { return a.standsFor(stands) },
			with: func(text string) tea.Cmd { return a.standsFor(stands + " " + text) }})
	}
	return out
}

// standsFor does what an alias stands for: a page with what is typed behind its name, or an action of this page or of another one.
func (a *App) standsFor(text string) tea.Cmd {
	name, rest, _ := strings.Cut(text, " ")
	for _, d := range a.opts.Destinations {
		if slices.Contains(d.Names, name) {
			if rest = strings.TrimSpace(rest); rest != "" {
				return a.destination(d).with(rest)
			}
			return a.jump(d)
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
	for _, d := range a.opts.Destinations {
		if d.Part != "" {
			continue // its actions are those of the page that it is a part of
		}
		for _, action := range d.Open().Actions() {
			if action.Name == "" || action.Move || action.Class == Common || here[action.Name] {
				continue
			}
			here[action.Name] = true
			out = append(out, entry{id: "action " + action.Name, name: action.Name, kind: "action", lower: []string{action.Name},
				sort: sortElsewhere, help: strings.TrimSpace(action.KeyLabel() + " on :" + d.Names[0]),
				run: func() tea.Cmd { return a.jump(d) }})
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
	return entry{id: o.ID, name: o.Name, kind: o.Kind, lower: lower, nets: o.Nets, sort: sortObject, fact: o.Fact,
		run: func() tea.Cmd {
			v := o.Open()
			a.visit([]View{a.stack[0], v})
			return v.Init()
		}}
}

// destination is the entry of a destination. What is typed behind its name goes to the page, or filters its list.
func (a *App) destination(d PaletteEntry) entry {
	e := entry{id: "page " + d.Names[0], name: d.Names[0], kind: "page", lower: d.Names, sort: sortPage, help: d.Help,
		run: func() tea.Cmd { return a.jump(d) }}
	if d.Part != "" {
		e.help = "on :" + d.Part + ": " + d.Help
	}
	open := func(v View) tea.Cmd {
		a.visit([]View{a.stack[0], v})
		return v.Init()
	}
	e.with = func(text string) tea.Cmd {
		if d.With != nil {
			view, why := d.With(text)
			if view == nil {
				return Toast(Pending, why)
			}
			return open(view)
		}
		view := d.Open()
		if f, ok := view.(Filterer); ok {
			f.SetFilter(text)
			return open(view)
		}
		return Toast(Pending, ":"+d.Names[0]+" takes nothing behind its name")
	}
	return e
}

// jump opens a destination on a fresh stack above the first page, so that the stack does not grow with every jump; esc leads back to where
// one came from.
func (a *App) jump(d PaletteEntry) tea.Cmd {
	v := d.Open()
	switch {
	case same(v, a.top()):
		return nil
	case same(v, a.stack[0]):
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
		p.at = min(p.at+1, max(0, len(p.found)-1))
		return nil
	case "up", "ctrl+p":
		p.at = max(p.at-1, 0)
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
	if len(p.found) == 0 {
		return nil // the list says that there is nothing
	}
	chosen := p.found[p.at]
	p.open = false
	if chosen.id != "" {
		used(a.memory(), chosen.id, a.opts.Now())
	}
	return a.unlessLost("jump", a.dropping, chosen.run)
}

func (p *commandLine) update(msg tea.Msg) (cmd tea.Cmd) {
	before := p.input.Value()
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() != before {
		p.find()
	}
	return cmd
}

// complete fills in the name of the row under the cursor; pressed again it goes on to the next.
func (p *commandLine) complete() {
	if len(p.found) == 0 {
		return
	}
	if p.input.Value() == p.found[p.at].name {
		p.at = (p.at + 1) % len(p.found)
	}
	p.input.SetValue(p.found[p.at].name)
	p.input.CursorEnd()
}

// came takes in objects that became known, or went, while the palette is open: who opens it in the first second finds what is read in the
// next one. The cursor stays on the entry that it is on.
func (p *commandLine) came() {
	if !p.open || p.known == nil {
		return
	}
	now := p.known()
	same := slices.EqualFunc(now, p.entries[:len(p.entries)-len(p.far)], func(a, b entry) bool { return a.id == b.id && a.name == b.name })
	if same {
		return
	}
	p.entries = append(now, p.far...)
	if strings.TrimSpace(p.input.Value()) == "" {
		return // the places one was at stay as they are
	}
	on := ""
	if len(p.found) > 0 {
		on = p.found[p.at].id
	}
	offset := p.offset
	p.find()
	if i := slices.IndexFunc(p.found, func(f found) bool { return f.id == on }); on != "" && i >= 0 {
		p.at, p.offset = i, offset
	}
}

// find looks for what is typed, and puts the cursor on the first that is found.
func (p *commandLine) find() {
	p.at, p.offset = 0, 0
	text := p.input.Value()
	if strings.TrimSpace(text) == "" {
		p.found = make([]found, len(p.recent))
		for i := range p.recent {
			p.found[i] = found{entry: &p.recent[i]}
		}
		return
	}
	if p.distant != nil && len(strings.TrimSpace(text)) > 1 {
		p.far, p.distant = p.distant(), nil
		p.entries = append(p.entries, p.far...)
	}
	p.found = matches(p.entries, text, p.uses)
}

// matches are the entries for what is typed. A page's name with something behind it is that page.
func matches(entries []entry, text string, uses func(string) float64) []found {
	text = strings.ToLower(strings.TrimSpace(text))
	if name, rest, ok := strings.Cut(text, " "); ok {
		for _, e := range entries {
			if e.with != nil && slices.Contains(e.lower, name) {
				e.run = func() tea.Cmd { return e.with(strings.TrimSpace(rest)) }
				e.name, e.help = e.name+" "+strings.TrimSpace(rest), "only what matches"
				return append([]found{{entry: &e}}, rank(entries, text, uses)...)
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

// band is the list above the command line: whole lines of the screen, so that no word of the page is torn.
func (p *commandLine) band(c Canvas) []string {
	rows := rowsOf(c.Height)
	p.offset = max(0, min(p.offset, len(p.found)-rows))
	p.offset = min(max(p.offset, p.at-rows+1), p.at)
	count := fmt.Sprintf("%d found", len(p.found))
	if last := min(len(p.found), p.offset+rows); len(p.found) > rows {
		count = fmt.Sprintf("%d–%d of %d", p.offset+1, last, len(p.found))
	}
	out := []string{rule(c, p.title, count)}
	nameWidth := min(34, c.Width/3)
	for i := p.offset; i < min(len(p.found), p.offset+rows); i++ {
		out = append(out, p.found[i].row(c, i == p.at, nameWidth))
	}
	if len(p.found) == 0 {
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

func (f found) row(c Canvas, selected bool, width int) string {
	name := Fit(Clean(f.name), width)
	lead := "  " + name
	if selected {
		lead = c.Theme.Paint(Selected, c.Theme.Glyphs.Cursor+" "+name)
	}
	line := Line{{Text: "  " + Fit(f.kind, 16), Role: Muted}}
	if f.fact != nil {
		line = append(line, f.fact()...)
	} else {
		line = append(line, Span{Text: f.help, Role: Muted})
	}
	return lead + line.Paint(c.Theme, c.Width-width-2)
}

// calls gives what a name in line mode means: a page or an object.
func (a *App) calls(name string) (run func() tea.Cmd, ok bool) {
	var entries []entry
	for _, d := range a.opts.Destinations {
		entries = append(entries, a.destination(d))
	}
	if a.opts.Objects != nil {
		for _, o := range a.opts.Objects() {
			entries = append(entries, a.object(o))
		}
	}
	none := func(string) float64 { return 0 }
	all := matches(entries, name, none)
	if len(all) == 0 || all[0].tier == scattered {
		return nil, false
	}
	return all[0].run, true
}
