package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// Stamped at release by the linker (-X flarewire/cli.version=…).
var (
	version = "dev"
	commit  = "unknown"
	date    = "unknown"
)

func versionLine() string {
	return fmt.Sprintf("flarewire %s (commit %s, built %s, %s)", version, commit, date, runtime.Version())
}

func printVersion(x IO) error {
	_, err := fmt.Fprintln(x.Out, versionLine())
	return err
}

func newVersion(x IO) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit, date and Go version",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return printVersion(x) },
	}
}
