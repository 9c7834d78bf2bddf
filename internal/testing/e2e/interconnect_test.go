package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// A port is dark: the list has it first, with the reason, and its page says what to check. From there
// the relations lead to the CNI, its tunnel interface and the slot.
func TestAnUnhealthyInterconnectIsFirstAndLeadsToWhatRunsOverIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "interconnects", "nwf-ams04-1")
	s := term.WaitFor("states and the reason", showsAll("✗ Unhealthy", "◐ Pending", "● Healthy", "Optical receive"))
	if !strings.Contains(cursorLine(s), "nwf-ams04-1") {
		t.Errorf("the broken port is not first: %q", cursorLine(s))
	}
	term.Press("enter")
	term.WaitFor("the reason, the facility and what to check", func(s ptytest.Screen) bool {
		return on("nwf-ams04-1")(s) && showsAll("below -20 dBm", "is unhealthy", "Example Colo AMS2")(s)
	})
	follow(term, "CNI ", "ams-cni-v2")
	term.WaitFor("both ends of the link and the note on BGP", showsAll("10.222.0.2/31", "10.222.0.3/31", "64652", "does not report the state"))
	follow(term, "Tunnel interface", "ams-cni-v2")
	term.WaitFor("the tunnel interface", func(s ptytest.Screen) bool {
		return showsAll("Interface", "10.222.0.3", "your BGP neighbor")(s) && !s.Contains("p2p_ip")
	})
	follow(term, "Port  ", "nwf-ams04-1")
	term.WaitText("Over this port")
	moveTo(term, "Slot")
	term.Press("enter")
	term.WaitFor("the slot with its port", showsAll("Occupied", "Kuiperbergweg 99", "nwf-ams04-1 ›"))
	a.do(a.SetInterconnectStatus("nwf-ams04-1", "Healthy", ""))
	jump(term, "interconnects", "nwf-ams04-1")
	term.Press("r")
	term.WaitText("● 3 healthy")
	a.untouched()
}

func TestARouteLeadsToItsInterconnectAndBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Insert(simaccount.Routes, simaccount.Object{"prefix": "198.51.100.0/24", "nexthop": "10.222.0.3", "priority": int64(100)})
	term := atPage(t, a, "routes", "198.51.100.0/24")
	term.WaitFor("the link that the route uses", func(s ptytest.Screen) bool {
		_, height := s.Size()
		for y := range height {
			if line := s.Line(y); strings.Contains(line, "198.51.100.0/24") && strings.Contains(line, "ams-cni-v2") {
				return true
			}
		}
		return false
	})
	moveTo(term, "198.51.100.0/24")
	term.Press("enter")
	term.WaitFor("the route's interconnect", showsAll("CNI", "ams-cni-v2 ›"))
	follow(term, "Tunnel interface", "ams-cni-v2")
	term.WaitFor("what the probes find", says("degraded", "Some health check probes are lost"))
	term.Press("pgdown", "pgdown")
	term.WaitText("Static routes through it")
	follow(term, "198.51.100.0/24", "198.51.100.0/24")
}

// Somebody orders a port in a free slot. What that costs is said before, and the word must be typed.
func TestOrderingAPortFromAFreeSlot(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "slots", "12 slots")
	term.Press("/")
	term.Type("site:sin speed:100G occupied:no")
	term.Press("enter")
	term.WaitFor("the one free slot", func(s ptytest.Screen) bool {
		return s.Contains("1 of 12") && strings.Contains(cursorLine(s), "sin01")
	})
	term.Press("n")
	term.WaitFor("the form with the slot", showsAll("sin01, 100G", "direct"))
	term.Press("ctrl+s")
	term.WaitFor("what the order means", showsAll("This orders a port (sin01, 100G", "cross-connect", "enter send"))
	a.untouched()
	send(term, "order")
	term.WaitText("Its id is nwf-sin01-1")
	done(term)
	port := a.object(simaccount.Ports, "nwf-sin01-1")
	if slot := a.object(simaccount.Slots, port["slot_id"].(string)); slot["occupied"] != true || slot["site"] != "sin01" {
		t.Errorf("the port is in the wrong slot: %v", slot)
	}
	if n := len(a.writes()); n != 1 {
		t.Errorf("%d requests were sent for one order", n)
	}
}

// The pairing key of a partner's circuit is sent and never shown.
func TestOrderingAPartnerCircuitKeepsItsKeySecret(t *testing.T) {
	t.Parallel()
	const key = "7e51371e-72a3-40b5-b844-2e3efefaee59/europe-west3/1"
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "interconnects", "nwf-gcp-1")
	term.Press("n")
	choose(term, "Port")
	term.Press("enter")
	term.WaitText("physical port")
	term.Press("right")
	term.WaitText("Pairing key")
	fill(term, "", "2G", key)
	term.Press("ctrl+s")
	s := term.WaitFor("the review", showsAll("This orders a circuit", "set (not shown)", "gcp_partner"))
	term.Press("G")
	term.WaitText("[redacted]")
	if s.Contains("7e51371e") {
		t.Errorf("the key is on the screen:\n%s", s.Text())
	}
	send(term, "order")
	done(term)
	if port := a.object(simaccount.Ports, "nwf-gcp-2"); port["speed"] != "2G" || port["type"] != "gcp_partner" {
		t.Errorf("another circuit was ordered: %v", port)
	}
	if sent := a.writes(); len(sent) != 1 || !bytes.Contains(sent[0].Body, []byte(key)) {
		t.Errorf("the key was not sent, once: %d requests", len(sent))
	}
}

func TestAPortCannotBeChangedAndIsDeletedByName(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "interconnects", "nwf-iad02-1")
	moveTo(term, "nwf-iad02-1")
	slot := a.object(simaccount.Ports, "nwf-iad02-1")["slot_id"].(string)
	term.Press("e")
	term.WaitText("The API cannot change an interconnect")
	term.Press("D")
	term.WaitFor("what the deletion means", showsAll("Delete CNI interconnect nwf-iad02-1", "Cancel the", "cross-connect"))
	a.untouched()
	send(term, "nwf-iad02-1")
	done(term)
	a.gone(simaccount.Ports, "nwf-iad02-1")
	if o := a.object(simaccount.Slots, slot); o["occupied"] != false {
		t.Errorf("the slot is still occupied: %v", o)
	}
	term.WaitGone("nwf-iad02-1")
}

// What runs over a port is said before it is deleted; the server refuses, and the page says so.
func TestDeletingAPortNamesTheCNIsOverIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Insert(simaccount.Routes, simaccount.Object{"prefix": "198.51.100.0/24", "nexthop": "10.222.0.3", "priority": int64(100)})
	term := atPage(t, a, "interconnects", "nwf-ams04-1")
	moveTo(term, "nwf-ams04-1")
	term.Press("D")
	term.WaitFor("all that depends on it", showsAll("The CNI ams-cni-v2", "Its tunnel interface ams-cni-v2", "The route 198.51.100.0/24"))
	send(term, "nwf-ams04-1")
	term.WaitText("still has CNIs")
	a.object(simaccount.Ports, "nwf-ams04-1")
}

func TestANewCNIBringsItsTunnelSide(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "cnis", "ams-cni-v2")
	term.Press("n")
	term.WaitText("The port it runs over")
	fill(term, "nwf-iad02-1", "fra-cni-v1")
	term.WaitText("This name is taken")
	fill(term, "^iad-cni", "", "Ashburn", "", "64700", "a-shared-md5-key")
	term.Press("ctrl+s")
	term.WaitFor("the review", showsAll("iad-cni", "Cloudflare chooses the addresses", "enter send"))
	term.Press("pgdown")
	s := term.WaitFor("the session", showsAll("Your AS number", "64700", "set (not shown)"))
	if s.Contains("a-shared-md5-key") {
		t.Errorf("the MD5 key is on the screen:\n%s", s.Text())
	}
	send(term, "")
	term.WaitFor("the change done, and the way on", showsAll(": done.", "enter its page"))
	term.Press("enter")
	term.WaitText("10.222.0.5")
	link := a.object(simaccount.Links, "iad-cni")
	if link["interface_address"] != "10.222.0.4/31" || fmt.Sprint(link["mtu"]) != "1500" || link["description"] != "Ashburn" {
		t.Errorf("the tunnel interface is %v", link)
	}
	for _, cni := range a.Objects(simaccount.CNIs) {
		if bgp, _ := cni["bgp"].(simaccount.Object); cni["interconnect"] == "nwf-iad02-1" && bgp["md5_key"] != "a-shared-md5-key" {
			t.Errorf("the CNI has another session: %v", bgp)
		}
	}
}

// A change sends the whole object; what it interrupts is said before, and what was not changed stays.
func TestChangingTheASNOfACNI(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	before := cniNamed(t, a, "ams-cni-v2")
	term := atPage(t, a, "cnis", "ams-cni-v2")
	moveTo(term, "ams-cni-v2")
	term.Press("e")
	term.WaitText("(read-only)")
	fill(term, "", "", "", "", "", "", "^64777")
	term.Press("ctrl+s")
	term.WaitFor("the difference", showsAll("64652 → 64777", "The BGP session breaks until"))
	send(term, "")
	done(term)
	after := cniNamed(t, a, "ams-cni-v2")
	if got := fmt.Sprint(after["bgp"].(simaccount.Object)["customer_asn"]); got != "64777" {
		t.Errorf("the AS is %s", got)
	}
	for _, key := range []string{"id", "interconnect", "p2p_ip", "cust_ip", "bgp_mode"} {
		if before[key] != after[key] {
			t.Errorf("%s changed from %v to %v", key, before[key], after[key])
		}
	}
}

// Without BGP means without: no half of a session is left behind.
func TestTakingBGPOffACNI(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "cnis", "ams-cni-v2")
	moveTo(term, "ams-cni-v2")
	term.Press("e")
	term.WaitText("(read-only)")
	fill(term, "", "", "", "", "", "")
	term.Press("right")
	term.WaitText("yes [no]")
	term.Press("ctrl+s")
	term.WaitText("The BGP session with AS 64652 ends")
	send(term, "")
	done(term)
	if bgp, there := cniNamed(t, a, "ams-cni-v2")["bgp"]; there && bgp != nil {
		t.Errorf("something of the session is left: %v", bgp)
	}
}

// cniNamed is the CNI with this conduit_name.
func cniNamed(t *testing.T, a *account, name string) simaccount.Object {
	t.Helper()
	for _, cni := range a.Objects(simaccount.CNIs) {
		if cni["magic"].(simaccount.Object)["conduit_name"] == name {
			return cni
		}
	}
	t.Fatalf("there is no CNI %s", name)
	return nil
}

func TestDeletingACNINamesTheRoutesAndTakesItsTunnelSide(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Insert(simaccount.Routes, simaccount.Object{"prefix": "198.51.100.0/24", "nexthop": "10.222.0.3", "priority": int64(100)})
	term := atPage(t, a, "cnis", "ams-cni-v2")
	moveTo(term, "ams-cni-v2")
	term.Press("D")
	term.WaitFor("all that depends on it", showsAll("Traffic over ams-cni-v2 stops", "AS 64652 ends", "Its tunnel interface",
		"The route 198.51.100.0/24"))
	a.untouched()
	send(term, "ams-cni-v2")
	done(term)
	a.gone(simaccount.Links, "ams-cni-v2")
	if n := len(a.Objects(simaccount.CNIs)); n != 1 {
		t.Errorf("%d CNIs are left", n)
	}
}

func TestTheTunnelSideIsChangedButNeitherMadeNorDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "cf-interconnects", "fra-cni-v1")
	moveTo(term, "fra-cni-v1")
	term.Press("D")
	term.WaitText("goes with its CNI: delete that one")
	term.Press("e")
	term.WaitText("ctrl+s review")
	fill(term, "", "^10.222.0.2/31")
	term.WaitText("ams-cni-v2")
	fill(term, "^10.222.0.0/31", "^1450", "", "^Frankfurt, cage 7")
	term.Press("ctrl+s")
	term.WaitFor("the server's check", showsAll("1476 → 1450", "validate_only): passed"))
	send(term, "")
	done(term)
	link := a.object(simaccount.Links, "fra-cni-v1")
	if link["description"] != "Frankfurt, cage 7" || fmt.Sprint(link["mtu"]) != "1450" || link["interface_address"] != "10.222.0.0/31" {
		t.Errorf("the tunnel interface is %v", link)
	}
}

// The letter is saved for the user's eyes only, and never over a file that is there.
func TestTheLetterOfAuthorizationIsSavedAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	folder := t.TempDir()
	file := filepath.Join(folder, "loa-nwf-ams04-1.pdf")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	term := sit(t, ptytest.Options{Env: a.env(), Dir: folder, Args: []string{"--read-only"}})
	term.WaitText("? help")
	jump(term, "interconnects", "nwf-ams04-1")
	moveTo(term, "nwf-ams04-1")
	term.Press("L")
	term.WaitText("Save to")
	term.Press("ctrl+s")
	term.WaitText("There is a file of this name already")
	if kept, _ := os.ReadFile(file); string(kept) != "mine" {
		t.Fatalf("the file was overwritten: %q", kept)
	}
	term.Press("o")
	term.WaitText("Replace the file?")
	choose(term, "Replace")
	term.Press("enter")
	term.WaitText("is saved")
	saved, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(saved, []byte("%PDF-")) {
		t.Errorf("the file is no PDF: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the letter: %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("something else was left in the folder: %v", left)
	}
	term.Press("enter")
	term.WaitFor("the list again", func(s ptytest.Screen) bool { return s.Contains("4 ports") && s.Contains("L LOA") })
}

func TestTheDefaultASNWarnsAboutSessionsOverTunnels(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "cni-settings", "13335")
	term.Press("e")
	term.WaitText("ctrl+s review")
	fill(term, "^64999")
	term.WaitText("needs Cloudflare's AS to stay 13335")
	term.Press("ctrl+s")
	term.WaitFor("the review", showsAll("13335 → 64999", "have a session"))
	send(term, "")
	done(term)
	term.WaitText("64999")
	if sent := a.writes(); len(sent) != 1 || sent[0].Method != http.MethodPut || !bytes.Contains(sent[0].Body, []byte("64999")) {
		t.Errorf("%d requests were sent", len(sent))
	}
}

func TestReadOnlyNamesTheReasonOnEveryKeyOfInterconnects(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "cnis", "ams-cni-v2", "--read-only")
	for _, key := range []string{"n", "e", "D"} {
		term.Press(key)
		term.WaitText("read-only (--read-only")
	}
	jump(term, "slots", "12 slots")
	term.Press("n")
	term.WaitText("read-only (--read-only")
	a.untouched()
}
