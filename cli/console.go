package cli

import (
	"bufio"
	"errors"
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

// hidden asks for a secret; what is typed is not shown. The terminal stops showing it before the question is on the screen:
// whoever types at once must not see the first characters. An interrupt restores the terminal before it ends the program.
func (c console) hidden(question string) (string, error) {
	fd := int(c.in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", errNothingTyped
	}
	restore := func() { _ = term.Restore(fd, before) }
	defer restore()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(interrupts)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-interrupts:
			restore()
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	screen := struct {
		io.Reader
		io.Writer
	}{c.in, c.out}
	text, err := term.NewTerminal(screen, "").ReadPassword(question)
	switch {
	case errors.Is(err, io.EOF): // ctrl+c and ctrl+d are characters here
		fmt.Fprint(c.out, "\r\n")
		return "", failure{exitInterrupted, errors.New("interrupted: nothing was kept")}
	case err != nil || strings.TrimSpace(text) == "":
		return "", errNothingTyped
	}
	return text, nil
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
