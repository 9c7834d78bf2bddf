package console

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Environment is a whole environment for Options.Env: TERM=xterm-256color, LANG=C.UTF-8, our own PATH, HOME
// and the XDG folders under home, and the extra entries. "NAME=value" replaces or adds, "NAME" alone removes.
// Nothing else of our own environment is in it, above all no credentials.
func Environment(home string, extra []string) []string {
	env := []string{
		"TERM=xterm-256color", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "HOME=" + home,
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"),
		"XDG_STATE_HOME=" + filepath.Join(home, ".local", "state"),
		"XDG_DATA_HOME=" + filepath.Join(home, ".local", "share"),
		"XDG_CACHE_HOME=" + filepath.Join(home, ".cache"),
		"XDG_RUNTIME_DIR=" + home,
	}
	for _, entry := range extra {
		name, _, set := strings.Cut(entry, "=")
		env = slices.DeleteFunc(env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
		if set {
			env = append(env, entry)
		}
	}
	return env
}
