package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// commandLine is the command line behind ":"; it jumps to destinations and runs actions by name.
type commandLine struct {
	open    bool
	input   textinput.Model
	entries []entry
	typed   string // by the user, without what tab filled in
	tabs    int    // how often tab was pressed since
}

// entry is one thing that the palette offers.
type entry struct {
	names []string
	help  string
	run   func() tea.Cmd
	// with runs it for what is typed behind its name; nil when it takes nothing.
	with func(text string) tea.Cmd
}

func (a *App) openPalette() tea.Cmd {
	a.palette = commandLine{open: true, input: NewInput(":"), entries: a.entries()}
	return a.palette.input.Focus()
}

// entries are all destinations, then the actions of the view and of the frame.
func (a *App) entries() []entry {
	var out []entry
	for _, d := range a.opts.Destinations {
		out = append(out, a.destination(d))
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name != "" && action.Name != "palette" {
			out = append(out, entry{[]string{action.Name}, action.Long, action.run, nil})
		}
	}
	return out
}

// destination is the entry of a destination.
func (a *App) destination(d Destination) entry {
	e := entry{names: d.Names, help: d.Help, run: func() tea.Cmd { return a.jump(d) }}
	if d.With != nil {
		e.with = func(text string) tea.Cmd {
			view, why := d.With(text)
			if view == nil {
				return Toast(Pending, why)
			}
			d.Open = func() View { return view }
			return a.jump(d)
		}
	}
	return e
}

// jump opens a destination on a fresh stack above the first page, so that "back" leads home and the
// stack does not grow with every jump.
func (a *App) jump(d Destination) tea.Cmd {
	lost := func() string {
		for _, v := range a.stack[1:] {
			if lost := losing(v); lost != "" {
				return lost
			}
		}
		return ""
	}
	return a.unlessLost("jump", lost, func() tea.Cmd { return a.leap(d) })
}

func (a *App) leap(d Destination) tea.Cmd {
	v := d.Open()
	if v.Title() == a.stack[0].Title() {
		a.stack = a.stack[:1]
		return nil
	}
	a.stack = append(a.stack[:1], v)
	return v.Init()
}

func (a *App) paletteKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		a.palette.open = false
		return nil
	case "backspace":
		if a.palette.input.Value() == "" {
			a.palette.open = false
			return nil
		}
	case "tab":
		a.palette.next()
		return nil
	case "enter":
		return a.runPalette()
	}
	return a.palette.update(msg)
}

func (a *App) runPalette() tea.Cmd {
	text := strings.TrimSpace(a.palette.input.Value())
	a.palette.open = false
	if text == "" {
		return nil
	}
	matches := a.palette.matches()
	if len(matches) == 0 {
		return Toast(Pending, "Nothing is called "+text+"; press : and tab to see what there is")
	}
	return matches[0].run()
}

func (p *commandLine) update(msg tea.Msg) (cmd tea.Cmd) {
	p.input, cmd = p.input.Update(msg)
	p.typed, p.tabs = p.input.Value(), 0
	return cmd
}

// next fills in the suggestion after the one that is filled in, for what was typed.
func (p *commandLine) next() {
	all := p.matchesFor(p.typed)
	if len(all) == 0 {
		return
	}
	p.input.SetValue(all[p.tabs%len(all)].names[0])
	p.input.CursorEnd()
	p.tabs++
}

// matches are the entries for what is typed: exact names first, then beginnings, then parts.
func (p *commandLine) matches() []entry { return p.matchesFor(p.input.Value()) }

func (p *commandLine) matchesFor(text string) []entry {
	text = strings.ToLower(strings.TrimSpace(text))
	if name, rest, ok := strings.Cut(text, " "); ok {
		for _, e := range p.entries {
			if e.with != nil && slices.Contains(e.names, name) {
				e.run = func() tea.Cmd { return e.with(strings.TrimSpace(rest)) }
				return []entry{e}
			}
		}
	}
	var exact, begin, part []entry
	for _, e := range p.entries {
		switch {
		case slices.Contains(e.names, text):
			exact = append(exact, e)
		case slices.ContainsFunc(e.names, func(n string) bool { return strings.HasPrefix(n, text) }):
			begin = append(begin, e)
		case slices.ContainsFunc(e.names, func(n string) bool { return strings.Contains(n, text) }):
			part = append(part, e)
		}
	}
	return slices.Concat(exact, begin, part)
}

// draw shows the input and, behind it, as many suggestions as fit.
func (p *commandLine) draw(c Canvas) string {
	line := Line{}
	all := p.matchesFor(p.typed)
	for i, e := range all {
		role := Muted
		if i == 0 {
			role = Accent
		}
		line = append(line, Span{"  " + e.names[0], role})
		if len(all) == 1 {
			line = append(line, Span{"  " + e.help, Muted})
		}
	}
	input := DrawInput(&p.input, min(24, c.Width/3))
	return input + line.Paint(c.Theme, max(0, c.Width-Width(input)-1))
}
