package routerconfig_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"flarewire/internal/routerconfig"
)

// patience bounds every wait for a daemon; a session comes up within a few seconds.
const patience = 2 * time.Minute

// The outer addresses of the two hosts, from the documentation ranges.
const (
	customerOuter   = "203.0.113.7"
	cloudflareOuter = "198.51.100.10"
	twinOuter       = "198.51.100.138" // a second Cloudflare endpoint, in another /24 than some of the covering routes
	gatewayOuter    = "203.0.113.1"    // the customer's provider
)

// host is one of two machines: a network namespace with a folder of its own.
type host struct {
	t   *testing.T
	ns  string
	dir string
}

// twoHosts are the customer's router and Cloudflare, joined by a wire with the outer addresses on it. What the test needs and
// does not find, it is skipped for.
func twoHosts(t *testing.T, tools ...string) (customer, cloudflare host) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: network namespaces need root")
	}
	for _, tool := range append(tools, "ip", "sysctl", "sh") {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: there is no %s on this machine", tool)
		}
	}
	customer, cloudflare = newHost(t, "customer"), newHost(t, "cloudflare")
	customer.must("ip", "link", "add", "outer", "type", "veth", "peer", "name", "outer", "netns", cloudflare.ns)
	for _, h := range []struct {
		host
		own, other string
	}{{customer, customerOuter, gatewayOuter}, {cloudflare, gatewayOuter, customerOuter}} {
		h.must("ip", "address", "add", h.own, "peer", h.other, "dev", "outer")
		h.must("ip", "link", "set", "outer", "up")
		h.must("ip", "link", "set", "lo", "up")
	}
	// The provider's router and Cloudflare are one machine: its endpoints are behind the gateway.
	for _, end := range []string{cloudflareOuter, twinOuter} {
		cloudflare.must("ip", "address", "add", end+"/32", "dev", "lo")
	}
	customer.must("ip", "route", "add", "default", "via", gatewayOuter, "dev", "outer")
	return customer, cloudflare
}

func newHost(t *testing.T, name string) host {
	t.Helper()
	dir, err := os.MkdirTemp("", "flarewire") // not t.TempDir: daemons that give up root could not reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := host{t: t, ns: fmt.Sprintf("flarewire-%s-%d", name, os.Getpid()), dir: dir}
	if out, err := exec.Command("ip", "netns", "add", h.ns).CombinedOutput(); err != nil {
		t.Skipf("skipped: network namespaces cannot be made here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", h.ns).Run() })
	return h
}

// run runs a command in the host's network.
func (h host) run(args ...string) (string, error) {
	out, err := exec.Command("ip", append([]string{"netns", "exec", h.ns}, args...)...).CombinedOutput()
	return string(out), err
}

func (h host) must(args ...string) string {
	h.t.Helper()
	out, err := h.run(args...)
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// has reports whether the kernel can do what the command asks for; it is tried in the host's network.
func (h host) has(args ...string) bool {
	_, err := h.run(args...)
	return err == nil
}

// file puts a text into the host's folder.
func (h host) file(name, text string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// belongsTo gives the host's folder to the user that its daemons run as.
func (h host) belongsTo(name string) {
	h.t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		h.t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(h.dir, uid, gid); err != nil {
		h.t.Fatal(err)
	}
}

// start runs a daemon in the host's network until the test ends, and shows what it said when the test has failed.
func (h host) start(env []string, args ...string) {
	h.t.Helper()
	var said bytes.Buffer
	cmd := exec.Command("ip", append([]string{"netns", "exec", h.ns}, args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), &said, &said
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if h.t.Failed() {
			h.t.Logf("%s said:\n%s", args[0], said.String())
		}
	})
}

// until asks again and again until the answer is the wanted one. It gives what was answered last.
func (h host) until(what string, ask func() (answer string, ok bool)) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		answer, ok := ask()
		if ok {
			return answer
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			h.t.Fatalf("%s did not come within %s; the last answer was:\n%s", what, patience, answer)
		}
	}
}

// tunnelInterface makes Cloudflare's end of the tunnel, and where the kernel has no such tunnels, a wire in the place of it
// that has its name at the customer's side: the generated script takes an interface that is there.
func tunnelInterface(t *testing.T, customer, cloudflare host, kind, label, address string, real ...string) {
	t.Helper()
	tunnelNamed(t, "inner", customer, cloudflare, kind, label, address, real...)
}

// tunnelNamed is the same with a name of Cloudflare's end, for several tunnels.
func tunnelNamed(t *testing.T, end string, customer, cloudflare host, kind, label, address string, real ...string) {
	t.Helper()
	if cloudflare.has(append([]string{"ip", "link", "add", "name", end, "type"}, real...)...) {
		t.Logf("the tunnel is a real %s interface", kind)
	} else {
		t.Logf("REPLACED: this kernel has no %s interfaces; a veth pair with the same inner addresses stands in for the tunnel", kind)
		customer.must("ip", "link", "add", "name", label, "type", "veth", "peer", "name", end, "netns", cloudflare.ns)
	}
	cloudflare.must("ip", "address", "add", address, "dev", end)
	cloudflare.must("ip", "link", "set", end, "up")
}

// withIPTables gives a folder for PATH with a stand-in for iptables where the machine has none that works.
func withIPTables(t *testing.T, h host) []string {
	t.Helper()
	if h.has("iptables", "-t", "mangle", "-A", "FORWARD", "-o", "none", "-p", "tcp", "--tcp-flags", "SYN,RST", "SYN", "-j", "TCPMSS",
		"--set-mss", "1360") {
		return os.Environ()
	}
	t.Log("REPLACED: there is no iptables with TCPMSS here; the script's limit of the segment size goes to a stand-in that does nothing")
	if err := os.WriteFile(filepath.Join(h.dir, "iptables"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "PATH="+h.dir+":"+os.Getenv("PATH"))
}

// ownNetwork is what the customer announces.
const ownNetwork = "192.0.2.0/24"

// filled is a generated text with the words filled in that begin with Placeholder, as the operator does it.
func filled(t *testing.T, text string) string {
	t.Helper()
	text = strings.NewReplacer("REPLACE-WITH-WAN-GATEWAY", gatewayOuter, "REPLACE-WITH-WAN-INTERFACE", "outer",
		"REPLACE-WITH-OWN-NETWORK", ownNetwork, "REPLACE-WITH-REMOTE-NETWORK", "198.18.0.0/15").Replace(text)
	for line := range strings.Lines(text) {
		if strings.Contains(line, routerconfig.Placeholder) && !strings.HasPrefix(line, "#") {
			t.Fatalf("a word is not filled in: %s", line)
		}
	}
	return text
}
