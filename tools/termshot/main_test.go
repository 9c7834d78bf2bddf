//go:build !windows

package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeScript puts the script in a file and gives its name.
func writeScript(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.script")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAScriptMakesPictures(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pictures")
	script := writeScript(t, `
# cat shows what is typed
type hello world
key enter
wait hello world
resize 60 10
shot first
key ctrl+l x
wait ^Lx
shot second
`)
	err := run([]string{"-size", "40x6", "-theme", "light", "-title", "a cat", "-out", out, script, "--", "cat"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"first": "hello world", "second": "^Lx"} {
		svg, err := os.ReadFile(filepath.Join(out, name+".svg"))
		if err != nil || !strings.Contains(string(svg), want) || !strings.Contains(string(svg), "a cat") {
			t.Errorf("%s.svg (%v) does not show %q", name, err, want)
		}
		picture, err := os.ReadFile(filepath.Join(out, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || c.Width != (60*9+18)*2 {
			t.Errorf("%s.png is %d wide (%v)", name, c.Width, err)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	cases := map[string]struct {
		args   []string
		script string
		want   string
	}{
		"unknown step":  {[]string{"cat"}, "shot a\njump b", `line 2: no step is called "jump"`},
		"nothing said":  {[]string{"cat"}, "wait", "line 1: wait needs something behind it"},
		"bad size":      {[]string{"cat"}, "resize big", `"big" is not like 120 40`},
		"no such key":   {[]string{"cat"}, "key hyper+x", `no key "hyper+x"`},
		"text missing":  {[]string{"echo", "nothing"}, "wait something", "the program ended with exit code 0; the screen is\n┌"},
		"no program":    {nil, "shot a", "a script and a program are needed"},
		"not installed": {[]string{"/no/such/program"}, "shot a", "cannot start /no/such/program"},
	}
	for name, c := range cases {
		args := append([]string{writeScript(t, c.script), "--"}, c.args...)
		if err := run(args); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
