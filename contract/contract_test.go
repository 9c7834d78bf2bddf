package contract_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/contract"
)

// documents loads the documents; without them the test is skipped.
func documents(t *testing.T) []contract.Document {
	t.Helper()
	folder := contract.Folder()
	documents, err := contract.Load(folder)
	if errors.Is(err, fs.ErrNotExist) {
		reason := "Cloudflare's OpenAPI documents are not in " + folder + "; they are not part of the repository"
		fmt.Println("contract: skipped:", reason) // go test alone would not show it
		t.Skip(reason)
	}
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// TestContract is the whole of it: everything package api can send, everything simaccount answers.
func TestContract(t *testing.T) {
	docs := documents(t)
	var exchanges []contract.Exchange
	lives := map[string]func(*operator){"identity": identity, "diagnostics": diagnostics,
		"refusals at the gateway": gatewayRefusals, "refusals of the services": refusals, "troubles": troubles}
	for _, s := range stories {
		lives[s.name] = s.life
	}
	for name, life := range lives {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			life(o)
			exchanges = append(exchanges, o.recorder.Exchanges()...)
		})
	}
	everyOperation(t, exchanges)
	unasked(t, docs, exchanges)
	everyField(t, docs, exchanges)
	var violations []contract.Violation
	for _, e := range ours(t, docs, exchanges) {
		for _, d := range docs {
			violations = append(violations, d.Check(t.Context(), e)...)
		}
	}
	unexplained, explained, uses := contract.Sort(violations, contract.Differences)
	report(t, unexplained)
	for i, n := range uses {
		if n == 0 {
			t.Errorf("this difference explains nothing any more, so it must go: %+v", contract.Differences[i])
		}
	}
	fmt.Printf("contract: %d operations, %d exchanges, %d unexplained violations, %d explained\n",
		len(api.Operations()), len(exchanges), len(unexplained), len(explained))
}

// notAsked are the operations of Cloudflare's documents that the program never sends, with the reason.
var notAsked = map[string]string{
	"DELETE /accounts/{account_id}/magic/routes": "deletes many routes; which, the documents contradict each other about (Q16): one by one " +
		"is sent",
	"POST /accounts/{account_id}/addressing/loa_documents": "uploads a letter as a file; flarewire asks Cloudflare to make it, and the SDK " +
		"calls the upload deprecated",
	"GET /accounts/{account_id}/addressing/loa_documents/{loa_document_id}/download": "the letter of a prefix, deprecated with its upload",
	"PATCH " +
		"/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/status": "deprecated: a BGP prefix is advertised by its own operation",
	"POST /accounts": "accounts are made in Cloudflare's dashboard",
}

// unasked names the operations of the document with the operator's paths that were not exchanged, and fails for one without a reason.
func unasked(t *testing.T, docs []contract.Document, exchanges []contract.Exchange) {
	t.Helper()
	for _, d := range docs {
		if d.Name != contract.Derived {
			continue
		}
		names, all := d.Unasked(exchanges)
		fmt.Printf("contract: %d of the %d operations of the document are exchanged, %d are not:\n", all-len(names), all, len(names))
		left := maps.Clone(notAsked)
		for _, name := range names {
			if notAsked[name] == "" {
				t.Errorf("%s is never sent; teach a story about it, or write in notAsked why", name)
			}
			fmt.Printf("contract:   %s: %s\n", name, notAsked[name])
			delete(left, name)
		}
		for name := range left {
			t.Errorf("%s is sent, or is no operation any more: its reason must go", name)
		}
	}
}

// ours holds what Cloudflare's documents do not have against the fragment of our own, which is unconfirmed and counted apart, and returns
// the other exchanges. What the fragment has and a document too must go from the fragment.
func ours(t *testing.T, docs []contract.Document, exchanges []contract.Exchange) (others []contract.Exchange) {
	t.Helper()
	fragment, err := contract.LoadFragment()
	if err != nil {
		t.Fatal(err)
	}
	var violations []contract.Violation
	twice := map[string]bool{}
	for _, e := range exchanges {
		if !fragment.Has(e.Request) {
			others = append(others, e)
			continue
		}
		violations = append(violations, fragment.Check(t.Context(), e)...)
		for _, d := range docs {
			if name := d.Name + " has " + e.Operation; d.Has(e.Request) && !twice[name] {
				twice[name] = true
				t.Errorf("%s: take it out of fragment.yaml", name)
			}
		}
	}
	unexplained, explained, _ := contract.Sort(violations, contract.Differences)
	report(t, unexplained)
	names, all := fragment.Unasked(exchanges)
	for _, name := range names {
		t.Errorf("%s of the fragment is never sent", name)
	}
	fmt.Printf("contract: fragment of our own, from SDK types, unconfirmed: %d operations, %d exchanges, %d unexplained violations, %d "+
		"explained\n",
		all, len(exchanges)-len(others), len(unexplained), len(explained))
	return others
}

// everyOperation fails when an operation of package api had no exchange that succeeded, none with validate_only where it takes
// it, or none that ended in a rate limit or a server error.
func everyOperation(t *testing.T, exchanges []contract.Exchange) {
	t.Helper()
	type failure struct {
		operation string
		status    int
	}
	carriedOut, tried, failed := map[string]int{}, map[string]int{}, map[failure]int{}
	for _, e := range exchanges {
		switch {
		case e.Status/100 != 2:
			failed[failure{e.Operation, e.Status}]++
		case e.Request.URL.Query().Get("validate_only") == "true":
			tried[e.Operation]++
		default:
			carriedOut[e.Operation]++
		}
	}
	for _, op := range api.Operations() {
		if carriedOut[op.Name] == 0 {
			t.Errorf("%s was never exercised; teach a story about it", op.Name)
		}
		if op.ValidateOnly && tried[op.Name] == 0 {
			t.Errorf("%s was never exercised with validate_only; teach a story about it", op.Name)
		}
		for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError} {
			if failed[failure{op.Name, status}] == 0 {
				t.Errorf("%s was never answered with %d; teach the troubles about it", op.Name, status)
			}
		}
		delete(carriedOut, op.Name)
	}
	for name := range carriedOut {
		t.Errorf("%s was sent, but is not in api.Operations", name)
	}
}

// report fails once for each different violation.
func report(t *testing.T, violations []contract.Violation) {
	t.Helper()
	count := map[string]int{}
	for _, v := range violations {
		count[v.String()]++
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		t.Errorf("%s [%d times]", line, count[line])
	}
}

// neverSent are the fields that package api does not send, by document and beginning of the name.
var neverSent = []struct{ document, prefix, reason string }{
	{contract.Derived, "gre_tunnels.bulk_update /gre_tunnels/*/bgp",
		"the update of a GRE tunnel has no bgp (Q2), and the status is an answer's"},
	{contract.Derived, "ipsec_tunnels.bulk_update /ipsec_tunnels/*/bgp_status",
		"an answer's field: this document borrows the schema of the answers"},
	{contract.Derived, "ipsec_tunnels.bulk_update /ipsec_tunnels/*/allow_null_cipher", "an answer's field, as above"},
	{contract.Derived, "ipsec_tunnels.bulk_update /ipsec_tunnels/*/psk_metadata", "an answer's field, as above"},
	{contract.Derived, "cf_interconnects.bulk_update /interconnects/*/colo_name", "an answer's field, as above"},
	{contract.Derived, "cf_interconnects.bulk_update /interconnects/*/version", "an answer's field, as above"},
	{contract.Derived, "cf_interconnects.bulk_update /interconnects/*/virtual_port_reservation_id", "an answer's field, as above"},
	{contract.Derived, "cf_interconnects.bulk_update /interconnects/*/bgp/", "deprecated: as_no and the two derived endpoints"},
	{contract.Derived, "cf_interconnects.update /bgp/", "deprecated: as_no and the two derived endpoints"},
}

// everyField fails when the documents let a request have a field that no story has filled, unless there is a reason.
func everyField(t *testing.T, docs []contract.Document, exchanges []contract.Exchange) {
	t.Helper()
	uses := make([]int, len(neverSent))
	for _, d := range docs {
		for _, field := range d.Unsent(exchanges) {
			i := slices.IndexFunc(neverSent, func(n struct{ document, prefix, reason string }) bool {
				return n.document == d.Name && strings.HasPrefix(field, n.prefix)
			})
			if i < 0 {
				t.Errorf("%s: no story sends %s", d.Name, field)
				continue
			}
			uses[i]++
		}
	}
	for i, n := range uses {
		if n == 0 {
			t.Errorf("this field is sent now, so its reason must go: %+v", neverSent[i])
		}
	}
}
