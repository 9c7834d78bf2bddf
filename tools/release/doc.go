// Package release is the tests of what a release gives people: the stamped binary and its size, the manual pages, the
// packages. The release itself is .goreleaser.yaml.
package release
