package simaccount

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Permission groups, by the exact names of the token form.
const (
	MagicTransitRead   = "Magic Transit Read"
	MagicTransitWrite  = "Magic Transit Write"
	MagicWANRead       = "Magic WAN Read"
	MagicWANWrite      = "Magic WAN Write"
	PrefixesRead       = "IP Prefixes: Read"
	PrefixesWrite      = "IP Prefixes: Write"
	OnDemandRead       = "IP Prefixes: BGP On Demand Read"
	OnDemandWrite      = "IP Prefixes: BGP On Demand Write"
	AnalyticsRead      = "Account Analytics Read"
	AccountSettingRead = "Account Settings Read"
)

// The sets of which an operation needs any one.
var (
	magicReaders   = []string{MagicWANWrite, MagicWANRead, MagicTransitRead, MagicTransitWrite}
	magicWriters   = []string{MagicWANWrite, MagicTransitWrite}
	prefixReaders  = []string{MagicTransitRead, MagicTransitWrite, PrefixesRead, PrefixesWrite, OnDemandRead, OnDemandWrite}
	prefixWriters  = []string{MagicTransitWrite, PrefixesWrite}
	onDemandWriter = []string{MagicTransitWrite, PrefixesWrite, OnDemandWrite}
	bindingReaders = []string{PrefixesRead, PrefixesWrite}
	bindingWriters = []string{PrefixesWrite}
	transitWriters = []string{MagicTransitWrite}
	allGroups      = []string{
		MagicTransitRead, MagicTransitWrite, MagicWANRead, MagicWANWrite, PrefixesRead, PrefixesWrite,
		OnDemandRead, OnDemandWrite, AnalyticsRead, AccountSettingRead, LogsRead, NotificationsRead,
	}
)

// token is one credential that the account knows.
type token struct {
	id           string
	groups       []string
	accountOwned bool
	status       string
	kind         AuthKind
}

func (t *token) holdsAny(groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(t.groups, g) })
}

// accessList knows the credentials.
type accessList struct {
	tokens map[string]*token
	key    *token
}

func (a *accessList) setUp(secret string) {
	a.tokens = map[string]*token{secret: newToken(secret, false, allGroups)}
	a.key = &token{groups: allGroups, status: "active", kind: AuthKey}
}

func newToken(secret string, accountOwned bool, groups []string) *token {
	id := (&Server{}).hash("token", secret)
	return &token{
		id: hex.EncodeToString(id[:16]), groups: slices.Clone(groups),
		accountOwned: accountOwned, status: "active", kind: AuthToken,
	}
}

// Credential formats that the gateway checks before it looks anything up.
const (
	tokenFormat = onlyOf(wordCharacters + ".")
	keyFormat   = onlyOf(wordCharacters)
)

// maxSecret bounds a credential. Longer ones are refused before anything is looked up.
const maxSecret = 255

// authenticate finds who sent the request, with the gateway's errors for what is missing or malformed.
func (a *accessList) authenticate(r *http.Request) (*token, error) {
	authorization := r.Header.Get("Authorization")
	email, key := r.Header.Get("X-Auth-Email"), r.Header.Get("X-Auth-Key")
	switch {
	case authorization != "":
		return a.byToken(authorization, strings.HasSuffix(r.URL.Path, "/tokens/verify"))
	case email == "" || key == "":
		return nil, newProblem(http.StatusBadRequest, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
	case len(key) > maxSecret || !keyFormat.MatchString(key):
		return nil, badHeaders(6103, "Invalid format for X-Auth-Key header")
	case email != DefaultEmail || key != DefaultKey:
		return nil, notPermitted()
	}
	return a.key, nil
}

func (a *accessList) byToken(header string, verifying bool) (*token, error) {
	secret, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || len(secret) > maxSecret || !tokenFormat.MatchString(secret) {
		return nil, badHeaders(6111, "Invalid format for Authorization header")
	}
	t := a.tokens[secret]
	switch {
	case t == nil && verifying:
		return nil, invalidToken()
	case t == nil || (t.status != "active" && !verifying):
		return nil, notPermitted()
	}
	return t, nil
}

func badHeaders(code int, text string) *problem {
	p := newProblem(http.StatusBadRequest, 6003, "Invalid request headers")
	p.Chain = []message{{Code: code, Message: text}}
	return p
}

func invalidToken() *problem { return newProblem(http.StatusUnauthorized, 1000, "Invalid API Token") }

// notPermitted is the gateway's short body for an unknown token and for a missing permission alike.
func notPermitted() *problem {
	p := newProblem(http.StatusForbidden, 10000, "Authentication error")
	p.short = true
	return p
}

// admitAccount refuses an account that the credentials do not reach.
func (s *Server) admitAccount(c *call, id string) error {
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return unroutable(basePath + "/accounts/" + id)
	}
	if id == s.account {
		return nil
	}
	if slices.ContainsFunc(s.accounts, func(a Object) bool { return a["id"] == id }) {
		if c.op.notOnboardedCode == 0 {
			return nil
		}
		return unavailable(c.op.notOnboardedCode)
	}
	return newProblem(http.StatusForbidden, 9109, "Unauthorized to access requested resource")
}

// unavailable is what an account hears that does not have the product.
func unavailable(code int) *problem {
	text := "Account is not onboarded to Magic Transit or Magic WAN"
	if code == noPrefixes {
		text = "Account does not have any IP prefixes"
	}
	return newProblem(http.StatusBadRequest, code, text)
}

// Grant makes secret a valid user token that holds exactly these permission groups; an earlier grant is replaced.
func (s *Server) Grant(secret string, groups ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.tokens[secret] = newToken(secret, false, groups)
}

// GrantAccountToken is Grant for a token that belongs to the account instead of a user.
func (s *Server) GrantAccountToken(secret string, groups ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.tokens[secret] = newToken(secret, true, groups)
}

// Deny takes permission groups away from a token; an unknown token is left unknown.
func (s *Server) Deny(secret string, groups ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.access.tokens[secret]; t != nil {
		t.groups = slices.DeleteFunc(t.groups, func(g string) bool { return slices.Contains(groups, g) })
	}
}

// Revoke makes a token unknown.
func (s *Server) Revoke(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.access.tokens, secret)
}

// SetTokenStatus makes a token "active", "disabled" or "expired".
func (s *Server) SetTokenStatus(secret, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.access.tokens[secret]; t != nil {
		t.status = status
	}
}

// SetOnboarded switches whether the account has Magic Transit or Cloudflare WAN at all (else code 1012).
func (s *Server) SetOnboarded(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.features.onboarded = yes
}

// SetAutomaticReturnRouting switches the account flag that automatic_return_routing needs (Unified Routing).
func (s *Server) SetAutomaticReturnRouting(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.features.automaticReturns = yes
}

// EnforceRateLimit makes the 1,200 requests in 5 minutes real: the next one and all for 5 minutes get 429.
// Without it the headers count, but nothing is refused.
func (s *Server) EnforceRateLimit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.features.unlimitedRequests = false
}

// The documented limit.
const (
	rateQuota  = 1200
	rateWindow = 5 * time.Minute
	// rateFloor is what the headers still offer when the limit is not enforced, so that a client
	// that heeds them is not slowed by a test that sends many requests.
	rateFloor = rateQuota / 2
)

// rateLimit counts requests in fixed windows.
type rateLimit struct {
	window time.Time
	used   int
	banned time.Time
}

// spend counts one request and returns the seconds to wait when it is refused.
func (l *rateLimit) spend(now time.Time, unlimited bool) int {
	if now.Sub(l.window) >= rateWindow {
		l.window, l.used = now, 0
	}
	l.used++
	if unlimited {
		l.used = min(l.used, rateQuota-rateFloor)
		return 0
	}
	if now.Before(l.banned) {
		return seconds(l.banned.Sub(now))
	}
	if l.used > rateQuota {
		l.banned = now.Add(rateWindow)
		return seconds(rateWindow)
	}
	return 0
}

// left is what the Ratelimit header says: requests, and seconds to the next window.
func (l *rateLimit) left(now time.Time) (requests, reset int) {
	return max(0, rateQuota-l.used), seconds(l.window.Add(rateWindow).Sub(now))
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func hexText(b []byte) string { return hex.EncodeToString(b) }
