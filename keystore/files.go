package keystore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"flarewire/internal/statefile"
)

// maxFile is the largest config or age file read, in bytes.
const maxFile = 64 << 10

// Paths are the places of our files.
type Paths struct {
	// Config is the config file.
	Config string
	// Credentials is the directory of the age files.
	Credentials string
}

// DefaultPaths follows the XDG Base Directory Specification on every system: relative XDG values are ignored, as it
// demands. The age files belong to the state and not to the config, which people put under version control.
func DefaultPaths(env Environment) Paths {
	home := env.Home
	if home == "" {
		// Windows has no $HOME; without any home the files are refused later, when one is needed.
		home, _ = os.UserHomeDir()
	}
	config, state := env.ConfigHome, env.StateHome
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	if !filepath.IsAbs(state) {
		state = filepath.Join(home, ".local", "state")
	}
	return Paths{
		Config:      filepath.Join(config, "flarewire", "config.toml"),
		Credentials: filepath.Join(state, "flarewire", "credentials"),
	}
}

// writeFile replaces path by a file with this content, in one step: whoever reads sees the old or the new one, also
// after a crash. The directory, which is ours alone, becomes 0700 and the file 0600.
func writeFile(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := statefile.PrivateDir(dir); err != nil {
		return fileError("cannot make the directory "+dir+" or close it to others", err)
	}
	if err := statefile.Replace(path, content); err != nil {
		return fileError("cannot write "+path, err)
	}
	return nil
}

// readFile reads at most maxFile bytes. A missing file gives fs.ErrNotExist.
func readFile(path string) ([]byte, error) {
	file, err := statefile.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, fileError("cannot read "+path, err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = errors.New("more than 64 KiB")
	}
	if err != nil {
		return nil, fileError("cannot read "+path, err)
	}
	return content, nil
}

// fileError keeps the operating system's reason, which names no secret.
func fileError(what string, cause error) error {
	reason := cause
	if path := (*fs.PathError)(nil); errors.As(cause, &path) {
		reason = path.Err
	}
	return &Error{Reason: ErrFile, What: what, Do: reason.Error(), Cause: cause}
}

// checkSafe refuses a file whose content decides what runs, or what is unlocked, when somebody else could have put it
// there: a symbolic link, another owner, or a mode that lets group or others write, for the file and its directory.
func checkSafe(path string) error {
	for _, each := range []string{filepath.Dir(path), path} {
		info, err := os.Lstat(each)
		if err != nil {
			return fileError("cannot look at "+each, err)
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			return &Error{Reason: ErrUnsafeFile, What: each + " is a symbolic link", Do: "put the file itself there"}
		case !ours(info):
			return &Error{Reason: ErrUnsafeFile, What: each + " belongs to another user",
				Do: "run: sudo chown \"$(id -u)\" " + shellQuote(each)}
		case writableByOthers(info):
			return &Error{Reason: ErrUnsafeFile, What: "others can write to " + each, Do: "run: chmod go-w " + shellQuote(each)}
		}
	}
	return nil
}
