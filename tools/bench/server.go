package main

import (
	"net/http/httptest"
	"time"

	"flarewire/internal/simaccount"
)

// account is a simulated account served on loopback, and how to reach it.
type account struct {
	sim    *simaccount.Server
	server *httptest.Server
}

func serve(tunnels int) *account {
	sim := simaccount.New(simaccount.Options{Tunnels: tunnels})
	return &account{sim: sim, server: httptest.NewServer(sim)}
}

func (a *account) close() { a.server.Close() }

// delay adds a time to every answer from now on, as a distant server would.
func (a *account) delay(d time.Duration) {
	a.sim.Fault(simaccount.Fault{Kind: simaccount.FaultDelay, Delay: d})
}

// environ is what a shell needs to work on the account. The token is the simulated one, no secret.
func (a *account) environ() []string {
	return []string{
		"CLOUDFLARE_BASE_URL=" + a.server.URL + "/client/v4",
		"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken,
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount,
	}
}
