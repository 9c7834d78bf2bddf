package reliability_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/simaccount"
)

// strange is what a person, a cat or a broken terminal can send, chosen by bytes: what the fuzzer finds is the same
// again and again.
type strange struct{ data []byte }

func (r *strange) next() int {
	if len(r.data) == 0 {
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return int(b)
}

// keys that do something somewhere, more often than others.
var keys = strings.Fields("enter enter enter esc esc tab shift+tab backspace up down left right pgup pgdown home end space delete " +
	"n e D b c K R H A W V L u y Y w s S r g G j k h l ? q / : 1 2 3 x 0 . - ctrl+s ctrl+n ctrl+l ctrl+u ctrl+c ctrl+b ctrl+f ctrl+a ctrl+z")

// texts that people type and paste.
var texts = []string{"fra", "!up", "asn:64601", "10.0.0.0/8", "2001:db8::/32", "name", strings.Repeat("long", 400),
	"東京\u202e\x1b]52;c;aGk=\x07\r\n\t", "\xff\xfe\x00",
	":", "e\u0301\u0302", "4294967296", "fra-dc1-gre", "iad-dc1-gre"}

// step does the next strange thing to the program.
func (r *strange) step(s *seat) string {
	switch what := r.next(); {
	case what < 130:
		k := keys[r.next()%len(keys)]
		s.send(key(k))
		s.settle()
		return k
	case what < 140: // any key with any modifier, also such as no keyboard has
		k := tea.Key{Code: rune(r.next()) | rune(r.next())<<8, Mod: tea.KeyMod(r.next())}
		if r.next()%2 == 0 {
			k.Text = string(k.Code)
		}
		s.send(tea.KeyPressMsg(k))
		s.settle()
		return fmt.Sprintf("key %+v", k)
	case what < 155:
		pages := s.pages()
		page := pages[r.next()%len(pages)]
		s.goTo(page)
		return "go to " + page
	case what < 175:
		text := texts[r.next()%len(texts)]
		s.types(text[:min(len(text), 40)])
		return fmt.Sprintf("type %.40q", text)
	case what < 185:
		text := texts[r.next()%len(texts)]
		s.send(tea.PasteMsg{Content: text})
		s.settle()
		return fmt.Sprintf("paste %.40q", text)
	case what < 210:
		width, height := r.next(), r.next()%90
		s.send(tea.WindowSizeMsg{Width: width, Height: height})
		return fmt.Sprintf("resize to %dx%d", width, height)
	case what < 235:
		d := time.Duration(r.next()) * 100 * time.Millisecond
		s.pass(d)
		return "wait " + d.String()
	case what < 240:
		s.pass(time.Duration(r.next()) * time.Second)
		return "wait long"
	}
	return r.other(s)
}

// other are messages that no hand sends: the server in trouble, the terminal telling something.
func (r *strange) other(s *seat) string {
	switch r.next() % 6 {
	case 0:
		all := troubles()
		tr := all[r.next()%len(all)]
		s.ClearFaults()
		s.begin(tr)
		return "the server: " + tr.name
	case 1:
		s.end()
		return "the server is well"
	case 2:
		s.send(tea.FocusMsg{})
		s.send(tea.BlurMsg{})
	case 3:
		s.send(tea.MouseClickMsg{X: r.next(), Y: r.next()})
		s.send(tea.MouseWheelMsg{X: r.next(), Y: r.next()})
	case 4:
		s.send(tea.ResumeMsg{})
		s.send(tea.KeyReleaseMsg{Code: rune(r.next())})
	default:
		names := []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels, simaccount.Routes, simaccount.Prefixes, simaccount.CNIs,
			simaccount.Ports}
		kind := names[r.next()%len(names)]
		if all := s.Objects(kind); len(all) > 0 {
			if id, ok := all[r.next()%len(all)]["id"].(string); ok {
				_ = s.Delete(kind, id)
			}
		}
		return "somebody deletes " + string(kind)
	}
	return "the terminal says something"
}

// play does strange things until the data is used up, and fails the test at the first screen that is not whole.
func play(s *seat, data []byte) (steps int) {
	r := &strange{data}
	var did []string
	defer func() {
		if p := recover(); p != nil {
			s.t.Errorf("panic: %v\nafter %s", p, strings.Join(did[max(0, len(did)-30):], ", "))
			panic(p)
		}
	}()
	for len(r.data) > 0 {
		did = append(did, r.step(s))
		steps++
		if err := s.whole(); err != nil {
			s.t.Errorf("%v\nafter %s", err, strings.Join(did[max(0, len(did)-30):], ", "))
			return steps
		}
	}
	s.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	s.end()
	s.home()
	if !strings.Contains(header(s.screen()), "Overview") {
		s.t.Errorf("there is no way home:\n%s\nafter %s", strings.Join(s.screen(), "\n"), strings.Join(did[max(0, len(did)-30):], ", "))
	}
	return steps
}

// FuzzInput gives the whole program on the simulated account random keys, texts, sizes, pauses and trouble. It must not
// panic, and every screen fits the terminal and holds nothing that a terminal acts on.
func FuzzInput(f *testing.F) {
	for seed := range 3 {
		f.Add(noise(uint64(seed), 100))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 150 { // instrumented, the program is ten times slower
			data = data[:150]
		}
		home := t.TempDir()
		t.Chdir(home)
		synctest.Test(t, func(t *testing.T) { play(open(t, options{home: home}), data) })
	})
}

// noise is random bytes, always the same for a seed.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	data := make([]byte, n)
	_, _ = r.Read(data) // never fails
	return data
}

// TestRandomInput is the same with fixed noise, so that every run sees the same; FLAREWIRE_LONG does more.
func TestRandomInput(t *testing.T) {
	people, length := 6, 1500
	if long() {
		people, length = 60, 4000
	}
	began, steps, frames := time.Now(), 0, 0
	for seed := range people {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			sit(t, options{}, func(s *seat) {
				steps += play(s, noise(uint64(seed)+1000, length))
				frames += s.frames
			})
		})
	}
	t.Logf("%d people, %d keys, texts, sizes, pauses and troubles, %d screens looked at, in %s", people, steps, frames,
		time.Since(began).Round(time.Millisecond))
}
