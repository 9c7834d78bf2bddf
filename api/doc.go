// Package api is the client for the part of the Cloudflare API that network operators use: GRE and IPsec tunnels,
// network interconnects (CNI), static routes, BYOIP prefixes, BGP sessions and the analytics over them.
//
// One Client serves one set of credentials. Client.In chooses the account; its fields are the collections:
//
//	client, err := api.New(api.Options{Credentials: credentials})
//	tunnels := client.In(accountID).Tunnels(ctx)
//
// A client only reads, and builds changes: Build… returns a Request, which shows what it would send. A Sender, made by NewSender
// together with its client, sends it.
//
// Every object keeps the server's own bytes (Raw.JSON), so fields this package does not know are never lost.
// Every failure is an *Error: KindOf says what sort it is and Advice says what to do.
//
// A request passes the layers of transport.go in order: read-only, retry, rate limit, log, credentials, size bound,
// and the comparison of a change with what was built.
// Reads are retried and wait for the rate limit; a request that changes something is sent once or not at all.
package api
