package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// The goals of an hour of watching.
const (
	hourTunnels      = 200
	quietLimit       = 300.0 // bytes a minute while nothing changes
	fiveMinutesLimit = 300.0 // requests
	growthLimit      = 1 << 20
)

// hour is what one hour of watching cost, in simulated time.
type hour struct {
	bytes    []float64     // written to the terminal, minute by minute
	requests []float64     // minute by minute
	heap     []uint64      // after a collection, every ten minutes
	cpu      time.Duration // of this process, the simulated server's work included; zero: not known
	why      string
}

// The real program with the real renderer watches 200 tunnels for an hour whose clock is simulated
// (testing/synctest): every tick, poll, frame and age happens as it would, and nobody waits. The benchmark runs it
// for every page and size; by itself it is the start page at 80x24.
func TestAnHourOfWatching(t *testing.T) {
	if testing.Short() {
		t.Skip("an hour of frames takes some seconds")
	}
	// The loop of package signal must not belong to a bubble.
	outside := make(chan os.Signal, 1)
	signal.Notify(outside, os.Interrupt)
	defer signal.Stop(outside)
	pages, sizes := []string{"overview"}, formats[:1]
	file := os.Getenv(hourFile)
	if file != "" {
		pages, sizes = []string{"overview", "tunnels"}, formats
	}
	var measured []hourRow
	for _, page := range pages {
		for _, f := range sizes {
			for _, what := range []string{"no change", "one change a minute"} {
				var h hour
				setup := fmt.Sprintf("%s, %s, %s", page, f, what)
				t.Run(setup, func(t *testing.T) { h = watchAnHour(t, page, f, what != "no change") })
				h.report(t, setup)
				if f == formats[0] {
					h.check(t, setup, what != "no change")
				}
				measured = append(measured, h.rows(setup, what != "no change" || f != formats[0])...)
			}
		}
	}
	if file == "" {
		return
	}
	text, err := json.Marshal(measured)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// rows are the figures for the benchmark's table; free: there is no goal for the bytes.
func (h *hour) rows(setup string, free bool) []hourRow {
	limit := quietLimit
	if free {
		limit = 0
	}
	growth := float64(h.heap[len(h.heap)-1]) - float64(h.heap[1])
	return []hourRow{
		{"an hour of watching: bytes a minute", setup, h.bytes[10:], bytesUnit, limit},
		{"an hour of watching: requests in 5 minutes, most", setup, []float64{h.busiest()}, count, fiveMinutesLimit},
		{"an hour of watching: CPU, with the server's", setup, []float64{h.share()}, percent, 0},
		{"an hour of watching: growth of the heap, 20th to 60th minute", setup, []float64{max(growth, 0)}, mebibytes, growthLimit},
	}
}

// share is the CPU time in percent of one CPU; zero when it is not known.
func (h *hour) share() float64 { return 100 * h.cpu.Seconds() / time.Hour.Seconds() }

// report prints the figures in one line.
func (h *hour) report(t *testing.T, name string) {
	// The first ten minutes are left out: the program starts, and ages below a minute go by.
	settled := h.bytes[10:]
	cpu := "not known: " + h.why
	if h.cpu > 0 {
		cpu = fmt.Sprintf("%.2f %%", h.share())
	}
	t.Logf("%-42s %4.0f B/min (p95 %4.0f, first ten minutes %4.0f), at most %3.0f requests in 5 minutes, CPU %s with the server's, heap %s",
		name, mean(settled), quantile(settled, p95), mean(h.bytes[1:10]), h.busiest(), cpu, heaps(h.heap))
}

func (h *hour) check(t *testing.T, name string, changes bool) {
	if got := mean(h.bytes[10:]); !changes && got >= quietLimit {
		t.Errorf("%s: %.0f bytes a minute", name, got)
	}
	if got := h.busiest(); got > fiveMinutesLimit {
		t.Errorf("%s: %.0f requests in five minutes", name, got)
	}
	if first, last := h.heap[1], h.heap[len(h.heap)-1]; last > first+growthLimit {
		t.Errorf("%s: the heap grew from %d to %d bytes", name, first, last)
	}
}

// busiest is the largest number of requests in five minutes.
func (h *hour) busiest() float64 {
	most := 0.0
	for i := range len(h.requests) - 4 {
		sum := 0.0
		for _, n := range h.requests[i : i+5] {
			sum += n
		}
		most = max(most, sum)
	}
	return most
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func heaps(list []uint64) string {
	text := ""
	for _, n := range list {
		text += fmt.Sprintf("%.1f ", float64(n)/(1<<20))
	}
	return text + "MiB"
}

// meter counts what is written to the terminal and what is asked of the account.
type meter struct {
	written, asked atomic.Int64
	next           http.RoundTripper
}

func (m *meter) Write(p []byte) (int, error) {
	m.written.Add(int64(len(p)))
	return len(p), nil
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.asked.Add(1)
	return m.next.RoundTrip(r)
}

func watchAnHour(t *testing.T, page string, f format, changes bool) hour {
	var h hour
	history := filepath.Join(t.TempDir(), "history.jsonl")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		sim := simaccount.New(simaccount.Options{Tunnels: hourTunnels})
		names := settleSessions(ctx, t, sim)
		m := &meter{next: sim.RoundTripper()}
		program, err := hourProgram(ctx, m, page, f, history)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		wait.Go(func() { _, err = program.Run() })
		program.Send(tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}) // as xterm and most others answer
		begin, trouble := cpuTime(os.Getpid())
		time.Sleep(7 * time.Second) // no poll is under way at the end of a minute
		for minute := range 60 {
			written, asked := m.written.Load(), m.asked.Load()
			time.Sleep(30 * time.Second)
			if changes {
				change(t, sim, names, minute)
			}
			time.Sleep(30 * time.Second)
			h.bytes = append(h.bytes, float64(m.written.Load()-written))
			h.requests = append(h.requests, float64(m.asked.Load()-asked))
			if minute%10 == 9 {
				h.heap = append(h.heap, heapNow(sim))
			}
		}
		if end, err := cpuTime(os.Getpid()); err == nil && trouble == nil {
			h.cpu = end - begin
		} else {
			h.why = errNoProc.Error()
		}
		program.Quit()
		wait.Wait()
		if err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour) // the ticks that the program has left behind go by
	})
	return h
}

// heapNow is what lives after a collection, without the simulated server's log of requests.
func heapNow(sim *simaccount.Server) uint64 {
	sim.ForgetRequests()
	synctest.Wait()
	runtime.GC()
	runtime.GC() // what pools hold lives one collection longer
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// settleSessions ends what happens by itself in the generated account, so that nothing changes, and gives the
// names of GRE tunnels whose sessions are up.
func settleSessions(ctx context.Context, t *testing.T, sim *simaccount.Server) []string {
	t.Helper()
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)},
		Transport: sim.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	lists := client.In(simaccount.DefaultAccount).Tunnels(ctx)
	if err := errors.Join(lists.GREErr, lists.IPsecErr); err != nil {
		t.Fatal(err)
	}
	var up []string
	settle := func(kind simaccount.Resource, name string, s *api.BGPStatus) {
		switch {
		case s == nil:
		case s.State == api.BGPDown:
			err = sim.SetBGP(kind, name, "Active")
		default: // some of those that are up flap
			err = sim.SetBGP(kind, name, "Established")
			if kind == simaccount.GRETunnels {
				up = append(up, name)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tunnel := range lists.GRE {
		settle(simaccount.GRETunnels, tunnel.Name, tunnel.BGPStatus)
	}
	for _, tunnel := range lists.IPsec {
		settle(simaccount.IPsecTunnels, tunnel.Name, tunnel.BGPStatus)
	}
	return up
}

// change takes a session down, or the one of the minute before up again: one change a minute.
func change(t *testing.T, sim *simaccount.Server, names []string, minute int) {
	fsm := "Idle"
	if minute%2 == 1 {
		fsm = "Established"
	}
	if err := sim.SetBGP(simaccount.GRETunnels, names[minute/2%len(names)], fsm); err != nil {
		t.Error(err)
	}
}

// hourProgram is the program as cli joins it, on a terminal that nobody sits at.
func hourProgram(ctx context.Context, m *meter, page string, f format, history string) (*tea.Program, error) {
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}, Transport: m})
	if err != nil {
		return nil, err
	}
	account := client.In(simaccount.DefaultAccount)
	watcher := store.New(account, time.Now, 0)
	watcher.Use(store.FromAccount(account))
	watcher.UseHistory(store.OpenHistory(history, time.Now(), 0))
	env := &kit.Env{Ctx: ctx, Client: client, Account: account, Feed: live.New(ctx, watcher), Glyphs: tui.UnicodeGlyphs, Now: time.Now}
	app, err := views.New(env, tui.Options{Name: "flarewire", Theme: tui.ThemeDark, Glyphs: tui.UnicodeGlyphs, Now: time.Now,
		Identity: func() tui.Identity { return tui.Identity{Account: "Northwind Freight", Source: "profile prod"} }}, page)
	if err != nil {
		return nil, err
	}
	return tea.NewProgram(app, tea.WithContext(ctx), tea.WithFPS(30), tea.WithOutput(m), tea.WithInput(nil), tea.WithoutSignalHandler(),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor"}), tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithWindowSize(f.cols, f.rows)), nil
}
