package api

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"
)

// refused makes the error of an answer that says no: by status, or by success:false.
func (c *Client) refused(a *answer) *Error {
	messages := a.messages()
	kind := classify(a.call.op, a.status, messages)
	foreign := len(messages) == 0 && len(bytes.TrimSpace(a.body)) > 0 && a.isJSON() != nil && a.status >= 400 && a.status < 500 &&
		a.status != http.StatusTooManyRequests
	if foreign && kind != ServerTrouble { // a page of a firewall says nothing about the token, the permission or the object
		kind = BadAnswer
	}
	e := a.error(kind)
	e.foreign, e.unusable = foreign, a.status < 300
	e.Uncertain = e.Uncertain && !foreign
	e.oddBase = !strings.HasSuffix(c.base.Path, apiPath)
	e.Messages = messages
	e.Code = firstCode(messages)
	e.tokenAuth = !c.creds.Token.IsZero()
	e.tokenWorks = &c.tokenWorks
	c.explain(e, a)
	return e
}

// edgeStatus is what Cloudflare's own codes mean, which no RFC has (developers.cloudflare.com/support/troubleshooting/http-status-codes).
var edgeStatus = map[int]string{520: "web server returned an unknown error", 521: "web server is down", 522: "connection timed out",
	523: "origin is unreachable", 524: "a timeout occurred", 525: "TLS handshake failed", 526: "invalid TLS certificate"}

// explain adds to the error what its kind needs.
func (c *Client) explain(e *Error, a *answer) {
	switch e.Kind {
	case PermissionMissing:
		e.Permission = a.call.op.needed()
	case RateLimited:
		if e.RetryAfter = retryAfter(a.header, c.now()); e.RetryAfter > 0 {
			e.Until = c.now().Add(e.RetryAfter)
		}
	case Invalid:
		e.Field = blamedField(e.Messages, a.call)
	}
	if len(e.Messages) > 0 {
		return
	}
	switch {
	case a.status >= 300 && a.status < 400:
		e.Detail = "it redirects to " + a.redirectHost() + ", where the credentials are not sent"
	case a.status < 300:
		e.Detail = "it says success:false and gives no reason"
	default: // no readable reason: say what came instead
		e.Detail = a.bad(cmp.Or(strings.ToLower(http.StatusText(a.status)), edgeStatus[a.status], "no reason given")).Detail
	}
}

func (a *answer) redirectHost() string {
	if _, rest, ok := strings.Cut(a.hide(a.header.Get("Location")), "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return shorten(clean(host), maxSample)
	}
	return "another place"
}

func firstCode(messages []Message) int {
	if len(messages) == 0 {
		return 0
	}
	return messages[0].Code
}

// classify decides the kind by service, status and code together: the same code means different things in different services
// and at different statuses.
func classify(op *Operation, status int, messages []Message) ErrorKind {
	for _, m := range messages {
		if kind := byCode(op, status, m.Code); kind != Unknown {
			return kind
		}
	}
	return byStatus(status)
}

func byCode(op *Operation, status, code int) ErrorKind {
	if kind := byGatewayCode(code); kind != Unknown {
		return kind
	}
	switch op.Service {
	case Magic, CNIService, Diagnostics: // that a traceroute answers with Magic's codes is not documented
		return byMagicCode(code)
	case Addressing:
		return byAddressingCode(op, status, code)
	}
	return Unknown
}

// byGatewayCode knows the codes of the gateway in front of all services. Its 10000 and 9109 come with 403 and need no rule: with
// another status 10000 means something else.
func byGatewayCode(code int) ErrorKind {
	switch code {
	case 6003, 6103, 6111, 9106: // malformed or missing credential headers
		return Unauthenticated
	case 7000, 7003: // no route for that URI: an id in the path is not one
		return NotFound
	}
	return Unknown
}

func byMagicCode(code int) ErrorKind {
	switch code {
	case 1012:
		return NotOnboarded
	case 1025:
		return CloudflareWANMissing
	case 1020, 1029, 1032: // route, GRE tunnel, IPsec tunnel
		return NotFound
	case 1022:
		return Invalid
	}
	return Unknown
}

// byAddressingCode: at 401 and 403 the status decides; 1000 to 1003 are about the object otherwise.
func byAddressingCode(op *Operation, status, code int) ErrorKind {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500:
		return Unknown
	case code == 10405, code == 10000 && op.Changes:
		return PermissionMissing
	case code == 1000 || code == 1002: // prefix, LOA document or delegation; BGP prefix or binding
		return NotFound
	case code == 1003 && status == http.StatusNotFound:
		return NotFound
	case code == 1001 || code == 1003:
		return Invalid
	}
	return Unknown
}

func byStatus(status int) ErrorKind {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthenticated
	case status == http.StatusForbidden:
		return PermissionMissing
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusConflict:
		return Conflict
	case status == http.StatusTooManyRequests:
		return RateLimited
	case broken(status):
		return ServerTrouble
	case status >= 400:
		return Invalid
	}
	return BadAnswer // a redirect, or success:false without a code we know
}

// broken reports whether an answer with this status is about the server's trouble. What became of the request it does not say,
// whatever code its body has.
func broken(status int) bool { return status >= 500 || status == http.StatusRequestTimeout }

// Field is the path of the field that the message points to, as "health_check.rate"; empty when it points to none.
func (m Message) Field() string {
	return shorten(strings.ReplaceAll(strings.Trim(m.Pointer, "/"), "/", "."), maxSample)
}

// blamedField is the field the API complains about: by its pointer, or else the longest name of the request that the text mentions.
func blamedField(messages []Message, in *call) string {
	for _, m := range messages {
		if path := m.Field(); path != "" {
			return path
		}
	}
	var best string
	for _, m := range messages {
		for _, name := range fieldNames(in.body) {
			if len(name) > len(best) && mentions(m.Text, name) {
				best = name
			}
		}
	}
	return best
}

// fieldNames lists the keys of the body and of the objects in it.
func fieldNames(body []byte) []string {
	var names []string
	fields(body, func(key string, value []byte) {
		names = append(names, key)
		if value[0] == '{' {
			names = append(names, fieldNames(value)...)
		}
		elements(value, func(element []byte) bool {
			names = append(names, fieldNames(element)...)
			return false // the elements of one list are alike
		})
	})
	return names
}

// mentions reports whether the text holds the name as a word of its own.
func mentions(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		if (start == 0 || !isNameByte(text[start-1])) && (end == len(text) || !isNameByte(text[end])) {
			return true
		}
		from = end
	}
}

func isNameByte(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
