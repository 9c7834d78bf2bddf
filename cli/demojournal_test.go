package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/secret"
)

// What is changed in the demo is in its journal, and the diagnosis knows it from there as it does elsewhere: there is one journal.
func TestTheDemosDiagnosisKnowsWhatWasChangedInIt(t *testing.T) {
	x := IO{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Now: time.Now, Redactor: &secret.Redactor{},
		Environ: []string{"HOME=" + t.TempDir()}}
	s, err := (&flags{demo: true, refresh: time.Minute, theme: "none"}).open(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	entry := journal.Entry{Account: s.account.ID, Verb: journal.Update, Resource: "gre_tunnels", ObjectID: "1", Name: "a"}
	id, err := s.journal(x).Begin(entry)
	if err == nil {
		err = s.journal(x).End(id, "", journal.Result{Outcome: journal.Done})
	}
	if changes := s.changes(x)(time.Time{}); err != nil || len(changes) != 1 {
		t.Errorf("%d changes, %v", len(changes), err)
	}
}
