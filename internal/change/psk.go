package change

import (
	"context"

	"flarewire/api"
	"flarewire/internal/journal"
)

// pskWarning is said before every change of a key.
const pskWarning = "The tunnel runs on until its next key exchange, and fails then unless the customer device has the new key"

// PrepareGeneratePSK plans a new pre-shared key made by Cloudflare. It is in Result.Secret, once. The server is not asked
// before: there is nothing to check, and a server that overlooked validate_only would replace the key at the first look.
func PrepareGeneratePSK(ctx context.Context, w *Writer, opened api.IPsecTunnel) (Plan, error) {
	return w.edit(ctx, edit{r: IPsecTunnels.Resource, verb: journal.GeneratePSK, opened: api.ObjectOf(opened), wanted: api.ObjectOf(opened),
		always: true, proof: keyChanged, conclusive: true,
		noDryRun: "there is nothing to check before a key is generated",
		build:    func(a *api.AccountClient, _ api.Object) (api.Request, error) { return a.BuildGeneratePSK(opened.ID) },
		guard: func(_ api.Object, p *Plan) {
			p.Warnings = append(p.Warnings, pskWarning)
			p.Consequences = append(p.Consequences,
				"Cloudflare shows the new key a single time and flarewire keeps no copy")
		}})
}

// keyChanged looks at when the key was made: the key itself cannot be read. That this moves with an own key too is
// unconfirmed, so without it a key that Cloudflare accepted is still believed.
func keyChanged(former, now api.Object) bool {
	before, _ := api.As[api.IPsecTunnel](former) // both were read as tunnels
	after, _ := api.As[api.IPsecTunnel](now)
	if after.PSKMetadata == nil || after.PSKMetadata.LastGeneratedOn.IsZero() {
		return false
	}
	return before.PSKMetadata == nil || !before.PSKMetadata.LastGeneratedOn.Equal(after.PSKMetadata.LastGeneratedOn.Time)
}
