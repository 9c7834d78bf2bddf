// Package rules knows what a valid tunnel, session, route, prefix and key is: pure functions that take
// what the user has typed (or plain facts about the account) and say what is wrong with it.
//
// Three habits hold for every rule. It is never narrower than the server: where Cloudflare's documents
// disagree, the wider set is accepted and the narrower text becomes a Warning. It separates text that is
// wrong from text that is merely not finished (Partial), so that a form may ask on every key stroke. And it
// says what would be right, in one sentence short enough to stand at the field.
package rules

import "fmt"

// Severity says how much a Finding matters. The values are ordered: a larger one is worse.
type Severity int

const (
	// None means that there is nothing to say; the value is fine.
	None Severity = iota
	// Note means that it is fine, and there is something worth knowing about it.
	Note
	// Warning means that it is allowed, but it may not do what the user expects, or Cloudflare's documents disagree about it.
	Warning
	// Partial means that it is not valid yet, but more typing can make it valid. It must not look like an error, and it must
	// not be sent either. An empty required field is Partial.
	Partial
	// Error means that the server will refuse it, or it cannot work.
	Error
)

// Finding is what one rule says about one value. The zero Finding means that the value is fine.
// It never contains the value of a secret field.
type Finding struct {
	Severity Severity
	// Text is one sentence for the field: what would be right.
	Text string
	// Source names the public document the rule comes from; "(unconfirmed)" is part of it where no
	// document states the bound and it was inferred.
	Source string
}

// IsZero reports whether there is nothing to say.
func (f Finding) IsZero() bool { return f.Severity == None }

// Blocks reports whether the value cannot be sent as it is: it is wrong or not finished.
func (f Finding) Blocks() bool { return f.Severity >= Partial }

// Worst returns the worst of the findings, the first one among equals; the zero Finding when there is none.
func Worst(findings ...Finding) Finding {
	var worst Finding
	for _, f := range findings {
		if f.Severity > worst.Severity {
			worst = f
		}
	}
	return worst
}

func refuse(source, format string, args ...any) Finding {
	return Finding{Error, fmt.Sprintf(format, args...), source}
}

func warn(source, format string, args ...any) Finding {
	return Finding{Warning, fmt.Sprintf(format, args...), source}
}

func note(source, format string, args ...any) Finding {
	return Finding{Note, fmt.Sprintf(format, args...), source}
}

func partial(source, format string, args ...any) Finding {
	return Finding{Partial, fmt.Sprintf(format, args...), source}
}
