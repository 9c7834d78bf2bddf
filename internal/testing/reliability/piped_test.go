package reliability_test

import (
	"encoding/json"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/internal/simaccount"
)

// piping is a set of answers that somebody pipes into the program, on the page where they begin.
type piping struct {
	name, page string
	answers    []string
	before     func(*testing.T, *simaccount.Server)
	// made is the path of the one change that comes of it, and what its body must hold.
	path, holds string
}

func pipings() []piping {
	onePort := func(t *testing.T, e *simaccount.Server) {
		for i, o := range e.Objects(simaccount.Ports) {
			if i > 0 {
				if err := e.Delete(simaccount.Ports, o["name"].(string)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return []piping{
		{name: "CNI over the only port", page: "cnis", before: onePort, path: "/cni/cnis", holds: `"conduit_name":"fid-cni"`,
			answers: []string{"new", "", "fid-cni", "", "", "no", "", "send"}},
		{name: "CNI begun among the setups", page: "setup", before: onePort, path: "/cni/cnis", holds: `"conduit_name":"fid-cni"`,
			answers: []string{"CNI", "", "fid-cni", "", "", "no", "", "send"}},
		{name: "GRE tunnel", page: "gre", path: "/magic/gre_tunnels", holds: `"name":"fid-gre"`,
			answers: []string{"new", "fid-gre", "", "203.0.113.77", "", "", "", "no", "no", "no", "send"}},
		{name: "service binding", page: "setup", path: "/bindings", holds: `"cidr":"198.18.20.16/28"`,
			answers: []string{"Service binding", "198.18.20.0/24", "198.18.20.16/28", "CDN", "send"}},
	}
}

// prompt is what a question ends in.
var prompt = regexp.MustCompile(`(?m)^.*[:>]$|\[[^\]\n]*\]:`)

// Answers from a pipe meet the same questions whatever Cloudflare takes to answer, and the same comes of them.
func TestPipedAnswersDoNotDependOnLatency(t *testing.T) {
	waiting := make(chan os.Signal, 1) // the runtime's own channels for signals must not belong to a bubble
	signal.Notify(waiting, os.Interrupt)
	defer signal.Stop(waiting)
	for _, p := range pipings() {
		t.Run(p.name, func(t *testing.T) {
			first := ""
			for _, latency := range []time.Duration{0, 400 * time.Millisecond, 3 * time.Second} {
				synctest.Test(t, func(t *testing.T) {
					s := newShell(t, t.TempDir())
					if p.before != nil {
						p.before(t, s.Server)
					}
					if latency > 0 {
						s.Script(func(simaccount.Request) *simaccount.Fault {
							return &simaccount.Fault{Kind: simaccount.FaultDelay, Delay: latency}
						})
					}
					s.input = strings.Join(append(p.answers, "quit", "quit"), "\n") + "\n"
					code, took := s.run(t.Context(), "--accessible", "--start", p.page)
					asked := strings.Join(prompt.FindAllString(s.out.String(), -1), "\n")
					if first == "" {
						first = asked
					}
					if asked != first {
						t.Errorf("%v: asked was\n%s\nwithout latency\n%s", latency, asked, first)
					}
					s.made(p)
					if t.Failed() {
						t.Logf("%v: exit %d after %v\n%s\n%s", latency, code, took, s.out.String(), s.err.String())
					}
					time.Sleep(50 * time.Hour) // the program's timers run out
				})
			}
		})
	}
}

// made checks the one change that came of the answers.
func (s *shell) made(p piping) {
	s.t.Helper()
	var changes []string
	for _, r := range s.Requests() {
		if r.Changes() {
			changes = append(changes, r.Path+" "+string(r.Body))
		}
	}
	if len(changes) != 1 || !strings.Contains(changes[0], p.path+" ") || !strings.Contains(changes[0], p.holds) ||
		!json.Valid([]byte(changes[0][strings.Index(changes[0], " ")+1:])) {
		s.t.Errorf("sent was %q", changes)
	}
}

// The interconnects cannot be read, so nobody can tell whether there is the one that was typed: it is refused, however long it takes.
func TestAChoiceThatCannotBeCheckedIsRefused(t *testing.T) {
	waiting := make(chan os.Signal, 1)
	signal.Notify(waiting, os.Interrupt)
	defer signal.Stop(waiting)
	for _, latency := range []time.Duration{0, 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := newShell(t, t.TempDir())
			s.Script(func(r simaccount.Request) *simaccount.Fault {
				if strings.HasSuffix(r.Path, "/cni/interconnects") {
					return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 500, Delay: latency}
				}
				return nil
			})
			s.input = strings.Join([]string{"CNI", "fid-cni", ":quit"}, "\n") + "\n"
			s.run(t.Context(), "--accessible", "--start", "setup")
			if out := s.out.String(); !strings.Contains(out, "Not accepted: Cannot tell whether you have this port: ") {
				t.Errorf("%v:\n%s", latency, out)
			}
			time.Sleep(50 * time.Hour)
		})
	}
}
