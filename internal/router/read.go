package router

import (
	"encoding/json"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// read reads what a command printed; false when nothing in it was understood.
func read(how Format, text string, args []string, t Target, f *Facts) bool {
	defer f.settle()
	switch how {
	case FRR:
		return readFRR(text, args, t, f)
	case StrongSwan:
		return readSwan(text, t, f)
	case Junos:
		return readJunos(text, args, t, f)
	case EOS:
		return readEOS(text, args, t, f)
	case IOSXE:
		return readIOSXE(text, args, t, f)
	}
	return false
}

// noEndpoint keeps that there is no route to Cloudflare's endpoint, when that was asked and nothing else has told of one: an answer
// without a route does not say whose.
func (f *Facts) noEndpoint(args []string, t Target) bool {
	if f.Endpoint != nil || !asksRoute(args, t.CloudflareEndpoint) {
		return false
	}
	f.Endpoint = &Route{To: t.CloudflareEndpoint, None: true}
	return true
}

// asksRoute reports whether an argument list asks for the route to an address.
func asksRoute(args []string, to netip.Addr) bool {
	all := strings.Join(args, " ")
	return to.IsValid() && (strings.Contains(all, "route "+to.String()) || strings.Contains(all, "route get "+to.String()))
}

// tree is a JSON document of a form that may differ from version to version: what is asked for and is not there, or is of another
// type, is nothing.
type tree struct{ v any }

// documents splits a text into the JSON documents in it and what stands between them. Several commands in one run print one after the
// other.
func documents(text string) (docs []tree, rest string) {
	const patience = 50 // attempts at what only looks like JSON
	var between strings.Builder
	failed := 0
	for text != "" {
		start := strings.TrimLeft(text, " \r\n\t")
		if start != "" && (start[0] == '{' || start[0] == '[') && failed < patience {
			decoder := json.NewDecoder(strings.NewReader(start))
			decoder.UseNumber()
			var v any
			if err := decoder.Decode(&v); err == nil {
				docs = append(docs, tree{v})
				text = start[decoder.InputOffset():]
				continue
			}
			failed++
		}
		line, after, _ := strings.Cut(text, "\n")
		between.WriteString(line)
		between.WriteByte('\n')
		text = after
	}
	return docs, between.String()
}

// at goes down by names; a number is a place in a list. A list of one, as Junos writes every value, is that one.
func (t tree) at(names ...string) tree {
	for _, name := range names {
		switch v := t.v.(type) {
		case map[string]any:
			t = tree{v[name]}
		case []any:
			if len(v) == 0 {
				return tree{}
			}
			return tree{v[0]}.at(append([]string{name}, names[1:]...)...)
		default:
			return tree{}
		}
		names = names[1:]
	}
	return t
}

// first is the first of several names that is there.
func (t tree) first(names ...string) tree {
	for _, name := range names {
		if found := t.at(name); found.v != nil {
			return found
		}
	}
	return tree{}
}

func (t tree) is() bool { return t.v != nil }

func (t tree) has(name string) bool { return t.at(name).v != nil }

// leaf is a value that Junos wraps as [{"data": "x"}].
func (t tree) leaf() any {
	switch v := t.v.(type) {
	case []any:
		if len(v) > 0 {
			return tree{v[0]}.leaf()
		}
		return nil
	case map[string]any:
		if d, ok := v["data"]; ok {
			return d
		}
		return nil
	}
	return t.v
}

func (t tree) text() string {
	switch v := t.leaf().(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func (t tree) number() (float64, bool) {
	switch v := t.leaf().(type) {
	case json.Number:
		n, err := v.Float64()
		return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}

// count is a number of things, nil when it is none.
func (t tree) count() *int {
	if n, ok := t.number(); ok && n >= 0 && n <= math.MaxInt32 {
		return ptr(int(n))
	}
	return nil
}

func (t tree) bytes() *uint64 {
	if n, ok := t.number(); ok && n >= 0 && n < math.MaxInt64 {
		return ptr(uint64(n))
	}
	return nil
}

func (t tree) asn() uint32 { return asn(t.text()) }

// time returns a number of units as a time; -1 when it is none.
func (t tree) time(unit time.Duration) time.Duration {
	if n, ok := t.number(); ok && n >= 0 && n < float64(100*365*24*time.Hour/unit) {
		return time.Duration(n * float64(unit))
	}
	return -1
}

func (t tree) yes() bool {
	switch v := t.leaf().(type) {
	case bool:
		return v
	case json.Number:
		return v.String() == "1"
	case string:
		return strings.EqualFold(v, "true") || strings.EqualFold(v, "yes") || v == "1"
	}
	return false
}

func (t tree) addr() netip.Addr { return addr(t.text()) }

// fields are the members of an object in no order.
func (t tree) fields() map[string]tree {
	m, _ := t.v.(map[string]any)
	out := make(map[string]tree, len(m))
	for k, v := range m {
		out[k] = tree{v}
	}
	return out
}

// list are the elements of a list; of what is no list itself alone.
func (t tree) list() []tree {
	switch v := t.v.(type) {
	case nil:
		return nil
	case []any:
		out := make([]tree, len(v))
		for i, one := range v {
			out[i] = tree{one}
		}
		return out
	}
	return []tree{t}
}

// addr is the address in a text, without a mask or port; invalid when there is none.
func addr(text string) netip.Addr {
	text = strings.TrimSpace(text)
	text, _, _ = strings.Cut(text, "/")
	text, _, _ = strings.Cut(text, "+") // Junos: address and port
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// asn reads an AS number, also as asdot (RFC 5396).
func asn(text string) uint32 {
	text = strings.TrimSpace(text)
	if high, low, dotted := strings.Cut(text, "."); dotted {
		h, errH := strconv.ParseUint(high, 10, 16)
		l, errL := strconv.ParseUint(low, 10, 16)
		if errH != nil || errL != nil {
			return 0
		}
		return uint32(h)<<16 | uint32(l)
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
