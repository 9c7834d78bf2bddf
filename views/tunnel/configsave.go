package tunnel

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/routerconfig"
	"flarewire/internal/statefile"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// saver writes what a page has to files that the user names.
type saver struct{ saving bool }

// savedMsg says what became of writing to a path.
type savedMsg struct {
	saver  *saver
	path   string
	config routerconfig.Config
	names  []string
	err    error
}

// pathField is the key of the form's only field.
const pathField = "path"

// askWhere opens the form with the path; title says what is written.
func (r *saver) askWhere(title string, config routerconfig.Config) tea.Cmd {
	label, help, name := "File", "A new file "+statefile.OwnerOnlyText, config.Files[0].Name
	if len(config.Files) > 1 {
		label, help = "Folder", "A folder for the files, one "+statefile.OwnerOnlyText
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return tui.Push(form.New(form.Options{Title: title, Verb: "write", Values: form.Values{pathField: name},
		Sections: []form.Section{{Fields: []form.Field{{Key: pathField, Label: label, Help: help, Check: checkPath}}}},
		Submit:   func(v form.Values) tea.Cmd { return r.saveOnce(kit.InHome(v[pathField]), config) }}))
}

func checkPath(path string, _ form.Values) form.Finding {
	if strings.TrimSpace(path) == "" {
		return form.Finding{Level: form.Incomplete, Text: "Enter a file name, such as router.txt"}
	}
	return form.Finding{}
}

// saveOnce writes unless that is under way: a second press would find the file that the first has written.
func (r *saver) saveOnce(path string, config routerconfig.Config) tea.Cmd {
	if r.saving {
		return tui.Toast(tui.Muted, "The file is being written")
	}
	r.saving = true
	return r.save(path, config, false)
}

// save writes in the background.
func (r *saver) save(path string, config routerconfig.Config, overwrite bool) tea.Cmd {
	return func() tea.Msg {
		names, err := routerconfig.Save(path, config, overwrite)
		return savedMsg{r, path, config, names, err}
	}
}

// saved says what became of it; what was there already is replaced only when the user says so.
func (r *saver) saved(m savedMsg) tea.Cmd {
	r.saving = false
	switch {
	case errors.Is(m.err, fs.ErrExist):
		return tui.Open(&tui.Dialog{Title: "Replace the file?", Lines: []tui.Line{
			tui.Text(tui.Plain, tui.Clean(m.path)+" already exists, or contains a file of the same name. Its contents will be lost.")},
			Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Replace", Key: "r", Run: func() tea.Cmd { return r.save(m.path, m.config, true) }}}})
	case m.err != nil:
		return func() tea.Msg { return form.RefusedMsg{Fields: form.Values{pathField: kit.ErrorText(m.err)}} }
	}
	return tea.Batch(func() tea.Msg { return form.DoneMsg{} }, tui.Pop(), tui.Toast(tui.Good, "Written: "+whole(m.path, m.names)))
}

// whole is the full path of what was written: of the file, or of the folder with the names of its files.
func whole(path string, names []string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if len(names) < 2 {
		return tui.Clean(path)
	}
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = filepath.Base(name)
	}
	return tui.Clean(path) + " (" + strings.Join(short, ", ") + ")"
}
