//go:build testhooks && !windows

package cli

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// hook makes the program panic at SIGUSR1, in the place that FLAREWIRE_TEST_PANIC names: update, view or
// command. It shows that the terminal is restored then. Only a binary built with the tag testhooks has it.
func hook(x IO, o *tui.Options) {
	p := &panicker{where: x.env("FLAREWIRE_TEST_PANIC")}
	o.Services = append(o.Services, p)
	identity := o.Identity
	o.Identity = func() tui.Identity {
		if p.viewing.Load() {
			panic("a fault in View, made by a test")
		}
		return identity()
	}
}

// panicker is a service that waits for the signal.
type panicker struct {
	where   string
	viewing atomic.Bool
}

type signalMsg struct{}

func (p *panicker) Init() tea.Cmd {
	return func() tea.Msg {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGUSR1)
		<-signals
		if p.where == "command" {
			panic("a fault in a command, made by a test")
		}
		return signalMsg{}
	}
}

func (p *panicker) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(signalMsg); !ok {
		return nil
	}
	if p.where == "update" {
		panic("a fault in Update, made by a test")
	}
	p.viewing.Store(true)
	return nil
}
