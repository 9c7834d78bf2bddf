package bundle

import (
	"fmt"
	"strings"
	"time"

	"flarewire/internal/secret"
	"flarewire/internal/statefile"
)

// Holds says what is in the bundle, in one line.
func (c Contents) Holds() string {
	s := c.Snapshot
	var parts []string
	count := func(known bool, n int, one, many string) {
		switch {
		case !known:
		case n == 1:
			parts = append(parts, "1 "+one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(!s.Fetched().IsZero(), len(s.Tunnels), "tunnel", "tunnels")
	count(s.Routes.Known(), len(s.Routes.Rows), "route", "routes")
	count(s.Prefixes.Known(), len(s.Prefixes.Rows), "prefix", "prefixes")
	count(s.Ports.Known(), len(s.Ports.Rows), "interconnect", "interconnects")
	count(true, len(c.Findings), "object with trouble", "objects with trouble")
	count(true, len(s.Events), "event", "events")
	count(len(c.Requests) > 0, len(c.Requests), "request", "requests")
	return strings.Join(parts, ", ")
}

// What is not in a bundle, and who has it; the same sentences in the file, on the screen and in the shell.
const (
	NotInIt = "Keys, tokens and passwords are not in it; in their place stands " + secret.Mask +
		". Nor are the journal of changes and any router's configuration."
	StillIn = "Addresses, AS numbers, names and descriptions are in it as they are in the account: look through it before you hand it on."
	WhoHas  = "It is on this machine only, in a file " + statefile.OwnerOnlyText + ": flarewire sends it to nobody."
)

func readmeText(c Contents) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Support bundle of account %s, made %s by %s\n%s\n\n", c.Account, c.At.UTC().Format(time.RFC3339), c.Version, c.Holds())
	b.WriteString(NotInIt + "\n" + StillIn + "\n" + WhoHas + `

about.json          versions, and how old each part of the data is
findings.json       what the data points to, with evidence
tunnels.json        the tunnels as the API gave them, with their BGP status
routes.json         static routes
prefixes.json       BYOIP prefixes with their BGP prefixes and service bindings
interconnects.json  network interconnects: ports with their state, CNIs, tunnel interfaces
health.json         health and traffic of the tunnels, from the analytics
analytics.json      a day of some tunnels' health and traffic, and their locations
traceroute.json     traceroutes from Cloudflare's data centers
timeline.txt        what happened to what has trouble, also by Cloudflare's log where it was asked: a change with its
                    kind of author, and with e-mail and IP address only when that was asked for (--persons)
events.jsonl        what was seen to change, oldest first, times in UTC
requests.jsonl      requests to Cloudflare: path, status, request id; no header, query or body

`)
	gaps := c.Gaps()
	if len(gaps) == 0 {
		b.WriteString("Everything that was asked for could be read. A file that is missing was not asked for.\n")
		return b.String()
	}
	b.WriteString("Not everything could be read:\n")
	for _, g := range gaps {
		b.WriteString("- " + g.String() + "\n")
	}
	b.WriteString("What could not be refreshed is from an earlier reading, see about.json.\n")
	b.WriteString("Any other file that is missing was not asked for.\n")
	return b.String()
}
