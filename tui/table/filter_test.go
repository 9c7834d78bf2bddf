package table_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/tui/table"
)

// network is a row with a network somewhere in its text.
type network struct{ name, cells string }

func networks(rows ...network) *table.Table[network] {
	t := table.New([]table.Column[network]{
		{Key: "name", Title: "NAME", Width: 10, Text: func(n network, _ time.Time) string { return n.name }},
		{Key: "prefix", Title: "PREFIX", Width: 20, Text: func(n network, _ time.Time) string { return n.cells }},
	}, func(n network) string { return n.name })
	t.Set(rows)
	return t
}

// An address as a filter finds the networks that contain it, wherever they stand in a row.
func TestAnAddressFindsTheNetworksThatContainIt(t *testing.T) {
	rows := []network{{"all", "0.0.0.0/0"}, {"wide", "10.64.0.0/16"}, {"near", "10.64.0.0/20"}, {"beside", "10.64.16.0/20"},
		{"host", "10.64.3.7"}, {"inner", "10.64.3.6/31"}, {"text", "→10.64.3.0/24 via 10.255.0.1"}, {"v6", "2001:db8::/32"},
		{"odd", "10.64.3.7/99 //"},
		{"two", "192.0.2.0/24 10.64.0.0/18"}}
	for filter, want := range map[string]string{
		"10.64.3.7":          "all host inner near odd text two wide",
		"10.64.3.70":         "all near text two wide",
		"!10.64.3.7":         "beside v6",
		"prefix:10.64.16.1":  "all beside two wide",
		"name:10.64.3.7":     "",
		"10.64.3.0/24":       "all host inner near odd text two wide",
		"10.64.3.7 near":     "near",
		"2001:db8::1":        "v6",
		"2001:DB8:0:0::1":    "v6",
		"10.64.3":            "host inner odd text", // no address yet: as text
		"192.0.2.9":          "all two",
		"172.16.0.1":         "all",
		"10.64.0.0/16":       "all beside host inner near odd text two wide",
		"192.0.0.0/16":       "all two",
		"10.255.0.0/16":      "all text",
		"0.0.0.0/0":          "all", // everything lies in it
		"2001:db8:1::/48":    "v6",
		"2001::/16":          "v6",
		"::ffff:10.64.3.7":   "",
		"10.64.3.7/33":       "",
		"fe80::1%eth0":       "",
		"255.255.255.255/32": "all",
	} {
		table := networks(rows...)
		table.SetFilter(filter)
		var shown []string
		for _, line := range table.Print(canvas(80, 0))[1:] {
			shown = append(shown, strings.Fields(line)[0])
		}
		if got := strings.Join(shown, " "); got != want {
			t.Errorf("%q shows %q, want %q", filter, got, want)
		}
	}
}

// A whole address is that address and not the beginning of another one, in whatever sentence it stands.
func TestAWholeAddressIsNotTheBeginningOfAnother(t *testing.T) {
	for cells, want := range map[string]bool{"10.213.0.2": true, "10.213.0.20": false, "110.213.0.2": false, "10.213.0.2/31": true,
		"10.213.0.20/30": false, "peer 10.213.0.2, AS 64601": true, "to 10.213.0.2.": true, "10.213.0.2: up": true, "2026-10-21": false} {
		table := networks(network{"row", cells})
		table.SetFilter("10.213.0.2")
		if (table.Shown() == 1) != want {
			t.Errorf("%q is shown: %v", cells, !want)
		}
	}
}

// An AS number is found in every notation, and as a whole word; a column by the beginnings of its words, by its key or its title.
func TestWordsOfTheFilter(t *testing.T) {
	rows := []network{{"fra", "AS 64601 ● Up"}, {"lhr", "164601 ? Unknown"}, {"ams", "AS64602 ✗ No"}, {"sub-up", "13335"}}
	for filter, want := range map[string]string{
		"as 64601": "fra", "AS 64601": "fra", "as64601": "fra", "0.64601": "fra", "!as 64601": "lhr ams sub-up", "prefix:as64602": "ams",
		"prefix:64602": "ams",
		"as 64601 up":  "fra", "as 13335": "sub-up", "as": "fra ams", "up": "fra sub-up",
		"prefix:no": "ams", "prefix:unk": "lhr", "prefix:!no": "fra lhr sub-up", "!prefix:!no": "ams", "name:up": "sub-up", "name:p": "",
		"prefix:64601": "fra", "64601": "fra lhr", "no": "lhr ams",
	} {
		table := networks(rows...)
		table.SetFilter(filter)
		var shown []string
		for _, row := range table.Words(time.Time{}, func(n network) string { return n.name }) {
			shown = append(shown, row.Name)
		}
		slices.SortFunc(shown, func(a, b string) int {
			return strings.Index("fra lhr ams sub-up", a) - strings.Index("fra lhr ams sub-up", b)
		})
		if got := strings.Join(shown, " "); got != want {
			t.Errorf("%q shows %q, want %q", filter, got, want)
		}
	}
}

// What looks like a column and is none is named; an address, a time and a link are none.
func TestColumnThatDoesNotExistIsNamed(t *testing.T) {
	for filter, want := range map[string]string{"foo:bar": "foo", "!foo:bar up": "foo", "name:bar": "", "NAME:x": "", "fe80::1": "",
		"dead:beef::": "", "abcd::1": "", "16:30": "", "foo:": "", "foo": "", ":x": ""} {
		table := networks(network{"row", "x"})
		table.SetFilter(filter)
		if got := table.UnknownColumn(); got != want {
			t.Errorf("%q names %q, want %q", filter, got, want)
		}
	}
}

// FuzzAddressFilter: what is shown are the networks that contain the address by the library's own account.
func FuzzAddressFilter(f *testing.F) {
	f.Add(uint32(0x0a400307), uint8(20), uint32(0x0a400000))
	f.Fuzz(func(t *testing.T, address uint32, length uint8, base uint32) {
		of := func(v uint32) netip.Addr {
			return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
		}
		network1 := netip.PrefixFrom(of(base), int(length%33))
		table := networks(network{"row", fmt.Sprint("x ", network1, ",")})
		table.SetFilter(of(address).String())
		want := network1.Contains(of(address))
		if (table.Shown() == 1) != want {
			t.Errorf("%s in %s: shown %v", of(address), network1, !want)
		}
	})
}
