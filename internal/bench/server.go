package main

import (
	"net/http/httptest"
	"time"

	"flarewire/internal/simedge"
)

// account is a simulated account served on loopback, and how to reach it.
type account struct {
	edge   *simedge.Edge
	server *httptest.Server
}

func serve(tunnels int) *account {
	edge := simedge.New(simedge.Options{Tunnels: tunnels})
	return &account{edge: edge, server: httptest.NewServer(edge)}
}

func (a *account) close() { a.server.Close() }

// delay adds a time to every answer from now on, as a distant server would.
func (a *account) delay(d time.Duration) {
	a.edge.Fault(simedge.Fault{Kind: simedge.FaultDelay, Delay: d})
}

// environ is what a shell needs to work on the account. The token is the simulated one, no secret.
func (a *account) environ() []string {
	return []string{
		"CLOUDFLARE_BASE_URL=" + a.server.URL + "/client/v4",
		"CLOUDFLARE_API_TOKEN=" + simedge.DefaultToken,
		"CLOUDFLARE_ACCOUNT_ID=" + simedge.DefaultAccount,
	}
}
