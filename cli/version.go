package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Stamped at release by the linker (-X flarewire/cli.version=…).
var (
	version = "dev"
	commit  = "unknown"
	date    = "unknown"
)

// What `go install` fetches has no stamps: its version is the module's, and with a repository at hand Go knows the commit.
func init() {
	if info, ok := debug.ReadBuildInfo(); ok && version == "dev" {
		version, commit, date = stamps(info)
	}
}

// stamps are version, commit and date as the Go tools record them. A program that was built in a working tree stays "dev": what is in
// it may
// be in no commit.
func stamps(info *debug.BuildInfo) (version, commit, date string) {
	version, commit, date = "dev", "unknown", "unknown"
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(len(s.Value), 7)]
		case "vcs.time":
			date = s.Value
		}
	}
	if commit == "unknown" && info.Main.Version != "(devel)" {
		version = cmp.Or(info.Main.Version, version)
	}
	return version, commit, date
}

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
