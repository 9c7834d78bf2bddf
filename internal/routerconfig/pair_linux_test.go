package routerconfig_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// remoteHost is behind Cloudflare, ownHost in the customer's network.
const (
	remoteHost = "198.18.0.1"
	ownHost    = "192.0.2.1"
)

// The operator has two tunnels of one router, fills in the words of their common text and loads it: both sessions come up, what
// Cloudflare announces does not lead the tunnels into themselves, health checks of every kind are answered, and when one tunnel
// is cut the traffic goes on over the other.
func TestTheLinuxConfigurationOfAPairCarriesTrafficOverEitherTunnel(t *testing.T) {
	if _, err := os.Stat(filepath.Join(frr, "bgpd")); err != nil {
		t.Skip("skipped: FRR is not installed on this machine")
	}
	customer, cloudflare := twoHosts(t, "vtysh")
	a := withBGP(greTunnel())
	a.CustomerEndpoint, a.CloudflareEndpoint, a.BGP.ExtraPrefixes = customerOuter, cloudflareOuter, nil
	b := twin(a)
	b.CloudflareEndpoint = twinOuter
	config, err := routerconfig.Render(routerconfig.Linux, routerOf(api.Secret{}, a, b))
	if err != nil {
		t.Fatal(err)
	}
	for i, tunnel := range []api.Tunnel{a, b} {
		tunnelNamed(t, fmt.Sprintf("inner%d", i+1), customer, cloudflare, "GRE", tunnel.Name, tunnel.InterfaceAddress,
			"gre", "local", tunnel.CloudflareEndpoint, "remote", customerOuter, "ttl", "64")
	}
	cloudflare.must("ip", "address", "add", remoteHost+"/32", "dev", "lo")
	customer.must("ip", "address", "add", ownHost+"/32", "dev", "lo")
	runScript(t, customer, config)
	cloudflare.startFRR(cloudflareOfAPair(a.BGP.MD5Key))
	customer.startFRR("")
	generated := customer.file("generated.conf", fileOf(t, config, ".frr.conf"))
	if said := customer.must("vtysh", "--vty_socket", customer.dir, "-f", generated); strings.Contains(said, "%") {
		t.Fatalf("FRR objects to the generated file:\n%s", said)
	}
	for _, peer := range []string{"10.100.0.8", "10.100.0.10"} {
		customer.until("the session with "+peer, func() (string, bool) {
			said, _ := customer.vtysh("show bgp neighbors " + peer + " json")
			return said, neighbour(said, peer).State == "Established"
		})
	}
	t.Log("both sessions are Established")
	filterHolds(t, customer)
	announced(t, cloudflare, "10.100.0.9", "10.100.0.11")
	t.Log("the own network is announced by both, and nothing else")
	for i, tunnel := range []api.Tunnel{a, b} {
		probes(t, customer, cloudflare, tunnel, fmt.Sprintf("inner%d", i+1))
	}
	cut(t, customer, cloudflare, a, b)
}

// cloudflareOfAPair never dials, and announces also what must not be taken: routes that cover the endpoints, the customer's own network
// and a default route that the tunnels do not ask for. Its hold time is short, so that the test has not to wait for 90 seconds.
func cloudflareOfAPair(key string) string {
	var b strings.Builder
	b.WriteString("router bgp 13335\n bgp router-id 10.100.0.8\n no bgp ebgp-requires-policy\n no bgp network import-check\n")
	for _, router := range []string{"10.100.0.9", "10.100.0.11"} {
		fmt.Fprintf(&b, " neighbor %s remote-as 65010\n neighbor %[1]s passive\n neighbor %[1]s timers 3 9\n neighbor %[1]s password %s\n",
			router, key)
	}
	b.WriteString(" address-family ipv4 unicast\n")
	for _, network := range []string{"198.18.0.0/15", "198.51.0.0/16", "198.51.100.0/24", "198.51.100.128/25", "192.0.2.128/25", "0.0.0.0/0"} {
		b.WriteString("  network " + network + "\n")
	}
	return b.String() + " exit-address-family\n"
}

// filterHolds sees that the routes which would do harm are not there, and that the endpoints are reached through the provider although
// a wider network around them was learned.
func filterHolds(t *testing.T, customer host) {
	t.Helper()
	routes := customer.until("Cloudflare's routes", func() (string, bool) {
		said, _ := customer.vtysh("show ip route bgp json")
		return said, strings.Contains(said, `"198.18.0.0/15"`) && strings.Contains(said, `"198.51.0.0/16"`)
	})
	for _, refused := range []string{`"198.51.100.0/24"`, `"198.51.100.128/25"`, `"192.0.2.128/25"`, `"0.0.0.0/0"`} {
		if strings.Contains(routes, refused) {
			t.Errorf("%s was taken from Cloudflare:\n%s", refused, routes)
		}
	}
	for _, end := range []string{cloudflareOuter, twinOuter} {
		if route := customer.must("ip", "route", "get", end); !strings.Contains(route, "via "+gatewayOuter+" dev outer ") {
			t.Errorf("a covering route has captured the endpoint %s: %s", end, route)
		}
	}
	if route := customer.must("ip", "route", "get", "198.51.7.7"); !strings.Contains(route, "dev fra-dc") {
		t.Errorf("the covering route was to be in use for what is not an endpoint: %s", route)
	}
	t.Log("the filter holds: a /16 around both endpoints was learned, and they are reached through the provider all the same")
}

// probes sends health checks of all four kinds into the tunnel, as Cloudflare does, and waits for the answers.
func probes(t *testing.T, customer, cloudflare host, tunnel api.Tunnel, end string) {
	t.Helper()
	inner := netip.MustParsePrefix(tunnel.InterfaceAddress).Addr()
	const request, reply = 8, 0
	for i, probe := range []struct {
		name     string
		kind     byte
		from, to string
		answer   string // whose address the answer has as source
	}{
		{"request, bidirectional", request, inner.String(), inner.Next().String(), inner.Next().String()},
		{"request, unidirectional", request, tunnel.CloudflareEndpoint, customerOuter, customerOuter},
		{"reply, bidirectional", reply, inner.Next().String(), inner.String(), inner.Next().String()},
		{"reply, unidirectional", reply, customerOuter, tunnel.CloudflareEndpoint, customerOuter},
	} {
		id := uint16(0x4100 + i)
		cloudflare.until("the answer to a probe of the kind "+probe.name+" by "+tunnel.Name, func() (string, bool) {
			said, err := exchange(customer, cloudflare, end, tunnel.Name, echo(probe.kind, id, probe.from, probe.to), probe.answer, id)
			return fmt.Sprint(said, err), err == nil
		})
	}
	t.Logf("%s: probes of all four kinds are answered", tunnel.Name)
}

// echo is an IPv4 packet with an echo request or reply.
func echo(kind byte, id uint16, from, to string) []byte {
	source, destination := netip.MustParseAddr(from).As4(), netip.MustParseAddr(to).As4()
	icmp := []byte{kind, 0, 0, 0, byte(id >> 8), byte(id), 0, 1, 'p', 'r', 'o', 'b'}
	binary.BigEndian.PutUint16(icmp[2:], checksum(icmp))
	ip := []byte{0x45, 0, 0, byte(20 + len(icmp)), 0, 1, 0, 0, 64, 1, 0, 0}
	ip = append(append(ip, source[:]...), destination[:]...)
	binary.BigEndian.PutUint16(ip[10:], checksum(ip))
	return append(ip, icmp...)
}

// checksum is that of RFC 1071.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// exchange sends a packet out of one of Cloudflare's interfaces to the customer's, and waits a moment for an echo reply with the id.
func exchange(customer, cloudflare host, end, name string, packet []byte, from string, id uint16) (string, error) {
	address, _ := customer.run("cat", "/sys/class/net/"+name+"/address")
	station, _ := net.ParseMAC(strings.TrimSpace(address)) // a GRE interface has none and needs none
	return inNetwork(cloudflare, func() (string, error) { return exchangeIn(end, station, packet, from, id) })
}

// inNetwork calls a function on a thread that is in the host's network.
func inNetwork(h host, call func() (string, error)) (string, error) {
	type result struct {
		said string
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, because it is in another network
		file, err := os.Open("/run/netns/" + h.ns)
		if err == nil {
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
			_ = file.Close()
		}
		if err != nil {
			done <- result{err: err}
			return
		}
		said, err := call()
		done <- result{said, err}
	}()
	r := <-done
	return r.said, r.err
}

// exchangeIn does it in the network of the thread that it is called on.
func exchangeIn(end string, station net.HardwareAddr, packet []byte, from string, id uint16) (string, error) {
	link, err := net.InterfaceByName(end)
	if err != nil {
		return "", err
	}
	const ipv4 = 0x0008 // ETH_P_IP in network order
	send, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(send) }()
	to := &unix.SockaddrLinklayer{Protocol: ipv4, Ifindex: link.Index, Halen: uint8(len(station))}
	copy(to.Addr[:], station)
	return answer(func(int) error { return unix.Sendto(send, packet, 0, to) }, from, id)
}

// ping sends an echo request from one address of this network to another one by the routes that there are.
func ping(from, to string, id uint16) (string, error) {
	packet := echo(8, id, from, to)[20:]
	return answer(func(socket int) error {
		if err := unix.Bind(socket, &unix.SockaddrInet4{Addr: netip.MustParseAddr(from).As4()}); err != nil {
			return err
		}
		return unix.Sendto(socket, packet, 0, &unix.SockaddrInet4{Addr: netip.MustParseAddr(to).As4()})
	}, to, id)
}

// answer sends something and waits a moment for an echo reply with the id from an address.
func answer(send func(socket int) error, from string, id uint16) (string, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(socket) }()
	if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return "", err
	}
	if err := send(socket); err != nil {
		return "", err
	}
	for buffer := make([]byte, 1500); ; {
		n, _, err := unix.Recvfrom(socket, buffer, 0)
		if err != nil {
			return "no answer", err
		}
		if n >= 28 && buffer[20] == 0 && binary.BigEndian.Uint16(buffer[24:]) == id && net.IP(buffer[12:16]).String() == from {
			return "answered", nil
		}
	}
}

// cut loses every packet of the first tunnel, silently, and sees that traffic goes on over the second.
func cut(t *testing.T, customer, cloudflare host, a, b api.Tunnel) {
	t.Helper()
	traffic := func() (string, bool) {
		said, err := inNetwork(customer, func() (string, error) { return ping(ownHost, remoteHost, 0x4200) })
		return said, err == nil
	}
	customer.until("traffic over the pair", traffic)
	if cloudflare.has("iptables", "-I", "INPUT", "-i", "inner1", "-j", "DROP") {
		cloudflare.must("iptables", "-I", "OUTPUT", "-o", "inner1", "-j", "DROP")
		t.Log("cut: " + a.Name + " loses every packet, its interfaces stay up")
	} else {
		cloudflare.must("ip", "link", "set", "inner1", "down")
		t.Log("REPLACED: there is no iptables here; Cloudflare's end of " + a.Name + " is taken down instead of losing packets")
	}
	customer.until("the end of the session of "+a.Name, func() (string, bool) {
		said, _ := customer.vtysh("show bgp neighbors 10.100.0.8 json")
		return said, neighbour(said, "10.100.0.8").State != "Established"
	})
	customer.until("a way by the other tunnel alone", func() (string, bool) {
		said, _ := customer.run("ip", "route", "show", "198.18.0.0/15")
		return said, strings.Contains(said, "dev "+b.Name) && !strings.Contains(said, "dev "+a.Name)
	})
	customer.until("traffic over "+b.Name, traffic)
	t.Logf("traffic goes on over %s", b.Name)
}

// Both tunnels of a pair negotiate IKE with the common file, their SAs are not renewed in the same moment, and traffic goes through
// them: over
// the other one when one is cut.
func TestTheLinuxConfigurationOfAPairNegotiatesBothAndRekeysApart(t *testing.T) {
	customer, cloudflare := twoHosts(t, "charon-systemd", "swanctl")
	a := ipsecTunnel()
	a.CustomerEndpoint, a.CloudflareEndpoint = customerOuter, cloudflareOuter
	b := twin(a)
	b.CloudflareEndpoint = twinOuter
	router := routerOf(api.NewSecret(canaryPSK), a, b)
	router.Tunnels[1].PSK = api.NewSecret(strangePSK)
	config, err := routerconfig.Render(routerconfig.Linux, router)
	if err != nil {
		t.Fatal(err)
	}
	for i, tunnel := range []api.Tunnel{a, b} {
		tunnelNamed(t, fmt.Sprintf("inner%d", i+1), customer, cloudflare, "XFRM", tunnel.Name, tunnel.InterfaceAddress,
			"xfrm", "if_id", fmt.Sprint(i+1))
	}
	runScript(t, customer, config)
	backend, child := espBackend(t, cloudflare)
	cloudflare.startStrongSwan(backend)
	customer.startStrongSwan(backend)
	cloudflare.swanctl("--load-all", "--noprompt", "--file", cloudflare.file("own.conf", respondersOfAPair()))
	customer.swanctl("--load-all", "--noprompt", "--file", customer.file("generated.conf", fileOf(t, config, ".swanctl.conf")))

	states := 2
	if child {
		states = 4
	}
	sas := customer.until("both negotiations", func() (string, bool) {
		said := customer.sas()
		return said, strings.Count(said, "state=ESTABLISHED")+strings.Count(said, "state=INSTALLED") >= states
	})
	rekeys := map[string]bool{}
	found := regexp.MustCompile(`rekey-time=(\d+)`).FindAllStringSubmatch(sas, -1)
	for _, m := range found {
		rekeys[m[1]] = true
	}
	if len(found) < states || len(rekeys) < len(found)-1 { // strongSwan takes off a random part besides: two may be equal once in a while
		t.Errorf("%d rekey times of %d SAs differ:\n%s", len(rekeys), len(found), sas)
	}
	t.Logf("both IKE SAs are established; rekey times read from swanctl --list-sas: %v; child SAs checked: %v", found, child)
	if !strings.Contains(backend, "kernel-libipsec") {
		t.Log("SKIPPED: traffic through ESP; it is tried with strongSwan's own ESP, which is not used here")
		return
	}
	encrypted(t, customer, cloudflare, a, b)
}

// encrypted sends traffic through the ESP of both tunnels in turn.
func encrypted(t *testing.T, customer, cloudflare host, a, b api.Tunnel) {
	t.Helper()
	t.Log("REPLACED: strongSwan's own ESP has one interface for all tunnels and no XFRM interface ids: its policies choose between the " +
		"tunnels, and not the routes")
	cloudflare.must("ip", "address", "add", remoteHost+"/32", "dev", "lo")
	customer.must("ip", "address", "add", ownHost+"/32", "dev", "lo")
	traffic := func() (string, bool) {
		said, err := inNetwork(customer, func() (string, error) { return ping(ownHost, remoteHost, 0x4500) })
		return said + customer.sas(), err == nil
	}
	customer.until("traffic over the pair", traffic)
	out := func(name string) (bytes int) {
		for _, m := range regexp.MustCompile(name+`-\d+ \{[^}]*?bytes-out=(\d+)`).FindAllStringSubmatch(customer.sas(), -1) {
			n, _ := strconv.Atoi(m[1])
			bytes += n
		}
		return bytes
	}
	if out(a.Name)+out(b.Name) == 0 {
		t.Errorf("the traffic went by, and not through ESP:\n%s", customer.sas())
	}
	if !cloudflare.has("iptables", "-I", "INPUT", "-d", cloudflareOuter, "-j", "DROP") {
		t.Log("SKIPPED: the cut; there is no iptables here")
		return
	}
	t.Log("REPLACED: dead peer detection takes about three minutes; the SA of " + a.Name +
		" is given up by hand, at both ends, when its packets are lost")
	for h, name := range map[host]string{customer: a.Name, cloudflare: "customer"} { // neither hears of the other's end
		_, _ = h.run("swanctl", "--terminate", "--ike", name, "--force", "--timeout", "-1", "--uri", h.vici())
	}
	customer.until("the end of the SA of "+a.Name, func() (string, bool) {
		said := customer.sas()
		return said, strings.Count(said, "state=INSTALLED") == 1
	})
	before := out(b.Name)
	customer.until("traffic over "+b.Name, traffic)
	if out(b.Name) <= before {
		t.Errorf("the traffic did not go through %s:\n%s", b.Name, customer.sas())
	}
	t.Logf("traffic goes through ESP, and with %s cut on over %s", a.Name, b.Name)
}

// sas are the SAs of strongSwan, as it prints them.
func (h host) sas() string {
	said, _ := h.run("swanctl", "--list-sas", "--raw", "--uri", h.vici())
	return said
}

// respondersOfAPair is strongSwan in the place of both endpoints of Cloudflare, which never begin.
func respondersOfAPair() string {
	one := responder(canaryPSK)
	other := strings.NewReplacer("customer", "twin", cloudflareOuter, twinOuter, fqdn, twinID+".33145236.ipsec.cloudflare.com").
		Replace(responder(strangePSK))
	return one + other
}
