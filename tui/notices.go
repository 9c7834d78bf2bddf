package tui

import (
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
}

// noted keeps what was said.
func (a *App) noted(msg toastMsg) {
	a.notices = append(a.notices, notice{a.opts.Now(), msg.text, msg.role})
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
	lines = append(lines, c.Theme.Paint(Strong, " Said, the last first (UTC)"))
	if len(n.said) == 0 {
		lines = append(lines, c.Theme.Paint(Muted, "   nothing so far"))
	}
	for i := len(n.said) - 1; i >= 0; i-- {
		lead := "   " + n.said[i].at.UTC().Format("15:04:05") + "  "
		for _, text := range Wrap(n.said[i].text, c.Width-Width(lead)-1) {
			lines = append(lines, c.Theme.Paint(Muted, lead)+c.Theme.Paint(n.said[i].role, text))
			lead = Spaces(Width(lead))
		}
	}
	return n.scroll.Window(lines, c.Height)
}
