package cli_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// limit is the time limit of these checks; a busy machine may take a little longer to end the program.
const limit = 300 * time.Millisecond

// unknownInTime runs a check that cannot succeed: exit code 3, one line that says why, within the limit.
func unknownInTime(t *testing.T, env []string, says ...string) {
	t.Helper()
	s := newShell(t, env...)
	began := time.Now()
	code := s.run("check", "--timeout", limit.String())
	took := time.Since(began)
	text := s.out.String()
	if code != 3 || s.err.Len() > 0 || !strings.HasPrefix(text, "FLAREWIRE UNKNOWN - ") || strings.Count(text, "\n") != 1 {
		t.Errorf("exit %d, not one line: %q, stderr %q", code, text, s.err.String())
	}
	for _, want := range says {
		if !strings.Contains(text, want) {
			t.Errorf("the line does not say %q: %s", want, text)
		}
	}
	if took > 8*time.Second { // without the limit it would be given ten
		t.Errorf("it took %s with a limit of %s", took, limit)
	}
}

func apiAt(url string) []string {
	return []string{"CLOUDFLARE_BASE_URL=" + url + "/client/v4", "CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken,
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}
}

// mute accepts connections and says nothing on them.
func mute(t *testing.T) string {
	t.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	return l.Addr().String()
}

// However a network fails, the monitoring system gets its line in time.
func TestCheckOfAnAPIThatCannotBeReached(t *testing.T) {
	t.Run("nobody listens", func(t *testing.T) { unknownInTime(t, apiAt("http://127.0.0.1:1"), "refused") })
	t.Run("it accepts and never answers", func(t *testing.T) { unknownInTime(t, apiAt("http://"+mute(t)), "time limit") })
	t.Run("the TLS handshake hangs", func(t *testing.T) { unknownInTime(t, apiAt("https://"+mute(t)), "time limit") })
	t.Run("the connection itself hangs", func(t *testing.T) { unknownInTime(t, apiAt("http://"+blackHole(t)), "time limit") })
	t.Run("a name that does not exist", func(t *testing.T) {
		if !resolvesAtHome() {
			t.Skip("the name would be asked of a name server outside of this machine")
		}
		unknownInTime(t, apiAt("https://api.flarewire.invalid"), "api.flarewire.invalid")
	})
}

// resolvesAtHome reports whether no name server outside of this machine is asked.
func resolvesAtHome() bool {
	text, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "nameserver" {
			if ip := net.ParseIP(words[1]); ip == nil || !ip.IsLoopback() {
				return false
			}
		}
	}
	return true // without any, Go asks the one on loopback
}

// A command for the token that hangs holds up no check either.
func TestCheckWithATokenCommandThatHangs(t *testing.T) {
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	config := "version = 1\ndefault = \"slow\"\n[profiles.slow]\naccount = \"" + simaccount.DefaultAccount +
		"\"\ntoken_command = [\"sleep\", \"60\"]\n"
	if err := os.WriteFile(filepath.Join(home, "flarewire", "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	unknownInTime(t, []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4"}, "token")
}
