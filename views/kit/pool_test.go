package kit_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/drafts"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// using is a module whose objects have these subnets.
type using []kit.Subnet

func (using) PaletteEntries() []tui.PaletteEntry { return nil }
func (using) Services() []tui.Service            { return nil }
func (u using) Subnets() []kit.Subnet            { return u }

// SubnetKinds implements kit.Subnetter.
func (u using) SubnetKinds() []store.Kind { return nil }

func link(cidr string) kit.Subnet {
	return kit.Subnet{ID: cidr, Subnet: rules.Subnet{CIDR: netip.MustParsePrefix(cidr), Owner: cidr}}
}

func route(cidr string) kit.Subnet {
	s := link(cidr)
	s.Route = true
	return s
}

func TestFreeSubnetsAreNearTheOthersAndAllowed(t *testing.T) {
	var full using // all of the last network of the link-local range
	for a := netip.MustParseAddr("169.254.255.0"); len(full) < 128; a = a.Next().Next() {
		full = append(full, link(netip.PrefixFrom(a, 31).String()))
	}
	for _, c := range []struct {
		name string
		used using
		pool string // of the profile; empty for none
		want []string
	}{
		{"nothing in use", nil, "", []string{"10.255.0.0/31", "10.255.0.2/31"}},
		{"beside the others", using{link("10.213.7.0/31")}, "", []string{"10.213.7.2/31", "10.213.7.4/31"}},
		{"where the last one was made", using{link("10.213.7.0/31")}, "172.16.4.0/24", []string{"172.16.4.0/31", "172.16.4.2/31"}},
		{"a route around it takes nothing", using{route("10.0.0.0/8"), route("0.0.0.0/0"), link("10.213.0.0/31")}, "",
			[]string{"10.213.0.2/31", "10.213.0.4/31"}},
		{"a route into it does", using{link("10.213.0.0/31"), route("10.213.0.0/28")}, "", []string{"10.213.0.16/31", "10.213.0.18/31"}},
		{"never outside of the link-local range", full, "169.254.255.0/24", []string{"169.254.240.0/31", "169.254.240.2/31"}},
		{"a public link is no neighbourhood", using{link("198.51.100.0/31")}, "", []string{"10.255.0.0/31", "10.255.0.2/31"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			drafts, err := drafts.Open("")
			if err != nil {
				t.Fatal(err)
			}
			if c.pool != "" {
				if err := drafts.RememberPool(netip.MustParsePrefix(c.pool)); err != nil {
					t.Fatal(err)
				}
			}
			e := &kit.Env{Drafts: drafts, Feed: live.New(t.Context(), store.New(nil, time.Now, 0))}
			e.Add(c.used)
			got := e.FreeSubnets("", 2)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			for _, cidr := range got {
				if f := rules.InterfaceAddress(cidr); f.Blocks() {
					t.Errorf("%s is refused: %s", cidr, f.Text)
				}
			}
		})
	}
}
