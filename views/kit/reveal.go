package kit

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
)

// Reveal shows a pre-shared key, which exists nowhere else any more: hidden until a key reveals it, and
// dropped when the page closes.
type Reveal struct {
	secret  api.Secret
	forget  func()
	offers  []tui.Action // what else can be done with the key while it can be seen
	visible bool
	taken   bool // it was shown or copied at least once
	kept    bool
}

// NewReveal makes the page; forget is called when the user has said that the key is kept.
func NewReveal(secret api.Secret, forget func()) *Reveal {
	return &Reveal{secret: secret, forget: forget}
}

// Title implements tui.View.
func (r *Reveal) Title() string { return "Pre-shared key" }

// Init implements tui.View.
func (r *Reveal) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (r *Reveal) Update(tea.Msg) tea.Cmd { return nil }

// Losing implements tui.Loser.
func (r *Reveal) Losing() string {
	if r.kept {
		return ""
	}
	return "the pre-shared key, which cannot be shown again"
}

// Actions implements tui.View.
func (r *Reveal) Actions() []tui.Action {
	label := "show"
	if r.visible {
		label = "hide"
	}
	why := ""
	if !r.taken {
		// k moves everywhere else, and a key that nobody has seen must not be forgotten by a slip.
		why = "show or copy the key first"
	}
	own := []tui.Action{
		{Name: "reveal", Keys: []string{"v"}, Short: label, Footer: true, Long: "Show the key, or hide it again", Secret: !r.visible,
			Run: func() tea.Cmd { r.visible, r.taken = !r.visible, true; return nil }},
		{Name: "copy", Keys: []string{"y"}, Short: "copy", Footer: true,
			Long: "Send the key to the terminal's clipboard; tmux and the terminal may keep it", Secret: true,
			Run: func() tea.Cmd {
				r.taken = true
				return tea.Batch(tea.SetClipboard(r.secret.Reveal()), tui.Toast(tui.Pending,
					"Sent to the terminal's clipboard (OSC 52); tmux and clipboard managers may keep it"))
			}},
		{Name: "kept", Keys: []string{"K"}, Short: "I have kept it", Footer: true, Why: why, Long: "Close: the key is forgotten here for good",
			Run: r.close},
	}
	return append(own, r.offers...)
}

func (r *Reveal) close() tea.Cmd {
	r.kept = true
	r.forget()
	r.secret, r.offers = api.Secret{}, nil
	return tui.Pop()
}

// Draw implements tui.View.
func (r *Reveal) Draw(c tui.Canvas) []string {
	p := &page{c: c}
	p.blank()
	p.text(tui.Strong, "This key is shown only here and only now. Cloudflare does not show it again, and flarewire stores it nowhere.")
	p.blank()
	key := strings.Repeat("•", 16) + "  (v shows it)"
	if r.visible {
		key = r.secret.Reveal()
	}
	p.lines = append(p.lines, tui.Line{{Text: "   Pre-shared key   ", Role: tui.Muted},
		{Text: tui.Clean(key), Role: tui.Accent}}.Paint(c.Theme, c.Width))
	p.blank()
	p.text(tui.Pending, "The tunnel uses this key from now on: until your router has it too, the tunnel is down.")
	for _, a := range r.offers {
		p.blank()
		p.offer(a)
	}
	return p.lines
}
