package api

import "flarewire/internal/secret"

// redacted is what every way of printing a Secret gives.
const redacted = secret.Mask

// Secret is a value that cannot be printed by accident: a token, a key, a pre-shared key. The zero Secret is empty.
type Secret = secret.Value

// NewSecret wraps the value. An empty value gives the zero Secret.
func NewSecret(value string) Secret { return secret.New(value) }
