// Package handover hands what a recorder knows of an account to the screens beside it, read-only and over a Unix socket: the rows that
// it has read, the history and what is muted. No secret goes over it.
package handover

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/mute"
	"flarewire/internal/secret"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
)

// prefix begins every address: another form of the answers has another one, and programs of two versions know nothing of each other.
const prefix = "/1"

// Account is what is handed over of an account.
type Account struct {
	ID      string
	Store   *store.Store
	History *store.History
	Mutes   string // the file
}

// Path is where the recorder of a history has its socket below the state folder: only the user can reach it.
func Path(stateDir, history string) string {
	sum := sha256.Sum256([]byte(history))
	return filepath.Join(stateDir, "recorder", hex.EncodeToString(sum[:8])+".sock")
}

// Shared is where a recorder of the machine has its socket in a directory that others can reach.
func Shared(dir, account string) string { return filepath.Join(dir, url.QueryEscape(account)+".sock") }

// maxPath is how long the path of a socket may be: sun_path has 104 bytes on the smallest system.
const maxPath = 103

// Listen opens the socket. With group it is open to the members of the directory's group, else to the user alone, and its directory is
// made.
func Listen(path string, group bool) (net.Listener, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("the path of the socket %s is longer than the system allows", path)
	}
	mode := os.FileMode(0o600)
	if group {
		mode = 0o660
	} else if err := statefile.PrivateDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("somebody answers at the socket %s already", path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		_ = os.Remove(path) // of one that was killed
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if group {
		err = toGroupOf(path, filepath.Dir(path))
	}
	if err := errors.Join(err, os.Chmod(path, mode)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Serve answers until end is called.
func Serve(l net.Listener, a Account) (end func()) {
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	return func() {
		_ = server.Close()
		<-done
	}
}

func (a Account) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix+"/rows", a.rows)
	mux.HandleFunc("GET "+prefix+"/history", func(w http.ResponseWriter, _ *http.Request) {
		text, err := a.History.Text()
		if err != nil {
			http.Error(w, "the history cannot be read", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(text)
	})
	mux.HandleFunc("GET "+prefix+"/mutes", func(w http.ResponseWriter, _ *http.Request) {
		l, err := mute.Open(a.Mutes)
		if err != nil {
			http.Error(w, "what is muted cannot be read", http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(l.Active(a.Store.Now()))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("account") != a.ID {
			http.Error(w, "another account is watched here", http.StatusNotFound)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (a Account) rows(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	wanted := store.ParseNeeds(q.Get("of"))
	after, err := time.Parse(time.RFC3339Nano, q.Get("after"))
	since, err2 := time.Parse(time.RFC3339Nano, q.Get("since"))
	if len(wanted) != 1 || err != nil || err2 != nil {
		http.Error(w, "of, after and since are needed", http.StatusBadRequest)
		return
	}
	h, known := a.Store.Hand(wanted[0], after, since)
	if !known {
		http.Error(w, "not known", http.StatusNotFound)
		return
	}
	mask(h.Rows)
	mask(h.IPsec)
	_ = json.NewEncoder(w).Encode(h)
}

// mask puts a mask in the place of secrets: whoever changes an object reads it first.
func mask(rows []json.RawMessage) {
	for i, row := range rows {
		if secret.MayHold(row) {
			rows[i] = journal.Mask(row)
		}
	}
}
