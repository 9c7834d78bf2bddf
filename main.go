// Command flarewire watches and configures networks on Cloudflare's Magic Transit and Cloudflare WAN.
package main

import (
	"context"
	"os"

	"flarewire/cli"
)

func main() { os.Exit(cli.Process(context.Background(), os.Args[1:])) }
