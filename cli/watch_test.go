package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// watchFor runs `status --watch` for some simulated time and gives what it printed.
func watchFor(t *testing.T, d time.Duration, args ...string) (out string, code int) {
	// The goroutine of package os/signal lives as long as the program: it must start outside of the simulated time.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	defer signal.Stop(stop)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		var text, trouble bytes.Buffer
		code = cli.Main(ctx, append([]string{"--demo", "status", "--watch"}, args...),
			cli.IO{In: strings.NewReader(""), Out: &text, Err: &trouble, Now: time.Now})
		if trouble.Len() > 0 {
			t.Error(trouble.String())
		}
		out = text.String()
	})
	return out, code
}

// While something is establishing it looks every five seconds.
func TestWatchingAppendsOneObjectPerLine(t *testing.T) {
	out, code := watchFor(t, 12*time.Second, "-o", "json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 3 {
		t.Fatalf("exit %d, %d lines in 12 s", code, len(lines))
	}
	var last time.Time
	for _, line := range lines {
		var doc struct {
			FetchedAt time.Time `json:"fetched_at"`
			Tunnels   []any
		}
		if err := json.Unmarshal([]byte(line), &doc); err != nil || len(doc.Tunnels) != 14 || !doc.FetchedAt.After(last) {
			t.Errorf("%v, %d tunnels, fetched at %s after %s", err, len(doc.Tunnels), doc.FetchedAt, last)
		}
		last = doc.FetchedAt
	}
}

func TestWatchingIntoAPipeHasNoEscapeSequences(t *testing.T) {
	out, code := watchFor(t, 6*time.Second)
	if code != 0 || strings.Contains(out, "\x1b") || strings.Count(out, "NAME") != 2 || strings.Count(out, "as of") != 2 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if out, _ := watchFor(t, 6*time.Second, "-o", "line"); strings.Count(out, "\n") != 2 {
		t.Errorf("not one line per look: %q", out)
	}
}

func TestCtrlCEndsWatchingWithoutAnError(t *testing.T) {
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(t.Context(), []string{"--demo", "status", "--watch", "-o", "line"},
			cli.IO{In: strings.NewReader(""), Out: write, Err: io.Discard, Now: time.Now})
		_ = write.Close()
	}()
	if _, err := bufio.NewReader(read).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Skip("this system cannot send an interrupt: ", err)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestWatchingEndsWhenTheFirstLookFails(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403})
	s := newShell(t, env...)
	if code := s.run("status", "--watch"); code != 1 || s.out.Len() > 0 || s.err.Len() == 0 {
		t.Errorf("exit %d, stdout %q", code, s.out.String())
	}
	if code := s.run("status", "--watch", "-o", "line"); code != 1 || s.out.String() != "fw ?\n" {
		t.Errorf("a status bar: exit %d, stdout %q", code, s.out.String())
	}
}

// Who starts it in an outage sees why there is nothing, and the tunnels when the outage ends.
func TestWatchingWaitsForTheEndOfAnOutage(t *testing.T) {
	t.Parallel()
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	go func() {
		cli.Main(ctx, []string{"status", "--watch", "--refresh", "5s", "--timeout", "1s"},
			cli.IO{In: strings.NewReader(""), Out: write, Err: io.Discard, Now: time.Now, Environ: append(newShell(t).env, env...)})
		_ = write.Close()
	}()
	page := bufio.NewReader(read)
	until := func(text string) (before string) {
		for {
			line, err := page.ReadString('\n')
			if err != nil {
				t.Fatalf("%v before %q", err, text)
			}
			if before += line; strings.Contains(line, text) {
				return before
			}
		}
	}
	if before := until("503"); !strings.Contains(before, "not read so far") || strings.Contains(before, "0 tunnels") {
		t.Errorf("while nothing is known it shows %q", before)
	}
	sim.ClearFaults()
	until("fra-dc1-gre")
}

// A status bar that is fed by one long run never goes on showing what is old.
func TestAStatusBarSaysWhenNothingIsKnownAnyMore(t *testing.T) {
	t.Parallel()
	sim, env := serve(t, simaccount.Options{})
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	defer func() { stop(); _, _ = io.Copy(io.Discard, read) }() // until the program has ended
	go func() {
		cli.Main(ctx, []string{"status", "--watch", "-o", "line", "--refresh", "5s"},
			cli.IO{In: strings.NewReader(""), Out: write, Err: io.Discard, Now: time.Now, Environ: append(newShell(t).env, env...)})
		_ = write.Close()
	}()
	bar := bufio.NewReader(read)
	if line, err := bar.ReadString('\n'); err != nil || !strings.HasPrefix(line, "fw 8") {
		t.Fatalf("%q, %v", line, err)
	}
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403})
	if line, err := bar.ReadString('\n'); err != nil || line != "fw ?\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// The same without an account id: which account it is has to be asked first.
func TestWatchingWithoutAnAccountWaitsForTheEndOfAnOutage(t *testing.T) {
	t.Parallel()
	sim, env := serve(t, simaccount.Options{})
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, "CLOUDFLARE_ACCOUNT_ID=") })
	sim.Fault(simaccount.Fault{Path: "/accounts", Kind: simaccount.FaultStatus, Status: 503, Times: 3})
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	defer func() { stop(); _, _ = io.Copy(io.Discard, read) }() // until the program has ended
	go func() {
		cli.Main(ctx, []string{"status", "--watch", "--refresh", "5s", "-o", "line"},
			cli.IO{In: strings.NewReader(""), Out: write, Err: io.Discard, Now: time.Now, Environ: append(newShell(t).env, env...)})
		_ = write.Close()
	}()
	bar := bufio.NewReader(read)
	for _, want := range []string{"fw ?\n", "fw 8"} {
		if line, err := bar.ReadString('\n'); err != nil || !strings.HasPrefix(line, want) {
			t.Fatalf("%q, %v; want %q", line, err, want)
		}
	}
}
