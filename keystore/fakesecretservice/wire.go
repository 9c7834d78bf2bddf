package fakesecretservice

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// peer is one client's connection. godbus has no server side: the handshake and the framing are done here, the encoding
// of messages is godbus's.
type peer struct {
	server *Server
	conn   net.Conn
	in     *bufio.Reader
	mu     sync.Mutex
	serial uint32
}

// serve speaks with one client until it leaves.
func (p *peer) serve() {
	defer p.server.leave(p)
	if p.server.fault(SilentSocket) {
		<-p.server.closed
		return
	}
	if err := p.handshake(); err != nil {
		return
	}
	for {
		call, err := dbus.DecodeMessage(p.in)
		if err != nil {
			return
		}
		if call.Type == dbus.TypeMethodCall {
			p.server.answer(p, call)
		}
	}
}

// handshake is the server's half of the authentication protocol (D-Bus specification, "Authentication Protocol"): it
// believes the client's user id, since the socket lies in a private directory.
func (p *peer) handshake() error {
	if _, err := p.in.ReadByte(); err != nil {
		return err
	}
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return err
		}
		var reply string
		switch words := strings.Fields(line); {
		case len(words) == 0:
			reply = "ERROR"
		case words[0] == "BEGIN":
			return nil
		case words[0] == "AUTH" && len(words) == 1:
			reply = "REJECTED EXTERNAL"
		case words[0] == "AUTH", words[0] == "DATA":
			reply = "OK 0123456789abcdef0123456789abcdef"
		default:
			reply = "ERROR"
		}
		if _, err := fmt.Fprintf(p.conn, "%s\r\n", reply); err != nil {
			return err
		}
	}
}

// reply answers a call with these values.
func (p *peer) reply(call *dbus.Message, body ...any) {
	p.send(&dbus.Message{
		Type: dbus.TypeMethodReply,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()),
			dbus.FieldSender:      dbus.MakeVariant(serviceName),
		},
	}, body)
}

// fail answers a call with an error.
func (p *peer) fail(call *dbus.Message, errorName, text string) {
	p.send(&dbus.Message{
		Type: dbus.TypeError,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()),
			dbus.FieldErrorName:   dbus.MakeVariant(errorName),
			dbus.FieldSender:      dbus.MakeVariant(serviceName),
		},
	}, []any{text})
}

// signal sends a signal from the object at path.
func (p *peer) signal(path dbus.ObjectPath, iface, member string, body ...any) {
	p.send(&dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath:      dbus.MakeVariant(path),
			dbus.FieldInterface: dbus.MakeVariant(iface),
			dbus.FieldMember:    dbus.MakeVariant(member),
			dbus.FieldSender:    dbus.MakeVariant(serviceName),
		},
	}, body)
}

// send writes one message. A client that has left is no error: half of the faults are about that.
func (p *peer) send(message *dbus.Message, body []any) {
	if len(body) > 0 {
		message.Body = body
		message.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
	}
	var wire bytes.Buffer
	if err := message.EncodeTo(&wire, binary.LittleEndian); err != nil {
		p.server.tb.Errorf("fake Secret Service: cannot encode a message: %v", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	frame := wire.Bytes()
	// godbus keeps the serial number to itself; it stands in bytes 8 to 11 and must not be 0.
	binary.LittleEndian.PutUint32(frame[8:12], p.serial)
	_, _ = p.conn.Write(frame)
}
