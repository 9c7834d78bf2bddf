// Package review is the pages that show a change, or several, and send it: nothing is sent that was not shown. A secret that the API
// gives once is shown by it, too.
package review

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// Batch is the review of several changes that are made one after the other: each with its own
// differences and its own result. One that fails does not stop the others.
type Batch struct {
	env     *kit.Env
	title   string
	confirm string
	prepare func(context.Context, *change.Writer) ([]change.Plan, error)
	stage   stage
	plans   []change.Plan
	results []change.Result
	outlook outlook // what all of them together do to the ways of destinations
	err     error
	scroll  tui.Scroll
	at      atomic.Int32 // the change.Stage of the sending, which runs beside the page
	sent    time.Time    // when the last change was begun to be sent
	pages   int          // how many to go back when it is done: 2 with a form before it

	settling
}

type (
	severalPlannedMsg struct {
		batch   *Batch
		plans   []change.Plan
		outlook outlook
		err     error
	}
	severalAppliedMsg struct {
		batch  *Batch
		result change.Result
	}
)

// NewBatch makes the page; confirm is what must be typed before anything is sent, empty for nothing.
func NewBatch(env *kit.Env, title, confirm string, prepare func(context.Context, *change.Writer) ([]change.Plan, error)) *Batch {
	return &Batch{env: env, title: title, confirm: confirm, prepare: prepare, pages: 1}
}

// BehindForm says that a form stands before the review, to be closed with it.
func (s *Batch) BehindForm() *Batch {
	s.pages = 2
	return s
}

// Title implements tui.View.
func (s *Batch) Title() string { return "Review" }

// Init implements tui.View.
func (s *Batch) Init() tea.Cmd {
	return func() tea.Msg {
		plans, err := s.prepare(s.env.Ctx, s.env.Writer)
		if err != nil {
			return severalPlannedMsg{s, plans, outlook{}, err}
		}
		plans = change.Together(plans)
		return severalPlannedMsg{s, plans, outlookOf(s.env.Ctx, s.env, plans...), nil}
	}
}

// Sleep implements tui.Sleeper.
func (s *Batch) Sleep() {}

// Wake implements tui.Sleeper: what was compared a while ago is read and compared again before it can be sent.
func (s *Batch) Wake() tea.Cmd {
	if s.stage != ready {
		return nil
	}
	s.stage = preparing
	return s.Init()
}

// Unsaved implements tui.Dirty.
func (s *Batch) Unsaved() string {
	if s.stage == sending {
		return fmt.Sprintf("the %d changes that were not sent yet", len(s.plans)-len(s.results))
	}
	return ""
}

// Ongoing implements tui.Ongoing.
func (s *Batch) Ongoing(quit bool) string {
	if s.stage != sending {
		return ""
	}
	return underWay(false, quit) + fmt.Sprintf(" %d more are then not sent.", len(s.plans)-len(s.results)-1)
}

// Update implements tui.View.
func (s *Batch) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case severalPlannedMsg:
		if msg.batch == s {
			s.stage, s.plans, s.outlook, s.err = ready, msg.plans, msg.outlook, msg.err
			return s.settle()
		}
	case settledMsg:
		s.take(msg)
	case severalAppliedMsg:
		if msg.batch == s {
			return s.applied(msg.result)
		}
	}
	return nil
}

// applied takes one result and sends the next change.
func (s *Batch) applied(r change.Result) tea.Cmd {
	s.results = append(s.results, r)
	if len(s.results) < len(s.plans) {
		return s.next()
	}
	s.stage = finished
	return func() tea.Msg { return form.DoneMsg{} }
}

func (s *Batch) next() tea.Cmd {
	s.stage, s.sent = sending, s.env.Now()
	plan := s.plans[len(s.results)]
	stage := change.OnStage(func(at change.Stage) { s.at.Store(int32(at)) })
	return func() tea.Msg { return severalAppliedMsg{s, s.env.Writer.Apply(s.env.Ctx, plan, stage)} }
}

// Actions implements tui.View.
func (s *Batch) Actions() []tui.Action {
	var own []tui.Action
	switch s.stage {
	case ready:
		own = []tui.Action{s.guarded(tui.Action{Name: "send", Keys: []string{"enter"}, Short: "send all", Footer: true, Why: s.why(),
			Long: "Send these changes one after another, each once", Run: s.send})}
	case finished:
		own = []tui.Action{{Name: "close", Keys: []string{"enter"}, Short: "close", Footer: true, Long: "Return to the list",
			Run: func() tea.Cmd { return tui.PopN(s.pages) }}}
	}
	return append(own, s.scroll.Actions()...)
}

func (s *Batch) why() string {
	if s.err != nil {
		return kit.ErrorText(s.err)
	}
	for _, p := range s.plans {
		if p.Blocked() == "" {
			return ""
		}
	}
	return "none of the changes can be sent"
}

func (s *Batch) send() tea.Cmd {
	confirm := s.confirm
	if lost := s.outlook.lastPaths(); confirm == "" && len(lost) > 0 {
		confirm = lost[0]
	}
	if confirm == "" {
		return s.next()
	}
	return tui.Open(&tui.Dialog{Title: s.title + "?", Confirm: confirm,
		Lines:   s.told(),
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: verbOf(s.title), Run: s.next}}})
}

// told is what the dialog says: how many changes there are, and how many of them end something that works.
func (s *Batch) told() []tui.Line {
	text := fmt.Sprintf("%d changes will be sent, one after another.", len(s.plans))
	if len(s.plans) == 1 {
		text = "1 change will be sent."
	}
	lines := []tui.Line{tui.Text(tui.Plain, text)}
	for _, text := range append(s.outlook.warnings(), s.live()...) {
		lines = append(lines, tui.Text(tui.Pending, text))
	}
	return lines
}

// live counts what is seen to work among the objects that go, by the sign that it was told from.
func (s *Batch) live() []string {
	count := map[string]int{}
	var signs []string
	for _, p := range s.plans {
		if count[p.Live]++; p.Live != "" && count[p.Live] == 1 {
			signs = append(signs, p.Live)
		}
	}
	if len(s.plans) == 1 {
		return signs
	}
	for i, sign := range signs {
		signs[i] = fmt.Sprintf("%d of %d: %s", count[sign], len(s.plans), sign)
	}
	return signs
}

// Draw implements tui.View.
func (s *Batch) Draw(c tui.Canvas) []string {
	p, whole := newPage(c), true
	p.Cut(tui.Strong, " "+s.title)
	p.Blank()
	switch {
	case s.stage == preparing:
		p.Text(tui.Muted, "Reading the objects again and comparing. Nothing is sent yet.")
	case s.err != nil:
		p.Text(tui.Bad, kit.ErrorText(s.err))
		p.Text(tui.Muted, "Nothing was sent.")
	case s.stage != ready:
		p.Text(tui.Plain, s.count())
		p.Blank()
	default:
		warnings := append(s.outlook.warnings(), s.live()...)
		for _, text := range warnings {
			p.Item(tui.Pending, "!", text)
		}
		if len(warnings) > 0 {
			p.Blank()
		}
		whole = p.outlook(s.outlook)
	}
	for i, plan := range s.plans {
		if i < len(s.results) {
			s.drawResult(p, s.results[i])
			continue
		}
		s.drawPlan(p, plan, s.stage == sending && i == len(s.results))
	}
	if !whole {
		p.Blank()
		p.wholeOutlook(s.outlook)
	}
	return s.scroll.Window(p.Lines(), c.Height)
}

func (s *Batch) count() string {
	n := map[journal.Outcome]int{}
	for _, r := range s.results {
		n[r.Outcome]++
	}
	return fmt.Sprintf("%d of %d sent: %d done, %d not done, %d not known", len(s.results), len(s.plans),
		n[journal.Done], n[journal.NotDone], n[journal.Unknown])
}

func (s *Batch) drawPlan(p *page, plan change.Plan, now bool) {
	text := " " + plan.Title
	if now {
		text += "  (being sent)"
	}
	p.Heading(text)
	if now {
		p.Text(tui.Pending, underSending(change.Stage(s.at.Load()), s.sent, p.Canvas.Now))
	}
	if why := plan.Blocked(); why != "" && !now {
		p.Text(tui.Bad, "cannot be sent: "+why)
	}
	for _, d := range plan.Differences {
		p.difference(d)
	}
	for _, w := range plan.Warnings {
		p.Item(tui.Pending, "!", w)
	}
	for _, w := range plan.Consequences {
		p.Item(tui.Plain, "-", w)
	}
}

func (s *Batch) drawResult(p *page, r change.Result) {
	role := tui.Bad
	switch r.Outcome {
	case journal.Done:
		role = tui.Good
	case journal.Unknown:
		role = tui.Pending
	}
	p.Text(role, r.Text)
	if r.Err != nil {
		p.Text(tui.Plain, kit.ErrorText(r.Err))
	}
	p.differences("Did not take effect", r.NotApplied)
}
