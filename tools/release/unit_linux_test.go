package release_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/handover"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// nobodysID is a user and a group that nobody has, as systemd would choose one for the unit.
const nobodysID = 61010

func init() { tryUnit = tryInstalledUnit }

// tryInstalledUnit runs what the installed system unit runs, as the user, with the credential, the state and the directory of sockets that
// systemd would give it. There is no systemd to start it in a container; systemd-analyze has read it (TestTheUnits in deploy/).
func tryInstalledUnit(t *testing.T) {
	t.Helper()
	unit, err := os.ReadFile("/usr/lib/systemd/system/flarewire-record.service")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ExecStart=(\S+) (.*)$`).FindSubmatch(unit)
	if line == nil || !bytes.Contains(unit, []byte("LoadCredential=flarewire-token:")) {
		t.Fatalf("the unit has no command, or no credential:\n%s", unit)
	}
	if _, err := os.Stat("/usr/lib/sysusers.d/flarewire.conf"); err != nil {
		t.Error(err)
	}
	server := httptest.NewServer(simaccount.New(simaccount.Options{}))
	defer server.Close()
	home, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(home) }()
	for _, dir := range []string{"state", "run", "credentials"} {
		path := filepath.Join(home, dir)
		if err := os.Mkdir(path, 0o750); err != nil || os.Chown(path, nobodysID, nobodysID) != nil {
			t.Fatalf("%s: %v", dir, err)
		}
	}
	token := filepath.Join(home, "credentials", "flarewire-token")
	if os.Chmod(home, 0o755) != nil || os.WriteFile(token, []byte(simaccount.DefaultToken), 0o400) != nil ||
		os.Chown(token, nobodysID, nobodysID) != nil {
		t.Fatal("the credential cannot be made")
	}
	args := strings.Fields(strings.ReplaceAll(string(line[2]), "/run/flarewire", filepath.Join(home, "run")))
	cmd := exec.CommandContext(t.Context(), string(line[1]), append(args, "--listen", "127.0.0.1:0")...)
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"), "CREDENTIALS_DIRECTORY=" + filepath.Dir(token),
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount, "CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodysID, Gid: nobodysID}}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := handover.NewClient(simaccount.DefaultAccount, handover.Place{Path: handover.Shared(filepath.Join(home, "run"),
		simaccount.DefaultAccount)})
	read := false
	for end := time.Now().Add(time.Minute); !read && time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		h, ok := c.Hand(t.Context(), store.Target{Kind: store.GRETunnels}, time.Time{}, time.Time{})
		read = ok && len(h.Rows) > 0
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil || !read {
		t.Errorf("read %t, ended with %v:\n%s", read, err, said.String())
	}
}
