package line

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"flarewire/tui"
)

// row finds the row that a number or a name means; why is what keeps a text that means rows from meaning one. A
// number is that of the reading, not of the row's place now, and comes before a name.
func (r *runner) row(text string) (id, why string) {
	now := r.read[r.l.Top()]
	if now == nil || text == "" {
		return "", ""
	}
	n, err := strconv.Atoi(text)
	if err == nil && n >= 1 && n <= len(now.numbers) {
		if _, there := now.rows[now.numbers[n-1]]; !there {
			return "", "Row " + text + " is gone. Nothing was done."
		}
		return now.numbers[n-1], ""
	}
	if id, why = now.called(text); id == "" && why == "" && err == nil && r.numbers() {
		why = "There is no row " + text + "."
	}
	return id, why
}

// called finds the row with a name, or the only one whose name begins so. Two rows with one name, such as two
// routes for the same network, are never taken for each other.
func (now *reading) called(text string) (id, why string) {
	var so, begins []string
	for _, id := range now.numbers {
		row, there := now.rows[id]
		switch {
		case !there:
		case id == text:
			return id, ""
		case row.Name == text:
			so = append(so, id)
		case len(text) > 1 && strings.HasPrefix(strings.ToLower(row.Name), strings.ToLower(text)):
			begins = append(begins, id)
		}
	}
	how := "are called so"
	if len(so) == 0 {
		so, how = begins, "begin so"
	}
	switch len(so) {
	case 0:
		return "", ""
	case 1:
		return so[0], ""
	}
	numbers := make([]string, len(so))
	for i, id := range so {
		numbers[i] = strconv.Itoa(number(now.numbers, id))
	}
	count := "Two"
	if len(so) > 2 {
		count = strconv.Itoa(len(so))
	}
	return "", fmt.Sprintf("%s rows %s: %s. Nothing was done; say the number of the one you mean.", count, how, strings.Join(numbers, ", "))
}

// numbers reports whether the page numbers its rows.
func (r *runner) numbers() bool {
	_, ok := r.l.Top().(tui.RowSelector)
	return ok
}

// keys are those that mean an action here: where rows have numbers, a number is a row and no key.
func (r *runner) keys(a tui.Action) []string {
	if !r.numbers() {
		return a.Bound()
	}
	return slices.DeleteFunc(slices.Clone(a.Bound()), func(key string) bool {
		_, err := strconv.Atoi(key)
		return err == nil
	})
}

// aimed is an action as the row has it that it is to be about: the one that was said, else the one that the question
// named, wherever the cursor has come to since. When there is no such row it says so, and nothing must be done.
func (r *runner) aimed(a tui.Action, text string) (aimed tui.Action, ok bool) {
	before := r.tell().Current
	id := r.named
	if text != "" {
		var why string
		if id, why = r.row(text); id == "" {
			r.c.say(cmp.Or(why, "There is no row "+text+" here. Nothing was done."))
			return a, false
		}
		if ofMarked(a) {
			r.c.say("Rows are marked, and " + a.Name + " means all of them. Say it without a row, or unmark first.")
			return a, false
		}
	}
	if text == "" && (id == "" || id == before || ofMarked(a) || slices.Contains(ofThePage, a.Name)) {
		return a, true
	}
	if !r.choose(id) {
		return a, false
	}
	if aimed, ok = r.action(a.Name); !ok {
		r.c.say("Row " + r.read[r.l.Top()].rows[id].Name + " has no " + a.Name + ". Nothing was done.")
		r.chosen(before)
	}
	return aimed, ok
}

// ofMarked reports whether an action is about the rows that are marked.
func ofMarked(a tui.Action) bool { return strings.Contains(a.Long, " marked ") }

// ofThePage are the actions of a list that are about no row.
var ofThePage = append([]string{"new", "refresh"}, rearranging...)

// chosen makes a row the one that actions are about; false when there is none any more.
func (r *runner) chosen(id string) bool {
	c, ok := r.l.Top().(tui.RowSelector)
	return ok && c.Choose(id)
}

// choose is chosen, and says why when it is not.
func (r *runner) choose(id string) bool {
	if r.chosen(id) {
		return true
	}
	row := r.read[r.l.Top()].rows[id]
	if row.Inline {
		r.c.say(row.Name + " is gone, or says something else than when it was read out. Nothing was done; page reads the page out again.")
	} else {
		r.c.say("That row is gone: " + row.Name + ". Nothing was done.")
	}
	return false
}

// open does with a row what enter does with it.
func (r *runner) open(id string) {
	view := r.l.Top()
	if !r.choose(id) {
		return
	}
	if a, ok := r.action("enter"); ok {
		r.do(a.Perform, shortly)
		r.after(view, false)
		return
	}
	r.c.say("Row " + r.read[view].rows[id].Name + ".")
}
