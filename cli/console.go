package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// console is the terminal that questions are asked on. It is not standard error, whose text waits for the end of its line.
type console struct {
	in    *os.File
	out   io.Writer
	close func()
}

// console finds the terminal: standard input, else the controlling terminal of a command whose input is a pipe.
func (x IO) console() (console, bool) {
	if x.Prompt == nil {
		return console{}, false
	}
	if f, isFile := x.In.(*os.File); isFile && term.IsTerminal(int(f.Fd())) {
		return console{f, x.Prompt, func() {}}, true
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return console{}, false
	}
	return console{tty, tty, func() { _ = tty.Close() }}, true
}

var errNothingTyped = usage("nothing was typed: start again")

// hidden asks for a secret; what is typed is not shown. An interrupt restores the terminal before it ends the program.
func (c console) hidden(question string) (string, error) {
	fd := int(c.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", errNothingTyped
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case <-interrupts:
			_ = term.Restore(fd, before)
			fmt.Fprintln(c.out)
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	defer signal.Stop(interrupts)
	defer close(done)
	fmt.Fprint(c.out, question)
	text, err := term.ReadPassword(fd)
	fmt.Fprintln(c.out)
	if err != nil || strings.TrimSpace(string(text)) == "" {
		return "", errNothingTyped
	}
	return string(text), nil
}

// exitInterrupted is what a shell reports of a program that ctrl+c ended.
const exitInterrupted = 130

// line asks for a line of text.
func (c console) line(question string) (string, error) {
	fmt.Fprint(c.out, question)
	text, err := bufio.NewReader(io.LimitReader(c.in, 1<<12)).ReadString('\n')
	if err != nil {
		return "", errNothingTyped
	}
	return strings.TrimSpace(text), nil
}
