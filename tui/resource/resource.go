// Package resource is the list and the detail page of every resource, driven by a description of it.
// A resource brings what is its own (columns, sections, actions); everything that all of them share
// is here, so that knowing one page is knowing all.
package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// Description says what is particular to one kind of resource.
type Description[T any] struct {
	Plural string // the list's title: "Tunnels"
	// Counted is what its rows are called with their number, where the title is no plural: "events"; "" for the title.
	Counted string
	ID      func(T) string
	Name    func(T) string // the detail page's title, where Title gives none
	// Title is the detail page's title where the name alone says too little: a route is called like the prefix that it is of.
	Title func(T) string
	// JSON is the object as the server sent it, for copying; nil when there is none.
	JSON    func(T) []byte
	Columns []table.Column[T]
	SortBy  string // key of the column that orders the list at first
	Reverse bool
	// Newest keeps the cursor on the first row until it is moved, for lists whose newest row is on top.
	Newest bool
	// Gone is the sentence on the page of an object that is no longer among the rows; empty says that it is
	// no longer on the account.
	Gone string
	// None is the sentence for an empty list; empty gives one made from the plural.
	None string
	// Summary is the line above the list; nil gives the plain count.
	Summary func([]T) tui.Line
	// Sections are the detail page, most important first. It is drawn in one or two columns.
	Sections func(row T, now time.Time) []Section
	// Preview are the sections beside the list on a wide screen; nil for Sections. NoPreview: there are none.
	Preview   func(row T, now time.Time) []Section
	NoPreview bool
	// Around are sections of what is known around the object, most important first: they stand where a large screen has room below the
	// others, and are no part of the page elsewhere. Nil for none.
	Around func(row T, now time.Time) []Section
	// Problem reports whether a row is not as it should be; nil where nobody can say.
	Problem func(T) bool
	// Open is the page of a row where that is not the detail page made of Sections; nil for that one.
	Open func(T) tui.View
	// Create, Edit and Delete open what their keys n, e and D do; a nil one is not offered. NoWrites is
	// why none of them can be used now.
	Create func() tea.Cmd
	Edit   func(T) tea.Cmd
	Delete func(T) tea.Cmd
	// DeleteAll opens the deletion of several marked rows; nil when rows cannot be marked.
	DeleteAll func([]T) tea.Cmd
	// Many are further actions on marked rows; nil for none.
	Many     func([]T) []tui.Action
	NoWrites string
	// NoCreate and NoEdit are why that cannot be done with this resource at all: the key stays visible and
	// says so. A function that is nil without a reason is not offered.
	NoCreate, NoEdit string
	// NoEditOf is why this row cannot be changed, "" when it can; nil when all can.
	NoEditOf func(T) string
	// NoDelete is why this row cannot be deleted, "" when it can; nil when all can.
	NoDelete func(T) string
	// Scope is what the rows belong to, for the sentence that there are none; empty is "on this account".
	Scope string
	// Actions are what else can be done with a row, in the list and on the detail page.
	Actions func(row T) []tui.Action
}

// Always is a NoDelete for a resource of which no row can be deleted.
func Always[T any](why string) func(T) string { return func(T) string { return why } }

// Section is a titled part of a detail page.
type Section struct {
	Title  string
	Fields []Field
	// First: who hears the page line by line hears it before the others. It is what they came for.
	First bool
}

// Field is one line of a section.
type Field struct {
	Label string
	Value string
	Role  tui.Role
	// Note is shown behind the value, secondary.
	Note string
	// Open, when set, leads to the page of what the value names.
	Open func() tui.View
	// Prose marks a sentence: it is wrapped over the whole width and is not a value to copy.
	Prose bool
	// Graph, when set, draws the value in at most room cells, with a note that belongs to it; Value is then its
	// words, for the note and for copying.
	Graph func(room int) (graph, note string)
	// Strip, when set, draws the value in at most room cells and in several roles; Value is its words.
	Strip func(room int) tui.Line
}

// Source is where pages get their rows from. The rows live outside of the pages, so that all pages
// show the same ones, and pages never fetch by themselves.
type Source[T any] struct {
	// Rows are the last good ones.
	Rows func() []T
	// Status is their freshness.
	Status func() tui.Status
	// Announces reports whether a message announces new rows or a new status.
	Announces func(tea.Msg) bool
	// Refresh asks for new rows now.
	Refresh func() tea.Cmd
	// Open is run when a page that shows the rows is opened; nil when they are read anyhow.
	Open func() tea.Cmd
	// Needs names what a page rests on while it is on top, with the id of a detail page's object or "" for the list; see
	// tui.ShownMsg. Nil for nothing.
	Needs func(id string) []string
	// Looked is run when a page is opened and whenever new rows have come to it, with the id of a detail page's object or ""
	// for the list. It fetches what only a page that is open needs, when that has grown old; nil for nothing.
	Looked func(id string) tea.Cmd
	// Ended is what is known of the end of an object that is no longer among the rows, such as who deleted it; nil where nobody knows.
	Ended func(id string, now time.Time) []Field
}

func refreshAction(refresh func() tea.Cmd) tui.Action {
	return tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common,
		Long: "Refresh now", Run: refresh}
}

// selectMsg puts the cursor of every list that has the row on it, now or when the row comes.
type selectMsg struct{ id string }

// Select puts the cursor on an object by its id in the lists that show it; it may still have to come.
func Select(id string) tea.Cmd { return func() tea.Msg { return selectMsg{id} } }

func copied(text string) tea.Cmd {
	// OSC 52 has no answer, so success cannot be claimed.
	return tea.Batch(tea.SetClipboard(text), tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52): "+text))
}

// yielding leaves out the copy of JSON where the page has an action of its own on that key.
func yielding(all []tui.Action) []tui.Action {
	own := func(a tui.Action) bool { return a.Name != jsonAction && slices.Contains(a.Keys, jsonKey) }
	if !slices.ContainsFunc(all, own) {
		return all
	}
	return slices.DeleteFunc(all, func(a tui.Action) bool { return a.Name == jsonAction })
}

const jsonAction, jsonKey = "copy-json", "Y"

// copyJSON offers the whole object as the server sent it.
func copyJSON(object []byte) tui.Action {
	a := tui.Action{Name: jsonAction, Keys: []string{jsonKey}, Short: "copy JSON", Class: tui.Common,
		Long: "Copy the object as the API sent it"}
	if len(object) == 0 {
		a.Why = "there is no JSON of this object"
		return a
	}
	a.Run = func() tea.Cmd {
		var b bytes.Buffer
		if err := json.Indent(&b, object, "", "  "); err != nil {
			return tui.Toast(tui.Bad, "The server's JSON cannot be read: "+err.Error())
		}
		return tea.Batch(tea.SetClipboard(b.String()), tui.Toast(tui.Muted,
			fmt.Sprintf("Sent %d bytes of JSON to the terminal's clipboard (OSC 52)", b.Len())))
	}
	return a
}
