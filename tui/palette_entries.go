package tui

import (
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// entries are all pages, the objects of the account, then the actions of the page and of the frame.
func (a *App) entries() []entry {
	var out []entry
	for _, page := range a.opts.Pages {
		out = append(out, a.pageEntry(page))
	}
	out = append(out, a.aliases()...)
	if a.opts.Objects != nil {
		for _, o := range a.opts.Objects() {
			out = append(out, a.object(o))
		}
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name != "" && action.Name != "palette" && !action.Move {
			out = append(out, entry{id: "action " + action.Name, name: action.Name, category: "action", lower: []string{action.Name},
				sort: sortAction,
				help: strings.TrimPrefix(action.KeyLabel()+": ", ": ") + action.Long, run: action.run})
		}
	}
	return out
}

// recent are the places that one was at, then the pages.
func (a *App) recent() []entry {
	var out []entry
	for _, v := range a.trail.recent(a.top()) {
		name := Clean(v.Title())
		if f, ok := v.(Filterer); ok && f.Filter() != "" { // the same page as another one, but for what is shown
			name += " /" + Clean(f.Filter())
		}
		out = append(out, entry{name: name, category: "visited", run: func() tea.Cmd { return a.returnTo(v) }})
	}
	for _, page := range a.opts.Pages {
		if page.Part == "" {
			out = append(out, a.pageEntry(page))
		}
	}
	return append(out, a.aliases()...)
}

// aliases are the user's own words. What is typed behind one goes where it would go behind what it stands for.
func (a *App) aliases() []entry {
	var out []entry
	for _, word := range slices.Sorted(maps.Keys(a.opts.Aliases)) {
		stands := a.opts.Aliases[word]
		out = append(out, entry{id: "alias " + word, name: word, category: "alias", lower: []string{word}, sort: sortPage, help: ":" + stands,
			run:      func() tea.Cmd { return a.runAlias(stands) },
			with:     func(text string) tea.Cmd { return a.runAlias(stands + " " + text) },
			withHelp: func(text string) string { return ":" + stands + " " + text }})
	}
	return out
}

// runAlias does what an alias stands for: a page with what is typed behind its name, or an action of this page or of another one.
func (a *App) runAlias(text string) tea.Cmd {
	name, rest, _ := strings.Cut(text, " ")
	for _, page := range a.opts.Pages {
		if slices.Contains(page.Names, name) {
			if rest = strings.TrimSpace(rest); rest != "" {
				return a.pageEntry(page).with(rest)
			}
			return a.jump(page)
		}
	}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		if action.Name == name {
			return action.run()
		}
	}
	for _, e := range a.elsewhere() {
		if e.name == name {
			return e.run()
		}
	}
	return Toast(Pending, "No page or action here is called "+name)
}

// elsewhere are the actions of other pages: what they are called, and where they are. They are looked for among the rows that are known.
func (a *App) elsewhere() []entry {
	here := map[string]bool{}
	for _, action := range slices.Concat(a.top().Actions(), a.Actions()) {
		here[action.Name] = true
	}
	var out []entry
	for _, page := range a.opts.Pages {
		if page.Part != "" {
			continue // its actions are those of the page that it is a part of
		}
		for _, action := range page.Open().Actions() {
			if action.Name == "" || action.Move || action.Class == Common || here[action.Name] {
				continue
			}
			here[action.Name] = true
			out = append(out, entry{id: "action " + action.Name, name: action.Name, category: "action", lower: []string{action.Name},
				sort: sortElsewhere, help: strings.TrimSpace(action.KeyLabel() + " on :" + page.Names[0]),
				run: func() tea.Cmd { return a.jump(page) }})
		}
	}
	return out
}

// object is the entry of an object.
func (a *App) object(o Object) entry {
	lower, texts := make([]string, 0, 1+len(o.More)), append([]string{o.Name}, o.More...)
	for _, name := range texts {
		lower = append(lower, strings.ToLower(name))
	}
	return entry{id: o.ID, name: o.Name, category: o.Label, lower: lower, texts: texts, nets: o.Nets, points: o.Points, sort: sortObject,
		fact: o.Fact,
		run: func() tea.Cmd {
			v := o.Open()
			a.visit([]View{a.stack[0], v})
			return v.Init()
		}}
}

// pageEntry is the entry of a page. What is typed behind its name goes to the page, or filters its list.
func (a *App) pageEntry(page PaletteEntry) entry {
	e := entry{id: "page " + page.Names[0], name: page.Names[0], category: "page", lower: page.Names, sort: sortPage, help: page.Help,
		networks: page.Networks, run: func() tea.Cmd { return a.jump(page) }}
	if page.Part != "" {
		e.help = "on :" + page.Part + ": " + page.Help
	}
	open := func(v View) tea.Cmd {
		a.visit([]View{a.stack[0], v})
		return v.Init()
	}
	e.with = func(text string) tea.Cmd {
		if page.With != nil {
			view, why := page.With(text)
			if view == nil {
				return Toast(Pending, why)
			}
			return open(view)
		}
		view := page.Open()
		if f, ok := view.(Filterer); ok {
			f.SetFilter(text)
			return open(view)
		}
		return Toast(Pending, ":"+page.Names[0]+" takes no argument")
	}
	e.takes = func() bool {
		if page.With != nil {
			return true
		}
		_, ok := page.Open().(Filterer)
		return ok
	}
	e.withHelp = func(string) string {
		if page.With != nil {
			return page.Help
		}
		return "only what matches"
	}
	return e
}
