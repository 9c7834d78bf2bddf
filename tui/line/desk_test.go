package line_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"

	"flarewire/tui"
	"flarewire/tui/line"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

// desk is somebody who reads what is written before typing on.
type desk struct {
	*paper
	t     *testing.T
	in    io.Writer
	ended chan int
}

// piped runs a program whose lines come when they are typed, but each as a whole.
func piped(t *testing.T, home tui.View) *desk {
	t.Helper()
	in, typed := io.Pipe()
	return begin(t, home, in, typed)
}

// seated runs a program on a terminal.
func seated(t *testing.T, home tui.View) *desk {
	t.Helper()
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close(); _ = terminal.Close() })
	return begin(t, home, terminal, keyboard)
}

func begin(t *testing.T, home tui.View, in io.Reader, typed io.Writer) *desk {
	d := &desk{paper: &paper{written: make(chan struct{}, 1000)}, t: t, in: typed, ended: make(chan int, 1)}
	app := tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return home }})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() { d.ended <- line.Run(ctx, app, line.NewConsole(in, d, false)) }()
	return d
}

// types waits for a text and types then, what is already there included.
func (d *desk) types(after, text string) {
	d.t.Helper()
	d.until(d.t, after)
	_, _ = io.WriteString(d.in, text)
}

// leaves waits for the end, and gives everything that was said.
func (d *desk) leaves() string {
	d.t.Helper()
	select {
	case code := <-d.ended:
		if code != 0 {
			d.t.Errorf("exit code %d", code)
		}
	case <-time.After(2 * time.Minute):
		d.t.Fatalf("it does not end:\n%s", d)
	}
	return d.String()
}

// item is a row of a shelf: a thing, what can be done with it, and what depends on it.
type item struct {
	id, name string
	acts     []string
	parts    []string
}

// shelf is a list that is polled. It is touched by the program alone until that has ended.
type shelf struct {
	rows   []item
	digits bool // the first act has the key 1, and so on
	newest bool // the cursor stays on the first row until it is moved
	polls  chan []item
	polled int
	did    []string
}

type pollMsg struct{ rows []item }

func newShelf(t *testing.T, rows ...item) *shelf {
	s := &shelf{rows: rows, polls: make(chan []item)}
	t.Cleanup(func() { close(s.polls) })
	return s
}

// poll has new rows come, and waits until the program has them.
func (s *shelf) poll(d *desk, number int, rows ...item) {
	d.t.Helper()
	s.polls <- rows
	d.until(d.t, fmt.Sprintf("Poll %d is there.", number))
}

func (s *shelf) source() resource.Source[item] {
	return resource.Source[item]{
		Rows:    func() []item { return s.rows },
		Status:  func() tui.Status { return tui.Status{Updated: time.Now()} },
		Refresh: func() tea.Cmd { return nil },
		Announces: func(m tea.Msg) bool {
			poll, ok := m.(pollMsg)
			if ok {
				s.rows, s.polled = poll.rows, s.polled+1
			}
			return ok
		},
		Looked: func(string) tea.Cmd {
			next := func() tea.Msg {
				if rows, ok := <-s.polls; ok {
					return pollMsg{rows}
				}
				return nil
			}
			if s.polled == 0 {
				return next
			}
			return tea.Batch(tui.Toast(tui.Plain, fmt.Sprintf("Poll %d is there.", s.polled)), next)
		},
	}
}

func (s *shelf) describe() resource.Description[item] {
	return resource.Description[item]{Plural: "Things", ID: func(i item) string { return i.id }, Name: func(i item) string { return i.name },
		SortBy: "name", Newest: s.newest,
		Columns: []table.Column[item]{{Key: "name", Title: "NAME", Width: 10, Text: func(i item, _ time.Time) string { return i.name }},
			{Key: "id", Title: "ID", Width: 10, Text: func(i item, _ time.Time) string { return i.id }}},
		Sections: func(i item, _ time.Time) []resource.Section {
			now := s.rows[slices.IndexFunc(s.rows, func(x item) bool { return x.id == i.id })]
			parts := resource.Section{Title: "Parts"}
			for _, p := range now.parts {
				parts.Fields = append(parts.Fields, resource.Field{Label: "part", Value: p,
					Open: func() tui.View { return &book{title: "The part " + p} }})
			}
			return []resource.Section{{Title: "Thing", Fields: []resource.Field{{Label: "Name", Value: now.name}}}, parts}
		},
		Actions: func(i item) []tui.Action {
			var out []tui.Action
			for n, name := range i.acts {
				a := tui.Action{Name: name, Long: "Does it", Run: func() tea.Cmd { s.did = append(s.did, name+" "+i.id); return nil }}
				if s.digits {
					a.Keys = []string{fmt.Sprint(n + 1)}
				}
				out = append(out, a)
			}
			return out
		}}
}

func (s *shelf) list() tui.View { return resource.NewList(s.describe(), s.source()) }

func (s *shelf) page(i int) tui.View { return resource.NewDetail(s.describe(), s.source(), s.rows[i]) }

// only reports whether this was done and nothing else.
func (s *shelf) only(t *testing.T, said string, did ...string) {
	t.Helper()
	if !slices.Equal(s.did, did) {
		t.Errorf("done: %q, want %q\n%s", s.did, did, said)
	}
}
