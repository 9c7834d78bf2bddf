package api

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// PSK is a pre-shared key that Cloudflare has just stored. It cannot be read again.
type PSK struct {
	TunnelID string
	IPsecID  string
	Key      Secret
	Metadata PSKMetadata
}

// wirePSK is a PSK on the wire, where the key is a plain text.
type wirePSK struct {
	TunnelID string      `json:"ipsec_tunnel_id"`
	IPsecID  string      `json:"ipsec_id"`
	PSK      string      `json:"psk"`
	Metadata PSKMetadata `json:"psk_metadata"`
}

// setUndecoded takes part in tolerant decoding: a key that was just made must not be lost to an odd field beside it.
func (*wirePSK) setUndecoded([]string) {}

func (w *wirePSK) psk() PSK {
	return PSK{TunnelID: w.TunnelID, IPsecID: w.IPsecID, Key: NewSecret(w.PSK), Metadata: w.Metadata}
}

// GeneratePSK makes a new pre-shared key for a tunnel and stores it at Cloudflare at once: the old key stops working. It is sent
// exactly once whatever happens, because every repetition makes another key. When the result is not known (Error.Uncertain),
// the tunnel may have a key that nobody knows.
func (a *AccountClient) GeneratePSK(ctx context.Context, tunnelID string, options ...WriteOption) (PSK, error) {
	in := &call{op: &opGeneratePSK, args: []string{a.ID, tunnelID}, body: []byte("{}")}
	in.apply(options)
	got, err := envelopedObject[wirePSK](ctx, a.client, in)
	if err != nil {
		return PSK{}, err
	}
	if got.PSK == "" && !in.dryRun {
		e := opGeneratePSK.refuse(BadAnswer, "the answer holds no key; the tunnel may have a new key that nobody knows")
		e.Uncertain = true
		return PSK{}, e
	}
	return got.psk(), nil
}

// PSKResult is what became of each key of SetPSKs, by tunnel id.
type PSKResult struct {
	Applied   map[string]PSK
	Unapplied map[string]string // with the reason
}

// wirePSKs is a PSKResult on the wire.
type wirePSKs struct {
	Applied   map[string]wirePSK `json:"successfully_applied_psks"`
	Unapplied map[string]string  `json:"unapplied_psks"`

	lost string // path of what could not be decoded and says what became of a key
}

func (w *wirePSKs) setUndecoded(paths []string) {
	for _, path := range paths {
		if w.lost == "" && !strings.Contains(path, ".psk_metadata") {
			w.lost = path
		}
	}
}

// SetPSKs stores own keys, by tunnel id. It can succeed for some and fail for others: look at both maps.
func (a *AccountClient) SetPSKs(ctx context.Context, keys map[string]Secret, options ...WriteOption) (PSKResult, error) {
	type pair struct {
		ID  string `json:"id"`
		PSK string `json:"psk"`
	}
	in := &call{op: &opSetPSKs, args: []string{a.ID}}
	var pairs []pair
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		if id == "" || keys[id].IsZero() {
			return PSKResult{}, opSetPSKs.refuse(Invalid, "a tunnel id or a key is empty; nothing was sent")
		}
		pairs = append(pairs, pair{id, keys[id].Reveal()})
		in.secrets = append(in.secrets, keys[id])
	}
	if len(pairs) == 0 {
		return PSKResult{}, opSetPSKs.refuse(Invalid, "there is no key to set; nothing was sent")
	}
	body, err := encode(map[string][]pair{"psks": pairs})
	if err != nil {
		return PSKResult{}, err
	}
	in.body = body
	in.apply(options)
	got, err := envelopedObject[wirePSKs](ctx, a.client, in)
	if err != nil {
		return PSKResult{}, err
	}
	if got.lost != "" {
		e := opSetPSKs.refuse(BadAnswer, "the answer has an unexpected shape at "+strconv.Quote(got.lost)+"; what became of the keys is not known")
		e.Uncertain = true
		return PSKResult{}, e
	}
	result := PSKResult{Applied: map[string]PSK{}, Unapplied: map[string]string{}}
	for id, w := range got.Applied {
		result.Applied[id] = w.psk()
	}
	for id, reason := range got.Unapplied {
		result.Unapplied[id] = clean(hideSecrets(reason, in.secrets...))
	}
	return result, nil
}
