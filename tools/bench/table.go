package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// unit says how a number is written. Times are in milliseconds, sizes in bytes, shares in percent.
type unit string

const (
	milliseconds unit = "ms"
	mebibytes    unit = "MiB"
	megabytes    unit = "MB"
	bytesUnit    unit = "B"
	percent      unit = "%"
	ratio        unit = "×"
	count        unit = ""
)

func (u unit) format(v float64) string {
	switch u {
	case mebibytes:
		return fmt.Sprintf("%.1f MiB", v/(1<<20))
	case megabytes:
		return fmt.Sprintf("%.1f MB", v/1e6)
	case bytesUnit:
		return fmt.Sprintf("%.0f B", v)
	case percent:
		return fmt.Sprintf("%.2f %%", v)
	case count:
		return fmt.Sprintf("%.0f", v)
	case ratio:
		return fmt.Sprintf("%.2f", v)
	}
	if v < 1 {
		return fmt.Sprintf("%.3f ms", v)
	}
	return fmt.Sprintf("%.1f ms", v)
}

// ms is a duration as a number of milliseconds.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// The quantiles that are shown.
const (
	median = 0.5
	p95    = 0.95
)

// quantile is the nearest-rank quantile of the values, which need no order.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	rank := int(q*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// row is one measurement.
type row struct {
	what   string
	setup  string
	values []float64
	at     float64 // which quantile is the result; 0 is the median
	unit   unit
	limit  float64 // the goal: at most this; 0 is no goal
	why    string  // why it was not measured, when values is empty
}

func (r row) result() float64 {
	if r.at == 0 {
		r.at = median
	}
	return quantile(r.values, r.at)
}

func (r row) missed() bool { return r.limit > 0 && len(r.values) > 0 && r.result() > r.limit }

// cells are the row's columns, as in heading.
func (r row) cells() []string {
	if len(r.values) == 0 {
		return []string{r.what, r.setup, "not measured: " + r.why, "", "", "", ""}
	}
	goal, verdict := "", ""
	if r.limit > 0 {
		goal, verdict = "≤ "+r.unit.format(r.limit), "met"
		if r.missed() {
			verdict = "MISSED"
		}
	}
	spread := ""
	if len(r.values) > 1 {
		spread = r.unit.format(slices.Min(r.values)) + " – " + r.unit.format(slices.Max(r.values))
	}
	return []string{r.what, r.setup, r.unit.format(r.result()), spread, fmt.Sprint(len(r.values)), goal, verdict}
}

var heading = []string{"measurement", "of", "median", "min – max", "n", "goal", ""}

// print writes the rows as one table that reads well as plain text and as Markdown.
func print(w io.Writer, rows []row) error {
	lines := [][]string{heading}
	for _, r := range rows {
		lines = append(lines, r.cells())
	}
	widths := make([]int, len(heading))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	var b strings.Builder
	for n, cells := range lines {
		for i, c := range cells {
			b.WriteString("| " + c + strings.Repeat(" ", widths[i]-len([]rune(c))+1))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+2))
			}
			b.WriteString("|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
