// Package resource is the list and the detail page of every resource, driven by a description of it.
// A resource brings what is its own (columns, sections, actions); everything that all of them share
// is here, so that knowing one page is knowing all.
package resource

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// Description says what is particular to one kind of resource.
type Description[T any] struct {
	Plural  string // the list's title: "Tunnels"
	ID      func(T) string
	Name    func(T) string // the detail page's title
	Columns []table.Column[T]
	SortBy  string // key of the column that orders the list at first
	Reverse bool
	// Summary is the line above the list; nil gives the plain count.
	Summary func([]T) tui.Line
	// Sections are the detail page, most important first. It is drawn in one or two columns.
	Sections func(row T, now time.Time) []Section
	// Actions are what can be done with a row, in the list and on the detail page.
	Actions func(row T) []tui.Action
}

// Section is a titled part of a detail page.
type Section struct {
	Title  string
	Fields []Field
}

// Field is one line of a section.
type Field struct {
	Label string
	Value string
	Role  tui.Role
	// Note is shown behind the value, secondary.
	Note string
	// Prose marks a sentence: it is wrapped over the whole width and is not a value to copy.
	Prose bool
}

// Source is where pages get their rows from. The rows live outside of the pages, so that all pages
// show the same ones, and pages never fetch by themselves.
type Source[T any] struct {
	// Rows are the last good ones.
	Rows func() []T
	// Status is their freshness.
	Status func() tui.Status
	// Brings tells whether a message announces new rows or a new status.
	Brings func(tea.Msg) bool
	// Refresh asks for new rows now.
	Refresh func() tea.Cmd
	// Want is run when a page that shows the rows is opened; nil when they are fetched anyhow.
	Want func() tea.Cmd
}

func refreshAction(refresh func() tea.Cmd) tui.Action {
	return tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true,
		Long: "Fetch now instead of waiting for the next round", Run: refresh}
}

func (s Source[T]) want() tea.Cmd {
	if s.Want == nil {
		return nil
	}
	return s.Want()
}

func copied(text string) tea.Cmd {
	// OSC 52 has no answer, so success cannot be claimed.
	return tea.Batch(tea.SetClipboard(text), tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52): "+text))
}
