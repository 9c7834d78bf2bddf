package cli

import (
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/kind"
	"flarewire/tui"
)

// wordOf is what the config file calls a list: the page's name, or the kind's for a list that another page leads to.
func wordOf(p *place, title string) string {
	if len(p.turns) == 0 {
		return p.start
	}
	for _, about := range kind.All() {
		if about.Title == title && len(about.Words) > 0 {
			return about.Words[0]
		}
	}
	if last := p.turns[len(p.turns)-1].action; strings.EqualFold(last, title) {
		return last
	}
	return ""
}

// actionTable is views/actions.txt: every action with its own keys, and which of them each page has.
func actionTable(places []*place, app *tui.App) string {
	var actions, pages, lists strings.Builder
	numbers := map[string]int{}
	row := func(label string, typing bool, list []tui.Action) string {
		var of []int
		for _, a := range list {
			line := strings.Join(append([]string{a.Name}, a.Keys...), " ")
			if _, there := numbers[line]; a.Name != "" && !there {
				numbers[line] = len(numbers)
				fmt.Fprintln(&actions, line)
			}
			if n := numbers[line]; a.Name != "" && !slices.Contains(of, n) {
				of = append(of, n)
			}
		}
		slices.Sort(of)
		return fmt.Sprintf("%s\t%v\t%s\n", label, typing, strings.Trim(fmt.Sprint(of), "[]"))
	}
	pages.WriteString(row("", false, app.Actions()))
	seen := map[string]bool{}
	for _, p := range places {
		label := ":" + p.start
		for _, t := range p.turns {
			label += " › " + t.action
		}
		line := row(label, p.typing, p.actions)
		if l := p.list; l.Page != "" && !seen[l.Page+" "] {
			seen[l.Page+" "] = true
			fmt.Fprintf(&lists, "%s\t%s\t%s\n", l.Page, l.Title, strings.Join(l.Columns, " "))
		}
		if _, what, _ := strings.Cut(line, "\t"); !seen[what] {
			seen[what] = true
			pages.WriteString(line)
		}
	}
	var words strings.Builder
	for _, d := range app.PaletteEntries() {
		fmt.Fprintf(&words, "%s\t%s\n", strings.Join(d.Names, " "), d.Help)
	}
	return "Made by make docs. Every action with its own keys; the pages: where text is typed, and the numbers of their actions; the lists " +
		"and their columns; what the pages are called.\n" + strings.Join([]string{actions.String(), pages.String(), lists.String(),
		words.String()}, "\n")
}
