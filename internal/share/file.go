package share

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/statefile"
)

const (
	// patience is how long a request may be held up by the file.
	patience = 50 * time.Millisecond
	// respite is for how long a file that held somebody up is not looked at.
	respite = 2 * time.Second
	// forgotten is how old a file must be to be that of a credential that is not in use. A window is five minutes.
	forgotten = time.Hour
)

// errSlow is why a file that does not answer in time is not used.
var errSlow = errors.New("it does not answer")

// file is a Share in a file. While the file cannot be used it goes on with what it knows, and counts every request twice there:
// another program may be doing the same. What it sent meanwhile is added to the file when it can be used again.
type file struct {
	path     string
	limits   api.Limits
	patience time.Duration
	open     func(path string, limit time.Duration) (*os.File, error)

	gate chan struct{} // full while somebody is at the file, also while it hangs

	mu      sync.Mutex
	known   api.Ledger // the file as it was seen last, and what was sent without it
	owed    api.Ledger // what was sent without it, to be added to it
	last    time.Time  // the newest reading of the clock
	avoid   time.Time  // until then the file is not looked at
	trouble error      // why it could not be used the last time
}

func newFile(path string, limits api.Limits, patience time.Duration) *file {
	return &file{path: path, limits: limits, patience: patience, open: statefile.OpenLocked, gate: make(chan struct{}, 1)}
}

// act is what is done with a ledger.
type act struct {
	now time.Time
	do  func(*api.Ledger) api.Verdict
	// record does to a ledger what do has done when it is granted; nil when it changes nothing.
	record func(*api.Ledger)
}

// Take implements api.Share.
func (f *file) Take(a api.Ask) api.Verdict {
	return f.run(act{a.Now,
		func(l *api.Ledger) api.Verdict { return l.Take(a, f.limits) },
		func(l *api.Ledger) { l.Charge(a.Now, a.Counter, 1) }})
}

// Block implements api.Share.
func (f *file) Block(now time.Time, counter api.Counter, until time.Time) {
	block := func(l *api.Ledger) { l.Block(now, counter, until) }
	f.run(act{now, func(l *api.Ledger) api.Verdict { block(l); return api.Verdict{} }, block})
}

// Budget implements api.Share.
func (f *file) Budget(now time.Time) api.Budget {
	f.run(act{now, func(*api.Ledger) api.Verdict { return api.Verdict{} }, nil})
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.known
	b := known.Budget(now, f.limits)
	b.Unshared = f.trouble
	return b
}

// run does it in the file, or without it when the file cannot be used at once.
func (f *file) run(a act) api.Verdict {
	timer := time.NewTimer(f.patience)
	defer timer.Stop()
	if !f.enter(timer.C) {
		return f.alone(a)
	}
	v := f.visit(a)
	done := make(chan error, 1)
	go func() { // a file system that hangs must not hold up the caller
		defer func() { <-f.gate }()
		done <- v.use(f)
	}()
	var err error
	select {
	case err = <-done:
	case <-timer.C:
		err = errSlow
	}
	if err != nil {
		f.failed(v, err)
		return f.alone(a)
	}
	f.settle(v)
	return v.verdict
}

// enter reports whether the file may be used by the caller, and by nobody else in this process.
func (f *file) enter(timeout <-chan time.Time) bool {
	f.mu.Lock()
	avoid := time.Now().Before(f.avoid)
	f.mu.Unlock()
	if avoid {
		return false
	}
	select {
	case f.gate <- struct{}{}:
		return true
	case <-timeout:
		return false
	}
}

// visit begins a visit to the file with what is owed to it.
func (f *file) visit(a act) *visit {
	f.mu.Lock()
	defer f.mu.Unlock()
	step := f.tick(a.now)
	v := &visit{act: a, known: f.known, owed: f.owed, step: step}
	f.owed = api.Ledger{}
	return v
}

// tick takes over a reading of the clock and returns by how much it was set forward since the one before.
func (f *file) tick(now time.Time) time.Duration {
	step := api.ClockStep(f.last, now)
	f.last = now
	f.known.Shift(step)
	f.owed.Shift(step)
	return step
}

func (f *file) settle(v *visit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.trouble = v.ledger, nil
	f.known.Merge(v.now, f.owed)
}

// failed keeps what is owed. When the file was only slow it may get it twice: rather too much than too little.
func (f *file) failed(v *visit, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owed.Merge(v.now, v.owed)
	f.trouble = unshared(f.path, err)
	if errors.Is(err, errSlow) || errors.Is(err, statefile.ErrLocked) {
		f.avoid = time.Now().Add(respite)
	}
}

// alone does it without the file.
func (f *file) alone(a act) api.Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tick(a.now)
	verdict := a.do(&f.known)
	if verdict.Granted() && a.record != nil {
		a.record(&f.known) // the second time
		a.record(&f.owed)
	}
	return verdict
}

// unshared words why the file is not used. The path is the user's own.
func unshared(path string, err error) error {
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("the requests of other programs are not known: %s cannot be used (%w)", path, err)
}

// visit is one use of the file. It has copies of everything, because whoever began it may have given up on it.
type visit struct {
	act
	known, owed api.Ledger
	step        time.Duration

	ledger  api.Ledger
	verdict api.Verdict
}

// use does it in the file.
func (v *visit) use(f *file) (err error) {
	file, err := f.openFile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content, err := readRecord(file)
	if err != nil {
		return err
	}
	changed := v.load(content, f.limits)
	v.verdict = v.do(&v.ledger)
	if !changed && (v.record == nil || !v.verdict.Granted()) {
		return nil
	}
	if len(content) == 0 {
		sweep(filepath.Dir(f.path))
	}
	return writeRecord(file, v.ledger, len(content))
}

// load reports whether the file has to be written in any case. What is in a file that cannot be read is not known: half of the
// share counts as used, which leaves little to what runs by itself and the other half to people.
func (v *visit) load(content []byte, limits api.Limits) (changed bool) {
	ledger, ok := decode(content)
	if ok {
		ledger.Shift(v.step)
		ledger.Merge(v.now, v.owed)
		v.ledger = ledger
		return v.step > 0 || v.owed != api.Ledger{}
	}
	v.ledger = v.known // what is owed is in it
	if len(content) > 0 {
		v.ledger.Charge(v.now, api.CountREST, limits.REST*unreadPart/100)
		v.ledger.Charge(v.now, api.CountGraphQL, limits.GraphQL*unreadPart/100)
	}
	return true
}

// unreadPart is what counts as used of the share, in percent, when the file cannot be read.
const unreadPart = 50

// openFile opens and locks the file, and makes the folder when it is not there.
func (f *file) openFile() (*os.File, error) {
	file, err := f.open(f.path, f.patience)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if err := statefile.PrivateDir(filepath.Dir(f.path)); err != nil {
		return nil, err
	}
	return f.open(f.path, f.patience)
}

// sweep removes the files of credentials that are not in use any more, so that renewed tokens do not fill the folder.
func sweep(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && len(e.Name()) == nameLength && time.Since(info.ModTime()) > forgotten {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
