// Command manual writes what a package of the program carries besides the program: a manual page for every command, one
// for the keys, one for the config file, and the completions of four shells. All of it is made from the commands themselves and from
// docs/keys.md
// and docs/config.md, so a new command or key appears by itself.
//
//	go run -C tools ./manual -out ../dist/docs -date 2026-03-01T12:00:00Z
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flarewire/cli"
)

func main() {
	out := flag.String("out", "../dist/docs", "the folder to write man/ and completions/ into")
	keys := flag.String("keys", "../docs/keys.md", "the page of the keys")
	version := flag.String("version", "", "the release, for the changelog of the Debian package; without it none is written")
	date := flag.String("date", "", "the date on the manual pages (RFC 3339; default: now), so that the same source gives the same files")
	flag.Parse()
	if err := errors.Join(run(*out, *keys, *date), changelogs(*out, *version, *date)); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(out, keys, date string) error {
	at := time.Now()
	if date != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, date); err != nil {
			return fmt.Errorf("-date: %w", err)
		}
	}
	root := cli.Command()
	return errors.Join(manuals(root, filepath.Join(out, "man"), keys, at), completions(root, filepath.Join(out, "completions")))
}

// manuals writes one page per command, one for the keys and one for the config file beside them, compressed as Debian and Fedora want them.
func manuals(root *cobra.Command, dir, keys string, at time.Time) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	// The folder may hold the pages of commands that are no more.
	old, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	table, err := os.ReadFile(keys)
	if err != nil {
		return err
	}
	config, err := os.ReadFile(filepath.Join(filepath.Dir(keys), "config.md"))
	if err != nil {
		return err
	}
	return errors.Join(manual(root, dir, at), compressed(filepath.Join(dir, "flarewire.5.gz"), configPage(string(config), at)),
		compressed(filepath.Join(dir, "flarewire-keys.7.gz"), keyPage(string(table), at)))
}

// manual writes the page of a command and those of its subcommands.
func manual(cmd *cobra.Command, dir string, at time.Time) error {
	var wrong []error
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand() {
			wrong = append(wrong, manual(c, dir, at))
		}
	}
	return errors.Join(append(wrong, compressed(filepath.Join(dir, pageName(cmd)+".1.gz"), commandPage(cmd, at)))...)
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// compressed writes a gzip file without a name and a time in it: the same page gives the same bytes.
func compressed(path string, text string) error {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}

// completions writes one file per shell, under the name that the shell looks for.
func completions(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(dir, "flarewire.bash"), true),
		root.GenZshCompletionFile(filepath.Join(dir, "_flarewire")),
		root.GenFishCompletionFile(filepath.Join(dir, "flarewire.fish"), true),
		root.GenPowerShellCompletionFileWithDesc(filepath.Join(dir, "flarewire.ps1")),
	)
}
