package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"flarewire/internal/kind"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
)

// candidates are what TAB offers for an argument; given are the arguments before it.
type candidates func(given []string) []string

// completer makes what TAB offers. It asks nobody: pressing TAB must not send anything, nor ask for a password.
type completer struct {
	x IO
	f *flags
}

// completions has TAB offer what is there, for every argument and flag of every command, and file names only where a file is meant.
func completions(root *cobra.Command, x IO, f *flags) {
	c := completer{x, f}
	arguments := map[string]candidates{
		"list": first(c.kinds), "get": c.get, "config": c.others(kind.GRETunnels, kind.IPsecTunnels), "auth switch": first(c.profiles),
		"diagnose": first(c.named(kind.GRETunnels, kind.IPsecTunnels, kind.Prefixes, kind.Links)),
		"where":    first(c.named(kind.Prefixes, kind.Routes)),
	}
	fileArguments := []string{"snapshot save", "snapshot compare", "bundle", "settings check"}
	values := map[string]candidates{
		"theme": words(tui.ThemeAuto, tui.ThemeDark, tui.ThemeLight, tui.ThemeANSI, tui.ThemeNone), "start": c.pages,
		"notify": words(tui.NotifyOff, tui.NotifyBell, tui.NotifyTerminal), "profile": c.profiles, "account": c.accounts,
		"tunnel": c.named(kind.GRETunnels, kind.IPsecTunnels), "destination": c.named(kind.Prefixes, kind.Routes),
		"prefix": c.named(kind.Prefixes), "config --for": platforms, "auth login --store": words(keystore.StoreKeyring, keystore.StoreAge,
			"none"),
	}
	fileValues := []string{"debug-log", "baseline", "config --output", "metrics --output", "record --socket", "record --on-event"}
	for _, cmd := range all(root) {
		name := strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), root.Name()), " ")
		if cmd.ValidArgsFunction == nil && !slices.Contains(fileArguments, name) {
			cmd.ValidArgsFunction = c.offer(arguments[name])
		}
		takeFlag := func(flag *pflag.Flag) {
			if _, has := cmd.GetFlagCompletionFunc(flag.Name); has {
				return
			}
			full := name + " --" + flag.Name
			if slices.Contains(fileValues, full) || slices.Contains(fileValues, flag.Name) {
				_ = cmd.RegisterFlagCompletionFunc(flag.Name, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault))
				return
			}
			of := values[full]
			if of == nil && (name == "" || cmd.LocalNonPersistentFlags().Lookup(flag.Name) != nil) {
				of = values[flag.Name]
			}
			if name == "demo-server" {
				of = nil // its account is any
			}
			_ = cmd.RegisterFlagCompletionFunc(flag.Name, c.offer(of))
		}
		cmd.LocalNonPersistentFlags().VisitAll(takeFlag)
		cmd.PersistentFlags().VisitAll(takeFlag)
	}
}

// all is a command with all below it.
func all(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		out = append(out, all(c)...)
	}
	return out
}

// maxOffered is how many candidates a shell is given: more are of use to nobody, and slow in it.
const maxOffered = 2000

// offer is the function that cobra asks; nil offers nothing.
func (c completer) offer(of candidates) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if of == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		seen := map[string]bool{}
		for _, word := range of(args) {
			name, about, _ := strings.Cut(word, "\t")
			if seen[name] || name == "" || !strings.HasPrefix(name, typed) || tui.Clean(name) != name || len(out) >= maxOffered {
				continue
			}
			seen[name] = true
			out = append(out, strings.TrimSuffix(name+"\t"+tui.Clean(about), "\t"))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// first offers something for the first argument only.
func first(of candidates) candidates {
	return func(given []string) []string {
		if len(given) > 0 {
			return nil
		}
		return of(given)
	}
}

func words[T ~string](list ...T) candidates {
	return func([]string) []string {
		out := make([]string, len(list))
		for i, word := range list {
			out[i] = string(word)
		}
		return out
	}
}

func (c completer) kinds([]string) []string {
	var out []string
	for _, r := range resources() {
		out = append(out, r.name()+"\t"+r.help())
	}
	return out
}

func platforms([]string) []string {
	var out []string
	for _, p := range routerconfig.Platforms(rules.GRE) { // GRE has all of them
		out = append(out, string(p)+"\t"+p.Title())
	}
	return out
}

func (c completer) pages([]string) []string {
	var out []string
	for _, w := range views.Words() {
		out = append(out, w.Names[0]+"\t"+w.Help)
	}
	return out
}

func (c completer) profiles([]string) []string {
	vault, err := c.f.resolver(c.x)
	if err != nil {
		return nil
	}
	var out []string
	for _, name := range vault.Config.Names() {
		p, _ := vault.Config.Profile(name)
		out = append(out, name+"\t"+cmp.Or(p.AccountName, p.Account))
	}
	return out
}

// accounts are those of the profiles, and those that were looked at from here.
func (c completer) accounts([]string) []string {
	about := map[string]string{}
	for _, id := range c.f.knownAccounts(c.x) {
		about[id] = ""
	}
	if vault, err := c.f.resolver(c.x); err == nil {
		for _, name := range vault.Config.Names() {
			if p, _ := vault.Config.Profile(name); p.Account != "" {
				about[p.Account] = cmp.Or(p.AccountName, "profile "+name)
			}
		}
	}
	var out []string
	for id, text := range about {
		out = append(out, id+"\t"+text)
	}
	slices.Sort(out)
	return out
}

// get offers the kinds, then the names of the objects of one.
func (c completer) get(given []string) []string {
	switch len(given) {
	case 0:
		return c.kinds(nil)
	case 1:
		if r, err := resourceNamed(given[0]); err == nil {
			return c.named(r.About.Kind)(nil)
		}
	}
	return nil
}

// named offers the names of objects of some kinds.
func (c completer) named(kinds ...kind.Kind) candidates {
	return func([]string) []string {
		known := c.f.knownNames(c.x, kinds)
		var out []string
		for _, k := range kinds {
			for _, name := range known[k.About().Words[0]] {
				out = append(out, name+"\t"+k.About().One)
			}
		}
		return out
	}
}

// others is named without those that are given already.
func (c completer) others(kinds ...kind.Kind) candidates {
	return func(given []string) []string {
		return slices.DeleteFunc(c.named(kinds...)(nil), func(word string) bool {
			name, _, _ := strings.Cut(word, "\t")
			return slices.Contains(given, name)
		})
	}
}
