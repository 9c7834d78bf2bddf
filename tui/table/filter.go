package table

import (
	"net/netip"
	"strings"
	"time"

	"flarewire/tui"
)

// Query is a parsed filter: words that must all match. "down" searches every column, "!down" wants
// rows without it, "asn:65010" searches one column; a column that does not exist is searched for as
// plain text, so that an IPv6 address or a time can be typed as it is. An address, or a network with its
// length, also finds the networks that contain it.
type Query struct {
	terms []term
}

type term struct {
	text   string
	column int // -1: all
	not    bool
	within netip.Prefix // the text as an address or a network; not valid when it is none
	asn    string       // the text as an AS number, where it is written as one: as64601, 1.10
}

// parseQuery reads a filter for the given column keys.
func parseQuery(text string, keys []string) Query {
	var q Query
	for _, word := range strings.Fields(strings.ToLower(text)) {
		t := term{column: -1}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		t.text = word
		if key, value, ok := strings.Cut(word, ":"); ok {
			for i, k := range keys {
				if k == key {
					t.column, t.text = i, value
				}
			}
		}
		t.within = network(t.text)
		if strings.HasPrefix(t.text, "as") || strings.Count(t.text, ".") == 1 {
			t.asn = tui.ASN(t.text)
		}
		if t.text != "" {
			q.terms = append(q.terms, t)
		}
	}
	return q
}

// network reads an address, as a network of its full length, or a network; the zero one for anything else.
func network(text string) netip.Prefix {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}
	}
	return p.Masked()
}

// contains reports whether one of the networks that a text names contains another network.
func contains(text string, inner netip.Prefix) bool {
	for {
		slash := strings.IndexByte(text, '/')
		if slash < 0 {
			return false
		}
		first := slash
		for first > 0 && inAddress(text[first-1]) {
			first--
		}
		last := slash + 1
		for last < len(text) && text[last] >= '0' && text[last] <= '9' {
			last++
		}
		outer := network(text[first:last])
		if outer.IsValid() && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr()) {
			return true
		}
		text = text[last:]
	}
}

// inAddress reports whether a character can be in an address.
func inAddress(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '.' || c == ':'
}

// searchIndex is the lower-case text of all rows in one string: ten thousand rows are ready for the
// first character of a filter in a few large pieces of memory instead of a hundred thousand small ones.
type searchIndex struct {
	text string
	ends []int // where each cell ends in text; the cells of a row follow each other
	cols int
}

// cellEnd stands behind each cell, so that no word is found across two of them. It cannot be typed.
const cellEnd = "\x00"

// index reads the text of every cell that does not change with the clock.
func (t *grid) index() *searchIndex {
	x := &searchIndex{ends: make([]int, 0, len(t.ids)*len(t.heads)), cols: len(t.heads)}
	var b strings.Builder
	for row := range t.ids {
		for col, head := range t.heads {
			if !head.live {
				b.WriteString(strings.ToLower(t.cell(row, col, time.Time{})))
			}
			x.ends = append(x.ends, b.Len())
			b.WriteString(cellEnd)
		}
	}
	x.text = b.String()
	return x
}

// cells is the text of the columns from first up to, but without, after.
func (x *searchIndex) cells(row, first, after int) string {
	start, i := 0, row*x.cols
	if i+first > 0 {
		start = x.ends[i+first-1] + len(cellEnd)
	}
	return x.text[start:x.ends[i+after-1]]
}

// matches reports whether a row passes.
func (x *searchIndex) matches(q Query, row int) bool {
	for _, t := range q.terms {
		in := ""
		if t.column >= 0 {
			in = x.cells(row, t.column, t.column+1)
		} else {
			in = x.cells(row, 0, x.cols)
		}
		found := strings.Contains(in, t.text) || t.within.IsValid() && contains(in, t.within) || t.asn != "" && strings.Contains(in, t.asn)
		if found == t.not {
			return false
		}
	}
	return true
}
