package secretservice_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"flarewire/keystore/fakesecretservice"
	"flarewire/keystore/secretservice"
)

func getenv(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestAddressTakesLocalSocketsOnly(t *testing.T) {
	for address, want := range map[string]error{
		"unix:path=/run/user/1000/bus":                      nil,
		"unix:abstract=/tmp/dbus-x,guid=1;unix:path=/tmp/y": nil,
		"tcp:host=192.0.2.1,port=1":                         secretservice.ErrBusAddress,
		"unix:path=/run/user/1000/bus;tcp:host=192.0.2.1":   secretservice.ErrBusAddress,
		"unixexec:path=/bin/sh":                             secretservice.ErrBusAddress,
		"disabled:":                                         secretservice.ErrBusAddress,
		"autolaunch:":                                       secretservice.ErrNoBus,
		"autolaunch:scope=install-path":                     secretservice.ErrBusAddress,
		"":                                                  secretservice.ErrNoBus,
	} {
		got, err := secretservice.Address(getenv(map[string]string{
			"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": t.TempDir(),
		}))
		if !errors.Is(err, want) || want == nil && got != address {
			t.Errorf("%q: %q, %v", address, got, err)
		}
	}
}

func TestLookFindsAnItemAndRaisesNoPrompt(t *testing.T) {
	server := fakesecretservice.Start(t)
	server.Put("flarewire", "prod", "value")
	look := func(user string) secretservice.State {
		t.Helper()
		state, err := secretservice.Look(t.Context(), server.Address(), map[string]string{"service": "flarewire", "username": user})
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	if got := look("prod"); got != (secretservice.State{Found: true}) {
		t.Errorf("prod: %+v", got)
	}
	if got := look("lab"); got != (secretservice.State{}) {
		t.Errorf("lab: %+v", got)
	}
	server.Set(fakesecretservice.Locked)
	if got := look("prod"); got != (secretservice.State{Found: true, Locked: true}) {
		t.Errorf("locked: %+v", got)
	}
	if got := server.Prompts(); got != 0 {
		t.Errorf("%d prompts were raised", got)
	}
}

func TestLookEndsWithItsContext(t *testing.T) {
	for _, fault := range []fakesecretservice.Fault{fakesecretservice.SilentSocket, fakesecretservice.ProviderNeverComes} {
		server := fakesecretservice.Start(t, fault)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begin := time.Now()
		_, err := secretservice.Look(ctx, server.Address(), nil)
		cancel()
		if !errors.Is(err, secretservice.ErrTimeout) || time.Since(begin) > time.Minute {
			t.Errorf("fault %d: %v after %v", fault, err, time.Since(begin))
		}
	}
}

func TestLookWithoutABus(t *testing.T) {
	_, err := secretservice.Look(t.Context(), "unix:path=/nowhere/bus", nil)
	if !errors.Is(err, secretservice.ErrNoBus) || !strings.Contains(err.Error(), "/nowhere/bus") {
		t.Errorf("got %v", err)
	}
}
