package table

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"flarewire/tui"
)

// Query is a parsed filter: words that must all match. "down" searches every column, "!down" wants
// rows without it, "asn:65010" searches one column, by its key or its title, for words that begin so; a column that does not exist is
// searched for as plain text, so that an IPv6 address or a time can be typed as it is, and UnknownColumn names it. An address finds itself
// and the networks that contain it, a network also what lies in it. "as 64601" is one word.
type Query struct {
	terms   []term
	unknown string // what stands before a colon like a column, and is none
}

type term struct {
	text   string
	column int // -1: all
	not    bool
	within netip.Prefix // the text as an address or a network; not valid when it is none
	asn    string       // the text as an AS number, where it is written as one: as64601, 1.10
}

// ParseQuery reads a filter for columns that have these names; several names of a column are parted by blanks.
func ParseQuery(text string, columns []string) Query {
	var q Query
	for _, word := range joined(strings.Fields(strings.ToLower(text))) {
		t := term{column: -1}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		t.text = word
		if key, value, ok := strings.Cut(word, ":"); ok {
			if t.column = slices.IndexFunc(columns, func(names string) bool {
				return key != "" && slices.Contains(strings.Fields(names), key)
			}); t.column >= 0 {
				rest, not := strings.CutPrefix(value, "!")
				t.text, t.not = rest, t.not != not
			} else if value != "" && !network(word).IsValid() && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz-") == "" {
				q.unknown = key
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

// joined puts "as" and the number behind it together.
func joined(words []string) []string {
	var out []string
	for _, word := range words {
		if n := len(out); n > 0 && strings.HasSuffix(out[n-1], "as") && tui.ASN(word) != "" && word[0] != 'a' &&
			strings.TrimLeft(strings.TrimSuffix(out[n-1], "as"), "!") == "" {
			out[n-1] += word
			continue
		}
		out = append(out, word)
	}
	return out
}

// UnknownColumn is what the filter writes like a column and is none; empty when there is no such thing in it.
func (q Query) UnknownColumn() string { return q.unknown }

// Matches reports whether a row with these cells, in the order of the columns, passes.
func (q Query) Matches(cells ...string) bool {
	all := strings.ToLower(strings.Join(cells, cellEnd))
	return q.passes(func(column int) string {
		if column < 0 {
			return all
		}
		return strings.ToLower(cells[column])
	})
}

// passes reports whether all words match; in gives the lower-case text of a column, or of all for -1.
func (q Query) passes(in func(column int) string) bool {
	for _, t := range q.terms {
		if t.found(in(t.column)) == t.not {
			return false
		}
	}
	return true
}

// found reports whether the word is in a text.
func (t term) found(in string) bool {
	switch {
	case t.within.IsValid():
		return related(in, t.within)
	case t.asn != "" && (beginsWord(in, t.asn) || beginsWord(in, "as"+t.asn)):
		return true
	case t.column >= 0: // a number also where it is written as an AS number
		return beginsWord(in, t.text) || t.text[0] >= '0' && t.text[0] <= '9' && beginsWord(in, "as"+t.text)
	}
	return strings.Contains(in, t.text)
}

// beginsWord reports whether a word of a text begins with some text.
func beginsWord(in, text string) bool {
	for from := 0; ; {
		at := strings.Index(in[from:], text)
		if at < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(in[:from+at])
		first, size := utf8.DecodeRuneInString(text)
		if from+at == 0 || !wordly(before) || !wordly(first) {
			return true
		}
		from += at + size
	}
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

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

// related reports whether one of the addresses and networks that a text names contains a network or lies in it. In the network of all
// addresses lies everything, which would filter nothing: only itself is looked for.
func related(text string, of netip.Prefix) bool {
	for len(text) > 0 {
		first := 0
		for first < len(text) && !inAddress(text[first]) {
			first++
		}
		last, signs := first, 0
		for last < len(text) && inAddress(text[last]) {
			if text[last] == '.' || text[last] == ':' {
				signs++
			}
			last++
		}
		word := text[first:last]
		text = text[last:]
		if signs < 2 {
			continue
		}
		length := 0
		if strings.HasPrefix(text, "/") {
			for length++; length < len(text) && text[length] >= '0' && text[length] <= '9'; length++ {
			}
		}
		other := named(word, text[:length])
		if other.IsValid() && other.Addr().Is4() == of.Addr().Is4() && other.Overlaps(of) && (of.Bits() > 0 || other.Bits() == 0) {
			return true
		}
	}
	return false
}

// named is the network that a word names, with its length behind it; a sign of the sentence around it is not part of it.
func named(word, length string) netip.Prefix {
	if p := network(word + length); p.IsValid() {
		return p
	}
	if p := network(word); p.IsValid() {
		return p
	}
	return network(strings.Trim(word, ".:"))
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
	var b []byte
	for row := range t.ids {
		for col, head := range t.heads {
			if !head.live {
				b = appendLower(b, t.cell(row, col, time.Time{}))
			}
			if words := t.said(row, col); words != "" {
				b = appendLower(append(b, '\n'), words)
			}
			x.ends = append(x.ends, len(b))
			b = append(b, cellEnd...)
		}
	}
	x.text = string(b)
	return x
}

// appendLower appends what strings.ToLower makes of a text, without a string of its own for what is ASCII, which nearly all cells are.
func appendLower(b []byte, text string) []byte {
	start := len(b)
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf {
			return append(b[:start], strings.ToLower(text)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
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
	return q.passes(func(column int) string {
		if column >= 0 {
			return x.cells(row, column, column+1)
		}
		return x.cells(row, 0, x.cols)
	})
}
