package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A goal is met or missed by the quantile that the row names, not by its extremes.
func TestTheTableSaysWhichGoalsAreMissed(t *testing.T) {
	rows := []row{
		{what: "fast", setup: "10 tunnels", values: []float64{9, 1, 2}, unit: milliseconds, limit: 3},
		{what: "slow", values: []float64{1, 2, 9}, at: p95, unit: milliseconds, limit: 3},
		{what: "size", values: []float64{3 << 20}, unit: mebibytes},
		{what: "absent", why: "jq is not installed"},
	}
	var b strings.Builder
	if err := print(&b, rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for i, want := range []string{"fast | 10 tunnels | 2.0 ms | 1.0 ms – 9.0 ms | 3 | ≤ 3.0 ms | met",
		"slow | | 9.0 ms | 1.0 ms – 9.0 ms | 3 | ≤ 3.0 ms | MISSED", "size | | 3.0 MiB | | 1 |", "absent | | not measured: jq is not installed"} {
		if got := strings.Join(strings.Fields(lines[i+2]), " "); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	if rows[0].missed() || !rows[1].missed() || rows[3].missed() {
		t.Error("missed goals are not those of the table")
	}
}

func TestQuantilesAreMeasuredValues(t *testing.T) {
	values := []float64{5, 3, 1, 4, 2}
	for q, want := range map[float64]float64{median: 3, p95: 5, 0.2: 1} {
		if got := quantile(values, q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}

// The repaint of a key ends with its last piece, not with the first.
func TestTheRecorderWaitsForTheEndOfARepaint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder()
		start := time.Now()
		r.observe(start, []byte("first"))
		before := r.last()
		go func() {
			r.observe(start.Add(time.Millisecond), []byte("half"))
			r.observe(start.Add(2*time.Millisecond), []byte("whole"))
		}()
		after, err := r.settle(t.Context(), before, 50*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if after.end-before.end != len("halfwhole") || after.at.Sub(start) != 2*time.Millisecond {
			t.Errorf("%d bytes after %v", after.end-before.end, after.at.Sub(start))
		}
		if p, ok := r.firstWhere(func(out []byte) bool { return strings.Contains(string(out), "half") }); !ok ||
			!p.at.Equal(start.Add(time.Millisecond)) {
			t.Errorf("the half is in the piece of %v", p.at)
		}
	})
}

// Every key that is measured does something: a key that nobody knows would be very fast.
func TestTheDeskIsTheRealProgram(t *testing.T) {
	d, err := newDesk(t.Context(), 60)
	if err != nil {
		t.Fatal(err)
	}
	before := d.app.Screen()
	if !hasData(60)([]byte(before)) || !firstFrame([]byte(before)) {
		t.Fatalf("no tunnels on the screen:\n%s", before)
	}
	for _, key := range []string{"down", "pgdown", "/", "f", "esc"} {
		d.key(key)
		after := d.app.Screen()
		if after == before {
			t.Errorf("key %s changed nothing", key)
		}
		before = after
	}
}
