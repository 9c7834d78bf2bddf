package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	statusTunnels  = 100 // half GRE, half IPsec
	statusRuns     = 25
	statusFarRuns  = 8
	statusMemRuns  = 7
	addedDelay     = 120 * time.Millisecond
	statusRatio    = 1.0 / 3
	bareRatio      = 1.6
	statusMemory   = 25 << 20 // bytes
	oneAnswerLimit = 1.5      // of the delay: one answer after the other would be 2
)

// pipeline is what one writes today for the same question: both lists, one after the other, name and state
// of the session. The token comes from a file, so that it is not in the arguments.
const pipeline = `set -e
for kind in gre ipsec; do
  curl -sSf -H @"$HEADER" "$CLOUDFLARE_BASE_URL/accounts/$CLOUDFLARE_ACCOUNT_ID/magic/${kind}_tunnels" |
    jq -r ".result.${kind}_tunnels[] | [.name, .bgp_status.state // \"-\"] | @tsv"
done`

// measureStatus compares `flarewire status -o json` with curl and jq, near and far from the server.
func measureStatus(ctx context.Context, w *workshop) ([]row, error) {
	acc := serve(statusTunnels)
	defer acc.close()
	status := w.command(acc.environ(), w.flarewire, "status", "-o", "json")
	if err := checkStatus(ctx, status); err != nil {
		return nil, err
	}
	rows, err := sizeOf(w.flarewire)
	if err != nil {
		return nil, err
	}
	memory, err := repeat(ctx, statusMemRuns, func(ctx context.Context) (float64, error) { return w.peakMemory(ctx, status) })
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{what: "status -o json, peak RSS", setup: "50 GRE + 50 IPsec", values: memory, unit: mebibytes,
		limit: statusMemory})
	bare, err := compareBare(ctx, w, acc, status)
	if err != nil {
		return nil, err
	}
	rows = append(rows, bare...)
	pipe, missing := w.pipeline(acc)
	if missing != "" {
		return append(rows, row{what: "status against curl + jq", why: missing}), nil
	}
	near, err := compareStatus(ctx, w, status, pipe)
	if err != nil {
		return nil, err
	}
	acc.delay(addedDelay)
	far, err := compareFar(ctx, status, pipe)
	return append(append(rows, near...), far...), err
}

// pipeline gives the curl and jq command; missing says why there is none.
func (w *workshop) pipeline(acc *account) (c command, missing string) {
	for _, tool := range []string{"sh", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			return command{}, tool + " is not installed"
		}
	}
	header := w.path("header")
	token := strings.TrimPrefix(acc.environ()[1], "CLOUDFLARE_API_TOKEN=")
	if err := os.WriteFile(header, []byte("Authorization: Bearer "+token+"\n"), 0o600); err != nil {
		return command{}, err.Error()
	}
	return w.command(append(acc.environ(), "HEADER="+header), "sh", "-c", pipeline), ""
}

func compareStatus(ctx context.Context, w *workshop, status, pipe command) ([]row, error) {
	out, err := pipe.output(ctx)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(out, "\n"); n != statusTunnels {
		return nil, fmt.Errorf("curl + jq printed %d lines instead of %d: the comparison would be unfair", n, statusTunnels)
	}
	ours, theirs, err := inTurn(ctx, statusRuns, status, pipe)
	if err != nil {
		return nil, err
	}
	memory, err := repeat(ctx, statusMemRuns, func(ctx context.Context) (float64, error) { return w.peakMemory(ctx, pipe) })
	if err != nil {
		return nil, err
	}
	const setup = "50 GRE + 50 IPsec"
	return []row{
		{what: "curl + jq twice, largest process", setup: setup, values: memory, unit: mebibytes},
		{what: "status -o json", setup: setup, values: ours, unit: milliseconds},
		{what: "curl + jq twice", setup: setup, values: theirs, unit: milliseconds},
		{what: "status / curl + jq", setup: setup, values: pairwise(ours, theirs, quotient), unit: ratio, limit: statusRatio},
	}, nil
}

// compareBare holds the status against the least that a Go program does for it.
func compareBare(ctx context.Context, w *workshop, acc *account, status command) ([]row, error) {
	bare := w.command(acc.environ(), w.bare)
	out, err := bare.output(ctx)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(out, "\"interface_address\""); n != statusTunnels {
		return nil, fmt.Errorf("the bare program printed %d tunnels instead of %d: the comparison would be unfair", n, statusTunnels)
	}
	ours, theirs, err := inTurn(ctx, statusRuns, status, bare)
	if err != nil {
		return nil, err
	}
	const setup = "50 GRE + 50 IPsec"
	return []row{
		{what: "bare net/http program", setup: setup, values: theirs, unit: milliseconds},
		{what: "status / bare net/http program", setup: setup, values: pairwise(ours, theirs, quotient), unit: ratio, limit: bareRatio},
	}, nil
}

func compareFar(ctx context.Context, status, pipe command) ([]row, error) {
	ours, theirs, err := inTurn(ctx, statusFarRuns, status, pipe)
	if err != nil {
		return nil, err
	}
	setup := fmt.Sprintf("the same, answers %d ms later", addedDelay.Milliseconds())
	return []row{
		{what: "status -o json", setup: setup, values: ours, unit: milliseconds, limit: oneAnswerLimit * ms(addedDelay)},
		{what: "curl + jq twice", setup: setup, values: theirs, unit: milliseconds},
		{what: "status / curl + jq", setup: setup, values: pairwise(ours, theirs, quotient), unit: ratio},
	}, nil
}

func quotient(a, b float64) float64 { return a / b }

// checkStatus makes sure that what is measured is the whole answer.
func checkStatus(ctx context.Context, status command) error {
	out, err := status.output(ctx)
	if err != nil {
		return err
	}
	var doc struct{ Tunnels []json.RawMessage }
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		return fmt.Errorf("status -o json: %w", err)
	}
	if len(doc.Tunnels) != statusTunnels {
		return fmt.Errorf("status -o json printed %d tunnels instead of %d", len(doc.Tunnels), statusTunnels)
	}
	return nil
}

// binaryLimit is in bytes, as in the test of the release.
const binaryLimit = 24e6

func sizeOf(path string) ([]row, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return []row{{what: "binary, stripped", values: []float64{float64(info.Size())}, unit: megabytes, limit: binaryLimit}}, nil
}
