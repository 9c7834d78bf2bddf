package keystore

import (
	"context"
	"sync"
)

// Memory keeps credentials until the program ends. It is the store of whoever chose none, and it is always there. The zero
// Memory is empty and ready.
type Memory struct {
	mu    sync.Mutex
	items map[string]Credential
}

// Kind returns StoreMemory.
func (m *Memory) Kind() StoreKind { return StoreMemory }

// Get returns the profile's credential or ErrNotFound.
func (m *Memory) Get(_ context.Context, profile string, _ Access) (Credential, error) {
	if err := CheckProfileName(profile); err != nil {
		return Credential{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	credential, ok := m.items[profile]
	if !ok {
		return Credential{}, notFound(profile, "memory")
	}
	return credential, nil
}

// Set keeps the credential.
func (m *Memory) Set(_ context.Context, profile string, credential Credential, _ Access) error {
	if err := CheckProfileName(profile); err != nil {
		return err
	}
	if _, err := encode(credential); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.items == nil {
		m.items = map[string]Credential{}
	}
	m.items[profile] = credential
	return nil
}

// Delete forgets the credential.
func (m *Memory) Delete(_ context.Context, profile string, _ Access) error {
	if err := CheckProfileName(profile); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, profile)
	return nil
}

// Check says that memory is always there.
func (m *Memory) Check(context.Context) Availability {
	return Availability{Kind: StoreMemory, Title: "this session only", Available: true,
		Reason: "not saved: it is forgotten when flarewire ends"}
}

func notFound(profile, where string) error {
	return &Error{Reason: ErrNotFound, What: "there is nothing for profile " + profile + " in " + where,
		Do: "sign in with flarewire auth login --profile " + profile}
}
