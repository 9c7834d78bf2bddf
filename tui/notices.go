package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// maxNotices is how many of the last notices are kept.
const maxNotices = 50

// notice is what was said in passing, and when.
type notice struct {
	at   time.Time
	text string
	role Role
	url  string // what the text ends in
}

// said is one of the toasts over the page, or one that waits for its turn.
type said struct {
	toastMsg
	id     int
	since  time.Time // when it came on the screen; zero: it waits
	answer bool      // to the key that was pressed last: the next key takes it away, and its answer takes its place
}

const (
	toastTime = 5 * time.Second
	// toastHolds is how long a key leaves what was said by itself: who types on has not read it yet.
	toastHolds = time.Second
)

// showToast says something in passing. What is said already stays until its time is over: what has no room beside it waits.
func (a *App) showToast(msg toastMsg) tea.Cmd {
	if a.lines != nil {
		a.lines.said = append(a.lines.said, msg.text)
		return nil
	}
	a.noted(msg)
	a.toasts = slices.DeleteFunc(a.toasts, func(s said) bool { return s.text == msg.text || a.answering && s.answer })
	a.toastID++
	one := said{toastMsg: msg, id: a.toastID, answer: a.answering}
	if one.answer {
		a.toasts = slices.Insert(a.toasts, 0, one)
	} else {
		a.toasts = append(a.toasts, one)
	}
	return a.speak()
}

// speak gives those of the toasts their time that have come on the screen.
func (a *App) speak() tea.Cmd {
	var cmds []tea.Cmd
	for i := range a.spoken() {
		if t := &a.toasts[i]; t.since.IsZero() {
			t.since = a.opts.Now()
			cmds = append(cmds, After(toastTime, toastGoneMsg{t.id}))
		}
	}
	return tea.Batch(cmds...)
}

// spoken is how many of the toasts are on the screen: as many as have room there whole, and one in any case. None is while the line above
// the keys is a prompt.
func (a *App) spoken() int {
	if _, prompts := a.top().(Prompter); a.palette.open || prompts && a.capturing() || a.width == 0 || a.hidden() {
		return 0
	}
	lines := 0
	for i, t := range a.toasts {
		if lines += len(Wrap(t.text, a.width-toastMargin)); lines > maxMessage && i > 0 {
			return i
		}
	}
	return len(a.toasts)
}

// toastMargin is the room at both ends of a line of a toast.
const toastMargin = 2

// toastGone ends a toast whose time is over. One that nobody could see meanwhile begins anew.
func (a *App) toastGone(id int) tea.Cmd {
	if i := slices.IndexFunc(a.toasts, func(s said) bool { return s.id == id }); i >= 0 {
		if i < a.spoken() {
			a.toasts = slices.Delete(a.toasts, i, i+1)
		} else {
			a.toasts[i].since = time.Time{}
		}
	}
	return a.speak()
}

// heard takes away what a key answers for: the answer to the key before, and what has stood long enough to have been read.
func (a *App) heard() {
	now, spoken := a.opts.Now(), a.spoken()
	kept := a.toasts[:0]
	for i, t := range a.toasts {
		if i >= spoken || !t.answer && now.Sub(t.since) < toastHolds {
			kept = append(kept, t)
		}
	}
	a.toasts = kept
}

// toastLines are the lines of what is said in passing, what was said last at their end.
func (a *App) toastLines(c Canvas) []string {
	var lines []string
	spoken := a.toasts[:a.spoken()]
	for i, t := range spoken {
		if i > 0 || !t.answer {
			most := maxMessage - (len(spoken) - 1)
			lines = append(lines, linked(c.Theme, apart(c, t.toastMsg, most), t.url)...)
		}
	}
	if len(spoken) > 0 && spoken[0].answer {
		lines = append(lines, linked(c.Theme, apart(c, spoken[0].toastMsg, maxMessage-len(lines)), spoken[0].url)...)
	}
	return lines
}

// noted keeps what was said.
func (a *App) noted(msg toastMsg) {
	a.notices = append(a.notices, notice{a.opts.Now(), msg.text, msg.role, msg.url})
	if len(a.notices) > maxNotices {
		a.notices = a.notices[len(a.notices)-maxNotices:]
	}
}

// notices is the page behind "!": what the message line says and said, whole, the last first.
type notices struct {
	scroll Scroll
	now    Status // of the page that it was opened from
	said   []notice
}

func newNotices(a *App) *notices {
	st, _ := a.status()
	return &notices{now: st, said: a.notices}
}

// Title implements View.
func (n *notices) Title() string { return "Notices" }

// Init implements View.
func (n *notices) Init() tea.Cmd { return nil }

// Update implements View.
func (n *notices) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements View.
func (n *notices) Actions() []Action {
	return append(n.scroll.Actions(),
		Action{Name: "close", Keys: []string{"q", "!", "enter"}, Short: "close", Long: "Close the notices", Footer: true, Run: Pop})
}

// Draw implements View.
func (n *notices) Draw(c Canvas) []string {
	var lines []string
	if n.now.Err != "" {
		lines = append(append(lines, c.Theme.Paint(Strong, " Now")), Paragraph(c, Bad, Clean(n.now.Trouble()))...)
	}
	if n.now.Note != "" {
		lines = append(append(lines, c.Theme.Paint(Strong, " Now")), Paragraph(c, Pending, Clean(n.now.Note))...)
	}
	lines = append(lines, c.Theme.Paint(Strong, " Notices, newest first (UTC)"))
	if len(n.said) == 0 {
		lines = append(lines, c.Theme.Paint(Muted, "   none so far"))
	}
	for i := len(n.said) - 1; i >= 0; i-- {
		lead := "   " + n.said[i].at.UTC().Format("15:04:05") + "  "
		said := n.said[i]
		if text, found := strings.CutSuffix(said.text, Clean(said.url)); said.url != "" && found &&
			Width(lead)+Width(said.text) >= c.Width {
			// An address stands whole, or at least without a blank in it: it is there to be copied.
			lines = append(lines, c.Theme.Paint(Muted, lead)+c.Theme.Paint(said.role, cutTo(strings.TrimSpace(text), c.Width-Width(lead)-1)))
			lines = append(lines, apart(c, toastMsg{text: said.text, role: said.role, url: said.url}, 0)...)
			continue
		}
		for _, text := range Wrap(said.text, c.Width-Width(lead)-1) {
			lines = append(lines, c.Theme.Paint(Muted, lead)+c.Theme.Paint(said.role, text))
			lead = Spaces(Width(lead))
		}
	}
	return n.scroll.Window(lines, c.Height)
}
