package keystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"flarewire/internal/secret"
)

const (
	// commandLimit is how long a token command may run.
	commandLimit = 10 * time.Second
	// interactiveLimit is for one that asks the user for something.
	interactiveLimit = 2 * time.Minute
	// pipeWait is how long to wait for the pipes once the command has ended: a process it left behind may hold them.
	pipeWait = 500 * time.Millisecond
	// outputLimit is the most bytes read of its standard output, and of its standard error.
	outputLimit = 4 << 10
)

// Commands runs the profiles' token commands and keeps what they printed in memory, until it expires or Forget. The zero
// Commands is ready.
type Commands struct {
	mu   sync.Mutex
	kept map[string]keptToken
	// now is the clock; nil is time.Now.
	now func() time.Time
}

type keptToken struct {
	command    string
	credential Credential
}

// Get returns the token that the profile's command prints, running it if need be. An interactive command that has not
// run yet gives ErrNeedsTerminal: see Resolver.InteractiveCommand.
func (c *Commands) Get(ctx context.Context, p Profile) (Credential, error) {
	if credential, ok := c.cached(p); ok {
		return credential, nil
	}
	if p.Interactive {
		return Credential{}, &Error{Reason: ErrNeedsTerminal,
			What: "the token command of profile " + p.Name + " asks for something and needs the terminal",
			Do:   "start flarewire on a terminal, or set interactive = false"}
	}
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := command(ctx, p)
	ownGroup(cmd)
	var stdout, stderr capped
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	return c.finish(ctx, p, cmd.Run(), &stdout, &stderr)
}

// Forget drops the kept token of a profile, after the API has refused it: the next Get runs the command again.
func (c *Commands) Forget(profile string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, profile)
}

func (c *Commands) cached(p Profile) (Credential, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.kept[p.Name]
	if !ok || kept.command != commandKey(p) || kept.credential.ExpiresWithin(0, c.clock()) {
		return Credential{}, false
	}
	return kept.credential, true
}

func (c *Commands) clock() time.Time {
	if c.now == nil {
		return time.Now()
	}
	return c.now()
}

func commandKey(p Profile) string { return strings.Join(p.TokenCommand, "\x00") }

// command is the profile's command: no shell, nothing to read, and none of our own credentials in its environment.
func command(ctx context.Context, p Profile) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.TokenCommand[0], p.TokenCommand[1:]...)
	cmd.Env = ChildEnviron(os.Environ())
	cmd.WaitDelay = pipeWait
	return cmd
}

// finish makes a credential of what a command printed, or an error of how it ended.
func (c *Commands) finish(ctx context.Context, p Profile, err error, stdout, stderr *capped) (Credential, error) {
	program := "the token command of profile " + p.Name
	said := clean(longWords().ReplaceAllLiteralString(stderr.String(), secret.Mask))
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return Credential{}, &Error{Reason: context.Canceled, What: program + " was cancelled"}
	case ctx.Err() != nil:
		return Credential{}, &Error{Reason: ErrCommandTimeout, What: program + " did not end in time and was stopped",
			Do: "run it by hand to see what it waits for" + quoted(said)}
	case stdout.over:
		return Credential{}, &Error{Reason: ErrCommandOutput, What: program + " printed more than 4 KiB",
			Do: "it must print the token alone"}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return Credential{}, &Error{Reason: ErrCommandFailed, What: program + " failed (" + ending(err) + ")",
			Do: "run it by hand to see why" + quoted(said)}
	}
	credential, err := parseToken(stdout.String())
	if err == nil && credential.ExpiresWithin(0, c.clock()) {
		err = &Error{Reason: ErrExpired, What: "the token has expired"}
	}
	if err != nil {
		return Credential{}, &Error{Reason: ErrCommandOutput, What: program + " printed no usable token (" + err.Error() + ")",
			Do: `it must print the token alone, or {"token": "...", "expires_at": "..."}`, Cause: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]keptToken{}
	}
	c.kept[p.Name] = keptToken{commandKey(p), credential}
	return credential, nil
}

// ending says how a command failed without repeating its arguments, which may name secrets' places.
func ending(err error) string {
	exit := (*exec.ExitError)(nil)
	switch {
	case errors.As(err, &exit):
		return exit.String()
	case errors.Is(err, exec.ErrNotFound):
		return "there is no such program"
	case errors.Is(err, os.ErrPermission):
		return "it may not be run"
	}
	return "it could not be started"
}

func quoted(said string) string {
	if said == "" {
		return ""
	}
	return `; it said: "` + said + `"`
}

// longWords finds what could be a secret of any kind in a program's message: it may print the very token, in a format
// that is not Cloudflare's, and fail.
var longWords = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9_-]{32,}`) })

// clean makes a program's message one short line without terminal commands.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	const longest = 300
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// parseToken reads a bare token or the JSON form. The JSON error is dropped: it may quote the text.
func parseToken(text string) (Credential, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		return NewToken(text)
	}
	var form struct {
		Token     string    `json:"token"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := json.Unmarshal([]byte(text), &form); err != nil {
		return Credential{}, malformed("the JSON cannot be read")
	}
	credential, err := NewToken(form.Token)
	credential.ExpiresOn = form.ExpiresAt
	return credential, err
}

// capped keeps the first bytes of an output and refuses the rest, which ends a command that prints without end. The
// buffer is not embedded: its ReadFrom would be used instead of Write.
type capped struct {
	kept bytes.Buffer
	over bool
}

// Write fails once outputLimit is passed.
func (c *capped) Write(p []byte) (int, error) {
	room := outputLimit - c.kept.Len()
	if len(p) <= room {
		return c.kept.Write(p)
	}
	c.over = true
	_, _ = c.kept.Write(p[:room])
	return room, io.ErrShortWrite
}

// String returns what was kept.
func (c *capped) String() string { return c.kept.String() }

// InteractiveCommand is a token command that has the terminal to itself while it runs. It has the methods that a
// terminal UI needs to release the terminal around it.
type InteractiveCommand struct {
	commands *Commands
	profile  Profile
	ctx      context.Context
	stdin    io.Reader
	stderr   io.Writer
}

// InteractiveCommand prepares the token command of a profile for which Resolve gave ErrNeedsTerminal; Run runs it, and
// Resolve then finds the token in memory. It is stopped after two minutes, or with ctx.
func (r *Resolver) InteractiveCommand(ctx context.Context, profile string) (*InteractiveCommand, error) {
	p, err := r.Config.Profile(profile)
	if err != nil {
		return nil, err
	}
	if len(p.TokenCommand) == 0 {
		return nil, &Error{Reason: ErrNotFound, What: "profile " + profile + " has no token command", Do: "sign in again"}
	}
	if err := r.Config.checkCommands(); err != nil {
		return nil, err
	}
	return &InteractiveCommand{commands: r.Commands, profile: p, ctx: ctx, stdin: os.Stdin, stderr: os.Stderr}, nil
}

// SetStdin gives the command what it reads from: the terminal.
func (i *InteractiveCommand) SetStdin(r io.Reader) { i.stdin = r }

// SetStderr gives the command what it shows its questions on.
func (i *InteractiveCommand) SetStderr(w io.Writer) { i.stderr = w }

// SetStdout does nothing: the command's output is the token, which is shown to nobody.
func (i *InteractiveCommand) SetStdout(io.Writer) {}

// Run runs the command and waits for it.
func (i *InteractiveCommand) Run() error {
	ctx, cancel := context.WithTimeout(i.ctx, interactiveLimit)
	defer cancel()
	cmd := command(ctx, i.profile)
	var stdout, said capped
	cmd.Stdin, cmd.Stdout, cmd.Stderr = i.stdin, &stdout, i.stderr
	_, err := i.commands.finish(ctx, i.profile, cmd.Run(), &stdout, &said)
	return err
}
