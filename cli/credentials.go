package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
)

// keys is what the environment says about credentials.
func (x IO) keys() keystore.Environment {
	if x.Credentials != nil {
		return *x.Credentials
	}
	return keystore.ReadEnvironment(x.Environ)
}

// tell prints notices for people to standard error.
func (x IO) tell(notices []string) {
	for _, text := range notices {
		if text != "" {
			fmt.Fprintln(x.Err, "flarewire: "+tui.Clean(text))
		}
	}
}

// resolver is the one of this process: it remembers what was typed and what token commands printed.
func (f *flags) resolver(x IO) (*keystore.Resolver, error) {
	if f.vault != nil {
		return f.vault, nil
	}
	vault, err := keystore.NewResolver(x.keys())
	f.vault = vault
	return vault, err
}

// resolve finds the credential for a command. It asks only what a terminal can be asked, a passphrase or what a token
// command asks, and never raises a keyring's prompt.
func (f *flags) resolve(ctx context.Context, x IO) (keystore.Resolved, error) {
	vault, err := f.resolver(x)
	if err != nil {
		return keystore.Resolved{}, err
	}
	request := keystore.Request{Profile: f.profile}
	resolved, err := vault.Resolve(ctx, request)
	if err != nil {
		resolved, err = f.ask(ctx, x, request, resolved, err)
	}
	x.Redactor.Add(resolved.Credential.Secret())
	return resolved, err
}

// ask gives what the source asked for, when there is a terminal to ask it on.
func (f *flags) ask(ctx context.Context, x IO, request keystore.Request, resolved keystore.Resolved, cause error) (keystore.Resolved,
	error) {
	needsPassphrase, needsTerminal := errors.Is(cause, keystore.ErrPassphraseNeeded), errors.Is(cause, keystore.ErrNeedsTerminal)
	if !needsPassphrase && !needsTerminal {
		return resolved, cause
	}
	c, ok := x.console()
	if !ok {
		return resolved, cause
	}
	defer c.close()
	if needsPassphrase {
		text, err := c.hidden("Passphrase of profile " + resolved.Profile.Name + ": ")
		if err != nil {
			return resolved, err
		}
		request.Access.Passphrase = secret.New(text)
	} else if err := f.runCommand(ctx, c, resolved.Profile.Name); err != nil {
		return resolved, err
	}
	return f.vault.Resolve(ctx, request)
}

func (f *flags) runCommand(ctx context.Context, c console, profile string) error {
	command, err := f.vault.InteractiveCommand(ctx, profile)
	if err != nil {
		return err
	}
	command.SetStdin(c.in)
	command.SetStderr(c.out)
	return command.Run()
}

// renewal asks a profile's token command again when its token is not accepted any more; for other sources it is the bare
// way to Cloudflare. A command that needs the terminal is not run behind the screen's back.
func (f *flags) renewal(x IO, p keystore.Profile) http.RoundTripper {
	if len(p.TokenCommand) == 0 || p.Interactive {
		return x.Transport
	}
	next := x.Transport
	if next == nil {
		next = api.NewHTTPTransport()
	}
	return access.NewRenewal(next, func(ctx context.Context) (secret.Value, error) {
		f.vault.Commands.Forget(p.Name)
		resolved, err := f.vault.Resolve(ctx, keystore.Request{Profile: p.Name})
		x.Redactor.Add(resolved.Credential.Secret())
		return resolved.Credential.Token, err
	}, x.Now)
}
