package routerconfig

import (
	"fmt"
	"strings"
)

// hclTunnel is what only the Terraform template uses, every text quoted.
type hclTunnel struct {
	Name, Description, InterfaceAddress, InterfaceAddress6 string
	CustomerEndpoint                                       string
	MTU, TTL                                               int
	ReplayProtection, ReturnRouting                        bool
	CustomFQDN, MD5, ExtraPrefixes                         string
	Health                                                 *hclHealth
}

type hclHealth struct {
	Enabled                       string
	Rate, Type, Direction, Target string
}

// code fills in the tunnel as Terraform writes it. The texts are as they are on the account, not adapted: a
// difference would be a change to the tunnel.
func (v *values) code(p platformSpec, in Input) error {
	if !p.quote.terraform {
		return nil
	}
	t, q := in.Tunnel, quoter{syntax: p.quote}
	h := hclTunnel{Name: q.text("the name", t.Name), Description: q.text("the description", t.Description),
		CustomerEndpoint: q.text("the customer endpoint", t.CustomerEndpoint),
		InterfaceAddress: q.text("the interface address", t.InterfaceAddress), InterfaceAddress6: q.text("the IPv6 interface address",
			t.InterfaceAddress6),
		MTU: t.MTU, TTL: t.TTL, ReplayProtection: t.ReplayProtection != nil && *t.ReplayProtection,
		ReturnRouting: t.AutomaticReturnRouting != nil && *t.AutomaticReturnRouting}
	if c := t.CustomRemoteIdentities; c != nil {
		h.CustomFQDN = q.text("the custom IKE identity", c.FQDNID)
	}
	if b := t.BGP; b != nil {
		h.MD5 = q.text("the BGP MD5 key", b.MD5Key)
		prefixes := make([]string, len(b.ExtraPrefixes))
		for i, prefix := range b.ExtraPrefixes {
			prefixes[i] = q.text("an extra prefix", prefix)
		}
		h.ExtraPrefixes = strings.Join(prefixes, ", ")
	}
	if c := t.HealthCheck; c != nil {
		h.Health = &hclHealth{Rate: q.text("the health check's rate", c.Rate), Type: q.text("the health check's type", c.Type),
			Direction: q.text("the health check's direction", c.Direction), Target: q.text("the health check's target", c.Target.Saved)}
		if c.Enabled != nil {
			h.Health.Enabled = fmt.Sprint(*c.Enabled)
		}
	}
	v.Terraform = h
	return q.err
}

// quoter writes texts one after another and keeps the first error. An empty text stays empty: the template leaves
// its line out.
type quoter struct {
	syntax syntax
	err    error
}

func (q *quoter) text(what, text string) string {
	if text == "" || q.err != nil {
		return ""
	}
	var out string
	out, q.err = q.syntax.write(what, text)
	return out
}

// alignHCL writes the equals signs of neighboring lines below each other, as terraform fmt does: of lines that hold a whole
// argument, and follow each other without a blank line, a comment or a block between them.
func alignHCL(text string) string {
	lines := strings.Split(text, "\n")
	for start := 0; start < len(lines); start++ {
		end, width := start, 0
		for ; end < len(lines); end++ {
			name, ok := argument(lines[end])
			if !ok {
				break
			}
			width = max(width, len(name))
		}
		for i := start; i < end; i++ {
			name, _ := argument(lines[i])
			lines[i] = name + strings.Repeat(" ", width-len(name)) + lines[i][len(name):]
		}
		start = end
	}
	return strings.Join(lines, "\n")
}

// argument is the name of the argument that the line holds whole, with its indentation.
func argument(line string) (name string, ok bool) {
	name, value, ok := strings.Cut(line, " = ")
	return name, ok && value != "{" && value != "[" && !strings.Contains(name, "#")
}
