package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/simaccount"
)

func newDemoServer(x IO) *cobra.Command {
	var addr, token, account string
	var tunnels int
	cmd := &cobra.Command{
		Use:   "demo-server",
		Short: "Serve the simulated account over HTTP, on loopback only",
		Long: `Serve the simulated account over HTTP, for tests and for trying flarewire and scripts without a
real account. The first line of standard output is the base URL:

  CLOUDFLARE_BASE_URL=<that line> CLOUDFLARE_API_TOKEN=demo-token flarewire status`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tunnels < 0 {
				return usage("--tunnels %d: use 0 for the believable dozen, or a number of tunnels", tunnels)
			}
			sim := simaccount.New(simaccount.Options{Token: token, Account: account, Tunnels: tunnels, Now: x.Now})
			if tunnels == 0 {
				sim.FurnishRecord()
			}
			return serve(cmd.Context(), x, addr, sim)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "address to listen on; loopback only")
	cmd.Flags().StringVar(&token, "token", simaccount.DefaultToken, "the token that is accepted")
	cmd.Flags().StringVar(&account, "account", simaccount.DefaultAccount, "the account's id")
	cmd.Flags().IntVar(&tunnels, "tunnels", 0, "how many tunnels, half GRE and half IPsec; 0: a believable dozen")
	return cmd
}

// serve runs until it is interrupted.
func serve(ctx context.Context, x IO, addr string, handler http.Handler) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usage("--addr %s: use host:port, for example 127.0.0.1:8787", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--addr %s: the simulated account is served on loopback only (127.0.0.1, ::1 or localhost)", addr)
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", addr)
	if err != nil {
		return trouble(err)
	}
	fmt.Fprintf(x.Out, "http://%s/client/v4\n", listener.Addr())

	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return trouble(err)
	case <-ctx.Done():
	}
	if err := server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return trouble(err)
	}
	return nil
}
