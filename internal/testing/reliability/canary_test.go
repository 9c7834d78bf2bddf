package reliability_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
)

// gossip is a way to an account on which every secret that goes by, up or down, is remembered in five encodings. When it talks, every
// answer is a refusal that repeats all of them; before that the refused changes alone are.
type gossip struct {
	next   http.RoundTripper
	mu     sync.Mutex
	heard  []string
	talks  bool
	passes func(*http.Request) bool // changes that are carried out
}

func (g *gossip) hear(values ...secret.Value) {
	for _, v := range values {
		text := v.Reveal()
		escaped, _ := json.Marshal(text)
		g.heard = append(g.heard, text, strings.Trim(string(escaped), `"`), base64.StdEncoding.EncodeToString([]byte(text)),
			hex.EncodeToString([]byte(text)), url.QueryEscape(text))
	}
	slices.Sort(g.heard)
	g.heard = slices.Compact(g.heard)
}

// RoundTrip implements http.RoundTripper.
func (g *gossip) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	g.hear(append(secret.FieldsOf(body), secret.New(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))...)
	changes := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/graphql")
	if !g.talks && (!changes || g.passes != nil && g.passes(r)) {
		answer, err := g.next.RoundTrip(r)
		if err == nil && changes {
			content, _ := io.ReadAll(answer.Body)
			answer.Body = io.NopCloser(bytes.NewReader(content))
			g.hear(secret.FieldsOf(content)...)
		}
		return answer, err
	}
	text, _ := json.Marshal("I heard " + strings.Join(g.heard, " and "))
	refusal := `{"success":false,"errors":[{"code":1022,"message":` + string(text) + `,"documentation_url":` + string(text) +
		`,"source":{"pointer":` + string(text) + `}}],"messages":[{"code":1,"message":` + string(text) + `}]}`
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(refusal)), Request: r}, nil
}

// told gives the first secret that a text holds, wherever its lines break; "" for none.
func (g *gossip) told(text string) string {
	text = unbroken(text)
	for _, form := range g.heard {
		if strings.Contains(text, unbroken(form)) {
			return form
		}
	}
	return ""
}

// unbroken is a text without what stands between its words.
func unbroken(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= '─' && r <= '╿' || r == '▌' {
			return -1
		}
		return r
	}, text)
}

// Secrets of every kind that were sent, and a key that was generated, shown and closed again, are on no page of the program
// and in none of its files, though every later answer repeats them in five encodings.
func TestNoSecretIsOnAnyScreen(t *testing.T) {
	home, g := t.TempDir(), &gossip{}
	o := options{width: 120, height: 70, home: home, way: func(next http.RoundTripper) http.RoundTripper { g.next = next; return g }}
	sit(t, o, func(s *seat) {
		repeated := 0 // screens that tell what the server said
		looks := func(what string) {
			if says(s.screen(), "[redacted]") {
				repeated++
			}
			if form := g.told(strings.Join(s.screen(), "\n")); form != "" {
				s.t.Errorf("%s: %q is on the screen:\n%s", what, form, strings.Join(s.screen(), "\n"))
			}
		}
		s.pass(5 * time.Second)
		s.keyIsShownAndClosed(g)
		looks("after the key was closed")
		for what, prepare := range secretChanges(s) {
			plan, err := prepare()
			if err != nil {
				s.t.Fatal(what, err)
			}
			result := s.env.Writer.Apply(s.t.Context(), plan)
			if form := g.told(result.Text + result.Recovery + string(result.Object)); form != "" || result.Err == nil {
				s.t.Errorf("%s: %q is in %s", what, form, result.Text)
			}
		}
		g.talks = true
		for _, page := range s.pages() {
			s.goTo(page).pass(5 * time.Second)
			looks(page)
			s.press("r").pass(5 * time.Second)
			looks(page + ", read again")
			s.press("!")
			looks(page + ", notices")
			s.press("esc", "enter").pass(5 * time.Second)
			looks(page + ", the first row")
			s.home()
		}
		for _, a := range acts() {
			s.goTo(a.page).pass(5 * time.Second)
			s.press(strings.Fields(a.before)...).types(a.text).press(strings.Fields(a.during)...).pass(10 * time.Second)
			looks(a.name())
			s.press("enter").pass(time.Minute)
			looks(a.name() + ", sent")
			s.home()
		}
		if len(g.heard) < 20 || repeated < 20 {
			s.t.Errorf("%d forms were repeated, on %d screens", len(g.heard), repeated)
		}
	})
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if form := g.told(string(content)); form != "" {
			t.Errorf("%q is in %s", form, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keyIsShownAndClosed generates a key on the screen; it is there when it is asked for, and then only.
func (s *seat) keyIsShownAndClosed(g *gossip) {
	s.t.Helper()
	g.passes = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/psk_generate") }
	s.goTo("ipsec").pass(5*time.Second).press("enter", "K").pass(5 * time.Second)
	s.press("enter").pass(2 * time.Second)
	name := s.Objects(simaccount.IPsecTunnels)
	for _, o := range name {
		if says(s.screen(), o["name"].(string)) {
			s.types(o["name"].(string))
			break
		}
	}
	s.press("enter").pass(10 * time.Second)
	if form := g.told(strings.Join(s.screen(), "\n")); form != "" {
		s.t.Errorf("the key is shown before anybody asks: %q", form)
	}
	if s.press("v"); g.told(strings.Join(s.screen(), "\n")) == "" {
		s.t.Errorf("the key is not shown:\n%s", strings.Join(s.screen(), "\n"))
	}
	s.press("K", "enter", "esc", "esc").pass(time.Second)
	g.passes = nil
}

// secretChanges are changes with a secret of each kind.
func secretChanges(s *seat) map[string]func() (change.Plan, error) {
	ctx, w := s.t.Context(), s.env.Writer
	tunnels, err := s.env.Account.IPsecTunnels.List(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return map[string]func() (change.Plan, error){
		"an IPsec tunnel": func() (change.Plan, error) {
			return w.PrepareCreate(ctx, change.IPsecTunnels.Resource, api.ObjectOf(api.IPsecTunnel{Name: "canary", CloudflareEndpoint: "203.0.113.1",
				InterfaceAddress: "10.9.9.0/31", PSK: api.NewSecret(`canary"psk\with<odd>&signs 0123456789`),
				BGP: &api.BGP{CustomerASN: 65001, MD5Key: "canary-md5-0123456789"}}))
		},
		"a GRE tunnel": func() (change.Plan, error) {
			return w.PrepareCreate(ctx, change.GRETunnels.Resource, api.ObjectOf(api.GRETunnel{Name: "canary-gre",
				CloudflareGREEndpoint: "203.0.113.1",
				CustomerGREEndpoint:   "198.51.100.7", InterfaceAddress: "10.9.9.2/31", BGP: &api.BGP{CustomerASN: 65001, MD5Key: `md5"of\gre<1>`}}))
		},
		"an own key": func() (change.Plan, error) {
			wanted := tunnels[1]
			wanted.PSK = api.NewSecret("canary-own-psk/0123456789+äöü")
			return change.PrepareUpdate(ctx, w, change.IPsecTunnels, tunnels[1], wanted)
		},
		"a partner's circuit": func() (change.Plan, error) {
			return w.PrepareCreate(ctx, change.Ports.Resource, api.ObjectOf(api.Interconnect{Type: "gcp_partner",
				Bandwidth: "2G", PairingKey: api.NewSecret("canary-pairing/0123456789/europe-west3/1")}))
		},
	}
}
