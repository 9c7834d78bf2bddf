package keystore_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/keystore"
)

// stubborn is a keyring whose calls do what the test says.
type stubborn struct {
	state   keystore.KeyringState
	items   map[string]string
	block   chan struct{}
	panics  bool
	running atomic.Int32
	most    atomic.Int32
}

func (s *stubborn) Look(context.Context, string) (keystore.KeyringState, error) { return s.state, nil }

func (s *stubborn) Get(user string) (string, error) {
	s.most.Store(max(s.most.Load(), s.running.Add(1)))
	defer s.running.Add(-1)
	if s.panics {
		panic("secret inside: " + canaryText)
	}
	if s.block != nil {
		<-s.block
	}
	text, ok := s.items[user]
	if !ok {
		return "", keystore.ErrNotFound
	}
	return text, nil
}

func (s *stubborn) Set(user, value string) error { s.items[user] = value; return nil }
func (s *stubborn) Delete(user string) error     { delete(s.items, user); return nil }
func (s *stubborn) Interrupt()                   {}

// canaryText is unlike any other text, so that a search for it proves something.
const canaryText = "cfut_kL2mN4pQ6rS8tU0vW1xY3zA5bC7dE9fG2hJ4kM6nP8qR0sT"

func TestGuardGivesUpAKeyringThatCannotBeFreed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &stubborn{items: map[string]string{}, block: make(chan struct{})}
		keyring := keystore.NewKeyringOn(backend, keystore.Environment{})
		begin := time.Now()
		_, err := keyring.Get(t.Context(), "prod", keystore.Access{})
		if !errors.Is(err, keystore.ErrKeyringTimeout) || time.Since(begin) > 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		// The second call waits for its turn while the first is being freed, in vain.
		_, err = keyring.Get(t.Context(), "prod", keystore.Access{})
		if !errors.Is(err, keystore.ErrKeyringUnavailable) {
			t.Errorf("while the keyring is given up: %v", err)
		}
		begin = time.Now()
		if err := keyring.Delete(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrKeyringUnavailable) {
			t.Errorf("after it was given up: %v", err)
		}
		if row := keyring.Check(t.Context()); row.Available {
			t.Errorf("it is still offered: %+v", row)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("a keyring that was given up cost %v", took)
		}
		close(backend.block)
	})
}

func TestGuardLetsOneCallRunAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &stubborn{items: map[string]string{}, block: make(chan struct{})}
		keyring := keystore.NewKeyringOn(backend, keystore.Environment{})
		for range 20 {
			go func() { _, _ = keyring.Get(t.Context(), "prod", keystore.Access{}) }()
		}
		synctest.Wait()
		close(backend.block)
		synctest.Wait()
		if got := backend.most.Load(); got != 1 {
			t.Errorf("%d calls ran at once", got)
		}
	})
}

func TestGuardTurnsAPanicIntoAnError(t *testing.T) {
	keyring := keystore.NewKeyringOn(&stubborn{panics: true}, keystore.Environment{})
	for range 3 {
		_, err := keyring.Get(t.Context(), "prod", keystore.Access{})
		if !errors.Is(err, keystore.ErrKeyringFailed) {
			t.Fatal(err)
		}
		for each := err; each != nil; each = errors.Unwrap(each) {
			if strings.Contains(each.Error(), canaryText) {
				t.Error("the panic's text is in the error")
			}
		}
	}
}

func TestGuardWaitsAMinuteForAUserWhoTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &stubborn{items: map[string]string{}, state: keystore.KeyringState{Locked: true}}
		keyring := keystore.NewKeyringOn(backend, keystore.Environment{})
		asked := keystore.Access{AllowPrompt: true}
		if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), asked); err != nil {
			t.Fatal(err)
		}
		backend.block = make(chan struct{})
		go func() {
			time.Sleep(50 * time.Second)
			close(backend.block)
		}()
		if _, err := keyring.Get(t.Context(), "prod", asked); err != nil {
			t.Errorf("the user typed for 50 s: %v", err)
		}
	})
}

func TestGuardIsCancelledWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &stubborn{state: keystore.KeyringState{Unknown: true}, block: make(chan struct{})}
		keyring := keystore.NewKeyringOn(backend, keystore.Environment{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(5 * time.Second)
			cancel()
		}()
		_, err := keyring.Get(ctx, "prod", keystore.Access{AllowPrompt: true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(backend.block)
	})
}

func mustToken(t *testing.T, text string) keystore.Credential {
	t.Helper()
	credential, err := keystore.NewToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return credential
}
