// Package share keeps what is used of a credential's requests in a small file that all programs of one operating-system user
// have in common: Cloudflare counts per credential, over all accounts and programs.
package share

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"sync"

	"flarewire/api"
)

// Folder is a folder with a file for each credential. It is safe for concurrent use.
type Folder struct {
	path   string
	limits api.Limits
	mu     sync.Mutex
	shares map[string]api.Share
}

// In returns the shares that are kept in a folder, which is made when it is needed. Without an absolute path they are kept in
// memory.
func In(path string, limits api.Limits) *Folder {
	return &Folder{path: path, limits: limits, shares: make(map[string]api.Share)}
}

// ShareOf returns the share of a credential at an address of the API; "" = api.DefaultBaseURL. The same credential always gets the
// same share.
func (f *Folder) ShareOf(c api.Credentials, baseURL string) api.Share {
	name := name(c, baseURL)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shares[name] == nil {
		f.shares[name] = f.open(name)
	}
	return f.shares[name]
}

func (f *Folder) open(name string) api.Share {
	if !filepath.IsAbs(f.path) {
		return api.NewShare(f.limits)
	}
	return newFile(filepath.Join(f.path, name), f.limits, patience)
}

// nameLength is that of a file's name: 128 bits of the hash.
const nameLength = 32

// name is how the credential's file is called. Tokens and global keys are random and long, so that their hash neither reveals
// them nor is of use to try guesses; the prefix keeps it from being comparable with hashes of the same value elsewhere.
//
// Cloudflare counts all tokens of one user together. Which user a token belongs to is not known without asking, and with most
// tokens not to be learned at all; so each token is a credential of its own here, and one user with four of them in use at the
// same time can use up what Cloudflare allows.
func name(c api.Credentials, baseURL string) string {
	value := "token\x00" + c.Token.Reveal()
	if c.Token.IsZero() {
		value = "key\x00" + c.Key.Reveal()
	}
	address := strings.TrimRight(cmp.Or(baseURL, api.DefaultBaseURL), "/")
	sum := sha256.Sum256([]byte("flarewire request budget\x00" + address + "\x00" + value))
	return hex.EncodeToString(sum[:])[:nameLength]
}
