//go:build !windows

package ptytest_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/term"

	"flarewire/internal/testing/ptytest"
)

// The tests run this test binary again as the program in the terminal: what it does is named here.
const actVariable = "PTYTEST_ACT"

func TestMain(m *testing.M) {
	act, ok := acts[os.Getenv(actVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	act(os.Args[1:])
}

// play starts the named act in a terminal.
func play(t *testing.T, act string, o ptytest.Options) *ptytest.Terminal {
	t.Helper()
	return playOn(t, act, o)
}

// playOn is play for a stand-in of the test.
func playOn(t testing.TB, act string, o ptytest.Options) *ptytest.Terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Path = self
	o.Env = append([]string{actVariable + "=" + act}, o.Env...)
	return ptytest.Start(t, o)
}

var acts = map[string]func(args []string){
	// writes its arguments and ends
	"write": func(args []string) { fmt.Print(strings.Join(args, "")) },
	// writes its arguments and stays until a key is pressed
	"show": func(args []string) {
		defer raw()()
		fmt.Print(strings.Join(args, ""))
		readKey()
	},
	// shows the bytes of each key until q
	"keys": func(args []string) {
		defer raw()()
		fmt.Print(strings.Join(args, "") + "ready\r\n")
		for key := ""; key != "q"; {
			key = readKey()
			fmt.Printf("%q\r\n", key)
		}
	},
	// asks the terminal for its attributes and says which answer came before the key !
	"ask": func([]string) {
		defer raw()()
		fmt.Print("\x1b[casked\r\n")
		got := ""
		for !strings.Contains(got, "!") {
			got += readKey()
		}
		fmt.Printf("got %q\r\n", got)
		readKey()
	},
	"size": func([]string) {
		resized := make(chan os.Signal, 1)
		signal.Notify(resized, syscall.SIGWINCH)
		for {
			cols, rows, err := term.GetSize(0)
			fmt.Printf("\x1b[2J\x1b[Hsize %dx%d %v", cols, rows, err)
			<-resized
		}
	},
	"environment": func([]string) { fmt.Print(strings.Join(os.Environ(), "\r\n"), "\r\n") },
	"exit 3":      func([]string) { os.Exit(3) },
	"leave raw": func([]string) {
		_ = raw()
		fmt.Print("raw")
	},
	// on SIGHUP writes the file named by the first argument
	"hangup": func(args []string) {
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		fmt.Print("waiting")
		<-hangup
		if os.WriteFile(args[0], nil, 0o600) != nil {
			os.Exit(1)
		}
	},
	// leaves a child behind that keeps the terminal open, and the pipe named by the first argument
	"child": func(args []string) {
		lifeline, err := os.OpenFile(args[0], os.O_WRONLY, 0)
		if err != nil {
			os.Exit(1)
		}
		child := exec.Command("sleep", "600")
		child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
		child.ExtraFiles = []*os.File{lifeline}
		if child.Start() != nil {
			os.Exit(1)
		}
		fmt.Print("child started")
		readKey()
	},
	// asks a thousand questions and never reads an answer
	"deaf": func([]string) {
		defer raw()()
		fmt.Print(strings.Repeat("\x1b[c\x1b[6n\x1b]11;?\x07", 1000), "asked")
		select {}
	},
}

// raw puts the terminal in raw mode; the function it gives puts it back.
func raw() func() {
	state, err := term.MakeRaw(0)
	if err != nil {
		os.Exit(9)
	}
	return func() { _ = term.Restore(0, state) }
}

func readKey() string {
	buf := make([]byte, 1<<16)
	n, err := os.Stdin.Read(buf)
	if err != nil {
		os.Exit(8)
	}
	return string(buf[:n])
}
