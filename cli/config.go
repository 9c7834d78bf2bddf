package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"flarewire/api"
	"flarewire/internal/devconf"
	"flarewire/internal/netrules"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/tunnel"
)

// configFlags are those of `config`.
type configFlags struct {
	platform string
	output   string
	force    bool
}

func newConfig(x IO, f *flags) *cobra.Command {
	var c configFlags
	cmd := &cobra.Command{
		Use:   "config TUNNEL",
		Short: "Print the configuration of your router for a tunnel",
		Long: `Print the configuration of your router for a GRE or IPsec tunnel, made from the tunnel's
values. TUNNEL is its name or id. Without --for: the platforms that there are.

Platforms:
` + platformHelp() + `
Each text begins with its source and with what is left to you. The pre-shared key of an IPsec
tunnel is never in it: put it in the place of REPLACE-WITH-PRE-SHARED-KEY. The MD5 key of a BGP
session is in it. Read the text before you use it: none was tried on a vendor's device.

--output writes a file ` + statefile.Whose + `; linux has several files and gets a folder of that name.

Exit code: 0 done, 1 the API or the network said no, there is no such tunnel, or it cannot be
written for this platform, 2 wrong usage, no credentials, or the file is there already.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("config takes one tunnel and got %d: put a name with blanks into quotes", len(args))
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listPlatforms(x, c, devconf.Platforms(netrules.GRE)) // GRE has all of them
			}
			return runConfig(cmd.Context(), x, f, c, args[0])
		},
	}
	cmd.Flags().StringVar(&c.platform, "for", "", "the platform")
	cmd.Flags().StringVar(&c.output, "output", "", "write to this file instead of standard output")
	cmd.Flags().BoolVar(&c.force, "force", false, "with --output: replace what is there already")
	_ = cmd.RegisterFlagCompletionFunc("for", completePlatform)
	return cmd
}

// platformHelp is a line per platform.
func platformHelp() string {
	var b strings.Builder
	for _, p := range devconf.Platforms(netrules.GRE) { // GRE has all of them
		_, only := devconf.ParsePlatform(netrules.IPsec, string(p))
		kinds := ""
		if only != nil {
			kinds = ", GRE only"
		}
		fmt.Fprintf(&b, "  %-11s%s%s\n", p, p.Title(), kinds)
	}
	return b.String()
}

func completePlatform(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, p := range devconf.Platforms(netrules.GRE) {
		words = append(words, cobra.CompletionWithDesc(string(p), p.Title()))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// listPlatforms prints the platforms to choose from.
func listPlatforms(x IO, c configFlags, platforms []devconf.Platform) error {
	if c.platform != "" || c.output != "" {
		return usage("config needs the name or the id of a tunnel; flarewire list gre and list ipsec show them")
	}
	lines := make([]string, len(platforms))
	for i, p := range platforms {
		lines[i] = fmt.Sprintf("%-11s%s", p, p.Title())
	}
	return printLines(x.Out, lines)
}

func runConfig(ctx context.Context, x IO, f *flags, c configFlags, asked string) error {
	if c.output != "" && c.platform == "" {
		return usage("--output needs --for: one of the platforms that flarewire config lists")
	}
	if c.force && c.output == "" {
		return usage("--force belongs to --output")
	}
	if err := knownPlatform(c.platform); err != nil {
		return err
	}
	s, err := f.open(ctx, x)
	if err != nil {
		return err
	}
	defer s.close()
	in, err := s.tunnelNamed(ctx, asked)
	if err != nil {
		return err
	}
	if c.platform == "" {
		return listPlatforms(x, configFlags{}, devconf.Platforms(in.Kind()))
	}
	p, err := devconf.ParsePlatform(in.Kind(), c.platform)
	if err != nil {
		return failure{exitUsage, err}
	}
	config, err := devconf.Render(p, in)
	if err != nil {
		return trouble(err)
	}
	return c.give(x, config)
}

// knownPlatform refuses a word that is no platform of any kind, before anything is sent.
func knownPlatform(word string) error {
	if word == "" {
		return nil
	}
	if _, err := devconf.ParsePlatform(netrules.GRE, word); err != nil {
		return usage("there is no platform %q: flarewire config lists them", tui.Clean(word))
	}
	return nil
}

// give prints the configuration, or writes it where --output says.
func (c configFlags) give(x IO, config devconf.Config) error {
	if c.output == "" {
		return writeText(x.Out, config.Text())
	}
	names, err := devconf.Save(c.output, config, c.force)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usage("%w: choose another name, or replace it with --force", err)
	case err != nil:
		return trouble(err)
	}
	fmt.Fprintln(x.Err, "Written: "+tui.Clean(strings.Join(names, ", ")))
	return nil
}

// tunnelNamed finds a tunnel of either kind by its name or id.
func (s *session) tunnelNamed(ctx context.Context, asked string) (devconf.Input, error) {
	var gre, ipsec []store.Tunnel
	group, ctx := errgroup.WithContext(ctx)
	var grePartial, ipsecPartial error
	group.Go(func() (err error) {
		gre, err = tunnel.List(ctx, s.account.GRETunnels, api.GRETunnel.Tunnel)
		grePartial, err = onlyPartial(err)
		return err
	})
	group.Go(func() (err error) {
		ipsec, err = tunnel.List(ctx, s.account.IPsecTunnels, api.IPsecTunnel.Tunnel)
		ipsecPartial, err = onlyPartial(err)
		return err
	})
	if err := group.Wait(); err != nil {
		return devconf.Input{}, refused(err)
	}
	rows := append(gre, ipsec...)
	i, err := find(calledTunnels(rows), "tunnel", "", asked)
	if err != nil {
		return devconf.Input{}, cmp.Or(grePartial, ipsecPartial, err) // it may be among what could not be used
	}
	return devconf.Input{Tunnel: rows[i].Tunnel, AccountID: s.account.ID}, nil
}
