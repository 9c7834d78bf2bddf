package line

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// command does what a line on a page asks for: one of our own words, the name or the key of an action, a row,
// or a place to go to.
func (r *runner) command(text string) {
	r.copying = false
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	if text == "" {
		r.whatIsNew()
		return
	}
	if stands, ok := r.l.Expand(text); ok {
		text = stands
		word, rest, _ = strings.Cut(text, " ")
	}
	if strings.HasPrefix(text, ":") {
		r.goTo(strings.TrimSpace(text[1:]))
		return
	}
	if strings.HasPrefix(text, "/") && len(text) > 1 {
		word, rest = "filter", strings.TrimSpace(text[1:])
		if _, ok := r.action(word); !ok {
			word = "find"
		}
	}
	if a, ok := r.action(word); ok {
		r.act(a, rest)
		return
	}
	if r.actOn(word, rest) {
		return
	}
	if r.own(word, rest) {
		return
	}
	id, why := r.row(text)
	if id != "" {
		r.open(id)
		return
	}
	if run, ok := r.place(text); ok {
		r.do(run, shortly)
		return
	}
	if why == "" && r.actByPart(text) {
		return
	}
	_, whyRest := r.row(rest)
	r.c.say(cmp.Or(why, whyRest, "Nothing here is called "+text+". help says what can be done."))
}

// actOn does an action that only the named row has.
func (r *runner) actOn(word, name string) bool {
	id, _ := r.row(name)
	if id == "" {
		return false
	}
	before := r.tell().Current
	if !r.choose(id) {
		return true
	}
	if a, ok := r.action(word); ok {
		r.named = "" // the user has named another one
		r.act(a, "")
		return true
	}
	r.chosen(before)
	return false
}

// own are the words that mean the same on every page, unless a page has an action of that name.
func (r *runner) own(word, rest string) bool {
	switch r.everywhere(word) {
	case "help", "?":
		r.help(rest)
	case "back", "esc", "backspace", "<":
		r.do(r.l.Back, shortly)
	case "quit", "q", "exit":
		r.do(r.l.Quit, shortly)
	case "page":
		r.readOut(true)
	case "where":
		r.c.say(r.l.Place() + "." + r.account())
	case "more":
		switch now := r.read[r.l.Top()]; {
		case now != nil && now.rest != "":
			r.sections(r.tell(), now)
		case now != nil && now.next < len(now.numbers):
			r.more(now)
		default:
			r.c.say("That was all.")
		}
	case "sort":
		return r.sort(rest)
	case "":
	default:
		return false
	}
	return true
}

// everywhere is a word of ours, or what the key means that the user gave to one of the actions that every page has.
func (r *runner) everywhere(word string) string {
	for _, a := range r.l.Everywhere() {
		if slices.Contains(r.keys(a), word) {
			return a.Name
		}
	}
	return strings.ToLower(word)
}

// action is the page's action with this name or key.
func (r *runner) action(word string) (tui.Action, bool) {
	own := r.l.Top().Actions()
	for _, fits := range []func(tui.Action) bool{
		func(a tui.Action) bool { return a.Name == word || slices.Contains(r.keys(a), word) },
		func(a tui.Action) bool { return a.Name == strings.ToLower(word) },
	} {
		if i := slices.IndexFunc(own, func(a tui.Action) bool { return !a.Move && fits(a) }); i >= 0 {
			return own[i], true
		}
	}
	return tui.Action{}, false
}

// actByPart does the one action of the page that has a word in its name, as the palette offers it: "config" is router-config. It asks, as
// the palette shows it before it is chosen; false when there is none, or several.
func (r *runner) actByPart(word string) bool {
	var found []tui.Action
	for _, a := range r.l.Top().Actions() {
		if !a.Move && slices.Contains(strings.Split(a.Name, "-"), strings.ToLower(word)) {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		return false
	}
	text, g := r.question("Do you mean "+found[0].Name+"? yes or no [no]:", nil)
	if g == gotLine && yes(text) {
		r.act(found[0], "")
	}
	return true
}

// act does an action; what stands behind its name is the row that it is about, or the text that it takes.
func (r *runner) act(a tui.Action, rest string) {
	if a.Name == "find" {
		r.find(rest)
		return
	}
	takesText := a.Name == "filter"
	if !takesText {
		var ok bool
		if a, ok = r.aimed(a, rest); !ok {
			return
		}
	}
	if a.Why != "" {
		r.c.say("Not now: " + stop(byName(a.Why, r.l.Top().Actions())))
		return
	}
	if a.Secret && !r.allowed() {
		return
	}
	view := r.l.Top()
	r.copying = strings.HasPrefix(a.Name, "copy")
	s, reports := view.(tui.StatusReporter)
	if a.Name == "refresh" && reports {
		r.refresh(a, s)
		return
	}
	r.do(a.Perform, shortly)
	if c, ok := r.l.Top().(tui.Capturer); takesText && ok && r.l.Top() == view && c.Capturing() {
		r.enterText(rest)
	}
	r.after(view, slices.Contains(rearranging, a.Name))
}

// find says the lines of the page that have some words in them.
func (r *runner) find(words string) {
	if words == "" {
		answer, g := r.question("Words to find:", nil)
		if g != gotLine || answer == "" {
			return
		}
		words = answer
	}
	found := false
	for _, line := range r.tell().Above {
		if strings.Contains(strings.ToLower(line), strings.ToLower(words)) {
			r.c.say(line)
			found = true
		}
	}
	if !found {
		r.c.say(words + " is not on this page.")
	}
}

// rearranging are the actions of a list after which it is read out anew: everything would be news.
var rearranging = []string{"filter", "clear-filter", "sort-next", "sort-reverse", "wide"}

// after says what an act has changed on the page that it was done on.
func (r *runner) after(view tui.View, anew bool) {
	told := r.told()
	if r.ended || r.l.Top() != view || r.l.Dialog() != nil || waiting(view) {
		return
	}
	before := r.read[view]
	if before == nil {
		return
	}
	switch list := len(before.numbers) > 0; {
	case anew:
		r.readOut(false)
		return
	case !list && before.commands != r.commands():
		r.readOut(true) // another stage of the same page
		return
	}
	if !r.news(before) && !told && !r.copying {
		r.c.say("Done; the page says the same.")
	}
}

// enterText gives text to a page that takes it, asking for it when there is none yet.
func (r *runner) enterText(text string) {
	if text == "" {
		answer, g := r.question("Text, empty for none:", nil)
		if g != gotLine {
			return
		}
		text = answer
	}
	r.do(func() tea.Cmd {
		return tea.Batch(r.l.Take(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}), r.l.Take(tea.PasteMsg{Content: text}),
			r.l.Take(tea.KeyPressMsg{Code: tea.KeyEnter}))
	}, shortly)
}

// allowed asks before a secret is written where it stays.
func (r *runner) allowed() bool {
	r.c.say("This writes a secret into the output. The scrollback of the terminal keeps it, and so does a transcript.")
	text, g := r.question("Write it? yes or no [no]:", nil)
	return g == gotLine && yes(text)
}

func yes(text string) bool { return strings.EqualFold(text, "yes") || strings.EqualFold(text, "y") }

// refresh waits for the newest data, and says what is new in it.
func (r *runner) refresh(a tui.Action, s tui.StatusReporter) {
	before := s.Status()
	r.start(r.l.Do(a.Perform), &group{})
	r.await(func() bool { return !s.Status().Updated.Equal(before.Updated) || s.Status().Err != before.Err })
	if r.ended {
		return
	}
	told := r.told()
	if now := r.read[r.l.Top()]; now != nil && !r.news(now) && !told {
		r.c.say("Nothing is new." + freshness(s.Status(), r.l.Now()))
	}
}

// whatIsNew is an empty line: fetch, and say what is different.
func (r *runner) whatIsNew() {
	view := r.l.Top()
	if a, ok := r.action("refresh"); ok && a.Why == "" {
		if s, ok := view.(tui.StatusReporter); ok {
			r.refresh(a, s)
			return
		}
	}
	r.settle(&group{}, 0)
	if now := r.read[view]; r.l.Top() == view && now != nil && !r.news(now) {
		r.c.say("Nothing is new. " + r.commands())
	}
}

// goTo jumps as the palette does; without a name it says where one can go.
func (r *runner) goTo(name string) {
	if name == "" {
		for _, d := range r.l.Places() {
			r.c.say(":" + strings.Join(d.Names, ", :") + "  " + d.Help)
		}
		for _, alias := range r.l.Aliases() {
			r.c.say(alias)
		}
		return
	}
	if run, ok := r.l.Jump(name); ok {
		before := r.scene()
		r.do(run, shortly)
		if r.scene() == before {
			r.c.say("You are on that page.")
		}
		return
	}
	if a, ok := r.action(name); ok {
		r.act(a, "")
		return
	}
	if r.actByPart(name) {
		return
	}
	if !r.own(name, "") {
		r.c.say("No page is called " + name + ". A colon alone lists them.")
	}
}

// place is a page by its whole name: a part is not enough without the colon.
func (r *runner) place(name string) (func() tea.Cmd, bool) {
	for _, d := range r.l.Places() {
		if slices.Contains(d.Names, strings.ToLower(name)) {
			return r.l.Jump(strings.ToLower(name))
		}
	}
	return nil, false
}

// sort orders the rows by a column.
func (r *runner) sort(column string) bool {
	s, ok := r.l.Top().(tui.Sorter)
	switch {
	case !ok:
		return false
	case column == "":
		r.c.say("sort COLUMN orders the rows: " + strings.Join(s.SortColumns(), ", ") + ". sort-reverse turns the order round.")
	case s.SortBy(strings.ToLower(column)):
		r.readOut(false)
	default:
		r.c.say("There is no column " + column + ": " + strings.Join(s.SortColumns(), ", ") + ".")
	}
	return true
}

// help says what can be done now, and why the rest cannot; or about one thing only.
func (r *runner) help(about string) {
	if about == "" {
		r.c.say("On the page " + r.l.Top().Title() + ", by name or key:")
	}
	for _, a := range r.l.Top().Actions() {
		keys := r.keys(a)
		if a.Move || a.Name == "" || about != "" && a.Name != about && !slices.Contains(keys, about) {
			continue
		}
		text := "  " + a.Name
		if len(keys) > 0 {
			text += " (" + strings.Join(keys, ", ") + ")"
		}
		text += ": " + stop(a.Long)
		if a.Why != "" {
			text += " Not now: " + stop(byName(a.Why, r.l.Top().Actions()))
		}
		r.c.say(text)
	}
	if about != "" {
		return
	}
	if now := r.read[r.l.Top()]; now != nil && len(now.numbers) > 0 {
		r.c.say("Rows:", "  NUMBER or NAME: opens that row", "  ACTION NUMBER: does the action with that row, for example "+r.example())
		if s, ok := r.l.Top().(tui.Sorter); ok {
			r.c.say("  sort COLUMN: " + strings.Join(s.SortColumns(), ", "))
		}
	}
	r.c.say("Everywhere:", "  return: fetches, and says what is new",
		"  page: reads the page out again; more: reads on; where: the way to this page, and the account",
		"  :NAME goes to a page; a colon alone lists them", "  back: the page before; quit: leaves; help NAME: about one thing")
}

// example is an action with a row, for the help.
func (r *runner) example() string {
	for _, name := range []string{"edit", "mark"} {
		if _, ok := r.action(name); ok {
			return fmt.Sprintf("%s %d", name, min(2, len(r.read[r.l.Top()].numbers)))
		}
	}
	a, _ := r.action("enter")
	return a.Name + " 1"
}
