package e2e_test

import (
	"testing"

	"flarewire/internal/simaccount"
)

// Services can only be looked at, and every key that would change one says so.
func TestServicesAreListedAndOpened(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "services", "Magic Transit")
	moveTo(term, "Magic Transit")
	for key, why := range map[string]string{"e": "cannot be changed", "D": "cannot be deleted"} {
		term.Press(key)
		term.WaitText(why)
	}
	term.Press("enter")
	term.WaitFor("its page", on("Magic Transit"))
	a.untouched()
}
