package change

import (
	"context"
	"errors"

	"flarewire/internal/journal"
)

// Summary counts what became of several changes.
type Summary struct {
	Results []Result // in the order of the plans
	Count   map[journal.Outcome]int
	Skipped int // not sent because the user has given up
}

// errSkipped is the result of what was not sent any more.
var errSkipped = errors.New("not sent: the changes were canceled before it was its turn")

// ApplyAll applies the plans one after the other. Nothing stops it but the context: a change that fails does not keep the
// others from being tried. each is called after every one with its index; it may be nil.
func (w *Writer) ApplyAll(ctx context.Context, plans []Plan, each func(int, Result), options ...ApplyOption) Summary {
	s := Summary{Count: map[journal.Outcome]int{}}
	for i, p := range plans {
		var r Result
		if ctx.Err() != nil {
			r = refused(p, errSkipped)
			s.Skipped++
		} else {
			r = w.Apply(ctx, p, options...)
			s.Count[r.Outcome]++
		}
		s.Results = append(s.Results, r)
		if each != nil {
			each(i, r)
		}
	}
	return s
}
