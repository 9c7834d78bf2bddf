package contract_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/contract"
)

// TestTheListOfOperations: the permission groups, which package api tells the user by their exact names, the query parameters and
// the header are those of the documents.
func TestTheListOfOperations(t *testing.T) {
	found := map[string]bool{}
	for _, d := range documents(t) {
		for _, op := range api.Operations() {
			declared, ok := d.Declared(op.Method, op.Path)
			if !ok {
				continue // TestContract knows which these are, and why
			}
			found[op.Name] = true
			listed := slices.Sorted(slices.Values(op.Permissions))
			if diff := cmp.Diff(declared.Groups, listed); diff != "" {
				t.Errorf("%s: permission groups of %s:\n%s", d.Name, op.Name, diff)
			}
			for _, name := range op.Query {
				if !slices.Contains(declared.Queries, name) {
					t.Errorf("%s: %s declares no query parameter %s", d.Name, op.Name, name)
				}
			}
			if op.TargetHeader != slices.Contains(declared.Headers, "x-magic-new-hc-target") {
				t.Errorf("%s: x-magic-new-hc-target of %s: declared %v, sent %v", d.Name, op.Name, !op.TargetHeader, op.TargetHeader)
			}
			if d.Name == contract.Derived && op.ValidateOnly != slices.Contains(declared.Queries, "validate_only") {
				t.Errorf("%s: validate_only of %s: declared %v, known %v", d.Name, op.Name, !op.ValidateOnly, op.ValidateOnly)
			}
		}
	}
	t.Logf("%d of %d operations are in a document", len(found), len(api.Operations()))
}
