package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
)

// manyTunnels is a list answer of n tunnels with all fields.
func manyTunnels(n int) string {
	var b strings.Builder
	b.WriteString(`{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%032x","name":"tunnel-%d","cloudflare_gre_endpoint":"192.0.2.1","customer_gre_endpoint":"198.51.100.%d",`+
			`"interface_address":"10.%d.%d.0/31",`+
			`"description":"Tunnel %d of the benchmark","ttl":64,"mtu":1476,"automatic_return_routing":false,"bgp":{"customer_asn":%d,`+
			`"extra_prefixes":["203.0.113.0/24"]},`+
			`"bgp_status":{"state":"BGP_UP","tcp_established":true,"updated_at":"2025-06-09T19:31:40.750025Z","bgp_state":"Established",`+
			`"cf_speaker_ip":"10.0.0.0",`+
			`"cf_speaker_port":179,"customer_speaker_ip":"10.0.0.1","customer_speaker_port":50123},"health_check":{"enabled":true,"rate":"mid",`+
			`"type":"reply",`+
			`"direction":"unidirectional","target":{"saved":"","effective":"198.51.100.1"}},"created_on":"2025-03-13T14:28:21.139535Z",`+
			`"modified_on":"2025-03-13T14:33:26.09683Z"}`,
			i, i, i%256, i/256%256, i%256, i, 64512+i%1000)
	}
	b.WriteString("]}}")
	return b.String()
}

// BenchmarkDecode10000Tunnels lists 10,000 tunnels from memory: transport layers, envelope and objects.
func BenchmarkDecode10000Tunnels(b *testing.B) {
	const n = 10000
	body := manyTunnels(n)
	client := inMemory(b, func(*http.Request) (*http.Response, error) { return reply(200, body), nil },
		func(o *api.Options) { o.Budget = 1 << 30 })
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		list, err := client.In(account).GRETunnels.List(b.Context())
		if err != nil || len(list) != n {
			b.Fatal(len(list), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/tunnel")
}

// BenchmarkNew is what a command pays before its first request.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(canary)}}); err != nil {
			b.Fatal(err)
		}
	}
}
