package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maintainer is who answers for the packages, as .goreleaser.yaml says it; a test holds both against each other.
const maintainer = "flarewire authors <authors@flarewire.invalid>"

// changelogs writes what the Debian policy wants of every package (12.7): CHANGELOG.md compressed, and a history of the packaging. Without
// a version there is no package, and nothing to write.
func changelogs(out, version, date string) error {
	if version == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return fmt.Errorf("-date: %w", err)
	}
	text, err := os.ReadFile("../CHANGELOG.md")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return errors.Join(compressed(filepath.Join(out, "changelog.gz"), string(text)),
		compressed(filepath.Join(out, "changelog.Debian.gz"), debianChangelog(version, at)))
}

// debianChangelog is the form of deb-changelog(5). What comes before a release is sorted by dpkg with a tilde; the packaging's own
// revision is always 1.
func debianChangelog(version string, at time.Time) string {
	return fmt.Sprintf("flarewire (%s-1) unstable; urgency=medium\n\n  * Release %s; changelog.gz says what is new.\n\n -- %s  %s\n",
		strings.Replace(version, "-", "~", 1), version, maintainer, at.UTC().Format(time.RFC1123Z))
}
