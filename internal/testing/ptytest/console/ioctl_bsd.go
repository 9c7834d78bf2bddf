//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package console

import "golang.org/x/sys/unix"

const ioctlGetTermios = unix.TIOCGETA
