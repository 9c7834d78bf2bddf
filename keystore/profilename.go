package keystore

import (
	"strings"

	"flarewire/internal/secret"
)

// maxProfileName is the longest profile name in bytes.
const maxProfileName = 32

const profileNameRunes = "abcdefghijklmnopqrstuvwxyz0123456789._-"

// CheckProfileName allows [a-z0-9][a-z0-9._-]{0,31}: the name becomes a keyring user, a file name and a word of a
// command fed line by line to macOS's security program, and Windows ignores the case of it. The error is ErrProfileName.
func CheckProfileName(name string) error {
	switch {
	case len(name) <= maxStored && secret.LooksLikeToken(name):
		return &Error{Reason: ErrProfileName, What: "the profile name looks like a token",
			Do: "give a name; tokens are asked for, or read with --token-stdin"}
	case name == "":
		return badName("is empty")
	case len(name) > maxProfileName:
		return badName("is longer than 32 characters")
	case strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(profileNameRunes, r) }):
		return badName("has a character that is not allowed")
	case strings.ContainsRune("._-", rune(name[0])):
		return badName("begins with a sign")
	}
	return nil
}

func badName(problem string) error {
	return &Error{Reason: ErrProfileName, What: "the profile name " + problem,
		Do: "use a-z and 0-9, and . _ - after the first character"}
}
