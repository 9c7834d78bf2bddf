package rules

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// PSK checks a pre-shared key; empty means that it is added later, and until then the tunnel cannot work
// (Cloudflare docs: Configure tunnel endpoints). Cloudflare documents neither length nor characters
// (unconfirmed): what devices commonly fail on is a Warning. The text never repeats the key.
func PSK(key string) Finding {
	switch {
	case key == "":
		return note(srcDocsTunnels, "Without a pre-shared key the tunnel cannot come up; add it later")
	case hasControl(key):
		return refuse(srcUnconfirmed, "Leave out line breaks and tabs; devices cannot take them")
	case strings.TrimSpace(key) != key:
		return warn(srcUnconfirmed, "The key begins or ends with a space; probably a copying mistake")
	case !printable(key):
		return warn(srcUnconfirmed, "Devices differ in how they handle non-ASCII characters; ASCII is safe")
	case utf8.RuneCountInString(key) < ShortPSK:
		return warn(srcRFC7296, "Short keys can be guessed; use %d characters or more", ShortPSK)
	}
	return Finding{}
}

// customFQDNSuffix ends every custom IKE identity (Cloudflare docs: Custom IKE ID for IPsec).
const customFQDNSuffix = ".custom.ipsec.cloudflare.com"

// CustomFQDN checks a custom IKE identity: <label>.<account ID>.custom.ipsec.cloudflare.com; empty means none
// (Cloudflare API: create IPsec tunnel). accountID may be empty when it is not known. The account ID in
// identities may be a short number rather than the API's 32 characters (unconfirmed), so a different one is a
// Warning.
func CustomFQDN(text, accountID string) Finding {
	if text == "" {
		return Finding{}
	}
	const form = "The form is LABEL.ACCOUNT-ID.custom.ipsec.cloudflare.com"
	front, whole := strings.CutSuffix(text, customFQDNSuffix)
	if !whole {
		return customFQDNUnfinished(text, form)
	}
	label, account, dot := strings.Cut(front, ".")
	switch {
	case !dot, !dnsLabel(label), !dnsLabel(account):
		return refuse(srcDocsIKEID, form)
	case accountID != "" && account != accountID:
		return warn(srcDocsIKEID, "The part after the label is not this account's ID")
	}
	return Finding{}
}

// customFQDNUnfinished judges a text without the whole suffix: Partial while what is there fits the form.
func customFQDNUnfinished(text, form string) Finding {
	parts := strings.SplitN(text, ".", 3)
	for i, part := range parts[:min(2, len(parts))] {
		typing := i == len(parts)-1 && (part == "" || dnsLabel(part+"a"))
		if !typing && !dnsLabel(part) {
			return refuse(srcDocsIKEID, "%s", form)
		}
	}
	if len(parts) == 3 && !strings.HasPrefix(customFQDNSuffix[1:], parts[2]) {
		return refuse(srcDocsIKEID, "%s", form)
	}
	return partial(srcDocsIKEID, "%s", form)
}

// dnsLabel reports whether the text is one label of a host name (RFC 1123).
func dnsLabel(text string) bool {
	if text == "" || len(text) > 63 || text[0] == '-' || text[len(text)-1] == '-' {
		return false
	}
	for i := range len(text) {
		if !isAlnum(text[i]) && text[i] != '-' {
			return false
		}
	}
	return true
}

// FQDNUse says that a tunnel has a custom IKE identity.
type FQDNUse struct {
	FQDN               string
	CloudflareEndpoint netip.Addr
	Owner              string
}

// CustomFQDNUsed refuses a custom IKE identity that another tunnel with the same Cloudflare endpoint has; with
// a different endpoint it may repeat (Cloudflare API: create IPsec tunnel). The caller leaves the edited tunnel out.
func CustomFQDNUsed(fqdn string, cloudflareEndpoint netip.Addr, others []FQDNUse) Finding {
	for _, o := range others {
		if fqdn != "" && strings.EqualFold(o.FQDN, fqdn) && o.CloudflareEndpoint == cloudflareEndpoint {
			return refuse(srcAPIIPsec, "%s has this identity at this endpoint; use another one", o.Owner)
		}
	}
	return Finding{}
}

// IKEParameters lists what Cloudflare negotiates in one phase (Cloudflare docs: GRE and IPsec tunnels).
type IKEParameters struct {
	Encryption []string
	Integrity  []string
	PRF        []string // phase 1 only
	DHGroups   []int    // the recommended one first
	// MinLifetimeMinutes and MaxLifetimeMinutes bound the usual or recommended lifetime.
	MinLifetimeMinutes, MaxLifetimeMinutes int
}

// Names of algorithms in the IKE tables.
const (
	EncryptionGCM256 = "AES-256-GCM-16"
	EncryptionGCM128 = "AES-128-GCM-16"
	EncryptionCBC256 = "AES-256-CBC"
	EncryptionCBC128 = "AES-128-CBC"
	SHA1             = "SHA-1"
	SHA256           = "SHA2-256"
)

// IKEPhase2 is what Cloudflare accepts for the child SA, ESP in tunnel mode (Cloudflare docs: GRE and IPsec tunnels).
func IKEPhase2() IKEParameters {
	return IKEParameters{
		Encryption:         []string{EncryptionGCM256, EncryptionGCM128, EncryptionCBC256, EncryptionCBC128},
		Integrity:          []string{SHA256, SHA1},
		DHGroups:           []int{20, 14, 5},
		MinLifetimeMinutes: 30, MaxLifetimeMinutes: 8 * 60,
	}
}

// IKESafe is the set for both phases in which every document of Cloudflare's agrees: use it for generated
// configurations, with the first of each list.
func IKESafe() IKEParameters {
	return IKEParameters{
		Encryption:         []string{EncryptionGCM256, EncryptionCBC256},
		Integrity:          []string{SHA256},
		PRF:                []string{SHA256},
		DHGroups:           []int{20, 14},
		MinLifetimeMinutes: 8 * 60, MaxLifetimeMinutes: 8 * 60,
	}
}
