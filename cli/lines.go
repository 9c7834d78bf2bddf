package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"flarewire/tui"
	"flarewire/tui/line"
)

// glyphs are the signs beside words; what is read out has none.
func (f *flags) glyphs(x IO) tui.Glyphs {
	if f.accessible {
		return tui.WordGlyphs
	}
	return tui.GlyphsFor(x.Environ)
}

// runLines runs an app line by line. All apps of one start share the console: what was typed ahead for the
// next one must not be lost with the one before.
func (f *flags) runLines(ctx context.Context, x IO, app *tui.App) error {
	if f.console == nil {
		f.console = line.NewConsole(x.In, x.Out, tui.GlyphsFor(x.Environ) == tui.ASCIIGlyphs)
	}
	if code := line.Run(ctx, app, f.console); code != exitOK {
		return exit(code)
	}
	return nil
}

// noteLines says of a command that --accessible means nothing to it. The variable is for the whole session, and
// nothing is said about it.
func noteLines(cmd *cobra.Command, x IO, f *flags) {
	if cmd.HasParent() && f.accessible && cmd.Flags().Changed("accessible") {
		fmt.Fprintf(x.Err, "flarewire: --accessible is for the program without a command; %s writes lines anyhow\n", cmd.Name())
	}
}
