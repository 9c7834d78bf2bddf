// Package e2e holds the stories of people at the program, told end to end: the real binary in a
// pseudo-terminal, talking HTTP to a simulated account on loopback. It has tests only.
//
// The account's clock stands still unless a story moves it, so nobody waits for a session to come up.
// The program's own clock is real. Stories lean on what is promised (names, states, keys, exit codes),
// not on the wording around it.
package e2e
