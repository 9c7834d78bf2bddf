//go:build !windows

package console

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// lineDiscipline is the kernel's side of the terminal: raw or cooked, echo. Nil where it could not be read.
type lineDiscipline struct{ termios *unix.Termios }

func (l lineDiscipline) differs(o lineDiscipline) bool {
	return l.termios != nil && o.termios != nil && *l.termios != *o.termios
}

// start opens the terminal, and the program in it as the leader of a session of its own.
func (c *Console) start(o Options) error {
	master, slave, err := pty.Open()
	if err != nil {
		return err
	}
	defer func() { _ = slave.Close() }() // while we hold it, the program's end would not be seen
	defer func() { _ = master.Close() }()
	if err := pty.Setsize(master, winsize(o.Cols, o.Rows)); err != nil {
		return err
	}
	if c.master, err = pollable(master); err != nil {
		return err
	}
	c.before = c.readLineDiscipline()

	ctx, cancel := context.WithCancel(context.Background())
	c.kill = cancel
	c.cmd = exec.CommandContext(ctx, o.Path, o.Args...)
	// The whole group: what the program started must not outlive it.
	c.cmd.Cancel = func() error { return syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }
	c.cmd.Env, c.cmd.Dir = o.Env, o.Dir
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		cancel()
		_ = c.master.Close()
		return err
	}
	return nil
}

func winsize(cols, rows int) *pty.Winsize {
	return &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}
}

// pollable gives the terminal as a file whose Close ends a Read that waits. pty.Open's is in blocking mode:
// closing it under a Read would not hang up.
func pollable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// control calls do with the terminal's descriptor, which cannot be closed meanwhile.
func (c *Console) control(do func(fd int) error) error {
	conn, err := c.master.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := conn.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	return inner
}

func (c *Console) readLineDiscipline() lineDiscipline {
	var l lineDiscipline
	_ = c.control(func(fd int) (err error) { // gone after Close: nothing to compare then
		l.termios, err = unix.IoctlGetTermios(fd, ioctlGetTermios)
		return err
	})
	return l
}

// readAvailable waits for output and then takes all that is there, up to a megabyte.
func (c *Console) readAvailable() ([]byte, error) {
	all := make([]byte, 64<<10)
	n, err := c.master.Read(all)
	all = all[:n]
	if err != nil {
		return all, err
	}
	conn, err := c.master.SyscallConn()
	if err != nil {
		return all, err
	}
	for len(all) < 1<<20 {
		all = slices.Grow(all, 4<<10)
		more := 0
		// Returning true means "do not wait", whatever the read said.
		err = conn.Read(func(fd uintptr) bool {
			more, _ = unix.Read(int(fd), all[len(all):cap(all)])
			return true
		})
		if err != nil || more <= 0 {
			return all, err // without an error nothing now, or the end: the next call tells which
		}
		all = all[:len(all)+more]
	}
	return all, nil
}

// Resize gives the terminal another size and tells the program (SIGWINCH).
func (c *Console) Resize(cols, rows int) error {
	c.mu.Lock()
	// The emulator first: what the program draws next is for the new size.
	c.em.Resize(cols, rows)
	c.modes.resized(rows)
	c.mu.Unlock()
	err := c.control(func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)})
	})
	if err != nil {
		return fmt.Errorf("cannot resize the terminal to %dx%d: %w", cols, rows, err)
	}
	return nil
}

// Signal sends the signal to the program.
func (c *Console) Signal(sig os.Signal) error {
	if err := c.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("cannot send %v to the program: %w", sig, err)
	}
	return nil
}

func (c *Console) exitCode() int {
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return c.cmd.ProcessState.ExitCode()
}
