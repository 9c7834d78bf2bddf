package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"flarewire/internal/record"
	"flarewire/internal/router"
	"flarewire/internal/store"
	"flarewire/tui"
)

// asksAtOnce is how many routers a recorder asks at the same time, over all of its accounts.
const asksAtOnce = 4

// ask begins to ask the routers of an account, when the recorder was told to; end waits until the command that runs has ended.
func (r *recorder) ask(ctx context.Context, f *flags, s *session, w *store.Store, read <-chan struct{}) (a *record.RouterPoller,
	end func()) {
	if !r.askRouters {
		return nil, func() {}
	}
	commands, err := f.commandsForRouters(s)
	reads := readable(commands)
	if err == nil && len(reads) == 0 {
		err = errors.New("--ask-routers: the config file has no router_commands that read for this account (docs/routers.md)")
	}
	if err != nil {
		r.say(s.profile, err)
		return nil, func() {}
	}
	for _, c := range reads {
		fmt.Fprintf(r.x.Err, "flarewire: %s\n", tui.Clean(s.profile+": asks routers with "+c.Name+": "+router.Shown(c.Run)))
	}
	a = &record.RouterPoller{Commands: reads, Runner: router.Runner{Environ: r.x.Environ, Now: r.x.Now}, Now: r.x.Now, Turn: r.turn,
		Failed: func(err error) { r.say(s.profile, err) }}
	var asking sync.WaitGroup
	asking.Go(func() { a.Go(ctx, w.Last, read) })
	return a, asking.Wait
}

// readable are the commands whose output is read.
func readable(commands []router.Command) []router.Command {
	var out []router.Command
	for _, c := range commands {
		if c.How() != router.Text {
			out = append(out, c)
		}
	}
	return out
}
