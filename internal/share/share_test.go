package share

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/statefile"
)

const (
	canary = "cfut_Zq7canaryCANARYcanary0123456789abcdefghij"
	window = 5 * time.Minute
)

var limits = api.LimitsOf(api.DefaultBudget)

func token(value string) api.Credentials { return api.Credentials{Token: api.NewSecret(value)} }

// patient is a share whose file is waited for however busy the machine is.
func patient(path string) *file { return newFile(path, limits, time.Minute) }

// takeAll takes until it is refused.
func takeAll(t *testing.T, s api.Share, ask api.Ask) (granted int) {
	t.Helper()
	for ; s.Take(ask).Granted(); granted++ {
		if granted > 2*api.DefaultBudget {
			t.Fatal("there is no limit")
		}
	}
	return granted
}

// TestProgramsOfOneUserShareACredential, whatever account they work on, and a restarted one knows what was used before.
func TestProgramsOfOneUserShareACredential(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "share")
	now := time.Unix(1_700_000_000, 0)
	for range 5 { // each is a program that ends again
		s := In(dir, limits).ShareOf(token(canary), "")
		for range 30 {
			if !s.Take(api.Ask{Now: now}).Granted() {
				t.Fatal("refused within the share")
			}
		}
	}
	s := In(dir, limits).ShareOf(token(canary), api.DefaultBaseURL+"/")
	want := api.Allowance{Used: 150, Share: 300, Reserve: 45}
	if b := s.Budget(now); b.REST != want || b.GraphQL != (api.Allowance{Share: 75, Reserve: 11}) || b.Unshared != nil {
		t.Errorf("%+v", b)
	}
	if n := takeAll(t, s, api.Ask{Now: now}); n != 150 {
		t.Errorf("%d were left", n)
	}
	if b := s.Budget(now.Add(window + 10*time.Second)); b.REST.Used != 0 {
		t.Errorf("after a window: %+v", b)
	}
	// What is another credential, or another server, has a share of its own.
	key := api.Credentials{Email: "a@example.com", Key: api.NewSecret(canary)}
	for name, other := range map[string]api.Share{"token": In(dir, limits).ShareOf(token(canary+"2"), ""),
		"key": In(dir, limits).ShareOf(key, ""), "server": In(dir, limits).ShareOf(token(canary), "http://127.0.0.1:1/client/v4")} {
		if b := other.Budget(now); b.REST.Used != 0 {
			t.Errorf("another %s: %+v", name, b)
		}
	}
	if f := In(dir, limits); f.ShareOf(token(canary), "") != f.ShareOf(token(canary), "") {
		t.Error("one program has two shares for a credential")
	}
}

// TestABlockIsForAllPrograms of the credential.
func TestABlockIsForAllPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	now := time.Unix(1_700_000_000, 0)
	patient(path).Block(now, api.CountREST, now.Add(time.Hour))
	other := patient(path)
	if v := other.Take(api.Ask{Now: now, Must: true}); !v.Server || !v.Until.Equal(now.Add(window)) {
		t.Errorf("%+v", v)
	}
	if b := other.Budget(now); !b.REST.Blocked.Equal(now.Add(window)) || !b.GraphQL.Blocked.IsZero() {
		t.Errorf("%+v", b)
	}
	if !other.Take(api.Ask{Now: now, Counter: api.CountGraphQL}).Granted() {
		t.Error("GraphQL is counted apart")
	}
}

// TestTheFileTellsNobodyTheCredential: neither its name nor its content, it is the user's only, and it does not grow.
func TestTheFileTellsNobodyTheCredential(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "share")
	now := time.Unix(1_700_000_000, 0)
	s := In(dir, limits).ShareOf(token(canary), "")
	for i := range 1000 {
		s.Take(api.Ask{Now: now.Add(time.Duration(i) * 10 * time.Second)})
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	info, _ := entries[0].Info()
	content, _ := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if strings.Contains(entries[0].Name(), "canary") || bytes.Contains(content, []byte("canary")) || info.Size() > 512 {
		t.Errorf("%s, %d bytes", entries[0].Name(), info.Size())
	}
	if folder, _ := os.Stat(dir); filepath.Separator == '/' && (info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700) {
		t.Errorf("modes %v and %v", info.Mode(), folder.Mode())
	}
}

// TestRenewedTokensDoNotFillTheFolder.
func TestRenewedTokensDoNotFillTheFolder(t *testing.T) {
	dir := t.TempDir()
	old, foreign := filepath.Join(dir, name(token("old"), "")), filepath.Join(dir, "README")
	for _, path := range []string{old, foreign} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	patient(filepath.Join(dir, name(token("new"), ""))).Take(api.Ask{Now: time.Now()})
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what nobody has used for two hours is still there")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("what is not ours was removed")
	}
}

// hung holds up whoever opens it until it is let go.
type hung struct {
	wait   chan struct{}
	opened atomic.Int32
}

func (h *hung) open(string, time.Duration) (*os.File, error) {
	h.opened.Add(1)
	<-h.wait
	return nil, errors.New("it took too long")
}

// TestAFileThatCannotBeUsedStopsNobody: the program goes on with a share of its own, which is smaller, because others do the same.
func TestAFileThatCannotBeUsedStopsNobody(t *testing.T) {
	fine := func(dir string) string { return filepath.Join(dir, "file") }
	for name, c := range map[string]struct {
		path func(t *testing.T, dir string) string
		open func(string, time.Duration) (*os.File, error)
	}{
		"a folder in its place": {path: func(_ *testing.T, dir string) string { return dir }},
		"the folder is a file": {path: func(t *testing.T, dir string) string {
			if err := os.WriteFile(fine(dir), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(fine(dir), "file")
		}},
		"a read-only folder": {open: func(path string, _ time.Duration) (*os.File, error) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
		}},
		"a full disk": {open: func(path string, _ time.Duration) (*os.File, error) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return nil, err
			}
			return os.Open(path) // writing fails
		}},
		"no locks":  {open: func(string, time.Duration) (*os.File, error) { return nil, errors.ErrUnsupported }},
		"is locked": {open: func(string, time.Duration) (*os.File, error) { return nil, statefile.ErrLocked }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := fine(dir)
			if c.path != nil {
				path = c.path(t, dir)
			}
			f, now := newFile(path, limits, patience), time.Unix(1_700_000_000, 0)
			if c.open != nil {
				f.open = c.open
			}
			if n := takeAll(t, f, api.Ask{Now: now}); n != api.DefaultBudget/2 {
				t.Errorf("%d requests", n)
			}
			f.Block(now, api.CountGraphQL, now.Add(time.Minute))
			b := f.Budget(now)
			if b.Unshared == nil || !b.GraphQL.Blocked.Equal(now.Add(time.Minute)) || b.REST.Used != api.DefaultBudget {
				t.Errorf("%+v", b)
			}
			if !f.Take(api.Ask{Now: now, Must: true}).Granted() {
				t.Error("a change was held up")
			}
		})
	}
}

// TestAFileThatHangsHoldsUpForAMoment, once in a while, and leaves no queue behind.
func TestAFileThatHangsHoldsUpForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hung{wait: make(chan struct{})}
		f := newFile("file", limits, patience)
		f.open = h.open
		began := time.Now()
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if !f.Take(api.Ask{Now: time.Now()}).Granted() {
					t.Error("refused")
				}
			})
		}
		wait.Wait()
		for range 50 {
			f.Take(api.Ask{Now: time.Now()})
		}
		if took := time.Since(began); took > patience {
			t.Errorf("held up for %s", took)
		}
		if n := h.opened.Load(); n != 1 {
			t.Errorf("%d are at the file", n)
		}
		if b := f.Budget(time.Now()); b.Unshared == nil || !strings.Contains(b.Unshared.Error(), "does not answer") {
			t.Errorf("%+v", b)
		}
		close(h.wait)
	})
}

// TestWhatWasSentWithoutTheFileIsAddedToIt, once, when it can be used again.
func TestWhatWasSentWithoutTheFileIsAddedToIt(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), "file"), time.Unix(1_700_000_000, 0)
	f, other := patient(path), patient(path)
	other.Take(api.Ask{Now: now})
	f.open = func(string, time.Duration) (*os.File, error) { return nil, fs.ErrPermission }
	for range 10 {
		f.Take(api.Ask{Now: now})
	}
	f.Block(now, api.CountGraphQL, now.Add(time.Minute))
	f.open = statefile.OpenLocked
	for range 2 {
		if b := f.Budget(now); b.REST.Used != 11 || b.Unshared != nil {
			t.Errorf("%+v", b)
		}
		if b := other.Budget(now); b.REST.Used != 11 || b.GraphQL.Blocked.IsZero() {
			t.Errorf("the other sees %+v", b)
		}
	}
}

// TestAFileThatCannotBeReadIsReplaced: half of the share counts as used, once, for nobody knows how much of it was.
func TestAFileThatCannotBeReadIsReplaced(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	whole := encode(api.Ledger{REST: api.Tally{Slot: now.Unix() / 10}})
	flipped := bytes.Clone(whole)
	flipped[100] ^= 1
	for name, content := range map[string][]byte{"cut off": whole[:50], "longer": append(bytes.Clone(whole), 0), "one bit": flipped,
		"zeros": make([]byte, len(whole)), "text": []byte("requests: 12\n"), "huge": make([]byte, 1<<20)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			f := patient(path)
			for range 3 {
				if b := f.Budget(now); b.REST.Used != 150 || b.GraphQL.Used != 37 || b.Unshared != nil {
					t.Errorf("%+v", b)
				}
			}
			if n := takeAll(t, patient(path), api.Ask{Now: now}); n != 150 {
				t.Errorf("%d requests", n)
			}
			if left, err := os.ReadFile(path); err != nil || len(left) != len(whole) {
				t.Errorf("%d bytes, %v", len(left), err)
			}
			if b := f.Budget(now.Add(window + 10*time.Second)); b.REST.Used != 0 {
				t.Errorf("after a window: %+v", b)
			}
		})
	}
}

// TestWhatIsWrittenIsRead, to the last field.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		var want api.Ledger
		for _, tally := range []*api.Tally{&want.REST, &want.GraphQL} {
			tally.Slot, tally.Blocked = int64(r.Uint64()), int64(r.Uint64())
			for i := range tally.Used {
				tally.Used[i] = r.Uint32()
			}
		}
		if got, ok := decode(encode(want)); !ok || got != want {
			t.Fatalf("%v became %v", want, got)
		}
	}
}

// TestARemovedFileIsNoNewShare: who has used it knows what was used.
func TestARemovedFileIsNoNewShare(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), "file"), time.Unix(1_700_000_000, 0)
	f := patient(path)
	for range 100 {
		f.Take(api.Ask{Now: now})
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if n := takeAll(t, f, api.Ask{Now: now}); n != 200 {
		t.Errorf("%d were left", n)
	}
}

// BenchmarkTake is what a request pays.
func BenchmarkTake(b *testing.B) {
	f, now := newFile(filepath.Join(b.TempDir(), "file"), api.LimitsOf(1<<30), patience), time.Unix(1_700_000_000, 0)
	for b.Loop() {
		if !f.Take(api.Ask{Now: now}).Granted() {
			b.Fatal("refused")
		}
	}
	if f.trouble != nil {
		b.Fatal(f.trouble)
	}
}

// BenchmarkFirst is what a command pays for its first request, with a file that is there.
func BenchmarkFirst(b *testing.B) {
	dir, now := b.TempDir(), time.Unix(1_700_000_000, 0)
	for b.Loop() {
		now = now.Add(time.Minute)
		if !In(dir, limits).ShareOf(token(canary), "").Take(api.Ask{Now: now}).Granted() {
			b.Fatal("refused")
		}
	}
}
