package keystore_test

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"flarewire/keystore"
)

var allowedName = regexp.MustCompile(`\A[a-z0-9][a-z0-9._-]{0,31}\z`)

// countingBackend counts every call that reaches the operating system.
type countingBackend struct{ calls int }

func (c *countingBackend) Look(context.Context, string) (keystore.KeyringState, error) {
	c.calls++
	return keystore.KeyringState{}, nil
}
func (c *countingBackend) Get(string) (string, error) { c.calls++; return "", keystore.ErrNotFound }
func (c *countingBackend) Set(string, string) error   { c.calls++; return nil }
func (c *countingBackend) Delete(string) error        { c.calls++; return nil }
func (c *countingBackend) Interrupt()                 {}

func FuzzProfileName(f *testing.F) {
	for _, name := range []string{"prod", "a", "lab.eu-1_x", "", "Prod", "a:b", "a\nb", `a"b`, "../x", ".x", "-x", "ä",
		strings.Repeat("a", 32), strings.Repeat("a", 33), strings.Repeat("a", 1<<20), canaryText, "a b", "a\x00"} {
		f.Add(name)
	}
	dir := filepath.Join(f.TempDir(), "none")
	f.Fuzz(func(t *testing.T, name string) {
		err := keystore.CheckProfileName(name)
		if allowed := allowedName.MatchString(name); allowed != (err == nil) {
			t.Fatalf("allowed %v, but %v", allowed, err)
		}
		if err == nil {
			return
		}
		if len(err.Error()) > 200 {
			t.Error("the error repeats the name")
		}
		backend := &countingBackend{}
		stores := []keystore.Store{
			keystore.NewKeyringOn(backend, keystore.Environment{}), keystore.NewAgeFile(dir), &keystore.Memory{},
		}
		for _, store := range stores {
			_, get := store.Get(t.Context(), name, keystore.Access{})
			set := store.Set(t.Context(), name, mustToken(t, "token"), keystore.Access{})
			remove := store.Delete(t.Context(), name, keystore.Access{})
			for _, err := range []error{get, set, remove} {
				if !errors.Is(err, keystore.ErrProfileName) {
					t.Errorf("%s: %v", store.Kind(), err)
				}
			}
		}
		if backend.calls != 0 {
			t.Errorf("%d calls reached the keyring", backend.calls)
		}
	})
}
