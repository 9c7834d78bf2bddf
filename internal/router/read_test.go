package router_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/router"
)

// recorded is an output as it is in the test data. Those of FRR and strongSwan were printed by the real programs; those of the other
// platforms
// are facts of their makers' references in the form that these show.
func recorded(t testing.TB, how router.Format, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", string(how), name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func text[N any](n *N) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}

// summary is what was read, in one line.
func summary(f router.Facts) string {
	var b strings.Builder
	if s := f.Session; s != nil {
		fmt.Fprintf(&b, "%s as %d to %d local %v up %v md5 %s hold %s/%s keep %s sent %s acc %s rcv %s max %s in %q out %q", s.State, s.LocalAS,
			s.RemoteAS,
			s.Local, s.Since, text(s.MD5), text(s.Hold), text(s.ConfiguredHold), text(s.Keepalive), text(s.Sent), text(s.Accepted), text(s.Received),
			text(s.Maximum), s.FilterIn, s.FilterOut)
	}
	if i := f.Interface; i != nil {
		fmt.Fprintf(&b, "; %s up %s mtu %d in %s/%s out %s/%s", i.Name, text(i.Up), i.MTU, text(i.In), text(i.InPackets), text(i.Out),
			text(i.OutPackets))
	}
	if f.Endpoint != nil {
		fmt.Fprintf(&b, "; way %s", f.Endpoint.Text())
	}
	for _, sa := range f.SAs {
		fmt.Fprintf(&b, "; SA %s %v", sa.State, sa.Age)
		for _, c := range sa.Children {
			fmt.Fprintf(&b, " in %s/%s out %s/%s", text(c.In), text(c.InPackets), text(c.Out), text(c.OutPackets))
		}
	}
	return b.String()
}

func TestTheOutputsOfEveryPlatformBecomeFacts(t *testing.T) {
	for how, want := range map[router.Format]string{
		router.FRR: `Established as 65010 to 13335 local 10.100.0.9 up 1s md5 true hold 90/90 keep 30 sent 1 acc 1 rcv ? max 1000 in ` +
			`"fra-dc1-in" ` +
			`out "fra-dc1-out"; fra-dc1 up true mtu 1476 in 1256/13 out 1353/15; way via 203.0.113.1 on outer`,
		router.StrongSwan: `; SA ESTABLISHED 4s in 0/0 out 0/0`,
		router.Junos: `Established as 65010 to 13335 local 10.100.0.9 up -1ns md5 true hold 90/90 keep 30 sent 1 acc 3 rcv 4 max ? in "CF-IN" ` +
			`out "CF-OUT"` +
			`; gr-0/0/0.1 up true mtu 1476 in 9120/120 out 8400/110; way 0.0.0.0/0 via 203.0.113.1 on ge-0/0/0.0 (static)`,
		router.EOS: `Established as 65010 to 13335 local invalid IP up 1h30m0s md5 true hold 90/90 keep 30 sent 1 acc 3 rcv 4 max 1000 in ` +
			`"CF-IN" ` +
			`out "CF-OUT"; Tunnel1 up true mtu 1476 in 9120/120 out 8400/110; way 198.51.100.0/24 via 203.0.113.1 on Ethernet1 (static)`,
		router.IOSXE: `Established as 65010 to 13335 local 10.100.0.9 up 1h30m0s md5 true hold 90/90 keep 30 sent 1 acc 3 rcv 4 max 1000 in ` +
			`"CF-IN" ` +
			`out "CF-OUT"; Tunnel1 up true mtu 1476 in 9120/120 out 8400/110; way 0.0.0.0/0 via 203.0.113.1 on GigabitEthernet1 (static)` +
			`; SA UP-ACTIVE 1h30m0s in ?/120 out ?/110`,
	} {
		f, ok := router.Parse(how, recorded(t, how, "well"), fra())
		if got := summary(f); !ok || got != want {
			t.Errorf("%s, understood %v:\n%s\nwant\n%s", how, ok, got, want)
		}
	}
}

// What each platform prints with each fault: FRR's was printed by the real program, that of the others is made after their makers'
// references.
func TestWhatARouterPrintsWithEachFault(t *testing.T) {
	for name, holds := range map[string]func(router.Facts) bool{
		"wrong-AS":               func(f router.Facts) bool { return f.Session.LocalAS == 64999 && !f.Session.Established() },
		"wrong-AS-of-Cloudflare": func(f router.Facts) bool { return f.Session.RemoteAS == 13336 && f.Session.Notification.Sent },
		"shutdown":               func(f router.Facts) bool { return f.Session.Shutdown && f.Session.State == "Idle" },
		"maximum-prefix":         func(f router.Facts) bool { return f.Session.Exceeded && *f.Session.Maximum <= 4 },
		"import-policy":          func(f router.Facts) bool { return *f.Session.Accepted == 0 && f.Session.FilterIn == "NONE" },
		"no-import-policy":       func(f router.Facts) bool { return f.Session.NoPolicyIn },
		"no-MD5-key":             func(f router.Facts) bool { return !*f.Session.MD5 },
		"another-MD5-key": func(f router.Facts) bool {
			differs, known := f.Session.KeyDiffers("simple-key")
			return *f.Session.MD5 && (differs && known || !known && f.Session.Digest == router.DigestWrong)
		},
		"no-network-statement": func(f router.Facts) bool { return *f.Session.Sent == 0 },
		"no-neighbor":          func(f router.Facts) bool { return f.Session.Missing },
		"interface-down":       func(f router.Facts) bool { return !*f.Interface.Up },
		"no-route-to-the-endpoint": func(f router.Facts) bool {
			return f.Endpoint.None
		},
		"route-to-the-endpoint-through-the-tunnel": func(f router.Facts) bool {
			return f.Endpoint.Interfaces[0] == f.Interface.Name || f.Endpoint.Via[0] == fra().Peer
		},
		"hold-timer": func(f router.Facts) bool { return f.Session.Notification.Code == 4 && !f.Session.Established() },
		"no-SA":      func(f router.Facts) bool { return f.SAsRead && (len(f.SAs) == 0 || !f.SAs[0].Established()) },
		"wrong-PSK":  func(f router.Facts) bool { return f.IKE.Failure == router.Authentication },
		"wrong-proposal": func(f router.Facts) bool {
			return f.IKE.Failure == router.Proposal && f.SAsRead && len(f.SAs) == 0
		},
	} {
		for _, how := range []router.Format{router.FRR, router.Junos, router.EOS, router.IOSXE} {
			if _, err := os.Stat(filepath.Join("testdata", string(how), name+".txt")); err != nil {
				continue
			}
			f, ok := router.Parse(how, recorded(t, how, name), fra(), "show ip route 198.51.100.10 json")
			if !ok || !holds(f) {
				t.Errorf("%s, %s: understood %v, %s, %+v", how, name, ok, summary(f), f.Session)
			}
		}
	}
}

// A log tells of the past: of a session that stands it tells no trouble, and of another neighbor's session nothing of this one's.
func TestALogDoesNotSpeakAgainstWhatIsSoNow(t *testing.T) {
	for how, lines := range map[router.Format]string{
		router.IOSXE: "%BGP-3-MAXPFXEXCEED: Number of prefixes received from PEER (afi 0): 5 exceeds limit 4\n" +
			"%TCP-6-BADAUTH: No MD5 digest from PEER(179) to 10.100.0.9(21432) tableid - 0\n",
		router.Junos: "rpd[1]: BGP_PREFIX_LIMIT_EXCEEDED: PEER (External AS 13335): Configured maximum prefix-limit(4) exceeded for " +
			"inet-unicast nlri: 5\n" +
			"kernel: tcp_auth_ok: Packet from PEER:179 missing MD5 digest\n",
		router.EOS: "kernel: TCP: MD5 Hash not found for (PEER, 179)->(10.100.0.9, 41412)\n",
		router.FRR: "kernel: TCP: MD5 Hash not found for (PEER, 179)->(10.100.0.9, 41412)\n",
	} {
		f, _ := router.Parse(how, recorded(t, how, "well")+strings.ReplaceAll(lines, "PEER", "10.100.0.8"), fra())
		if s := f.Session; !s.Established() || s.Exceeded || s.Digest != "" {
			t.Errorf("%s: %+v", how, s)
		}
		f, _ = router.Parse(how, recorded(t, how, "shutdown")+strings.ReplaceAll(lines, "PEER", "10.100.0.88"), fra())
		if s := f.Session; s.Exceeded || s.Digest != "" {
			t.Errorf("%s, another neighbor: %+v", how, s)
		}
	}
}

// A key of which only the hidden form is printed is there, and is not compared; without a connection IOS-XE does not tell whether there is
// one, and a key may stand in a group.
func TestAKeyThatIsNotPrintedIsNotCompared(t *testing.T) {
	down := recorded(t, router.IOSXE, "hold-timer")
	for config, want := range map[string]string{"": "?", "router bgp 65010\n neighbor 10.100.0.8 remote-as 13335\n": "false",
		"router bgp 65010\n neighbor 10.100.0.8 remote-as 13335\n neighbor 10.100.0.8 peer-group CF\n neighbor CF password 7 0822455D\n": "?",
		" neighbor 10.100.0.8 password 7 0822455D0A16\n": "true", " neighbor 10.100.0.8 password 0 another\n": "true differs"} {
		f, _ := router.Parse(router.IOSXE, down+config, fra())
		got := text(f.Session.MD5)
		if differs, known := f.Session.KeyDiffers("simple-key"); known && differs && *f.Session.MD5 {
			got += " differs"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", config, got, want)
		}
	}
}

func TestWhatStrongSwanSaysOfANegotiationThatFails(t *testing.T) {
	for name, want := range map[string]router.IKEFailure{"wrong-PSK": router.Authentication, "wrong-identity": router.Authentication,
		"wrong-proposal": router.Proposal} {
		f, ok := router.Parse(router.StrongSwan, recorded(t, router.StrongSwan, name), fra())
		if !ok || f.IKE == nil || f.IKE.Failure != want || len(f.SAs) > 0 || !f.SAsRead || len(f.LocalIDs) != 1 {
			t.Errorf("%s: %v %+v", name, ok, f)
		}
		other := fra()
		other.CloudflareEndpoint = a("198.51.100.11")
		if f, _ := router.Parse(router.StrongSwan, recorded(t, router.StrongSwan, name), other); f.IKE != nil || len(f.LocalIDs) > 0 {
			t.Errorf("%s: the failure of one tunnel is told of another: %+v", name, f)
		}
	}
	// The newest counts: it came up since.
	f, _ := router.Parse(router.StrongSwan, recorded(t, router.StrongSwan, "wrong-PSK")+
		"\n12[IKE] IKE_SA fra-dc1[2] established between 203.0.113.7[a]...198.51.100.10[198.51.100.10]\n", fra())
	if f.IKE == nil || f.IKE.Failure != router.NoFailure {
		t.Errorf("%+v", f.IKE)
	}
}

// The neighbor of another tunnel is not this one's.
func TestAnotherNeighborIsNotTakenForThisOne(t *testing.T) {
	other := fra()
	other.Peer, other.Inner, other.Name, other.CloudflareEndpoint = a("10.100.0.10"), a("10.100.0.11"), "lhr-dc1", a("192.0.2.77")
	for _, how := range []router.Format{router.FRR, router.EOS, router.IOSXE, router.Junos} {
		f, _ := router.Parse(how, recorded(t, how, "well"), other)
		if s := f.Session; s != nil && (s.State != "" || s.RemoteAS != 0) {
			t.Errorf("%s: %+v", how, s)
		}
		if len(f.SAs) > 0 {
			t.Errorf("%s: %+v", how, f.SAs)
		}
	}
}

// A list that was not printed is not none, and text that is not understood is said to be so.
func TestWhatIsNotUnderstoodIsNoFact(t *testing.T) {
	for _, how := range []router.Format{router.FRR, router.StrongSwan, router.Junos, router.EOS, router.IOSXE} {
		for _, said := range []string{"% Invalid input detected at '^' marker.", "bash: vtysh: command not found", "{}", "[]", "null", "{",
			"{{{{", "[[[[",
			`{"a":`, "Password:", "\x00", strings.Repeat("[", 20_000), strings.Repeat("{\"a\":", 20_000), `{"10.100.0.8":{"bgpState":7}}`,
			`{"10.100.0.8":[1,2]}`, `{"vrfs":3}`, `{"bgp-information":[[[]]]}`, `{"peers":{"10.100.0.8":null}}`} {
			f, ok := router.Parse(how, said, fra())
			if ok && !strings.HasPrefix(said, `{"10`) && !strings.HasPrefix(said, `{"bgp`) && !strings.HasPrefix(said, `{"peers`) ||
				f.Session.Established() {
				t.Errorf("%s understood %.60q: %+v", how, said, f)
			}
		}
	}
}

func TestCleanLeavesTextAndLines(t *testing.T) {
	for from, want := range map[string]string{"a\r\nb\r\n": "a\nb\n", "\x1b[31mred\x1b[0m": "red", "\x1b]0;title\x07x": "x",
		"\x1b]8;;http://x\x1b\\y": "y",
		"ab\bc":                   "ac", "10%\r100%\n": "100%\n", "a\tb": "a       b", "\x1bP+q\x1b\\z": "z", "a\u202eb\ufeff": "ab",
		"\xff": "?", "\x1b": "", "\x1b[": "",
		"x\x1b]0;never ended\ny": "x\ny", "--More--\r        \rnext": "next", "\u009b31m": "31m", "\x1b(B|": "|"} {
		if got := router.Clean(from); got != want {
			t.Errorf("%q is %q, want %q", from, got, want)
		}
	}
}

func TestMasked(t *testing.T) {
	for _, line := range []string{" neighbor 10.0.0.1 password canary", "set security ike policy x pre-shared-key ascii-text \"canary $9\"",
		"key-string 7 canary", "set psksecret ENC canary", "secret = canary", "pre-shared-key: 'canary x'",
		"neighbor 10.0.0.1 password 7 canary"} {
		if got := router.Masked(line); strings.Contains(got, "canary") || !strings.Contains(got, "[hidden]") {
			t.Errorf("%q: %q", line, got)
		}
	}
	if line := "BGP state = Established, hold time is 90, Peer Authentication Enabled"; router.Masked(line) != line {
		t.Error(router.Masked(line))
	}
}

// Reading takes the time of its length, also of what is made to take long.
func TestReadingTakesNoTime(t *testing.T) {
	for _, said := range []string{strings.Repeat("[\n", 60_000), strings.Repeat("{\"a\":[\n", 20_000), strings.Repeat(" ", 1<<20),
		strings.Repeat("\x1b", 1<<20),
		strings.Repeat("a: #1, ESTABLISHED, IKEv2, x\n", 6_000), strings.Repeat("BGP neighbor is 10.100.0.8,  remote AS 1\n", 5_000),
		strings.Repeat("password ", 20_000)} {
		began := time.Now()
		for _, how := range router.Platforms {
			router.Parse(how, said, fra())
			_ = router.Masked(said)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%.20q took %s", said, took)
		}
	}
}

func FuzzReaders(f *testing.F) {
	for _, how := range []router.Format{router.FRR, router.StrongSwan, router.Junos, router.EOS, router.IOSXE} {
		files, _ := filepath.Glob(filepath.Join("testdata", string(how), "*.txt"))
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, said string) {
		for _, how := range router.Platforms {
			facts, _ := router.Parse(how, said, fra())
			if s := facts.Session; s != nil {
				for _, n := range []*int{s.Sent, s.Accepted, s.Received, s.Hold, s.Maximum} {
					if n != nil && *n < 0 {
						t.Errorf("%s: a negative count: %+v", how, s)
					}
				}
			}
			_ = summary(facts)
		}
		if clean := router.Clean(said); router.Clean(clean) != clean || strings.ContainsAny(clean, "\x1b\x07\x00\r\b\t\x7f\u009b\u202e") {
			t.Errorf("not clean: %q", clean)
		}
	})
}
