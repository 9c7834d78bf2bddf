//go:build unix

package tui

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// TakeAnswers reads what the terminal still has to answer, so that it does not land in the shell. It is for the end of the program.
func TakeAnswers(in *os.File, out io.Writer) {
	if !awaitingAnswers() {
		return
	}
	fd := int(in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return // no terminal, or none any more
	}
	defer func() { _ = term.Restore(fd, before) }()
	if f, ok := out.(*os.File); ok && !takesOutput(f) {
		return // a line that hangs must not hold up the end
	}
	if _, err := io.WriteString(out, lastQuestion); err != nil {
		return
	}
	var got []byte
	for end := time.Now().Add(answersAwaited); !lastAnswer.Match(got); {
		left := time.Until(end)
		if left <= 0 {
			return
		}
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left/time.Millisecond)+1)
		if err == unix.EINTR {
			continue
		}
		if err != nil || ready == 0 {
			return
		}
		piece := make([]byte, 256)
		n, err := unix.Read(fd, piece)
		if err != nil && err != unix.EAGAIN || n == 0 {
			return
		}
		got = append(got, piece[:max(n, 0)]...)
	}
}

// takesOutput reports whether a few bytes can be written without waiting.
func takesOutput(f *os.File) bool {
	ready, err := unix.Poll([]unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}, 0)
	return err == nil && ready == 1
}
