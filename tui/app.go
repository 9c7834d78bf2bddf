package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Options joins the frame with what it shows.
type Options struct {
	Name     string // the program's name, in the header and the window title
	Home     func() View
	Below    func() View // the page that the first one lies on, so that back leads there; nil for none
	Pages    []PaletteEntry
	Objects  func() []Object   // what can be gone to by name besides the pages; nil for nothing
	Unread   func() []string   // what of the objects was not read yet, by its titles; nil for nothing
	Aliases  map[string]string // words of the user's own for the palette and line mode, in lower case, and what they stand for
	Memory   Memory            // where small preferences are kept; nil: until the program ends
	Services []Service
	Identity func() Identity
	Theme    ThemeName
	Glyphs   Glyphs
	Now      func() time.Time
	// Browse opens an address in the browser of this machine; nil where there is none.
	Browse func(url string) error
	// Outage is why nobody has answered anything since a time, in a sentence; "" when somebody has. Nil: not known.
	Outage func(since time.Time) string
}

// App is the root model. It only routes: messages to services and views, keys to actions, and it
// owns what belongs to the whole screen (stack, palette, toast, theme, size).
type App struct {
	opts    Options
	stack   []View
	trail   trail
	shown   View // the top of the stack that the services know of
	palette paletteState
	theme   *Theme
	width   int
	height  int
	toasts  []said // on the screen, and waiting for their turn: see spoken
	toastID int
	// answering: a key is being answered.
	answering bool
	late      []*pendingCmd // what key presses have asked for and is not there yet: see catchUp
	dialog    *Dialog
	profile   bool      // the first colour profile was seen
	lines     *Lines    // there is no screen: see Lines
	touched   time.Time // the last key
	pressedOn View      // the page that it was for
	// awaited is the top page while it waits for its first data: see loading.
	awaited struct {
		view  View
		since time.Time
	}
	colours colorprofile.Profile
	dark    *bool  // the terminal's background; nil until it has told
	suspend func() // stops the program, as ctrl+z does elsewhere; nil without a terminal
	told    bool   // the terminal tells keys apart by itself (the kitty protocol)
	// meaningless are keys that did nothing on this page, and that this was said of.
	meaningless map[string]bool
	// stayed is the page whose question of leaving esc has closed, and when: see again.
	stayed struct {
		on View
		at time.Time
	}
	passing View // the page that the history led to last, until it takes another key: see onTheWay
	notices []notice
}

const (
	// clockTick is how often ages are drawn anew; it equals their grain.
	clockTick = ageStep
	// idleAfter is how long nobody has touched the keyboard when ages stop to tick: see Canvas.AgeOf.
	idleAfter = 30 * time.Second
)

// NewApp makes the root model.
func NewApp(opts Options) *App {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Glyphs == (Glyphs{}) {
		opts.Glyphs = UnicodeGlyphs
	}
	a := &App{opts: opts, theme: NewTheme(opts.Theme, opts.Glyphs), touched: opts.Now()}
	if opts.Below != nil {
		a.stack = append(a.stack, opts.Below())
	}
	a.stack = append(a.stack, opts.Home())
	return a
}

// Init implements tea.Model.
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{
		clock(),
		// Over SSH the library does not ask for synchronized output by itself; the answer switches it
		// on, silence costs nothing.
		tea.Raw(ansi.RequestModeSynchronizedOutput),
	}
	if a.opts.Theme == ThemeAuto {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(append(cmds, a.start())...)
}

// start starts the services and the first page.
func (a *App) start() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range a.opts.Services {
		cmds = append(cmds, s.Init())
	}
	for _, v := range a.stack {
		cmds = append(cmds, v.Init())
	}
	return a.announced(tea.Batch(cmds...))
}

func clock() tea.Cmd {
	return After(clockTick, clockMsg{})
}

// Update implements tea.Model.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return a, a.announced(tea.Batch(a.update(msg), a.speak()))
}

func (a *App) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.Cmd:
		// A command returned where a message was expected vanishes silently; make it loud.
		panic("tui: a tea.Cmd arrived as a message")
	case panicMsg:
		panic(msg.value)
	case Timer:
		return msg.run()
	case tea.KeyPressMsg:
		return a.pressed(msg)
	case tea.KeyboardEnhancementsMsg:
		a.told = msg.SupportsKeyDisambiguation()
	case tea.PasteMsg:
		return tea.Batch(a.catchUp(), a.paste(msg))
	case lateMsg:
		return a.takeLate(msg.pending)
	case tea.WindowSizeMsg:
		// some serial lines and jump hosts say 0x0: the size before, or the library's, is better than nothing
		if msg.Width > 0 && msg.Height > 0 {
			a.width, a.height = msg.Width, msg.Height
		}
	case tea.BackgroundColorMsg:
		questions.colours.Store(false)
		dark := msg.IsDark()
		a.dark = &dark
		a.dress()
	case tea.ModeReportMsg:
		questions.modes.Store(false)
	case tea.ColorProfileMsg:
		a.colours = msg.Profile
		a.dress()
		return a.recolour()
	case pushMsg:
		a.visit(append(slices.Clone(a.stack), msg.view))
		return msg.view.Init()
	case replaceMsg:
		a.trail.replaced(msg.old, msg.new)
		if i := slices.Index(a.stack, msg.old); i >= 0 {
			a.stack[i] = msg.new
			return msg.new.Init()
		}
	case resumeMsg:
		return a.resume(msg)
	case popMsg:
		cmd := a.pop(msg.pages)
		if msg.then != nil {
			return tea.Batch(cmd, a.update(pushMsg{msg.then}))
		}
		return cmd
	case dialogMsg:
		return a.ask(msg.dialog)
	case pickMsg:
		return a.pick(msg)
	case awakeMsg:
		msg.dialog.awake = msg.dialog.awake || msg.opened.Equal(msg.dialog.opened)
	case toastMsg:
		return a.showToast(msg)
	case toastGoneMsg:
		return a.toastGone(msg.id)
	case browseMsg:
		return a.browse(msg)
	case browsedMsg:
		return a.browsed(msg)
	case execMsg:
		return tea.Exec(msg.cmd, msg.done)
	case clockMsg:
		return clock()
	default:
		return a.broadcast(msg)
	}
	return nil
}

// announced tells the services of the page that is on top, when it is another one than they know of. What they want done
// for it is added to cmd.
func (a *App) announced(cmd tea.Cmd) tea.Cmd {
	if a.shown == a.top() {
		return cmd
	}
	a.shown, a.meaningless = a.top(), nil
	if r, ok := a.shown.(Rememberer); ok {
		r.Remember(a.memory())
	}
	cmds := []tea.Cmd{cmd}
	for _, s := range a.opts.Services {
		cmds = append(cmds, s.Update(ShownMsg{a.shown}))
	}
	return tea.Batch(cmds...)
}

// broadcast hands a message to every service and every page of the stack, and to those in the trail that ask for it.
func (a *App) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range a.opts.Services {
		cmds = append(cmds, s.Update(msg))
	}
	for _, v := range a.stack {
		cmds = append(cmds, v.Update(msg))
	}
	for _, v := range a.trail.pages(a.stack) {
		if _, ok := v.(Sleeper); ok {
			cmds = append(cmds, v.Update(msg))
		}
	}
	a.palette.refresh()
	return tea.Batch(cmds...)
}

// dress chooses the theme of the terminal's background. With 16 colours the terminal's own are used, because nobody knows
// what they look like: ours would be turned into some of them.
func (a *App) dress() {
	if a.opts.Theme != ThemeAuto || a.dark == nil || a.colours != colorprofile.Unknown && a.colours <= colorprofile.ANSI {
		return
	}
	name := ThemeLight
	if *a.dark {
		name = ThemeDark
	}
	if a.theme.Name != name {
		a.theme = NewTheme(name, a.opts.Glyphs)
	}
}

func (a *App) useTheme(name ThemeName) {
	a.opts.Theme = name
	a.theme = NewTheme(name, a.opts.Glyphs)
}

// recolour repaints when a better colour profile was found after the first one: it colours only cells
// that are drawn after it.
func (a *App) recolour() tea.Cmd {
	first := !a.profile
	a.profile = true
	if first {
		return nil
	}
	return func() tea.Msg { return tea.ClearScreen() }
}

// Page is the page that has the keys now, unless a dialog has them.
func (a *App) Page() View { return a.top() }

// Dialog is the question that has the keys now; nil when none has.
func (a *App) Dialog() *Dialog { return a.dialog }

// PaletteEntries are the places that the palette can jump to.
func (a *App) PaletteEntries() []PaletteEntry { return a.opts.Pages }

func (a *App) top() View { return a.stack[len(a.stack)-1] }

// key routes a key press: to the dialog, to whoever is taking text, to an action, to the view.
func (a *App) key(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case msg.String() == "ctrl+c":
		return a.quit()
	case a.hidden():
		return nil // nobody types into what cannot be seen
	case msg.String() == "ctrl+z" && a.noSuspend() == "": // also while text is taken, as everywhere
		a.suspend()
		return nil
	case a.dialog != nil:
		return a.dialogKey(msg)
	case a.palette.open:
		a.passing = nil
		return a.paletteKey(msg)
	case a.capturing():
		// Text is taken: of the frame's keys those act that are no text, where the page has no use for them.
		if action, ok := find(msg.String(), a.anywhere()); ok && !a.taken(msg.String()) {
			return action.run()
		}
		if action, ok := find(msg.String(), a.onTheWay()); ok {
			return action.run()
		}
		a.passing = nil
		if a.again(msg) {
			return Toast(Muted, "esc was taken as Cancel; press esc again in a moment to leave")
		}
		return a.top().Update(msg)
	}
	if action, ok := find(msg.String(), a.top().Actions(), a.Actions()); ok {
		return action.run()
	}
	return tea.Batch(a.unknown(msg), a.top().Update(msg))
}

// hidden reports whether the screen is too small to show anything; before its size is known nothing is hidden.
func (a *App) hidden() bool {
	return a.width > 0 && (a.width < MinWidth || a.height < MinHeight)
}

func (a *App) paste(msg tea.PasteMsg) tea.Cmd {
	switch {
	case a.hidden():
		return nil
	case a.dialog != nil:
		return a.dialogPaste()
	case a.palette.open:
		return a.palette.update(msg)
	case a.capturing():
		a.passing = nil
		return a.top().Update(msg)
	}
	return Toast(Muted, "Nothing here takes text: press "+KeyOf("filter", "/")+" to filter or "+
		KeyOf("palette", ":")+" for the palette first")
}

func (a *App) capturing() bool {
	c, ok := a.top().(Capturer)
	return ok && c.Capturing()
}

// Actions are the frame's own; a view's action on the same key goes first.
func (a *App) Actions() []Action {
	nothing := func(places [][]View, text string) string {
		if len(places) == 0 {
			return text
		}
		return ""
	}
	return []Action{
		{Name: "palette", Keys: []string{":", "ctrl+g"}, Short: "go to", Footer: true,
			Long: "Jump to a page or an object, or run an action, by name", Run: a.openPalette},
		{Name: "help", Keys: []string{"?", "f1"}, Short: "help", Footer: true,
			Long: "List every key that works here", Run: a.openHelp},
		{Name: "back", Keys: []string{"esc", "backspace"}, Short: "back", Footer: len(a.stack) > 1 || len(a.trail.past) > 0,
			Long: "Go back to the previous page; never quits", Run: a.back},
		{Name: "history-back", Keys: []string{"["}, Short: "back", Long: "Go back to the previous page, like esc",
			Why: nothing(a.trail.past, "no previous page"), Run: a.walk(a.back)},
		{Name: "history-forward", Keys: []string{"]"}, Short: "forward", Long: "Go forward again, after going back",
			Why: nothing(a.trail.future, "no next page"), Run: a.walk(a.forward)},
		{Name: "notices", Keys: []string{"!"}, Short: "notices", Long: "Show past status messages in full, with time",
			Run: func() tea.Cmd { return Push(newNotices(a)) }},
		{Name: "redraw", Keys: []string{"ctrl+l"}, Short: "redraw",
			Long: "Redraw the screen", Run: func() tea.Cmd { return func() tea.Msg { return tea.ClearScreen() } }},
		{Name: "suspend", Keys: []string{"ctrl+z"}, Short: "suspend", Long: "Suspend to the shell; fg resumes", Why: a.noSuspend(),
			Run: func() tea.Cmd { a.suspend(); return nil }},
		{Name: "quit", Keys: []string{"q", "ctrl+c"}, Short: "quit", Footer: true,
			Long: "Quit; asks first when something would be lost", Run: a.quit},
	}
}

// anywhere are the frame's actions on keys that are no text: they also act where text is taken.
func (a *App) anywhere() []Action {
	var out []Action
	for _, action := range a.Actions() {
		if inText[action.Name] != "" {
			action.Keys, action.Name = slices.DeleteFunc(slices.Clone(action.Bound()), func(key string) bool { return !noText(key) }), ""
			out = append(out, action)
		}
	}
	return out
}

func (a *App) noSuspend() string {
	if a.suspend == nil || !canSuspend {
		return "this system cannot stop a program and go on with it"
	}
	return ""
}

func (a *App) quit() tea.Cmd {
	for _, v := range a.held() {
		if d, ok := v.(Drafter); ok && losing(v) != "" && a.loses() == losing(v) {
			if keep := d.Draft(); keep != nil {
				return Open(quitDialog(losing(v), keep))
			}
		}
	}
	return a.unlessLost("quit", a.loses, func() tea.Cmd { return tea.Quit })
}

// quitDialog asks before the program ends with something that can be kept.
func quitDialog(lost string, keep tea.Cmd) *Dialog {
	d := lossDialog(lost, "quit", func() tea.Cmd { return tea.Quit })
	d.Choices = slices.Insert(d.Choices, 1, Choice{Label: "Keep a draft and quit",
		Run: func() tea.Cmd { return tea.Sequence(keep, tea.Quit) }})
	return d
}

// held are all pages that hold something: those of the stack, and those that can be gone to.
func (a *App) held() []View { return slices.Concat(a.stack, a.trail.pages(a.stack)) }

// loses is what any page would lose.
func (a *App) loses() string {
	for _, v := range a.held() {
		if lost := losing(v); lost != "" {
			return lost
		}
	}
	return ""
}

// unlessLost does something at once when nothing would be lost by it, and asks otherwise. When the answer
// comes, it may be something else that would be lost: then it asks again.
func (a *App) unlessLost(act string, lost func() string, do func() tea.Cmd) tea.Cmd {
	asked := lost()
	if asked == "" {
		return do()
	}
	return Open(a.leaveDialog(asked, act, func() tea.Cmd {
		if now := lost(); now != "" && now != asked {
			return a.unlessLost(act, lost, do)
		}
		return do()
	}))
}

func losing(v View) string {
	if l, ok := v.(Dirty); ok {
		return l.Unsaved()
	}
	return ""
}

// leaveDialog asks before something is lost, or says what goes on: that is what somebody wants to know who leaves a page whose work
// is under way, whatever a page below it would lose as well.
func (a *App) leaveDialog(lost, act string, do func() tea.Cmd) *Dialog {
	for _, v := range slices.Backward(a.stack) {
		if o, ok := v.(Ongoing); ok && o.Ongoing(act == "quit") != "" {
			d := &Dialog{Title: "Leave while this is under way?", Choices: []Choice{{Label: Cancel}, {Label: upperFirst(act), Run: do}}}
			for _, text := range Wrap(o.Ongoing(act == "quit"), ongoingWidth) {
				d.Lines = append(d.Lines, Text(Plain, text))
			}
			return d
		}
	}
	return lossDialog(lost, act, do)
}

// ongoingWidth is the room of a dialog.
const ongoingWidth = 66

func lossDialog(lost, act string, do func() tea.Cmd) *Dialog {
	return &Dialog{Title: "Leave " + lost + "?", Lines: []Line{Text(Plain, fmt.Sprintf("If you %s now, %s is lost.", act, lost))},
		Choices: []Choice{{Label: Cancel}, {Label: upperFirst(act), Run: do}}}
}

func (a *App) openHelp() tea.Cmd {
	help := NewHelp(a.top().Title(), a.top().Actions(), a.Actions()).With(a.opts.Pages)
	if a.capturing() {
		help.whileTyping()
	}
	return Push(help)
}
