package contract

import (
	"path"
	"strings"
)

// Difference is a violation on purpose. A field that is empty (or 0) matches everything.
type Difference struct {
	Document   string
	Operations []string // patterns of path.Match: "*_tunnels.update"
	Side       Side
	Status     int
	Where      string // pattern of path.Match, * stands for one segment; with … in front, for the last segments only
	Rule       string
	Reason     string
}

// explains reports whether the difference covers the violation.
func (d *Difference) explains(v Violation) bool {
	if d.Document != "" && d.Document != v.Document || d.Side != "" && d.Side != v.Side ||
		d.Status != 0 && d.Status != v.Status || d.Rule != "" && d.Rule != v.Rule {
		return false
	}
	if suffix, tail := strings.CutPrefix(d.Where, "…"); tail && !strings.HasSuffix(v.Where, suffix) ||
		!tail && d.Where != "" && !matches(d.Where, v.Where) {
		return false
	}
	for _, pattern := range d.Operations {
		if matches(pattern, v.Operation) {
			return true
		}
	}
	return len(d.Operations) == 0
}

func matches(pattern, text string) bool {
	ok, err := path.Match(pattern, text)
	return ok && err == nil
}

// Sort divides violations into those without a reason and those with one, and counts what each difference explains.
func Sort(violations []Violation, table []Difference) (unexplained, explained []Violation, uses []int) {
	uses = make([]int, len(table))
	for _, v := range violations {
		known := false
		for i := range table {
			if table[i].explains(v) {
				uses[i]++
				known = true
			}
		}
		if known {
			explained = append(explained, v)
		} else {
			unexplained = append(unexplained, v)
		}
	}
	return unexplained, explained, uses
}
