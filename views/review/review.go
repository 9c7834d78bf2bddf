package review

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Intent is a change that the user wants, before anything was asked or sent.
type Intent struct {
	Title string
	// Prepare reads again, compares and asks the server to check. It runs in the background.
	Prepare func(context.Context, *change.Writer) (change.Plan, error)
	// Confirm is what must be typed before it is sent; empty for what asks for no more than enter.
	Confirm string
	// ConfirmID may be typed in its place; empty for what has no id of its own.
	ConfirmID string
	// FieldOf gives the form's key for a path of the API; nil when they are the same.
	FieldOf func(path string) string
	// Touched names what is read again when the change was sent, besides all lists.
	Touched []store.Target
	// After runs when the change was sent, whatever became of it; nil for nothing.
	After func(change.Result) tea.Cmd
	// InWords is what the form said, for a new object; shown in place of the differences to nothing.
	InWords []form.SaidSection
	// Next are the actions that are offered when it is done; nil for none. The first is what enter does then.
	Next func(change.Result) []tui.Action
	// WithKey are the actions that are offered beside a new pre-shared key while it can be seen; nil for none.
	WithKey func(api.Secret) []tui.Action
	// KeyShown is called when a new pre-shared key is seen or copied for the first time; nil for nothing.
	KeyShown func()
	// Pages is how many pages to go back when it is done: 1 for the review alone, 2 with the form.
	Pages int
}

// Review is the page that shows exactly what will be sent, sends it once, and says what became of it.
type Review struct {
	env    *kit.Env
	intent Intent
	stage  stage
	plan   change.Plan
	err    error // preparing failed
	result change.Result
	scroll tui.Scroll
	// outlook is what the plan does to the ways of destinations.
	outlook outlook

	sent   time.Time    // when sending began
	at     atomic.Int32 // the change.Stage of the sending, which runs beside the page
	looked time.Time    // when an unknown outcome was last looked at again
	out    string       // the journal's entry of a way out that was taken and whose outcome is not known; "" for none

	settling
}

type stage int

const (
	preparing stage = iota
	ready
	sending
	finished
)

type (
	plannedMsg struct {
		review  *Review
		plan    change.Plan
		outlook outlook
		err     error
	}
	appliedMsg struct {
		review *Review
		result change.Result
	}
)

// NewReview makes the page.
func NewReview(env *kit.Env, i Intent) *Review { return &Review{env: env, intent: i} }

// Title implements tui.View.
func (r *Review) Title() string { return "Review" }

// Init implements tui.View.
func (r *Review) Init() tea.Cmd { return r.prepare() }

func (r *Review) prepare() tea.Cmd {
	r.stage = preparing
	return func() tea.Msg {
		plan, err := r.intent.Prepare(r.env.Ctx, r.env.Writer)
		if err != nil {
			return plannedMsg{r, plan, outlook{}, err}
		}
		outlook := outlookOf(r.env.Ctx, r.env, plan)
		return plannedMsg{r, outlook.warned(plan), outlook, nil}
	}
}

// Sleep implements tui.Sleeper.
func (r *Review) Sleep() {}

// Wake implements tui.Sleeper: what was compared a while ago is read and compared again before it can be sent.
func (r *Review) Wake() tea.Cmd {
	if r.stage != ready {
		return nil
	}
	return r.prepare()
}

// Unsaved implements tui.Dirty.
func (r *Review) Unsaved() string {
	switch {
	case r.stage == sending && r.plan.Verb == journal.GeneratePSK:
		return "sight of the request for a new pre-shared key, which is being sent, and of its result"
	case r.stage == sending:
		return "sight of a change that is being sent"
	case r.stage == finished && !r.result.Secret.IsZero():
		return "the pre-shared key, which cannot be shown again"
	}
	return ""
}

// Ongoing implements tui.Ongoing.
func (r *Review) Ongoing(quit bool) string {
	if r.stage != sending {
		return ""
	}
	return underWay(r.plan.Verb == journal.GeneratePSK, quit)
}

// underWay says what becomes of a change whose page is left.
func underWay(key, quit bool) string {
	text := "A change is being sent. It continues; its outcome will be in :activity."
	if quit {
		text = "A change is being sent. If the program ends now, its outcome is unknown; the next start checks it and reports it in :activity."
	}
	if key {
		text += " The new pre-shared key can only be shown here: without it another key must be generated."
	}
	return text
}

// Update implements tui.View.
func (r *Review) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case plannedMsg:
		if msg.review == r {
			r.stage, r.plan, r.outlook, r.err = ready, msg.plan, msg.outlook, msg.err
			return tea.Batch(r.leadBack(msg.plan.DryRun.Objections), r.settle())
		}
	case settledMsg:
		r.take(msg)
	case appliedMsg:
		if msg.review == r {
			return r.applied(msg.result)
		}
	case kit.RecheckedMsg:
		return r.told(msg)
	}
	return nil
}

// leadBack takes what the server objects to back to the fields of the form.
func (r *Review) leadBack(objections map[string]string) tea.Cmd {
	if len(objections) == 0 {
		return nil
	}
	said := form.Values{}
	for path, text := range objections {
		if r.intent.FieldOf != nil {
			path = r.intent.FieldOf(path)
		}
		said[path] = "Cloudflare: " + text
	}
	return func() tea.Msg { return form.RefusedMsg{Fields: said} }
}

// ended does what follows from the end of the change, whether anybody still looks at its page or not.
func (r *Review) ended(result change.Result) tea.Cmd {
	changed := func() tea.Msg { return live.ChangedMsg{Touched: r.intent.Touched} }
	if r.intent.After == nil {
		return changed
	}
	return tea.Batch(changed, r.intent.After(result))
}

// applied shows the end of the change.
func (r *Review) applied(result change.Result) tea.Cmd {
	r.stage, r.result = finished, result
	r.scroll = tui.Scroll{}
	var cmds []tea.Cmd
	if result.Outcome == journal.Done {
		cmds = append(cmds, func() tea.Msg { return form.DoneMsg{} })
		if r.plan.Verb == journal.Create {
			cmds = append(cmds, resource.Select(result.ID))
		}
	}
	if result.Outcome == journal.NotDone {
		cmds = append(cmds, r.leadBack(result.Objections))
	}
	if !result.Secret.IsZero() {
		cmds = append(cmds, r.reveal())
	}
	return tea.Batch(cmds...)
}

// open reports whether the outcome may still be found out by looking again.
func (r *Review) open() bool {
	return r.result.Outcome == journal.Unknown || r.result.Outcome == journal.Deleting
}

// told takes what was found out about the change of this page, or about a way out that was taken from it.
func (r *Review) told(msg kit.RecheckedMsg) tea.Cmd {
	switch {
	case r.stage != finished || msg.Entry.ID == "":
	case msg.Entry.ID == r.result.Entry && r.open():
		return r.foundOut(r.result.Found(r.plan, msg.Entry, msg.Result))
	case msg.Entry.ID == r.out:
		return r.mended(msg.Result)
	}
	return nil
}

// foundOut takes what looking again has shown.
func (r *Review) foundOut(result change.Result) tea.Cmd {
	r.looked = r.env.Now()
	if result.Outcome == r.result.Outcome {
		return nil
	}
	return tea.Batch(r.ended(result), r.applied(result))
}

// reveal opens the page of the key; it can be opened again until the user has said that the key is kept.
func (r *Review) reveal() tea.Cmd {
	page := NewReveal(r.result.Secret, func() { r.result.Secret = api.Secret{} })
	page.shown = r.intent.KeyShown
	if r.intent.WithKey != nil {
		page.offers = r.intent.WithKey(r.result.Secret)
	}
	return tui.Push(page)
}

// Actions implements tui.View.
func (r *Review) Actions() []tui.Action {
	var own []tui.Action
	switch r.stage {
	case ready:
		own = r.readyActions()
	case finished:
		next := r.next()
		closing := []string{"enter", "esc", "backspace"}
		if len(next) > 0 {
			next[0].Keys = append([]string{"enter"}, next[0].Keys...)
			closing = closing[1:]
		}
		own = append(own, next...)
		if !r.result.Secret.IsZero() {
			own = append(own, tui.Action{Name: "show-key", Keys: []string{"v"}, Short: "show key", Footer: true,
				Long: "Show the new key, until it is saved", Run: r.reveal})
		}
		own = append(own, r.waysOut()...)
		if r.result.Outcome == journal.NotDone {
			own = append(own, tui.Action{Name: "again", Keys: []string{"r"}, Short: "check again", Footer: true,
				Long: "Read the object again and show what has changed", Run: r.prepare})
		}
		if r.open() && r.result.Entry != "" && r.env.Journal != nil {
			own = append(own, tui.Action{Name: "look-again", Keys: []string{"r"}, Short: "look again", Footer: true,
				Long: "Check the outcome of the change", Run: func() tea.Cmd { return r.env.Recheck(r.result.Entry) }})
		}
		own = append(own, tui.Action{Name: "close", Keys: closing, Short: "close", Footer: true,
			Long: "Return to where the change began", Run: r.close})
	}
	return append(own, r.scroll.Actions()...)
}

// waysOut are the actions after an act of several steps that stopped in the middle.
func (r *Review) waysOut() []tui.Action {
	if r.open() || r.result.Finish == nil || r.result.Restore == nil {
		return nil
	}
	way := func(title string, prepare change.Prepare) func() tea.Cmd {
		return func() tea.Cmd {
			return tui.Push(NewReview(r.env, Intent{Title: title, Touched: r.intent.Touched, Pages: 1, Prepare: prepare, After: r.mended}))
		}
	}
	why := ""
	if r.out != "" { // a second creation beside one that may still come would be one too many
		why = "it is not known yet whether the last attempt created something: see :activity"
	}
	return []tui.Action{
		{Name: "create-now", Keys: []string{"c"}, Short: "create now", Footer: true, Why: why,
			Long: "Create the new object: reviewed and sent like any other change",
			Run:  way("Create now: "+r.plan.Name, r.result.Finish)},
		{Name: "undo", Keys: []string{"u"}, Short: "undo", Footer: true, Why: why,
			Long: "Create the old object again: reviewed and sent like any other change",
			Run:  way("Undo: "+r.plan.Name, r.result.Restore)}}
}

// mended takes the ways out away when one of them was gone: also when not everything of it took effect, for the object is there.
func (r *Review) mended(result change.Result) tea.Cmd {
	r.out = ""
	switch result.Outcome {
	case journal.Done, journal.Partly:
		r.result.Finish, r.result.Restore, r.result.Recovery = nil, nil, "Since then: "+result.Text
	case journal.Unknown:
		r.out = result.Entry
	}
	return nil
}

// next are the actions after a change that was done, the one that enter does first.
func (r *Review) next() []tui.Action {
	if r.intent.Next == nil || r.result.Outcome != journal.Done {
		return nil
	}
	return r.intent.Next(r.result)
}

func (r *Review) readyActions() []tui.Action {
	send := tui.Action{Name: "send", Keys: []string{"enter"}, Short: "send", Footer: true, Long: "Send exactly this, once", Run: r.send,
		Why: r.why()}
	send = r.guarded(send)
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "check again", Footer: true,
		Long: "Read the object again and repeat the checks", Run: r.prepare}
	if !r.plan.Keep.IsZero() {
		again.Footer = false
		keep := tui.Action{Name: "keep-key", Keys: []string{"v"}, Short: "MD5 key", Footer: true,
			Run:  func() tea.Cmd { return tui.Push(NewKeep(r.plan.Keep)) },
			Long: "Show the MD5 key that goes with this, to keep it: the journal does not have it"}
		return append(r.unlessConflicts(send, again), keep)
	}
	return r.unlessConflicts(send, again)
}

func (r *Review) unlessConflicts(send, again tui.Action) []tui.Action {
	if len(r.plan.Conflicts) == 0 || r.err != nil {
		return []tui.Action{send, again}
	}
	accept := tui.Action{Name: "accept", Keys: []string{"a"}, Short: "apply anyway", Footer: true, Run: r.accept,
		Long: "Keep their changes, and yours where both changed the same field"}
	if r.plan.Blocked() == "" {
		accept.Why = "accepted already"
	}
	return []tui.Action{send, accept, again}
}

func (r *Review) why() string {
	if r.err != nil {
		return kit.ErrorText(r.err)
	}
	return r.plan.Blocked()
}

func (r *Review) accept() tea.Cmd {
	plan, outlook := r.plan, r.outlook
	r.stage = preparing
	return func() tea.Msg { return plannedMsg{r, plan.AcceptConflicts(r.env.Ctx), outlook, nil} }
}

func (r *Review) send() tea.Cmd {
	confirm, id := r.intent.Confirm, r.intent.ConfirmID
	if confirm == "" && len(r.outlook.lastPaths()) > 0 {
		confirm, id = cmp.Or(r.plan.Name, r.plan.ID), r.plan.ID
	}
	if confirm == "" {
		return r.apply()
	}
	lines := r.repeated()
	return tui.Open(&tui.Dialog{Title: r.plan.Title + "?", Lines: lines, Confirm: confirm, ConfirmID: id,
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: verbOf(r.intent.Title), Run: r.apply}}})
}

// verbOf is the verb of a change for the answer of a dialog, by the title of its review.
func verbOf(title string) string {
	verb, _, _ := strings.Cut(strings.ReplaceAll(title, ":", ""), " ")
	switch verb {
	case "New":
		return "Create"
	case "Automatic", "":
		return "Change"
	}
	return verb
}

// A dialog has room for some lines only: the name must still be typed below them.
const (
	toldLines = 9
	toldWidth = 66
)

// repeated is what the dialog repeats of the plan: its warnings and consequences.
func (r *Review) repeated() []tui.Line {
	var lines []tui.Line // its title is the plan's
	for _, sentence := range slices.Concat(r.plan.Warnings, r.plan.Consequences) {
		for _, text := range tui.Wrap(tui.Clean(sentence), toldWidth) {
			lines = append(lines, tui.Text(tui.Pending, text))
		}
	}
	if len(lines) > toldLines {
		lines = append(lines[:toldLines-1], tui.Text(tui.Pending, "… and more: cancel, and read the review behind this."))
	}
	return lines
}

func (r *Review) apply() tea.Cmd {
	r.stage, r.sent = sending, r.env.Now()
	plan := r.plan
	stage := change.OnStage(func(s change.Stage) { r.at.Store(int32(s)) })
	return func() tea.Msg { return appliedMsg{r, r.env.Writer.Apply(r.env.Ctx, plan, stage)} }
}

// close goes back to where the change began. Only after a change that was not done it goes to the form, which would
// otherwise take the change for somebody else's.
func (r *Review) close() tea.Cmd {
	if r.result.Outcome == journal.NotDone {
		return tui.Pop()
	}
	return tui.PopN(max(1, r.intent.Pages))
}
