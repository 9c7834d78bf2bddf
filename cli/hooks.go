//go:build !testhooks || windows

package cli

import "flarewire/tui"

// hook gives tests a way to make the program panic (hooks_testhooks.go); the ordinary binary has none.
func hook(IO, *tui.Options) {}
