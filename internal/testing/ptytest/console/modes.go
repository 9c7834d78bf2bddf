package console

import (
	"bytes"
	"slices"
	"strconv"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Mode names one thing about the terminal that a program changed and that would disturb the next one.
type Mode string

// The modes that have a name. Others appear as "private mode 1234" or "ANSI mode 4".
const (
	AltScreen          Mode = "alternate screen"
	HiddenCursor       Mode = "hidden cursor"
	CursorShape        Mode = "cursor shape"
	Mouse              Mode = "mouse"
	FocusReports       Mode = "focus reports"
	BracketedPaste     Mode = "bracketed paste"
	SynchronizedOutput Mode = "synchronized output"
	UnicodeCore        Mode = "unicode core"
	LightDarkReports   Mode = "light and dark reports"
	InBandResize       Mode = "in-band resize reports"
	KittyKeyboard      Mode = "kitty keyboard flags"
	ModifyOtherKeys    Mode = "modifyOtherKeys"
	CursorKeys         Mode = "application cursor keys"
	Keypad             Mode = "application keypad"
	AutoWrap           Mode = "no automatic wrap"
	OriginMode         Mode = "origin mode"
	SideMargins        Mode = "left and right margins"
	SGR                Mode = "SGR attributes"
	Hyperlink          Mode = "open hyperlink"
	CharacterSet       Mode = "character set"
	ScrollRegion       Mode = "scroll region"
	TabStops           Mode = "tab stops"
	ForegroundColor    Mode = "default foreground colour"
	BackgroundColor    Mode = "default background colour"
	CursorColor        Mode = "cursor colour"
	Palette            Mode = "colour palette"
	ProgressBar        Mode = "progress bar"
	Termios            Mode = "terminal attributes (termios)"
)

// privateModes names the DEC private modes; several numbers can be one thing to the user.
var privateModes = map[int]Mode{
	1: CursorKeys, 6: OriginMode, 7: AutoWrap, 9: Mouse, 25: HiddenCursor, 47: AltScreen, 66: Keypad, 69: SideMargins,
	1000: Mouse, 1001: Mouse, 1002: Mouse, 1003: Mouse, 1004: FocusReports, 1005: Mouse, 1006: Mouse,
	1015: Mouse, 1016: Mouse, 1047: AltScreen, 1049: AltScreen, 2004: BracketedPaste,
	2026: SynchronizedOutput, 2027: UnicodeCore, 2031: LightDarkReports, 2048: InBandResize,
}

// setByDefault are the DEC private modes that are on in a fresh terminal: automatic wrap, key repeat, cursor.
var setByDefault = map[int]bool{7: true, 8: true, 25: true}

// notAMode are numbers that act once instead of staying on (1048 saves the cursor) or that are the user's
// own setting (12, the cursor's blinking).
var notAMode = map[int]bool{12: true, 1048: true}

// modeTracker follows a program's output and knows what differs from a fresh terminal.
type modeTracker struct {
	parser  *ansi.Parser
	rows    int
	private map[int]bool // DEC private modes that differ from the default
	ansi    map[int]bool // ANSI modes that differ from the default
	other   map[Mode]bool
	pen     uv.Style
	// kitty holds the keyboard flags per screen (0 main, 1 alternate): each has a stack of its own, whose
	// lowest entry is the terminal's.
	kitty [2][]int
}

func newModeTracker(rows int) *modeTracker {
	t := &modeTracker{parser: ansi.NewParser(), rows: rows}
	t.reset()
	t.parser.SetHandler(ansi.Handler{
		HandleCsi: t.csi, HandleEsc: t.esc, HandleOsc: t.osc,
		Execute: func(b byte) {
			switch b {
			case ansi.SO:
				t.other[CharacterSet] = true
			case ansi.SI:
				delete(t.other, CharacterSet)
			}
		},
	})
	return t
}

func (t *modeTracker) reset() {
	t.private, t.ansi, t.other = map[int]bool{}, map[int]bool{}, map[Mode]bool{}
	t.pen, t.kitty = uv.Style{}, [2][]int{{0}, {0}}
}

func (t *modeTracker) write(output []byte) { t.parser.Parse(output) }

// resized: terminals give up the scroll region when their size changes.
func (t *modeTracker) resized(rows int) {
	t.rows = rows
	delete(t.other, ScrollRegion)
}

// isSet reports whether a DEC private mode is on that is off by default.
func (t *modeTracker) isSet(mode int) bool { return t.private[mode] }

// changed lists what differs from a fresh terminal, sorted, each once.
func (t *modeTracker) changed() []Mode {
	var modes []Mode
	for number := range t.private {
		name, known := privateModes[number]
		if !known {
			name = Mode("private mode " + strconv.Itoa(number))
		}
		modes = append(modes, name)
	}
	for number := range t.ansi {
		modes = append(modes, Mode("ANSI mode "+strconv.Itoa(number)))
	}
	for name := range t.other {
		modes = append(modes, name)
	}
	if !t.pen.IsZero() {
		modes = append(modes, SGR)
	}
	for _, flags := range t.kitty {
		if len(flags) > 1 || flags[0] != 0 {
			modes = append(modes, KittyKeyboard)
		}
	}
	slices.Sort(modes)
	return slices.Compact(modes)
}

func (t *modeTracker) csi(cmd ansi.Cmd, params ansi.Params) {
	switch {
	case cmd.Intermediate() == 0:
		t.plainCSI(cmd, params)
	case cmd.Intermediate() == ' ' && cmd.Final() == 'q':
		shape, _, _ := params.Param(0, 0)
		t.set(CursorShape, shape != 0)
	case cmd.Intermediate() == '!' && cmd.Final() == 'p':
		t.softReset()
	}
}

func (t *modeTracker) plainCSI(cmd ansi.Cmd, params ansi.Params) {
	switch prefix, final := cmd.Prefix(), cmd.Final(); {
	case final == 'h' || final == 'l':
		t.setModes(prefix, params, final == 'h')
	case final == 'u':
		t.kittyKeyboard(prefix, params)
	case prefix == 0 && final == 'm':
		uv.ReadStyle(params, &t.pen)
	case prefix == '>' && final == 'm':
		t.modifyOtherKeys(params)
	case prefix == 0 && final == 'r':
		t.scrollRegion(params)
	case prefix == 0 && final == 'g':
		t.other[TabStops] = true
	case prefix == '?' && final == 'W':
		if action, _, _ := params.Param(0, 0); action == 5 {
			delete(t.other, TabStops)
		}
	}
}

func (t *modeTracker) setModes(prefix byte, params ansi.Params, on bool) {
	for _, p := range params {
		number := p.Param(0)
		switch {
		case prefix == 0:
			change(t.ansi, number, on)
		case prefix != '?' || notAMode[number]:
		case privateModes[number] == AltScreen:
			// One screen, three numbers: any of them leaves it.
			for _, n := range []int{47, 1047, 1049} {
				delete(t.private, n)
			}
			change(t.private, number, on)
		default:
			change(t.private, number, on != setByDefault[number])
		}
	}
}

// kittyKeyboard: CSI > flags u pushes, CSI < n u pops, CSI = flags ; how u changes the top.
func (t *modeTracker) kittyKeyboard(prefix byte, params ansi.Params) {
	screen := 0
	if t.private[47] || t.private[1047] || t.private[1049] {
		screen = 1
	}
	stack := t.kitty[screen]
	switch prefix {
	case '>':
		flags, _, _ := params.Param(0, 0)
		stack = append(stack, flags)
	case '<':
		n, _, _ := params.Param(0, 1)
		stack = stack[:max(0, len(stack)-max(1, n))]
		if len(stack) == 0 {
			stack = []int{0}
		}
	case '=':
		setTop(stack, params)
	}
	t.kitty[screen] = stack
}

// setTop: how is 1 to replace the flags, 2 to add some, 3 to take some away.
func setTop(stack []int, params ansi.Params) {
	flags, _, _ := params.Param(0, 0)
	how, _, _ := params.Param(1, 1)
	top := &stack[len(stack)-1]
	switch how {
	case 2:
		*top |= flags
	case 3:
		*top &^= flags
	default:
		*top = flags
	}
}

// modifyOtherKeys: CSI > 4 ; n m sets, CSI > 4 m and CSI > 4 ; 0 m reset (XTMODKEYS, resource 4).
func (t *modeTracker) modifyOtherKeys(params ansi.Params) {
	if resource, _, _ := params.Param(0, 0); resource != 4 {
		return
	}
	value, _, _ := params.Param(1, 0)
	t.set(ModifyOtherKeys, value != 0)
}

func (t *modeTracker) scrollRegion(params ansi.Params) {
	top, _, _ := params.Param(0, 1)
	bottom, _, _ := params.Param(1, t.rows)
	t.set(ScrollRegion, top > 1 || (bottom > 0 && bottom < t.rows))
}

// softReset is DECSTR: it leaves the alternate screen, mouse, paste and keyboard modes as they are.
func (t *modeTracker) softReset() {
	for _, number := range []int{1, 6, 7, 25, 66, 69} {
		delete(t.private, number)
	}
	t.ansi, t.pen = map[int]bool{}, uv.Style{}
	for _, mode := range []Mode{ScrollRegion, CharacterSet} {
		delete(t.other, mode)
	}
}

func (t *modeTracker) esc(cmd ansi.Cmd) {
	switch cmd.Intermediate() {
	case 0:
		switch cmd.Final() {
		case 'c': // RIS, the full reset
			t.reset()
		case 'H': // HTS, a tab stop here
			t.other[TabStops] = true
		case '=':
			t.private[66] = true
		case '>':
			delete(t.private, 66)
		}
	case '(':
		t.set(CharacterSet, cmd.Final() != 'B')
	}
}

func (t *modeTracker) osc(cmd int, data []byte) {
	_, value, _ := bytes.Cut(data, []byte(";"))
	switch cmd {
	case 4:
		t.set(Palette, t.other[Palette] || !bytes.HasSuffix(value, []byte("?")))
	case 104:
		delete(t.other, Palette)
	case 8:
		_, uri, _ := bytes.Cut(value, []byte(";"))
		t.set(Hyperlink, len(uri) > 0)
	case 9:
		if bytes.HasPrefix(value, []byte("4;")) {
			t.set(ProgressBar, !bytes.HasPrefix(value, []byte("4;0")))
		}
	case 10, 11, 12:
		if !bytes.Equal(value, []byte("?")) {
			t.other[oscColors[cmd]] = true
		}
	case 110, 111, 112:
		delete(t.other, oscColors[cmd-100])
	}
}

// oscColors: each of the three is set by its number and reset by that plus 100.
var oscColors = map[int]Mode{10: ForegroundColor, 11: BackgroundColor, 12: CursorColor}

func (t *modeTracker) set(mode Mode, on bool) {
	if on {
		t.other[mode] = true
		return
	}
	delete(t.other, mode)
}

func change(modes map[int]bool, number int, differs bool) {
	if differs {
		modes[number] = true
		return
	}
	delete(modes, number)
}
