package diagnose

import (
	"fmt"
	"strings"

	"flarewire/api"
)

// errorWords are the names of the error codes of a NOTIFICATION (RFC 4271, section 4.5; code 7: RFC 7313; code 8: RFC 9384).
var errorWords = map[int]string{1: "Message Header Error", 2: "OPEN Message Error", 3: "UPDATE Message Error", 4: "Hold Timer Expired",
	5: "Finite State Machine Error", 6: "Cease", 7: "ROUTE-REFRESH Message Error", 8: "Send Hold Timer Expired"}

// subcodeWords are the names of the subcodes: RFC 4271, section 4.5; of code 5 RFC 6608; of code 6 RFC 4486 and RFC 8538, RFC 9384 for 10.
var subcodeWords = map[[2]int]string{
	{1, 1}: "Connection Not Synchronized", {1, 2}: "Bad Message Length", {1, 3}: "Bad Message Type",
	{2, 1}: "Unsupported Version Number", {2, 2}: "Bad Peer AS", {2, 3}: "Bad BGP Identifier", {2, 4}: "Unsupported Optional Parameter",
	{2, 5}: "Authentication Failure (deprecated)", {2, 6}: "Unacceptable Hold Time", {2, 7}: "Unsupported Capability",
	{2, 11}: "Role Mismatch",
	{3, 1}:  "Malformed Attribute List", {3, 2}: "Unrecognized Well-known Attribute", {3, 3}: "Missing Well-known Attribute",
	{3, 4}: "Attribute Flags Error", {3, 5}: "Attribute Length Error", {3, 6}: "Invalid ORIGIN Attribute",
	{3, 8}: "Invalid NEXT_HOP Attribute", {3, 9}: "Optional Attribute Error", {3, 10}: "Invalid Network Field", {3, 11}: "Malformed AS_PATH",
	{5, 1}: "Receive Unexpected Message in OpenSent State", {5, 2}: "Receive Unexpected Message in OpenConfirm State",
	{5, 3}: "Receive Unexpected Message in Established State",
	{6, 1}: "Maximum Number of Prefixes Reached", {6, 2}: "Administrative Shutdown", {6, 3}: "Peer De-configured",
	{6, 4}: "Administrative Reset", {6, 5}: "Connection Rejected", {6, 6}: "Other Configuration Change",
	{6, 7}: "Connection Collision Resolution", {6, 8}: "Out of Resources", {6, 9}: "Hard Reset", {6, 10}: "BFD Down",
}

// number is a code that may be missing.
func number(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// Notification is the code and subcode of a NOTIFICATION in words: "2/2 Bad Peer AS". With the text that RFC 9003 lets a shutdown carry.
func Notification(d api.BGPEventData) string {
	code, subcode := number(d.Code), number(d.Subcode)
	text := fmt.Sprintf("%d/%d", code, subcode)
	name, known := subcodeWords[[2]int{code, subcode}]
	switch {
	case known:
		text += " " + name
		if code == 6 {
			text = fmt.Sprintf("%d/%d Cease, %s", code, subcode, name)
		}
	case errorWords[code] != "":
		text += " " + errorWords[code]
	default:
		text += " (a code that no RFC known here names)"
	}
	reason := strings.Join(strings.Fields(d.Reason), " ")
	if reason == "" || strings.EqualFold(reason, name) || strings.EqualFold(reason, errorWords[code]) {
		return text
	}
	return text + " “" + reason + "”"
}

// BGPEventText is an event of the record in words, for a line that begins with its time.
func BGPEventText(e api.BGPEvent) string {
	d := e.Data
	switch e.Kind {
	case api.NotificationMessage:
		return sender(e) + " sent NOTIFICATION " + Notification(d)
	case api.OpenMessage:
		return openWords(e)
	case api.StateTransition:
		text := "session " + d.FromState + " to " + d.ToState
		if d.Event != "" {
			text += " (" + d.Event + ")"
		}
		return text
	case api.HandshakeFailed:
		return handshakeWords(d)
	case api.UpdateMessage:
		if n := len(d.Announced); n > 0 {
			return fmt.Sprintf("%s announced %d prefixes", sender(e), n)
		}
		return sender(e) + " sent UPDATE"
	case api.SessionConfig, api.FilterConfig, api.RedistributeConfig:
		text := configWords[e.Kind] + " changed"
		if len(d.Changed) > 0 {
			text += ": " + strings.Join(d.Changed, ", ")
		}
		if d.Disabled != nil && *d.Disabled {
			text += ", disabled"
		}
		return text
	case api.StalePaths:
		return "stale paths were removed: the session did not come back in time"
	}
	return strings.ReplaceAll(e.Kind, "_", " ")
}

var configWords = map[string]string{api.SessionConfig: "session configuration", api.FilterConfig: "BGP filter",
	api.RedistributeConfig: "route redistribution"}

// handshakeWords says why a handshake failed, "TCP handshake failed (timeout): no answer to SYN".
func handshakeWords(d api.BGPEventData) string {
	text := "TCP handshake failed"
	if d.Reason != "" {
		text += " (" + d.Reason + ")"
	}
	if d.Message != "" {
		text += ": " + d.Message
	}
	return text
}

// sender is who sent a message.
func sender(e api.BGPEvent) string {
	switch e.Direction {
	case api.ToCloudflare:
		return "your router"
	case api.FromCloudflare:
		return "Cloudflare"
	}
	return "one side"
}

func openWords(e api.BGPEvent) string {
	asn, d := e.Data.PeerASN, e.Data
	if e.Direction == api.FromCloudflare && d.CloudflareASN != nil {
		asn = d.CloudflareASN
	}
	text := sender(e) + " sent OPEN"
	if asn != nil {
		text += ": AS " + asnText(*asn)
	}
	if d.HoldTime != nil {
		text += fmt.Sprintf(", hold time %d s", *d.HoldTime)
	}
	if len(d.Capabilities) > 0 {
		text += ", capabilities: " + strings.Join(d.Capabilities[:min(len(d.Capabilities), 8)], ", ")
	}
	return text
}
