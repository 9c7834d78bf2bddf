package interconnect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/statefile"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/review"
)

// letterAction fetches the letter of authorization. It changes nothing on the account, so it works
// read-only too.
func (m *Module) letterAction(p port) tui.Action {
	why := ""
	if p.Partner() {
		why = "a partner's circuit has no cable of yours, so there is no letter of authorization"
	}
	return tui.Action{Name: "letter", Keys: []string{"L"}, Short: "LOA", Footer: true, Why: why,
		Long: "Save the letter of authorization (LOA) as a PDF; the data center needs it to connect the cable",
		Run:  func() tea.Cmd { return m.askPath(p.Name) }}
}

// askPath asks where the letter is to be saved.
func (m *Module) askPath(name string) tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "Letter of authorization", Verb: "save",
		Values: form.Values{"path": "loa-" + safeName(name) + ".pdf"},
		Sections: []form.Section{{Fields: []form.Field{
			{Key: "path", Label: "Save to", Help: "A file that is not there yet; ~/ is your home folder", Check: checkPath, Explain: liveFolder},
		}}},
		Submit: func(v form.Values) tea.Cmd {
			path, err := expand(v["path"])
			if err != nil {
				return tui.Toast(tui.Bad, err.Error())
			}
			return tui.Push(review.NewOpening(m.env, "Save", func(ctx context.Context) (tui.View, error) { return m.fetchLetter(ctx, name, path) }))
		}}))
}

// safeName keeps of a name what no file system minds: a name comes from the server.
func safeName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

func checkPath(v string, _ form.Values) form.Finding {
	if strings.TrimSpace(v) == "" || strings.HasSuffix(v, string(filepath.Separator)) {
		return form.Finding{Level: form.Incomplete, Text: "Enter a file name, such as letter.pdf"}
	}
	return form.Finding{}
}

// liveFolder says where the file will be.
func liveFolder(v form.Values) string {
	path, err := expand(v["path"])
	if err != nil {
		return ""
	}
	return "in " + filepath.Dir(path)
}

// expand makes a typed path absolute.
func expand(path string) (string, error) {
	path = strings.TrimSpace(path)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("your home folder is not known (%w): type the whole path", err)
		}
		path = filepath.Join(home, rest)
	}
	return filepath.Abs(path)
}

// fetchLetter gets the letter, which package api has checked to be a PDF, and saves it.
func (m *Module) fetchLetter(ctx context.Context, name, path string) (tui.View, error) {
	pdf, err := m.env.Account.LetterOfAuthorization(ctx, name)
	if err != nil {
		return nil, err
	}
	page := &loa{name: name, path: path, pdf: pdf}
	page.err = save(path, pdf, false)
	return page, nil
}

// save writes a file that only the user can read. What is there is replaced only when that was asked
// for, and then as a whole or not at all.
func save(path string, data []byte, overwrite bool) error {
	if !overwrite {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return fill(f, data)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".loa-*") // 0600 by definition
	if err != nil {
		return err
	}
	if err := fill(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// fill writes and closes a new file; one that could not be filled is removed.
func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// loa is the page that says where the letter is, or why it is not there.
type loa struct {
	name, path string
	pdf        []byte
	err        error
}

type savedMsg struct {
	page *loa
	err  error
}

// Title implements tui.View.
func (l *loa) Title() string { return "Letter of " + l.name }

// Init implements tui.View.
func (l *loa) Init() tea.Cmd { return l.settle(l.err) }

// settle tells the form below that nothing is lost any more by leaving it.
func (l *loa) settle(err error) tea.Cmd {
	if l.err = err; err != nil {
		return nil
	}
	return func() tea.Msg { return form.DoneMsg{} }
}

// Update implements tui.View.
func (l *loa) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(savedMsg); ok && m.page == l {
		return l.settle(m.err)
	}
	return nil
}

// Actions implements tui.View.
func (l *loa) Actions() []tui.Action {
	if l.err == nil {
		return []tui.Action{{Name: "close", Keys: []string{"enter"}, Short: "close", Footer: true, Long: "Return to the port",
			Run: func() tea.Cmd { return tui.PopN(2) }}}
	}
	replace := tui.Action{Name: "replace", Keys: []string{"o"}, Short: "overwrite", Footer: true, Long: "Overwrite the existing file",
		Run: l.askReplace}
	if !errors.Is(l.err, fs.ErrExist) {
		replace.Why = "the file is not what is in the way"
	}
	return []tui.Action{replace}
}

func (l *loa) askReplace() tea.Cmd {
	return tui.Open(&tui.Dialog{Title: "Replace the file?", Lines: []tui.Line{tui.Text(tui.Plain, tui.Clean(l.path)),
		tui.Text(tui.Pending, "What is in it now is lost.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Replace", Key: "r", Run: func() tea.Cmd {
			return func() tea.Msg { return savedMsg{l, save(l.path, l.pdf, true)} }
		}}}})
}

// Draw implements tui.View.
func (l *loa) Draw(c tui.Canvas) []string {
	lines := []string{""}
	text := func(role tui.Role, text string) {
		for _, line := range tui.Wrap(tui.Clean(text), c.Width-4) {
			lines = append(lines, "   "+c.Theme.Paint(role, line))
		}
	}
	switch {
	case l.err == nil:
		text(tui.Good, fmt.Sprintf("The letter of authorization of %s is saved: %d bytes.", l.name, len(l.pdf)))
		text(tui.Strong, l.path)
		text(tui.Muted, "It is a file "+statefile.OwnerOnlyText+". Give it to the data center, which connects the cable with it.")
	case errors.Is(l.err, fs.ErrExist):
		text(tui.Pending, "There is a file of this name already. Nothing was written.")
		text(tui.Strong, l.path)
		text(tui.Muted, "esc goes back to another name, "+tui.KeyOf("replace", "o")+" replaces the file.")
	default:
		text(tui.Bad, "The letter could not be saved: "+l.err.Error())
		text(tui.Muted, "esc goes back to another name.")
	}
	return lines
}
