package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

type over struct{}

func TestWorkBringsItsMessageWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := tui.Begin(func() { time.Sleep(time.Second) })
		if w.Within(time.Millisecond) {
			t.Error("it cannot have ended")
		}
		if msg := w.Then(over{})(); msg != (over{}) {
			t.Errorf("got %T", msg)
		}
		if !w.Within(0) && !w.Within(time.Millisecond) {
			t.Error("it has ended")
		}
	})
}

// A panic beside the program must reach the program, which restores the terminal, and not end the process where it happens.
func TestAPanicOfWorkReachesTheProgram(t *testing.T) {
	w := tui.Begin(func() { panic("a fault") })
	msg := w.Then(over{})()
	if got := panicOf(func() { app(t).Update(msg) }); got != "a fault" {
		t.Errorf("the program saw %v", got)
	}
	if got := panicOf(func() { w.Within(time.Minute) }); got != "a fault" {
		t.Errorf("who waits before there is a screen saw %v", got)
	}
}

func panicOf(do func()) (value any) {
	defer func() { value = recover() }()
	do()
	return nil
}

// app is a program with one empty page.
func app(t *testing.T) tea.Model {
	t.Helper()
	return tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return nil },
		Identity: func() tui.Identity { return tui.Identity{} }})
}
