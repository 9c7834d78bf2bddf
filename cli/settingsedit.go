package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"flarewire/internal/statefile"
	"flarewire/keystore"
	"flarewire/tui"
)

func newSettingsEdit(x IO) *cobra.Command {
	return &cobra.Command{
		Use:   "edit",
		Short: "Edit the config file, and check it before it takes effect",
		Long: `Open a copy of the config file in $VISUAL or $EDITOR, else in vi, and put it in place of the file when all of it
can be used. Otherwise it says what is wrong and asks whether you want to go on; the file stays as it was until
then, and the next time you go on where you were. Where there is no file yet, it begins as an example in which everything is a comment.

Exit code: 0 done, or nothing was changed, 1 when the editor or the file said no, 2 when the text cannot be used.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return editSettings(cmd.Context(), x, keystore.DefaultPaths(x.keys()).Config)
		},
	}
}

// editSettings edits a copy, so that a program that reads the file meanwhile, and the one who leaves the editor half done, have what was
// there.
func editSettings(ctx context.Context, x IO, path string) error {
	before, err := os.ReadFile(filepath.Clean(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return trouble(err)
	}
	text := before
	if len(before) == 0 {
		text = []byte(template())
	}
	if err := statefile.PrivateDir(filepath.Dir(path)); err != nil {
		return trouble(err)
	}
	draft := path + ".edit"
	switch left, err := os.ReadFile(filepath.Clean(draft)); {
	case err == nil && !bytes.Equal(left, text):
		fmt.Fprintln(x.Err, "flarewire: continuing with the previous edit; delete "+draft+" to start over")
	default:
		if err := statefile.Replace(draft, text); err != nil {
			return trouble(err)
		}
	}
	for {
		if err := x.editor(ctx, draft); err != nil {
			return trouble(fmt.Errorf("the editor failed: %w; what was typed is in %s", err, draft))
		}
		edited, err := os.ReadFile(filepath.Clean(draft))
		if err != nil {
			return trouble(err)
		}
		if bytes.Equal(edited, text) {
			_ = os.Remove(draft)
			fmt.Fprintln(x.Out, "Nothing was changed.")
			return nil
		}
		_, _, wrong := loadSettings(draft)
		if wrong == nil {
			return takeSettings(x, path, draft, before, edited)
		}
		said := tui.Clean(strings.ReplaceAll(wrong.Error(), "\n", "; "))
		if !x.again(said) {
			return usage("%s. The file is as it was; what was typed is in %s", said, draft)
		}
	}
}

// takeSettings puts the edited text in place, unless somebody else has written the file meanwhile.
func takeSettings(x IO, path, draft string, before, edited []byte) error {
	unlock, err := statefile.Lock(path + ".lock")
	if err != nil {
		return trouble(err)
	}
	defer unlock()
	now, err := os.ReadFile(filepath.Clean(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return trouble(err)
	}
	if !bytes.Equal(now, before) {
		return trouble(fmt.Errorf("%s was written meanwhile, by a sign-in or another window. What was typed is in %s", path, draft))
	}
	if err := statefile.Replace(path, edited); err != nil {
		return trouble(err)
	}
	_ = os.Remove(draft)
	if err := checkSettings(x, path); err != nil && !errors.As(err, new(exit)) {
		return err
	}
	return nil // what has no effect was said
}

// again says what is wrong and asks whether to edit again; no, where nobody can be asked.
func (x IO) again(wrong string) bool {
	c, ok := x.console()
	if !ok {
		return false
	}
	defer c.close()
	fmt.Fprintln(c.out, wrong)
	answer, err := c.line("Edit again? [Y/n] ")
	return (err == nil || errors.Is(err, errNothingTyped)) && !strings.HasPrefix(strings.ToLower(answer), "n")
}

// editor runs the user's editor on a file. The value may hold arguments, as everywhere.
func (x IO) editor(ctx context.Context, file string) error {
	standard := "vi"
	if runtime.GOOS == "windows" {
		standard = "notepad"
	}
	words := strings.Fields(cmp.Or(strings.TrimSpace(x.env("VISUAL")), strings.TrimSpace(x.env("EDITOR")), standard))
	command := exec.CommandContext(ctx, words[0], append(words[1:], file)...)
	if runtime.GOOS != "windows" {
		command = exec.CommandContext(ctx, "sh", "-c", strings.Join(words, " ")+` "$1"`, "sh", file)
	}
	command.Stdin, command.Stdout, command.Stderr, command.Env = x.In, x.Out, x.Err, x.Environ
	if x.Prompt != nil {
		command.Stderr = x.Prompt
	}
	signal.Ignore(os.Interrupt) // it is the editor's
	defer signal.Reset(os.Interrupt)
	return command.Run()
}
