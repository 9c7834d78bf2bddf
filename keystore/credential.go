package keystore

import (
	"encoding/json"
	"strings"
	"time"

	"flarewire/internal/secret"
)

// CredentialKind tells the two ways to sign in to Cloudflare's API apart. The values stand in the stored blob.
type CredentialKind string

// The kinds of credential.
const (
	KindToken     CredentialKind = "api_token"
	KindGlobalKey CredentialKind = "global_key"
)

// maxStored is the cap on a stored blob in bytes: below the smallest limit of the keyrings (Windows 2560, macOS about
// 2900), with room for what they add.
const maxStored = 2000

// Credential is what signs a request, and what is known about it.
type Credential struct {
	Kind CredentialKind
	// Token is the API token, for KindToken.
	Token secret.Value
	// Key is the global API key, for KindGlobalKey.
	Key secret.Value
	// Email is the user that Key belongs to.
	Email string
	// AccountID is the account to work on; empty when not chosen yet.
	AccountID string
	// TokenID is the token's public identifier, from the API's verify call; empty when not verified yet.
	TokenID string
	// ExpiresOn is the token's end; zero when it has none or it is not known.
	ExpiresOn time.Time
}

// NewToken checks the text of an API token: leading and trailing white space is dropped, as a file or a paste adds it.
// The error is ErrMalformed and does not show the text.
func NewToken(text string) (Credential, error) {
	text = strings.TrimSpace(text)
	if problem := secretProblem(text); problem != "" {
		return Credential{}, malformed("the API token " + problem)
	}
	return Credential{Kind: KindToken, Token: secret.New(text)}, nil
}

// NewGlobalKey checks an e-mail address and a global API key. Errors are ErrHalfPair and ErrMalformed.
func NewGlobalKey(email, key string) (Credential, error) {
	email, key = strings.TrimSpace(email), strings.TrimSpace(key)
	switch {
	case email == "":
		return Credential{}, &Error{Reason: ErrHalfPair, What: "the Global API Key has no e-mail address",
			Do: "give the address of the key's owner too"}
	case key == "":
		return Credential{}, &Error{Reason: ErrHalfPair, What: "the e-mail address has no Global API Key",
			Do: "give the Global API Key too, or use an API token"}
	}
	if problem := secretProblem(key); problem != "" {
		return Credential{}, malformed("the Global API Key " + problem)
	}
	if secretProblem(email) != "" || strings.Count(email, "@") != 1 {
		return Credential{}, malformed("the e-mail address is not one")
	}
	return Credential{Kind: KindGlobalKey, Email: email, Key: secret.New(key)}, nil
}

// secretProblem says what makes text unfit for an HTTP header; empty when nothing does.
func secretProblem(text string) string {
	switch {
	case text == "":
		return "is empty"
	case strings.ContainsAny(text, "\r\n"):
		return "contains a line break"
	case strings.ContainsAny(text, " \t"):
		return "contains a space"
	case len(text) > maxStored:
		return "is too long to be one"
	}
	for _, r := range text {
		if r < '!' || r > '~' {
			return "contains a character that is no ASCII letter, digit or sign"
		}
	}
	return ""
}

func malformed(what string) error {
	return &Error{Reason: ErrMalformed, What: what, Do: "copy it again, whole and as one line"}
}

// Secret returns the token or the key, whichever the credential has: what a redactor must know.
func (c Credential) Secret() secret.Value {
	if c.Kind == KindGlobalKey {
		return c.Key
	}
	return c.Token
}

// Equal reports whether both say the same; it also serves go-cmp.
func (c Credential) Equal(other Credential) bool {
	return c.Kind == other.Kind && c.Token.Equal(other.Token) && c.Key.Equal(other.Key) && c.Email == other.Email &&
		c.AccountID == other.AccountID && c.TokenID == other.TokenID && c.ExpiresOn.Equal(other.ExpiresOn)
}

// ExpiresWithin reports whether the credential ends within the given time from now, or has ended.
func (c Credential) ExpiresWithin(d time.Duration, now time.Time) bool {
	return !c.ExpiresOn.IsZero() && c.ExpiresOn.Before(now.Add(d))
}

// blob is the stored form, version 1. One item holds everything, so that key and e-mail never get out of step and a
// rotation is one write.
type blob struct {
	Version   int            `json:"v"`
	Type      CredentialKind `json:"type"`
	Secret    string         `json:"secret"`
	Email     string         `json:"email,omitempty"`
	AccountID string         `json:"account_id,omitempty"`
	TokenID   string         `json:"token_id,omitempty"`
	ExpiresOn *time.Time     `json:"expires_on,omitempty"`
}

// encode returns the stored form of a credential that passes the checks of decode.
func encode(c Credential) (string, error) {
	b := blob{Version: 1, Type: c.Kind, Secret: c.Secret().Reveal(), Email: c.Email, AccountID: c.AccountID, TokenID: c.TokenID}
	if !c.ExpiresOn.IsZero() {
		b.ExpiresOn = &c.ExpiresOn
	}
	if _, err := fromBlob(b); err != nil {
		return "", err
	}
	data, err := json.Marshal(b)
	if err != nil {
		return "", malformed("the credential cannot be encoded")
	}
	if len(data) > maxStored {
		return "", &Error{Reason: ErrTooLarge, Do: "it may have 2000 bytes at most, with account and e-mail"}
	}
	return string(data), nil
}

// decode reads the stored form. Errors are ErrDamaged; the JSON error is dropped, since it may quote the text.
func decode(text string) (Credential, error) {
	var b blob
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return Credential{}, damaged("the stored credential cannot be read")
	}
	if b.Version != 1 {
		return Credential{}, damaged("the stored credential is of a newer version of flarewire")
	}
	c, err := fromBlob(b)
	if err != nil {
		return Credential{}, damaged("the stored credential is not complete")
	}
	return c, nil
}

func fromBlob(b blob) (c Credential, err error) {
	switch b.Type {
	case KindToken:
		c, err = NewToken(b.Secret)
	case KindGlobalKey:
		c, err = NewGlobalKey(b.Email, b.Secret)
	default:
		err = malformed("the kind of credential is unknown")
	}
	if err != nil {
		return Credential{}, err
	}
	c.AccountID, c.TokenID = b.AccountID, b.TokenID
	if b.ExpiresOn != nil {
		c.ExpiresOn = *b.ExpiresOn
	}
	return c, nil
}

func damaged(what string) error {
	return &Error{Reason: ErrDamaged, What: what, Do: "sign in again to replace it"}
}
