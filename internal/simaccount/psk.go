package simaccount

import (
	"encoding/hex"
	"time"
)

// accountNumber is the short number that stands for the account in IKE identities.
const accountNumber = "123456789"

// remoteIdentities are the IKE identities that a customer's router may present for the tunnel.
func (s *Server) remoteIdentities(id string) Object {
	host := id + "." + accountNumber + ".ipsec.cloudflare.com"
	return Object{
		"hex_id":  hex.EncodeToString([]byte(accountNumber + "_" + id)),
		"fqdn_id": host,
		"user_id": "ipsec@" + host,
	}
}

const pskAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

// newPSK makes 32 letters and digits. It is a simulated key: predictable from the seed on purpose.
func (s *Server) newPSK() string {
	s.serial++
	h := s.hash("psk", s.serial)
	key := make([]byte, 0, len(h))
	for _, b := range h {
		key = append(key, pskAlphabet[int(b)%len(pskAlphabet)])
	}
	return string(key)
}

// generatePSK replaces the key at once: a running tunnel breaks until its router has the new one.
// A dry run changes nothing and shows no key.
func generatePSK(c *call) (any, error) {
	r, err := ipsecTunnels.lookup(c, c.vars["id"], true)
	if err != nil {
		return nil, err
	}
	psk := ""
	if !c.dry {
		psk = c.server.newPSK()
		c.rekey(r, psk)
	}
	return c.pskResult(r, psk), nil
}

func (c *call) rekey(r *record, psk string) {
	r.setPSK(psk, c.now)
	r.obj["modified_on"] = stamp(c.now)
	r.startOver(c.now)
}

// pskResult carries nanoseconds, while the stored time has microseconds: the real API does so too.
func (c *call) pskResult(r *record, psk string) Object {
	return Object{
		"ipsec_tunnel_id": r.id, "ipsec_id": accountNumber + "_" + r.id, "psk": psk,
		"psk_metadata": Object{"last_generated_on": c.now.UTC().Format(time.RFC3339Nano)},
	}
}

var pskFields = []field{{name: "psks", kind: objects, required: true, bounds: &bounds{1, 1000}, fields: []field{
	{name: "id", kind: text, required: true, bounds: &bounds{1, 32}},
	{name: "psk", kind: text, required: true},
}}}

// setPSKs applies what it can and says for the rest why not.
func setPSKs(c *call) (any, error) {
	body, err := c.object("[]magic.PSK")
	if err != nil {
		return nil, ipsecTunnels.wrap("updating", err)
	}
	sent, err := decoder{typeName: "PSKs", create: true}.object(pskFields, body, "")
	if err != nil {
		return nil, ipsecTunnels.wrap("updating", err)
	}
	applied, refused := Object{}, Object{}
	for _, item := range sent["psks"].([]any) {
		id, psk := item.(Object)["id"].(string), item.(Object)["psk"].(string)
		r, err := ipsecTunnels.lookup(c, id, true)
		switch reason := checkPSK(psk); {
		case err != nil:
			refused[id] = err.Error()
		case reason != "":
			refused[id] = "psk " + reason
		default:
			if !c.dry {
				c.rekey(r, psk)
			}
			applied[id] = c.pskResult(r, psk)
		}
	}
	return Object{"successfully_applied_psks": applied, "unapplied_psks": refused}, nil
}

// pskOf is for tests: what the edge would use.
func (s *Server) pskOf(idOrName string) string {
	if r := s.objects[IPsecTunnels].find(idOrName); r != nil {
		return r.psk
	}
	return ""
}
