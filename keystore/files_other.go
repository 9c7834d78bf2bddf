//go:build !unix

package keystore

import "io/fs"

// Windows's access lists are not looked at: the user's profile directory is closed to others by default.
func ours(fs.FileInfo) bool             { return true }
func writableByOthers(fs.FileInfo) bool { return false }

func shellQuote(path string) string { return path }

func writable(string) bool { return true }
