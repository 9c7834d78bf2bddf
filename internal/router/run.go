package router

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// outputLimit is the most that is read of a command's output, and of its standard error.
	outputLimit = 1 << 20
	// saidLimit is how much of standard error is shown.
	saidLimit = 400
	// pipeWait is how long to wait for the pipes once the command has ended: a process it left behind may hold them.
	pipeWait = 500 * time.Millisecond
)

// Run is one command that was run for a tunnel, and what it printed.
type Run struct {
	Name    string // of the command
	How     Format
	Args    []string
	Text    string // cleaned, whole lines when it was cut, without keys and passwords
	Trouble string // why there is no text, or not all of it; "" for none
	Unread  bool   // nothing in the text was understood: it is only shown
	Took    time.Duration

	raw string // the text with keys and passwords, until it is read
}

// Runner runs commands.
type Runner struct {
	// Environ is the environment that the commands' is made from, as os.Environ gives it.
	Environ []string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Environment is what a command gets of an environment: none of the program's own settings and none of Cloudflare's credentials. ssh is
// told
// not to open a window for a password.
func Environment(environ []string) []string {
	out := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		name = strings.ToUpper(name)
		return strings.HasPrefix(name, "CLOUDFLARE_") || strings.HasPrefix(name, "FLAREWIRE_") || strings.HasPrefix(name, "CF_API_") ||
			name == "CF_EMAIL" || name == "CREDENTIALS_DIRECTORY" || name == "SSH_ASKPASS_REQUIRE"
	})
	return append(out, "SSH_ASKPASS_REQUIRE=never")
}

func (r Runner) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// Do runs one command for a tunnel: without a shell, without a terminal, with nothing to read, in a session and process group of its own,
// which ends with it. It is stopped when it prints too much or takes too long.
func (r Runner) Do(ctx context.Context, c Command, t Target) Run {
	run := Run{Name: c.Name, How: c.How()}
	args, err := c.Fill(t)
	if err != nil {
		run.Trouble = err.Error()
		return run
	}
	run.Args = args
	limit, err := c.limit()
	if err != nil {
		limit = DefaultLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	stop := sync.OnceFunc(cancel)
	out, said := &capped{over: stop}, &capped{over: stop}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the user's own command, and values that Fill has checked
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = Environment(r.Environ), out, said, pipeWait
	apart(cmd)
	err = cmd.Run()
	endGroup(cmd)
	run.Took = time.Since(began)
	run.raw = Clean(out.text())
	run.Text = Masked(run.raw)
	run.Trouble = trouble(ctx, err, limit, out, Masked(Clean(said.text())))
	return run
}

// trouble says why the output is not all that the router has to say; "" when it is.
func trouble(ctx context.Context, err error, limit time.Duration, out *capped, said string) string {
	if said = strings.Join(strings.Fields(said), " "); len(said) > saidLimit {
		said = said[:saidLimit] + "…"
	}
	if said != "" {
		said = "; it said: " + strings.ToValidUTF8(said, "")
	}
	exit := (*exec.ExitError)(nil)
	switch {
	case out.cut():
		return "it printed more than 1 MiB and was stopped"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("it did not end within %s and was stopped%s", limit, said)
	case ctx.Err() != nil:
		return "it was stopped" + said
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return ""
	case errors.As(err, &exit) && exit.ExitCode() == 255:
		return "it ended with exit code 255, as ssh does when it cannot connect or sign in" + said
	case errors.As(err, &exit):
		return "it ended with " + exit.String() + said
	case errors.Is(err, exec.ErrNotFound):
		return "there is no such program"
	case errors.Is(err, os.ErrPermission):
		return "the program may not be run"
	}
	return "it could not be started"
}

// Ask runs all commands whose output is read, one after another, and reads it. What could not be had is said in the runs.
func (r Runner) Ask(ctx context.Context, commands []Command, t Target) Reading {
	reading := Reading{Target: t}
	for _, c := range commands {
		run := r.Do(ctx, c, t)
		reading.Take(run)
		if ctx.Err() != nil {
			break
		}
	}
	reading.At = r.now()
	return reading
}

// capped keeps the first bytes of an output. The buffer is not embedded: its ReadFrom would be used instead of Write.
type capped struct {
	mu   sync.Mutex
	kept bytes.Buffer
	full bool
	over func()
}

// Write keeps what there is room for, and has the command stopped by the rest.
func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := outputLimit - c.kept.Len()
	if len(p) <= room {
		return c.kept.Write(p)
	}
	c.full = true
	_, _ = c.kept.Write(p[:room])
	c.over()
	return room, io.ErrShortWrite
}

func (c *capped) cut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.full
}

// text is what was kept; of what was cut the last line is left out.
func (c *capped) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.kept.String()
	if at := strings.LastIndexByte(text, '\n'); c.full && at >= 0 {
		return text[:at+1]
	}
	return text
}
