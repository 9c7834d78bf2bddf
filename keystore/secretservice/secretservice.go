// Package secretservice looks at the desktop's keyring over D-Bus without ever raising a prompt, waiting for ever or
// starting a bus (the freedesktop.org Secret Service API, specifications.freedesktop.org/secret-service).
//
// The keyring library does all three when it is called unasked, so this look comes first, on a connection of its own.
package secretservice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// What keeps the keyring from being used. The caller knows what the user can do about it.
var (
	ErrNoBus        = errors.New("there is no D-Bus session bus")
	ErrBusAddress   = errors.New("the D-Bus session bus is not a local socket")
	ErrNoProvider   = errors.New("no program provides a keyring on the session bus")
	ErrNoCollection = errors.New("the keyring has no default collection")
	ErrTimeout      = errors.New("the keyring did not answer in time")
)

const (
	busName             = "org.freedesktop.DBus"
	name                = "org.freedesktop.secrets"
	root                = dbus.ObjectPath("/org/freedesktop/secrets")
	serviceInterface    = "org.freedesktop.Secret.Service"
	loginCollection     = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	noObject            = dbus.ObjectPath("/")
	lockedProperty      = "org.freedesktop.Secret.Collection.Locked"
	collectionsProperty = serviceInterface + ".Collections"
)

// State is what a look at the keyring found.
type State struct {
	// Locked: reading or storing would raise a prompt, either for the collection or for the item asked about.
	Locked bool
	// Found: an item with the attributes asked about exists.
	Found bool
}

// Address returns the session bus's address: $DBUS_SESSION_BUS_ADDRESS, else the socket at its well-known place. It
// never starts a bus. Anything but a Unix socket is refused, because the secret crosses the bus unencrypted.
func Address(getenv func(string) string) (string, error) {
	address := getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" || address == "autolaunch:" {
		address = wellKnown(getenv("XDG_RUNTIME_DIR"))
	}
	if address == "" {
		return "", ErrNoBus
	}
	for part := range strings.SplitSeq(address, ";") {
		if !strings.HasPrefix(part, "unix:") {
			return "", ErrBusAddress
		}
	}
	return address, nil
}

// wellKnown looks for the socket that systemd's user session puts in the runtime directory.
func wellKnown(runtimeDir string) string {
	if runtimeDir == "" {
		runtimeDir = filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	}
	socket := filepath.Join(runtimeDir, "bus")
	if info, err := os.Stat(socket); err != nil || info.Mode()&os.ModeSocket == 0 {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(socket)
}

// Look asks the keyring at address whether it could be used now, and whether it has an item with these attributes. It
// asks nothing that raises a prompt and ends with ctx, also when the other side takes the connection and stays silent.
func Look(ctx context.Context, address string, attributes map[string]string) (State, error) {
	// godbus closes a connection with its context, which is also what frees a reply that never comes.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return State{}, failure(ctx, ErrNoBus, err)
	}
	defer func() { _ = conn.Close() }()
	if err := provider(ctx, conn); err != nil {
		return State{}, err
	}
	locked, err := collectionLocked(ctx, conn)
	if err != nil {
		return State{}, err
	}
	state, err := item(ctx, conn, attributes)
	state.Locked = state.Locked || locked
	return state, err
}

// provider makes sure that a program owns the Secret Service's name, starting the one the bus knows.
func provider(ctx context.Context, conn *dbus.Conn) error {
	var owned bool
	err := conn.BusObject().CallWithContext(ctx, busName+".NameHasOwner", 0, name).Store(&owned)
	if err != nil {
		return failure(ctx, ErrNoBus, err)
	}
	if owned {
		return nil
	}
	err = conn.BusObject().CallWithContext(ctx, busName+".StartServiceByName", 0, name, uint32(0)).Err
	if err != nil {
		return failure(ctx, ErrNoProvider, err)
	}
	return nil
}

// collectionLocked reads the Locked property of the collection that go-keyring uses: "login", else the default alias.
func collectionLocked(ctx context.Context, conn *dbus.Conn) (bool, error) {
	var collections []dbus.ObjectPath
	service := conn.Object(name, root)
	if err := property(ctx, service, collectionsProperty, &collections); err != nil {
		return false, failure(ctx, ErrNoProvider, err)
	}
	chosen := noObject
	for _, path := range collections {
		if path == loginCollection {
			chosen = path
		}
	}
	if chosen == noObject {
		err := service.CallWithContext(ctx, serviceInterface+".ReadAlias", 0, "default").Store(&chosen)
		if err != nil {
			return false, failure(ctx, ErrNoProvider, err)
		}
	}
	if chosen == noObject {
		return false, ErrNoCollection
	}
	var locked bool
	if err := property(ctx, conn.Object(name, chosen), lockedProperty, &locked); err != nil {
		return false, failure(ctx, ErrNoCollection, err)
	}
	return locked, nil
}

// item searches without unlocking: the service answers with the open and the locked items apart.
func item(ctx context.Context, conn *dbus.Conn, attributes map[string]string) (State, error) {
	var open, locked []dbus.ObjectPath
	err := conn.Object(name, root).CallWithContext(ctx, serviceInterface+".SearchItems", 0, attributes).
		Store(&open, &locked)
	if err != nil {
		return State{}, failure(ctx, ErrNoProvider, err)
	}
	return State{Found: len(open)+len(locked) > 0, Locked: len(locked) > 0}, nil
}

// property is GetProperty with a context, which godbus's own has not.
func property(ctx context.Context, object dbus.BusObject, fullName string, into any) error {
	dot := strings.LastIndexByte(fullName, '.')
	var value dbus.Variant
	err := object.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, fullName[:dot], fullName[dot+1:]).
		Store(&value)
	if err != nil {
		return err
	}
	return value.Store(into)
}

// failure says what an error during a step means: the end of the time when that is over, else the step's own reason.
func failure(ctx context.Context, reason, cause error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrTimeout, context.Cause(ctx))
	}
	return fmt.Errorf("%w: %w", reason, cause)
}
