// Package kind is the one table of the kinds of objects: what each is called on the screen, in commands and in the API, under
// which kind it is read, how often it is read, and what can be done with it and undone. Pages, `list` and `get`, completions, the
// store, diagnosis, undo and docs/kinds.md are made from it. It is data and imports nothing of ours.
package kind

import (
	"slices"
	"strings"
	"time"
)

// Kind names what is read as one: a collection of the API by its name there, a list below a prefix, or a reading of the
// analytics. The journal, events and JSON use the same words.
type Kind string

// About is what the program must know of a kind.
type About struct {
	Kind
	One   string // in a sentence: "GRE tunnel"; empty for a reading, which is no object
	Many  string // "GRE tunnels"
	Short string // in a narrow column; One where it is empty
	Title string // of its page; empty where it has none of its own
	// Words name it in `list` and `get`, in --start and in the palette. The first is the contract's. Empty: no page of its own
	// in the palette.
	Words []string
	Help  string // behind its word, a few words: what the page shows
	// FoundBy is what `get` finds an object by: "CIDR". Empty for "name".
	FoundBy string
	// NoList is why `list` and `get` do not print it. Empty: they do.
	NoList string

	Parent Kind          // the kind under whose objects it is read, one request each; empty for account-wide ones
	Every  time.Duration // how often it is read while somebody needs it
	Always bool          // read all the time, because the first page, events and notifications rest on it

	Key       string   // the field that an object is addressed by; empty for "id"
	Label     []string // the fields that people call an object by: the first that is set counts
	WriteOnly []string // fields that are set and never read: an undo cannot bring them back

	Acts []Act
	// NotRestored is what goes with an object that is deleted and comes back by no undo, beside fields that a creation does not take.
	NotRestored []string
	// NotPossible says why an act of every collection (create, update, delete) cannot be done with this one.
	NotPossible map[string]string
}

// Act is something that can be done with objects of a kind, by the journal's verb.
type Act struct {
	Verb   string
	NoUndo string // why it cannot be undone; empty when undo takes it back
}

// The verbs of every collection. Other acts have names of their own (package journal).
const (
	Create = "create"
	Update = "update"
	Delete = "delete"
)

// All returns every kind, in the order in which commands and documents list them.
func All() []About { return slices.Clone(table) }

// About returns what is known of the kind; of one that is not in the table only its name.
func (k Kind) About() About {
	if i, ok := index[k]; ok {
		return table[i]
	}
	return About{Kind: k}
}

// index finds a kind in the table.
var index = func() map[Kind]int {
	out := make(map[Kind]int, len(table))
	for i, a := range table {
		out[a.Kind] = i
	}
	return out
}()

// ByWord finds a kind by a word of a command or by the API's name; the API's underscores are as good as hyphens.
func ByWord(word string) (About, bool) {
	asked := strings.ReplaceAll(strings.ToLower(word), "_", "-")
	for _, a := range table {
		if strings.ReplaceAll(string(a.Kind), "_", "-") == asked || slices.Contains(a.Words, asked) {
			return a, true
		}
	}
	return About{}, false
}

// Plural is the kind's name in a sentence, in the plural: Many, where Title is the page's.
func (k Kind) Plural() string { return k.About().Many }

// Every is how often the kind is read while somebody needs it.
func (k Kind) Every() time.Duration { return k.About().Every }

// Detail reports whether the kind is read object by object of another list.
func (k Kind) Detail() bool { return k.About().Parent != "" }

// Listed returns the kind of the list that has the objects which a kind of details belongs to, and any other kind itself.
func (k Kind) Listed() Kind {
	if below := k.About().Parent; below != "" {
		return below
	}
	return k
}

// Filter gives the kinds for which a condition holds, in the order of the table.
func Filter(holds func(About) bool) []Kind {
	var out []Kind
	for _, a := range table {
		if holds(a) {
			out = append(out, a.Kind)
		}
	}
	return out
}

// Listable reports whether `list` and `get` print the kind.
func (a About) Listable() bool { return len(a.Words) > 0 && a.NoList == "" }

// InColumn is the kind's name for a narrow column.
func (a About) InColumn() string {
	switch {
	case a.Short != "":
		return a.Short
	case a.One != "":
		return a.One
	}
	return string(a.Kind)
}

// Act finds an act by its verb.
func (a About) Act(verb string) (Act, bool) {
	i := slices.IndexFunc(a.Acts, func(act Act) bool { return act.Verb == verb })
	if i < 0 {
		return Act{}, false
	}
	return a.Acts[i], true
}

// WhyNot is why an act of every collection cannot be done with this kind; empty when it can.
func (a About) WhyNot(verb string) string { return a.NotPossible[verb] }
