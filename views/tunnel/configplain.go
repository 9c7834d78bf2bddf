package tunnel

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/views/kit"
)

// plainText prints a text on the bare terminal and waits for enter: there it can be selected over more than one screen, without
// borders, and without what a full screen would cut off.
type plainText struct {
	text string
	end  string
	in   io.Reader
	out  io.Writer
}

// SetStdin implements tea.ExecCommand.
func (p *plainText) SetStdin(r io.Reader) { p.in = r }

// SetStdout implements tea.ExecCommand.
func (p *plainText) SetStdout(w io.Writer) { p.out = w }

// SetStderr implements tea.ExecCommand.
func (p *plainText) SetStderr(io.Writer) {}

// Run implements tea.ExecCommand.
func (p *plainText) Run() error {
	if _, err := fmt.Fprintf(p.out, "\n%s\n%s ", p.text, p.end); err != nil {
		return err
	}
	if _, err := bufio.NewReader(p.in).ReadString('\n'); err != nil && err != io.EOF {
		return err
	}
	_, err := fmt.Fprintln(p.out)
	return err
}

// plain leaves the screen and prints the text.
func (r *RouterConfig) plain() tea.Cmd {
	text := &plainText{end: "Press enter to go back to flarewire."}
	var lines strings.Builder
	for line := range strings.Lines(r.config.Text()) {
		lines.WriteString(tui.Clean(strings.TrimSuffix(line, "\n")) + "\n") // what a tunnel is called reaches a terminal here
	}
	text.text = lines.String()
	if r.holdsKey() {
		text.end = "The pre-shared key stands above: clear the terminal's scrollback afterwards. " + text.end
	}
	return tui.Exec(text, func(err error) tea.Msg {
		if err != nil {
			return tui.Toast(tui.Bad, kit.ErrorText(err))()
		}
		return nil
	})
}
