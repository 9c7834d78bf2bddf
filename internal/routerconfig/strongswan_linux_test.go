package routerconfig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// libipsec is strongSwan's own ESP, for kernels without one.
const libipsec = "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so"

// strangePSK has to be written in base64 in strongSwan's file.
const strangePSK = `0x "canary" \ $ # { } = ; ' 0123456789`

// The operator loads the generated file into strongSwan, and the tunnel is negotiated with what Cloudflare accepts.
func TestTheLinuxConfigurationNegotiatesIPsec(t *testing.T) {
	for name, key := range map[string]string{"a generated key": canaryPSK, "a key with every kind of character": strangePSK} {
		t.Run(name, func(t *testing.T) { negotiate(t, key) })
	}
}

func negotiate(t *testing.T, key string) {
	customer, cloudflare := twoHosts(t, "charon-systemd", "swanctl")
	tunnel := ipsecTunnel()
	tunnel.CustomerEndpoint, tunnel.CloudflareEndpoint = customerOuter, cloudflareOuter
	config, err := routerconfig.Render(routerconfig.Linux, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account,
		PSK: api.NewSecret(key)}))
	if err != nil {
		t.Fatal(err)
	}
	tunnelInterface(t, customer, cloudflare, "XFRM", tunnel.Name, tunnel.InterfaceAddress, "xfrm", "if_id", "1")
	runScript(t, customer, config)

	backend, child := espBackend(t, cloudflare)
	cloudflare.startStrongSwan(backend)
	customer.startStrongSwan(backend)
	cloudflare.swanctl("--load-all", "--noprompt", "--file", cloudflare.file("own.conf", responder(key)))
	customer.swanctl("--load-all", "--noprompt", "--file", customer.file("generated.conf", fileOf(t, config, ".swanctl.conf")))

	sas := customer.until("the negotiation", func() (string, bool) {
		said, _ := customer.run("swanctl", "--list-sas", "--raw", "--uri", customer.vici())
		return said, strings.Contains(said, "state=ESTABLISHED") && (!child || strings.Contains(said, "state=INSTALLED"))
	})
	for _, want := range []string{"version=2", "initiator=yes", "local-id=" + fqdn, "remote-id=" + cloudflareOuter,
		"encr-alg=AES_GCM_16", "encr-keysize=256", "prf-alg=PRF_HMAC_SHA2_256", "dh-group=ECP_384"} {
		if !strings.Contains(sas, want) {
			t.Errorf("the IKE SA has no %s:\n%s", want, sas)
		}
	}
	t.Logf("IKE SA established with AES-GCM-16-256, PRF SHA2-256, DH group 20; child SA checked: %v", child)
}

// espBackend finds out what carries ESP here, and says what was replaced by what.
func espBackend(t *testing.T, h host) (plugins string, child bool) {
	t.Helper()
	if h.has("ip", "xfrm", "state", "add", "src", customerOuter, "dst", cloudflareOuter, "proto", "esp", "spi", "1", "mode", "tunnel",
		"aead", "rfc4106(gcm(aes))", "0x"+strings.Repeat("0a", 36), "128") {
		h.must("ip", "xfrm", "state", "flush")
		return "kernel-netlink", true
	}
	_, noLibrary := os.Stat(libipsec)
	_, noTUN := os.Stat("/dev/net/tun")
	if noLibrary == nil && noTUN == nil {
		t.Log("REPLACED: this kernel has no ESP with AES-GCM; strongSwan's own (kernel-libipsec) carries the child SA")
		return "kernel-libipsec kernel-netlink", true
	}
	t.Log("REPLACED: this kernel has no ESP with AES-GCM, and strongSwan has none of its own here: only the IKE SA is negotiated")
	return "kernel-netlink", false
}

// responder is strongSwan in the place of Cloudflare, which never begins. It accepts what IKESafe in rules lists.
func responder(key string) string {
	return fmt.Sprintf(`connections {
  customer {
    version = 2
    local_addrs = %s
    proposals = aes256gcm16-prfsha256-ecp384, aes256-sha256-prfsha256-ecp384
    local {
      auth = psk
      id = %[1]s
    }
    remote {
      auth = psk
      id = "fqdn:%s"
    }
    children {
      customer {
        local_ts = 0.0.0.0/0
        remote_ts = 0.0.0.0/0
        esp_proposals = aes256gcm16-ecp384, aes256-sha256-ecp384
        start_action = none
      }
    }
  }
}
secrets {
  ike-customer {
    id-a = %[1]s
    id-b = "fqdn:%[2]s"
    secret = 0x%x
  }
}
`, cloudflareOuter, fqdn, key)
}

func (h host) vici() string { return "unix://" + filepath.Join(h.dir, "vici") }

// swanctl gives a command to the host's strongSwan.
func (h host) swanctl(args ...string) {
	h.t.Helper()
	h.must(append(append([]string{"swanctl"}, args...), "--uri", h.vici())...)
}

// startStrongSwan starts strongSwan's IKE daemon in the host's network and waits until it answers.
func (h host) startStrongSwan(kernel string) {
	h.t.Helper()
	log := filepath.Join(h.dir, "log")
	conf := h.file("strongswan.conf", fmt.Sprintf(`charon-systemd {
  load = random nonce openssl gcm aes sha1 sha2 hmac kdf pem pkcs1 x509 pubkey %s socket-default vici updown
  plugins {
    vici {
      socket = %s
    }
    # strongSwan's own ESP takes all traffic into one interface: IKE and ESP themselves are marked and stay out of it.
    kernel-libipsec {
      allow_peer_ts = yes
    }
    kernel-netlink {
      fwmark = !0x42
    }
    socket-default {
      fwmark = 0x42
    }
  }
  journal {
    default = -1
  }
  filelog {
    log {
      path = %s
      flush_line = yes
    }
  }
}
`, kernel, h.vici(), log))
	h.start([]string{"STRONGSWAN_CONF=" + conf}, "charon-systemd")
	h.t.Cleanup(func() {
		if said, err := os.ReadFile(log); h.t.Failed() && err == nil {
			h.t.Logf("strongSwan of %s logged:\n%s", h.ns, said)
		}
	})
	h.until("strongSwan", func() (string, bool) {
		said, err := h.run("swanctl", "--version", "--daemon", "--uri", h.vici())
		return said, err == nil
	})
}
