package change

import (
	"context"
	"errors"

	"flarewire/api"
	"flarewire/internal/journal"
)

// pskWarning is said before every change of a key.
const pskWarning = "The tunnel breaks at the next key exchange until the customer device has the new key"

// PrepareGeneratePSK plans a new pre-shared key made by Cloudflare. It is in Result.Secret, once. The server is not asked
// before: there is nothing to check, and a server that overlooked validate_only would replace the key at the first look.
func PrepareGeneratePSK(ctx context.Context, w *Writer, opened api.IPsecTunnel) (Plan, error) {
	return prepareEdit(ctx, w, edit[api.IPsecTunnel]{r: IPsecTunnels, verb: journal.GeneratePSK, opened: opened, wanted: opened,
		always: true, proof: keyChanged, conclusive: true,
		noDryRun: "there is nothing to check before a key is generated",
		send: func(ctx context.Context, a *api.AccountClient, v api.IPsecTunnel, _ ...api.WriteOption) (api.Secret, error) {
			psk, err := a.GeneratePSK(ctx, v.ID)
			return psk.Key, err
		},
		guard: func(_ api.IPsecTunnel, p *Plan) {
			p.Warnings = append(p.Warnings, pskWarning)
			p.Consequences = append(p.Consequences,
				"The former key stops working at once; Cloudflare shows the new one a single time and flarewire keeps no copy")
		}})
}

// PrepareSetPSK plans a pre-shared key of the user's own. It is sent with the whole writable tunnel, as Cloudflare documents it.
func PrepareSetPSK(ctx context.Context, w *Writer, opened api.IPsecTunnel, key api.Secret) (Plan, error) {
	if key.IsZero() {
		return Plan{}, errors.New("there is no key: type one or let Cloudflare generate it")
	}
	wanted := opened
	wanted.PSK = key
	return prepareEdit(ctx, w, edit[api.IPsecTunnel]{r: IPsecTunnels, verb: journal.SetPSK, opened: opened, wanted: wanted,
		proof: keyChanged,
		send: func(ctx context.Context, a *api.AccountClient, v api.IPsecTunnel, options ...api.WriteOption) (api.Secret, error) {
			_, err := a.IPsecTunnels.Update(ctx, v.ID, v, options...)
			return api.Secret{}, err
		},
		guard: func(_ api.IPsecTunnel, p *Plan) { p.Warnings = append(p.Warnings, pskWarning) }})
}

// keyChanged looks at when the key was made: the key itself cannot be read. That this moves with an own key too is
// unconfirmed, so without it a key that Cloudflare accepted is still believed.
func keyChanged(before, after api.IPsecTunnel) bool {
	if after.PSKMetadata == nil || after.PSKMetadata.LastGeneratedOn.IsZero() {
		return false
	}
	return before.PSKMetadata == nil || !before.PSKMetadata.LastGeneratedOn.Equal(after.PSKMetadata.LastGeneratedOn.Time)
}
