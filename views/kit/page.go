package kit

import (
	"flarewire/api"
	"flarewire/tui"
)

// Page collects the lines of a page that is made of paragraphs.
type Page struct{ inner page }

// NewPage makes an empty page for a canvas.
func NewPage(c tui.Canvas) *Page { return &Page{page{c: c}} }

// Blank adds an empty line.
func (p *Page) Blank() { p.inner.blank() }

// Heading adds a title.
func (p *Page) Heading(text string) { p.inner.heading(text) }

// Text adds a paragraph, wrapped.
func (p *Page) Text(role tui.Role, text string) { p.inner.text(role, text) }

// Line adds one line of spans; what does not fit is cut.
func (p *Page) Line(line tui.Line) {
	p.inner.lines = append(p.inner.lines, line.Paint(p.inner.c.Theme, p.inner.c.Width))
}

// Request adds a request exactly as it is sent.
func (p *Page) Request(r api.Request) { p.inner.request(r) }

// Lines are all lines so far.
func (p *Page) Lines() []string { return p.inner.lines }
