// Package record watches an account while nobody looks: it has the store read what is due, so that the history goes on, and tells
// a command what happened.
package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"flarewire/internal/statefile"
	"flarewire/internal/store"
)

// minWait keeps what is due again and again from turning into a loop.
const minWait = 100 * time.Millisecond

// Watch has the overview of an account read until ctx ends, each kind by itself, and calls after whenever something was read, here or by
// another program that shares the history. It returns when the last read has ended.
func Watch(ctx context.Context, s *store.Store, after func()) {
	s.ReadAlways(store.Overview()...)
	landed := make(chan struct{}, 1)
	var reads sync.WaitGroup
	defer reads.Wait()
	for ctx.Err() == nil {
		for _, job := range s.Due() {
			reads.Go(func() {
				s.Do(ctx, job)
				s.RereadHistory()
				after()
				select {
				case landed <- struct{}{}:
				default:
				}
			})
		}
		var due <-chan time.Time
		var timer *time.Timer
		if at := s.NextDue(); !at.IsZero() {
			timer = time.NewTimer(max(at.Sub(s.Now()), minWait))
			due = timer.C
		}
		select {
		case <-ctx.Done():
		case <-landed:
		case <-due:
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// ErrRunning is the error of Claim when another recorder watches the account.
var ErrRunning = errors.New("another recorder watches this account")

// Claim makes this process the one recorder of the history at path, until release; a process that ends releases it, however it ends.
// Where another one is, the error says who.
func Claim(path string, now time.Time) (release func(), err error) {
	if err := statefile.PrivateDir(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("the state folder cannot be used: %w", err)
	}
	path += ".recorder"
	f, err := statefile.OpenLocked(path, 0)
	if errors.Is(err, statefile.ErrLocked) {
		return nil, fmt.Errorf("%w%s", ErrRunning, holder(path))
	}
	if err != nil {
		return nil, fmt.Errorf("the recorder's lock cannot be used: %w", err)
	}
	who := fmt.Sprintf("process %d since %s\n", os.Getpid(), now.UTC().Format("2006-01-02 15:04:05 UTC"))
	if err := errors.Join(f.Truncate(0), write(f, who)); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("the recorder's lock cannot be written: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

func write(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// holder is who holds a lock, as the end of a sentence.
func holder(path string) string {
	f, err := statefile.Open(path, os.O_RDONLY|statefile.NoFollow, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	text, _ := io.ReadAll(io.LimitReader(f, 200))
	if who := strings.TrimSpace(string(text)); strings.HasPrefix(who, "process ") {
		return ": " + strings.ToValidUTF8(who, "?")
	}
	return ""
}
