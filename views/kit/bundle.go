package kit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/bundle"
	"flarewire/tui"
	"flarewire/tui/form"
)

// bundlePath is the key of the form's only field.
const bundlePath = "path"

// BundleAction writes a support bundle; with the names of tunnels it holds a day of their analytics, without
// those of the worst ones.
func BundleAction(env *Env, tunnels ...string) tui.Action {
	return tui.Action{Name: "support-bundle", Keys: []string{"B"}, Short: "support bundle",
		Long: "Write what is known into one file for a support ticket, without secrets",
		Run:  func() tea.Cmd { return askBundle(env, tunnels) }}
}

// bundling is a bundle on its way to a file.
type bundling struct {
	env     *Env
	tunnels []string
	form    *form.Form
	under   bool // way
}

// bundledMsg says what became of it.
type bundledMsg struct {
	saving   *bundling
	path     string
	contents bundle.Contents
	err      error
}

// askBundle opens the form with the path.
func askBundle(env *Env, tunnels []string) tea.Cmd {
	b := &bundling{env: env, tunnels: tunnels}
	b.form = form.New(form.Options{Title: "Support bundle", Verb: "write", Values: form.Values{bundlePath: bundle.Name(env.Now())},
		Sections: []form.Section{{Fields: []form.Field{{Key: bundlePath, Label: "File", Help: "A new file that only you can read; it is sent to nobody",
			Check: func(path string, _ form.Values) form.Finding {
				if strings.TrimSpace(path) == "" {
					return form.Finding{Level: form.Partial, Text: "Enter where to write it"}
				}
				return form.Finding{}
			}}}}},
		Submit: func(v form.Values) tea.Cmd { return b.once(InHome(strings.TrimSpace(v[bundlePath]))) }})
	return tui.Push(b.form)
}

// InHome reads ~/ as a shell does.
func InHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// once writes unless that is under way: a second press would find the file that the first has written.
func (b *bundling) once(path string) tea.Cmd {
	if b.under {
		return tui.Toast(tui.Muted, "It is being written")
	}
	b.under = true
	return tea.Batch(b.write(path, false), tui.Toast(tui.Muted, "Reading everything once…"))
}

// write gathers and writes in the background. A name that is taken is said before anything is read.
func (b *bundling) write(path string, overwrite bool) tea.Cmd {
	env := b.env
	return func() tea.Msg {
		if err := bundle.Free(path, overwrite); err != nil {
			return bundledMsg{saving: b, path: path, err: err}
		}
		c := env.Feed.Bundle(env.Ctx, env.Account, b.tunnels...)
		c.Version, c.Hide = env.Version, env.Hide
		for _, r := range slices.Backward(env.Requests.Entries()) {
			c.Requests = append(c.Requests, r.Exchange)
		}
		return bundledMsg{b, path, c, bundle.Save(path, c, overwrite)}
	}
}

// done says what became of it; what was there already is replaced only when the user says so.
func (b *bundling) done(m bundledMsg) tea.Cmd {
	b.under = false
	switch {
	case errors.Is(m.err, fs.ErrExist):
		return tui.Open(&tui.Dialog{Title: "Replace what is there?", Lines: []tui.Line{
			tui.Text(tui.Plain, tui.Clean(m.path)+" is there already. What it holds is lost then.")},
			Choices: []tui.Choice{{Label: "leave it"}, {Label: "replace", Key: "r", Run: func() tea.Cmd { return b.write(m.path, true) }}}})
	case m.err != nil:
		return func() tea.Msg { return form.RefusedMsg{Fields: form.Values{bundlePath: Sentence(m.err)}} }
	}
	where, err := filepath.Abs(m.path)
	if err != nil {
		where = m.path
	}
	return tui.Replace(b.form, &bundled{where, m.contents})
}

// bundled says where a bundle is, what it holds, what is not known, and who has it.
type bundled struct {
	path     string
	contents bundle.Contents
}

// Title implements tui.View.
func (*bundled) Title() string { return "Support bundle" }

// Init implements tui.View.
func (*bundled) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (*bundled) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements tui.View.
func (p *bundled) Actions() []tui.Action {
	return []tui.Action{{Name: "copy", Keys: []string{"y"}, Short: "copy the path", Footer: true, Long: "Send the path to the terminal's clipboard",
		Run: func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(p.path), tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52)"))
		}}}
}

// Draw implements tui.View.
func (p *bundled) Draw(c tui.Canvas) []string {
	page := &page{c: c}
	page.blank()
	page.text(tui.Good, "Written: "+tui.Clean(p.path))
	page.text(tui.Plain, p.contents.Holds())
	page.blank()
	for _, gap := range p.contents.Gaps() {
		page.text(tui.Bad, tui.Clean(gap.String()))
		page.blank()
	}
	for _, text := range []string{bundle.NotInIt, bundle.StillIn, bundle.WhoHas} {
		page.text(tui.Plain, text)
		page.blank()
	}
	return page.lines
}
