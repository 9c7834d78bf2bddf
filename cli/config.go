package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
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
	unit     int
}

func newConfig(x IO, f *flags) *cobra.Command {
	var c configFlags
	cmd := &cobra.Command{
		Use:   "config TUNNEL...",
		Short: "Generate router configuration for one or more tunnels",
		Long: `Print the configuration of your router for a GRE or IPsec tunnel, or for several tunnels
that end at the same router, made from the tunnels' values. TUNNEL is a name or id.
Without --for: the available platforms.

Platforms:
` + platformHelp() + `
Each text begins with its source and with what is left to you: words that begin with
REPLACE-WITH. The pre-shared key of an IPsec tunnel is never in it. The MD5 key of a BGP session
is, unless the platform cannot take it. What holds for the whole router is marked ROUTER-WIDE and
stands there once. Read the text before you use it: none was tried on a vendor's device.

The number of a tunnel interface comes from the tunnel's inner subnet, so that the tunnels of one
router do not collide; --unit takes another one, and the numbers after it for further tunnels.

--output writes a file ` + statefile.OwnerOnlyText + `; linux has several files and gets a folder of that name.

Exit code: 0 done, 1 API or network error, there is no such tunnel, or it cannot be
written for this platform, 2 wrong usage, no credentials, or the file is there already.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listPlatforms(x, c, routerconfig.Platforms(rules.GRE)) // GRE has all of them
			}
			if cmd.Flags().Changed("unit") && c.unit < 1 {
				return usage("--unit is a number from 1")
			}
			return runConfig(cmd.Context(), x, f, c, args)
		},
	}
	cmd.Flags().StringVar(&c.platform, "for", "", "the platform")
	cmd.Flags().StringVar(&c.output, "output", "", "write to this file instead of standard output")
	cmd.Flags().BoolVar(&c.force, "force", false, "with --output: replace what is there already")
	cmd.Flags().IntVar(&c.unit, "unit", 0, "the number of the first tunnel interface, where the platform numbers them")
	return cmd
}

// platformHelp is a line per platform.
func platformHelp() string {
	var b strings.Builder
	for _, p := range routerconfig.Platforms(rules.GRE) { // GRE has all of them
		_, only := routerconfig.ParsePlatform(rules.IPsec, string(p))
		kinds := ""
		if only != nil {
			kinds = ", GRE only"
		}
		fmt.Fprintf(&b, "  %-11s%s%s\n", p, p.Title(), kinds)
	}
	return b.String()
}

// listPlatforms prints the platforms to choose from.
func listPlatforms(x IO, c configFlags, platforms []routerconfig.Platform) error {
	if c.platform != "" || c.output != "" || c.unit != 0 {
		return usage("config needs the name or the id of a tunnel; flarewire list gre and list ipsec show them")
	}
	lines := make([]string, len(platforms))
	for i, p := range platforms {
		lines[i] = fmt.Sprintf("%-11s%s", p, p.Title())
	}
	return printLines(x.Out, lines)
}

func runConfig(ctx context.Context, x IO, f *flags, c configFlags, asked []string) error {
	switch {
	case c.output != "" && c.platform == "":
		return usage("--output needs --for: one of the platforms that flarewire config lists")
	case c.unit != 0 && c.platform == "":
		return usage("--unit needs --for: one of the platforms that flarewire config lists")
	case c.output == "-":
		return fileName(c.output)
	case c.force && c.output == "":
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
	router, err := s.routerOf(ctx, asked)
	if err != nil {
		return err
	}
	if c.platform == "" {
		return listPlatforms(x, configFlags{}, router.Platforms())
	}
	for _, in := range router.Tunnels {
		if _, err := routerconfig.ParsePlatform(in.Kind(), c.platform); err != nil {
			return failure{exitUsage, err}
		}
	}
	router.FirstUnit = c.unit
	if router.Routes, err = s.countRoutes(ctx, router); err != nil {
		fmt.Fprintln(x.Err, "The static routes could not be read: raise the limit of received prefixes if Cloudflare announces more than 500. "+
			tui.Clean(err.Error()))
	}
	if router.CloudflareASN, err = s.cloudflareASN(ctx, router); err != nil {
		fmt.Fprintf(x.Err, "The CNI settings could not be read: look at Cloudflare's AS number in the text, which may be another one in this "+
			"account. %s\n", tui.Clean(err.Error()))
	}
	config, err := routerconfig.Render(routerconfig.Platform(c.platform), router)
	if err != nil {
		return trouble(err)
	}
	return c.give(x, config)
}

// countRoutes is the number of static routes of the account, which Cloudflare announces over BGP. Without BGP nobody asks.
func (s *session) countRoutes(ctx context.Context, r routerconfig.Router) (int, error) {
	if !withSession(r) {
		return 0, nil
	}
	routes, err := s.account.Routes.List(ctx)
	if err != nil {
		return 0, refused(err)
	}
	return len(routes), nil
}

// cloudflareASN is Cloudflare's AS number by the account's CNI settings; zero where they have none, or nobody asks.
func (s *session) cloudflareASN(ctx context.Context, r routerconfig.Router) (uint32, error) {
	if !withSession(r) {
		return 0, nil
	}
	settings, err := change.ReadCNISettings(ctx, s.account)
	switch {
	case err != nil:
		return 0, refused(err)
	case settings.DefaultASN == nil:
		return 0, nil
	}
	return *settings.DefaultASN, nil
}

// withSession reports whether a tunnel of the router has BGP.
func withSession(r routerconfig.Router) bool {
	return slices.ContainsFunc(r.Tunnels, func(in routerconfig.Input) bool { return in.Tunnel.BGP != nil })
}

// knownPlatform refuses a word that is no platform of any kind, before anything is sent.
func knownPlatform(word string) error {
	if word == "" {
		return nil
	}
	if _, err := routerconfig.ParsePlatform(rules.GRE, word); err != nil {
		return usage("there is no platform %q: flarewire config lists them", tui.Clean(word))
	}
	return nil
}

// give prints the configuration, or writes it where --output says.
func (c configFlags) give(x IO, config routerconfig.Config) error {
	if c.output == "" {
		return writeText(x.Out, config.Text())
	}
	names, err := routerconfig.Save(c.output, config, c.force)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usage("%w: choose another name, or replace it with --force", err)
	case err != nil:
		return trouble(err)
	}
	fmt.Fprintln(x.Err, "Written: "+tui.Clean(strings.Join(names, ", ")))
	return nil
}

// routerOf finds the tunnels of either kind by their names or ids, and all others that may end at the same router.
func (s *session) routerOf(ctx context.Context, asked []string) (routerconfig.Router, error) {
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
		return routerconfig.Router{}, refused(err)
	}
	rows := append(gre, ipsec...)
	var out routerconfig.Router
	for _, name := range asked {
		i, err := find(calledTunnels(rows), "tunnel", "", name)
		if err != nil {
			return out, cmp.Or(grePartial, ipsecPartial, err) // it may be among what could not be used
		}
		out.Tunnels = append(out.Tunnels, routerconfig.Input{Tunnel: rows[i].Tunnel, AccountID: s.account.ID})
	}
	for _, row := range rows {
		out.Known = append(out.Known, row.Tunnel)
	}
	return out, nil
}
