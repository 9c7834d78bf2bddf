package diagnose

import (
	"cmp"

	"flarewire/internal/store"
)

// Troubled reports whether an object is among what has trouble, as All has it. What has no id is asked for by its name.
func (a *Account) Troubled(kind store.Kind, id string) bool {
	a.troubleOnce.Do(func() {
		a.troubled = map[string]bool{}
		for _, d := range a.All() {
			a.troubled[string(d.Subject.Kind)+"/"+cmp.Or(d.Subject.ID, d.Subject.Name)] = true
		}
	})
	return a.troubled[string(kind)+"/"+id]
}
