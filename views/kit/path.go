package kit

import (
	"os"
	"path/filepath"
	"strings"
)

// InHome reads ~/ at the beginning of a typed path as a shell does.
func InHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
