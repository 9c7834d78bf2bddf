package cli

import (
	"context"
	"os/exec"
	"runtime"
	"time"

	"flarewire/keystore"
)

// browseLimit is how long the command that opens a browser may take: those that exist hand the address over and end.
const browseLimit = 10 * time.Second

// browser opens an address in the browser of this machine; nil where there is none that the user would see.
func browser(ctx context.Context, x IO) func(url string) error {
	if keystore.ReadEnvironment(x.Environ).SSH {
		return nil
	}
	command := []string{"xdg-open"}
	switch {
	case runtime.GOOS == "darwin":
		command = []string{"open"}
	case runtime.GOOS == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case x.env("DISPLAY") == "" && x.env("WAYLAND_DISPLAY") == "":
		return nil
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil
	}
	return func(url string) error {
		ctx, cancel := context.WithTimeout(ctx, browseLimit)
		defer cancel()
		cmd := exec.CommandContext(ctx, path, append(command[1:], url)...) //nolint:gosec // the address is one of ours
		cmd.Env = keystore.ChildEnviron(x.Environ)
		return cmd.Run()
	}
}
