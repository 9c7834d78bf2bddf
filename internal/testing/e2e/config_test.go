package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// Somebody needs the other side of a tunnel: from the list to a file on the disk, for the router that they have.
func TestTheRoutersSideOfATunnelBecomesAFile(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	goTo(term, "fra-dc1-gre")
	term.Press("c")
	term.WaitFor("the first platform", showsAll("Cisco IOS-XE", "1 of 9", "Source: "))
	term.Press("tab")
	term.WaitFor("the next platform", showsAll("Juniper Junos", "2 of 9"))

	path := filepath.Join(t.TempDir(), "junos.set")
	write := func() {
		term.Press("w")
		term.WaitFor("the form with a proposal", showsAll("Write the configuration", "fra-dc1-gre-junos.set"))
		term.Press("ctrl+u")
		term.Type(path)
		term.WaitText(path[len(path)-9:])
		term.Press("ctrl+s")
	}
	write()
	term.WaitText("Written: ")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "set protocols bgp group fra-dc1-gre peer-as 13335") {
		t.Errorf("the file: %v\n%s", err, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file can be read by others: %v, %v", info.Mode(), err)
	}

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	write()
	term.WaitText("Replace the file?")
	if text, _ := os.ReadFile(path); string(text) != "precious" {
		t.Error("it was replaced before anybody said so")
	}
}
