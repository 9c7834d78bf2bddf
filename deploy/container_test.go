package deploy_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// The image has the program, the authorities and the notices and nothing else, and runs as nobody in particular.
func TestTheContainerHasNothingElse(t *testing.T) {
	text, err := os.ReadFile("container/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, image, ok := strings.Cut(string(text), "\nFROM scratch\n")
	if !ok || strings.Contains(image, "\nFROM ") {
		t.Fatalf("the last image does not begin with nothing:\n%s", text)
	}
	for line := range strings.Lines(image) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch instruction {
		case "COPY":
			from := strings.Fields(rest)
			if source := from[len(from)-2]; !strings.HasPrefix(from[0], "--from=build") || !strings.HasSuffix(source, "ca-certificates.crt") &&
				source != "/flarewire" && source != "/NOTICES" && source != "/state" {
				t.Errorf("it also copies %s", rest)
			}
		case "USER":
			if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(rest) {
				t.Errorf("it runs as %s: there is no file of names in it, and root is not needed", rest)
			}
		case "ENV":
			if regexp.MustCompile(`TOKEN|KEY|SECRET`).MatchString(rest) {
				t.Errorf("a secret in the image: %s", rest)
			}
		case "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD":
		default:
			t.Errorf("not known here: %s", line)
		}
	}
}

// What the description tells people to run, with the environment of the image, works: check, metrics and record.
func TestTheCommandsOfTheContainerRun(t *testing.T) {
	text, err := os.ReadFile("container/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	env := regexp.MustCompile(`(?m)^ENV (.*)$`).FindSubmatch(text)
	server := httptest.NewServer(simaccount.New(simaccount.Options{}))
	defer server.Close()
	want := map[string]string{"check": "FLAREWIRE ", "metrics": "flarewire_tunnel_up", "record": "metrics at http://"}
	commands := regexp.MustCompile(`(?m)^#   podman run .* flarewire ((\w+).*)$`).FindAllSubmatch(text, -1)
	if env == nil || len(commands) != len(want) {
		t.Fatalf("the environment is %q, the commands are %q", env, commands)
	}
	for _, c := range commands {
		name := string(c[2])
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			credentials := filepath.Join(root, "run", "credentials")
			if err := os.MkdirAll(credentials, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(credentials, "flarewire-token"), []byte(simaccount.DefaultToken), 0o400); err != nil {
				t.Fatal(err)
			}
			environ := strings.Fields(strings.ReplaceAll(string(env[1]), "=/", "="+root+"/"))
			environ = append(environ, "CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount, "CLOUDFLARE_BASE_URL="+server.URL+"/client/v4")
			args := strings.Fields(string(c[1]))
			if name == "record" {
				args = append(args, "--listen", "127.0.0.1:0")
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, done := &said{}, make(chan int, 1)
			go func() {
				done <- cli.Main(ctx, args, cli.IO{In: strings.NewReader(""), Out: out, Err: out, Now: time.Now, Environ: environ})
			}()
			until(t, name, func() bool {
				return out.find(regexp.MustCompile("("+regexp.QuoteMeta(want[name])+")")) != "" || len(done) > 0
			})
			cancel()
			code := <-done
			out.mu.Lock()
			defer out.mu.Unlock()
			if !bytes.Contains(out.b.Bytes(), []byte(want[name])) || name == "metrics" && code != 0 {
				t.Errorf("%v ended with %d and said\n%s", args, code, out.b.String())
			}
		})
	}
}
