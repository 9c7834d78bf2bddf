package e2e_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// The program goes away while Cloudflare has a deletion in hand, by the end of its terminal or killed. The next start says that nobody
// knows its end, or finds it out; after that the deletion can be undone.
func TestAChangeUnderWayWhenTheProgramEndsIsFoundOutAtTheNextStart(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]syscall.Signal{"SIGHUP": syscall.SIGHUP, "SIGKILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			env := a.env("XDG_STATE_HOME=" + t.TempDir())
			a.deletesAndEnds(t, env, end)

			// Cloudflare still works on it: the entry stays open, and looking again does not call it done.
			term := sit(t, ptytest.Options{Env: env})
			term.WaitText("1 change, at ")
			term.WaitText("has an unknown outcome")
			jump(term, "activity", "iad-dc1-gre")
			term.WaitText("unknown")
			term.Press("L")
			term.WaitText("Delete GRE tunnel iad-dc1-gre: unknown")
			a.pass(2 * time.Hour) // it is carried out
			term.Press("L")
			term.WaitText("Delete GRE tunnel iad-dc1-gre: done")
			a.undoes(term)
		})
		t.Run(name+", by itself", func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			env := a.env("XDG_STATE_HOME=" + t.TempDir())
			a.deletesAndEnds(t, env, end)
			a.pass(2 * time.Hour)
			term := sit(t, ptytest.Options{Env: env})
			term.WaitText("is now known: see :activity")
			jump(term, "activity", "iad-dc1-gre")
			term.WaitText("done")
			a.undoes(term)
		})
	}
}

// deletesAndEnds is a program that ends while it waits for the answer to a deletion, which Cloudflare carries out an hour later.
func (a *account) deletesAndEnds(t *testing.T, env []string, end syscall.Signal) {
	t.Helper()
	a.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Method != http.MethodDelete {
			return nil
		}
		return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 524, Delay: time.Hour, Later: time.Hour}
	})
	term := sit(t, ptytest.Options{Env: env})
	term.WaitFor("the list", listed)
	goTo(term, "iad-dc1-gre")
	term.Press("D")
	send(term, "iad-dc1-gre")
	term.WaitText("Sending")
	term.WaitFor("the deletion at the server", func(ptytest.Screen) bool { return len(a.writes()) > 0 })
	term.Signal(end)
	term.Wait()
	a.Script(nil)
}

// undoes brings the tunnel back by the entry under the cursor.
func (a *account) undoes(term *ptytest.Terminal) {
	term.WaitText("u undo")
	term.Press("u")
	term.WaitText("Undo: delete iad-dc1-gre")
	send(term, "")
	done(term)
	a.object(simaccount.GRETunnels, "iad-dc1-gre")
}
