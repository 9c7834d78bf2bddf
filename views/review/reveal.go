package review

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
	shown   func()       // called when the key is seen or copied for the first time; nil for nothing
	offers  []tui.Action // what else can be done with the key while it can be seen
	visible bool
	taken   bool // it was shown or copied at least once
	kept    bool
	md5     bool // an MD5 key, which can be read as long as its object is there
}

// NewKeep makes the page of an MD5 key that a change is about to take away.
func NewKeep(key api.Secret) *Reveal { return &Reveal{secret: key, forget: func() {}, md5: true} }

// NewReveal makes the page; forget is called when the user has said that the key is kept.
func NewReveal(secret api.Secret, forget func()) *Reveal {
	return &Reveal{secret: secret, forget: forget}
}

// Title implements tui.View.
func (r *Reveal) Title() string {
	if r.md5 {
		return "MD5 key"
	}
	return "Pre-shared key"
}

// Init implements tui.View.
func (r *Reveal) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (r *Reveal) Update(tea.Msg) tea.Cmd { return nil }

// Unsaved implements tui.Dirty.
func (r *Reveal) Unsaved() string {
	if r.kept || r.md5 {
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
			Run: func() tea.Cmd { r.visible = !r.visible; r.take(); return nil }},
		{Name: "copy", Keys: []string{"y"}, Short: "copy", Footer: true,
			Long: "Copy the key to the terminal's clipboard; tmux and the terminal may keep it", Secret: true,
			Run: func() tea.Cmd {
				r.take()
				return tea.Batch(tea.SetClipboard(r.secret.Reveal()), tui.Toast(tui.Pending,
					"Sent to the terminal's clipboard (OSC 52); tmux and clipboard managers may keep it"))
			}},
		{Name: "kept", Keys: []string{"K"}, Short: "saved, close", Footer: true, Why: why, Long: "Close; flarewire forgets the key for good",
			Run: r.close},
	}
	return append(own, r.offers...)
}

func (r *Reveal) take() {
	if !r.taken && r.shown != nil {
		r.shown()
	}
	r.taken = true
}

func (r *Reveal) close() tea.Cmd {
	r.kept = true
	r.forget()
	r.secret, r.offers = api.Secret{}, nil
	return tui.Pop()
}

// Draw implements tui.View.
func (r *Reveal) Draw(c tui.Canvas) []string {
	p := newPage(c)
	p.Blank()
	if r.md5 {
		p.Text(tui.Strong, "The BGP session's MD5 key is deleted with the object. Store it with your secrets: the journal does not keep it.")
		p.Blank()
		p.key("MD5 key", r.secret, r.visible)
		return p.Lines()
	}
	p.Text(tui.Strong, "This key is shown only here and only now. Cloudflare does not show it again, and flarewire stores it nowhere.")
	p.Blank()
	p.key("Pre-shared key", r.secret, r.visible)
	p.Blank()
	p.Text(tui.Pending, "The tunnel uses this key from now on: until your router has it too, the tunnel is down.")
	for _, a := range r.offers {
		p.Blank()
		p.Offer(a)
	}
	return p.Lines()
}

// key is the line of a key, hidden or not.
func (p *page) key(label string, secret api.Secret, visible bool) {
	key := strings.Repeat("•", 16) + "  (" + tui.KeyOf("reveal", "v") + " shows it)"
	if visible {
		key = secret.Reveal()
	}
	p.Add(tui.Line{{Text: "   " + label + "   ", Role: tui.Muted},
		{Text: tui.Clean(key), Role: tui.Accent}}.Paint(p.Canvas.Theme, p.Canvas.Width))
}
