package contract_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
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
		t.Skipf("Cloudflare's OpenAPI documents are not in %s; they are not part of the repository", folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// TestContract is the whole of it: everything package api can send, everything simedge answers.
func TestContract(t *testing.T) {
	docs := documents(t)
	var exchanges []contract.Exchange
	for name, story := range map[string]func(*operator){
		"GRE tunnels": greTunnels, "IPsec tunnels": ipsecTunnels, "tunnel sides": tunnelSides, "routes": routes,
		"interconnects": interconnects, "addressing": addressing, "identity": identity, "diagnostics": diagnostics,
		"refusals at the gateway": gatewayRefusals, "refusals of the services": refusals, "troubles": troubles,
	} {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			story(o)
			exchanges = append(exchanges, o.recorder.Exchanges()...)
		})
	}
	everyOperation(t, exchanges)
	var violations []contract.Violation
	for _, e := range exchanges {
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

// everyOperation fails when an operation of package api had no exchange that succeeded, or none with validate_only where it takes it.
func everyOperation(t *testing.T, exchanges []contract.Exchange) {
	t.Helper()
	carriedOut, tried := map[string]int{}, map[string]int{}
	for _, e := range exchanges {
		switch {
		case e.Status/100 != 2:
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
