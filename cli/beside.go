package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"flarewire/internal/handover"
	"flarewire/internal/mute"
	"flarewire/internal/store"
)

// besideVariable names the directory of the sockets of the machine's recorder; off takes over from no recorder at all.
const (
	besideVariable = "FLAREWIRE_RECORDER"
	besideDefault  = "/run/flarewire"
	besideOff      = "off"
)

// firstLook is how long the screen may wait for what a recorder knows before it draws its first page.
const firstLook = 500 * time.Millisecond

// beside is who may watch the session's account on this machine; nil for nobody.
func (s *session) beside(x IO) *handover.Client {
	shared := x.env(besideVariable)
	if s.source == demoSource || strings.EqualFold(shared, besideOff) {
		return nil
	}
	if !filepath.IsAbs(shared) {
		shared = besideDefault
	}
	return handover.NewClient(s.account.ID,
		handover.Place{Path: handover.Path(x.stateDir(), s.history(x)), Name: "recorder", SharedHistory: true},
		handover.Place{Path: handover.Shared(shared, s.account.ID), Name: "recorder of this machine"})
}

// history is where the session's account has its history.
func (s *session) history(x IO) string {
	return store.HistoryPath(x.stateDir(), s.source, s.account.ID)
}

// remember has the store go on with the history of earlier runs, and take what a recorder beside the screen has.
func (s *session) remember(ctx context.Context, x IO, watcher *store.Store) *handover.Client {
	if s.source == demoSource {
		return nil
	}
	history := store.OpenHistory(s.history(x), s.now(), 0)
	recorder := s.beside(x)
	if recorder == nil {
		watcher.UseHistory(history)
		return nil
	}
	first, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	history.Add(recorder.History(first))
	watcher.UseHistory(history)
	watcher.UseRecorder(first, recorder)
	return recorder
}

// mutedBy adds what is muted at the recorder of this machine.
func mutedBy(ctx context.Context, recorder *handover.Client, l *mute.List) {
	if recorder == nil {
		return
	}
	first, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	l.Add(recorder.Mutes(first))
}

// handOver serves what is known of a watched account to the screens beside it. Trouble is said and stops nothing.
func (r *recorder) handOver(ctx context.Context, s *session, w *store.Store, history *store.History) (end func()) {
	a := handover.Account{ID: s.account.ID, Store: w, History: history, Mutes: mute.Path(r.x.stateDir(), s.account.ID)}
	ends := []func(){}
	listen := func(path string, group bool) {
		l, err := handover.Listen(ctx, path, group)
		if err != nil {
			r.say(s.profile, fmt.Errorf("screens cannot take over what is read here: %w", err))
			return
		}
		ends = append(ends, handover.Serve(l, a))
	}
	if r.socket != "" {
		listen(handover.Shared(r.socket, s.account.ID), true)
	} else {
		listen(handover.Path(r.x.stateDir(), s.history(r.x)), false)
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}
