package views

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"flarewire/tui"
)

// actions is every action of every page, as a walk through the whole program finds them (`make docs`).
//
//go:embed actions.txt
var actions string

// The parts of the file.
const (
	partActions = iota
	partPages
	partLists
	partWords
)

// part are the lines of a part of the file.
func part(n int) []string {
	_, text, _ := strings.Cut(actions, "\n")
	return strings.Split(strings.TrimSuffix(strings.Split(text, "\n\n")[n], "\n"), "\n")
}

// Word is what a page is called in the palette, and what it shows.
type Word struct {
	Names []string
	Help  string
}

// Words are all pages by their names.
var Words = sync.OnceValue(func() []Word {
	var out []Word
	for _, line := range part(partWords) {
		names, help, _ := strings.Cut(line, "\t")
		out = append(out, Word{strings.Fields(names), help})
	}
	return out
})

// Lists are all lists with their columns.
var Lists = sync.OnceValue(func() []tui.List {
	var out []tui.List
	for _, line := range part(partLists) {
		cells := strings.Split(line, "\t")
		out = append(out, tui.List{Page: cells[0], Title: cells[1], Columns: strings.Fields(cells[2])})
	}
	return out
})

// Actions are all pages with the actions that each may have, and the keys that these have by themselves; the frame's are under "".
var Actions = sync.OnceValue(func() []tui.Setting {
	var all []tui.Action
	for _, line := range part(partActions) {
		words := strings.Fields(line)
		all = append(all, tui.Action{Name: words[0], Keys: words[1:]})
	}
	var out []tui.Setting
	for _, line := range part(partPages) {
		cells := strings.Split(line, "\t")
		page := tui.Setting{Label: cells[0], Typing: cells[1] == "true"}
		for number := range strings.FieldsSeq(cells[2]) {
			if n, err := strconv.Atoi(number); err == nil && n < len(all) {
				page.Actions = append(page.Actions, all[n])
			}
		}
		out = append(out, page)
	}
	return out
})
