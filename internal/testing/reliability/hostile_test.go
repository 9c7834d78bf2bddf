package reliability_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/cli"
	"flarewire/internal/journal"
)

// hostile are texts that somebody who may name a thing could try on whoever watches it. What each wants to do:
var hostile = map[string]string{
	"clipboard": "\x1b]52;c;cHduZWQ=\x07",
	"title":     "\x1b]0;pwned\x1b\\",
	"clear":     "\x1b[2J\x1b[1;1H\x1b[?1049l",
	"8-bit":     "\u009b31m\u009d52;c;cHduZWQ=\u009c",
	"answer":    "\x1b[6n\x1b[c\x1bP+q544e\x1b\\\x05",
	"link":      "\x1b]8;;https://pwned.example\x1b\\click\x1b]8;;\x1b\\",
	"bidi":      "\u202egnp.exe\u202c\u2066\u200f",
	"invisible": "\u200b\u200d\ufeff\U000e0041\x00\x7f\u2028",
	"lines":     "one\r\ntwo\tthree\vfour\u0085five",
	"wide":      "東京トンネル👩‍👩‍👧‍👦 e\u0301\u0302\u0303 ﷽",
	"long":      strings.Repeat("long", 500),
	"percent":   "%s%n%d{{.}}|$(id)`id`",
}

// everything is all of them behind each other.
func everything() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		b.WriteString(hostile[name])
	}
	return b.String()
}

// mouth is a server's: it puts other words into the string fields of every answer.
type mouth struct {
	next   http.RoundTripper
	change func(field, value string) string

	mu   sync.Mutex
	seen map[string]int // string fields by name, and how often
}

// RoundTrip implements http.RoundTripper.
func (m *mouth) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err == nil && dec.Decode(&v) == nil {
		text, err = journal.Encode(m.say("", v))
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return resp, err
}

func (m *mouth) say(field string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = m.say(key, value)
		}
	case []any:
		for i := range v {
			v[i] = m.say(field, v[i])
		}
	case string:
		m.mu.Lock()
		m.seen[field]++
		m.mu.Unlock()
		return m.change(field, v)
	}
	return v
}

// tour looks at every page in every way, as somebody would who is curious about a strange name, and gives the first
// thing that is wrong.
func (s *seat) tour(pages []string) error {
	s.pass(5 * time.Second)
	for _, page := range pages {
		for _, way := range []string{"", "w", "enter", "enter ?", "enter down y", "e", "e tab tab ctrl+s", "D", "D enter", "c", "b", "L", "1",
			"2", "3", "u", "/ %"} {
			s.goTo(page).pass(time.Second)
			for _, k := range strings.Fields(way) {
				s.send(key(k))
				s.pass(400 * time.Millisecond)
				if err := s.whole(); err != nil {
					return fmt.Errorf("%s %s: %w", page, way, err)
				}
			}
			if n := len(s.copied); n > 0 && !strings.Contains(way, "y") {
				return fmt.Errorf("%s %s: the clipboard was written by itself", page, way)
			}
			s.copied = nil
			s.home()
		}
	}
	return s.whole()
}

// home goes back to the first page from wherever one is.
func (s *seat) home() {
	for range 20 {
		if crumbs := header(s.screen()); strings.HasPrefix(crumbs, " Overview  ") && !strings.Contains(strings.Join(s.screen(), ""), "╭") {
			return
		}
		s.send(key("esc"))
		s.pass(400 * time.Millisecond)
		if says(s.screen(), "▌Cancel") && says(s.screen(), " Leave") { // the dialog that asks whether to leave what was typed
			s.send(key("left")) // the last answer is the one that leaves
			s.send(key("enter"))
			s.pass(400 * time.Millisecond)
		}
	}
}

// TestHostileTextInEveryFieldIsHarmless: each string field that the server ever sends holds hostile text, one field after
// the other, behind its value and in its place. No page, form, dialog, review or title lets any of it through.
func TestHostileTextInEveryFieldIsHarmless(t *testing.T) {
	var pages, fields []string
	truth := &mouth{change: func(_, v string) string { return v }, seen: map[string]int{}}
	sit(t, options{way: func(next http.RoundTripper) http.RoundTripper { truth.next = next; return truth }}, func(s *seat) {
		pages = s.pages()
		if err := s.tour(pages); err != nil {
			t.Error(err)
		}
		fields = slices.Sorted(maps.Keys(truth.seen))
	})
	if len(fields) < 60 {
		t.Fatalf("only %d fields were seen: %v", len(fields), fields)
	}
	began, frames, tried := time.Now(), 0, 0
	for i, field := range fields {
		for j, how := range slices.Concat([]string{"behind", "instead"}, slices.Sorted(maps.Keys(hostile))) {
			// One text at a time matters where only a part of a long one is shown: in inputs.
			if (j > 1 && !slices.Contains([]string{"name", "description"}, field)) || (!long() && (i+j)%24 != 0) {
				continue
			}
			tried++
			t.Run(field+" "+how, func(t *testing.T) {
				m := &mouth{seen: map[string]int{}, change: func(at, v string) string {
					switch {
					case at != field:
						return v
					case how == "instead":
						return everything()
					case how == "behind":
						return v + everything()
					}
					return v[:min(len(v), 6)] + hostile[how]
				}}
				sit(t, options{way: func(next http.RoundTripper) http.RoundTripper { m.next = next; return m }}, func(s *seat) {
					if err := s.tour(pages); err != nil {
						t.Error(err)
					}
					frames += s.frames
				})
			})
		}
	}
	t.Logf("%d string fields of the answers, %d x hostile text tried, %d screens looked at, in %s", len(fields), tried, frames,
		time.Since(began).Round(time.Millisecond))
}

// TestHostileTextFromTheDiskIsHarmless: the journal may hold what a server once said.
func TestHostileTextFromTheDiskIsHarmless(t *testing.T) {
	sit(t, options{}, func(s *seat) {
		for _, text := range append(slices.Sorted(maps.Values(hostile)), everything()) {
			object, _ := json.Marshal(map[string]string{"name": text, text: "x"})
			id, err := s.env.Journal.Begin(journal.Entry{Profile: text, Account: text, Verb: journal.Verb("update" + text),
				Resource: "gre_tunnels" + text, ObjectID: text,
				Name: text, Before: object, After: object})
			if err == nil {
				err = s.env.Journal.End(id, text, journal.Result{Outcome: journal.Outcome(text), Error: text, NotApplied: []string{text},
					RequestIDs: []string{text}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 14 {
			if err := s.tour([]string{"activity"}); err != nil {
				t.Error(err)
			}
			s.goTo("activity").press("down")
		}
	})
}

// TestHostileTextIsCopiedFaithfullyAndOnlyOnPurpose: y gives the clipboard exactly what the server said.
func TestHostileTextIsCopiedFaithfullyAndOnlyOnPurpose(t *testing.T) {
	text := everything()
	m := &mouth{seen: map[string]int{}, change: func(field, v string) string {
		if field == "name" && v == "fra-dc1-gre" {
			return text
		}
		return v
	}}
	sit(t, options{way: func(next http.RoundTripper) http.RoundTripper { m.next = next; return m }}, func(s *seat) {
		s.goTo("gre").pass(10*time.Second).press("/").types("cHduZWQ").press("enter", "enter")
		if len(s.copied) > 0 {
			t.Error("the clipboard was written by itself")
		}
		s.press("esc", "y")
		if len(s.copied) != 1 || s.copied[0] != text {
			t.Errorf("y copied %d times, %.60q", len(s.copied), cmp.Or(append(s.copied, "")...))
		}
		if err := s.whole(); err != nil {
			t.Error(err)
		}
	})
}

// TestHostileTextInCommandsIsHarmless: tables are harmless, JSON is the server's own, byte by byte.
func TestHostileTextInCommandsIsHarmless(t *testing.T) {
	text := everything()
	lines := []string{"status", "check", "list gre", "list ipsec", "list interconnects", "list cnis", "list cf-interconnects",
		"list prefixes", "list bgp-prefixes",
		"list bindings", "list routes", "diagnose", "get gre fra-dc1-gre", "auth status", "get gre nothing-like-it", "snapshot compare"}
	for _, field := range []string{"name", "description", "cidr", "id", "message", "site", "tunnelName", "state", "colo_name",
		"service_name", "nexthop"} {
		synctest.Test(t, func(t *testing.T) {
			s := newShell(t, t.TempDir())
			m := &mouth{next: s.RoundTripper(), seen: map[string]int{}, change: func(at, v string) string {
				if at == field {
					return v + text
				}
				return v
			}}
			for _, line := range lines {
				var out bytes.Buffer
				cli.Main(t.Context(), strings.Fields(line), cli.IO{In: strings.NewReader(""), Out: &out, Err: &out, Environ: s.env, Now: time.Now,
					Transport: m})
				if bad := unfit(strings.ReplaceAll(out.String(), "\n", "")); bad != "" {
					t.Errorf("%s prints %s with a hostile %s", line, bad, field)
				}
			}
		})
	}
}
