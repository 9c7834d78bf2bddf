package e2e_test

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// together is how many stories are told at the same time on a processor: most of each is waiting for what a program on a screen does next,
// by its own clock.
const together = 3

// TestMain has more stories told at the same time than there are processors, unless somebody has said how many.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(together*runtime.GOMAXPROCS(0)))
	}
	os.Exit(m.Run())
}
