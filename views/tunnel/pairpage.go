package tunnel

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/drafts"
	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/review"
)

// PairPage is the review of a pair as one list of requests, and then its progress: they are sent one after the other, each once and
// each verified, until one is not done. It can be left or killed at any time and goes on where it stopped.
type PairPage struct {
	m          *Module
	pair       drafts.Pair
	md5        string // of BGP; only in memory
	steps      []pairStep
	err        error
	planning   bool
	sending    bool
	settled    bool // what is to be sent has been on the screen for a moment
	turn       int
	at         atomic.Int32 // the change.Stage of the sending, which runs beside the page
	scroll     tui.Scroll
	behindForm bool
	dirty      bool // something is to be remembered
	began      time.Time
}

type (
	pairPlannedMsg struct {
		page  *PairPage
		steps []pairStep
		err   error
	}
	pairSentMsg struct {
		page   *PairPage
		step   int
		result change.Result
		err    error // it could not be remembered, so nothing was sent
	}
	pairSettledMsg struct {
		page *PairPage
		turn int
	}
	pairKeyMsg struct{ page *PairPage }
)

// pairSettle is how long the list must have been on the screen before enter sends, as on a review.
const pairSettle = 300 * time.Millisecond

func newPairPage(m *Module, pair drafts.Pair, md5 string) *PairPage {
	return &PairPage{m: m, pair: pair, md5: md5, planning: true, steps: pairSteps(pair, md5)}
}

// Title implements tui.View.
func (p *PairPage) Title() string { return "Pair " + p.pair.Values["name"] }

// Init implements tui.View.
func (p *PairPage) Init() tea.Cmd { return p.plan() }

func (p *PairPage) plan() tea.Cmd {
	p.planning, p.err = true, nil
	pair, md5 := copied(p.pair), p.md5
	return func() tea.Msg {
		steps, err := p.m.planPair(p.m.env.Ctx, p.m.env.Writer, pair, md5)
		return pairPlannedMsg{p, steps, err}
	}
}

// Unsaved implements tui.Dirty.
func (p *PairPage) Unsaved() string {
	if p.sending {
		return "sight of a request that is being sent"
	}
	return ""
}

// Ongoing implements tui.Ongoing.
func (p *PairPage) Ongoing(bool) string {
	if !p.sending {
		return ""
	}
	return "A request is being sent; no more is sent after it. The pair goes on from :setup, where it stopped."
}

// Update implements tui.View.
func (p *PairPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pairPlannedMsg:
		if msg.page == p {
			return p.planned(msg)
		}
	case pairSentMsg:
		if msg.page == p {
			return p.sent(msg)
		}
	case pairSettledMsg:
		if msg.page == p && msg.turn == p.turn {
			p.settled = true
		}
	case pairKeyMsg:
		if msg.page == p {
			return p.plan()
		}
	case kit.RecheckedMsg:
		if !p.planning && !p.sending && msg.Entry.Batch == p.pair.ID && msg.Result.Outcome != msg.Entry.Outcome {
			return p.plan()
		}
	}
	if p.dirty {
		p.dirty = false
		return p.keep()
	}
	return nil
}

func (p *PairPage) planned(msg pairPlannedMsg) tea.Cmd {
	p.planning, p.steps, p.err = false, msg.steps, msg.err
	var cmds []tea.Cmd
	if p.err == nil && p.pair.Total > 0 { // it was begun before: what was found out is kept
		cmds = append(cmds, p.keep())
	}
	for _, s := range p.steps {
		if s.key == "" && s.make.Name != change.Routes.Name && s.done(p.pair) {
			p.m.followed(s.id(), strings.TrimPrefix(strings.TrimPrefix(s.title, "Create GRE tunnel "), "Create IPsec tunnel "))
		}
	}
	return tea.Batch(append(cmds, p.settle())...)
}

func (p *PairPage) settle() tea.Cmd {
	p.turn++
	p.settled = false
	return tui.After(pairSettle, pairSettledMsg{p, p.turn})
}

// keep remembers how far the pair is, beside the page.
func (p *PairPage) keep() tea.Cmd {
	count(&p.pair, p.steps)
	pair := copied(p.pair)
	return func() tea.Msg {
		if err := p.m.env.Drafts.KeepPair(pair); err != nil {
			return tui.Toast(tui.Pending, "The progress of the pair could not be saved: "+err.Error())()
		}
		return nil
	}
}

// send sends the next step. Before the first one the pair is remembered: what could not be gone on with is not begun.
func (p *PairPage) send() tea.Cmd {
	i := undone(p.pair, p.steps)
	if i < 0 || p.steps[i].key != "" {
		return nil
	}
	p.sending, p.began = true, p.m.env.Now()
	count(&p.pair, p.steps)
	pair, plan := copied(p.pair), p.steps[i].plan
	stage := change.OnStage(func(at change.Stage) { p.at.Store(int32(at)) })
	return func() tea.Msg {
		if err := p.m.env.Drafts.KeepPair(pair); err != nil {
			return pairSentMsg{page: p, step: i, err: err}
		}
		sent := pairSentMsg{page: p, step: i, result: p.m.env.Writer.Apply(p.m.env.Ctx, plan, stage)}
		return tea.BatchMsg{func() tea.Msg { return sent }, func() tea.Msg { return live.ChangedMsg{} }} // also when the page was left
	}
}

// sent takes the end of one step, and goes on with the next one when it was done.
func (p *PairPage) sent(msg pairSentMsg) tea.Cmd {
	p.sending = false
	if msg.err != nil {
		p.err = fmt.Errorf("nothing was sent, because the pair could not be remembered: %w", msg.err)
		return nil
	}
	s, r := &p.steps[msg.step], msg.result
	s.entry.ID, s.entry.Batch, s.entry.Outcome, s.entry.ObjectID = r.Entry, p.pair.ID, r.Outcome, r.ID
	if r.Entry == "" && r.Outcome == journal.Done {
		s.entry.ID = "unwritten" // without a journal: as long as this page is open
	}
	s.gone, s.text = false, ""
	cmds := []tea.Cmd{func() tea.Msg { return form.DoneMsg{} }}
	if r.Outcome != journal.Done {
		s.text = r.Text
	} else if s.make.Name != change.Routes.Name {
		cmds = append(cmds, p.m.made(r.ID, nameIn(s.wanted), subnetIn(s.wanted)))
	}
	cmds = append(cmds, p.keep(), p.m.forgetPairDraft(p.pair))
	if r.Outcome == journal.Done {
		cmds = append(cmds, p.send())
	}
	return tea.Batch(cmds...)
}

func nameIn(o api.Object) string   { return textIn(o, "name") }
func subnetIn(o api.Object) string { return textIn(o, "interface_address") }

func textIn(o api.Object, field string) string {
	values := map[string]any{}
	_ = json.Unmarshal(o.Values(), &values) // it was encoded from an object
	text, _ := values[field].(string)
	return text
}

// forgetPairDraft throws the draft away that became a pair.
func (m *Module) forgetPairDraft(pair drafts.Pair) tea.Cmd {
	if pair.First != "" {
		return nil
	}
	return m.env.ForgetDraft(pairDraft)
}

// generate opens the review of a tunnel's key, which is shown once there.
func (p *PairPage) generate(s pairStep) tea.Cmd {
	id := created(p.steps, s.key)
	return tui.Push(review.NewOpening(p.m.env, "New key", func(ctx context.Context) (tui.View, error) {
		opened, err := change.IPsecTunnels.Read(ctx, p.m.env.Account, id)
		if err != nil {
			return nil, err
		}
		return review.NewReview(p.m.env, review.Intent{Title: "Pre-shared key of " + opened.Name, Pages: 1,
			After: func(r change.Result) tea.Cmd {
				p.m.rotated(id, r)
				return func() tea.Msg { return pairKeyMsg{p} }
			},
			KeyShown: func() {
				p.m.keyShown(id)()
				tick(&p.pair, keptKey(s.key), p.m.env.Now())
				p.dirty = true
			},
			WithKey: func(key api.Secret) []tui.Action { return []tui.Action{p.m.routerConfigOf(api.IPsec, id, key)} },
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareGeneratePSK(ctx, w, opened)
				plan.Warnings, plan.Consequences = nil, []string{
					"Cloudflare shows the key only once, and flarewire keeps no copy: be ready to store it"}
				return plan.InBatch(p.pair.ID), err
			}}), nil
	}))
}

// Actions implements tui.View.
func (p *PairPage) Actions() []tui.Action {
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "check again", Footer: true,
		Long: "Check again what is done and what is left",
		Run:  p.plan}
	if p.planning || p.sending {
		again.Why = "it is being read or sent"
	}
	out := []tui.Action{p.onward(), again}
	if p.pair.Total > 0 {
		forget := tui.Action{Name: "forget", Keys: []string{"x"}, Short: "forget", Long: "Forget this pair here; nothing changes at Cloudflare",
			Run: p.forget}
		if p.sending {
			forget.Why = "it is being sent"
		}
		out = append(out, forget)
		if p.behindForm && !p.sending { // what the form said is a pair by now
			out = append(out, tui.Action{Name: "close", Keys: []string{"esc", "backspace"}, Long: "Return to where the pair began; :setup lists it",
				Run: func() tea.Cmd { return tui.PopN(p.pages()) }})
		}
	}
	return append(out, p.scroll.Actions()...)
}

// onward is what enter does: send, generate the next key, or on to the proof.
func (p *PairPage) onward() tui.Action {
	a := tui.Action{Name: "send", Keys: []string{"enter"}, Short: "send all", Footer: true,
		Long: "Send these requests one after another, each once; stops at the first failure", Run: p.send, Why: p.why()}
	i := undone(p.pair, p.steps)
	switch {
	case p.planning || p.sending || p.err != nil:
	case i < 0:
		a.Name, a.Short, a.Long = "bring-up", "bring-up", "Follow both tunnels until they carry traffic"
		a.Run = func() tea.Cmd { return tui.PopPush(p.pages(), newPairProof(p.m, p.pair)) }
	case p.needsMD5():
		a.Name, a.Short, a.Long, a.Why = "type-md5", "MD5 key", "Type the MD5 key again: it is never kept", p.m.env.NoWrites
		a.Run = p.askMD5
	case p.steps[i].key != "":
		s := p.steps[i]
		a.Name, a.Short, a.Long, a.Why = "generate-key", "generate key", s.title, p.m.env.NoWrites
		a.Run = func() tea.Cmd { return p.generate(s) }
	case p.pair.Total > 0:
		a.Short = "go on"
	}
	if a.Name == "send" && a.Why == "" && !p.settled {
		a.Short, a.Run = "(read it first)", p.settle
	}
	return a
}

// pages is how many pages to go back: the form is one of them.
func (p *PairPage) pages() int {
	if p.behindForm {
		return 2
	}
	return 1
}

// needsMD5 reports whether a tunnel is still to be made whose MD5 key is not known any more.
func (p *PairPage) needsMD5() bool {
	i := undone(p.pair, p.steps)
	return p.pair.MD5 && p.md5 == "" && i >= 0 && p.steps[i].key == "" && p.steps[i].make.Name != change.Routes.Name
}

func (p *PairPage) askMD5() tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "MD5 key", Verb: "go on", SubmitIsFinal: true, Sections: []form.Section{{Fields: []form.Field{
		{Key: "md5_key", Label: "MD5 key", Control: form.Secret, Help: "The key you entered when you began the pair",
			Check: func(v string, _ form.Values) form.Finding { return field.Finding(md5Rule(v)) }}}}},
		Submit: func(v form.Values) tea.Cmd {
			p.md5 = v["md5_key"]
			return tea.Batch(tui.Pop(), p.plan())
		}}))
}

// why is why the next request cannot be sent.
func (p *PairPage) why() string {
	switch i := undone(p.pair, p.steps); {
	case p.m.env.NoWrites != "":
		return p.m.env.NoWrites
	case p.planning:
		return "it is being read"
	case p.sending:
		return "it is being sent"
	case p.err != nil:
		return kit.ErrorText(p.err)
	case i >= 0 && p.steps[i].open():
		return "it is not known whether the last request was done: r looks again"
	case i >= 0 && p.steps[i].key == "":
		for _, s := range p.steps {
			if why := s.plan.Blocked(); s.key == "" && !s.done(p.pair) && why != "" {
				if s.text != "" {
					why = "r checks again first"
				}
				return s.title + ": " + why
			}
		}
	}
	return ""
}

func (p *PairPage) forget() tea.Cmd {
	return tui.Open(&tui.Dialog{Title: "Forget this pair?", Lines: []tui.Line{
		tui.Text(tui.Plain, "What was made stays at Cloudflare, and its entries in :activity can still be undone together.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Forget", Run: func() tea.Cmd {
			return tea.Batch(tui.Pop(), func() tea.Msg {
				if err := p.m.env.Drafts.ForgetPair(p.pair.ID); err != nil {
					return tui.Toast(tui.Pending, kit.ErrorText(err))()
				}
				return nil
			})
		}}}})
}

// Draw implements tui.View.
func (p *PairPage) Draw(c tui.Canvas) []string {
	page := kit.NewPage(c)
	done := 0
	for _, s := range p.steps {
		if s.done(p.pair) {
			done++
		}
	}
	page.Heading(fmt.Sprintf("%s in order, %d sent", tui.Count(len(p.steps), "requests"), done))
	page.Blank()
	switch {
	case p.planning:
		page.Text(tui.Muted, "Reading what is there, and asking Cloudflare to check. Nothing is sent yet.")
	case p.err != nil:
		page.Text(tui.Bad, kit.ErrorText(p.err))
	case p.sending:
		page.Text(tui.Pending, review.UnderSending(change.Stage(p.at.Load()), p.began, c.Now))
	default:
		p.sayNext(page)
	}
	page.Blank()
	for i, s := range p.steps {
		p.drawStep(page, c, i, s)
	}
	if !p.planning && !p.sending && p.err == nil {
		for _, s := range p.steps {
			p.drawRequest(page, s)
		}
	}
	return p.scroll.Window(page.Lines(), c.Height)
}

// sayNext says what enter does.
func (p *PairPage) sayNext(page *kit.Page) {
	switch i := undone(p.pair, p.steps); {
	case i < 0:
		page.Text(tui.Good, "Everything is made. Enter follows both tunnels; u on :activity undoes them together.")
	case p.steps[i].open():
		page.Text(tui.Pending, "It is not known whether the last request was done. "+p.steps[i].text)
	case p.needsMD5():
		page.Text(tui.Pending, "The MD5 key of BGP is never kept: type it again before this goes on.")
	case p.steps[i].key != "":
		page.Text(tui.Strong, "Next: "+p.steps[i].title+". It is shown once.")
	case p.pair.Total > 0:
		page.Text(tui.Pending, "This pair is not finished. Enter goes on with: "+p.steps[i].title+".")
	default:
		page.Text(tui.Plain, "Nothing is changed yet. Once sent, all of it can be undone together with u on :activity.")
	}
}

// drawStep is the line of a step.
func (p *PairPage) drawStep(page *kit.Page, c tui.Canvas, i int, s pairStep) {
	g := c.Theme.Glyphs
	mark, role, text := g.None, tui.Muted, ""
	switch {
	case s.done(p.pair):
		mark, role, text = g.Up, tui.Good, "done"
		if s.entry.Outcome == journal.Partly {
			role, text = tui.Pending, "done in part: look at it"
		}
	case p.sending && i == undone(p.pair, p.steps):
		mark, role, text = g.Pending, tui.Pending, "being sent"
	case s.open():
		mark, role, text = g.Unknown, tui.Pending, "not known"
	case s.gone:
		mark, role, text = g.Down, tui.Pending, "is not there any more: it is made again"
	case s.key != "" && s.entry.Outcome == journal.Done:
		mark, role, text = g.Down, tui.Pending, "the key was not seen: another one is needed"
	case s.text != "" || s.entry.Outcome == journal.NotDone:
		mark, role, text = g.Down, tui.Bad, "not done"
	}
	page.Line(tui.Line{{Text: fmt.Sprintf("  %d ", i+1), Role: tui.Muted}, {Text: mark + " ", Role: role},
		{Text: tui.Clean(s.title), Role: tui.Plain}, {Text: "  " + text, Role: role}})
	if s.text != "" && !s.done(p.pair) {
		page.Text(tui.Bad, "     "+s.text)
	}
	if why := s.plan.Blocked(); why != "" && !s.done(p.pair) && s.key == "" && s.text == "" && !p.sending && !p.planning &&
		s.plan.Title != "" {
		page.Text(tui.Bad, "     cannot be sent: "+why)
	}
}

// drawRequest is the request of a step that is still to be sent, as it is sent.
func (p *PairPage) drawRequest(page *kit.Page, s pairStep) {
	if s.done(p.pair) || s.open() {
		return
	}
	page.Blank()
	page.Heading(s.title)
	if s.key != "" {
		page.Text(tui.Muted, "Reviewed and sent by itself, when the tunnel is there: its id is part of the request.")
		return
	}
	for _, w := range s.plan.Warnings {
		page.Item(tui.Pending, "!", w)
	}
	switch d := s.plan.DryRun; {
	case d.Asked && d.Err == nil:
		page.Text(tui.Good, "Cloudflare's check (validate_only): passed.")
	case d.Why != "":
		page.Text(tui.Muted, "Cloudflare's check: not asked yet, "+d.Why+".")
	}
	for _, request := range s.plan.Requests {
		page.Request(request)
	}
}

// md5Rule is the rule for a key that must be there.
func md5Rule(v string) rules.Finding {
	if v == "" {
		return rules.Finding{Severity: rules.Partial, Text: "Enter the MD5 key"}
	}
	return rules.MD5Key(v)
}
