package kit

import (
	"time"

	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// RowOwner is a module that says what can be done with one of its objects and what there is to say of it, for a page that shows the object
// in another way than as a row of its list.
type RowOwner interface {
	// RowActions are what can be done with the object; nil when it is not one of the module's, or not known.
	RowActions(of store.Kind, id string) []tui.Action
	// RowSections are what stands beside its list when the cursor is on it, then the rest of its page.
	RowSections(of store.Kind, id string, now time.Time) []resource.Section
}

// RowActions are what can be done with an object on its own list, wherever it is shown.
func (e *Env) RowActions(of store.Kind, id string) []tui.Action {
	for _, o := range with[RowOwner](e) {
		if out := o.RowActions(of, id); out != nil {
			return out
		}
	}
	return nil
}

// RowSections are what stands beside an object in its own list.
func (e *Env) RowSections(of store.Kind, id string, now time.Time) []resource.Section {
	for _, o := range with[RowOwner](e) {
		if out := o.RowSections(of, id, now); out != nil {
			return out
		}
	}
	return nil
}
