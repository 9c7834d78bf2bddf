// Package line runs the program without a full screen: it reads lines, says in plain sentences what the pages
// show, and asks the questions of forms and dialogs one by one. The pages, forms, dialogs and actions are those
// of the full screen; package tui hands them over (tui.Lines). It is for screen readers, for terminals that can
// do no more, for slow lines, and for whoever wants a transcript: no escape sequence is ever written.
package line

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/form"
)

// Run asks line by line until the program is left, and returns the exit code: 0 after quit and at the end of
// the input, 128 plus the number after a signal, ctrl+c among them.
func Run(ctx context.Context, app *tui.App, c *Console) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.Restore()
	r := &runner{l: app.Lines(), c: c, done: ctx.Done(), inbox: make(chan event, 64), signals: make(chan os.Signal, 1),
		read: map[tui.View]*reading{}, forms: map[*form.Form]*asking{}}
	signal.Notify(r.signals, syscall.SIGHUP, syscall.SIGTERM, os.Interrupt, syscall.SIGABRT, syscall.SIGQUIT)
	defer signal.Stop(r.signals)
	r.do(r.l.Init, shortly)
	r.greet()
	for !r.ended {
		r.step()
	}
	r.told()
	return r.code
}

// runner is one program on a console. Everything but the commands runs in one goroutine.
type runner struct {
	l       *tui.Lines
	c       *Console
	done    <-chan struct{}
	inbox   chan event
	signals chan os.Signal

	read    map[tui.View]*reading  // what was read out of each page
	forms   map[*form.Form]*asking // how far each form is
	last    tui.View               // the page that was read out last
	named   string                 // the id of the row that the question named; empty for none
	begun   bool                   // a line may have been begun for a question that is no longer asked
	copying bool                   // an action that copies is under way
	ended   bool
	code    int
}

// group counts the commands that an act of the user has started.
type group struct{ pending int }

// event is what a command has brought.
type event struct {
	msg tea.Msg
	of  *group
}

// start runs a command beside the program.
func (r *runner) start(cmd tea.Cmd, of *group) {
	if cmd == nil {
		return
	}
	of.pending++
	go func() {
		select {
		case r.inbox <- event{tui.Guarded(cmd)(), of}:
		case <-r.done:
		}
	}()
}

// clipboard is the type of the message that would set it: there is none here.
var clipboard = reflect.TypeOf(tea.SetClipboard("")())

// take handles what a command has brought.
func (r *runner) take(e event) {
	e.of.pending--
	switch msg := e.msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			r.start(cmd, e.of)
		}
	case tea.QuitMsg:
		r.ended = true
	default:
		if reflect.TypeOf(msg) == clipboard {
			r.c.say("There is no clipboard in line mode; here is the text:")
			r.c.say(strings.Split(reflect.ValueOf(msg).String(), "\n")...)
			return
		}
		if cmd, done, ok := r.l.Exec(msg); ok {
			r.start(r.exec(cmd, done), e.of)
			return
		}
		r.start(r.l.Take(msg), e.of)
	}
}

// exec lends the terminal to another program.
func (r *runner) exec(cmd tea.ExecCommand, done func(error) tea.Msg) tea.Cmd {
	if !r.c.typed {
		return func() tea.Msg { return done(errNoTerminal) }
	}
	cmd.SetStdin(r.c.in)
	cmd.SetStdout(r.c.out)
	cmd.SetStderr(os.Stderr)
	err := cmd.Run()
	return func() tea.Msg { return done(err) }
}

// end ends the program as a signal does.
func (r *runner) end(s os.Signal) {
	r.c.Restore()
	r.ended = true
	if number, ok := s.(syscall.Signal); ok {
		r.code = 128 + int(number)
	}
	r.leave("Interrupted.")
}

// leave says what is lost by an end that nobody was asked about.
func (r *runner) leave(how string) {
	if lost := r.l.Unsaved(); lost != "" {
		how += " Lost with it: " + lost + "."
	}
	r.c.say("", how)
}

// scene is what the user is asked about at the moment.
type scene struct {
	view   tui.View
	dialog *tui.Dialog
}

func (r *runner) scene() scene { return scene{r.l.Top(), r.l.Dialog()} }

// step asks one thing.
func (r *runner) step() {
	view := r.l.Top()
	r.forget()
	if d := r.l.Dialog(); d != nil {
		r.ask(d)
		return
	}
	if r.waiting(view) {
		r.wait()
		return
	}
	if f, ok := view.(*form.Form); ok {
		r.fill(f)
		return
	}
	if f, ok := view.(tui.Follower); ok && f.Following() {
		r.follow()
		return
	}
	r.page()
}

// forget drops what is known about pages that were left.
func (r *runner) forget() {
	for v := range r.read {
		if !r.l.Has(v) {
			delete(r.read, v)
		}
	}
	for f := range r.forms {
		if !r.l.Has(f) {
			delete(r.forms, f)
		}
	}
}

// waiting reports whether a page has nothing to say yet.
func waiting(v tui.View) bool {
	if w, ok := v.(tui.Waiter); ok && w.Waiting() {
		return true
	}
	s, ok := v.(tui.StatusReporter)
	return ok && s.Status().Updated.IsZero() && s.Status().Err == ""
}

// waiting is the function of the same name, but for a form that has waited long enough.
func (r *runner) waiting(v tui.View) bool {
	if f, ok := v.(*form.Form); ok && r.asking(f).alone {
		return false
	}
	return waiting(v)
}

// What things may take before the user is told or asked.
const (
	// shortly is what an act on the page may take before the next question.
	shortly = 150 * time.Millisecond
	// unsaid is how long a page may wait without a word: most answers come sooner.
	unsaid = 400 * time.Millisecond
	// patience is for answers of the network, when the page does not say itself that it waits.
	patience = 10 * time.Second
	// piped is how long a form of a pipe waits for what its questions rest on: longer than any request may take.
	piped = 2 * time.Minute
)

// do carries out what the user asked for and waits a moment for what comes of it.
func (r *runner) do(run func() tea.Cmd, limit time.Duration) {
	g := &group{}
	r.start(r.l.Do(run), g)
	r.settle(g, limit)
}

// settle takes what commands bring until those of the group are done or the limit is over, and then what is
// there already. When something else is to be asked, only what comes along with it is waited for: that an
// answer was refused, for example.
func (r *runner) settle(g *group, limit time.Duration) {
	before := r.scene()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for g.pending > 0 && !r.ended {
		select {
		case e := <-r.inbox:
			r.take(e)
		case s := <-r.signals:
			r.end(s)
		case <-timer.C:
			g = &group{}
		}
		if limit > shortly && r.scene() != before {
			limit = shortly
			timer.Reset(limit)
		}
	}
	for !r.ended {
		select {
		case e := <-r.inbox:
			r.take(e)
		default:
			return
		}
	}
}

// await takes what commands bring until the condition holds, or patience is over.
func (r *runner) await(condition func() bool) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for !r.ended && !condition() {
		select {
		case e := <-r.inbox:
			r.take(e)
		case s := <-r.signals:
			r.end(s)
		case <-limit.C:
			return
		}
	}
	r.settle(&group{}, 0)
}

// wait waits with the page, and says what for when it takes longer.
func (r *runner) wait() {
	before := r.scene()
	soon, late, given := time.NewTimer(unsaid), time.NewTimer(patience), time.NewTimer(piped)
	defer soon.Stop()
	defer late.Stop()
	defer given.Stop()
	last := &group{}
	for !r.ended && r.scene() == before && r.waiting(before.view) {
		select {
		case e := <-r.inbox:
			r.take(e)
			r.told()
			last = e.of
		case s := <-r.signals:
			r.end(s)
		case <-soon.C:
			r.sayWaiting(before.view)
		case <-late.C:
			if r.c.typed {
				r.stillWaiting(before)
				return
			}
		case <-given.C:
			if f, ok := before.view.(*form.Form); ok {
				r.asking(f).alone = true
			}
		}
	}
	r.settle(last, shortly)
	delete(r.read, before.view) // what it says now is new
}

// sayWaiting says what a page is waiting for.
func (r *runner) sayWaiting(v tui.View) {
	_, asks := v.(*form.Form) // what it asks is not to be read out before it can be answered
	if w, ok := v.(tui.Waiter); ok && w.Waiting() && !asks {
		r.present(true)
		return
	}
	r.c.say("", r.heading()+" Asking Cloudflare.")
}

// stillWaiting takes commands while a page goes on waiting. A pipe has no patience that could end.
func (r *runner) stillWaiting(before scene) {
	r.c.say("Still waiting. Return goes on waiting, back leaves.")
	text, got := r.question("Waiting>", func() bool { return !r.waiting(before.view) })
	switch {
	case got == gotChange:
		delete(r.read, before.view)
	case got == gotLine && text != "":
		r.command(text)
	}
}

// told says what the program has said in passing.
func (r *runner) told() bool {
	said := r.l.Said()
	n := 0
	for _, text := range said {
		if r.copying && strings.Contains(text, "clipboard") {
			continue
		}
		r.c.say(text)
		n++
	}
	return n > 0
}

// got is how a question ended.
type got int

const (
	gotLine   got = iota
	gotChange     // something else is to be asked now
	gotEnd
)

// question asks for a line. Meanwhile the program goes on: when there is something else to ask, or over says
// so, the question is given up. On a terminal a line may have been begun for it by then, of which nobody but the
// terminal knows: return ends that line before the next question is put. Through a pipe lines come whole, each for
// the question that it meets.
func (r *runner) question(prompt string, over func() bool) (string, got) {
	if g := r.fresh(); g != gotLine {
		return "", g
	}
	before := r.scene()
	r.told()
	r.c.prompt(prompt)
	for {
		select {
		case a := <-r.c.read():
			r.c.took(a)
			if a.err != nil && a.text == "" {
				r.ended = true
				r.leave("End of input.")
				return "", gotEnd
			}
			return strings.TrimSpace(a.text), gotLine
		case e := <-r.inbox:
			r.take(e)
			if r.scene() != before {
				r.settle(e.of, shortly)
			}
		case s := <-r.signals:
			r.end(s)
		}
		switch {
		case r.ended:
			return "", gotEnd
		case r.scene() != before || over != nil && over():
			r.c.say("")
			// What is followed changes all the time, and return means the same after each change.
			r.begun = r.c.typed && (prompt != "" || r.scene() != before)
			return "", gotChange
		}
		r.interject(prompt)
	}
}

// fresh has a line ended that may have been begun for another question.
func (r *runner) fresh() got {
	if !r.begun {
		return gotLine
	}
	r.begun = false
	text, g := r.question("Something else is asked now. Press return first; what you have typed already is not taken for it:", nil)
	if g == gotLine && text != "" {
		r.c.say("Not taken: " + text)
	}
	return g
}

// interject says what the program says meanwhile, and puts the question again.
func (r *runner) interject(prompt string) {
	said := r.l.Said()
	if len(said) == 0 {
		return
	}
	r.c.say("")
	r.c.say(said...)
	r.c.prompt(prompt)
}

// secret asks for something that must not be seen.
func (r *runner) secret(prompt string) (string, got, error) {
	if r.c.open {
		// A read is under way, which echoes. Whatever line comes of it is not taken.
		r.begun = false
		if _, g := r.question("The next answer is not shown while you type. Press return first.", nil); g != gotLine {
			return "", g, nil
		}
	}
	r.told()
	typed := make(chan answer, 1)
	go func() {
		text, err := r.c.hidden(prompt)
		typed <- answer{text, err}
	}()
	for {
		select {
		case a := <-typed:
			return r.secretTyped(a)
		case e := <-r.inbox:
			r.take(e)
		case s := <-r.signals:
			r.end(s)
		}
		if r.ended {
			return "", gotEnd, nil
		}
	}
}

func (r *runner) secretTyped(a answer) (string, got, error) {
	switch {
	case a.err == nil:
		return a.text, gotLine, nil
	case errors.Is(a.err, errInterrupted):
		r.end(syscall.SIGINT)
		return "", gotEnd, nil
	case errors.Is(a.err, errNoTerminal):
		return "", gotLine, a.err
	}
	r.ended = true
	r.leave("End of input.")
	return "", gotEnd, nil
}
