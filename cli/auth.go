package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"flarewire/internal/access"
	"flarewire/keystore"
	"flarewire/tui"
)

func newAuth(x IO, f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Sign in, see who is signed in, switch between profiles, sign out",
		Long: `Sign in, see who is signed in, switch between profiles, sign out.

A profile is a name for a credential, an account, and how careful to be with it. No flag takes a secret: it is typed
hidden, or read from standard input with --token-stdin, or printed by a command you supply.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLogin(x, f), newAuthStatus(x, f), newSwitch(x, f), newLogout(x, f))
	return cmd
}

func newAuthStatus(x IO, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say which credential is used, what it may do, and which profiles and stores there are",
		Long: `Say which credential is used and where it comes from, ask Cloudflare whether it is valid and what it may do,
and list the profiles and the places where credentials can be kept.

Exit code: 0 when Cloudflare accepts the credential, 1 when it does not or cannot be asked, 2 without credentials.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.authStatus(cmd.Context(), x) },
	}
}

func (f *flags) authStatus(ctx context.Context, x IO) error {
	if f.demo {
		return usage("auth has nothing to do with --demo, which needs no credentials")
	}
	vault, err := f.resolver(x)
	if err != nil {
		return denied(err)
	}
	resolved, resolveErr := f.resolve(ctx, x)
	x.tell(resolved.Notices)
	var checkErr error
	if resolveErr == nil {
		fmt.Fprintln(x.Out, "In use:   "+resolved.Source.String())
		checkErr = f.report(ctx, x, resolved)
	} else {
		fmt.Fprintln(x.Out, "In use:   nothing")
	}
	printProfiles(x.Out, vault.Config)
	printStores(x.Out, vault.Stores(ctx))
	if resolveErr != nil {
		return denied(resolveErr)
	}
	return checkErr
}

// report says what Cloudflare says about the credential.
func (f *flags) report(ctx context.Context, x IO, resolved keystore.Resolved) error {
	s, err := f.connect(ctx, x, &resolved)
	if err != nil {
		return err
	}
	defer s.close()
	identity, err := access.Verify(ctx, s.client, s.account.ID)
	if err != nil {
		return trouble(err)
	}
	printIdentity(x, identity)
	fmt.Fprintln(x.Out, "Account:  "+accountTitle(identity, s.account.ID))
	printFindings(x.Out, access.Probe(ctx, s.account, identity.Accounts))
	return nil
}

func accountTitle(identity access.Identity, id string) string {
	for _, a := range identity.Accounts {
		if a.ID == id && a.Name != "" {
			return id + "  " + tui.Clean(a.Name)
		}
	}
	return id
}

func printIdentity(x IO, identity access.Identity) {
	text := "Valid:    yes, a " + identity.Kind
	if !identity.ExpiresOn.IsZero() {
		text += ", until " + identity.ExpiresOn.Local().Format("2 January 2006 15:04")
	}
	fmt.Fprintln(x.Out, text)
	x.tell([]string{access.ExpiryWarning(identity.ExpiresOn, x.Now())})
}

// printFindings is the table of permissions: what is missing has the exact name of the group.
func printFindings(w io.Writer, findings []access.Permission) {
	fmt.Fprintf(w, "\n%-20s %-14s %s\n", "FEATURE", "STATE", "NEEDS")
	for _, finding := range findings {
		line := fmt.Sprintf("%-20s %-14s %s", finding.Feature, finding.State, finding.Needs)
		if finding.Detail != "" {
			line += " (" + tui.Clean(finding.Detail) + ")"
		}
		fmt.Fprintln(w, line)
	}
}

func printProfiles(w io.Writer, config *keystore.Config) {
	if len(config.Names()) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%-20s %-14s %s\n", "PROFILE", "KEPT IN", "ACCOUNT")
	for _, name := range config.Names() {
		p, err := config.Profile(name)
		if err != nil {
			continue
		}
		mark := "  "
		if name == config.Default() {
			mark = "* "
		}
		fmt.Fprintf(w, "%-20s %-14s %s\n", mark+name, keptIn(p), strings.Join(profileNotes(p), "  "))
	}
}

// keptIn names the place of a profile's credential for people.
func keptIn(p keystore.Profile) string {
	switch {
	case len(p.TokenCommand) > 0:
		return "token command"
	case p.Store == "":
		return "not chosen"
	}
	return string(p.Store)
}

func profileNotes(p keystore.Profile) []string {
	notes := []string{p.Account}
	if p.AccountName != "" {
		notes = append(notes, tui.Clean(p.AccountName))
	}
	if p.ReadOnly {
		notes = append(notes, "read-only")
	}
	if p.Production {
		notes = append(notes, "PRODUCTION")
	}
	return slices.DeleteFunc(notes, func(s string) bool { return s == "" })
}

// printStores lists where a credential can be kept, and why not.
func printStores(w io.Writer, stores []keystore.Availability) {
	fmt.Fprintf(w, "\n%-20s %-14s %s\n", "STORE", "STATE", "")
	for _, s := range stores {
		state := "available"
		if !s.Available {
			state = "not here"
		}
		fmt.Fprintf(w, "%-20s %-14s %s\n", s.Title, state, tui.Clean(s.Reason))
		if s.Recipe != "" {
			fmt.Fprintf(w, "%-35s to unlock it: %s\n", "", s.Recipe)
		}
	}
}

func newSwitch(x IO, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "switch PROFILE",
		Short: "Make a profile the default",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			vault, err := f.resolver(x)
			if err == nil {
				err = vault.Config.SetDefault(args[0])
			}
			if err == nil {
				err = vault.Config.Save()
			}
			if err != nil {
				return denied(err)
			}
			fmt.Fprintln(x.Out, "The default profile is now "+args[0]+".")
			if env := x.keys(); !env.Token.IsZero() || !env.Key.IsZero() || env.Profile != "" {
				x.tell([]string{"The environment names another credential or profile, which goes first."})
			}
			return nil
		},
	}
}

func newLogout(x IO, f *flags) *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Delete a profile's credential from every store, and look that it is gone",
		Long: `Delete the credential of --profile, or of the default profile, from every store, and verify that it is gone.
The profile itself stays, unless --remove is given. The token stays valid at Cloudflare until you delete it there.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.logout(cmd.Context(), x, remove) },
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the profile itself, too")
	return cmd
}

func (f *flags) logout(ctx context.Context, x IO, remove bool) error {
	vault, err := f.resolver(x)
	if err != nil {
		return denied(err)
	}
	name := f.profileName(x)
	if name == "" {
		name = vault.Config.Default()
	}
	if name == "" {
		return usage("there is no profile to sign out of; credentials of the environment are yours to unset")
	}
	done, err := vault.Logout(ctx, name, keystore.Access{})
	if err == nil && remove {
		vault.Config.Remove(name)
		err = vault.Config.Save()
	}
	if err != nil {
		return denied(err)
	}
	fmt.Fprintln(x.Out, done.Text())
	return nil
}

// profileName is the profile that was asked for; empty when none was.
func (f *flags) profileName(x IO) string {
	if f.profile != "" {
		return f.profile
	}
	return x.keys().Profile
}

// denied gives an error of the credentials its exit code, unless it has one.
func denied(err error) error {
	if f := (failure{}); errors.As(err, &f) {
		return err
	}
	return failure{keystore.ExitCode(err), err}
}
