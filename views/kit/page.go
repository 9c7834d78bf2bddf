package kit

import (
	"bytes"
	"encoding/json"
	"strings"

	"flarewire/api"
	"flarewire/tui"
)

// Page collects the lines of a page that is made of paragraphs.
type Page struct {
	Canvas tui.Canvas
	lines  []string
}

// NewPage makes an empty page for a canvas.
func NewPage(c tui.Canvas) *Page { return &Page{Canvas: c} }

// Blank adds an empty line.
func (p *Page) Blank() { p.Add("") }

// Heading adds a title.
func (p *Page) Heading(text string) { p.Cut(tui.Strong, " "+text) }

// Text adds a paragraph, wrapped.
func (p *Page) Text(role tui.Role, text string) { p.Add(tui.Paragraph(p.Canvas, role, text)...) }

// Item adds a paragraph behind a sign; its lines begin below each other.
func (p *Page) Item(role tui.Role, sign, text string) {
	lead := "   " + sign + " "
	for _, l := range tui.Wrap(tui.Clean(text), p.Canvas.Width-1-len(lead)) {
		p.Add(p.Canvas.Theme.Paint(role, lead+l))
		lead = tui.Spaces(len(lead))
	}
}

// Cut adds one line of text; what does not fit is cut.
func (p *Page) Cut(role tui.Role, text string) { p.Line(tui.Text(role, tui.Clean(text))) }

// Line adds one line of spans; what does not fit is cut.
func (p *Page) Line(line tui.Line) { p.Add(line.Paint(p.Canvas.Theme, p.Canvas.Width)) }

// Add adds lines that are painted already.
func (p *Page) Add(lines ...string) { p.lines = append(p.lines, lines...) }

// Offer adds a line about what can be done next.
func (p *Page) Offer(a tui.Action) {
	if p.Canvas.InLines {
		p.Add(a.Name + ": " + a.Long)
		return
	}
	p.Line(tui.Line{{Text: "   " + a.KeyLabel() + " ", Role: tui.Accent}, {Text: a.Long, Role: tui.Strong}})
}

// Request adds a request exactly as it is sent.
func (p *Page) Request(r api.Request) {
	p.Text(tui.Muted, r.String())
	for line := range strings.SplitSeq(indented(r.Body()), "\n") {
		p.Cut(tui.Muted, "   "+line)
	}
}

// Lines are all lines so far.
func (p *Page) Lines() []string { return p.lines }

// indented is the body of a request over several lines.
func indented(body json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return ""
	}
	return out.String()
}
