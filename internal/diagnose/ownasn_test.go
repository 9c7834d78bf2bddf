package diagnose_test

import (
	"strings"
	"testing"

	"flarewire/internal/diagnose"
)

// In an account whose sessions have another AS number of Cloudflare's, nothing that is said of a session names the usual one.
func TestNoTextNamesAnotherASNumberOfCloudflaresThanTheAccounts(t *testing.T) {
	named := 0
	check := func(name string, facts diagnose.Facts, object string) {
		t.Helper()
		facts.CloudflareASN = 64999
		for _, f := range diagnose.New(facts).Tunnel(object) {
			said := f.Text + " " + f.Next
			if strings.Contains(said, "13335") {
				t.Errorf("%s: %s", name, said)
			}
			if strings.Contains(said, "64999") {
				named++
			}
		}
	}
	for _, f := range sessionFaults() {
		check(f.name, f.is, "id-"+f.object)
		check(f.name, f.variant, "id-"+f.object)
	}
	for name, f := range recordFaults() {
		check(name, recorded(f.is, f.rows...), "id-x")
	}
	if named < 5 {
		t.Errorf("the account's number stands in %d texts: nothing was tried", named)
	}
	own := below("gre", "healthy", 1)
	own.BGP.CustomerASN = 64999
	facts := an(own)
	facts.CloudflareASN = 64999
	if _, found := byCause(diagnose.New(facts).Tunnel(own.ID))[diagnose.ASNReserved]; !found {
		t.Error("a tunnel with the account's number of Cloudflare as its customer's is taken for right")
	}
}
