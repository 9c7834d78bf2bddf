package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// examples are those of every command, by its path: help and manual show them, and a test has the flag parser read each.
var examples = map[string]string{
	"flarewire": `flarewire --demo                        # look around: a simulated account, no network
flarewire                               # the full-screen interface; without a credential it asks for one
flarewire --profile prod --read-only    # another profile, and nothing can be changed
flarewire --accessible                  # line-oriented mode`,
	"flarewire auth": `flarewire auth login --profile prod     # type a token, hidden
flarewire auth status                   # who is signed in, and what the credential may do`,
	"flarewire auth login": `flarewire auth login --profile prod --production
flarewire auth login --profile watch --read-only --store age
flarewire auth login --profile ops -- op read op://network/cloudflare/token
flarewire auth login --store none --token-stdin < token`,
	"flarewire auth status": `flarewire auth status
flarewire auth status --profile prod`,
	"flarewire auth switch": `flarewire auth switch prod`,
	"flarewire auth logout": `flarewire auth logout --profile prod
flarewire auth logout --profile prod --remove`,
	"flarewire bundle": `flarewire bundle                        # the name is made from the time
flarewire bundle ticket.zip --tunnel fra-dc1-gre`,
	"flarewire check": `flarewire check --warning 0 --critical 2
flarewire check --tunnel fra-dc1-gre --tunnel fra-dc2-gre
flarewire check --destination 10.64.0.0/20 -vv
flarewire check --baseline good.json --timeout 10`,
	"flarewire completion": `flarewire completion bash > /etc/bash_completion.d/flarewire`,
	"flarewire completion bash": `source <(flarewire completion bash)
flarewire completion bash > /etc/bash_completion.d/flarewire`,
	"flarewire completion fish":       `flarewire completion fish > ~/.config/fish/completions/flarewire.fish`,
	"flarewire completion powershell": `flarewire completion powershell | Out-String | Invoke-Expression`,
	"flarewire completion zsh":        `flarewire completion zsh > "${fpath[1]}/_flarewire"`,
	"flarewire config": `flarewire config                        # the platforms
flarewire config fra-dc1-gre --for ios-xe
flarewire config fra-dc1-gre fra-dc2-gre --for junos --output junos.set
flarewire config waw-br1-ipsec --for linux --output router`,
	"flarewire demo-server": `flarewire demo-server --addr 127.0.0.1:8787
flarewire demo-server --tunnels 1000    # a large account`,
	"flarewire diagnose": `flarewire diagnose
flarewire diagnose fra-dc1-gre
flarewire diagnose --all-profiles -o json
flarewire diagnose --watch -o jsonl`,
	"flarewire get": `flarewire get ipsec waw-br1-ipsec -o json
flarewire get routes 10.64.0.0/20
flarewire get bindings 198.18.10.0/24 --prefix 198.18.10.0/24`,
	"flarewire help": `flarewire help check`,
	"flarewire journal": `flarewire journal
flarewire journal -o json | jq '.[] | select(.outcome != "done")'`,
	"flarewire list": `flarewire list routes
flarewire list bindings --prefix 198.18.10.0/24 -o json
flarewire list gre --watch`,
	"flarewire metrics": `flarewire metrics
flarewire metrics --output /var/lib/node_exporter/flarewire.prom`,
	"flarewire record": `flarewire record --all-profiles
flarewire record --listen 127.0.0.1:9469 --on-event ./tell.sh`,
	"flarewire settings": `flarewire settings
flarewire settings edit`,
	"flarewire settings check": `flarewire settings check
flarewire settings check config.toml`,
	"flarewire settings edit": `flarewire settings edit
EDITOR=nano flarewire settings edit`,
	"flarewire settings path": `cp "$(flarewire settings path)" backup.toml`,
	"flarewire snapshot": `flarewire snapshot save good.json
flarewire snapshot compare good.json`,
	"flarewire snapshot compare": `flarewire snapshot compare good.json
flarewire snapshot compare good.json -o json`,
	"flarewire snapshot save": `flarewire snapshot save good.json
flarewire snapshot save good.json --force`,
	"flarewire status": `flarewire status
flarewire status -o json | jq '.tunnels[] | select(.bgp.state=="BGP_DOWN").name'
flarewire status --watch
flarewire status --all-profiles`,
	"flarewire version": `flarewire version
flarewire --version`,
	"flarewire where": `flarewire where 10.64.3.7
flarewire where 10.64.0.0/20 -o json`,
}

// exitCodes are what commands end with that say nothing else of it.
var exitCodes = map[string]string{
	"flarewire auth": "0 done, 2 wrong usage.",
	"flarewire auth login": "0 it is kept, 1 Cloudflare did not accept the credential or could not be asked, 2 wrong usage, or there is " +
		"no place to keep it.",
	"flarewire auth switch":   "0 done, 2 wrong usage, or there is no such profile.",
	"flarewire auth logout":   "0 done, 1 a store said no, 2 wrong usage, or there is no such profile.",
	"flarewire demo-server":   "0 ended by a signal, 1 the address is in use, 2 wrong usage.",
	"flarewire settings path": "0 done, 2 wrong usage.",
	"flarewire snapshot":      "2: it does nothing without save or compare.",
	"flarewire snapshot save": "0 saved, 1 API or network error, 2 wrong usage, no credentials, or the file is there already.",
	"flarewire version":       "0 done, 2 wrong usage.",
	"flarewire completion":    "0 done, 2 wrong usage.",
}

// exemplify gives every command its examples and its exit codes.
func exemplify(root *cobra.Command) {
	for _, cmd := range all(root) {
		if text := examples[cmd.CommandPath()]; text != "" {
			cmd.Example = "  " + strings.ReplaceAll(text, "\n", "\n  ")
		}
		codes := exitCodes[cmd.CommandPath()]
		if cmd.HasParent() && cmd.Parent().Name() == "completion" {
			codes = exitCodes["flarewire completion"]
		}
		if codes == "" {
			continue
		}
		if cmd.Long == "" {
			cmd.Long = cmd.Short + "."
		}
		cmd.Long = strings.TrimSpace(cmd.Long) + "\n\nExit code: " + codes
	}
}
