package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
)

// fault is one that an operator meets: how the data looks, what must be said first about the object, and how bad it is.
type fault struct {
	name     string
	object   string // the name of what is asked about
	cause    diagnose.Cause
	severity diagnose.Impact
	likely   diagnose.Likelihood
	says     []string // parts of what is said and of what to do, in every variant
	is       diagnose.Facts
	variant  diagnose.Facts // the same fault with other numbers and of another kind
	near     diagnose.Facts // nearly the same, and it is not this fault
	alone    bool           // it is one of the whole account: other tunnels change it
}

// Each fault is named first, as bad as it is, whatever the numbers, the kind and the order of the rows are; and not where the data
// only looks nearly so.
func TestEachFaultIsNamedFirst(t *testing.T) {
	t.Parallel()
	all := allFaults()
	if len(all) < 35 {
		t.Errorf("%d faults", len(all))
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for name, facts := range map[string]diagnose.Facts{"as it is": f.is, "variant": f.variant,
				"as it is, in a crowd": shuffled(f.is, f.alone), "variant, in a crowd": shuffled(f.variant, f.alone)} {
				found := of(facts, f.object)
				if len(found) == 0 {
					t.Errorf("%s: nothing is said", name)
					continue
				}
				first := found[0]
				if first.Cause != f.cause || first.Impact != f.severity || first.Likelihood != f.likely {
					t.Errorf("%s: %s (%s, %s) comes first, want %s (%s, %s); all of it: %s\n%s", name, first.Cause, first.Likelihood, first.Impact,
						f.cause, f.likely, f.severity, causes(found), first.Text)
				}
				for _, part := range f.says {
					if text := first.Text + " " + first.Next; !strings.Contains(text, part) {
						t.Errorf("%s: it does not say %q: %s", name, part, text)
					}
				}
				complete(t, found)
			}
			for name, facts := range map[string]diagnose.Facts{"near miss": f.near, "near miss, in a crowd": shuffled(f.near, f.alone)} {
				for _, each := range of(facts, f.object) {
					if each.Cause == f.cause && each.Impact == f.severity && each.Likelihood > diagnose.Remark {
						t.Errorf("%s: it is found: %s", name, each.Text)
					}
				}
			}
		})
	}
}

// What is said about a session and its steps rests on the RFC that describes them, and names it.
func TestWhatIsSaidOfASessionNamesItsRFC(t *testing.T) {
	t.Parallel()
	notOfTheProtocol := []diagnose.Cause{diagnose.ChangedBefore, diagnose.NoUnifiedRouting, diagnose.NoStatus, diagnose.StaleStatus,
		diagnose.NothingAnnounced, diagnose.RekeyFlap}
	ofTheProtocol := []diagnose.Cause{diagnose.Flapping, diagnose.HoldTime, diagnose.MTUBlackHole, diagnose.ASNMismatch, diagnose.MD5Mismatch,
		diagnose.NotDialling, diagnose.SessionLost, diagnose.SessionEnded, diagnose.NoOpen, diagnose.OpenConfirmMTU}
	for _, f := range slices.Concat(sessionFaults(), flapFaults()) {
		if slices.Contains(notOfTheProtocol, f.cause) {
			continue
		}
		for name, facts := range map[string]diagnose.Facts{"as it is": f.is, "variant": f.variant} {
			for _, found := range of(facts, f.object) {
				said := found.Cause == f.cause || slices.Contains(ofTheProtocol, found.Cause) // what comes second, too
				if said && !strings.Contains(found.Source, "RFC ") {
					t.Errorf("%s, %s: %s rests on %q", f.name, name, found.Cause, found.Source)
				}
			}
		}
	}
}

// complete: no finding without evidence, source and text, and none that matters without the next step.
func complete(t *testing.T, found []diagnose.Finding) {
	t.Helper()
	for _, f := range found {
		if len(f.Evidence) == 0 || f.Text == "" || f.Source == "" || f.Next == "" && f.Impact > diagnose.NoImpact {
			t.Errorf("%s lacks evidence, text, source or the next step: %+v", f.Cause, f)
		}
	}
}

// of is what is said about an object by its name. A name that several objects have is the one that something is said about.
func of(facts diagnose.Facts, name string) []diagnose.Finding {
	for _, d := range diagnose.New(facts).Named(name) {
		if len(d.Findings) > 0 {
			return d.Findings
		}
	}
	return nil
}

func allFaults() []fault {
	var all []fault
	for _, list := range [][]fault{probeFaults(), sessionFaults(), flapFaults(), routeFaults(), prefixFaults()} {
		all = append(all, list...)
	}
	return all
}
