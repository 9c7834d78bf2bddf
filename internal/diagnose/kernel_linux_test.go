package diagnose_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
)

// A real kernel with the same routes decides the same way: longest prefix first, then the smallest number, and several equal ones
// share. It runs in a network namespace of its own and needs root and iproute2.
func TestARealKernelDecidesTheSame(t *testing.T) {
	ip, err := exec.LookPath("ip")
	unshare, err2 := exec.LookPath("unshare")
	if err != nil || err2 != nil || os.Getuid() != 0 {
		t.Skip("needs root, iproute2 and unshare")
	}
	n := many(11, 250, 60)
	for i := range n.facts.Routes.Rows {
		n.facts.Routes.Rows[i].Scope = nil // a kernel has no regions
	}
	random := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // test addresses
	var questions strings.Builder
	var addrs []netip.Addr
	for range 600 {
		addr := netip.AddrFrom4([4]byte{10, byte(random.IntN(5)), byte(random.IntN(256)), byte(random.IntN(256))})
		addrs = append(addrs, addr)
		fmt.Fprintf(&questions, "route get %s\n", addr)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"routes": n.kernelRoutes(), "questions": questions.String()} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	setup := `"$0" link add name near type veth peer name far && "$0" link set near up && "$0" link set far up &&
	"$0" addr add 10.255.255.254/9 dev near || exit 77
"$0" -batch "$1/routes" && "$0" -force -batch "$1/questions" 2>/dev/null; true`
	cmd := exec.CommandContext(t.Context(), unshare, "-n", "sh", "-c", setup, ip, dir)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Skipf("no network namespace can be made here: %v %s", err, problems.String())
	}
	if problems.Len() > 0 {
		t.Fatalf("the kernel did not take a route: %s", problems.String())
	}
	kernel := map[string]string{}
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); len(words) > 2 && words[1] == "via" {
			kernel[words[0]] = words[2]
		}
	}
	table := diagnose.NewTable(n.facts)
	shared := map[string]map[string]bool{} // the next hops that the kernel chose, by those between which it could
	for _, addr := range addrs {
		want := inUse(table.Where(netip.PrefixFrom(addr, 32)), "")
		hop, routed := kernel[addr.String()]
		if routed != (len(want) > 0) || routed && !want[hop] {
			t.Errorf("%s: the kernel says %q, where says %v", addr, hop, want)
		}
		if len(want) > 1 {
			key := fmt.Sprint(slices.Sorted(maps.Keys(want)))
			if shared[key] == nil {
				shared[key] = map[string]bool{}
			}
			shared[key][hop] = true
		}
	}
	if len(shared) == 0 || !slices.ContainsFunc(slices.Collect(maps.Values(shared)), func(s map[string]bool) bool { return len(s) > 1 }) {
		t.Errorf("the kernel never chose between equal ways: %v", shared)
	}
}

// kernelRoutes are the routes as lines of ip: one of several next hops for those with equal prefix and number.
func (n *network) kernelRoutes() string {
	penalties := n.penalties()
	hops := map[string][]string{}
	for _, r := range n.facts.Routes.Rows {
		key := fmt.Sprintf("%s metric %d", r.Prefix, r.Priority+penalties[r.Nexthop])
		if !slices.Contains(hops[key], r.Nexthop) {
			hops[key] = append(hops[key], r.Nexthop)
		}
	}
	var lines strings.Builder
	for key, list := range hops {
		fmt.Fprintf(&lines, "route add %s", key)
		for _, hop := range list {
			fmt.Fprintf(&lines, " nexthop via %s dev near", hop)
		}
		lines.WriteString("\n")
	}
	return lines.String()
}
