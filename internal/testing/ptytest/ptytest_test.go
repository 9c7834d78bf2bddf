//go:build !windows

package ptytest_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"flarewire/internal/testing/ptytest"
)

func TestAScreenIsReadAsAGrid(t *testing.T) {
	term := play(t, "show", ptytest.Options{Cols: 20, Rows: 5, Args: []string{
		"\x1b[?1049h\x1b[?25l\x1b]2;demo\x07\x1b[2;3H\x1b[1;31mDOWN\x1b[m \x1b[7;4mrev\x1b[m\x1b[3;1H日本x e\u0301 " +
			"\x1b[38;5;208mo\x1b[48;2;1;2;3mb",
	}})
	s := term.WaitText("ob")

	if cols, rows := s.Size(); cols != 20 || rows != 5 {
		t.Errorf("size %dx%d, want 20x5", cols, rows)
	}
	if want := "\n  DOWN rev\n日本x e\u0301 ob"; s.Text() != want {
		t.Errorf("text %q, want %q", s.Text(), want)
	}
	if x, y, ok := s.Find("rev"); x != 7 || y != 1 || !ok {
		t.Errorf("rev at %d,%d %v, want 7,1", x, y, ok)
	}
	if x, y, ok := s.Find("x e"); x != 4 || y != 2 || !ok {
		t.Errorf("behind two wide characters: %d,%d %v, want 4,2", x, y, ok)
	}
	if !s.AltScreen() || s.Cursor().Visible || s.Title() != "demo" {
		t.Errorf("alternate screen %v, cursor visible %v, title %q", s.AltScreen(), s.Cursor().Visible, s.Title())
	}
	down, rev, wide, half := s.Cell(2, 1), s.Cell(7, 1), s.Cell(0, 2), s.Cell(1, 2)
	if !down.Bold || down.Fg != ansi.Red || down.Bg != nil {
		t.Errorf("DOWN looks like %+v", down)
	}
	if !rev.Reverse || !rev.Underline || rev.Bold || rev.Fg != nil {
		t.Errorf("rev looks like %+v", rev)
	}
	if wide.Content != "日" || wide.Width != 2 || half.Content != "" || half.Width != 0 {
		t.Errorf("a wide character is %+v %+v", wide, half)
	}
	if o := s.Cell(8, 2); o.Fg != ansi.IndexedColor(208) {
		t.Errorf("o has the colour %#v", o.Fg)
	}
	if off := s.Cell(99, 99); off.Content != " " {
		t.Errorf("outside the screen is %+v", off)
	}
	if _, _, found := s.Find("absent"); found {
		t.Error("found a text that is not there")
	}
}

func TestKeysArriveAsXtermSendsThem(t *testing.T) {
	term := play(t, "keys", ptytest.Options{Rows: 60})
	term.WaitText("ready")
	keys := []struct{ name, bytes string }{
		{"enter", "\r"}, {"esc", "\x1b"}, {"backspace", "\x7f"}, {"tab", "\t"}, {"shift+tab", "\x1b[Z"},
		{"up", "\x1b[A"}, {"ctrl+left", "\x1b[1;5D"}, {"home", "\x1b[H"}, {"pgdown", "\x1b[6~"},
		{"shift+delete", "\x1b[3;2~"}, {"f1", "\x1bOP"}, {"f12", "\x1b[24~"}, {"ctrl+c", "\x03"},
		{"ctrl+l", "\f"}, {"alt+x", "\x1bx"}, {"alt+enter", "\x1b\r"}, {"space", " "}, {"é", "é"}, {"+", "+"}, {"G", "G"},
	}
	for i, key := range keys {
		term.Press(key.name)
		want := fmt.Sprintf("%q", key.bytes)
		term.WaitFor("the bytes of "+key.name, func(s ptytest.Screen) bool { return s.Line(i+1) == want })
	}
	term.Press("q")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	term.AssertRestored(t)
}

func TestAnApplicationThatAsksForApplicationCursorKeysGetsThem(t *testing.T) {
	term := play(t, "keys", ptytest.Options{Args: []string{"\x1b[?1h"}})
	term.WaitText("ready")
	term.Press("up")
	term.WaitText(`"\x1bOA"`)
}

func TestAPasteHasBracketsOnlyWhenAskedFor(t *testing.T) {
	term := play(t, "keys", ptytest.Options{Args: []string{"\x1b[?2004h"}})
	term.WaitText("ready")
	term.Paste("a\x1b[201~\nb")
	term.WaitText(`"\x1b[200~a\rb\x1b[201~"`)

	term = play(t, "keys", ptytest.Options{})
	term.WaitText("ready")
	term.Paste("a\nb")
	term.WaitText(`"a\rb"`)
}

func TestTheProgramSeesEveryResize(t *testing.T) {
	term := play(t, "size", ptytest.Options{})
	term.WaitText("size 80x24 <nil>")
	for _, size := range [][2]int{{120, 40}, {60, 15}, {200, 60}, {20, 5}} {
		term.Resize(size[0], size[1])
		s := term.WaitText(fmt.Sprintf("size %dx%d <nil>", size[0], size[1]))
		term.WaitGone("size 80x24")
		if cols, rows := s.Size(); cols != size[0] || rows != size[1] {
			t.Errorf("the grid is %dx%d, want %v", cols, rows, size)
		}
	}
	term.Signal(syscall.SIGTERM)
	if code := term.Wait(); code != 128+15 {
		t.Errorf("exit code %d after SIGTERM, want 143", code)
	}
}

func TestATerminalAnswersOrNot(t *testing.T) {
	for name, answers := range map[string]ptytest.Answers{
		`got "\x1b[?62;1;6;22c!"`: ptytest.AnswersLikeXterm,
		`got "!"`:                 ptytest.AnswersNothing,
	} {
		term := play(t, "ask", ptytest.Options{Answers: answers})
		term.WaitText("asked")
		term.Press("!")
		term.WaitText(name)
	}
}

func TestASlowTerminalAnswersLater(t *testing.T) {
	term := play(t, "ask", ptytest.Options{Answers: ptytest.AnswersSlowly, AnswerDelay: time.Hour})
	term.WaitText("asked")
	term.Press("!")
	term.WaitText(`got "!"`)

	term = play(t, "keys", ptytest.Options{
		Args: []string{"\x1b[c"}, Answers: ptytest.AnswersSlowly, AnswerDelay: time.Millisecond,
	})
	term.WaitText(`"\x1b[?62;1;6;22c"`)
}

func TestATerminalTellsItsBackground(t *testing.T) {
	for want, light := range map[string]bool{"11;rgb:ffff/ffff/ffff": true, "11;rgb:0000/0000/0000": false} {
		term := play(t, "keys", ptytest.Options{Args: []string{"\x1b]11;?\x07"}, LightBackground: light})
		term.WaitText(want)
	}
}

func TestAProgramThatNeverReadsDoesNotStopTheTerminal(t *testing.T) {
	term := play(t, "deaf", ptytest.Options{})
	term.WaitText("asked")
	term.Paste(strings.Repeat("x", 1<<20))
	if !term.Screen().Contains("asked") {
		t.Error("the screen is lost")
	}
}

func TestTheLastByteBeforeTheEndIsSeen(t *testing.T) {
	term := play(t, "write", ptytest.Options{Args: []string{strings.Repeat("line\r\n", 3000), "the end"}})
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !term.Screen().Contains("the end") || !strings.HasSuffix(string(term.Transcript()), "the end") {
		t.Errorf("the end is missing:\n%s", term.Screen().Box())
	}
	if got := term.BytesWritten(); got < 3000*6+7 {
		t.Errorf("%d bytes written", got)
	}
}

func TestExitCode(t *testing.T) {
	if code := play(t, "exit 3", ptytest.Options{}).Wait(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
}

func TestHangingUpReachesTheProgram(t *testing.T) {
	witness := filepath.Join(t.TempDir(), "hung-up")
	term := play(t, "hangup", ptytest.Options{Args: []string{witness}})
	term.WaitText("waiting")
	term.Close()
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(witness); err != nil {
		t.Errorf("the program got no SIGHUP: %v", err)
	}
}

func TestNothingOfTheTestersEnvironmentLeaks(t *testing.T) {
	for _, name := range []string{"CLOUDFLARE_API_TOKEN", "SSH_TTY", "COLORTERM", "DBUS_SESSION_BUS_ADDRESS"} {
		t.Setenv(name, "leaked")
	}
	term := play(t, "environment", ptytest.Options{
		Rows: 60, Cols: 250, Env: []string{"TERM=dumb", "LANG", "EXTRA=1"},
	})
	term.Wait()
	text := term.Screen().Text()
	for _, want := range []string{"TERM=dumb", "EXTRA=1", "PATH=", "HOME=" + os.TempDir()} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	for _, unwanted := range []string{"leaked", "LANG", "xterm"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("%s is in\n%s", unwanted, text)
		}
	}
}

func TestNoProcessOutlivesTheTest(t *testing.T) {
	lifeline := filepath.Join(t.TempDir(), "lifeline")
	if err := syscall.Mkfifo(lifeline, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(lifeline, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	t.Run("a program with a child", func(t *testing.T) {
		play(t, "child", ptytest.Options{Args: []string{lifeline}}).WaitText("child started")
	})
	if err := reader.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	// The end of the pipe comes when the last process that has it open is gone.
	if _, err := io.ReadAll(reader); err != nil {
		t.Errorf("a child of the program is still there: %v", err)
	}
}
