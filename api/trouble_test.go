package api_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
)

// faults are ways in which a server can fail.
func faults() map[string]http.HandlerFunc {
	reset := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	return map[string]http.HandlerFunc{
		"reset before the answer": reset,
		"cut in the body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			_, _ = io.WriteString(w, `{"success":true,"result":{"psk":"`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"half JSON": says(200, `{"success":true,"result":{"psk":"abc`),
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			_, _ = io.WriteString(w, "<!DOCTYPE html>\x1b]52;c;aGk=\x07<title>Hotel login</title>")
		},
		"empty":                says(200, ""),
		"garbage":              says(200, "\x00\xff\xfe\x1b[2J"),
		"success:false":        says(200, `{"success":false,"errors":[{"code":1234,"message":"no"}]}`),
		"success:false, bare":  says(200, `{"success":false}`),
		"no success":           says(200, `{"result":{"psk":"x"}}`),
		"wrong types":          says(200, result(`{"psk":12}`)),
		"no result":            says(200, result("null")),
		"no key in the result": says(200, result("{}")),
		"a list":               says(200, "[]"),
		"408":                  says(408, ""),
		"409":                  says(409, refusal(`{"code":1,"message":"busy"}`)),
		"429":                  tooMany,
		"500":                  says(500, ""),
		"502 HTML":             says(502, "<html>bad gateway</html>"),
		"503":                  says(503, refusal("")),
		"504":                  says(504, "upstream"),
		"520":                  says(520, ""),
		"redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://example.com/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
	}
}

func tooMany(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "2")
	says(429, `{"success":false,"errors":[{"code":971,"message":"slow down"}]}`)(w, r)
}

// TestGeneratePSKIsSentOnce under every fault: each repetition would replace the key once more.
func TestGeneratePSKIsSentOnce(t *testing.T) {
	for name, fault := range faults() {
		t.Run(name, func(t *testing.T) {
			client, server := serve(t, fault)
			_, err := generatePSK(t.Context(), client.In(account), "t1")
			if err == nil {
				t.Fatal("the fault was taken for a success")
			}
			if n := len(server.requests()); n != 1 {
				t.Fatalf("sent %d times", n)
			}
			if api.Advice(err) == "" && name != "success:false" {
				t.Errorf("no advice: %v", err)
			}
		})
	}
}

// TestATracerouteIsSentOnce: a gateway that gave up waiting may have one under way still; another one is for the user to begin.
func TestATracerouteIsSentOnce(t *testing.T) {
	for name, fault := range faults() {
		client, server := serve(t, fault)
		_, err := client.In(account).Traceroute(t.Context(), api.TracerouteRequest{Targets: []string{"192.0.2.1"}})
		if n := len(server.requests()); n != 1 || err == nil {
			t.Errorf("%s: sent %d times, %v", name, n, err)
		}
	}
}

// TestGeneratePSKIsSentOnceOnADeadConnection: net/http repeats requests by itself when a kept connection turns out to be closed.
func TestGeneratePSKIsSentOnceOnADeadConnection(t *testing.T) {
	var posts atomic.Int32
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posts.Add(1)
			panic(http.ErrAbortHandler) // the kept connection dies under the request
		}
		says(200, result(`{"gre_tunnels":[]}`))(w, r)
	})
	for range 5 {
		if _, err := client.In(account).GRETunnels.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		posts.Store(0)
		_, err := generatePSK(t.Context(), client.In(account), "t1")
		wantKind(t, err, api.NetworkTrouble)
		if posts.Load() != 1 {
			t.Fatalf("sent %d times", posts.Load())
		}
		if !strings.Contains(api.Advice(err), "read the object back") {
			t.Errorf("the uncertainty is not said: %v", err)
		}
	}
}

// TestGeneratePSKIsSentOnceOverHTTP2, where net/http has more reasons of its own to repeat a request.
func TestGeneratePSKIsSentOnceOverHTTP2(t *testing.T) {
	var posts atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		if r.ProtoMajor != 2 {
			t.Errorf("spoken: %s", r.Proto)
		}
		panic(http.ErrAbortHandler) // resets the stream
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	client, err := api.New(api.Options{BaseURL: server.URL, Credentials: api.Credentials{Token: api.NewSecret(canary)},
		Transport: server.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	_, err = generatePSK(t.Context(), client.In(account), "t1")
	wantKind(t, err, api.NetworkTrouble)
	if posts.Load() != 1 {
		t.Errorf("sent %d times", posts.Load())
	}
}

// TestGeneratePSKIsSentOnceWhenSlow: the time limit ends the call, and nothing is sent again.
func TestGeneratePSKIsSentOnceWhenSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		client := inMemory(t, func(r *http.Request) (*http.Response, error) {
			posts++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err := generatePSK(t.Context(), client.In(account), "t1")
		wantKind(t, err, api.NetworkTrouble)
		if took := time.Since(start); posts != 1 || took != api.DefaultTimeout {
			t.Errorf("sent %d times in %s", posts, took)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
}

// TestReadsAreRetried: trouble that passes is not shown.
func TestReadsAreRetried(t *testing.T) {
	passing := map[string]func() (*http.Response, error){
		"reset":        func() (*http.Response, error) { return nil, errors.New("connection reset by peer") },
		"500":          func() (*http.Response, error) { return reply(500, ""), nil },
		"503":          func() (*http.Response, error) { return reply(503, "<html>"), nil },
		"429":          func() (*http.Response, error) { return reply(429, "", "Retry-After", "7"), nil },
		"429, no time": func() (*http.Response, error) { return reply(429, ""), nil },
		"cut body": func() (*http.Response, error) {
			r := reply(200, "")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"succ`), failing{}))
			return r, nil
		},
	}
	for name, fail := range passing {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				var attempts []int
				client := inMemory(t, func(*http.Request) (*http.Response, error) {
					if n++; n < 3 {
						return fail()
					}
					return reply(200, result(`{"routes":[]}`)), nil
				}, func(o *api.Options) { o.OnExchange = func(x api.Exchange) { attempts = append(attempts, x.Attempt) } })
				start := time.Now()
				if _, err := client.In(account).Routes.List(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n != 3 || len(attempts) != 3 || attempts[2] != 3 {
					t.Errorf("%d requests, attempts %v", n, attempts)
				}
				if took := time.Since(start); name == "429" && took < 14*time.Second {
					t.Errorf("Retry-After was not kept: %s", took)
				} else if took > 20*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestReadsGiveUp: after three attempts the error is shown, soon enough.
func TestReadsGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := inMemory(t, func(*http.Request) (*http.Response, error) { n++; return nil, errors.New("connection refused") })
		start := time.Now()
		_, err := client.In(account).Routes.List(t.Context())
		wantKind(t, err, api.NetworkTrouble)
		if took := time.Since(start); n != 3 || took > 2*time.Second {
			t.Errorf("%d requests in %s", n, took)
		}
		if text := err.Error(); strings.Contains(text, "https://") || !strings.Contains(text, "connection refused") {
			t.Errorf("text: %s", text)
		}
	})
}

// TestALongPauseIsAnError: who has to wait for minutes is told until when, at once, and nothing more is sent meanwhile.
func TestALongPauseIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := inMemory(t, func(*http.Request) (*http.Response, error) { n++; return reply(429, "", "Retry-After", "300"), nil })
		start := time.Now()
		until := start.Add(300 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // also who has an hour is told at once
		defer cancel()
		for i := range 3 {
			_, err := client.In(account).Routes.List(ctx)
			wantKind(t, err, api.RateLimited)
			var e *api.Error
			if errors.As(err, &e); !e.Until.Equal(until) || e.RetryAfter != 300*time.Second {
				t.Errorf("call %d: until %s, retry after %s", i, e.Until, e.RetryAfter)
			}
		}
		_, err := generatePSK(t.Context(), client.In(account), "t1")
		wantKind(t, err, api.RateLimited)
		if n != 1 || time.Since(start) != 0 {
			t.Errorf("%d requests, %s", n, time.Since(start))
		}
		time.Sleep(300 * time.Second) // simulated time: the block is over
		_, _ = generatePSK(t.Context(), client.In(account), "t1")
		if n != 2 {
			t.Errorf("%d requests after the pause", n)
		}
	})
}

// TestTheRatelimitHeaderIsKept: with no requests left, a read waits for the reset and a change is refused until then.
func TestTheRatelimitHeaderIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := inMemory(t, func(*http.Request) (*http.Response, error) {
			n++
			return reply(200, result(`{"routes":[]}`), "Ratelimit", `"default";r=0;t=12, "burst";r=80;t=3`), nil
		})
		if _, err := client.In(account).Routes.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantKind(t, remove(t.Context(), client.In(account).Routes, "r1"), api.RateLimited)
		start := time.Now()
		if _, err := client.In(account).Routes.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n != 2 || time.Since(start) != 12*time.Second {
			t.Errorf("%d requests, waited %s", n, time.Since(start))
		}
	})
}

// TestCancel: giving up ends a call at once, also in a pause, and is not called network trouble.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := inMemory(t, func(*http.Request) (*http.Response, error) { return reply(503, "", "Retry-After", "10"), nil })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := client.In(account).Routes.List(ctx)
		wantKind(t, err, api.Canceled)
		if time.Since(start) != time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

// TestTheCallersDeadlineCounts: a deadline of the context takes the place of the default, shorter or longer.
func TestTheCallersDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := inMemory(t, func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() })
		for _, limit := range []time.Duration{time.Second, time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			start := time.Now()
			_, err := client.In(account).Routes.List(ctx)
			cancel()
			wantKind(t, err, api.NetworkTrouble)
			if time.Since(start) != limit {
				t.Errorf("took %s, want %s", time.Since(start), limit)
			}
		}
		start := time.Now()
		wantKind(t, trace(t.Context(), client.In(account)), api.NetworkTrouble)
		if time.Since(start) != 2*time.Minute {
			t.Errorf("a traceroute got %s", time.Since(start))
		}
	})
}

// TestRedirectsCarryNoCredentials: whoever is redirected to learns neither token nor key.
func TestRedirectsCarryNoCredentials(t *testing.T) {
	var stolen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	for _, creds := range []api.Credentials{{Token: api.NewSecret(canary)}, {Email: "a@example.com", Key: api.NewSecret(canary)}} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL, http.StatusFound)
		}, func(o *api.Options) { o.Credentials = creds })
		_, err := client.In(account).Routes.List(t.Context())
		wantKind(t, err, api.BadAnswer)
		if !strings.Contains(err.Error(), strings.TrimPrefix(thief.URL, "http://")) {
			t.Errorf("the error does not say where to: %v", err)
		}
	}
	if stolen.Load() != 0 {
		t.Errorf("%d requests followed", stolen.Load())
	}
}

// TestExactlyOneKindOfCredentials goes with each request.
func TestExactlyOneKindOfCredentials(t *testing.T) {
	client, server := serve(t, says(200, result("[]")), func(o *api.Options) {
		o.Credentials = api.Credentials{Token: api.NewSecret(canary), Email: "a@example.com", Key: api.NewSecret("0123456789")}
		o.UserAgent = "flarewire/1.2.3"
	})
	_, _ = client.Accounts(t.Context())
	h := server.last(t).Header
	if h.Get("Authorization") != "Bearer "+canary || h.Get("X-Auth-Key") != "" || h.Get("X-Auth-Email") != "" ||
		h.Get("User-Agent") != "flarewire/1.2.3" {
		t.Error("wrong headers with a token") // the headers are not printed: they hold the token
	}
	client, server = serve(t, says(200, result("[]")), func(o *api.Options) {
		o.Credentials = api.Credentials{Email: "a@example.com", Key: api.NewSecret("0123456789")}
	})
	_, _ = client.Accounts(t.Context())
	h = server.last(t).Header
	if h.Get("Authorization") != "" || h.Get("X-Auth-Key") != "0123456789" || h.Get("X-Auth-Email") != "a@example.com" {
		t.Error("wrong headers with a global key")
	}
}

// TestAnswersAreBounded: an endless answer ends in an error, not in all the memory.
func TestAnswersAreBounded(t *testing.T) {
	client, server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := strings.Repeat("x", 1<<16)
		for range 1000 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	}, func(o *api.Options) { o.BodyLimit = 1 << 20 })
	_, err := client.In(account).Routes.List(t.Context())
	if err == nil || !strings.Contains(err.Error(), "larger than the limit of 1048576 bytes") {
		t.Fatal(err)
	}
	if n := len(server.requests()); n != 1 {
		t.Errorf("asked %d times for what is too large", n)
	}
}

// TestCanceledByTheErrorOfAnotherCall: errgroup cancels with the first error as the cause, and net/http gives causes back.
// Each call tells its own story, and never writes into the other's error.
func TestCanceledByTheErrorOfAnotherCall(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	other := &api.Error{Kind: api.ServerTrouble, Path: "/other"}
	cancel(other)
	client, _ := serve(t, says(200, result(`{"routes":[]}`)))
	_, err := client.In(account).Routes.List(ctx)
	wantKind(t, err, api.Canceled)
	if other.Path != "/other" || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", other, err)
	}
}

// Cloudflare's own codes have no name in net/http: their meaning is said, and nothing is left empty before a comma.
func TestACodeOfCloudflaresEdgeIsExplained(t *testing.T) {
	for status, want := range map[int]string{520: "unknown error", 522: "connection timed out", 524: "a timeout occurred",
		599: "no reason given"} {
		client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html>error</html>"))
		})
		_, err := client.In("023e105f4ecef8ad9ca31a8372d0c353").GRETunnels.List(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "(,") {
			t.Errorf("%d: %v", status, err)
		}
	}
}
