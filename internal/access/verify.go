package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/keystore"
)

// The reasons for which Cloudflare does not accept a credential, told apart because each needs another act.
var (
	ErrRefused  = errors.New("the credential is not known to Cloudflare")
	ErrExpired  = errors.New("the token has expired")
	ErrDisabled = errors.New("the token is disabled")
	ErrTooEarly = errors.New("the token is not valid yet")
	ErrPlace    = errors.New("the token may not be used from this address")
)

// Identity is what Cloudflare says about a credential. It says nothing about permissions.
type Identity struct {
	// Kind is api.UserToken, api.AccountToken or api.GlobalKey.
	Kind string
	// TokenID is the token's public identifier; a global key has none.
	TokenID string
	// ExpiresOn is zero when the credential does not end.
	ExpiresOn time.Time
	// Accounts are those that the credential lists; a token of narrow scope may list none and work all the same.
	Accounts []api.Account
	// AccountsErr is why they could not be listed.
	AccountsErr error
}

// Credentials are the client's form of a kept credential.
func Credentials(c keystore.Credential) api.Credentials {
	if c.Kind == keystore.KindGlobalKey {
		return api.Credentials{Key: c.Key, Email: c.Email}
	}
	return api.Credentials{Token: c.Token}
}

// Verify asks Cloudflare whether the credential is valid and which accounts it lists. account may be empty; a token that
// belongs to an account can only be verified there, so the first listed account is then used. Errors wrap one of the
// reasons above, or the API's own when there was no answer.
func Verify(ctx context.Context, client *api.Client, account string) (Identity, error) {
	var id Identity
	id.Accounts, id.AccountsErr = client.Accounts(ctx)
	if account == "" && len(id.Accounts) > 0 {
		account = id.Accounts[0].ID
	}
	status, err := client.VerifyToken(ctx, account)
	if err != nil {
		return id, refusal(err, id.AccountsErr)
	}
	id.Kind, id.ExpiresOn = status.Kind, status.ExpiresOn.Time
	if status.Kind != api.GlobalKey {
		id.TokenID = status.ID
	}
	switch {
	case status.Status == "expired":
		return id, fmt.Errorf("%w: make a new one at %s", ErrExpired, keystore.TokensPage)
	case status.Status == "disabled":
		return id, fmt.Errorf("%w: enable it at %s, or make a new one", ErrDisabled, keystore.TokensPage)
	case status.Status != "active" && status.Status != "":
		return id, fmt.Errorf("%w: Cloudflare says its status is %q", ErrRefused, status.Status)
	}
	return id, nil
}

// refusal tells why a credential was not accepted. Trouble of the network or the server stays what it is: it says
// nothing about the credential.
func refusal(err, listing error) error {
	switch api.KindOf(err) {
	case api.Unauthenticated, api.PermissionMissing, api.NotFound, api.Invalid:
	default:
		return err
	}
	// Cloudflare's words about an address filter stand in no document, but they name the location.
	for _, e := range []error{err, listing} {
		if said := said(e); strings.Contains(said, "location") || strings.Contains(said, "IP address") {
			return fmt.Errorf("%w: Cloudflare said %q; change the token's address filter, or use another network", ErrPlace, said)
		}
	}
	if strings.Contains(said(err), "not yet valid") {
		return fmt.Errorf("%w: Cloudflare said %q", ErrTooEarly, said(err))
	}
	return fmt.Errorf("%w: copy it again, whole; if it belongs to an account and not to a user, give the account's id too (Cloudflare said "+
		"%q)",
		ErrRefused, said(err))
}

// said are the API's own words, with the code: they are documented nowhere as stable, so they are shown as they are.
func said(err error) string {
	var e *api.Error
	if !errors.As(err, &e) {
		return ""
	}
	if len(e.Messages) == 0 {
		return e.Detail
	}
	return e.Messages[0].String()
}

// The days before its end at which a credential's end is announced.
const (
	SoonExpiry = 14 * 24 * time.Hour
	LastExpiry = 3 * 24 * time.Hour
)

// ExpiryWarning says that a credential ends within 14 days, and louder within 3; empty when it does not.
func ExpiryWarning(expires, now time.Time) string {
	left := expires.Sub(now)
	switch {
	case expires.IsZero() || left > SoonExpiry:
		return ""
	case left <= 0:
		return "The token has expired: make a new one and replace it with flarewire auth login."
	case left <= LastExpiry:
		return fmt.Sprintf("THE TOKEN ENDS IN %s, on %s: replace it now with flarewire auth login.", days(left),
			expires.Local().Format("2 January 15:04"))
	}
	return fmt.Sprintf("The token ends in %s, on %s: replace it with flarewire auth login.", days(left), expires.Local().Format("2 January"))
}

func days(left time.Duration) string {
	if hours := int(left.Hours()); hours < 48 {
		return fmt.Sprintf("%d hours", hours)
	}
	return fmt.Sprintf("%d days", int(left.Hours())/24)
}
