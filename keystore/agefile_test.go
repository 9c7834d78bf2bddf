package keystore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"flarewire/internal/secret"
	"flarewire/keystore"
)

func passphrase(text string) keystore.Access { return keystore.Access{Passphrase: secret.New(text)} }

// savedAge returns an age store with a credential for prod, whose passphrase is "correct horse".
func savedAge(t *testing.T) (*keystore.AgeFile, string) {
	t.Helper()
	store := keystore.NewQuickAgeFileForTest(filepath.Join(t.TempDir(), "state", "flarewire", "credentials"))
	if err := store.Set(t.Context(), "prod", mustToken(t, canaryText), passphrase("correct horse")); err != nil {
		t.Fatal(err)
	}
	return store, store.Path("prod")
}

func TestAgeFileIsEncryptedAndOurs(t *testing.T) {
	store := keystore.NewAgeFile(filepath.Join(t.TempDir(), "state", "flarewire", "credentials"))
	path := store.Path("prod")
	if err := store.Set(t.Context(), "prod", mustToken(t, canaryText), passphrase("correct horse")); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		wantModes(t, path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte(canaryText)) || !bytes.Contains(content, []byte(" 17\n")) {
		t.Error("the file is not encrypted with work factor 17")
	}
}

func TestAgeFileRoundTrip(t *testing.T) {
	store, _ := savedAge(t)
	got, err := store.Get(t.Context(), "prod", passphrase("correct horse"))
	if err != nil || got.Token.Reveal() != canaryText {
		t.Errorf("another credential came back, error %v", err)
	}
	if _, err := store.Get(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrPassphraseNeeded) {
		t.Errorf("without a passphrase: %v", err)
	}
	if _, err := store.Get(t.Context(), "prod", passphrase("wrong")); !errors.Is(err, keystore.ErrWrongPassphrase) {
		t.Errorf("with a wrong passphrase: %v", err)
	}
	if _, err := store.Get(t.Context(), "lab", passphrase("correct horse")); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("another profile: %v", err)
	}
	if err := store.Delete(t.Context(), "prod", keystore.Access{}); err != nil || store.Has("prod") {
		t.Errorf("Delete: %v", err)
	}
	if err := store.Delete(t.Context(), "prod", keystore.Access{}); err != nil {
		t.Errorf("deleting nothing: %v", err)
	}
}

func TestAgeFileThatWasTamperedWithIsRefused(t *testing.T) {
	store, path := savedAge(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-5] ^= 1
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"cut off":     {whole[:len(whole)-10], keystore.ErrDamaged},
		"cut to head": {whole[:30], keystore.ErrDamaged},
		"empty":       {nil, keystore.ErrDamaged},
		"one bit":     {flipped, keystore.ErrDamaged},
		"plain text":  {[]byte(canaryText), keystore.ErrDamaged},
		"costly":      {bytes.Replace(whole, []byte(" 10\n"), []byte(" 21\n"), 1), keystore.ErrWorkFactor},
		"very costly": {bytes.Replace(whole, []byte(" 10\n"), []byte(" 99999999999999999999\n"), 1), keystore.ErrWorkFactor},
		"for a key":   {encryptedForAKey(t), keystore.ErrDamaged},
		"huge":        {bytes.Repeat([]byte("x"), 1<<20), keystore.ErrFile},
	} {
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := store.Get(t.Context(), "prod", passphrase("correct horse"))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), canaryText) {
			t.Errorf("%s: the error shows the secret", name)
		}
	}
}

func encryptedForAKey(t *testing.T) []byte {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writer, err := age.Encrypt(&out, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = writer.Write([]byte("{}"))
	_ = writer.Close()
	return out.Bytes()
}

// TestUnsafeFilesAreRefused: for age files and for the config of a token command, with the command that cures it.
func TestUnsafeFilesAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for name, c := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"file, group":      {func(path string) error { return os.Chmod(path, 0o620) }, "chmod go-w '"},
		"file, world":      {func(path string) error { return os.Chmod(path, 0o602) }, "chmod go-w '"},
		"directory, group": {func(path string) error { return os.Chmod(filepath.Dir(path), 0o770) }, "chmod go-w '"},
		"file, link":       {replaceByLink, "symbolic link"},
		"directory, link":  {func(path string) error { return replaceByLink(filepath.Dir(path)) }, "symbolic link"},
		"another owner": {func(path string) error {
			if os.Getuid() != 0 {
				return errors.ErrUnsupported
			}
			return os.Chown(path, 65534, 65534)
		}, "chown"},
	} {
		t.Run(name, func(t *testing.T) {
			store, agePath := savedAge(t)
			config := configFile(t, "version = 1\ndefault = \"prod\"\n[profiles.prod]\ntoken_command = [\"echo\", \"token\"]\n")
			for _, path := range []string{agePath, config} {
				if err := c.spoil(path); errors.Is(err, errors.ErrUnsupported) {
					t.Skip("only root can give files away")
				} else if err != nil {
					t.Fatal(err)
				}
			}
			_, err := store.Get(t.Context(), "prod", passphrase("correct horse"))
			wantUnsafe(t, err, c.want)
			resolver := &keystore.Resolver{Config: loadConfig(t, config), Commands: &keystore.Commands{}}
			_, err = resolver.Resolve(t.Context(), keystore.Request{})
			wantUnsafe(t, err, c.want)
		})
	}
}

func wantUnsafe(t *testing.T, err error, want string) {
	t.Helper()
	if !errors.Is(err, keystore.ErrUnsafeFile) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func replaceByLink(path string) error {
	moved := path + ".moved"
	if err := os.Rename(path, moved); err != nil {
		return err
	}
	return os.Symlink(moved, path)
}

func TestAgeFileIsNotKeptWhereItWouldBeRefused(t *testing.T) {
	real, dir := t.TempDir(), filepath.Join(t.TempDir(), "credentials")
	if err := os.Symlink(real, dir); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	store := keystore.NewQuickAgeFileForTest(dir)
	err := store.Set(t.Context(), "prod", mustToken(t, canaryText), passphrase("correct horse"))
	if !errors.Is(err, keystore.ErrUnsafeFile) || store.Has("prod") {
		t.Errorf("got %v", err)
	}
}

func TestAgeFileSaysWhyItIsNotThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, available := range map[string]bool{
		filepath.Join(t.TempDir(), "not", "made", "yet"): true,
		filepath.Join(file, "below"):                     false,
		".local/state":                                   false,
	} {
		if row := keystore.NewAgeFile(dir).Check(t.Context()); row.Available != available || row.Reason == "" {
			t.Errorf("%s: %+v", dir, row)
		}
	}
}

func TestTooLargeACredentialIsRefused(t *testing.T) {
	credential := mustToken(t, strings.Repeat("x", 1990))
	stores := []keystore.Store{
		keystore.NewKeyringOn(&countingBackend{}, keystore.Environment{}), keystore.NewAgeFile(t.TempDir()), &keystore.Memory{},
	}
	for _, store := range stores {
		if err := store.Set(t.Context(), "prod", credential, passphrase("x")); !errors.Is(err, keystore.ErrTooLarge) {
			t.Errorf("%s: %v", store.Kind(), err)
		}
	}
}
