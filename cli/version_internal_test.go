package cli

import (
	"runtime/debug"
	"testing"
)

// What `go install PATH@v0.1.0` made says so; what was built in a working tree is "dev", of its commit.
func TestAProgramWithoutStampsKnowsItsVersion(t *testing.T) {
	for _, c := range []struct{ of, version, revision, want string }{
		{"go install PATH@v0.1.0", "v0.1.0", "", "v0.1.0 unknown unknown"},
		{"go install PATH@main", "v0.0.0-20261129141633-0c67d8e1a2b3", "", "v0.0.0-20261129141633-0c67d8e1a2b3 unknown unknown"},
		{"go build", "v0.0.0-20261129141633-0c67d8e1a2b3+dirty", "0c67d8e1a2b3c4d5", "dev 0c67d8e 2026-11-29T14:16:33Z"},
		{"go run, go test", "(devel)", "", "dev unknown unknown"},
		{"no module", "", "", "dev unknown unknown"},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: c.version}}
		if c.revision != "" {
			info.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: c.revision}, {Key: "vcs.time", Value: "2026-11-29T14:16:33Z"}}
		}
		version, commit, date := stamps(info)
		if got := version + " " + commit + " " + date; got != c.want {
			t.Errorf("%s: %s, want %s", c.of, got, c.want)
		}
	}
}
