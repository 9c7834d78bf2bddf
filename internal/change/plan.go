package change

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// DryRun is what the server said to the same request with validate_only.
type DryRun struct {
	Asked bool
	Why   string // why it was not asked
	Err   error  // what the server objects to; nil: nothing
	Field string // path of the field that the server objects to; "" when it does not say
	// Objections are what it says of single fields, by their paths.
	Objections map[string]string
}

// Plan is a change that is prepared and not sent. The exported fields are for the user's eyes: changing them changes nothing.
type Plan struct {
	Title                 string // "Change GRE tunnel fra-dc1-gre"
	Verb                  journal.Verb
	Resource              string // name of the collection
	ID                    string // of the object; "" for a new one
	Name                  string
	Opened, Fresh, Wanted json.RawMessage // nil where there is none; secrets are masked
	Conflicts             []Conflict
	Differences           []Difference
	Unsent                []Difference  // those of Differences that the API cannot change
	Requests              []api.Request // the very requests that are sent, in their order
	DryRun                DryRun
	Keep                  api.Secret // a key that the change takes away and the journal does not have; zero for none
	Live                  string     // by what the object is seen to work that this ends, the first of Warnings; "" when it is not known to
	Warnings              []string   // read before sending
	Consequences          []string   // what depends on it, how long it takes

	blocks    []string
	askDryRun func(context.Context, *Plan) // asks the server again when conflicts are accepted; nil where its check does not depend on them
	accepted  bool
	steps     []step
	// incomplete completes the result of a plan of several steps that ended at one of them; nil for one step. before is the outcome of
	// the step before that one.
	incomplete func(step int, before journal.Outcome, r *Result)
	spent      *atomic.Bool // a plan is sent once
}

// step is one request of a plan with what belongs to it.
type step struct {
	entry   journal.Entry
	also    []journal.Entry // of further objects that the same request changes
	request api.Request
	// recheck reads again right before sending; an error means that the plan is out of date.
	recheck func(context.Context) error
	// dryRun: the server is asked right before sending; otherwise it was asked before, or is not asked.
	dryRun bool
	// repeats are the waits after which a step that was certainly refused is sent again, as the request that rebuild makes.
	repeats []time.Duration
	rebuild func() (api.Request, error)
	// settle reads back. accepted: the server said yes, with the answer.
	settle func(ctx context.Context, accepted bool, answer api.Answer) settled
}

// settled is what reading back has shown.
type settled struct {
	outcome     journal.Outcome
	text        string
	id          string
	object      json.RawMessage
	notApplied  []Difference
	sideEffects []Difference
	err         error // the object could not be read back
	final       bool  // nothing can change the outcome any more
	// each is what became of each object, where a request changes several: the one of the entry first, then those of also.
	each []settled
}

// AcceptConflicts returns the plan for sending all the same: the other's changes stay, except where both changed the same
// field (Conflict.Clash). Only now the server is asked to check the request.
func (p Plan) AcceptConflicts(ctx context.Context) Plan {
	p.accepted = true
	if p.askDryRun != nil {
		p.askDryRun(ctx, &p)
	}
	return p
}

// Unchanged is why a plan without a difference is not applied.
const Unchanged = "there is nothing to change"

// Blocked is the reason why the plan cannot be applied, "" when it can.
func (p Plan) Blocked() string {
	switch {
	case len(p.blocks) > 0:
		return strings.Join(p.blocks, "; ")
	case p.spent == nil:
		return "there is nothing prepared"
	case p.spent.Load():
		return "this was sent already: prepare it again"
	case len(p.Conflicts) > 0 && !p.accepted:
		return "the object was changed by somebody else since the form was opened: look at both versions first"
	case p.DryRun.Err != nil:
		return "the check by Cloudflare failed: " + p.DryRun.Err.Error()
	}
	return ""
}

func (p *Plan) block(reason string) { p.blocks = append(p.blocks, reason) }

// Together marks plans as one act on several objects: the journal says so, and they can be undone together. The plans are those of
// the list, which is returned.
func Together(plans []Plan) []Plan {
	if len(plans) < 2 {
		return plans
	}
	batch := newBatch()
	for i, p := range plans {
		plans[i] = p.InBatch(batch)
	}
	return plans
}

// newBatch is a word of its own for an act on several objects.
func newBatch() string { return rand.Text()[:16] }

// Prepare plans a change.
type Prepare func(context.Context, *Writer) (Plan, error)

// Result is what became of a plan.
type Result struct {
	Outcome     journal.Outcome
	Text        string // one sentence for the user
	ID          string // of the object; a created one's too
	Object      json.RawMessage
	NotApplied  []Difference // wanted, and not there when read back: Before is what is there, After what was wanted
	SideEffects []Difference // changed between the last reading before and the first after, without being asked for
	Secret      api.Secret   // a pre-shared key that was generated; it cannot be read again
	Err         error        // why it was not done, or not known
	RequestIDs  []string     // Cloudflare's, for its support
	Recovery    string       // what to do when an act of several steps stopped in the middle, or the outcome is not known
	// Finish and Restore plan the way out when an act of several steps stopped in the middle: to do the rest, or to bring back what was
	// there, with the secrets that the journal does not have. nil where there is nothing of that kind.
	Finish     Prepare           `json:"-"`
	Restore    Prepare           `json:"-"`
	Entry      string            // id in the journal; "" when nothing was written down
	Objections map[string]string `json:"-"` // of what was refused, as in DryRun
	JournalErr error             // the change was made, but the journal does not say how it ended

	// Each is what became of each object, where one request changes several.
	Each []Result

	accepted   bool // the server said yes
	refusedNow bool // it was certainly not done, for a reason that may pass
}
