package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"flarewire/internal/metrics"
	"flarewire/tui"
)

// serve serves metrics and state until end is called.
func (r *recorder) serve(ctx context.Context, address string) (end func(), err error) {
	if err := loopback(address); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, trouble(fmt.Errorf("%w; choose another address with --listen", err))
	}
	server := &http.Server{Handler: r.handler(), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	fmt.Fprintf(r.x.Err, "flarewire: metrics at http://%s/metrics\n", listener.Addr())
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

// handler answers this machine only: a page in a browser must not read it by a name that it has pointed here.
func (r *recorder) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, req *http.Request) {
		format := metrics.Accepted(req.Header.Get("Accept"))
		w.Header().Set("Content-Type", format.ContentType())
		_ = metrics.Write(w, format, version, r.accounts()...)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		lines, well := r.health()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if !well {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, strings.Join(lines, "\n")+"\n")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		host := req.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "only by a loopback address", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, req)
	})
}

// staleRounds is how many rounds without an answer make an account not well.
const staleRounds = 5

// health is one line for each account, and whether all of them are watched: opened, and read lately.
func (r *recorder) health() (lines []string, well bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	well = len(r.watching) > 0
	for _, w := range r.sorted() {
		line, ok := w.state(r.x.Now())
		lines, well = append(lines, tui.Clean(r.x.Redactor.Redact(line))), well && ok
	}
	return lines, well
}

func (w *watched) state(now time.Time) (string, bool) {
	name := w.profile
	if w.s == nil {
		return strings.Join(strings.Fields(fmt.Sprintf("%s not watched: %v", name, w.err)), " "), false
	}
	if name == "" {
		name = w.s.source
	}
	last := w.store.Last()
	fetched := last.Fetched()
	switch bound := max(last.Next*staleRounds, 5*time.Minute); {
	case fetched.IsZero():
		return name + ": the tunnels were not read so far", false
	case now.Sub(fetched) > bound:
		return fmt.Sprintf("%s: the tunnels were read %s ago", name, now.Sub(fetched).Round(time.Second)), false
	}
	return fmt.Sprintf("%s: ok, the tunnels were read %s ago", name, now.Sub(fetched).Round(time.Second)), true
}
