package keystore

import "time"

// NewOSKeyringForTest returns the operating system's keyring with a guard of its own and a short limit, so that a test
// may latch it and does not wait for the real limit.
func NewOSKeyringForTest(env Environment, limit, prompt time.Duration) *Keyring {
	return &Keyring{backend: osBackend(), guard: newGuard(), ssh: env.SSH, limit: limit, promptLimit: prompt}
}

// OSBackendForTest returns the operating system's keyring without a guard.
func OSBackendForTest() Backend { return osBackend() }

// NewQuickAgeFileForTest writes files that cost little to open; only the test of the real cost waits for it.
func NewQuickAgeFileForTest(dir string) *AgeFile { return &AgeFile{dir: dir, workFactor: 10} }

// NewCommandsForTest returns commands with a clock.
func NewCommandsForTest(now func() time.Time) *Commands { return &Commands{now: now} }

// LibraryErrorForTest translates an error of the keyring library.
func LibraryErrorForTest(err error) error { return libraryError(err) }
