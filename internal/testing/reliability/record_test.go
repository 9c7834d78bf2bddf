package reliability_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

const fallenTunnel = "fra-dc1-gre"

// fallenWithRecord is an account in which a session has fallen; Cloudflare's log has the reason, and the audit log a change before it.
func fallenWithRecord(e *simaccount.Server) {
	e.EnableLogs(simaccount.BGPLogs, simaccount.IPsecLogs)
	for tunnel, fsm := range map[string]string{fallenTunnel: "OpenSent", "mad-br1-ipsec": "Established"} { // else that one flaps
		kind := simaccount.GRETunnels
		if strings.HasSuffix(tunnel, "ipsec") {
			kind = simaccount.IPsecTunnels
		}
		if err := e.SetBGP(kind, tunnel, fsm); err != nil {
			panic(err)
		}
	}
	e.LogBGP(fallenTunnel, time.Minute, "from_cloudflare", "notification_message", simaccount.Object{"code": int64(2), "subcode": int64(2)})
	e.Audit(2*time.Minute, simaccount.Actor{Type: "user", Context: "dash", Email: "kim@example.net"}, "update", simaccount.GRETunnels,
		fallenTunnel,
		simaccount.Object{"description": "x"})
	e.Attack("198.18.10.0/24", "dosd", 40*time.Minute, 4.2e9)
}

// onlyTheRecord makes what is asked of Cloudflare's log and of the network analytics go wrong, and nothing else.
func (s *seat) onlyTheRecord(f *simaccount.Fault) {
	s.Script(func(r simaccount.Request) *simaccount.Fault {
		if strings.Contains(r.Path, "/logs/") || bytes.Contains(r.Body, []byte("mitigationSystem")) {
			return f
		}
		return nil
	})
}

// row puts the cursor on a row of the page.
func (s *seat) row(name string) *seat {
	s.t.Helper()
	s.press("g")
	for range 40 {
		if slices.ContainsFunc(s.screen(), func(line string) bool { return strings.HasPrefix(line, "▌") && strings.Contains(line, name) }) {
			return s
		}
		s.press("j")
	}
	s.t.Fatalf("the cursor does not get to %s:\n%s", name, strings.Join(s.screen(), "\n"))
	return s
}

// A slow, refused, huge or malformed answer of Cloudflare's log leaves everything else as it is: the page of the fallen tunnel says what
// it said without a record, the timeline has what was seen, the page of a prefix its advertisement. No request to
// the record is repeated.
func TestFaultMatrixOfTheRecord(t *testing.T) {
	var faults []trouble
	for _, tr := range troubles() {
		if tr.fault != nil {
			faults = append(faults, tr)
		}
	}
	m := newMatrix(faults)
	for _, place := range []struct {
		name, page, row, key string
		stays                []string // whatever the record answers
		good                 string   // what the record adds
	}{
		{"fallen tunnel", "tunnels", fallenTunnel, "enter", []string{"OpenSent", "What this means"}, "NOTIFICATION 2/2 Bad Peer AS"},
		{"timeline", "overview", fallenTunnel, "T", []string{"Timeline"}, "NOTIFICATION 2/2 Bad Peer AS"},
		{"prefix", "prefixes", "198.18.10.0/24", "enter", []string{"Advertised", "Service bindings", "Attack or fault?"},
			"4.2 Gbit/s to 198.18.10.0/24 dropped"},
	} {
		m.row(t, place.name, func(t *testing.T, tr trouble) string {
			sit(t, options{width: 100, height: 80, before: fallenWithRecord}, func(s *seat) {
				s.pass(10 * time.Second)
				s.goTo(place.page).row(place.row)
				s.onlyTheRecord(tr.fault)
				s.press(place.key).pass(30 * time.Second)
				if n := s.askedOfTheRecord(); place.page != "prefixes" && (n == 0 || n > 3) {
					t.Errorf("%d requests", n)
				}
				s.pass(70 * time.Second) // another tunnel of the account may fall meanwhile, and is asked about
				bad := s.screen()
				for _, text := range place.stays {
					if !says(bad, text) {
						t.Errorf("%q is gone:\n%s", text, strings.Join(bad, "\n"))
					}
				}
				limited := strings.Contains(tr.name, "429") || tr.name == "storm" // then Cloudflare refuses everything of the credential
				if !limited && !fresh(bad) {
					t.Errorf("what else is on the page is not fresh:\n%s", strings.Join(bad, "\n"))
				}
				if err := s.whole(); err != nil {
					t.Error(err)
				}
				if tr.word != "" && says(bad, place.good) {
					t.Errorf("the fault did not take:\n%s", strings.Join(bad, "\n"))
				}
				s.Script(nil)
			})
			return "ok"
		})
	}
	m.print(t, "pages of the record")
}

// askedOfTheRecord counts the requests to the record.
func (s *seat) askedOfTheRecord() int {
	n := 0
	for _, r := range s.Requests() {
		if strings.Contains(r.Path, "/logs/") {
			n++
		}
	}
	return n
}

// The timeline is copied as text for a ticket: in UTC, without a person.
func TestTheTimelineIsCopiedAsText(t *testing.T) {
	sit(t, options{width: 100, height: 40, before: fallenWithRecord}, func(s *seat) {
		s.pass(10 * time.Second)
		s.goTo("overview").row(fallenTunnel).press("T").pass(10 * time.Second).press("Y")
		if len(s.copied) != 1 {
			t.Fatalf("%d texts were copied:\n%s", len(s.copied), strings.Join(s.screen(), "\n"))
		}
		for _, line := range []string{"Times in UTC\n", fallenTunnel + "  Cloudflare: Cloudflare sent NOTIFICATION 2/2 Bad Peer AS",
			fallenTunnel + "  change: changed by a user in the dashboard (description)"} {
			if !strings.Contains(s.copied[0], line) {
				t.Errorf("%q is not in\n%s", line, s.copied[0])
			}
		}
		if strings.Contains(s.copied[0], "@") || !says(s.screen(), "clipboard") {
			t.Errorf("%s\n%s", s.copied[0], strings.Join(s.screen(), "\n"))
		}
	})
}
