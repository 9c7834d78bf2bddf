package rules

import (
	"net/netip"
	"slices"
	"strings"
)

// Service is what a service binding hands addresses to.
type Service int

// The services with documented rules; the zero value is any other.
const (
	ServiceOther Service = iota
	ServiceMagicTransit
	ServiceCDN
	ServiceSpectrum
)

// ServiceOf recognises a service by the name the API gives it (Cloudflare API: list services).
func ServiceOf(name string) Service {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "magic transit"):
		return ServiceMagicTransit
	case strings.Contains(lower, "cdn"):
		return ServiceCDN
	case strings.Contains(lower, "spectrum"):
		return ServiceSpectrum
	}
	return ServiceOther
}

// String gives the service as Cloudflare's documents write it.
func (s Service) String() string {
	switch s {
	case ServiceMagicTransit:
		return "Magic Transit"
	case ServiceCDN:
		return "CDN"
	case ServiceSpectrum:
		return "Spectrum"
	default:
		return "another service"
	}
}

// Binding is a service binding: the most specific one decides for an address.
type Binding struct {
	CIDR    netip.Prefix
	Service Service
}

// BindingCIDR checks the network of a service binding while it is typed: inside the prefix, and for the first
// binding the prefix itself (Cloudflare API: create service binding).
func BindingCIDR(text string, prefix netip.Prefix, existing []Binding) Finding {
	p, f := part(text, prefix, srcAPIBinding)
	if f.Blocks() {
		return f
	}
	return Worst(bindingPlace(p, prefix, existing), f)
}

// bindingPlace checks where a binding lies: the first one is the whole prefix, later ones are parts of it.
func bindingPlace(cidr, prefix netip.Prefix, existing []Binding) Finding {
	cidr, prefix = cidr.Masked(), prefix.Masked()
	switch {
	case !inside(cidr, prefix):
		return refuse(srcAPIBinding, "Choose a network inside %s", prefix)
	case len(existing) == 0 && cidr != prefix:
		return refuse(srcAPIBinding, "The first binding must be the whole prefix, %s", prefix)
	case len(existing) > 0 && cidr == prefix:
		return refuse(srcAPIBinding, "The whole prefix has its binding; choose a part of it")
	}
	return Finding{}
}

// BindingAllowed checks a new service binding with its service. The first binding spans the prefix; Magic
// Transit can only be that one; CDN and Spectrum can be parts of any other default; an address cannot have two
// services (Cloudflare docs: BYOIP, service bindings). What is allowed comes back as a Note with the time it takes.
func BindingAllowed(prefix netip.Prefix, existing []Binding, added Binding) Finding {
	if f := bindingPlace(added.CIDR, prefix, existing); !f.IsZero() {
		return f
	}
	if len(existing) > 0 {
		if f := bindingBeside(prefix, existing, added); !f.IsZero() {
			return f
		}
	}
	return note(srcDocsBindings, "Takes %.0f to %.0f hours; services on these addresses are likely disrupted",
		MinBindingPropagation.Hours(), MaxBindingPropagation.Hours())
}

// bindingBeside checks a more specific binding against the ones that exist.
func bindingBeside(prefix netip.Prefix, existing []Binding, added Binding) Finding {
	if added.Service == ServiceMagicTransit {
		return refuse(srcDocsBindings, "Magic Transit can only be the first binding, on the whole prefix")
	}
	cidr := added.CIDR.Masked()
	for _, e := range existing {
		if e.CIDR.Masked() == cidr {
			return refuse(srcDocsBindings, "%s has a binding to %s; an address has one service", cidr, e.Service)
		}
	}
	base, ok := defaultBinding(prefix, existing)
	switch {
	case !ok:
		return warn(srcDocsBindings, "The binding of the whole prefix %s is missing", prefix.Masked())
	case base.Service == added.Service && added.Service != ServiceOther:
		return warn(srcDocsBindings, "The whole prefix is bound to %s already", base.Service)
	}
	return Finding{}
}

func defaultBinding(prefix netip.Prefix, existing []Binding) (Binding, bool) {
	i := slices.IndexFunc(existing, func(b Binding) bool { return b.CIDR.Masked() == prefix.Masked() })
	if i < 0 {
		return Binding{}, false
	}
	return existing[i], true
}

// BindingDelete says whether a binding can be deleted: the one of the whole prefix must stay while others exist,
// and with Magic Transit it must keep spanning the prefix (Cloudflare docs: BYOIP, service bindings; that the server
// refuses it is unconfirmed, so it is a Warning). What is fine comes back as a Note with the time it takes.
func BindingDelete(prefix netip.Prefix, existing []Binding, removed Binding) Finding {
	if removed.CIDR.Masked() == prefix.Masked() && len(existing) > 1 {
		return warn(srcDocsBindings, "The other bindings need this one: delete them first")
	}
	return note(srcDocsBindings, "Takes %.0f to %.0f hours; services on these addresses are likely disrupted",
		MinBindingPropagation.Hours(), MaxBindingPropagation.Hours())
}
