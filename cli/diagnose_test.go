package cli_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// What is wrong, worst first, each with its cause and what to do, and without an escape sequence into a pipe.
func TestDiagnoseNamesWhatIsWrong(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	befallen, err := sim.Inject(simaccount.WrongMD5)
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("diagnose"); code != 0 || s.err.Len() > 0 {
		t.Fatalf("exit %d, %q", code, s.err.String())
	}
	text := s.out.String()
	at := -1
	for _, want := range []string{"198.18.20.0/24\n   Prefix withdrawn (outage, certain, since ",
		"iad-dc1-gre\n   Affects 198.18.20.0/24: no healthy path left in ENAM WNAM; Cloudflare does not advertise it\n" +
			"   Path or router at fault (outage, likely)",
		"\n   Next: Generate a key",
		"waw-br1-ipsec\n   ASN mismatch", "local AS 64632 (as configured at Cloudflare)", "may confirm it: flarewire diagnose waw-br1-ipsec",
		"Port unhealthy: nwf-ams04-1; 1 CNI over it is affected\n",
		"Objects: ams-cni-v2, nwf-ams04-1"} {
		i := strings.Index(text, want)
		if i <= at {
			t.Errorf("%q is not there, or not after what is worse\n%s", want, text)
		}
		at = i
	}
	if !strings.Contains(text, befallen.Name+"\n   MD5 mismatch") || strings.Contains(text, "\x1b") || strings.Contains(text, "Evidence") {
		t.Errorf("%s", text)
	}
}

// With a name: everything about it, with the fields and the document, also of what is well.
func TestDiagnoseTellsAllOfOneObject(t *testing.T) {
	for name, want := range map[string][]string{
		"iad-dc1-gre": {"Path or router at fault (outage, likely, since ", "Router not connecting (outage, possible)", "Evidence: health down",
			"Source: Cloudflare docs"},
		"fra-dc2-gre":      {"Session up (note)", "Evidence: bgp_status.state BGP_UP"},
		"2001:db8:40::/48": {"2001:db8:40::/48"},
		"nwf-ams04-1":      {"Port unhealthy", "Optical receive level"},
	} {
		s := newShell(t)
		if code := s.run("--demo", "diagnose", name); code != 0 {
			t.Fatalf("%s: exit %d, %s", name, code, s.err.String())
		}
		for _, w := range append(want, name) {
			if !strings.Contains(s.out.String(), w) {
				t.Errorf("%s: no %q\n%s", name, w, s.out.String())
			}
		}
	}
	s := newShell(t)
	if code := s.run("--demo", "diagnose", "nothing-like-it"); code != 2 || s.out.Len() > 0 ||
		!strings.Contains(s.err.String(), `"nothing-like-it"`) {
		t.Errorf("exit %d, %q, %q", code, s.out.String(), s.err.String())
	}
}

// What could not be read is named, and nothing is claimed about it; without one list of tunnels the rest is diagnosed, without both
// there is no
// diagnosis.
func TestDiagnoseSaysWhatItDoesNotKnow(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Path: "*addressing*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	s := newShell(t, env...)
	if code := s.run("diagnose", "-o", "json"); code != 1 || !strings.Contains(s.err.String(), "not known: prefixes: ") {
		t.Errorf("exit %d, %q", code, s.err.String())
	}
	var doc struct {
		Account struct{ ID, Name string }
		At      time.Time
		Objects []struct {
			Subject  struct{ Resource, Name string }
			Findings []struct{ Cause, Likelihood, Impact, Text, Next string }
		}
		NotKnown []struct{ Source, Why string } `json:"not_known"`
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.NotKnown) != 1 || doc.NotKnown[0].Source != "prefixes" || doc.Account.Name == "" || doc.At.IsZero() || len(doc.Objects) < 8 {
		t.Errorf("%+v", doc)
	}
	for _, o := range doc.Objects {
		if len(o.Findings) == 0 || o.Findings[0].Text == "" || o.Subject.Resource == "prefixes" {
			t.Errorf("%+v", o)
		}
	}
	// An object that is not in what could be read may be in what could not: nobody says that it does not exist.
	for _, out := range []string{"table", "json"} {
		s = newShell(t, env...)
		if code := s.run("diagnose", "203.0.113.128/25", "-o", out); code != 1 || strings.Contains(s.out.String(), "Nothing is wrong") ||
			!strings.Contains(s.err.String(), "cannot tell whether") || strings.Contains(s.err.String(), "there is no") ||
			out == "json" != strings.Contains(s.out.String(), `"not_known"`) {
			t.Errorf("%s: exit %d, %q, %q", out, code, s.out.String(), s.err.String())
		}
	}
	sim.ClearFaults()
	sim.Fault(simaccount.Fault{Path: "*gre_tunnels*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	if s = newShell(t, env...); s.run("diagnose") != 1 || !strings.Contains(s.out.String(), "waw-br1-ipsec") ||
		!strings.Contains(s.err.String(), "not known: gre_tunnels: ") ||
		strings.Contains(s.out.String(), "Next hop unknown") {
		t.Errorf("without the GRE tunnels it says %q, %q", s.out.String(), s.err.String())
	}
	sim.Fault(simaccount.Fault{Path: "*ipsec_tunnels*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	if s = newShell(t, env...); s.run("diagnose") != 1 || s.out.Len() > 0 {
		t.Errorf("without any tunnels it says %q", s.out.String())
	}
}

// A mean over all locations says that a tunnel is well while the busy one is dead: diagnose with its name reads the locations.
func TestDiagnoseOfATunnelReadsItsLocations(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	if _, err := sim.Inject(simaccount.BadInSomeColos); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("diagnose", "fra-dc1-gre"); code != 0 || !strings.Contains(s.out.String(), "2 of 8 data centers") ||
		!strings.Contains(s.out.String(), "of its traffic") {
		t.Errorf("exit %d:\n%s%s", code, s.out.String(), s.err.String())
	}
}

// One location loses two tunnels that work elsewhere: it is named without anybody having asked for it.
func TestDiagnoseNamesTheLocationThatLosesTunnels(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	if err := sim.LoseLocation("nrt02", "fra-dc1-gre", "ams-br2-ipsec"); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("diagnose"); code != 0 || !strings.Contains(s.out.String(), "Tokyo (nrt02) sees 2 of ") {
		t.Errorf("exit %d:\n%s%s", code, s.out.String(), s.err.String())
	}
}
