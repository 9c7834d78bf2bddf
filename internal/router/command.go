// Package router asks the customer's router about its side of a tunnel, with commands that the user has written into the config file: it
// runs them safely, and reads what they print into facts. It knows no Cloudflare and changes nothing.
package router

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Format says how the output of a command is read.
type Format string

// What can be read.
const (
	FRR        Format = "frr"
	StrongSwan Format = "strongswan"
	Junos      Format = "junos"
	EOS        Format = "eos"
	IOSXE      Format = "ios-xe"
	Text       Format = "text"
)

// Platforms are all of Reads.
var Platforms = []Format{FRR, StrongSwan, Junos, EOS, IOSXE, Text}

const (
	// DefaultLimit is how long a command may run when the config file does not say it.
	DefaultLimit = 15 * time.Second
	// longest is the largest time limit.
	longest = 5 * time.Minute
)

// Command is one read-only command for routers, as the config file has it.
type Command struct {
	// Name is what the screen calls it; for text also the action's name.
	Name string `toml:"name"`
	// Tunnels are the names of the tunnels that it is for, with * for any characters; Endpoints are customer endpoints, an address or a
	// network. Without both it is for all tunnels; with both either is enough.
	Tunnels   []string `toml:"tunnels,omitempty"`
	Endpoints []string `toml:"endpoints,omitempty"`
	// Run is a program and its arguments, with placeholders.
	Run []string `toml:"run"`
	// Reads is how the output is read; empty is text.
	Reads Format `toml:"reads,omitempty"`
	// Limit is the time limit, such as "10s"; empty is DefaultLimit.
	Limit string `toml:"timeout,omitempty"`
	// Key is the key of a text command's action; empty: it has none and is run by its name.
	Key string `toml:"key,omitempty"`
}

// Target is the tunnel whose router is asked: what the placeholders stand for.
type Target struct {
	ID, Name           string
	Peer               netip.Addr // Cloudflare's inner address
	Inner              netip.Addr // the router's inner address
	CloudflareEndpoint netip.Addr
	CustomerEndpoint   netip.Addr
	ASN                uint32 // of the router, as Cloudflare has it; 0: none
}

// placeholders are what may stand in an argument, and what it is.
var placeholders = map[string]func(Target) string{
	"name":                func(t Target) string { return t.Name },
	"id":                  func(t Target) string { return t.ID },
	"peer":                func(t Target) string { return address(t.Peer) },
	"inner":               func(t Target) string { return address(t.Inner) },
	"customer_endpoint":   func(t Target) string { return address(t.CustomerEndpoint) },
	"cloudflare_endpoint": func(t Target) string { return address(t.CloudflareEndpoint) },
	"asn": func(t Target) string {
		if t.ASN == 0 {
			return ""
		}
		return strconv.FormatUint(uint64(t.ASN), 10)
	},
}

// address is an address in its canonical form; empty when there is none.
func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().WithZone("").String()
}

var (
	placeholder = lazily(`\{([^{}]*)\}`)
	safeValue   = lazily(`^[A-Za-z0-9][A-Za-z0-9._:/-]*$`)
	actionName  = lazily(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Check returns the key of the config file that is wrong, and why.
func (c Command) Check() (key string, err error) {
	switch limit, wrong := c.limit(); {
	case !actionName.MatchString(c.Name):
		return "name", errors.New("it is needed, in lower case, words joined by -: frr, show-log")
	case len(c.Run) == 0 || c.Run[0] == "":
		return "run", errors.New(`it is a list: ["ssh", "router1", "show bgp neighbors {peer}"]`)
	case strings.ContainsAny(c.Run[0], "{}"):
		return "run", errors.New("the program cannot come from the tunnel: no placeholder stands in the first word")
	case slices.ContainsFunc(c.Run, func(a string) bool { return strings.ContainsRune(a, 0) }):
		return "run", errors.New("an argument cannot hold a zero byte")
	case c.Reads != "" && !slices.Contains(Platforms, c.Reads):
		return "reads", fmt.Errorf("it is one of %s", quotedList(Platforms))
	case wrong != nil || limit <= 0 || limit > longest:
		return "timeout", errors.New(`it is a time of up to 5m, like "10s"`)
	case c.Key != "" && c.How() != Text:
		return "key", errors.New("only a command that reads text has a key of its own")
	case c.Key != "" && (len(c.Key) != 1 || c.Key[0] <= ' ' || c.Key[0] > '~'):
		return "key", errors.New("it is one printable character")
	}
	if err := c.checkPlaceholders(); err != nil {
		return "run", err
	}
	return c.checkMatch()
}

func (c Command) checkPlaceholders() error {
	for _, a := range c.Run[1:] {
		for _, m := range placeholder.FindAllStringSubmatch(a, -1) {
			if _, known := placeholders[m[1]]; !known && isWord(m[1]) {
				return fmt.Errorf("there is no placeholder {%s}: use %s", m[1], allPlaceholders())
			}
		}
	}
	return nil
}

// isWord tells a misspelled placeholder from braces that are meant for the router.
func isWord(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == "" }

func allPlaceholders() string {
	var names []string
	for name := range placeholders {
		names = append(names, "{"+name+"}")
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (c Command) checkMatch() (key string, err error) {
	for _, p := range c.Tunnels {
		if _, err := path.Match(p, "x"); err != nil || p == "" {
			return "tunnels", fmt.Errorf("%q is no name of tunnels", p)
		}
	}
	for _, e := range c.Endpoints {
		if _, ok := network(e); !ok {
			return "endpoints", fmt.Errorf("%q is neither an address nor a network", e)
		}
	}
	return "", nil
}

func quotedList(all []Format) string {
	words := make([]string, len(all))
	for i, r := range all {
		words[i] = strconv.Quote(string(r))
	}
	return strings.Join(words, ", ")
}

func (c Command) limit() (time.Duration, error) {
	if c.Limit == "" {
		return DefaultLimit, nil
	}
	return time.ParseDuration(c.Limit)
}

// How is how the output is read.
func (c Command) How() Format {
	if c.Reads == "" {
		return Text
	}
	return c.Reads
}

func network(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil
}

// For reports whether the command is for a tunnel.
func (c Command) For(t Target) bool {
	if len(c.Tunnels) == 0 && len(c.Endpoints) == 0 {
		return true
	}
	for _, p := range c.Tunnels {
		if ok, _ := path.Match(p, t.Name); ok {
			return true
		}
	}
	for _, e := range c.Endpoints {
		if p, ok := network(e); ok && t.CustomerEndpoint.IsValid() && p.Contains(t.CustomerEndpoint.Unmap()) {
			return true
		}
	}
	return false
}

// Fill puts the tunnel's values in the place of the placeholders. ssh joins its arguments for a shell on the other side, so a value is
// passed
// only when no shell and no program can take it for anything but a word; else the run is refused and the value named.
func (c Command) Fill(t Target) ([]string, error) {
	out := make([]string, len(c.Run))
	for i, arg := range c.Run {
		var refused error
		out[i] = arg
		if i == 0 {
			continue
		}
		out[i] = placeholder.ReplaceAllStringFunc(arg, func(found string) string {
			value, known := placeholders[found[1:len(found)-1]]
			if !known {
				return found
			}
			v := value(t)
			switch {
			case v == "":
				refused = fmt.Errorf("%s was not run: this tunnel has no %s", c.Name, found)
			case !safeValue.MatchString(v):
				refused = fmt.Errorf("%s was not run: %s is %s, and a value with other characters than letters, digits and . _ : / - "+
					"is not handed to a command", c.Name, found, strconv.QuoteToASCII(v))
			}
			return v
		})
		if refused != nil {
			return nil, refused
		}
	}
	return out, nil
}

// Matching are the commands for a tunnel: those whose output is read, and those whose text is shown.
func Matching(all []Command, t Target) (read, text []Command) {
	for _, c := range all {
		switch {
		case !c.For(t):
		case c.How() == Text:
			text = append(text, c)
		default:
			read = append(read, c)
		}
	}
	return read, text
}

// Fingerprint names argument lists: who has agreed to run these has agreed to no others.
func Fingerprint(runs ...[]string) string {
	text, _ := json.Marshal(runs) // texts can always be written
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Shown is an argument list as a line for people. It is quoted where a shell would need it, and cannot hold a terminal's command.
func Shown(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		if !safeWord.MatchString(a) {
			words[i] = "'" + strings.ReplaceAll(Clean(a), "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

var safeWord = lazily(`^[A-Za-z0-9_@%+=:,./-]+$`)
