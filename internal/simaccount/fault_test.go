package simaccount_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/internal/simaccount"
)

// getter asks for the GRE tunnels; what was read before an error is in the reply.
type getter func(context.Context) (reply, error)

// wires serves the same account in the process and over a socket on loopback.
func wires(t *testing.T, test func(t *testing.T, sim *simaccount.Server, get getter)) {
	for _, wire := range []string{"in process", "socket"} {
		t.Run(wire, func(t *testing.T) {
			sim := simaccount.New(simaccount.Options{})
			client, url := &http.Client{Transport: sim.RoundTripper()}, "http://edge.invalid"
			if wire == "socket" {
				server := httptest.NewServer(sim)
				t.Cleanup(server.Close)
				client, url = server.Client(), server.URL
			}
			test(t, sim, func(ctx context.Context) (reply, error) {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/client/v4"+gre, nil)
				if err != nil {
					return reply{}, err
				}
				r.Header.Set("Authorization", "Bearer demo-token")
				resp, err := client.Do(r)
				if err != nil {
					return reply{}, err
				}
				defer func() { _ = resp.Body.Close() }()
				body, err := io.ReadAll(resp.Body)
				return reply{t: t, status: resp.StatusCode, header: resp.Header, raw: body}, err
			})
		})
	}
}

func TestFaultsOfTheAnswer(t *testing.T) {
	tests := []struct {
		name   string
		fault  simaccount.Fault
		status int
		header string
		body   func(string) bool
	}{
		{"status", simaccount.Fault{Kind: simaccount.FaultStatus, Status: 500, Body: `{"success":false}`}, 500, "application/json",
			func(s string) bool { return s == `{"success":false}` }},
		{"HTML", simaccount.Fault{Kind: simaccount.FaultHTML}, 502, "text/html", func(s string) bool {
			return strings.HasPrefix(s,
				"<!DOCTYPE html>")
		}},
		{"garbage", simaccount.Fault{Kind: simaccount.FaultGarbage}, 200, "json",
			func(s string) bool { return !json.Valid([]byte(s)) && s != "" }},
		{"empty", simaccount.Fault{Kind: simaccount.FaultEmpty}, 200, "json", func(s string) bool { return s == "" }},
		{"rate limit", simaccount.Fault{Kind: simaccount.FaultRateLimit, RetryAfter: 7 * time.Second}, 429, "json", valid},
		{"wrong types", simaccount.Fault{Kind: simaccount.FaultWrongTypes}, 200, "json",
			func(s string) bool {
				return valid(s) && strings.Contains(s, `"mtu":[1476]`) && strings.Contains(s, `"success":true`)
			}},
		{"unknown fields", simaccount.Fault{Kind: simaccount.FaultUnknownFields}, 200, "json",
			func(s string) bool {
				return valid(s) && strings.Contains(s, "x_new_setting") && strings.Contains(s, "fra-dc1-gre")
			}},
		{"huge", simaccount.Fault{Kind: simaccount.FaultHuge, Size: 3 << 20}, 200, "json",
			func(s string) bool { return valid(s) && len(s) == 3<<20 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wires(t, func(t *testing.T, sim *simaccount.Server, get getter) {
				sim.Fault(test.fault)
				got, err := get(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got.status != test.status || !strings.Contains(got.header.Get("Content-Type"), test.header) || !test.body(string(got.raw)) {
					t.Errorf("status %d, %s: %.200s", got.status, got.header.Get("Content-Type"), got.raw)
				}
				if test.fault.RetryAfter > 0 && got.header.Get("Retry-After") != "7" {
					t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
				}
				sim.ClearFaults()
				if got, err := get(t.Context()); err != nil || got.status != 200 {
					t.Errorf("the fault outlives ClearFaults: %v", err)
				}
			})
		})
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	wires(t, func(t *testing.T, sim *simaccount.Server, get getter) {
		sim.Fault(simaccount.Fault{Kind: simaccount.FaultReset, Times: 1})
		if _, err := get(t.Context()); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reset gives %v", err)
		}
		sim.Fault(simaccount.Fault{Kind: simaccount.FaultTruncated, Times: 1})
		got, err := get(t.Context())
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(got.raw) == 0 || json.Valid(got.raw) {
			t.Errorf("truncation gives %v and %d bytes", err, len(got.raw))
		}
		if _, err := get(t.Context()); err != nil {
			t.Errorf("faults for one time are still there: %v", err)
		}
	})
}

func TestDelaysEndWithTheRequest(t *testing.T) {
	wires(t, func(t *testing.T, sim *simaccount.Server, get getter) {
		for _, kind := range []simaccount.FaultKind{simaccount.FaultDelay, simaccount.FaultSlow} {
			sim.ClearFaults()
			sim.Fault(simaccount.Fault{Kind: kind, Delay: time.Hour})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			if _, err := get(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("kind %d: %v", kind, err)
			}
			cancel()
		}
	})
}

func TestASlowAnswerArrivesWholeAndLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simaccount.New(simaccount.Options{})
		client := &http.Client{Transport: sim.RoundTripper()}
		for kind, least := range map[simaccount.FaultKind]time.Duration{
			simaccount.FaultDelay: 3 * time.Second, simaccount.FaultSlow: 30 * time.Second,
		} {
			sim.ClearFaults()
			sim.Fault(simaccount.Fault{Kind: kind, Delay: 3 * time.Second})
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://edge.invalid/client/v4"+gre, nil)
			r.Header.Set("Authorization", "Bearer demo-token")
			start := time.Now()
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if took := time.Since(start); err != nil || !json.Valid(body) || took < least {
				t.Errorf("kind %d: %d bytes after %v, error %v", kind, len(body), took, err)
			}
		}
	})
}

func TestFaultsMatchByMethodAndPathAndAreUsedUp(t *testing.T) {
	o := newOperator(t)
	o.sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503, Method: "POST", Path: "*/psk_generate", Times: 2})
	id := o.tunnel(simaccount.IPsecTunnels, "ams-br2-ipsec")["id"].(string)
	key := o.sim.PSK(id)
	for _, want := range []int{503, 503, 200} {
		if o.sim.PSK(id) != key {
			t.Error("a request was carried out that should not be")
		}
		if r := o.send("POST", ipsec+"/"+id+"/psk_generate", nil); r.status != want {
			t.Errorf("status %d, want %d", r.status, want)
		}
	}
	if o.sim.PSK(id) == key {
		t.Error("the last request was not carried out")
	}
}

func TestAWriteCanHappenAndItsAnswerGetLost(t *testing.T) {
	o := newOperator(t)
	o.sim.Fault(simaccount.Fault{Kind: simaccount.FaultReset, Method: "POST", CarriedOut: true, Times: 1})
	if _, err := o.try("POST", gre, newGRE()); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("error %v", err)
	}
	if _, there := o.sim.Object(simaccount.GRETunnels, "ber-br1-gre"); !there {
		t.Error("the tunnel was not created")
	}
	requests := o.sim.Requests()
	last := requests[len(requests)-1]
	if last.Method != http.MethodPost || last.Path != gre || last.Status != 0 || !strings.Contains(string(last.Body), "ber-br1-gre") {
		t.Errorf("the log says %+v", last)
	}
}

func valid(s string) bool { return json.Valid([]byte(s)) }

func TestTheRoundTripperStopsWithTheContext(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://edge.invalid/client/v4"+gre, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer demo-token")
	resp, err := sim.RoundTripper().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on gives %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
		t.Error("a closed body can be read")
	}
	if again, err := sim.RoundTripper().RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("sending with the ended context gives %v", err)
		_ = again.Body.Close()
	}
	if n := len(sim.Requests()); n != 1 {
		t.Errorf("%d requests arrived, want 1", n)
	}
}
