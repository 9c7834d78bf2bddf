package keystore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"flarewire/internal/secret"
)

const (
	// ageWorkFactor is the log2 of scrypt's cost for files we write: 128 MiB and a quarter of a second. The library's
	// own 18 needs 256 MiB, too much on small jump hosts.
	ageWorkFactor = 17
	// ageMaxWorkFactor is the most accepted on reading: 1 GiB. A planted file must not exhaust the machine.
	ageMaxWorkFactor = 20
)

// AgeFile keeps each profile's credential in a file encrypted with a passphrase (age-encryption.org/v1, scrypt).
type AgeFile struct {
	dir        string
	workFactor int
}

// NewAgeFile returns the store in directory dir, which is made when it is first needed.
func NewAgeFile(dir string) *AgeFile { return &AgeFile{dir: dir, workFactor: ageWorkFactor} }

// Kind returns StoreAge.
func (a *AgeFile) Kind() StoreKind { return StoreAge }

// Path returns the file of a profile.
func (a *AgeFile) Path(profile string) string { return filepath.Join(a.dir, profile+".age") }

// Has reports whether the profile has a file, without opening it.
func (a *AgeFile) Has(profile string) bool {
	if CheckProfileName(profile) != nil {
		return false
	}
	_, err := os.Lstat(a.Path(profile))
	return err == nil
}

// Get opens the profile's file. Errors: ErrNotFound, ErrPassphraseNeeded, ErrWrongPassphrase, ErrWorkFactor, ErrDamaged,
// ErrUnsafeFile.
func (a *AgeFile) Get(_ context.Context, profile string, access Access) (Credential, error) {
	if err := CheckProfileName(profile); err != nil {
		return Credential{}, err
	}
	path := a.Path(profile)
	if !a.Has(profile) {
		return Credential{}, notFound(profile, "the age files")
	}
	if err := checkSafe(path); err != nil {
		return Credential{}, err
	}
	content, err := readFile(path)
	if err != nil {
		return Credential{}, err
	}
	if access.Passphrase.IsZero() {
		return Credential{}, passphraseNeeded()
	}
	text, err := decrypt(content, access.Passphrase)
	if err != nil {
		return Credential{}, err
	}
	return decode(text)
}

// Set writes the profile's file anew and reads it back.
func (a *AgeFile) Set(_ context.Context, profile string, credential Credential, access Access) error {
	if err := CheckProfileName(profile); err != nil {
		return err
	}
	text, err := encode(credential)
	if err != nil {
		return err
	}
	if access.Passphrase.IsZero() {
		return passphraseNeeded()
	}
	content, err := encrypt(text, access.Passphrase, a.workFactor)
	if err != nil {
		return err
	}
	path := a.Path(profile)
	if err := writeFile(path, content); err != nil {
		return err
	}
	if err := checkSafe(path); err != nil {
		// A file that Get would refuse is not kept.
		return errors.Join(err, os.Remove(path))
	}
	if kept, err := readFile(path); err != nil || !bytes.Equal(kept, content) {
		return &Error{Reason: ErrNotSaved, What: "the age file was not written whole", Do: chooseOther, Cause: err}
	}
	return nil
}

// Delete removes the profile's file and verifies that it is gone.
func (a *AgeFile) Delete(_ context.Context, profile string, _ Access) error {
	if err := CheckProfileName(profile); err != nil {
		return err
	}
	path := a.Path(profile)
	err := os.Remove(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || a.Has(profile) {
		return &Error{Reason: ErrNotDeleted, What: path + " could not be deleted", Do: "delete it by hand", Cause: err}
	}
	return nil
}

// Check says whether files could be kept in the directory.
func (a *AgeFile) Check(context.Context) Availability {
	result := Availability{Kind: StoreAge, Title: "encrypted file", Available: true,
		Reason: "encrypted with a passphrase that you type at every start; kept in " + a.dir}
	existing := a.dir
	for {
		info, err := os.Stat(existing)
		if err == nil && !info.IsDir() {
			result.Available, result.Reason = false, existing+" is not a directory"
			return result
		}
		if err == nil || existing == filepath.Dir(existing) {
			break
		}
		existing = filepath.Dir(existing)
	}
	if !filepath.IsAbs(a.dir) {
		result.Available, result.Reason = false, "no home directory is known: set HOME or XDG_STATE_HOME"
	} else if !writable(existing) {
		result.Available, result.Reason = false, existing+" cannot be written to"
	}
	return result
}

func passphraseNeeded() error {
	return &Error{Reason: ErrPassphraseNeeded, Do: "start flarewire on a terminal and type it, or use CLOUDFLARE_API_TOKEN"}
}

func encrypt(text string, passphrase secret.Value, workFactor int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return nil, &Error{Reason: ErrNotSaved, What: "the passphrase cannot be used", Do: "choose another", Cause: err}
	}
	recipient.SetWorkFactor(workFactor)
	var out bytes.Buffer
	writer, err := age.Encrypt(&out, recipient)
	if err == nil {
		_, err = io.WriteString(writer, text)
		err = errors.Join(err, writer.Close())
	}
	if err != nil {
		return nil, &Error{Reason: ErrNotSaved, What: "the credential could not be encrypted", Do: chooseOther, Cause: err}
	}
	return out.Bytes(), nil
}

func decrypt(content []byte, passphrase secret.Value) (string, error) {
	if workFactor(content) > ageMaxWorkFactor {
		return "", &Error{Reason: ErrWorkFactor, Do: "it was not written by flarewire; sign in again to replace it"}
	}
	identity, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return "", passphraseNeeded()
	}
	identity.SetMaxWorkFactor(ageMaxWorkFactor)
	reader, err := age.Decrypt(bytes.NewReader(content), identity)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) && slices.Contains(wrong.StanzaTypes, "scrypt") {
		return "", &Error{Reason: ErrWrongPassphrase, Do: "type it again"}
	}
	if err != nil {
		return "", damaged("the age file cannot be read")
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		return "", damaged("the age file was cut off or changed")
	}
	return string(text), nil
}

// workFactor reads the cost from the header's line "-> scrypt SALT COST"; 0 when there is none. The library refuses a
// high one too, with an error that has no type.
func workFactor(content []byte) int {
	for line := range strings.Lines(string(content)) {
		if words := strings.Fields(line); len(words) == 4 && words[0] == "->" && words[1] == "scrypt" {
			cost, err := strconv.Atoi(words[3])
			if err != nil {
				return ageMaxWorkFactor + 1
			}
			return cost
		}
	}
	return 0
}
