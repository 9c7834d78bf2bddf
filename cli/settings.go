package cli

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
)

// exampleSettings has every key of the config file once.
//
//go:embed config.example.toml
var exampleSettings string

func newSettings(x IO, f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "Print the effective settings: theme, keys, lists, aliases",
		Long: `Print the preferences in effect, and which of them come from the config file: theme, refresh, start page,
notifications, the columns and the order of lists, the keys of actions, aliases for the palette.
flarewire(5) describes the file. Profiles are in the same file; flarewire auth status shows them.

Exit code: 0 done, 2 when the file cannot be used.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return f.printSettings(x) },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "path",
		Short: "Print where the config file is, or would be",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(x.Out, keystore.DefaultPaths(x.keys()).Config)
			return err
		},
	}, &cobra.Command{
		Use:   "check [FILE]",
		Short: "Say what in the config file is wrong or has no effect",
		Long: `Say what in the config file, or in FILE, is wrong or has no effect: unknown keys, invalid values, one key
for two actions, aliases that mean something else already, lists and columns that do not exist.

Exit code: 0 when all of it takes effect, 1 when something has no effect, 2 when the file cannot be used.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && missing(args[0]) {
				return usage("%s: there is no such file", args[0])
			}
			return checkSettings(x, append(args, keystore.DefaultPaths(x.keys()).Config)[0])
		},
	}, newSettingsEdit(x))
	return cmd
}

// loadSettings reads a config file for people who want to know all about it.
func loadSettings(path string) (*keystore.Config, screenSettings, error) {
	config, err := keystore.LoadConfig(path)
	if err != nil {
		return nil, screenSettings{}, failure{exitUsage, err}
	}
	p := config.Preferences()
	s, err := screenSettingsOf(p)
	if err == nil && p.Start != "" && pageNamed(p.Start) == nil {
		err = fmt.Errorf("key start: there is no page called %q", p.Start)
	}
	if err != nil {
		return nil, screenSettings{}, usage("%s: %w", path, err)
	}
	return config, s, nil
}

// missing reports whether there is no file.
func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func checkSettings(x IO, path string) error {
	if missing(path) {
		_, err := fmt.Fprintf(x.Out, "%s: there is no such file; the program's own preferences hold\n", path)
		return err
	}
	config, s, err := loadSettings(path)
	if err != nil {
		return err
	}
	without := slices.Clone(config.Notices())
	for _, text := range s.notices {
		without = append(without, path+", "+text)
	}
	for _, text := range without {
		fmt.Fprintln(x.Out, tui.Clean(text))
	}
	if len(without) > 0 {
		return exit(exitFailed)
	}
	_, err = fmt.Fprintf(x.Out, "%s: all of it holds\n", path)
	return err
}

// printSettings prints every preference with its value and who says it.
func (f *flags) printSettings(x IO) error {
	path := keystore.DefaultPaths(x.keys()).Config
	config, s, err := loadSettings(path)
	if err != nil {
		return err
	}
	p := config.Preferences()
	where := path
	if missing(path) {
		where += " (there is none yet; flarewire settings edit makes one)"
	}
	lines := []string{"File: " + where, ""}
	row := func(name, value, standard string) {
		by := "the file"
		if value == "" {
			by = "by default"
		}
		lines = append(lines, fmt.Sprintf("%-22s %-24s %s", name, tui.Clean(cmp.Or(value, standard)), by))
	}
	row("theme", p.Theme, string(tui.ThemeAuto))
	row("refresh", p.Refresh, store.DefaultRefresh.String())
	row("start", p.Start, views.Words()[0].Names[0])
	row("notify", p.Notify, string(tui.NotifyOff))
	tui.Rebind(s.keys)
	lines = append(lines, s.lines(p)...)
	for _, text := range append(slices.Clone(config.Notices()), s.notices...) {
		lines = append(lines, "", tui.Clean(text))
	}
	return printLines(x.Out, lines)
}

// lines are the lists, keys and own words that hold.
func (s screenSettings) lines(p keystore.Preferences) []string {
	var out []string
	row := func(name, value, note string) {
		out = append(out, strings.TrimRight(fmt.Sprintf("%-22s %-24s %s", tui.Clean(name), tui.Clean(value), note), " "))
	}
	for _, word := range slices.Sorted(maps.Keys(p.Lists)) {
		if list := listNamed(word); list != nil {
			if columns := s.lists["columns "+list.Title]; columns != "" {
				row("lists."+word+".columns", strings.ReplaceAll(columns, " ", ", "), "the file")
			}
			if s.lists["order "+list.Title] != "" {
				row("lists."+word+".sort", p.Lists[word].Sort, "the file")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.keys)) {
		row("keys."+name, cmp.Or(keysOf(name, true), "none; :"+name), "the file; by default "+keysOf(name, false))
	}
	for _, word := range slices.Sorted(maps.Keys(s.aliases)) {
		row("aliases."+word, s.aliases[word], "the file")
	}
	return out
}

// keysOf are the keys of an action, now or by themselves.
func keysOf(name string, now bool) string {
	for _, page := range views.Actions() {
		for _, a := range page.Actions {
			if a.Name != name {
				continue
			}
			if !now {
				return strings.Join(a.Keys, " ")
			}
			return a.KeyLabels()
		}
	}
	return ""
}

// template is a config file that changes nothing: the example, with every line but the version as a comment.
func template() string {
	var b strings.Builder
	b.WriteString("# flarewire's profiles and preferences: man 5 flarewire. No secret belongs in this file.\n")
	for line := range strings.Lines(exampleSettings) {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "version") {
			_, _ = io.WriteString(&b, "# ")
		}
		b.WriteString(line)
	}
	return b.String()
}
