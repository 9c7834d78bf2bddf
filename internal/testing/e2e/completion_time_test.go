package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/internal/names"
	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// TAB may cost mostForTAB of processor time in the largest account, or, where the machine is busy and all costs more, mostStarts times
// what the program needs to say its version. It is the program's own time, because that of the clock says more of what else the machine
// does.
const (
	mostForTAB = 50 * time.Millisecond
	mostStarts = 4
)

// Whoever presses TAB in an account of ten thousand tunnels waits for the shell and not for flarewire, and nobody is asked.
func TestTABCostsLittleInALargeAccount(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	kept := names.Names{}
	for _, kind := range []string{"gre", "ipsec"} {
		for i := range 5000 {
			kept[kind] = append(kept[kind], kind+"-site-"+strings.Repeat("x", i%20)+time.Duration(i).String())
		}
	}
	state := t.TempDir()
	if err := names.Keep(names.Path(filepath.Join(state, "flarewire"), simaccount.DefaultAccount), kept); err != nil {
		t.Fatal(err)
	}
	best, start := time.Hour, time.Hour
	for range 10 { // what the kernel does for others is counted here as well: the best of some
		cmd := exec.CommandContext(t.Context(), ptytest.Build(t), "__complete", "get", "gre", "gre-site-")
		cmd.Env = []string{"HOME=" + t.TempDir(), "XDG_STATE_HOME=" + state, "PATH=" + os.Getenv("PATH"),
			"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4", "CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken,
			"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}
		out, err := cmd.Output()
		if err != nil || strings.Count(string(out), "gre-site-") != 2000 {
			t.Fatalf("%v, %d names", err, strings.Count(string(out), "gre-site-"))
		}
		best = min(best, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		version := exec.CommandContext(t.Context(), ptytest.Build(t), "version")
		if err := version.Run(); err != nil {
			t.Fatal(err)
		}
		start = min(start, version.ProcessState.UserTime()+version.ProcessState.SystemTime())
	}
	if limit := max(mostForTAB, mostStarts*start); best > limit {
		t.Errorf("TAB costs %s, at most %s are good; the version costs %s", best, limit, start)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("TAB sent %d requests", n)
	}
}
