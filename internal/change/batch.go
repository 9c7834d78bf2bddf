package change

import (
	"slices"

	"flarewire/api"
)

// PrepareCreateLater plans a new object about which the server is asked only when it is sent: what it rests on is made before it, by
// the same act.
func (w *Writer) PrepareCreateLater(r Resource, wanted api.Object) (Plan, error) {
	p, err := w.plainCreate(r, wanted)
	if err != nil {
		return p, err
	}
	p.DryRun.Why = "the API cannot check this without doing it"
	if _, p.steps[0].dryRun = p.Requests[0].DryRun(); p.steps[0].dryRun {
		p.DryRun.Why = "it is asked when you send this"
	}
	return p, nil
}

// InBatch is the plan as a part of an act on several objects: its entries in the journal share the batch, and are undone together.
func (p Plan) InBatch(batch string) Plan {
	p.steps = slices.Clone(p.steps)
	for i := range p.steps {
		p.steps[i].entry.Batch = batch
		p.steps[i].also = slices.Clone(p.steps[i].also)
		for j := range p.steps[i].also {
			p.steps[i].also[j].Batch = batch
		}
	}
	return p
}
