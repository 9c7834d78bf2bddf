package router

import (
	"strings"

	"flarewire/internal/secret"
)

// bgpConfig reads the lines of a configuration that tell of this neighbor, which no show command tells: in the form of FRR, EOS and
// IOS-XE.
func bgpConfig(text string, t Target, f *Facts) bool {
	if !t.Peer.IsValid() || !strings.Contains(text, "router bgp ") && !strings.Contains(text, "neighbor "+t.Peer.String()+" ") {
		return false
	}
	r := configReader{s: f.session(), t: t}
	for line := range strings.Lines(text) {
		r.line(line)
	}
	s := r.s
	if r.whole {
		s.Networks, s.NetworksRead = r.networks, true
	}
	if r.whole && !r.password && !r.inherits && !s.keyKnown && (s.MD5 == nil || !*s.MD5) { // the whole of it, and no password
		s.keyKnown = true
		if s.MD5 == nil && r.neighbor {
			s.MD5 = ptr(false)
		}
	}
	return r.understood
}

// configReader goes through the lines of a configuration.
type configReader struct {
	s *Session
	t Target

	understood bool
	inBGP      bool // in the section of BGP
	whole      bool // the section was printed
	networks   int
	neighbor   bool // it has this neighbor
	password   bool // and its key
	inherits   bool // something of it stands elsewhere
}

func (r *configReader) line(line string) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
	case words[0] == "neighbor" && len(words) >= 4 && addr(words[1]) == r.t.Peer:
		r.understood = true
		r.of(words[2:])
	case line[0] != ' ' && words[0] != "neighbor" && words[0] != "!":
		r.inBGP = len(words) >= 3 && words[0] == "router" && words[1] == "bgp"
		r.whole, r.understood = r.whole || r.inBGP, r.understood || r.inBGP
		if r.inBGP && r.s.LocalAS == 0 {
			r.s.LocalAS = asn(words[2])
		}
	case r.inBGP && (words[0] == "network" || words[0] == "redistribute" || words[0] == "aggregate-address"):
		r.networks++
	}
}

// of reads a line of this neighbor.
func (r *configReader) of(words []string) {
	s := r.s
	switch words[0] {
	case "password":
		r.password, s.MD5 = true, ptr(true)
		// A digit before the key says how it is written: 0 is clear text, what else there is cannot be compared.
		if key := words[len(words)-1]; len(words) == 2 || words[1] == "0" {
			s.key, s.keyKnown = secret.New(key), !isHidden(key)
		}
	case "remote-as":
		r.neighbor = true
		if s.RemoteAS == 0 {
			s.RemoteAS = asn(words[1])
		}
	case "peer-group", "peer", "inherit":
		r.inherits = true
	}
}

// isHidden reports whether something stands in the place of a key, so that it cannot be compared.
func isHidden(key string) bool {
	return strings.Trim(key, "*") == "" || strings.Trim(strings.ToLower(key), "x") == "" || strings.ContainsAny(key[:1], "<[") &&
		strings.ContainsAny(key[len(key)-1:], ">]")
}
