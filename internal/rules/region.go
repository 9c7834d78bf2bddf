package rules

import "strings"

// Regions lists the region codes a route can be scoped to, sorted (Cloudflare docs: Traffic steering region codes).
func Regions() []string {
	return []string{"AFR", "APAC", "EEUR", "ENAM", "ME", "OC", "SAM", "WEUR", "WNAM"}
}

// RegionName is what a region code stands for (Cloudflare docs: Traffic steering region codes); empty for one that is not known.
func RegionName(code string) string {
	return map[string]string{"AFR": "Africa", "APAC": "Asia Pacific", "EEUR": "Eastern Europe", "ENAM": "Eastern North America",
		"ME": "Middle East", "OC": "Oceania", "SAM": "South America", "WEUR": "Western Europe", "WNAM": "Western North America"}[code]
}

// Region checks one region code of a route's scope (Cloudflare docs: Traffic steering region codes). An unknown
// code in capital letters is a Warning, because Cloudflare may add regions.
func Region(text string) Finding {
	f := oneOf(text, srcDocsRegions, Regions()...)
	if f.Severity != Error {
		return withText(f, "Regions: "+strings.Join(Regions(), " "))
	}
	for i := range len(text) {
		if text[i] < 'A' || text[i] > 'Z' {
			return withText(f, "Regions: "+strings.Join(Regions(), " "))
		}
	}
	return warn(srcDocsRegions, "Unknown region; known: %s", strings.Join(Regions(), " "))
}

// withText replaces the text of a finding that has one.
func withText(f Finding, text string) Finding {
	if !f.IsZero() {
		f.Text = text
	}
	return f
}

// Colo checks one data center of a route's scope: an airport code and a number, such as den01 (Cloudflare API:
// create static route). The documents give the form by example only, so other forms of it are a Warning.
func Colo(text string) Finding {
	letters := 0
	for letters < len(text) && isAlnum(text[letters]) && !isDigit(text[letters]) {
		letters++
	}
	digits := len(text) - letters
	for i := letters; i < len(text); i++ {
		if !isDigit(text[i]) {
			return refuse(srcAPIRoute, "A data center is a code such as den01")
		}
	}
	switch {
	case letters < 3 && digits == 0, letters == 3 && digits < 2:
		return partial(srcAPIRoute, "Enter a data center code such as den01")
	case letters < 3:
		return refuse(srcAPIRoute, "A data center is a code such as den01")
	case letters > 3, digits > 2, strings.ToLower(text) != text:
		return warn(srcAPIRoute, "Data centers are usually written like den01")
	}
	return Finding{}
}
