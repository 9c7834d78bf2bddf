//go:build !windows

package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/statefile"
	"flarewire/internal/testing/ptytest"
)

// locks takes the lock of the program's journal, as another program of the user that writes to it.
func (a *account) locks(state string) (release func()) {
	a.t.Helper()
	lock, err := statefile.OpenLocked(filepath.Join(state, "flarewire", "journal.jsonl.lock"), time.Second)
	a.do(err)
	return func() { a.do(lock.Close()) }
}

// deletes agrees to the deletion of the tunnel.
func deletes(term *ptytest.Terminal) {
	term.WaitFor("the list", listed)
	goTo(term, "iad-dc1-gre")
	term.Press("D")
	send(term, "iad-dc1-gre")
}

// deletesBehindALock is a program that wants to delete a tunnel while another one holds the lock of its journal.
func deletesBehindALock(t *testing.T) (a *account, term *ptytest.Terminal, release func()) {
	t.Helper()
	a, state := newAccount(t, simaccount.Options{}), t.TempDir()
	term = sit(t, ptytest.Options{Env: a.env("XDG_STATE_HOME=" + state)})
	term.WaitFor("the list", listed)
	release = a.locks(state)
	deletes(term)
	return a, term, release
}

// Another program holds the journal's lock and does not let go: the page says that nothing is sent, gives up in time, and sends nothing.
// When the lock is free the same change goes through.
func TestALockThatNobodyLetsGoOfHoldsAChangeUpForALimitedTime(t *testing.T) {
	t.Parallel()
	a, term, release := deletesBehindALock(t)
	reads(term, "Waiting for the journal, which another flarewire is using")
	reads(term, "Nothing is sent yet")
	reads(term, "nothing was sent")
	a.untouched()
	release()
	term.Press("esc")
	deletes(term)
	a.passUntil(term, "Delete GRE tunnel iad-dc1-gre: done.")
	a.gone(simaccount.GRETunnels, "iad-dc1-gre")
}

// While the change waits for the lock, somebody else changes the tunnel. The check comes after the wait: the tunnel is not deleted.
func TestWhatIsChangedDuringTheWaitForTheLockIsNoticed(t *testing.T) {
	t.Parallel()
	a, term, release := deletesBehindALock(t)
	reads(term, "Nothing is sent yet")
	a.do(a.Mutate(simaccount.GRETunnels, "iad-dc1-gre", func(o simaccount.Object) { o["description"] = "in use since just now" }))
	release()
	reads(term, "was changed by somebody else during your review (description); nothing was sent")
	a.untouched()
	a.object(simaccount.GRETunnels, "iad-dc1-gre")
}

// Who jumps away while a change is being sent, and there is no answer, is told that it goes on and where its end will stand; it stands
// there.
func TestJumpingAwayDuringSendingSaysWhereTheEndWillStand(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Env: a.env("XDG_STATE_HOME=" + t.TempDir())})
	release := a.holdOnly(http.MethodDelete)
	deletes(term)
	reads(term, "Sending once, no automatic retry")
	term.Type(":routes")
	term.Press("enter")
	reads(term, "A change is being sent. It continues; its outcome will be in :activity.")
	term.WaitFor("the question", awake)
	term.Press("tab")
	term.WaitFor("the other answer", func(s ptytest.Screen) bool { return strings.HasPrefix(marked(s), "Jump") })
	term.Press("enter")
	term.WaitGone("A change is being sent")
	release()
	jump(term, "activity", "iad-dc1-gre")
	a.passUntil(term, " done ")
	a.gone(simaccount.GRETunnels, "iad-dc1-gre")
}
