package keystore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// freeWait is how long a call that was interrupted may take to come back before the keyring is given up.
const freeWait = time.Second

// guard lets one keyring call run at a time and never waits for it longer than it is told: the keyring library has no
// time limits, mixes up the answers of two prompts, and can panic.
type guard struct {
	turn    chan struct{}
	latched atomic.Bool
}

func newGuard() *guard { return &guard{turn: make(chan struct{}, 1)} }

// processGuard serves the operating system's keyring: the library under it shares one connection in the whole process.
var processGuard = newGuard()

// enter waits for the turn. After nil the caller must leave, or hand the turn to call.
func (g *guard) enter(ctx context.Context) error {
	if g.latched.Load() {
		return keyringUnavailable()
	}
	select {
	case g.turn <- struct{}{}:
		if g.latched.Load() {
			g.leave()
			return keyringUnavailable()
		}
		return nil
	case <-ctx.Done():
		if g.latched.Load() {
			return keyringUnavailable()
		}
		return keyringTimeout(ctx)
	}
}

func (g *guard) leave() { <-g.turn }

// answer is what a keyring call came back with.
type answer struct {
	text string
	err  error
}

// call runs op and gives the turn back when op has ended, even when that is after call has returned. A late answer is
// dropped: it never reaches whoever asks next. When ctx ends first, interrupt is called to free op.
func (g *guard) call(ctx context.Context, interrupt func(), op func() (string, error)) (string, error) {
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- answer{err: &Error{Reason: ErrKeyringFailed, What: "the keyring broke off", Do: chooseOther,
					Cause: fmt.Errorf("panic of type %T in the keyring library", p)}}
			}
		}()
		text, err := op()
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		g.leave()
		return a.text, a.err
	case <-ctx.Done():
		go g.free(done, interrupt)
		return "", keyringTimeout(ctx)
	}
}

// free interrupts a call and waits for it. One that does not come back holds the turn for ever: the keyring is then
// switched off for this process, so that nobody waits for that turn again.
func (g *guard) free(done <-chan answer, interrupt func()) {
	go interrupt()
	timer := time.NewTimer(freeWait)
	defer timer.Stop()
	select {
	case <-done:
		g.leave()
	case <-timer.C:
		g.latched.Store(true)
	}
}

const chooseOther = "try again, or choose another store"

func keyringTimeout(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		return &Error{Reason: context.Canceled, What: "the keyring call was cancelled", Cause: cause}
	}
	return &Error{Reason: ErrKeyringTimeout, Do: chooseOther, Cause: cause}
}

func keyringUnavailable() error {
	return &Error{Reason: ErrKeyringUnavailable, What: "the keyring hangs and is switched off until the next start",
		Do: "choose another store"}
}
