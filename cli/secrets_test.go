package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// MD5 keys are masked in what list and get print, as everywhere, unless they are asked for.
func TestAnMD5KeyIsPrintedOnlyWhenAskedFor(t *testing.T) {
	const key = "canary-md5-key"
	sim, env := serve(t, simaccount.Options{})
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre",
		func(o simaccount.Object) { o["bgp"].(simaccount.Object)["md5_key"] = key }); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	for _, args := range []string{"list gre -o json", "get gre fra-dc1-gre -o json", "list gre", "get gre fra-dc1-gre"} {
		if code := s.run(strings.Fields(args)...); code != 0 || strings.Contains(s.out.String(), key) {
			t.Errorf("%s: exit %d, the key is printed", args, code)
		}
		if !strings.HasSuffix(args, "json") {
			continue
		}
		if !json.Valid(s.out.Bytes()) || !strings.Contains(s.out.String(), `"md5_key": "[redacted]"`) {
			t.Errorf("%s: the key is not masked: %s", args, s.out.String())
		}
		if code := s.run(strings.Fields(args + " --show-secrets")...); code != 0 || !strings.Contains(s.out.String(), key) {
			t.Errorf("%s: exit %d, the key is not printed when it is asked for", args, code)
		}
	}
}
