package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cleanSystem is a new Debian in a folder, as somebody has who installs the package: with man, completions and systemd, and without
// anything
// of this machine. It takes one or two minutes and a mirror of Debian, so it is made only where FLAREWIRE_LONG asks for it (`make
// slow`, CI).
type cleanSystem struct {
	t    *testing.T
	root string
}

func newCleanSystem(t *testing.T) cleanSystem {
	t.Helper()
	if os.Getenv("FLAREWIRE_LONG") == "" || os.Geteuid() != 0 {
		t.Skip("a whole Debian is made for this: it needs root, mmdebstrap, and FLAREWIRE_LONG=1 in the environment")
	}
	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		t.Skip("mmdebstrap is not installed: no clean system can be made")
	}
	s := cleanSystem{t, filepath.Join(t.TempDir(), "debian")}
	out, err := exec.CommandContext(t.Context(), "mmdebstrap", "--variant=minbase", "--include=man-db,bash-completion,systemd,ca-certificates",
		"bookworm", s.root).CombinedOutput()
	if err != nil {
		if strings.Contains(string(out), "Failed to fetch") || strings.Contains(string(out), "Could not resolve") {
			t.Skipf("no mirror of Debian can be reached:\n%s", out)
		}
		t.Fatalf("mmdebstrap: %v\n%s", err, out)
	}
	run(t, "ln", "-sfn", "/proc/self/fd", filepath.Join(s.root, "dev", "fd"))
	return s
}

// shell runs a line of bash in the system, as root of it, with nothing of this machine's environment.
func (s cleanSystem) shell(line string) string {
	s.t.Helper()
	// With /proc, which bash needs for what the completion does, and which is gone with the command.
	return run(s.t, "unshare", "--mount", "--pid", "--fork", "--mount-proc="+filepath.Join(s.root, "proc"), "env", "-i", "HOME=/root",
		"TERM=dumb", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive",
		"chroot", s.root, "/bin/bash", "-c", line)
}

// files are those of the system, but for what the package manager keeps of its own work.
func (s cleanSystem) files() []string {
	own := []string{"/proc/", "/sys/", "/dev/", "/tmp/", "/var/cache/", "/var/log/", "/var/lib/dpkg/", "/var/lib/apt/", "/run/", "/etc/group-",
		"/etc/gshadow-"}
	return slices.DeleteFunc(strings.Split(s.shell("find / -xdev"), "\n"), func(path string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(path, o) })
	})
}

// What a careful engineer does on a new jump host: install the package, read the manual, press tab, look at the demo, and remove it. The
// manual and the completion are found by the system's own programs, and nothing is left after the removal, the group included.
func TestTheDebianPackageInACleanSystem(t *testing.T) {
	deb := newPackage(t)
	s := newCleanSystem(t)
	people, before := s.shell("cat /etc/passwd /etc/group"), s.files()
	run(t, "install", "-m", "0644", deb, filepath.Join(s.root, "tmp", "flarewire.deb"))
	s.shell("apt-get install -y -qq /tmp/flarewire.deb")
	for line, want := range map[string]string{
		"man -P cat flarewire":                                  "SYNOPSIS",
		"man -P cat flarewire-check":                            "flarewire check",
		"man -P cat 5 flarewire":                                "config.toml",
		"man -P cat flarewire-keys":                             "keys",
		"apropos -e flarewire || mandb -q && apropos flarewire": "flarewire (1)",
		"flarewire --demo status":                               "tunnels",
		"getent group flarewire":                                "flarewire:",
		"systemd-analyze verify --man=no /usr/lib/systemd/system/flarewire-record.service 2>&1; echo read": "read",
		`compopt() { :; }; . /usr/share/bash-completion/bash_completion; _completion_loader flarewire; COMP_WORDS=(flarewire sta); ` +
			`COMP_CWORD=1; ` +
			`COMP_LINE="flarewire sta"; COMP_POINT=${#COMP_LINE}; __start_flarewire; printf '%s\n' "${COMPREPLY[@]}"`: "status",
		"zcat /usr/share/doc/flarewire/changelog.gz": "Changelog",
		"cat /usr/share/doc/flarewire/copyright":     "github.com/spf13/cobra",
	} {
		if got := s.shell(line); !strings.Contains(got, want) {
			t.Errorf("%s says nothing of %q:\n%.2000s", line, want, got)
		}
	}
	s.shell("apt-get purge -y -qq flarewire")
	if left := slices.DeleteFunc(s.files(), func(path string) bool { return slices.Contains(before, path) }); len(left) > 0 {
		t.Errorf("left after the removal:\n%s", strings.Join(left, "\n"))
	}
	if after := s.shell("cat /etc/passwd /etc/group"); after != people {
		t.Errorf("users and groups before:\n%s\nafter:\n%s", people, after)
	}
}
