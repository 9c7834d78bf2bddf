package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const document = "docs/mutations.md"

const head = `# Each statement of the second edition's part 3, and the test that fails without it

A test that cannot fail keeps nothing. For each statement about misbehaving servers, networks and machines, ` + "`make mutations`" + `
takes what keeps it out of the program, as the third column says, and runs the test of the fourth: it must hold before, and fail then. A
change that does not compile, a test that does not run, and a text that is no longer in the code are errors. The tree is not touched (an
overlay of the go command); the changes themselves are in tools/mutations. That each text is in its file once, and that each test
exists, is asked whenever the tools are tested.

The numbers are those of the part's items. One statement has no line, because its test reads the sources from the disk, where the overlay
is not seen: on Windows no text claims that a file is closed to others (12, TestOnlyOneTextSaysWhoCanReadAFile). It was made to fail
by hand.

What a server answers comes from the simulated account's hook (Script: this request so, carried out or not, now or later, with these
headers). Not from it come the answers that repeat what they were sent (10: the hook sees no credential), objects with fields that no
document has (9), and connections that are refused before a server sees them (1).

For most lines the test was there when this table was made. New with it are the stories with the real program of item 8 and of the named
pipe, those of 18 in the dialog, accents on a page, exit 2 of all commands without an address, the reasons of several failures through
the command, and the hour of Ratelimit on the screen. Two faults were found by it and mended: the end of a change whose page was left
(6, 8), and a demo whose diagnosis did not know what was changed in it (19).

`

// figureLine is the one line that comes from a run.
var figureLine = regexp.MustCompile(`(?m)^Last whole run: .*$`)

// writeDocument makes the document anew. Without a figure the one of the last whole run stays.
func writeDocument(root, figure string, now time.Time) error {
	name := filepath.Join(root, document)
	line := "Last whole run: none."
	if figure != "" {
		line = fmt.Sprintf("Last whole run: %s, %s.", now.UTC().Format("2 January 2006"), figure)
	} else if old, err := os.ReadFile(name); err == nil {
		if last := figureLine.FindString(string(old)); last != "" {
			line = last
		}
	}
	return os.WriteFile(name, []byte(head+line+"\n\n"+rows()), 0o644)
}

// rows is the table.
func rows() string {
	var b strings.Builder
	b.WriteString("| # | statement | what is taken out | the test that fails |\n|---|---|---|---|\n")
	for _, m := range table() {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` %s |\n", m.item, m.says, m.out, m.pkg, m.test)
	}
	return b.String()
}
