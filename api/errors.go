package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

// ErrorKind says what sort of failure an error is: what the user can do depends on it and on nothing else.
type ErrorKind string

// The kinds of failure. Unknown stands for errors that are not this package's.
const (
	Unknown              ErrorKind = ""
	Unauthenticated      ErrorKind = "not authenticated"
	PermissionMissing    ErrorKind = "permission missing"
	NotOnboarded         ErrorKind = "account not onboarded"  // code 1012
	CloudflareWANMissing ErrorKind = "Cloudflare WAN missing" // code 1025
	NotFound             ErrorKind = "not found"
	Invalid              ErrorKind = "invalid"
	Conflict             ErrorKind = "conflict"
	RateLimited          ErrorKind = "rate limited"
	ServerTrouble        ErrorKind = "server trouble"
	NetworkTrouble       ErrorKind = "network trouble"
	BadAnswer            ErrorKind = "bad answer"
	ReadOnly             ErrorKind = "read-only"   // refused here, nothing was sent
	Unsupported          ErrorKind = "unsupported" // the API has no such operation; nothing was sent
	NotApplied           ErrorKind = "not applied" // success, but modified or deleted is false
	Canceled             ErrorKind = "canceled"    // the caller gave up
)

// Service is the part of the API that answered. The same code means different things in different services.
type Service string

// The services this package talks to.
const (
	Magic       Service = "magic"
	CNIService  Service = "cni"
	Addressing  Service = "addressing"
	AccountsAPI Service = "accounts"
	Diagnostics Service = "diagnostics"
	GraphQL     Service = "graphql"
	LogsAPI     Service = "logs"
)

// Message is one entry of the envelope's errors or messages. Control characters are replaced, the text is otherwise the API's own.
type Message struct {
	Code             int
	Text             string
	Pointer          string // JSON pointer to the field in the request, when the API gives one
	DocumentationURL string
	Chain            []Message // error_chain of the gateway
}

// Error is every failure of this package.
type Error struct {
	Kind       ErrorKind
	Service    Service
	Operation  string // name in Operations, for example "gre_tunnels.update"
	Status     int    // HTTP status; 0 when there was no answer
	Code       int    // first code of the envelope; 0 when there is none
	Messages   []Message
	RequestID  string // CF-Ray
	Method     string
	Path       string
	RetryAfter time.Duration // as the server asked; 0 when it did not
	Until      time.Time     // when RateLimited: when to try again; zero when unknown
	OwnLimit   bool          // when RateLimited: not sent because flarewire's own share is used up, see Share
	Permission string        // when PermissionMissing: the groups of which one is needed, by their exact names
	Field      string        // when Invalid: the field the API complains about; "" when it does not say
	Uncertain  bool          // a change was sent and its result is not known: read back before doing it again
	Detail     string        // our own words on what happened; "" when Messages say it
	Err        error         // the cause, when there is one

	tokenWorks *atomic.Bool // some answer has accepted these credentials, perhaps since: a 403 is about permission
	tokenAuth  bool
	foreign    bool             // the answer is not the API's: something in between refused
	oddBase    bool             // the base URL does not end as Cloudflare's does
	unusable   bool             // the answer is the API's own, but its content cannot be used: no proxy is to blame
	now        func() time.Time // when OwnLimit: the clock of Until
}

// Error says in one sentence what happened and what to do.
func (e *Error) Error() string {
	if advice := e.advice(); advice != "" {
		return e.Summary() + ": " + advice
	}
	return e.Summary()
}

// Summary says what happened, without the advice.
func (e *Error) Summary() string {
	var b strings.Builder
	switch {
	case e.Status != 0:
		fmt.Fprintf(&b, "Cloudflare answered %d to %s %s", e.Status, e.Method, e.Path)
	case e.Method != "":
		fmt.Fprintf(&b, "%s %s failed", e.Method, e.Path)
	default:
		b.WriteString("the request was not sent")
	}
	if text := e.text(); text != "" {
		fmt.Fprintf(&b, " (%s)", text)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [Ray ID %s]", e.RequestID)
	}
	return b.String()
}

// Reason is Error without the request that it happened to, so that it is the same for all that fail alike.
func (e *Error) Reason() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("Cloudflare answered %d", e.Status))
	}
	for _, text := range []string{e.text(), e.advice()} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return e.Summary()
	}
	return strings.Join(parts, ": ")
}

// maxText bounds what one error shows of the server's words; Messages keep all of them.
const maxText = 600

// text joins the API's messages and our own words.
func (e *Error) text() string {
	var parts []string
	for _, m := range e.Messages {
		parts = append(parts, m.String())
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	return shorten(strings.Join(parts, "; "), maxText)
}

// maxSaid bounds Said.
const maxSaid = 200

// Said is the server's own first sentence with its code, for a screen; "" when it said nothing.
func (e *Error) Said() string {
	for _, m := range e.Messages {
		switch {
		case m.Text == "":
		case m.Code != 0:
			return fmt.Sprintf("%s, code %d", shorten(m.Text, maxSaid), m.Code)
		default:
			return shorten(m.Text, maxSaid)
		}
	}
	return ""
}

// String gives the code and the text, and those of the chain.
func (m Message) String() string {
	text := m.Text
	if m.Code != 0 {
		text = fmt.Sprintf("%d: %s", m.Code, m.Text)
	}
	if m.DocumentationURL != "" {
		text += " (see " + m.DocumentationURL + ")"
	}
	for _, c := range m.Chain {
		text += " (" + c.String() + ")"
	}
	return text
}

// Unwrap gives the cause, for example context.DeadlineExceeded.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in the chain, or Unknown.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}

// Unanswered tells an error that says nothing about what was asked: the network, or a server in trouble. A limit of requests
// is an answer: it says when to ask again.
func Unanswered(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind != RateLimited && e.Kind != Canceled && (e.Status == 0 || e.Status >= http.StatusInternalServerError)
}

// StillAtWork reports whether the server may carry a change out after this error: no answer came, or one of something in front of
// the service that gave up waiting for it (a 504, or Cloudflare's 524). A 500 is the service's own last word.
func StillAtWork(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Uncertain &&
		(e.Status == 0 && e.Kind != BadAnswer || e.Status == http.StatusRequestTimeout || e.Status > http.StatusNotImplemented)
}

// Settled is the error for whoever has read back what a change has become: it does not say any more that the result is not known.
func Settled(err error) error {
	var e *Error
	if !errors.As(err, &e) || !e.Uncertain {
		return err
	}
	told := *e
	told.Uncertain = false
	return &told
}

// Passes tells an error that may be gone when the same is asked again later, from one that somebody has to put right.
// An answer that is no envelope is one of the first: it often comes from a proxy or a sign-in page in between.
func Passes(err error) bool {
	switch KindOf(err) {
	case RateLimited, ServerTrouble, NetworkTrouble, BadAnswer:
		return true
	}
	return false
}

// Advice returns one sentence on what to do about the error, or "" when there is nothing to add.
func Advice(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.advice()
	}
	return ""
}

// maxMarks is how many combining marks a character may carry: written languages need up to four, and more paint over other lines.
const maxMarks = 4

// clean makes a text from outside safe for a terminal: every control and other unprintable character becomes a dot.
func clean(s string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if !isPrintable(r) {
			return '·'
		}
		return r
	}, s)
}

// shorten cuts a text to at most n bytes and marks the cut.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 { // do not cut inside a UTF-8 sequence
		n--
	}
	return s[:n] + "…"
}
