package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// hourFile is the environment variable that tells the test of an hour where to write its figures. The clock of
// that hour is simulated by testing/synctest, which only a test can use.
const hourFile = "FLAREWIRE_BENCH_HOUR"

// hourRow is a row of the table, as the test writes it.
type hourRow struct {
	What, Setup string
	Values      []float64
	Unit        unit
	Limit       float64
}

// measureHour runs the test that watches 200 tunnels for an hour in simulated time. A goal that it misses is
// marked in the table.
func measureHour(ctx context.Context, w *workshop) ([]row, error) {
	file := w.path("hour.json")
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-run", "^TestAnHourOfWatching$", "flarewire/tools/bench")
	cmd.Env = append(os.Environ(), hourFile+"="+file)
	out, failed := cmd.CombinedOutput()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("go test: %w\n%s", failed, strings.TrimSpace(string(out)))
	}
	var measured []hourRow
	if err := json.Unmarshal(text, &measured); err != nil {
		return nil, err
	}
	rows := make([]row, len(measured))
	for i, m := range measured {
		rows[i] = row{what: m.What, setup: m.Setup, values: m.Values, unit: m.Unit, limit: m.Limit}
	}
	return rows, nil
}
