package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Speaker is a view that says in words what it shows. Line mode (package line) reads that out instead of
// what Draw shows, which is made for the eye: cells, columns, a cursor.
type Speaker interface{ Tell(now time.Time) Telling }

// Telling is a page in words.
type Telling struct {
	Above   []string // before the rows
	Rows    []Row    // what can be chosen by its number or its name
	Below   []string
	Current string // the id of the row that actions are about; empty for none
	// Sections: Above are sections, an empty line before each title. The first ones are read out, the others when they are asked for.
	Sections bool
}

// Row is one thing that can be chosen on a page.
type Row struct {
	ID   string
	Name string // what the user may type instead of its number
	// Words are what the row says, its name first.
	Words []Word
	// Inline rows stand in Telling.Above already; "#1" there is the number of the first.
	Inline bool
}

// Word is a value with what it is of; Name is empty where the value speaks for itself.
type Word struct {
	Name, Value string
	Live        bool // it changes with the clock: not news
}

// RowSelector is a Speaker with rows: Choose makes the row with this id the one that actions are about; false when there
// is none any more, and then nothing is different.
type RowSelector interface{ Choose(id string) bool }

// Sorter is a view whose rows can be ordered by the name of a column.
type Sorter interface {
	// SortBy orders the rows; false when there is no such column.
	SortBy(column string) bool
	// SortColumns are the names.
	SortColumns() []string
}

// Waiter is a view that has asked for something without which nothing can be done on it yet.
type Waiter interface{ Waiting() bool }

// Follower is a view that is looked at while it changes: line mode says each change when it comes.
type Follower interface{ Following() bool }

// WordGlyphs stand for no signs at all, for output that is read out: the word beside a glyph says it all.
var WordGlyphs = Glyphs{Crumb: ">", Dot: ","}

// Lines is the program without a screen, for package line: the same stack of views, dialogs and actions,
// asked for in words.
type Lines struct {
	app  *App
	said []string
}

// Lines takes the screen from the app. What a toast would show is kept for Said from then on.
func (a *App) Lines() *Lines {
	a.lines = &Lines{app: a}
	a.theme = PlainTheme(WordGlyphs)
	return a.lines
}

// Init starts the services and the first page.
func (l *Lines) Init() tea.Cmd { return l.app.start() }

// Take hands a message to the program.
func (l *Lines) Take(msg tea.Msg) tea.Cmd {
	_, cmd := l.app.Update(msg)
	return cmd
}

// linesWait is how long what was asked for may take until the answer counts as one that comes later.
const linesWait = 100 * time.Millisecond

// Do carries out what was asked for: what it wants of the frame at once, the rest is returned.
func (l *Lines) Do(run func() tea.Cmd) tea.Cmd {
	if run == nil {
		return nil
	}
	cmd := l.app.announced(run())
	if cmd == nil {
		return nil
	}
	return l.app.await(started(cmd), time.Now().Add(linesWait))
}

// Guarded is cmd with a panic of its own brought back to the program as a message.
func Guarded(cmd tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		w := started(cmd)
		<-w.done
		return w.msg
	}
}

// Top is the page that one is on.
func (l *Lines) Top() View { return l.app.top() }

// Has reports whether a page is still on the stack.
func (l *Lines) Has(v View) bool { return slices.Contains(l.app.stack, v) }

// Place says where one is: the titles of the stack.
func (l *Lines) Place() string {
	titles := make([]string, len(l.app.stack))
	for i, v := range l.app.stack {
		titles[i] = v.Title()
	}
	return strings.Join(titles, " "+WordGlyphs.Crumb+" ")
}

// Identity says which account it is and how it is reached.
func (l *Lines) Identity() Identity { return l.app.identity() }

// Now is the program's clock.
func (l *Lines) Now() time.Time { return l.app.opts.Now() }

// Said is what the program has said in passing since the last call.
func (l *Lines) Said() []string {
	said := l.said
	l.said = nil
	return said
}

// Perform does what the action is for, or says why it cannot be done.
func (a Action) Perform() tea.Cmd { return a.run() }

// Back goes back one page; it asks when something would be lost.
func (l *Lines) Back() tea.Cmd { return l.app.back() }

// Quit ends the program; it asks when something would be lost.
func (l *Lines) Quit() tea.Cmd { return l.app.quit() }

// Unsaved names what would be lost by ending now; empty when nothing would.
func (l *Lines) Unsaved() string { return l.app.loses() }

// Places are the pages that can be jumped to.
func (l *Lines) Places() []PaletteEntry { return l.app.opts.Pages }

// Jump opens a page or an object by its name, its beginning or a part of it; false when there is none.
func (l *Lines) Jump(name string) (run func() tea.Cmd, ok bool) {
	return l.app.resolve(name)
}

// Dialog is the question that stands before everything else; nil when there is none.
func (l *Lines) Dialog() *Dialog { return l.app.dialog }

// Answer gives the dialog's answer with this number, from zero.
func (l *Lines) Answer(i int) tea.Cmd { return l.app.choose(i) }

// Draw is the page as it is drawn, on a screen so large that nothing is cut or wrapped.
func (l *Lines) Draw() []string {
	return l.app.top().Draw(Boundless(l.Now()))
}

// Boundless is a canvas without colours and signs, so large that nothing is cut or wrapped.
func Boundless(now time.Time) Canvas {
	const cells = 1 << 14
	return Canvas{Width: cells, Height: cells, Theme: PlainTheme(WordGlyphs), Now: now, InLines: true}
}

// Harmless is text that holds no escape sequence and no control character, whatever came from a server,
// and only ASCII where nothing else can be trusted to be shown.
func Harmless(text string, ascii bool) string {
	text = strings.TrimRight(Clean(ansi.Strip(text)), " ")
	if ascii {
		return toASCII(text)
	}
	return text
}

type execMsg struct {
	cmd  tea.ExecCommand
	done func(error) tea.Msg
}

// Exec gives the terminal to another program and goes on with what done says when it has ended.
func Exec(cmd tea.ExecCommand, done func(error) tea.Msg) tea.Cmd {
	return func() tea.Msg { return execMsg{cmd, done} }
}

// Exec is what a message of Exec asks for; ok is false for every other message.
func (l *Lines) Exec(msg tea.Msg) (cmd tea.ExecCommand, done func(error) tea.Msg, ok bool) {
	m, ok := msg.(execMsg)
	return m.cmd, m.done, ok
}

// Leave goes back one page without asking.
func (l *Lines) Leave() tea.Cmd { return Pop() }

// Everywhere are the frame's actions that have a meaning without a screen: their keys may be the user's.
func (l *Lines) Everywhere() []Action {
	return slices.DeleteFunc(l.app.Actions(), func(a Action) bool { return !slices.Contains([]string{"help", "back", "quit"}, a.Name) })
}

// Aliases are the user's own words with what they stand for, a line each.
func (l *Lines) Aliases() []string {
	var out []string
	for _, e := range l.app.aliases() {
		out = append(out, ":"+e.name+"  "+e.help)
	}
	return out
}

// Expand gives what a line that begins with an alias stands for, with ":" before it when that is a page; ok is false for any other line.
func (l *Lines) Expand(line string) (stands string, ok bool) {
	word, rest, _ := strings.Cut(strings.TrimPrefix(line, ":"), " ")
	stands, ok = l.app.opts.Aliases[strings.ToLower(word)]
	if !ok {
		return line, false
	}
	stands = strings.TrimSpace(stands + " " + rest)
	if name, _, _ := strings.Cut(stands, " "); slices.ContainsFunc(l.Places(),
		func(d PaletteEntry) bool { return slices.Contains(d.Names, name) }) {
		stands = ":" + stands
	}
	return stands, true
}
