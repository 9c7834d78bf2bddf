// Package reliability holds the tests of issue 8 that need the whole program and no terminal: every page and every
// command under every fault of the simulated account, hostile text in every field, random keys, hours of running,
// files under kill -9 and on a full disk. docs/reliability.md lists them with their figures. There is nothing else
// here.
package reliability
