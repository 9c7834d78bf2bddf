//go:build !linux

package keystore

// Harden does nothing here: what it does on Linux has no counterpart in the system's interface for Go.
func Harden() error { return nil }
