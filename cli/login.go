package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
)

// defaultProfile is the name of a profile when none is given.
const defaultProfile = "default"

// storeNone is --store none: nothing is kept.
const storeNone = "none"

// login is one run of `auth login`.
type login struct {
	flags      *flags
	x          IO
	vault      *keystore.Resolver
	stdin      bool
	email      string
	store      string
	production bool
	command    []string
	profile    keystore.Profile
}

func newLogin(x IO, f *flags) *cobra.Command {
	l := &login{flags: f, x: x}
	cmd := &cobra.Command{
		Use:   "login [-- COMMAND [ARGUMENT…]]",
		Short: "Verify a credential and keep it in a profile",
		Long: `Verify a credential with Cloudflare, show what it may do, and keep it in the profile --profile (default
"default"). An existing profile gets the new credential; the old one is forgotten once the new one has been read back.

The token is typed hidden, or read from standard input with --token-stdin. After -- stands a command that prints the
token, for example a password manager's; flarewire then keeps the command and no token:

  flarewire auth login --profile prod -- op read op://network/cloudflare/token

--store keyring   the desktop keyring
--store age       a file encrypted with a passphrase, which is asked on the terminal
--store none      verify and report only

Without --store you are asked, or without a terminal the keyring is used; if there is none, that is an error: nothing
is ever kept in clear text. With --read-only the profile refuses every change.

Make a token that may read: ` + access.TokenPage(false) + `

Its permission groups: ` + strings.Join(access.Groups(false), ", ") + ".",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 0 && len(args) > 0 {
				return usage("auth login takes no argument: a token is typed or read with --token-stdin, a command stands after --")
			}
			l.command = args
			return l.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&l.stdin, "token-stdin", false, "read the token, or with --email the Global API Key, from standard input")
	cmd.Flags().StringVar(&l.email, "email", "", "sign in with the Global API Key of this user instead of a token")
	cmd.Flags().StringVar(&l.store, "store", "", "keyring, age or none")
	cmd.Flags().BoolVar(&l.production, "production", false, "mark the profile as production on the screen")
	return cmd
}

func (l *login) run(ctx context.Context) error {
	if err := l.prepare(); err != nil {
		return err
	}
	credential, err := l.read(ctx)
	if err != nil {
		return denied(err)
	}
	l.x.Redactor.Add(credential.Secret())
	client, err := l.flags.asking(l.x, credential)
	if err != nil {
		return failure{exitUsage, err}
	}
	if err := l.verify(ctx, client, &credential); err != nil {
		return err
	}
	if l.store == storeNone {
		fmt.Fprintln(l.x.Out, "Nothing was kept, as --store none says.")
		return nil
	}
	if err := l.keep(ctx, credential); err != nil {
		return denied(err)
	}
	fmt.Fprintf(l.x.Out, "Signed in: profile %s - %s.\n", l.profile.Name, keptIn(l.profile))
	return nil
}

// prepare checks the flags and finds the profile, so that nothing is asked in vain.
func (l *login) prepare() (err error) {
	switch {
	case l.flags.demo:
		return usage("auth has nothing to do with --demo, which needs no credentials")
	case l.store != "" && l.store != string(keystore.StoreKeyring) && l.store != string(keystore.StoreAge) && l.store != storeNone:
		return usage("--store %s: use keyring, age or none", tui.Clean(l.store))
	case len(l.command) > 0 && (l.stdin || l.email != "" || l.store != ""):
		return usage("a token command goes without --token-stdin, --email and --store: the command is what is kept")
	}
	if l.vault, err = l.flags.resolver(l.x); err != nil {
		return denied(err)
	}
	name := cmp.Or(l.flags.profileName(l.x), defaultProfile)
	if err := keystore.CheckProfileName(name); err != nil {
		return denied(err)
	}
	if known, err := l.vault.Config.Profile(name); err == nil {
		l.profile = known
	}
	l.profile.Name = name
	l.profile.ReadOnly = l.profile.ReadOnly || l.flags.readOnly
	l.profile.Production = l.profile.Production || l.production
	return nil
}

// read gets the credential: from the command, from standard input, or typed hidden.
func (l *login) read(ctx context.Context) (keystore.Credential, error) {
	if len(l.command) > 0 {
		l.profile.TokenCommand, l.profile.Store = l.command, ""
		return l.vault.Commands.Get(ctx, l.profile)
	}
	l.profile.TokenCommand, l.profile.Interactive = nil, false
	text, err := l.typed()
	if err != nil {
		return keystore.Credential{}, err
	}
	if l.email != "" {
		return keystore.NewGlobalKey(l.email, text)
	}
	return keystore.NewToken(text)
}

// longestInput bounds what is read from standard input.
const longestInput = 8 << 10

func (l *login) typed() (string, error) {
	if l.stdin {
		text, err := io.ReadAll(io.LimitReader(l.x.In, longestInput))
		return string(text), err
	}
	c, ok := l.x.console()
	if !ok {
		return "", usage("there is no terminal to ask on: pass the token with --token-stdin")
	}
	defer c.close()
	what := "API token"
	if l.email != "" {
		what = "Global API key of " + tui.Clean(l.email)
	}
	return c.hidden(what + " (not shown): ")
}

// verify asks Cloudflare about the credential, settles the account, and shows what is allowed.
func (l *login) verify(ctx context.Context, client *api.Client, credential *keystore.Credential) error {
	wanted := cmp.Or(l.flags.account, l.x.keys().AccountID, l.profile.Account)
	identity, err := access.Verify(ctx, client, wanted)
	if err != nil {
		return trouble(err)
	}
	printIdentity(l.x, identity)
	s := &session{client: client}
	if err := l.choose(ctx, s, identity, wanted); err != nil {
		return err
	}
	findings := access.Probe(ctx, s.account, identity.Accounts)
	fmt.Fprintln(l.x.Out, "Account:  "+accountTitle(identity, s.account.ID))
	printFindings(l.x.Out, findings)
	fmt.Fprintln(l.x.Out)
	credential.AccountID, credential.TokenID, credential.ExpiresOn = s.account.ID, identity.TokenID, identity.ExpiresOn
	l.profile.Account, l.profile.AccountName = s.account.ID, nameOf(identity, s.account.ID)
	l.compare(ctx, *credential, findings)
	return nil
}

func nameOf(identity access.Identity, id string) string {
	for _, a := range identity.Accounts {
		if a.ID == id {
			return a.Name
		}
	}
	return ""
}

// choose settles the account: the wanted one, the only one, or the one that is chosen on the terminal.
func (l *login) choose(ctx context.Context, s *session, identity access.Identity, wanted string) error {
	c, ok := l.x.console()
	if !ok || wanted != "" || len(identity.Accounts) == 1 {
		return s.choose(ctx, wanted)
	}
	defer c.close()
	for i, a := range identity.Accounts {
		fmt.Fprintf(c.out, "%3d  %s  %s\n", i+1, a.ID, tui.Clean(a.Name))
	}
	answer, err := c.line("Account (number or id): ")
	if err != nil {
		return usage("%w", err)
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(identity.Accounts) {
		answer = identity.Accounts[n-1].ID
	}
	return s.choose(ctx, answer)
}

// compare warns of what the new credential covers less than the profile's old one. An old one that cannot be had without
// asking, or does not work any more, has nothing to lose.
func (l *login) compare(ctx context.Context, credential keystore.Credential, findings []access.Permission) {
	before, err := l.vault.Resolve(ctx, keystore.Request{Profile: l.profile.Name})
	if err != nil || before.Credential.Secret().Equal(credential.Secret()) {
		return
	}
	l.x.Redactor.Add(before.Credential.Secret())
	client, err := l.flags.asking(l.x, before.Credential)
	if err != nil {
		return
	}
	for _, lost := range access.Lost(access.Probe(ctx, client.In(credential.AccountID), nil), findings) {
		l.x.tell([]string{"The new credential does not cover what the old one did: " + lost + "."})
	}
}

// keep puts the credential into the store, or the command into the profile.
func (l *login) keep(ctx context.Context, credential keystore.Credential) error {
	if len(l.command) > 0 {
		return l.vault.KeepCommand(ctx, l.profile)
	}
	var ask keystore.Access
	kind, err := l.place(ctx)
	if err != nil {
		return err
	}
	if kind == keystore.StoreAge {
		if ask.Passphrase, err = l.passphrase(); err != nil {
			return err
		}
	}
	l.profile.Store = kind
	return l.vault.Keep(ctx, l.profile, credential, ask)
}

// place is where the credential is to be kept: as told, as before, as chosen on the terminal, or the keyring.
func (l *login) place(ctx context.Context) (keystore.StoreKind, error) {
	if kind := cmp.Or(keystore.StoreKind(l.store), l.profile.Store); kind != "" {
		return kind, nil
	}
	stores := l.vault.Stores(ctx)
	var real []keystore.StoreKind
	for _, s := range stores {
		if s.Available && s.Kind != keystore.StoreMemory {
			real = append(real, s.Kind)
		}
	}
	c, ok := l.x.console()
	if l.stdin || !ok {
		if len(real) > 0 && real[0] == keystore.StoreKeyring {
			return keystore.StoreKeyring, nil
		}
		printStores(l.x.Err, stores)
		return "", &keystore.Error{Reason: keystore.ErrKeyringMissing,
			What: "there is no keyring to keep the credential in, and no other store was named",
			Do:   "use --store age on a terminal, a token command (flarewire auth login -- COMMAND), or CLOUDFLARE_API_TOKEN"}
	}
	defer c.close()
	printStores(c.out, stores)
	for {
		answer, err := c.line("Keep it in (keyring or age): ")
		if err != nil {
			return "", err
		}
		for _, kind := range real {
			if answer == string(kind) {
				return kind, nil
			}
		}
		fmt.Fprintln(c.out, "That store is not here.")
	}
}

// passphrase asks twice: a slip of the finger would lock the credential away.
func (l *login) passphrase() (secret.Value, error) {
	c, ok := l.x.console()
	if !ok {
		return secret.Value{}, usage("the age file's passphrase is asked on a terminal, and there is none: use another store or a token command")
	}
	defer c.close()
	first, err := c.hidden("Passphrase for the file: ")
	if err != nil {
		return secret.Value{}, err
	}
	second, err := c.hidden("The same again: ")
	if err != nil {
		return secret.Value{}, err
	}
	if first != second {
		return secret.Value{}, usage("the two passphrases differ, nothing was kept: start again")
	}
	return secret.New(first), nil
}
