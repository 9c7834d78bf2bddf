package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"flarewire/internal/journal"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/internal/testing/uitest"
	"flarewire/tui"
	"flarewire/views/signin"
)

var update = flag.Bool("update", false, "write docs/keys.md anew")

// keyPagePath is the page that this test makes and checks.
const keyPagePath = "../docs/keys.md"

// turn is one step of a walk: so many times down, then an action.
type turn struct {
	down   int
	action string
}

// place is a page of the program: how it is reached, what it is, and every action that it has anywhere on it.
type place struct {
	start   string // the name of a page, or signInStart
	turns   []turn
	kind    string // the Go type of the view, without its parameters
	typing  bool   // what is typed there is text
	list    tui.List
	actions []tui.Action
}

// signInStart is where the program begins when nobody is signed in.
const signInStart = "sign-in"

// farthest is how many actions lead to a page at most: list, object, form or review, what a review ends with.
const farthest = 4

// edge is the simulated account that the program is shown on: a new one for every seat, behind one server.
type edge struct {
	now     func() time.Time
	current atomic.Pointer[simaccount.Server]
	url     string
}

func newEdge(t *testing.T, now func() time.Time) *edge {
	e := &edge{now: now}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.current.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	e.url = server.URL + "/client/v4"
	return e
}

// haste is a clock that stands still, so that every walk finds the same account, and runs a thousand times as fast while
// what was sent takes effect.
type haste struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time // zero while it stands still
}

func (h *haste) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.since.IsZero() {
		real := time.Now()
		h.at, h.since = h.at.Add(1000*real.Sub(h.since)), real
	}
	return h.at
}

func (h *haste) run(yes bool) {
	h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = time.Time{}
	if yes {
		h.since = time.Now()
	}
}

// seat is a person at the program, and the pages on the way to where they are.
type seat struct {
	*uitest.Person
	clock    *haste
	app      *tui.App
	past     []tui.View
	answered *tui.Dialog // the last question; it stays on the screen, because no key answered it
}

// sit opens the program anew and goes to a place. There is a profile on the machine and a change in its journal, because
// their pages have keys only for what is there.
func (w *walker) sit(p place) *seat {
	w.t.Helper()
	w.edge.current.Store(simaccount.New(simaccount.Options{Now: w.edge.now}))
	home := w.t.TempDir()
	x := IO{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Now: w.edge.now, Environ: []string{"HOME=" + home,
		"CLOUDFLARE_BASE_URL=" + w.edge.url, "CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken,
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}}
	x.Redactor = &secret.Redactor{}
	config := filepath.Join(home, ".config", "flarewire", "config.toml")
	entry := journal.Entry{Account: simaccount.DefaultAccount, Verb: journal.Create, Resource: "routes", ObjectID: strings.Repeat("a", 32),
		Name: "10.9.0.0/16"}
	_, err := journal.New(journal.Options{Path: filepath.Join(x.stateDir(), "journal.jsonl")}).Begin(entry)
	if err = errors.Join(err, os.MkdirAll(filepath.Dir(config), 0o700),
		os.WriteFile(config, []byte("version = 1\n[profiles.key-page]\ntoken_command = [\"false\"]\n"), 0o600)); err != nil {
		w.t.Fatal(err)
	}
	app, err := w.program(&flags{refresh: time.Hour, theme: string(tui.ThemeNone), start: p.start}, x)
	if err != nil {
		w.t.Fatal(err)
	}
	s := &seat{Person: uitest.New(w.t), clock: w.clock, app: app}
	s.Quick = true
	s.Sit(app, 200, 100)
	s.Rest()
	for _, turn := range p.turns {
		s.descend(turn.down)
		// It could be done when the way was found; what it needs may take its time.
		var action tui.Action
		s.Until(fmt.Sprintf("%s in %s %v", turn.action, p.start, p.turns), func() bool {
			a, ok := actionOf(app.Page(), turn.action)
			action = a
			return ok && a.Why == ""
		})
		s.take(action)
	}
	return s
}

// program is the full-screen interface, or the sign-in.
func (w *walker) program(f *flags, x IO) (*tui.App, error) {
	if f.start == signInStart {
		if _, err := f.resolver(x); err != nil {
			return nil, err
		}
		deps := f.signinDeps(w.t.Context(), x, "", func(signin.Outcome) tea.Cmd { return nil })
		return tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Now: x.Now,
			Home: func() tui.View { return signin.NewWelcome(deps, nil, nil) }}), nil
	}
	s, err := f.open(w.t.Context(), x)
	if err != nil {
		return nil, err
	}
	env, err := s.env(w.t.Context(), x, s.store(w.t.Context(), f))
	if err != nil {
		return nil, err
	}
	var next *signin.Outcome
	return f.app(w.t.Context(), x, s, env, &next)
}

func actionOf(v tui.View, name string) (tui.Action, bool) {
	i := slices.IndexFunc(v.Actions(), func(a tui.Action) bool { return a.Name == name })
	if i < 0 {
		return tui.Action{}, false
	}
	return v.Actions()[i], true
}

// take runs an action and waits for what comes of it.
func (s *seat) take(action tui.Action) {
	if action.Name == "send" { // a review wants to have been on the screen for a moment
		s.Until("a review that may be sent", func() bool {
			a, ok := actionOf(s.app.Page(), "send")
			action = a
			return !ok || !strings.HasPrefix(a.Short, "(")
		})
	}
	if page := s.app.Page(); !slices.Contains(s.past, page) {
		s.past = append(s.past, page)
	}
	s.clock.run(action.Name == "send")
	if action.Run != nil {
		s.Do(action.Run())
	}
	s.Rest()
	// A page that only waits for the account is passed by itself, sooner or later: what it offers meanwhile is found by nobody twice.
	s.Until("the page that is waited for", func() bool { return fmt.Sprintf("%T", s.app.Page()) != "*traceroute.asking" })
	s.clock.run(false)
	// Whatever is asked, the answer is the one that acts: nothing here is anybody's.
	if asked := s.app.Dialog(); asked != s.answered && len(asked.Choices) > 1 && asked.Choices[1].Run != nil {
		s.answered = asked
		s.clock.run(true)
		s.Do(asked.Choices[1].Run())
		s.Rest()
		s.clock.run(false)
	}
}

// descend moves the cursor down by so many rows or fields and reports whether there were as many.
func (s *seat) descend(rows int) bool {
	for range rows {
		before := s.Screen()
		down, ok := actionOf(s.app.Page(), "down")
		if !ok {
			down, ok = actionOf(s.app.Page(), "next-field")
		}
		if !ok {
			return false
		}
		s.take(down)
		if s.Screen() == before {
			return false
		}
	}
	return true
}

// walker goes to every page that actions lead to.
type walker struct {
	t      *testing.T
	clock  *haste
	edge   *edge
	been   map[string]bool // pages by what they offer and by the action that led to them: they need no second look
	places []*place        // in the order of a walk that goes to the nearest first; those behind the last explored are still to be
}

// walk explores all places, and what they lead to.
func (w *walker) walk() {
	for i := 0; i < len(w.places); i++ { // grows on the way
		w.explore(w.places[i])
	}
}

// explore finds out what a page offers and which pages that opens. What actions offer anew on the same page, such as those for marked
// rows, counts to the page.
func (w *walker) explore(p *place) {
	s := w.sit(*p)
	if c, ok := s.app.Page().(tui.Capturer); ok {
		p.typing = c.Capturing()
	}
	p.kind, _, _ = strings.Cut(fmt.Sprintf("%T", s.app.Page()), "[")
	if l, ok := s.app.Page().(tui.Sorter); ok && p.kind == "*resource.List" {
		p.list = tui.List{Page: wordOf(p, s.app.Page().Title()), Title: s.app.Page().Title(), Columns: l.SortColumns()}
	}
	ways := s.offers(p, nil)
	for i := 0; i < len(ways); i++ { // grows on the way
		s := w.sit(*p)
		here := s.app.Page()
		for _, step := range ways[i] {
			s.descend(step.down)
			if a, ok := actionOf(here, step.action); ok && a.Why == "" {
				s.take(a)
			}
			if s.app.Page() != here {
				break
			}
		}
		switch now := s.app.Page(); {
		case now == here && len(ways[i]) < 2:
			ways = append(ways, s.offers(p, ways[i])...)
		case now != here && !slices.Contains(s.past, now) && len(p.turns)+len(ways[i]) <= farthest:
			w.follow(&place{start: p.start, turns: slices.Concat(p.turns, ways[i])}, now)
		}
	}
}

// follow puts a page that an action has just opened on the way, unless one like it is there already.
func (w *walker) follow(p *place, page tui.View) {
	mark := fmt.Sprintf("%T %s", page, p.turns[len(p.turns)-1].action)
	for _, a := range page.Actions() {
		mark += "\n" + a.Name + a.Long
	}
	if !w.been[mark] {
		w.been[mark] = true
		w.places = append(w.places, p)
	}
}

// offers adds the actions of the page to p that it does not have yet, anywhere on the page, and gives the way to each.
func (s *seat) offers(p *place, way []turn) [][]turn {
	var ways [][]turn
	for down := range 40 {
		for _, a := range s.app.Page().Actions() {
			had := contains(p.actions, a)
			if !had {
				p.actions = append(p.actions, a)
			}
			// Behind the key that opens, an object of another kind may stand on every line.
			if !a.Move && (!had || a.Name == "open" && len(way) == 0) {
				ways = append(ways, append(slices.Clone(way), turn{down, a.Name}))
			}
		}
		if !s.descend(1) {
			break
		}
	}
	return ways
}

func same(a, b tui.Action) bool { return a.Name == b.Name && slices.Equal(a.Keys, b.Keys) }

// class is a kind of page that many pages are of: the heading for what all of them have, and the names of the actions
// that it gives some of them, depending on what the cursor is on.
type class struct {
	kind, heading, text string
	some                []string
}

var classes = []class{
	{"*resource.List", "On every list", "In the filter, `!word` leaves out and `column:word` looks in one column.", nil},
	{"*resource.Detail", "On the page of one object", "The keys that its list has for a row work here, too.", []string{"open"}},
	{"*form.Form", "In every form", "Everything else is typed into the field under the cursor.",
		[]string{"suggest", "next-choice", "previous-choice", "fold"}},
	{"*review.Review", "In every review", "Nothing has been sent before `send`.", []string{"accept", "show-key", "close"}},
}

// write is the key page of all places; about says of each start what the palette says.
func write(starts []string, places []*place, frame []tui.Action, about map[string]string) string {
	var b strings.Builder
	b.WriteString(`# Keys

Made from the keys of every page by ` + "`make docs`" + `; CI fails when it is stale. The names work in the palette, too: ` + "`:`" +
		` and the name.
A key that cannot act now is not in the footer: the help has it with the reason, and it says why when it is pressed.
`)
	keyTable(&b, "Everywhere", "", frame)
	common := map[string][]tui.Action{}
	for _, c := range classes {
		common[c.kind] = c.shared(places)
		keyTable(&b, c.heading, c.text, common[c.kind])
	}
	listed := map[string]bool{}
	for _, start := range starts {
		var rows []tui.Action // of the start's own page
		for _, p := range places {
			if p.start != start {
				continue
			}
			own := slices.DeleteFunc(slices.Clone(p.actions), func(a tui.Action) bool {
				return a.Move || contains(common[p.kind], a) || contains(frame, a) ||
					len(p.turns) > 0 && p.kind == "*resource.Detail" && contains(rows, a)
			})
			if len(p.turns) == 0 {
				rows = own
			}
			p.write(&b, own, about[start], listed)
		}
	}
	return b.String()
}

func contains(list []tui.Action, a tui.Action) bool {
	return slices.ContainsFunc(list, func(b tui.Action) bool { return same(a, b) })
}

// write is the section of a place, with what only it has. A page that another one leads to is left out when it has nothing
// of its own, or what a page of its kind had before.
func (p *place) write(b *strings.Builder, own []tui.Action, about string, listed map[string]bool) {
	heading := "`:" + p.start + "`"
	if p.start == signInStart {
		heading = "The sign-in"
	}
	if len(p.turns) > 0 {
		var rows strings.Builder
		keyRows(&rows, own)
		if len(own) == 0 || listed[p.kind+rows.String()] {
			return
		}
		listed[p.kind+rows.String()] = true
		about = ""
	}
	for _, t := range p.turns {
		heading += " › `" + t.action + "`"
	}
	keyTable(b, heading, about, own)
}

// shared are the actions that all places of the class have, and those that it gives to some.
func (c class) shared(places []*place) []tui.Action {
	places = slices.DeleteFunc(slices.Clone(places), func(p *place) bool { return p.kind != c.kind })
	var out []tui.Action
	for _, p := range places {
		for _, a := range p.actions {
			every := !slices.ContainsFunc(places, func(q *place) bool { return !contains(q.actions, a) })
			if (every || slices.Contains(c.some, a.Name)) && !contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

func keyTable(b *strings.Builder, heading, text string, actions []tui.Action) {
	fmt.Fprintf(b, "\n## %s\n", heading)
	if text != "" {
		fmt.Fprintf(b, "\n%s\n", text)
	}
	if len(actions) > 0 {
		b.WriteString("\n| keys | name | does |\n|---|---|---|\n")
		keyRows(b, actions)
	}
}

func keyRows(b *strings.Builder, actions []tui.Action) {
	for _, a := range actions {
		keys := strings.ReplaceAll("`"+strings.Join(strings.Fields(a.KeyLabels()), "` `")+"`", "|", `\|`)
		fmt.Fprintf(b, "| %s | `%s` | %s |\n", keys, a.Name, a.Long)
	}
}

// Every action of every page runs on the simulated account, and docs/keys.md has all of them. After a change of the keys,
// make docs writes it anew.
func TestTheKeyPage(t *testing.T) {
	path, err := filepath.Abs(keyPagePath)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // some actions write files
	clock := &haste{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w := &walker{t: t, been: map[string]bool{}, clock: clock, edge: newEdge(t, clock.now)}
	app := w.sit(place{start: "overview"}).app
	about := map[string]string{signInStart: "When nobody is signed in."}
	starts := []string{}
	for _, d := range app.PaletteEntries() {
		starts = append(starts, d.Names[0])
		about[d.Names[0]] = strings.ToUpper(d.Help[:1]) + d.Help[1:] + "."
	}
	starts = append(starts, signInStart)
	// The first pages lead everywhere. What they lead to is listed where it belongs, with the last ones.
	for _, start := range slices.Backward(starts) {
		w.places = append(w.places, &place{start: start})
	}
	w.walk()
	for file, want := range map[string]string{path: write(starts, w.places, app.Actions(), about),
		filepath.Join(filepath.Dir(filepath.Dir(path)), "views", "actions.txt"): actionTable(w.places, app)} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), want); diff != "" {
			t.Errorf("%s is stale: run make docs\n%s", filepath.Base(file), diff)
		}
	}
}
