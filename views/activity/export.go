package activity

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/journal"
	"flarewire/internal/statefile"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// pathField is the key of the form's only field, exportName its first value.
const (
	pathField  = "path"
	exportName = "flarewire-journal.json"
)

// askWhere opens the form with the path of the export.
func (m *Module) askWhere() tea.Cmd {
	help := "All entries as JSON, in a file " + statefile.OwnerOnlyText + "; flarewire journal prints the same"
	return tui.Push(form.New(form.Options{Title: "Export the journal", Verb: "write", Values: form.Values{pathField: exportName},
		Sections: []form.Section{{Fields: []form.Field{{Key: pathField, Label: "File", Help: help, Check: checkPath}}}},
		Submit:   func(v form.Values) tea.Cmd { return m.save(kit.InHome(v[pathField]), false) }}))
}

func checkPath(path string, _ form.Values) form.Finding {
	if strings.TrimSpace(path) == "" {
		return form.Finding{Level: form.Incomplete, Text: "Enter a file name, such as " + exportName}
	}
	return form.Finding{}
}

// exported is what became of an export.
type exported struct {
	path string
	n    int
	lost string // what of the journal could not be read
	err  error
}

// save reads the whole journal, also what the page has no room for, and writes it in the background.
func (m *Module) save(path string, overwrite bool) tea.Cmd {
	return func() tea.Msg {
		read, err := m.env.Journal.Read()
		if err == nil {
			err = journal.Save(path, read, overwrite)
		}
		return m.said(exported{path, len(read.Entries), read.Damage(), err})()
	}
}

// said says what became of it; what was there already is replaced only when the user says so.
func (m *Module) said(e exported) tea.Cmd {
	switch {
	case errors.Is(e.err, fs.ErrExist):
		return tui.Open(&tui.Dialog{Title: "Replace the file?", Lines: []tui.Line{tui.Text(tui.Plain,
			e.path+" already exists. Its contents will be lost.")},
			Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Replace", Key: "r", Run: func() tea.Cmd { return m.save(e.path, true) }}}})
	case e.err != nil:
		return func() tea.Msg { return form.RefusedMsg{Fields: form.Values{pathField: kit.ErrorText(e.err)}} }
	}
	role, text := tui.Good, fmt.Sprintf("Written: %s, %d entries", e.path, e.n)
	if e.lost != "" {
		role, text = tui.Pending, text+". "+e.lost
	}
	return tea.Batch(func() tea.Msg { return form.DoneMsg{} }, tui.Pop(), tui.Toast(role, text))
}
