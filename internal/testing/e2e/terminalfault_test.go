//go:build linux

package e2e_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// spent is the processor time of a process so far.
func spent(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // the kernel counts in hundredths
}

// left are the processes of a session; the program in a terminal leads one of its own.
func left(session int) []string {
	var out []string
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if id, _ := strconv.Atoi(fields[3]); id == session && fields[0] != "Z" {
			out = append(out, file)
		}
	}
	return out
}

// ends checks that the program ended well: exit code, terminal, nothing left.
func ends(t *testing.T, term *ptytest.Terminal, code int) {
	t.Helper()
	pid := term.Pid()
	if got := term.Wait(); got != code {
		t.Errorf("exit code %d, want %d; the screen is\n%s", got, code, term.Screen().Box())
	}
	term.AssertRestored(t)
	if procs := left(pid); len(procs) > 0 {
		t.Errorf("processes were left: %v", procs)
	}
}

// ctrl+z gives the shell its terminal back as it was, and fg goes on where one was, whatever the size is then.
func TestTerminalFaultSuspended(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash to be the shell")
	}
	script := `set -m; "$0" --demo --start tunnels; echo "stopped $?"; stty -a | tr ';' '\n' | grep -c -- '-icanon' | sed 's/^/"raw modes: ` +
		`/'; read -r line; fg >/dev/null; echo "ended $?"`
	term := ptytest.Start(t, ptytest.Options{Path: shell, Args: []string{"--norc", "-c", script, ptytest.Build(t)}, Timeout: patience})
	goTo(term, "lhr-hq-gre")
	term.Press("ctrl+z")
	s := term.WaitFor("the shell", func(s ptytest.Screen) bool {
		return s.Contains("stopped 148") && s.Contains("\"raw modes: 0") && !s.AltScreen()
	})
	if !s.Cursor().Visible {
		t.Error("the shell has no cursor")
	}
	term.Resize(100, 30)
	term.Type("\n")
	term.WaitFor("the list again, as it was", func(s ptytest.Screen) bool {
		return s.AltScreen() && underCursor(s) == "lhr-hq-gre" && strings.HasSuffix(footer(s), "? help")
	})
	term.Press("q")
	term.WaitText("ended 0")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	term.AssertRestored(t)
}

// Where no shell could go on with the program, ctrl+z says so and harms nothing.
func TestTerminalFaultSuspendedWithoutAShell(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo"}})
	term.WaitFor("the list of tunnels", listed)
	term.Press("ctrl+z")
	term.WaitText("no shell to go back to")
	term.WaitFor("the list of tunnels", listed)
	term.Press("q")
	ends(t, term, 0)
}

// ages are what is different on a screen a moment later.
var ages = regexp.MustCompile(`[>≤]?(\d+[smhd]( old)?|now|fresh)`)

// ageless is the text of a page without its ages and without the footer, which says what esc leads back to.
func ageless(s ptytest.Screen) string {
	return strings.Join(strings.Fields(ages.ReplaceAllString(strings.TrimSuffix(s.Text(), footer(s)), "")), " ")
}

// A thousand sizes, as fast as they can be set: the screen is whole at the end, and that costs no more than it must.
func TestTerminalFaultResizedAThousandTimes(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo", "--demo-at", moment}})
	want := term.WaitFor("the list of tunnels", func(s ptytest.Screen) bool {
		// since when the health is bad comes last
		return listed(s) && strings.Contains(title(s), "Northwind") && s.Contains(" >24h")
	})
	before, began := spent(t, term.Pid()), time.Now()
	r := rand.New(rand.NewPCG(3, 3))
	for range 1000 {
		term.Resize(1+r.IntN(250), 1+r.IntN(80))
	}
	term.Resize(20, 5)
	term.WaitFor("the sentence at 20x5", tooSmall(size{20, 5}))
	term.Press("j", "enter", "?", "backspace") // nobody sees what they do, and they do no harm
	term.Resize(80, 24)
	term.WaitFor("a page", func(s ptytest.Screen) bool { return strings.Contains(title(s), "Tunnels") && footer(s) != "" })
	term.Type(":tunnels\r")
	term.Press("g")
	term.WaitFor("the list as at the beginning", func(s ptytest.Screen) bool { return ageless(s) == ageless(want) })
	t.Logf("1,000 sizes and 20x5: %s of processor time in %s", spent(t, term.Pid())-before, time.Since(began).Round(time.Millisecond))
	term.Press("q")
	ends(t, term, 0)
}

// A megabyte pasted into each kind of input: the program takes what the input has room for and goes on.
func TestTerminalFaultPasteOfAMegabyte(t *testing.T) {
	t.Parallel()
	paste := "\x1b[200~" + strings.Repeat("a megabyte, \x00\x1b]52;c;aGk=\x07 東京 ", 1<<20/34) + "\x1b[201~"
	for _, c := range []struct{ name, there string }{
		{"list", ""}, {"filter", "/"}, {"palette", ":"}, {"form", ":gre\re"}, {"confirmation", ":gre\rD\r"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := sit(t, ptytest.Options{Args: []string{"--demo"}})
			term.WaitFor("the list of tunnels", listed)
			term.Type(c.there)
			began := time.Now()
			term.Send(paste)
			term.Resize(81, 25)
			term.WaitFor("a frame after it", func(s ptytest.Screen) bool { w, _ := s.Size(); return w == 81 && strings.TrimSpace(footer(s)) != "" })
			t.Logf("a megabyte into the %s: %s, %s of processor time since the start", c.name, time.Since(began).Round(time.Millisecond),
				spent(t, term.Pid()))
			term.Signal(syscall.SIGTERM)
			ends(t, term, 143)
		})
	}
}

// Binary garbage as keys: it does nothing that keys do not do, and it never goes to the account. Whatever page it led to,
// the program is left as usual.
func TestTerminalFaultGarbageAsKeys(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	noise := make([]byte, 1<<16)
	for i := range noise {
		for noise[i] = byte(r.Uint32()); strings.IndexByte("qlr\x03\x1a\x18\r", noise[i]) >= 0; { // what quits, confirms or suspends
			noise[i] = byte(r.Uint32())
		}
	}
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	before := a.Snapshot()
	used := spent(t, term.Pid())
	for part := range 64 {
		term.Send(string(noise[part<<10 : (part+1)<<10]))
	}
	term.WaitFor("work that it makes", func(ptytest.Screen) bool { return spent(t, term.Pid())-used >= 50*time.Millisecond })
	term.Resize(90, 30)
	term.WaitFor("a frame after it", func(s ptytest.Screen) bool { w, _ := s.Size(); return w == 90 && strings.TrimSpace(title(s)) != "" })
	t.Logf("64 KiB of garbage: %s of processor time", spent(t, term.Pid())-used)
	for kind, objects := range a.Snapshot() {
		if len(objects) != len(before[kind]) {
			t.Errorf("%d %s, there were %d", len(objects), kind, len(before[kind]))
		}
	}
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet && !r.Query.Has("validate_only") && !strings.HasSuffix(r.Path, "graphql") {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
	term.Signal(syscall.SIGTERM)
	ends(t, term, 143)
}

// While nothing happens the program costs next to nothing, also when the server is down.
func TestTerminalFaultNoProcessorTimeIsBurnt(t *testing.T) {
	t.Parallel()
	for _, down := range []bool{false, true} {
		t.Run(fmt.Sprintf("server down %v", down), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			term := watching(t, a)
			term.Type(":routes\r")
			term.WaitFor("the routes", func(s ptytest.Screen) bool {
				return strings.HasSuffix(strings.TrimSpace(title(s)), " fresh") && s.Contains("10.50.0.0/16")
			})
			if down {
				a.server.Close()
				term.Press("r")
				term.WaitFor("the trouble", func(s ptytest.Screen) bool { return strings.Contains(title(s), "stale") })
			}
			before, began := spent(t, term.Pid()), time.Now()
			age := func(s ptytest.Screen) string { return title(s)[len(title(s))-8:] }
			for range 2 { // the age is drawn anew every five seconds
				was := age(term.Screen())
				term.WaitFor("the next age", func(s ptytest.Screen) bool { return age(s) != was })
			}
			used, took := spent(t, term.Pid())-before, time.Since(began)
			t.Logf("%s of processor time in %s", used, took.Round(time.Millisecond))
			if used > took/10 {
				t.Errorf("%s of %s is more than a tenth of a processor", used, took)
			}
			term.Signal(syscall.SIGHUP)
			ends(t, term, 129)
		})
	}
}

// A terminal that takes no more output (a line that hangs, ctrl+s): a signal ends the program all the same.
func TestTerminalFaultOutputThatHangs(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*exec.Cmd, *os.File){
		"SIGTERM":         func(c *exec.Cmd, _ *os.File) { _ = c.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":          func(c *exec.Cmd, _ *os.File) { _ = c.Process.Signal(syscall.SIGHUP) },
		"terminal closed": func(_ *exec.Cmd, f *os.File) { _ = f.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{Tunnels: 200})
			cmd := exec.CommandContext(t.Context(), ptytest.Build(t), "--start", "tunnels", "--refresh", "5s")
			home := t.TempDir()
			cmd.Env = append(a.env(), "TERM=xterm-256color", "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home,
				"PATH="+os.Getenv("PATH"), "LANG=C.UTF-8")
			master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 120, Cols: 250})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = master.Close() })
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for len(a.Requests()) < 4 { // two rounds: it has drawn by then, and nobody has read
				select {
				case <-tick.C:
				case <-t.Context().Done():
					t.Fatal("it asks nothing")
				}
			}
			began := time.Now()
			end(cmd, master)
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			select {
			case <-ended:
				t.Logf("ended after %s with exit code %d", time.Since(began).Round(time.Millisecond), cmd.ProcessState.ExitCode())
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				t.Errorf("it still runs after %s", patience)
			}
		})
	}
}

// Output that is closed: commands end with 1 and one sentence or, by SIGPIPE, at once, and never hang.
func TestTerminalFaultOutputClosed(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"status", "status -o json", "status --watch", "list routes", "list -o json gre", "check", "version",
		"--help", "completion bash", "auth status", "config", "demo-server"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			_ = read.Close()
			var said bytes.Buffer
			cmd := exec.CommandContext(t.Context(), ptytest.Build(t), strings.Fields(line)...)
			home := t.TempDir()
			cmd.Env = append(a.env(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home)
			cmd.Stdout, cmd.Stderr = write, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = write.Close()
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			select {
			case <-ended:
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				t.Fatal("it goes on, and nobody reads")
			}
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if strings.Contains(said.String(), "goroutine") || (!status.Signaled() && status.ExitStatus() > 3) {
				t.Errorf("%v, %s", cmd.ProcessState, said.String())
			}
			t.Logf("%v %s", cmd.ProcessState, strings.TrimSpace(said.String()))
		})
	}
}
