package tui

import "math"

// sparks are the heights of a sparkline, from nothing to the top. On a terminal without UTF-8 they become the signs of
// asciiFor.
var sparks = []rune("▁▂▃▄▅▆▇█")

// Spark draws a series on one line, one cell for each value: zero is the lowest sign and nothing else is, top and everything
// above it the highest. A nil value, which is not known, is a gap: a blank.
func Spark(values []*float64, top float64) string {
	out := make([]rune, len(values))
	for i, v := range values {
		out[i] = spark(v, top)
	}
	return string(out)
}

func spark(v *float64, top float64) rune {
	switch {
	case v == nil || math.IsNaN(*v):
		return ' '
	case *v <= 0 || top <= 0:
		return sparks[0]
	}
	step := int(math.Ceil(*v / top * float64(len(sparks)-1)))
	return sparks[max(1, min(step, len(sparks)-1))]
}

// groups are how many neighbours Squeeze may join: such that a series in steps of five minutes still has a usual step.
var groups = []int{1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 144, 288}

// Squeeze makes a series fit into room cells: as few neighbours as possible are joined into one value by pick, per of them
// each, counted from the newest, which stands last. Of a group whatever is known counts; a group of which nothing is known
// stays not known.
func Squeeze(values []*float64, room int, pick func(a, b float64) float64) (joined []*float64, per int) {
	per = groups[len(groups)-1]
	for _, n := range groups {
		if len(values) <= n*room {
			per = n
			break
		}
	}
	for end := len(values); end > 0; end -= per {
		joined = append([]*float64{join(values[max(0, end-per):end], pick)}, joined...)
	}
	return joined[max(0, len(joined)-room):], per
}

func join(values []*float64, pick func(a, b float64) float64) *float64 {
	var out *float64
	for _, v := range values {
		switch {
		case v == nil || math.IsNaN(*v):
		case out == nil:
			one := *v
			out = &one
		default:
			*out = pick(*out, *v)
		}
	}
	return out
}
