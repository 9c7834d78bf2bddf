package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// shell runs commands as a person at a shell would, and keeps what they printed.
type shell struct {
	t        *testing.T
	env      []string
	input    string // what stands on standard input
	out, err bytes.Buffer
}

// newShell has a home of its own: nobody's real profiles are read.
func newShell(t *testing.T, env ...string) *shell {
	home := t.TempDir()
	return &shell{t: t, env: append([]string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home}, env...)}
}

func (s *shell) in() io.Reader { return strings.NewReader(s.input) }

func (s *shell) run(args ...string) int {
	s.out.Reset()
	s.err.Reset()
	return cli.Main(s.t.Context(), args, cli.IO{In: s.in(), Out: &s.out, Err: &s.err, Environ: s.env, Now: time.Now})
}

// serve starts the simulated account over HTTP and gives the environment to reach it.
func serve(t *testing.T, o simaccount.Options) (*simaccount.Server, []string) {
	sim := simaccount.New(o)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, []string{"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4", "CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken,
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}
}

const secret = "cfut_canary0123456789012345678901234567890123"

// Whatever is wrong, the user gets one clear sentence that says what to do, the right exit code, no
// stack trace, and no secret.
func TestTroubleIsOneClearSentence(t *testing.T) {
	answer := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		return "CLOUDFLARE_BASE_URL=" + s.URL + "/client/v4"
	}
	refused := func(status, code string) string {
		return `{"success":false,"errors":[{"code":` + code + `,"message":"` + status + `"}]}`
	}
	token, account := "CLOUDFLARE_API_TOKEN="+secret, "CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount
	for name, c := range map[string]struct {
		env  []string
		args string
		code int
		says string
	}{
		"no credentials":          {nil, "status", 2, "CLOUDFLARE_API_TOKEN"},
		"key without e-mail":      {[]string{"CLOUDFLARE_API_KEY=" + secret}, "status", 2, "CLOUDFLARE_EMAIL"},
		"e-mail without key":      {[]string{"CLOUDFLARE_EMAIL=a@example.com"}, "status", 2, "CLOUDFLARE_API_KEY"},
		"token with a line break": {[]string{"CLOUDFLARE_API_TOKEN=" + secret + "\nX: y"}, "status", 2, "line break"},
		"plain http off loopback": {[]string{token, account, "CLOUDFLARE_BASE_URL=http://api.example.com/client/v4"}, "status", 2,
			"https"},
		"server is down": {[]string{token, account, "CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4"}, "status", 1,
			"refused"},
		"401": {[]string{token, account, answer(401, refused("Invalid API Token", "1000"))}, "status", 1, "token"},
		"403": {[]string{token, account, answer(403, refused("Authentication error", "10000"))}, "status", 1,
			"Magic Transit Read"},
		"404 of an unknown account": {[]string{token, account, answer(404, refused("Could not route", "7003"))}, "status", 1, "account"},
		"not onboarded":             {[]string{token, account, answer(403, refused("not onboarded", "1012"))}, "status", 1, "onboarded"},
		"500":                       {[]string{token, account, answer(500, refused("boom", "1000"))}, "status", 1, "500"},
		"an HTML page":              {[]string{token, account, answer(200, "<html>login</html>")}, "status", 1, "not JSON"},
		"half a JSON":               {[]string{token, account, answer(200, `{"success":true,"result":{"gre_tun`)}, "status", 1, "JSON"},
		"an empty answer":           {[]string{token, account, answer(200, "")}, "status", 1, "empty"},
		"success:false with 200":    {[]string{token, account, answer(200, refused("odd", "1"))}, "status", 1, "odd"},
		"an address that is set and empty": {[]string{token, account, "CLOUDFLARE_BASE_URL="}, "status", 2,
			"CLOUDFLARE_BASE_URL is set and empty"},
		"an address that is a line break": {[]string{token, account, "CLOUDFLARE_BASE_URL=\n"}, "list gre", 2, "set and empty"},
		"account id with a slash":         {[]string{token}, "status --account ../x", 2, "account id"},
		"unknown flag":                    {nil, "status --colour", 2, "--colour"},
		"unknown command":                 {nil, "statsu", 2, "statsu"},
		"unknown output":                  {nil, "status -o yaml --demo", 2, "table or json"},
		"refresh too often":               {nil, "status --refresh 1s --demo", 2, "5s"},
		"unknown theme":                   {nil, "status --theme pink --demo", 2, "dark"},
		"unknown notification":            {nil, "status --notify loud --demo", 2, "off, bell or terminal"},
		"a token as an argument":          {nil, "status --account " + secret, 2, "CLOUDFLARE_API_TOKEN"},
		"full screen into a pipe":         {nil, "--demo", 2, "flarewire status"},
		"demo server off loopback":        {nil, "demo-server --addr 0.0.0.0:0", 2, "loopback"},
		"demo server without a port":      {nil, "demo-server --addr 127.0.0.1", 2, "host:port"},
		"debug log in no such folder":     {nil, "status --demo --debug-log /no/such/folder/log", 2, "debug-log"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, c.env...)
			if code := s.run(strings.Fields(c.args)...); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			text := s.err.String()
			if !strings.HasPrefix(text, "flarewire: ") || strings.Count(text, "\n") != 1 {
				t.Errorf("not one sentence on stderr:\n%s", text)
			}
			if !strings.Contains(text, c.says) {
				t.Errorf("it does not say %q: %s", c.says, text)
			}
			if strings.Contains(text+s.out.String(), "canary") {
				t.Errorf("the secret is in the output:\n%s", text)
			}
			if strings.Contains(text, "goroutine") || s.out.Len() > 0 {
				t.Errorf("stdout %q stderr %q", s.out.String(), text)
			}
		})
	}
}

func TestStatusAsJSONIsTheContract(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("status", "-o", "json"); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	var doc struct {
		Account   map[string]string
		FetchedAt time.Time `json:"fetched_at"`
		Tunnels   []map[string]any
		Summary   map[string]*int
		NotKnown  []any `json:"not_known"`
		Scope     string
		Incidents []map[string]any
	}
	dec := json.NewDecoder(&s.out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Account["id"] != simaccount.DefaultAccount || doc.Account["name"] == "" || doc.FetchedAt.IsZero() || len(doc.Tunnels) < 10 {
		t.Errorf("account %v, fetched %s, %d tunnels", doc.Account, doc.FetchedAt, len(doc.Tunnels))
	}
	sum := 0
	for _, key := range []string{"up", "establishing", "down", "no_bgp"} {
		n := doc.Summary[key]
		if n == nil || *n == 0 {
			t.Fatalf("summary has no %s", key)
		}
		sum += *n
	}
	if byKind := *doc.Summary["gre"] + *doc.Summary["ipsec"]; byKind != len(doc.Tunnels) || doc.NotKnown == nil || len(doc.NotKnown) > 0 {
		t.Errorf("%d by kind, not known %v", byKind, doc.NotKnown)
	}
	if sum != len(doc.Tunnels) {
		t.Errorf("the summary counts %d of %d tunnels", sum, len(doc.Tunnels))
	}
	for _, tunnel := range doc.Tunnels {
		for _, key := range []string{"id", "name", "kind", "cloudflare_endpoint", "customer_endpoint", "interface_address", "bgp", "health"} {
			if _, ok := tunnel[key]; !ok {
				t.Errorf("%v has no %s", tunnel["name"], key)
			}
		}
		bgp := tunnel["bgp"].(map[string]any)
		if bgp["configured"] == false && (bgp["state"] != nil || bgp["tcp_established"] != nil) {
			t.Errorf("%v has no BGP but a state: absent must be null", tunnel["name"])
		}
	}
}

func TestStatusAsATableIntoAPipeHasNoEscapeSequences(t *testing.T) {
	s := newShell(t)
	if code := s.run("--demo", "status"); code != 0 {
		t.Fatal(s.err.String())
	}
	text := s.out.String()
	if strings.Contains(text, "\x1b") {
		t.Error("escape sequences in a pipe")
	}
	for _, want := range []string{"NAME", "Down", "Up", "No BGP", "fra-dc1-gre"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestStatusNeedsTwoRequestsForAnyNumberOfTunnels(t *testing.T) {
	for _, n := range []int{10, 5000} {
		sim, env := serve(t, simaccount.Options{Tunnels: n})
		s := newShell(t, env...)
		if code := s.run("status", "-o", "json"); code != 0 {
			t.Fatal(s.err.String())
		}
		tunnels := 0
		for _, r := range sim.Requests() {
			if strings.Contains(r.Path, "_tunnels") {
				tunnels++
			}
		}
		if tunnels != 2 {
			t.Errorf("%d requests for %d tunnels, want 2", tunnels, n)
		}
	}
}

// One list of tunnels cannot be read: the other is shown, what is missing is said, and no count claims to be the whole.
func TestOneFailedListIsNotAWholeStatus(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Method: "GET", Path: "*ipsec_tunnels*", Kind: simaccount.FaultStatus, Status: 403})
	s := newShell(t, env...)
	if code := s.run("status", "-o", "json"); code != 1 || !strings.Contains(s.err.String(), "403") {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
	var doc struct {
		Tunnels  []struct{ Kind string }
		Summary  map[string]*int
		NotKnown []struct{ Source, Why string } `json:"not_known"`
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Tunnels) != 7 || len(doc.NotKnown) != 1 || doc.NotKnown[0].Source != "ipsec_tunnels" || *doc.Summary["gre"] != 7 {
		t.Errorf("%+v", doc)
	}
	for _, key := range []string{"up", "establishing", "down", "no_bgp", "ipsec"} {
		if n, there := doc.Summary[key]; n != nil || !there {
			t.Errorf("%s is %v although a list is missing", key, n)
		}
	}
	s = newShell(t, env...)
	if code := s.run("status", "-o", "line"); code != 1 || !strings.HasPrefix(s.out.String(), "fw 4") ||
		!strings.HasSuffix(s.out.String(), " ?\n") {
		t.Errorf("exit %d: %q", code, s.out.String())
	}
	s = newShell(t, env...)
	if code := s.run("status"); code != 1 || !strings.Contains(s.out.String(), "fra-dc1-gre") ||
		!strings.Contains(s.out.String(), "the IPsec tunnels could not be read") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
}

// An element without a usable id is lost, and with it whatever it was: no count and no verdict is whole.
func TestALostRowIsNotAWholeStatus(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	spoilt := map[string]any{"id": 5, "name": "fra-dc1-gre"}
	body, err := json.Marshal(map[string]any{"success": true, "result": map[string]any{"gre_tunnels": []any{spoilt,
		map[string]any{"id": "00000000000000000000000000000001", "name": "left-gre"}}}})
	if err != nil {
		t.Fatal(err)
	}
	sim.Fault(simaccount.Fault{Method: "GET", Path: "*gre_tunnels*", Kind: simaccount.FaultStatus, Status: 200, Body: string(body)})
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"status -o line":               {1, " ?\n"},
		"status -o json":               {1, `"gre": null`},
		"status":                       {1, "left-gre"},
		"check --tunnel left-gre":      {3, "UNKNOWN"},
		"check --tunnel no-such-gre":   {3, "could not be read"},
		"check --tunnel syd-br1-ipsec": {3, "UNKNOWN"},
		"diagnose fra-dc1-gre":         {1, ""},
		"list gre":                     {1, "left-gre"},
		"list gre -o json":             {1, "left-gre"},
		"get gre left-gre":             {0, "left-gre"},
		"get gre fra-dc1-gre":          {1, ""},
		"config left-gre":              {0, "linux"},
		"config fra-dc1-gre":           {1, ""},
	} {
		s := newShell(t, env...)
		if code := s.run(strings.Fields(args)...); code != want.code || !strings.Contains(s.out.String(), want.says) {
			t.Errorf("%s: exit %d, %q, %q", args, code, s.out.String(), s.err.String())
		}
	}
}

func TestTheOnlyAccountIsChosenByItself(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env[:2]...)
	if code := s.run("status"); code != 0 {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
}

func TestDebugLogHasEveryRequestAndNoSecret(t *testing.T) {
	_, env := serve(t, simaccount.Options{Token: secret})
	env[1] = "CLOUDFLARE_API_TOKEN=" + secret
	file := filepath.Join(t.TempDir(), "log")
	s := newShell(t, env...)
	if code := s.run("status", "--debug-log", file); code != 0 {
		t.Fatal(s.err.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"gre_tunnels", "ipsec_tunnels", "status=200"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in the log:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "canary") {
		t.Error("the token is in the log")
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("the log has mode %v", info.Mode().Perm())
	}
}

func TestVersionSaysWhatWasBuilt(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		s := newShell(t)
		if code := s.run(args...); code != 0 || !strings.HasPrefix(s.out.String(), "flarewire ") || !strings.Contains(s.out.String(), "go1.") {
			t.Errorf("%v: exit %d, %q", args, code, s.out.String())
		}
	}
}

// For pictures the demo's clock can be stopped: what is shown is then always the same, to the byte.
func TestTheDemoWithAStoppedClockIsAlwaysTheSame(t *testing.T) {
	s := newShell(t)
	var first string
	for range 2 {
		if code := s.run("--demo", "--demo-at", "2026-03-01T12:00:00Z", "status"); code != 0 {
			t.Fatal(s.err.String())
		}
		if first == "" {
			first = s.out.String()
		}
		if s.out.String() != first {
			t.Errorf("one time\n%s\nanother time\n%s", first, s.out.String())
		}
	}
	for _, want := range []string{"Down", "Establishing", "● Flapping", "No BGP"} {
		if !strings.Contains(first, want) {
			t.Errorf("it does not show %q:\n%s", want, first)
		}
	}
	if code := s.run("--demo", "--demo-at", "noon", "status"); code != 2 {
		t.Errorf("a time that is none: exit %d", code)
	}
}
