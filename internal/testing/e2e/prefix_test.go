package e2e_test

import (
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Somebody asks what of the address space is off the Internet: it stands first, its page says so in words, and every
// part of it can be walked to and back.
func TestAPrefixThatIsWithdrawnIsFoundAndExplained(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	s := d.WaitText("198.18.40.0/24")
	if !strings.Contains(s.Line(3), "198.18.20.0/24") || !strings.Contains(s.Line(3), "✗ No") {
		t.Errorf("the withdrawn prefix is not first but %q", s.Line(3))
	}
	d.open("198.18.20.0/24", "was withdrawn", "✗ Withdrawn", "Magic Transit", "Validation")
	d.Press("j", "enter")
	d.WaitFor("the BGP prefix", showsAll("On demand", "Before you advertise it", "Safe order"))
	d.Press("pgdown", "pgdown")
	d.WaitText("Static routes for these addresses")
	d.Press("esc")
	d.WaitFor("the prefix again", showsAll("What this means"))
	d.list("2", "Service bindings", "● active", "whole prefix")
	d.Press("enter")
	d.WaitFor("the binding", showsAll("gets the traffic to these addresses", "Part of"))
	d.Press("backspace")
	d.WaitText("Service bindings of 198.18.20.0/24: 1")
	d.Press("backspace")
	d.WaitFor("the prefix again", showsAll("What this means"))
	d.list("3", "Delegations", "There are no delegations of 198.18.20.0/24")
	if w := d.written(); len(w) > 0 {
		t.Errorf("looking around sent %s %s", w[0].Method, w[0].Path)
	}
}

func TestAPrefixIsOnboarded(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.Press("n")
	d.WaitText("New prefix")
	d.Type("10.0.0.0/8")
	d.WaitText("Use a public prefix")
	d.Press("ctrl+u")
	d.Type("203.0.113.0/24")
	d.WaitText("Prefixes for Magic Transit go through your account team")
	d.Press("tab", "tab")
	d.Type("Rail tickets")
	d.WaitText("Rail tickets")
	d.Press("ctrl+s")
	d.send("", "203.0.113.0/24", "Made by Cloudflare", "Prefixes for Magic Transit")
	d.once("POST", "/addressing/prefixes", `{"cidr":"203.0.113.0/24","asn":13335,"description":"Rail tickets","delegate_loa_creation":true}`)
	d.WaitFor("the new prefix in the list", func(s ptytest.Screen) bool { return s.Contains("203.0.113.0/24") && s.Contains("7 prefixes") })
	if o := d.find(simaccount.Prefixes, "203.0.113.0/24"); o == nil || o["approved"] != "P" {
		t.Errorf("the account has %v", o)
	}
}

func TestTheDescriptionOfAPrefixIsChangedAndNothingElse(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	before := d.find(simaccount.BGPPrefixes, "198.18.10.0/24")
	d.choose("198.18.10.0/24")
	d.Press("e")
	d.WaitFor("the form", showsAll("Shop and tracking", "(read-only)"))
	d.Type(" EU")
	d.WaitText("Shop and tracking EU")
	d.Press("ctrl+s")
	d.send("", "Shop and tracking → Shop and tracking EU")
	id := d.find(simaccount.Prefixes, "198.18.10.0/24")["id"].(string)
	d.once("PATCH", "/prefixes/"+id, `{"description":"Shop and tracking EU"}`)
	if o := d.find(simaccount.Prefixes, "198.18.10.0/24"); o["description"] != "Shop and tracking EU" {
		t.Errorf("the account has %v", o["description"])
	}
	if after := d.find(simaccount.BGPPrefixes, "198.18.10.0/24"); after["modified_at"] != before["modified_at"] {
		t.Error("the advertisement was touched")
	}
}

// A prefix that is approved cannot be deleted, and the key says so; one in onboarding goes with its name typed.
func TestOnlyAPrefixThatIsNotApprovedIsDeleted(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.choose("198.18.10.0/24")
	d.Press("D")
	d.WaitText("only prefixes that are not approved yet can be deleted")
	d.choose("198.18.40.0/24")
	d.Press("D")
	d.send("198.18.40.0/24", "DELETE")
	d.WaitFor("the list without it", func(s ptytest.Screen) bool { return s.Contains("5 prefixes") && !s.Contains("198.18.40.0/24") })
	if d.find(simaccount.Prefixes, "198.18.40.0/24") != nil || len(d.Objects(simaccount.Prefixes)) != 5 {
		t.Error("the account still has it, or lost another one")
	}
}

func TestAPrefixIsValidatedAnew(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.choose("198.18.10.0/24")
	d.Press("V")
	d.send("", "/validate")
	id := d.find(simaccount.Prefixes, "198.18.10.0/24")["id"].(string)
	d.once("POST", "/prefixes/"+id+"/validate", "")
	d.WaitText("3 pending")
}

// The whole life of an announcement: withdrawn with its name typed, advertised again although that is soon.
func TestAnAnnouncementIsWithdrawnAndMadeAgain(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.open("198.18.10.0/24", "● Advertised")
	d.Press("W")
	d.send("198.18.10.0/24", "true → false", "2 to 15 minutes", "same length from your own")
	id := d.find(simaccount.BGPPrefixes, "198.18.10.0/24")["id"].(string)
	d.once("PATCH", "/bgp/prefixes/"+id, `{"on_demand":{"advertised":false}}`)
	d.WaitFor("the prefix withdrawn", showsAll("✗ Withdrawn", "was withdrawn"))
	if announced(d, "198.18.10.0/24") {
		t.Error("the account still announces it")
	}
	d.Press("A")
	d.send("198.18.10.0/24", "false → true", "flarewire's own advice is to wait", "2 to 7 minutes")
	d.once("PATCH", "/bgp/prefixes/"+id, `{"on_demand":{"advertised":true}}`)
	d.WaitFor("the prefix advertised", showsAll("● Advertised"))
	if !announced(d, "198.18.10.0/24") {
		t.Error("the account does not announce it")
	}
}

func announced(d prefixDesk, cidr string) bool {
	return d.find(simaccount.BGPPrefixes, cidr)["on_demand"].(simaccount.Object)["advertised"] == true
}

func TestABGPPrefixIsMadeTunedAndDeleted(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.choose("198.18.10.0/24")
	d.list("1", "BGP prefixes", "● Advertised")
	d.Press("n")
	d.WaitText("New BGP prefix")
	d.Type("198.18.10.0/25")
	d.WaitText("Most networks ignore")
	d.Press("ctrl+s")
	d.send("", "It begins withdrawn")
	d.once("POST", "/bgp/prefixes", `{"cidr":"198.18.10.0/25"}`)
	d.open("198.18.10.0/25", "✗ Withdrawn", "Prepended")
	d.Press("P")
	d.WaitText("How often is the AS number prepended")
	d.answer("2", "Review")
	d.send("", "0 → 2")
	id := d.find(simaccount.BGPPrefixes, "198.18.10.0/25")["id"].(string)
	d.once("PATCH", "/bgp/prefixes/"+id, `{"asn_prepend_count":2}`)
	d.Press("U")
	d.WaitText("Automatic withdrawal of 198.18.10.0/25")
	d.answer("o", "Review")
	d.send("", "auto_advertise_withdraw")
	d.once("PATCH", "/bgp/prefixes/"+id, `{"auto_advertise_withdraw":true}`)
	if o := d.find(simaccount.BGPPrefixes, "198.18.10.0/25"); o["asn_prepend_count"] != int64(2) || o["auto_advertise_withdraw"] != true {
		t.Errorf("the account has %v", o)
	}
	d.Press("D")
	d.send("198.18.10.0/25", "DELETE")
	if d.find(simaccount.BGPPrefixes, "198.18.10.0/25") != nil || d.find(simaccount.BGPPrefixes, "198.18.10.0/24") == nil {
		t.Error("the account still has it, or lost the other one")
	}
}

func TestAServiceBindingIsMadeAndDeleted(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t)
	d.choose("198.18.20.0/24")
	d.list("2", "Service bindings", "● active")
	d.Press("n")
	d.WaitText("CDN")
	d.Type("198.18.20.32/27")
	d.WaitText("Takes 4 to 6 hours")
	d.Press("tab", "down")
	d.WaitText("Magic Transit can only be the first binding")
	d.Press("down")
	d.WaitFor("Spectrum", func(s ptytest.Screen) bool { return strings.Contains(s.Text(), "▌ Service             Spectrum") })
	d.Press("ctrl+s")
	d.send("", "198.18.20.32/27", "Takes 4 to 6 hours")
	d.WaitFor("the new binding", showsAll("198.18.20.32/27", "◐ provisioning"))
	o := d.find(simaccount.Bindings, "198.18.20.32/27")
	if o["service_name"] != "Spectrum" {
		t.Fatalf("the account has %v", o)
	}
	d.once("POST", "/bindings", `{"cidr":"198.18.20.32/27","service_id":"`+o["service_id"].(string)+`"}`)
	d.open("198.18.20.32/27", "part of it", "Spectrum")
	d.Press("D")
	d.send("198.18.20.32/27", "DELETE", "Takes 4 to 6 hours")
	if d.find(simaccount.Bindings, "198.18.20.32/27") != nil || d.find(simaccount.Bindings, "198.18.20.0/24") == nil {
		t.Error("the account still has it, or lost the other one")
	}
}

func TestADelegationIsMadeAndDeleted(t *testing.T) {
	t.Parallel()
	const other = "0123456789abcdef0123456789abcdef"
	d := atPrefixes(t)
	d.choose("198.18.20.0/24")
	d.list("3", "Delegations", "There are no delegations")
	d.Press("n")
	d.WaitText("New delegation")
	d.Press("ctrl+u")
	d.Type("198.18.20.64/26")
	d.Press("tab")
	d.Type(other)
	d.WaitText(other)
	d.Press("ctrl+s")
	d.send("", "198.18.20.64/26", other)
	d.once("POST", "/delegations", `{"cidr":"198.18.20.64/26","delegated_account_id":"`+other+`"}`)
	d.open("198.18.20.64/26", other, "may use these addresses")
	if o := d.find(simaccount.Delegations, "198.18.20.64/26"); o["delegated_account_id"] != other {
		t.Errorf("the account has %v", o)
	}
	d.Press("D")
	d.send("198.18.20.64/26", "can no longer use these")
	if d.find(simaccount.Delegations, "198.18.20.64/26") != nil {
		t.Error("the account still has it")
	}
}

// In a read-only session all of it can be seen, and the keys say why they do nothing.
func TestReadOnlyPrefixesCanBeSeenAndNotChanged(t *testing.T) {
	t.Parallel()
	d := atPrefixes(t, "--read-only")
	d.choose("198.18.40.0/24")
	for _, key := range []string{"n", "e", "D", "A", "W", "V"} {
		d.Press(key)
		d.WaitText("this session is read-only")
		d.open("198.18.40.0/24", "What this means")
		d.Press("esc")
		d.WaitText("6 prefixes")
	}
	if w := d.written(); len(w) > 0 {
		t.Errorf("something was sent: %s %s", w[0].Method, w[0].Path)
	}
}

// The accounts that the credentials see: which one is in use, and why the other cannot be used from here.
func TestTheAccountsAndWhichOneIsInUse(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.AddAccount("1123456789abcdef0123456789abcdef", "Northwind Test")
	term := watching(t, a)
	term.Type(":accounts")
	term.WaitText(":accounts")
	term.Press("enter")
	term.WaitFor("both accounts, the one in use first", func(s ptytest.Screen) bool {
		return strings.Contains(s.Line(3), "Northwind Freight") && strings.Contains(s.Line(3), "✓ in use") &&
			strings.Contains(s.Line(4), "Northwind Test")
	})
	term.Press("u")
	term.WaitText("it is in use already")
	term.Press("j", "enter")
	term.WaitFor("the page of the other account", func(s ptytest.Screen) bool {
		return on("Northwind Test")(s) && showsAll("1123456789abcdef0123456789abcdef", "standard", "another one is in use")(s)
	})
}
