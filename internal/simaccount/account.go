package simaccount

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultAccount is the account's id when Options names none.
const DefaultAccount = "023e105f4ecef8ad9ca31a8372d0c353"

// DefaultToken, DefaultEmail and DefaultKey are the credentials that a new Server accepts.
const (
	DefaultToken = "demo-token"
	DefaultEmail = "demo@example.com"
	DefaultKey   = "demo-key"
)

// basePath is where the API lives on the host.
const basePath = "/client/v4"

// maxBody bounds a request body.
const maxBody = 4 << 20

// Options describe a simulated account.
type Options struct {
	Token   string           // a user token with every permission; DefaultToken when empty
	Account string           // the account's id; DefaultAccount when empty
	Tunnels int              // 0 gives the believable dozen or so; N gives exactly N generated tunnels, half GRE, half IPsec
	Seed    uint64           // decides identifiers and numbers
	Now     func() time.Time // time.Now when nil; everything that happens by itself depends on Now and the time of New only
}

// Server is a simulated Cloudflare account. It is an http.Handler and safe for concurrent use.
type Server struct {
	seed    uint64
	account string
	now     func() time.Time
	start   time.Time

	mu       sync.Mutex
	objects  map[Resource]*collection
	serial   int            // identifiers made
	answers  int            // answers given
	asked    map[string]int // answers given to a method and path
	accounts []Object
	settings Object // /cni/settings
	access   accessList
	features features
	rate     rateLimit
	faults   []*Fault
	script   func(Request) *Fault
	delayed  []delayedRequest // requests that are carried out after their answer
	requests requestLog

	auditRecords accountRecord // what Cloudflare wrote down
	flowScript   flowScript    // what happens to the traffic from the Internet

	hiddenFields []string // analytics fields that the account may not see, as dataset.path
}

// features are switches of the account that tests turn.
type features struct {
	onboarded         bool // the account has the products
	automaticReturns  bool // automatic_return_routing is allowed
	unlimitedRequests bool // no rate limit
	blankTraffic      bool // tunnelName is empty in the dataset of the traffic; see BlankTrafficNames
}

// New makes an account that is alive from now on.
func New(o Options) *Server {
	s := &Server{
		seed: o.Seed, account: or(o.Account, DefaultAccount), now: o.Now,
		asked:    map[string]int{},
		objects:  map[Resource]*collection{},
		settings: Object{"default_asn": int64(cloudflareASN)},
		features: features{onboarded: true, automaticReturns: true, unlimitedRequests: true},
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.start = s.now()
	for _, p := range parts {
		for _, kind := range p.kinds {
			s.objects[kind] = newCollection()
		}
	}
	s.access.setUp(or(o.Token, DefaultToken))
	s.populate(o.Tunnels)
	return s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Account returns the id of the simulated account.
func (s *Server) Account() string { return s.account }

// call is one request on its way through a handler.
type call struct {
	server    *Server
	op        *operation
	now       time.Time
	vars      map[string]string
	query     url.Values
	body      []byte
	newTarget bool // the header x-magic-new-hc-target

	contentType string
	dry         bool // ?validate_only=true
	token       *token
}

// operation is one row of the table of everything the API can do.
type operation struct {
	method           string
	path             string // below /client/v4, with {names}
	style            style
	status           int      // on success; 200 when 0
	needs            []string // any one of these permission groups; nil needs none
	run              func(*call) (any, error)
	notOnboardedCode int // of the error for an account without the product; 0 when it needs none

	segments []string
}

// match compares a path with the operation's and collects the named parts.
func (o *operation) match(path []string) (map[string]string, bool) {
	if len(path) != len(o.segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, want := range o.segments {
		switch {
		case strings.HasPrefix(want, "{"):
			if path[i] == "" {
				return nil, false
			}
			vars[want[1:len(want)-1]] = path[i]
		case want != path[i]:
			return nil, false
		}
	}
	return vars, true
}

// table is every operation; it is built once.
var table = sync.OnceValue(func() []*operation {
	var all []*operation
	for _, p := range parts {
		part := p.operations()
		for i := range part {
			op := &part[i]
			op.segments = strings.Split(strings.Trim(op.path, "/"), "/")
			if op.status == 0 {
				op.status = http.StatusOK
			}
			all = append(all, op)
		}
	}
	return all
})

// process answers one request: rate limit, credentials, route, account, permission, product, then the handler.
func (s *Server) process(r *http.Request, body []byte) answer {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	return s.serve(r, body, s.now())
}

// serve is process at a time; the Server is locked.
func (s *Server) serve(r *http.Request, body []byte, now time.Time) answer {
	c := &call{server: s, now: now, query: r.URL.Query(), body: body}
	c.newTarget = strings.EqualFold(r.Header.Get("x-magic-new-hc-target"), "true")
	c.dry, c.contentType = c.query.Get("validate_only") == "true", r.Header.Get("Content-Type")
	for _, kept := range s.objects {
		kept.sweep(c.now)
	}
	var result any
	err := s.admit(c, r)
	shape, status := enveloped, http.StatusOK
	if c.op != nil {
		shape, status = c.op.style, c.op.status
	}
	if err == nil {
		result, err = c.op.run(c)
	}
	a := answer{}
	if err != nil {
		a = fail(shape, err)
	} else {
		a = succeed(shape, status, result)
		s.auditCall(c, r.Method)
	}
	s.addHeaders(&a, r.Method+" "+r.URL.Path)
	return a
}

// admit does what the gateway does before a service sees the request.
func (s *Server) admit(c *call, r *http.Request) error {
	if wait := s.rate.spend(c.now, s.features.unlimitedRequests); wait > 0 {
		p := newProblem(http.StatusTooManyRequests, 10429, "Rate limited. Please wait and consider throttling your request speed")
		p.retryAfter = wait
		return p
	}
	token, err := s.access.authenticate(r)
	if err != nil {
		return err
	}
	c.token = token
	if err := s.route(c, r); err != nil {
		return err
	}
	if account, ok := c.vars["account_id"]; ok {
		if err := s.admitAccount(c, account); err != nil {
			return err
		}
	}
	if len(c.op.needs) > 0 && !token.holdsAny(c.op.needs) {
		return notPermitted()
	}
	if c.op.notOnboardedCode != 0 && !s.features.onboarded {
		return unavailable(c.op.notOnboardedCode)
	}
	return nil
}

// route finds the operation; an unknown path is the gateway's 7003.
func (s *Server) route(c *call, r *http.Request) error {
	rest, ok := strings.CutPrefix(r.URL.Path, basePath+"/")
	known := false
	path := strings.Split(rest, "/")
	for _, op := range table() {
		vars, fits := op.match(path)
		if !ok || !fits {
			continue
		}
		known = true
		if op.method == r.Method {
			c.op, c.vars = op, vars
			return nil
		}
	}
	if known {
		return newProblem(http.StatusMethodNotAllowed, 10405, "Method not allowed for this authentication scheme")
	}
	return unroutable(r.URL.Path)
}

func unroutable(path string) *problem {
	p := newProblem(http.StatusNotFound, 7003, "Could not route to "+path+", perhaps your object identifier is invalid?")
	p.Chain = []message{{Code: 7000, Message: "No route for that URI"}}
	return p
}

// addHeaders adds the headers that every answer carries. The Ray ID of a change does not depend on how many reads of something else
// came before it, so that the pictures of the demo can be compared.
func (s *Server) addHeaders(a *answer, request string) {
	s.answers++
	s.asked[request]++
	ray := s.hash("ray", request, s.asked[request])
	a.header.Set("Content-Type", a.contentType)
	a.header.Set("Cf-Ray", hexText(ray[:8])+"-FRA")
	a.header.Set("Server", "cloudflare")
	left, reset := s.rate.left(s.now())
	a.header.Set("Ratelimit", `"default";r=`+strconv.Itoa(left)+`;t=`+strconv.Itoa(reset))
	a.header.Set("Ratelimit-Policy", `"default";q=1200;w=300`)
}

// object parses the request body as one JSON object.
func (c *call) object(doing string) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		reason := err.Error()
		if err == io.EOF || len(bytes.TrimSpace(c.body)) == 0 {
			reason = "EOF"
		}
		return nil, misfit("%s", reason)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, misfit("json: cannot unmarshal %s into Go value of type map[string]%s", jsonName(v), doing)
	}
	if dec.More() {
		return nil, misfit("invalid character after top-level value")
	}
	return m, nil
}
