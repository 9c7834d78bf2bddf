package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// private are turns of phrase that only the authors understand, with the plain ones. Names, JSON words and the ids of causes are
// a contract and not meant: "not-dialling" stays.
var private = map[*regexp.Regexp]string{
	regexp.MustCompile(`\btells (whether|that)\b`):             "reports whether",
	regexp.MustCompile(`\bfor the one who\b`):                  "say when it is used",
	regexp.MustCompile(`(?i)\blikeliest cause\b`):              "likely cause",
	regexp.MustCompile(`\bby probes\b`):                        "health check",
	regexp.MustCompile(`\bNot dialling\b`):                     "no BGP connection from your router",
	regexp.MustCompile(`(?i)\bprobes do not get through\b`):    "health checks through the tunnel are failing",
	regexp.MustCompile(`\bto go on:`):                          "to confirm:",
	regexp.MustCompile(`\bCloudflare never does\b`):            "Cloudflare is passive",
	regexp.MustCompile(`\b(let )?through both ways\b`):         "permitted in both directions",
	regexp.MustCompile(`(?i)\bwhat you typed is lost\b`):       "your changes are discarded",
	regexp.MustCompile(`\bseparate with blanks\b`):             "separated by spaces",
	regexp.MustCompile(`\bI have kept it\b`):                   "saved",
	regexp.MustCompile(`\bNothing is called\b`):                "no page, action or object",
	regexp.MustCompile(`\bWrite does not do\b`):                "is not sufficient",
	regexp.MustCompile(`(?i)\ba part of the probes\b`):         "some health check probes",
	regexp.MustCompile(`\bwhatever its state\b`):               "regardless of its state",
	regexp.MustCompile(`\b(see|sees) (it|the tunnel) badly\b`): "report poor health",
	regexp.MustCompile(`\bnetwork said no\b`):                  "API or network error",
	regexp.MustCompile(`\bdata cent(re|res)\b`):                "data center",
	regexp.MustCompile(`Cloudflare's locations\b`):             "Cloudflare's data centers",
	regexp.MustCompile(`\bproposed: typing\b`):                 "suggested: type",
	regexp.MustCompile(`\bgo on all the same\b`):               "apply anyway",
	regexp.MustCompile(`(?i)\bthe probes find it\b`):           "health checks report it",
	regexp.MustCompile(`\bscreen anew\b`):                      "redraw",
	regexp.MustCompile(`"Partly"`):                             "partial",
	regexp.MustCompile(`\bwhen flarewire first looked\b`):      "since monitoring began",
	regexp.MustCompile(`\bsomebody changed it\b`):              "changed outside flarewire",
	regexp.MustCompile(`\bA advertises it\b`):                  "press A to advertise",
	regexp.MustCompile(`\bhangs on (it|its object)\b`):         "depends on it",
}

// Comments, the screen, the manual and the documents are read by people who have not met the authors.
func TestPrivateWordsStayOut(t *testing.T) {
	root := "../.."
	read := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case d.Name() == "words_test.go", d.Name() == "CHANGELOG.md": // this list, and what was said in releases
			return nil
		case filepath.Ext(path) != ".go" && filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for i, line := range strings.Split(string(text), "\n") {
			for words, plain := range private {
				if found := words.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: write %q", strings.TrimPrefix(path, root+"/"), i+1, found, plain)
				}
			}
		}
		return nil
	})
	if err != nil || read < 300 {
		t.Fatalf("%d files were read: %v", read, err)
	}
}
