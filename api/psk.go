package api

import (
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

// BuildGeneratePSK builds the request that makes a new pre-shared key for a tunnel; it is in Answer.PSK. Cloudflare stores it at
// once: the old key stops working. Every repetition makes another key. When the result is not known (Error.Uncertain), the tunnel
// may have a key that nobody knows.
func (a *AccountClient) BuildGeneratePSK(tunnelID string) (Request, error) {
	return a.client.build(&opGeneratePSK, []string{a.ID, tunnelID}, []byte("{}"), func(got *answer) (Answer, error) {
		psk, err := enveloped[wirePSK](a.client, got)
		switch {
		case err != nil:
			return Answer{}, err
		case psk.PSK == "" && !got.call.dryRun:
			e := opGeneratePSK.refuse(BadAnswer, "the answer holds no key; the tunnel may have a new key that nobody knows")
			e.Uncertain = true
			return Answer{}, e
		case psk.TunnelID != "" && psk.TunnelID != tunnelID:
			return Answer{}, got.bad("the answer is about another tunnel than the one that was asked for")
		}
		got.hiding.redactor.Add(NewSecret(psk.PSK))
		return Answer{PSK: psk.psk()}, nil
	})
}

// PSKResult is what became of each key of BuildSetPSKs, by tunnel id.
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

// BuildSetPSKs builds the request that stores own keys, by tunnel id. It can succeed for some and fail for others: look at both
// maps of Answer.PSKs.
func (a *AccountClient) BuildSetPSKs(keys map[string]Secret) (Request, error) {
	type pair struct {
		ID  string `json:"id"`
		PSK string `json:"psk"`
	}
	var pairs []pair
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		if id == "" || keys[id].IsZero() {
			return Request{}, opSetPSKs.refuse(Invalid, "a tunnel id or a key is empty; nothing was sent")
		}
		pairs = append(pairs, pair{id, keys[id].Reveal()})
	}
	if len(pairs) == 0 {
		return Request{}, opSetPSKs.refuse(Invalid, "there is no key to set; nothing was sent")
	}
	body, err := encode(map[string][]pair{"psks": pairs})
	if err != nil {
		return Request{}, err
	}
	return a.client.build(&opSetPSKs, []string{a.ID}, body, a.storedPSKs)
}

// storedPSKs reads the answer to BuildSetPSKs.
func (a *AccountClient) storedPSKs(got *answer) (Answer, error) {
	wire, err := enveloped[wirePSKs](a.client, got)
	if err != nil {
		return Answer{}, err
	}
	if wire.lost != "" {
		e := opSetPSKs.refuse(BadAnswer, "the answer has an unexpected shape at "+strconv.Quote(wire.lost)+
			"; what became of the keys is not known")
		e.Uncertain = true
		return Answer{}, e
	}
	result := PSKResult{Applied: map[string]PSK{}, Unapplied: map[string]string{}}
	for id, w := range wire.Applied {
		result.Applied[id] = w.psk()
	}
	for id, reason := range wire.Unapplied {
		result.Unapplied[id] = clean(got.hide(reason))
	}
	return Answer{PSKs: result}, nil
}
