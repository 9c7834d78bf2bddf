package share

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/statefile"
)

// These tests have programs of their own: the test binary starts itself, and what it does then is said in the environment.
const asProgram = "FLAREWIRE_TEST_SHARE"

func TestMain(m *testing.M) {
	if what := os.Getenv(asProgram); what != "" {
		programs[what](os.Args[1])
		return
	}
	os.Exit(m.Run())
}

var programs = map[string]func(path string){
	// asks takes requests of the share at the times it is told, and answers what came of it.
	"asks": func(path string) {
		f := patient(path)
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			var at int64
			var class api.Class
			if _, err := fmt.Sscan(lines.Text(), &at, &class); err != nil {
				panic(err)
			}
			fmt.Println(f.Take(api.Ask{Now: time.Unix(0, at), Class: class}).Granted())
		}
	},
	// holds has the file for itself.
	"holds": func(path string) {
		file, err := statefile.OpenLocked(path, time.Minute)
		if err != nil {
			panic(err)
		}
		fmt.Println("held")
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
		_ = file.Close()
	},
	// hurries takes as fast as it can and counts aloud.
	"hurries": func(path string) {
		f := newFile(path, api.LimitsOf(1<<30), time.Minute)
		for n := 1; ; n++ {
			f.Take(api.Ask{Now: time.Unix(1_700_000_000, 0)})
			if _, err := fmt.Println(n); err != nil {
				return
			}
		}
	},
}

// program is one of them that runs.
type program struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(t *testing.T, what, path string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], path)}
	p.cmd.Env = append(os.Environ(), asProgram+"="+what)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// kill ends it as kill -9 does.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func (p *program) hear() string {
	if !p.out.Scan() {
		p.t.Errorf("the program says nothing more: %v", p.out.Err())
	}
	return p.out.Text()
}

// TestTwoProgramsTogetherStayWithinTheShare in every five minutes of some hours, whatever they ask and when.
func TestTwoProgramsTogetherStayWithinTheShare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	both := []*program{start(t, "asks", path), start(t, "asks", path)}
	r := rand.New(rand.NewPCG(7, 7))
	now := time.Unix(1_700_000_000, 0)
	granted := make([][]time.Time, len(both))
	for range 2000 {
		now = now.Add(time.Duration(r.ExpFloat64() * float64(time.Second) * []float64{0.01, 0.5, 3}[r.IntN(3)]))
		class := api.Class(r.IntN(4))
		var wait sync.WaitGroup
		for i, p := range both {
			wait.Go(func() {
				_, _ = fmt.Fprintln(p.in, now.UnixNano(), class)
				if p.hear() == "true" {
					granted[i] = append(granted[i], now)
				}
			})
		}
		wait.Wait()
	}
	all := slices.SortedFunc(slices.Values(slices.Concat(granted...)), time.Time.Compare)
	most, from := 0, 0
	for i := range all {
		for all[i].Sub(all[from]) >= window {
			from++
		}
		most = max(most, i-from+1)
	}
	if most > api.DefaultBudget || most < api.DefaultBudget*9/10 {
		t.Errorf("%d requests in the busiest five minutes, the share is %d", most, api.DefaultBudget)
	}
	for i, g := range granted {
		if len(g) < len(all)/4 {
			t.Errorf("program %d got only %d of %d", i, len(g), len(all))
		}
	}
}

// TestAProgramThatStandsStillHoldsNobodyUp, and when it is killed the file is everybody's again.
func TestAProgramThatStandsStillHoldsNobodyUp(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), "file"), time.Unix(1_700_000_000, 0)
	patient(path).Take(api.Ask{Now: now})
	holder := start(t, "holds", path)
	holder.hear()
	f := newFile(path, limits, patience)
	for range 10 {
		if !f.Take(api.Ask{Now: now}).Granted() {
			t.Error("refused")
		}
	}
	if b := f.Budget(now); b.Unshared == nil {
		t.Errorf("%+v", b)
	}
	holder.kill()
	if b := patient(path).Budget(now); b.REST.Used == 0 || b.Unshared != nil {
		t.Errorf("%+v", b)
	}
}

// TestAKilledProgramLeavesAWholeFile with everything it has counted.
func TestAKilledProgramLeavesAWholeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	before := 0
	for range 20 {
		p := start(t, "hurries", path)
		n := 0
		for range 1 + rand.IntN(200) {
			_, err := fmt.Sscan(p.hear(), &n)
			if err != nil {
				t.Fatal(err)
			}
		}
		p.kill()
		content, err := os.ReadFile(path)
		l, ok := decode(content)
		if err != nil || !ok {
			t.Fatalf("it is damaged: %v", err)
		}
		if used := int(l.REST.Used[0]); used < before+n {
			t.Fatalf("%d of %d are counted", used, before+n)
		} else {
			before = used
		}
	}
}
