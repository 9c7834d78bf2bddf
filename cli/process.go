package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"flarewire/internal/secret"
	"flarewire/keystore"
)

// Process runs the program as the operating system started it and returns its exit code. It closes the process's memory
// to others before anything else, takes the secrets out of the environment, and puts a net under all that is written to
// standard error, crashes included.
func Process(ctx context.Context, args []string) int {
	hardening := keystore.Harden()
	x := OS()
	env := keystore.TakeEnvironment()
	x.Credentials, x.Redactor, x.Prompt = &env, &secret.Redactor{}, os.Stderr
	x.Redactor.Add(env.Secrets()...)
	// The screen library writes a panic's own text to a file when this is set.
	_ = os.Unsetenv("TEA_DEBUG")
	x.Environ = os.Environ()
	flush := netUnderStderr(&x)
	defer flush()
	if err := keystore.CheckGODEBUG(os.Getenv("GODEBUG")); err != nil {
		fmt.Fprintln(x.Err, "flarewire: "+err.Error())
		return exitUsage
	}
	if hardening != nil {
		fmt.Fprintf(x.Err, "flarewire: other programs of this user could read this one's memory: %v\n", hardening)
	}
	return guarded(ctx, args, x)
}

// netUnderStderr replaces standard error by a pipe whose text is passed on with the secrets replaced. The screen library
// reports a panic there, too. What the Go runtime itself prints when it gives up does not pass: it holds addresses and our
// own words, no values.
func netUnderStderr(x *IO) (flush func()) {
	read, write, err := os.Pipe()
	if err != nil {
		x.Err = x.Redactor.Writer(os.Stderr)
		return func() {}
	}
	real := os.Stderr
	os.Stderr, x.Err = write, write
	done := make(chan struct{})
	go func() {
		defer close(done)
		net := x.Redactor.Writer(real)
		_, _ = io.Copy(net, read)
		_ = net.Close()
	}()
	return func() {
		_ = write.Close()
		<-done
		os.Stderr = real
	}
}

// guarded turns a panic into one sentence and its stack, both through the net.
func guarded(ctx context.Context, args []string, x IO) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(x.Err, "flarewire stopped by a fault of its own: %v\n%s", p, debug.Stack())
			code = exitFailed
		}
	}()
	return Main(ctx, args, x)
}

// OS is the real outside world.
func OS() IO {
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Now: time.Now}
}
