package table

import (
	"slices"
	"time"
)

// Split shares width between the list and what stands beside it, which gets right cells as long as the list is whole with the rest: with
// every column that it has on a screen of alone cells, and with no cell cut. Else the list gets what it needs, as far as least cells are
// left beside it.
func (t *grid) Split(width, alone, least, right int, now time.Time) (beside int) {
	t.measure(now)
	needed := t.columns(alone)
	best, fewest := right, -1
	for beside = right; beside >= least && fewest != 0; beside-- {
		if short := t.short(t.columns(width-beside), needed); fewest < 0 || short < fewest {
			best, fewest = beside, short
		}
	}
	return best
}

// columns are those that stand on a screen of this width, with their widths on it.
func (t *grid) columns(width int) []placed {
	if len(t.chosen) > 0 && !t.wide {
		return inOrder(t.heads, width, t.chosen, t.sortCol)
	}
	return arrange(t.heads, width, t.wide, t.from, t.sortCol)
}

// missingCells is what a missing column counts against cells that are cut: no number of those is worth a column.
const missingCells = 1000

// short is how many cells the columns are short of showing all that they could.
func (t *grid) short(cols, needed []placed) (cells int) {
	for _, p := range needed {
		if !slices.ContainsFunc(cols, func(c placed) bool { return c.index == p.index }) {
			cells += missingCells
		}
	}
	for _, p := range cols {
		col := t.heads[p.index]
		cells += max(0, min(col.need, col.width+col.grow)-p.width)
	}
	return cells
}
