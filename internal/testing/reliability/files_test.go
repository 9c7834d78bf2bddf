package reliability_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
	"flarewire/keystore"
)

// desk is every kind of file that the program writes, below one home.
type desk struct {
	home    string
	paths   keystore.Paths
	journal *journal.Journal
	age     *keystore.AgeFile
	watcher *store.Store
	now     time.Time
	up      bool
	n       int
}

// passphrase opens the age file of these tests.
var passphrase = keystore.Access{Passphrase: secret.New("correct horse battery staple")}

func newDesk(home string) *desk {
	d := &desk{home: home, now: time.Now(), paths: keystore.DefaultPaths(keystore.Environment{ConfigHome: filepath.Join(home, "config"),
		StateHome: filepath.Join(home, "state"), Home: home})}
	d.journal = journal.New(journal.Options{Path: filepath.Join(home, "state", "flarewire", "journal.jsonl"), MaxSize: 20000, Keep: 3000})
	d.age = keystore.NewAgeFile(d.paths.Credentials)
	d.watcher = store.New(d, func() time.Time { return d.now }, 0)
	d.watcher.UseHistory(d.history())
	return d
}

func (d *desk) history() *store.History {
	return store.OpenHistory(store.HistoryPath(filepath.Join(d.home, "state", "flarewire"), "test", "account"), d.now, 20000)
}

func (d *desk) snapshot() string { return filepath.Join(d.home, "snapshot.json") }

// Tunnels implements store.Fetcher: a session that changes with every look.
func (d *desk) Tunnels(context.Context) api.TunnelLists {
	state := api.BGPState("BGP_DOWN")
	if d.up = !d.up; d.up {
		state = "BGP_UP"
	}
	var t api.GRETunnel
	t.ID, t.Name, t.BGP, t.BGPStatus = "id", "fra-dc1-gre", &api.BGP{CustomerASN: 64601}, &api.BGPStatus{State: state}
	return api.TunnelLists{GRE: []api.GRETunnel{t}}
}

// write changes every file once; it gives the id of the journal's entry, which is on the disk when End has returned.
func (d *desk) write() (id string, err error) {
	d.n++
	config, err := keystore.LoadConfig(d.paths.Config)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"lab", "prod"} {
		if err := config.Put(keystore.Profile{Name: name, AccountName: strings.Repeat("Northwind ", d.n%50)}); err != nil {
			return "", err
		}
	}
	if err := config.Save(); err != nil {
		return "", err
	}
	object, _ := json.Marshal(map[string]string{"name": "fra-dc1-gre", "description": strings.Repeat("x", d.n%700)})
	if id, err = d.journal.Begin(journal.Entry{Verb: journal.Update, Resource: "gre_tunnels", Name: "fra-dc1-gre", Before: object,
		After: object}); err != nil {
		return "", err
	}
	if err := d.journal.End(id, "", journal.Result{Outcome: journal.Done}); err != nil {
		return "", err
	}
	d.now = d.now.Add(time.Minute)
	if err := d.watcher.Poll(context.Background()).HistoryErr; err != nil {
		return "", err
	}
	prefixes := make([]snapshot.Prefix, d.n%40)
	return id, snapshot.Baseline{Format: snapshot.Format, TakenAt: d.now, Account: "account", Prefixes: prefixes}.Save(d.snapshot(), true)
}

// keep writes the age file, which takes a quarter of a second of work.
func (d *desk) keep() error {
	c, err := keystore.NewToken("cfut_" + strings.Repeat("0123456789", 4) + fmt.Sprintf("%06d", d.n))
	if err != nil {
		return err
	}
	return d.age.Set(context.Background(), "prod", c, passphrase)
}

// check reads every file as the next start would, and gives the journal's entries that are done.
func (d *desk) check() (done map[string]bool, damaged int, err error) {
	config, err := keystore.LoadConfig(d.paths.Config)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range []string{"lab", "prod"} {
		if _, err := config.Profile(name); err != nil {
			return nil, 0, err
		}
	}
	done = map[string]bool{}
	for e, err := range d.journal.Entries() {
		if err != nil {
			return nil, 0, err
		}
		done[e.ID] = e.Outcome == journal.Done
	}
	past, err := d.history().Load()
	if err == nil {
		_, err = snapshot.Load(d.snapshot())
	}
	return done, past.Damaged, err
}

// TestHelperWriter is the program that TestFilesSurviveAKillAtAnyMoment kills.
func TestHelperWriter(t *testing.T) {
	home := os.Getenv("RELIABILITY_WRITER")
	if home == "" {
		t.Skip("this is the program that TestFilesSurviveAKillAtAnyMoment kills")
	}
	d := newDesk(home)
	go func() {
		for {
			if err := d.keep(); err != nil {
				fmt.Println("error", err)
			}
		}
	}()
	for {
		id, err := d.write()
		if err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("wrote", id)
	}
}

// TestFilesSurviveAKillAtAnyMoment kills a program that writes all its files again and again, with SIGKILL, after a
// while of chance. Each time every file can be read, what was reported as written is there, and the next run goes on.
func TestFilesSurviveAKillAtAnyMoment(t *testing.T) {
	kills := 8
	if long() {
		kills = 400
	}
	home := t.TempDir()
	d := newDesk(home)
	if _, err := d.write(); err != nil {
		t.Fatal(err)
	}
	if err := d.keep(); err != nil {
		t.Fatal(err)
	}
	began, r, written, damaged := time.Now(), rand.New(rand.NewPCG(7, 7)), []string{}, 0
	for i := range kills {
		written = append(written, kill(t, home, r.IntN(25), time.Duration(r.IntN(8000))*time.Microsecond)...)
		done, lines, err := newDesk(home).check()
		if err != nil {
			t.Fatalf("after kill %d: %v", i+1, err)
		}
		for _, id := range written {
			if !done[id] {
				t.Fatalf("after kill %d: the entry %s was reported as written and is not there", i+1, id)
			}
		}
		damaged = max(damaged, lines)
	}
	if _, err := d.age.Get(context.Background(), "prod", passphrase); err != nil {
		t.Errorf("the age file: %v", err)
	}
	half, _ := filepath.Glob(filepath.Join(home, "*", "flarewire", "*", ".flarewire-*"))
	more, _ := filepath.Glob(filepath.Join(home, "*", "flarewire", ".flarewire-*"))
	open := 0
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
				open++
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if damaged > kills {
		t.Errorf("%d damaged lines of the history after %d kills", damaged, kills)
	}
	t.Logf("%d kills in %s: %d rounds of writing reported, all of them there; %d cut lines in the history, skipped; %d temporary files "+
		"left, swept after an hour; %d files open to others",
		kills, time.Since(began).Round(time.Millisecond), len(written), damaged, len(half)+len(more), open)
}

// kill starts the writer, lets it report some rounds, and kills it a moment later.
func kill(t *testing.T, home string, rounds int, moment time.Duration) (written []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperWriter$", "-test.v")
	cmd.Env = append(os.Environ(), "RELIABILITY_WRITER="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if reason, failed := strings.CutPrefix(lines.Text(), "error "); failed {
			t.Fatal(reason)
		}
		if id, ok := strings.CutPrefix(lines.Text(), "wrote "); ok {
			if written = append(written, id); len(written) == rounds+1 {
				time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
			}
		}
	}
	_ = cmd.Wait() // it was killed
	return written
}

// changeIsRefused: when the journal cannot be written, the program says so and sends nothing.
func changeIsRefused(t *testing.T, home string) {
	sit(t, options{home: home}, func(s *seat) {
		s.pass(5 * time.Second)
		s.goTo("gre").pass(5 * time.Second).press("e").types("x").press("ctrl+s").pass(5 * time.Second).press("enter").pass(5 * time.Second)
		if !says(s.screen(), "the journal") || !says(s.screen(), "make room or correct its permissions") {
			t.Errorf("it does not say that the journal cannot be written:\n%s", strings.Join(s.screen(), "\n"))
		}
		if _, happened := s.Object(simaccount.GRETunnels, "iad-dc1-grex"); happened {
			t.Error("it was changed all the same, without a trace")
		}
		for _, page := range s.pages() {
			s.home()
			s.goTo(page).pass(2 * time.Second)
			if err := s.whole(); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	})
}

func mustLoad(d *desk) *keystore.Config {
	config, err := keystore.LoadConfig(filepath.Join(d.home, "config", "flarewire-of-nobody", "config.toml"))
	if err != nil {
		panic(err)
	}
	return config
}

func newEntry() journal.Entry {
	return journal.Entry{Verb: journal.Update, Resource: "gre_tunnels", Name: "fra-dc1-gre"}
}
