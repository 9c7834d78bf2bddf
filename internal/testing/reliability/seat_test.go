package reliability_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/profile"
	"flarewire/views/signin"
)

// seat is a person at the whole program, every page of the registry, joined as the command line joins it, on a
// simulated account. It lives in a bubble whose clock moves only while the person waits: nothing sleeps, and eight
// hours take seconds.
type seat struct {
	*simaccount.Server
	t       *testing.T
	app     *tui.App
	env     *kit.Env
	watcher *store.Store
	msgs    chan tea.Msg
	at      tea.WindowSizeMsg

	skew   atomic.Int64 // how far the server's clock is ahead of ours, in nanoseconds
	copied []string     // what went to the clipboard
	quits  int          // how often the program was left; it goes on all the same, so that one story can be long
	faults []string     // panics of commands
	frames int
}

// options of a seat; the zero value is 100x30 on the believable account.
type options struct {
	width, height int
	tunnels       int
	home          string                   // where the journal, the history and the profiles lie; "" a new folder
	start         string                   // the first page; "" the overview
	before        func(*simaccount.Server) // what is done to the account before anybody looks
	// way is put between the program and the account.
	way func(http.RoundTripper) http.RoundTripper
}

// sit tells a story in a bubble.
func sit(t *testing.T, o options, story func(*seat)) {
	t.Helper()
	if o.home == "" {
		o.home = t.TempDir()
	}
	t.Chdir(o.home) // pages write files where the program was started
	synctest.Test(t, func(t *testing.T) { story(open(t, o)) })
}

// open seats a person; it is called in a bubble.
func open(t *testing.T, o options) *seat {
	t.Helper()
	if o.width == 0 {
		o.width, o.height = 100, 30
	}
	s := &seat{t: t, msgs: make(chan tea.Msg, 1<<16), at: tea.WindowSizeMsg{Width: o.width, Height: o.height}}
	s.Server = simaccount.New(simaccount.Options{Tunnels: o.tunnels,
		Now: func() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }})
	if o.before != nil {
		o.before(s.Server)
	}
	s.join(o)
	s.send(s.at)
	s.run(s.app.Init())
	t.Cleanup(func() {
		// The program's timers run out, and nobody starts new ones.
		time.Sleep(2 * time.Hour)
	})
	return s
}

// join puts the program together as cli.show does, with a journal in the folder home.
func (s *seat) join(o options) {
	s.t.Helper()
	check := func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	ctx := s.t.Context()
	requests, sent := &kit.RequestLog{}, &change.SentRequests{}
	way := s.RoundTripper()
	if o.way != nil {
		way = o.way(way)
	}
	sender, err := api.NewSender(api.Options{Transport: way, Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)},
		OnExchange: func(e api.Exchange) { requests.Observe(e); sent.Observe(e) }})
	check(err)
	client := sender.Client()
	account := client.In(s.Account())
	written := journal.New(journal.Options{Path: filepath.Join(o.home, "state", "journal.jsonl")})
	writer, err := change.New(change.Options{Account: account, Sender: sender, Profile: "test", Journal: written, Requests: sent})
	check(err)
	s.watcher = store.New(account, time.Now, store.DefaultRefresh)
	fetchers := store.FromAccount(account)
	fetchers.Accounts = client.Accounts
	s.watcher.Use(fetchers)
	s.watcher.UseHistory(store.OpenHistory(store.HistoryPath(filepath.Join(o.home, "state"), "test", account.ID), time.Now(), 0))
	s.env = &kit.Env{Ctx: ctx, Client: client, Account: account, Feed: live.New(ctx, s.watcher), Writer: writer, Requests: requests,
		Journal: written, Glyphs: tui.UnicodeGlyphs, Now: time.Now, SwitchAccount: func(api.Account) tea.Cmd { return nil }}
	resolver, err := keystore.NewResolver(keystore.Environment{ConfigHome: filepath.Join(o.home, "config"),
		StateHome: filepath.Join(o.home, "state"), Home: o.home})
	check(err)
	deps := &signin.Deps{Ctx: ctx, Resolver: resolver, Hide: func(...secret.Value) {}, Done: func(signin.Outcome) tea.Cmd { return nil },
		Now: time.Now, Stderr: io.Discard, Client: func(keystore.Credential) (*api.Client, error) { return client, nil }}
	name := live.NewAccountName(ctx, client, account.ID, "")
	s.app, err = views.New(s.env, tui.Options{Name: "flarewire", Theme: tui.ThemeDark, Services: []tui.Service{name}, Now: time.Now,
		Identity: func() tui.Identity { return tui.Identity{Account: name.Name(), Source: "test"} }}, o.start, profile.New(deps))
	check(err)
}

// pages are the names of every page that the palette can jump to.
func (s *seat) pages() []string {
	var names []string
	for _, m := range s.env.Modules() {
		for _, d := range m.PaletteEntries() {
			names = append(names, d.Names[0])
		}
	}
	return names
}

// send gives the program a message and draws the screen, as the terminal would see it.
func (s *seat) send(msg tea.Msg) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		s.at = size
	}
	_, cmd := s.app.Update(msg)
	s.run(cmd)
}

// run runs a command beside the program. A panic in it would end the program.
func (s *seat) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				s.msgs <- crash(fmt.Sprintf("%v\n%s", p, debug.Stack()))
			}
		}()
		s.msgs <- cmd()
	}()
}

// crash is a panic of a command.
type crash string

// take handles what a command has brought, as the library does.
func (s *seat) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case crash:
		s.faults = append(s.faults, string(msg))
	case tea.BatchMsg:
		for _, cmd := range msg {
			s.run(cmd)
		}
	case tea.QuitMsg:
		s.quits++
	default:
		// The library's own message for the clipboard has no exported type.
		if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" {
			s.copied = append(s.copied, fmt.Sprint(msg))
			return
		}
		s.send(msg)
	}
}

// pass lets time go by; whatever is due happens when it is due.
func (s *seat) pass(d time.Duration) *seat {
	end := time.NewTimer(d)
	defer end.Stop()
	for {
		select {
		case msg := <-s.msgs:
			s.take(msg)
		case <-end.C:
			s.settle()
			return s
		}
	}
}

// settle handles what is there without letting time go by.
func (s *seat) settle() {
	for synctest.Wait(); len(s.msgs) > 0; synctest.Wait() {
		s.take(<-s.msgs)
	}
}

var named = map[string]tea.Key{"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
	"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "backspace": {Code: tea.KeyBackspace}, "up": {Code: tea.KeyUp},
	"down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown},
	"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "space": {Code: tea.KeySpace, Text: " "}, "delete": {Code: tea.KeyDelete}}

// key is a key press by the name that the help shows.
func key(name string) tea.KeyPressMsg {
	if k, ok := named[name]; ok {
		return tea.KeyPressMsg(k)
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// press presses keys, a second apart: acts wait for the eye.
func (s *seat) press(keys ...string) *seat {
	for _, k := range keys {
		s.send(key(k))
		s.pass(time.Second)
	}
	return s
}

// types writes a text quickly.
func (s *seat) types(text string) *seat {
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	s.settle()
	return s
}

// goTo jumps to a page.
func (s *seat) goTo(page string) *seat { return s.press(":").types(page).press("enter") }

// screen is what is read: the lines of the screen without colours.
func (s *seat) screen() []string {
	s.frames++
	return strings.Split(ansi.Strip(s.app.Screen()), "\n")
}

// colours are the only sequences that a screen may hold.
var colours = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// whole checks what must be true of every screen, whatever is on it: it fits the terminal, and it holds colours and
// nothing else that a terminal acts on. It gives the first thing that is wrong.
func (s *seat) whole() error {
	s.frames++
	drawn := s.app.Screen()
	lines := strings.Split(drawn, "\n")
	if len(lines) > s.at.Height && s.at.Height > 0 {
		return fmt.Errorf("%d lines on a screen of %dx%d", len(lines), s.at.Width, s.at.Height)
	}
	for y, line := range lines {
		if w := ansi.StringWidth(line); w > s.at.Width && s.at.Width > 0 {
			return fmt.Errorf("line %d takes %d cells of %d: %q", y, w, s.at.Width, line)
		}
		if bad := unfit(colours.ReplaceAllString(line, "")); bad != "" {
			return fmt.Errorf("line %d holds %s: %q", y, bad, line)
		}
	}
	if view := s.app.View(); view.WindowTitle != "flarewire" {
		return fmt.Errorf("the window's title is %q", view.WindowTitle)
	}
	if len(s.faults) > 0 {
		return fmt.Errorf("a command panicked: %s", s.faults[0])
	}
	return nil
}

// unfit names the first character of a text that could do something to a terminal or turn the text around.
func unfit(text string) string {
	for _, r := range text {
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, // controls, also the 8-bit ones
			r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, // invisible and bidirectional
			r >= 0xe0000 && r <= 0xe0fff: // tags
			return fmt.Sprintf("%U", r)
		}
	}
	return ""
}
