package api

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// isPrintable is unicode.IsPrint without the private-use planes, which some terminals draw as several cells.
func isPrintable(r rune) bool { return r != unicode.ReplacementChar && unicode.IsPrint(r) }

const adviceElsewhere = "the credential may not be used from this address; change the token's client IP address filter, or use another " +
	"network"

// uncertain is said after a change whose result is not known. Cloudflare's writes have no idempotency key.
const uncertain = "the change may have been made, so read the object back before trying again"

// advice is one sentence for the kind. The API's own text is in Summary and never replaced by this.
func (e *Error) advice() string {
	switch e.Kind {
	case Unauthenticated:
		return e.adviceUnauthenticated()
	case PermissionMissing:
		return e.advicePermission()
	case NotOnboarded:
		return "this account is not onboarded to Magic Transit or Cloudflare WAN; choose another account or ask your Cloudflare account team"
	case CloudflareWANMissing:
		return "this account has no Cloudflare WAN (formerly Magic WAN); ask your Cloudflare account team to enable it"
	case NotFound:
		return e.adviceNotFound()
	case Invalid:
		return e.adviceInvalid()
	case Conflict:
		return "it conflicts with what is there; read the object again and check names and addresses already in use"
	case RateLimited:
		return e.adviceRateLimited()
	case ServerTrouble, NetworkTrouble, BadAnswer:
		return e.adviceTrouble()
	case ReadOnly:
		return "flarewire is in read-only mode; start it without --read-only and FLAREWIRE_READ_ONLY to change anything"
	case NotApplied:
		return "nothing was changed; read the object again and check why"
	}
	return ""
}

// withoutPath is said when nothing is where it should be and the address is not like Cloudflare's.
const withoutPath = "CLOUDFLARE_BASE_URL does not end in " + apiPath + ", as Cloudflare's own does"

func (e *Error) adviceNotFound() string {
	if e.oddBase {
		return withoutPath + "; correct it, or check the id"
	}
	return "check the id and the account id; it may have been deleted, so refresh the list"
}

// has reports whether the API said one of the codes, also in the chain of another.
func has(messages []Message, codes ...int) bool {
	return slices.ContainsFunc(messages, func(m Message) bool { return slices.Contains(codes, m.Code) || has(m.Chain, codes...) })
}

// fromElsewhere reports whether the API said that the address is what it does not accept. It is documented nowhere; public reports show
// 9109 with these words.
func (e *Error) fromElsewhere() bool {
	return has(e.Messages, 9109) && slices.ContainsFunc(e.Messages, func(m Message) bool { return strings.Contains(m.String(), "location") })
}

func (e *Error) adviceUnauthenticated() string {
	switch {
	case e.fromElsewhere():
		return adviceElsewhere
	case has(e.Messages, 6003, 6103, 6111, 9106):
		return "the header with the credential is malformed: look for quotes, blanks or a missing part, as an env file may leave them around " +
			"the value"
	}
	if e.tokenAuth {
		return "the API token is not valid, expired or disabled; create or roll it under My Profile > API Tokens and log in again"
	}
	return "the e-mail address and Global API Key are not accepted; check both, or use an API token"
}

// advicePermission says both causes of 403 when the credentials have not been accepted yet: Cloudflare answers a bad token
// and a missing permission with the same status and code (10000).
func (e *Error) advicePermission() string {
	need := "the permission this needs"
	if e.Permission != "" {
		need = fmt.Sprintf("the permission %q", e.Permission)
	}
	switch {
	case e.fromElsewhere():
		return adviceElsewhere
	case !e.tokenAuth:
		return fmt.Sprintf("the e-mail address and key are not accepted, or the user lacks %s or access to this account", need)
	case e.tokenWorks != nil && e.tokenWorks.Load():
		return fmt.Sprintf("the token works but lacks %s; add it to the token", need)
	}
	return fmt.Sprintf("the token is not valid, or it lacks %s or access to this account; verify the token, then its permissions", need)
}

func (e *Error) adviceInvalid() string {
	if e.Field != "" {
		return fmt.Sprintf("check the field %q", e.Field)
	}
	return "check the values sent"
}

func (e *Error) adviceRateLimited() string {
	switch {
	case e.OwnLimit:
		return "flarewire's own API rate budget is used up, " + e.remaining()
	case !e.Until.IsZero():
		return "too many requests for this user; wait until " + e.Until.Local().Format("15:04:05") + " and try again"
	case e.RetryAfter > 0:
		return fmt.Sprintf("too many requests for this user; try again in %s", e.RetryAfter)
	}
	return "too many requests for this user; Cloudflare blocks for up to 5 minutes, so wait and try again"
}

func (e *Error) adviceTrouble() string {
	if e.Uncertain {
		return uncertain
	}
	switch e.Kind {
	case NetworkTrouble:
		return "check the network, the proxy and CLOUDFLARE_BASE_URL, then try again"
	case ServerTrouble:
		return "try again in a moment; see cloudflarestatus.com if it stays"
	}
	switch {
	case e.oddBase:
		return withoutPath
	case e.foreign:
		return "this is not an answer of Cloudflare's API; a firewall, proxy or portal in between may have refused the request"
	case e.unusable:
		return "try again; if it stays, ask Cloudflare's support with the Ray ID"
	}
	return "check CLOUDFLARE_BASE_URL and whether a proxy or portal answers instead of Cloudflare"
}

// remaining is how long it is until Until, as of now and not of when the error was made: errors stay on the screen.
func (e *Error) remaining() string {
	left := e.RetryAfter
	if e.now != nil {
		left = e.Until.Sub(e.now())
	}
	if left <= 0 {
		return "resuming"
	}
	return fmt.Sprintf("next request in %d s", int((left+time.Second-1)/time.Second))
}
