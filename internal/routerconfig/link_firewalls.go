package routerconfig

import "fmt"

// The texts of a link for platforms with policies between zones or lists. Syntax: the vendors' public schemas, as the texts of tunnels.

func fortiLink(p linkPage) []string {
	f := fmt.Sprintf
	out := []string{"# The name in place of the word below is that of a port that exists. A /31 on a port is taken since 6.4 (unconfirmed).",
		"config system interface", "    edit \"REPLACE-WITH-PORT\"", "        set description \"Cloudflare\"",
		f("        set ip %s %s", p.Own, p.Mask), "        set allowaccess ping", "        set mtu-override enable",
		f("        set mtu %d", p.MTU), "    next", "end",
		"# Policies both ways, without NAT. They allow everything; narrow them. The two directions may take different ways."}
	out = append(out, fortiPolicy("CF-CNI-out", "REPLACE-WITH-LAN-INTERFACE", "REPLACE-WITH-PORT")...)
	out = append(out, fortiPolicy("CF-CNI-in", "REPLACE-WITH-PORT", "REPLACE-WITH-LAN-INTERFACE")...)
	if p.ASN == 0 {
		return out
	}
	out = append(out, "# Commented, because it resets every session where there is another number.", "#config router bgp",
		f("#    set as %d", p.ASN), "#end", "config router prefix-list", "    edit \"CF-CNI-in\"", "        config rule")
	out = append(out, fortiRule(10, "deny", "REPLACE-WITH-OWN-NETWORK", "set le 32")...)
	out = append(out, fortiRule(20, "deny", "0.0.0.0 0.0.0.0", "unset le")...)
	out = append(out, fortiRule(30, "permit", "0.0.0.0 0.0.0.0", "set le 32")...)
	out = append(out, "        end", "    next", "    edit \"CF-CNI-out\"", "        config rule")
	out = append(out, fortiRule(10, "permit", "REPLACE-WITH-OWN-NETWORK", "unset le")...)
	out = append(out, fortiRule(20, "deny", "0.0.0.0 0.0.0.0", "set le 32")...)
	out = append(out, "        end", "    next", "end", "# Your network is announced while the routing table has it with exactly this length.",
		"config router bgp", "    config network", "        edit 0", "            set prefix REPLACE-WITH-OWN-NETWORK", "        next", "    end",
		"    config neighbor", f("        edit \"%s\"", p.Peer), "            set description \"Cloudflare\"",
		f("            set remote-as %d", p.CloudflareASN), f("            set keep-alive-timer %d", p.Keepalive),
		f("            set holdtime-timer %d", p.Hold), "            set prefix-list-in \"CF-CNI-in\"",
		"            set prefix-list-out \"CF-CNI-out\"", "            set maximum-prefix 1000",
		"            set maximum-prefix-warning-only enable")
	out = append(out, when(p.MD5, "            set password REPLACE-WITH-MD5-KEY")...)
	return append(out, "        next", "    end", "end")
}

// fortiPolicy lets everything through from one interface to another.
func fortiPolicy(name, from, to string) []string {
	return []string{"config firewall policy", "    edit 0", "        set name \"" + name + "\"", "        set srcintf \"" + from + "\"",
		"        set dstintf \"" + to + "\"", "        set srcaddr \"all\"", "        set dstaddr \"all\"", "        set action accept",
		"        set schedule \"always\"", "        set service \"ALL\"", "        set anti-replay disable", "    next", "end"}
}

// fortiRule is a rule of a prefix list.
func fortiRule(n int, action, prefix, le string) []string {
	return []string{fmt.Sprintf("            edit %d", n), "                set action " + action, "                set prefix " + prefix,
		"                unset ge", "                " + le, "            next"}
}

func panLink(p linkPage) []string {
	f, router := fmt.Sprintf, "set network virtual-router default "
	port := "set network interface ethernet REPLACE-WITH-PORT layer3 "
	out := []string{"# The port answers ping.", "set network profiles interface-management-profile cloudflare-ping ping yes",
		f(port+"ip %s/%d", p.Own, p.Bits), f(port+"mtu %d", p.MTU), port + "interface-management-profile cloudflare-ping",
		router + "interface REPLACE-WITH-PORT", "set zone cloudflare network layer3 REPLACE-WITH-PORT",
		"# They allow everything; narrow them. They land last: move them before a rule that denies. Exempt this zone from source NAT.",
		"set rulebase security rules to-cloudflare from REPLACE-WITH-LAN-ZONE to cloudflare source any destination any application any " +
			"service any action allow",
		"set rulebase security rules from-cloudflare from cloudflare to REPLACE-WITH-LAN-ZONE source any destination any application any " +
			"service any action allow"}
	if p.ASN == 0 {
		return out
	}
	bgp := router + "protocol bgp "
	in, export, peer := bgp+"policy import rules CF-CNI-in-", bgp+"policy export rules CF-CNI-out", bgp+"peer-group CF-CNI peer CF-CNI "
	out = append(out, "# Commented, because they reset every session where others are there. A router-id is needed (unconfirmed).",
		"#"+bgp+"enable yes", "#"+bgp+"router-id "+p.Own, f("#"+bgp+"local-as %d", p.ASN), "#"+bgp+"install-route yes",
		"# Rules are tried in order, and a new one lands last (unconfirmed). A rule with your network is turned on by the word yes only after "+
			"the line with the network was taken: without that line it would stand for everything. The limit of received prefixes is left at "+
			"the platform's default: nothing here can only warn.")
	rule := func(name, prefix, exact, action, enable string) {
		out = append(out, name+" used-by CF-CNI", name+" match address-prefix "+prefix+" exact "+exact, name+" action "+action,
			name+" enable "+enable)
	}
	rule(in+"own", "REPLACE-WITH-OWN-NETWORK", "no", "deny", "REPLACE-WITH-YES")
	rule(in+"default", "0.0.0.0/0", "yes", "deny", "yes")
	rule(in+"rest", "0.0.0.0/0", "no", "allow", "yes")
	rule(export, "REPLACE-WITH-OWN-NETWORK", "yes", "allow", "REPLACE-WITH-YES")
	rule(export+"-none", "0.0.0.0/0", "no", "deny", "yes")
	out = append(out, "# Your network, taken from the routing table; it must be there with exactly this length.",
		bgp+"redist-rules REPLACE-WITH-OWN-NETWORK enable yes")
	out = append(out, when(p.MD5, bgp+"auth-profile CF-CNI secret REPLACE-WITH-MD5-KEY")...)
	out = append(out, bgp+"peer-group CF-CNI type ebgp", f(peer+"peer-as %d", p.CloudflareASN),
		peer+"local-address interface REPLACE-WITH-PORT", f(peer+"local-address ip %s/%d", p.Own, p.Bits), peer+"peer-address ip "+p.Peer,
		f(peer+"connection-options hold-time %d", p.Hold), f(peer+"connection-options keep-alive-interval %d", p.Keepalive))
	out = append(out, when(p.MD5, peer+"connection-options authentication CF-CNI")...)
	return append(out, peer+"enable yes", "# Last: commit.", "#commit")
}

func routerOSLink(p linkPage) []string {
	f := fmt.Sprintf
	address, form := f("address=%s/%d", p.Own, p.Bits), "# The two ends."
	if p.Bits == 31 {
		address, form = f("address=%s/32 network=%s", p.Own, p.Peer), "# The form of a /31 that every version takes."
	}
	out := []string{f("/interface/set REPLACE-WITH-PORT mtu=%d comment=Cloudflare", p.MTU), form,
		"/ip/address/add " + address + " interface=REPLACE-WITH-PORT",
		"# The factory rules drop what comes in from anywhere but the LAN. Without any rules there, leave place-before=0 out.",
		"/ip/firewall/filter/add chain=input action=accept protocol=icmp in-interface=REPLACE-WITH-PORT place-before=0 comment=\"Cloudflare\""}
	if p.ASN == 0 {
		return out
	}
	filter := "/routing/filter/rule/add chain=CF-CNI-"
	out = append(out, "/ip/firewall/filter/add chain=input action=accept protocol=tcp src-address="+p.Peer+
		" src-port=179 in-interface=REPLACE-WITH-PORT place-before=0 comment=\"Cloudflare: BGP\"",
		"# Commented, because it is for a router without a BGP instance. Its name goes into the last line.",
		f("#/routing/bgp/instance/add name=cloudflare as=%d", p.ASN),
		"# Your network is announced while the routing table has it (unconfirmed).",
		"/ip/firewall/address-list/add list=cloudflare-own address=REPLACE-WITH-OWN-NETWORK",
		"# A chain rejects what no rule accepts. No limit of received prefixes: the one that there is cannot only warn.",
		filter+`in rule="if (dst in REPLACE-WITH-OWN-NETWORK) {reject}"`, filter+`in rule="if (dst == 0.0.0.0/0) {reject}"`,
		filter+`in rule="accept"`, filter+`out rule="if (dst == REPLACE-WITH-OWN-NETWORK) {accept}"`, filter+`out rule="reject"`)
	connection := f("/routing/bgp/connection/add name=CF-CNI instance=REPLACE-WITH-BGP-INSTANCE connect=yes local.role=ebgp local.address=%s "+
		"remote.address=%s/32 remote.as=%d hold-time=%ds keepalive-time=%ds input.filter=CF-CNI-in output.filter-chain=CF-CNI-out "+
		"output.network=cloudflare-own", p.Own, p.Peer, p.CloudflareASN, p.Hold, p.Keepalive)
	if p.MD5 {
		connection += " tcp-md5-key=REPLACE-WITH-MD5-KEY"
	}
	return append(out, connection)
}
