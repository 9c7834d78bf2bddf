package kit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/bundle"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
)

// bundlePath is the key of the form's only field.
const bundlePath = "path"

// BundleAction writes a support bundle; with the names of tunnels it holds a day of their analytics, without
// those of the worst ones.
func BundleAction(env *Env, tunnels ...string) tui.Action {
	return tui.Action{Name: "support-bundle", Keys: []string{"B"}, Short: "support bundle",
		Long: "Write a support bundle: what is known about the account, without secrets",
		Why:  env.underWay(),
		Run:  func() tea.Cmd { return askBundle(env, tunnels) }}
}

// bundling is the page of a bundle on its way to a file; the form stands there before it.
type bundling struct {
	env       *Env
	tunnels   []string
	form      *form.Form
	path      string
	overwrite bool
	began     time.Time
	progress  atomic.Pointer[store.Progress]
	told      bool // the page was there to say what became of it
}

type (
	// bundledMsg says what became of it.
	bundledMsg struct {
		saving   *bundling
		path     string
		contents bundle.Contents
		err      error
	}
	// bundleOverMsg comes after it, when the page has had its chance to say so.
	bundleOverMsg struct{ bundledMsg }
)

// askBundle opens the form with the path.
func askBundle(env *Env, tunnels []string) tea.Cmd {
	b := &bundling{env: env, tunnels: tunnels}
	b.form = form.New(form.Options{Title: "Support bundle", Verb: "write", Values: form.Values{bundlePath: bundle.Name(env.Now())},
		Sections: []form.Section{{Fields: []form.Field{{Key: bundlePath, Label: "File",
			Help: "A new file " + statefile.OwnerOnlyText + "; it is sent to nobody",
			Check: func(path string, _ form.Values) form.Finding {
				if strings.TrimSpace(path) == "" {
					return form.Finding{Level: form.Incomplete, Text: "Enter a file name"}
				}
				return form.Finding{}
			}}}}},
		Submit: func(v form.Values) tea.Cmd { return b.begin(InHome(strings.TrimSpace(v[bundlePath])), false) }})
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

// begin puts the page in the place of the form.
func (b *bundling) begin(path string, overwrite bool) tea.Cmd {
	b.path, b.overwrite, b.told = path, overwrite, false
	b.progress.Store(nil)
	return tui.Replace(b.form, b)
}

// underWay is why no other bundle can be asked for: what reads everything is not done twice at a time; "" when none is.
func (e *Env) underWay() string {
	if e.bundling == nil {
		return ""
	}
	return "the support bundle " + tui.Clean(e.bundling.path) + " is still being written"
}

// Title implements tui.View.
func (b *bundling) Title() string { return "Support bundle" }

// Init implements tui.View: it gathers and writes in the background. A name that is taken is said before anything is read.
func (b *bundling) Init() tea.Cmd {
	env, path, overwrite := b.env, b.path, b.overwrite
	env.bundling, b.began = b, env.Now()
	known := env.Feed.Insights()
	return func() tea.Msg {
		if err := bundle.Free(path, overwrite); err != nil {
			return bundledMsg{saving: b, path: path, err: err}
		}
		c := env.Feed.Bundle(env.Ctx, env.Account, known, func(p store.Progress) { b.progress.Store(&p) }, b.tunnels...)
		if err := env.Ctx.Err(); err != nil { // the program ends: half a bundle would look like a whole one
			return bundledMsg{saving: b, path: path, err: err}
		}
		c.Version, c.Hide = env.Version, env.Hide
		for _, r := range slices.Backward(env.Requests.Entries()) {
			c.Requests = append(c.Requests, r.Exchange)
		}
		return bundledMsg{b, path, c, bundle.Save(path, c, overwrite)}
	}
}

// Update implements tui.View. It comes only as long as the page was not left.
func (b *bundling) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(bundledMsg)
	if !ok || m.saving != b {
		return nil
	}
	b.told = true
	if m.err == nil {
		return tui.Replace(b, &bundled{whole(m.path), m.contents})
	}
	back := tui.Replace(b, b.form)
	if !errors.Is(m.err, fs.ErrExist) {
		return tea.Batch(back, b.form.Update(form.RefusedMsg{Fields: form.Values{bundlePath: ErrorText(m.err)}}))
	}
	// What was there already is replaced only when the user says so.
	return tea.Batch(back, tui.Open(&tui.Dialog{Title: "Replace the file?", Lines: []tui.Line{
		tui.Text(tui.Plain, tui.Clean(m.path)+" already exists. Its contents will be lost.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Replace", Key: "r", Run: func() tea.Cmd { return b.begin(m.path, true) }}}}))
}

// Actions implements tui.View.
func (b *bundling) Actions() []tui.Action { return nil }

// Waiting implements tui.Waiter.
func (b *bundling) Waiting() bool { return true }

// Draw implements tui.View.
func (b *bundling) Draw(c tui.Canvas) []string {
	page := NewPage(c)
	page.Blank()
	text := "Reading everything once"
	if age := tui.AgeSince(b.began, c.Now); age != "now" {
		text += ", for " + age + " so far"
	}
	page.Text(tui.Pending, text+"… Then it is written to "+tui.Clean(b.path)+".")
	if text := b.far(c.Now); text != "" {
		page.Text(tui.Pending, text)
	}
	page.Text(tui.Muted, "Leaving this page does not stop it; a message will say where it was written.")
	return page.Lines()
}

// far is how far the reading is where that takes long, and what it waits for; "" when there is nothing to say.
func (b *bundling) far(now time.Time) string {
	p := b.progress.Load()
	if p == nil {
		return ""
	}
	text := ""
	if p.All > 0 {
		text = fmt.Sprintf("%d of %d details are read.", p.Read, p.All)
	}
	if p.Until.After(now) {
		text = strings.TrimSpace(text + " " + PauseText(api.Wait{Until: p.Until}, now))
	}
	return text
}

// bundles follows the bundle that is under way: when its page was left, a line says what became of it.
func (e *Env) bundles(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case bundledMsg:
		e.bundling = nil
		return func() tea.Msg { return bundleOverMsg{m} }
	case bundleOverMsg:
		switch {
		case m.saving.told:
		case m.err != nil:
			return tui.Toast(tui.Bad, "The support bundle was not written: "+ErrorText(m.err))
		default:
			return tui.Toast(tui.Good, "The support bundle is written: "+whole(m.path))
		}
	}
	return nil
}

// whole is a path from the root, to be found again.
func whole(path string) string {
	if where, err := filepath.Abs(path); err == nil {
		return where
	}
	return path
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
	return []tui.Action{{Name: "copy", Keys: []string{"y"}, Short: "copy the path", Footer: true,
		Long: "Copy the path to the terminal's clipboard",
		Run: func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(p.path), tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52)"))
		}}}
}

// Draw implements tui.View.
func (p *bundled) Draw(c tui.Canvas) []string {
	page := NewPage(c)
	page.Blank()
	page.Text(tui.Good, "Written: "+tui.Clean(p.path))
	page.Text(tui.Plain, p.contents.Holds())
	page.Blank()
	for _, gap := range p.contents.Gaps() {
		page.Text(tui.Bad, tui.Clean(gap.String()))
		page.Blank()
	}
	for _, text := range []string{bundle.NotInIt, bundle.StillIn, bundle.WhoHas} {
		page.Text(tui.Plain, text)
		page.Blank()
	}
	return page.Lines()
}

// PauseText says what a request that was not sent yet waits for, and for how long.
func PauseText(wait api.Wait, now time.Time) string {
	why := "flarewire's own API rate budget is used up"
	if wait.Server {
		why = "Cloudflare asked for a pause"
	}
	return fmt.Sprintf("Waiting: %s, next request in %d s.", why, max(int(wait.Until.Sub(now).Seconds()+0.5), 1))
}
