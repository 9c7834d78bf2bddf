package api

import (
	"errors"
	"fmt"
	"strings"
)

// Credentials is an API token, or the e-mail address and the Global API Key of a user. When both are set the token is used.
type Credentials struct {
	Token Secret
	Email string
	Key   Secret
}

// Validate reports in one sentence what is missing or malformed. The sentence never holds the value.
func (c Credentials) Validate() error {
	switch {
	case !c.Token.IsZero():
		return printable("API token", c.Token.Reveal())
	case c.Email == "" && c.Key.IsZero():
		return errors.New("no credentials found: set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY")
	case c.Email == "":
		return errors.New("there is a Global API Key but no e-mail address: set CLOUDFLARE_EMAIL as well, or use an API token")
	case c.Key.IsZero():
		return errors.New("there is an e-mail address but no Global API Key: set CLOUDFLARE_API_KEY as well, or use an API token")
	}
	if err := printable("Global API Key", c.Key.Reveal()); err != nil {
		return err
	}
	if !strings.Contains(c.Email, "@") {
		return errors.New("the e-mail address has no @: give the address of the Cloudflare user")
	}
	return printable("e-mail address", c.Email)
}

// printable refuses what cannot stand in a header. net/http would refuse a line break too, but its error quotes the value.
func printable(what, value string) error {
	for _, r := range value {
		switch {
		case r == '\n' || r == '\r':
			return fmt.Errorf("the %s contains a line break: paste it again as one line", what)
		case r == ' ' || r == '\t':
			return fmt.Errorf("the %s contains a space: paste it again without spaces", what)
		case r < ' ' || r > '~':
			return fmt.Errorf("the %s contains a character that is not plain ASCII: paste it again", what)
		}
	}
	return nil
}
