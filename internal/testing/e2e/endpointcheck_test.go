package e2e_test

import (
	"testing"

	"flarewire/internal/simaccount"
)

// A host is checked from now on, gets another name, and is no longer checked: three changes, each shown before it is sent.
func TestAnEndpointIsCheckedRenamedAndForgotten(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "endpoint-checks", "Frankfurt edge router")
	check := func(name string) simaccount.Object {
		for _, o := range a.Objects(simaccount.EndpointChecks) {
			if o["endpoint"] == "203.0.113.77" && (o["name"] == name || name == "" && o["name"] == nil) {
				return o
			}
		}
		return nil
	}
	term.Press("n")
	term.WaitText("ctrl+s review")
	term.Type("127.0.0.1")
	term.WaitText("Use the address of one of your hosts")
	for range len("127.0.0.1") {
		term.Press("backspace")
	}
	term.Type("203.0.113.77\tWarsaw\x13")
	term.WaitText("enter send")
	if check("Warsaw") != nil {
		t.Fatal("it was sent before it was confirmed")
	}
	term.Press("enter")
	term.WaitText("Create endpoint health check Warsaw: done.")
	if check("Warsaw") == nil {
		t.Errorf("the account has %v", a.Objects(simaccount.EndpointChecks))
	}
	term.Press("enter")
	moveTo(term, "203.0.113.77")
	term.Press("e")
	term.WaitText("ctrl+s review")
	term.Type("\t")
	for range len("Warsaw") {
		term.Press("backspace")
	}
	term.Type("\x13")
	term.WaitText("enter send")
	term.Press("enter")
	term.WaitText("done.")
	if check("") == nil {
		t.Errorf("the name is not gone: %v", a.Objects(simaccount.EndpointChecks))
	}
	term.Press("enter")
	moveTo(term, "203.0.113.77")
	term.Press("D")
	send(term, "203.0.113.77")
	term.WaitText("Delete endpoint health check 203.0.113.77: done.")
	if n := len(a.Objects(simaccount.EndpointChecks)); n != 3 {
		t.Errorf("%d checks are left, want 3", n)
	}
}
