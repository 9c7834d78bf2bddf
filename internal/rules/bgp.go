package rules

import "strings"

// MD5Key checks a BGP MD5 key; empty means none. At most MaxMD5Key characters (Cloudflare docs: Configure BGP
// routes), printable ASCII without the quotation mark and the question mark (Cloudflare API). The API's list of
// characters is unclear about the backslash, its prose allows it: a Note. The text never repeats the key.
func MD5Key(key string) Finding {
	switch {
	case key == "":
		return Finding{}
	case strings.ContainsAny(key, `"?`):
		return refuse(srcAPIIPsec, `Leave out the characters " and ?; others on the keyboard are fine`)
	case hasControl(key):
		return refuse(srcAPIIPsec, "Leave out tabs and line breaks")
	case !printable(key):
		return refuse(srcAPIIPsec, "Use plain ASCII letters, digits and punctuation only")
	case len(key) > MaxMD5Key:
		return refuse(srcDocsBGPRoutes, "At most %d characters; this has %d", MaxMD5Key, len(key))
	case strings.TrimSpace(key) != key:
		return warn(srcUnconfirmed, "The key begins or ends with a space; many devices drop it")
	case strings.Contains(key, `\`):
		return note(srcAPIIPsec, `Cloudflare's documents are unclear about \ in a key`)
	}
	return Finding{}
}

// ExtraPrefix checks one network to advertise to the customer's device on top of the virtual network's routes,
// such as 0.0.0.0/0 (Cloudflare docs: Configure BGP routes). A CNI with BGP must send the list, even an empty one.
func ExtraPrefix(text string) Finding {
	p, f := cidrRule{example: "100.96.0.0/12", source: srcDocsBGPRoutes}.read(text)
	if !f.IsZero() {
		return f
	}
	return hostBits(p, srcDocsBGPRoutes)
}
