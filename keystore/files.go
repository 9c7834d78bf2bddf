package keystore

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

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

// DefaultPaths are the places for this environment. The age files belong to the state and not to the config, which people put under
// version control.
func DefaultPaths(env Environment) Paths {
	config, state := Folders(env)
	return Paths{
		Config:      filepath.Join(config, "flarewire", "config.toml"),
		Credentials: filepath.Join(state, "flarewire", "credentials"),
	}
}

// Folders are where the folders of programs are: of what people write, and of what programs keep. XDG_CONFIG_HOME and XDG_STATE_HOME count
// on every system (relative values are ignored, as the XDG Base Directory Specification demands); without them Windows has %AppData%, which
// goes with the user to other machines, and %LocalAppData%, which stays.
func Folders(env Environment) (config, state string) { return folders(env, runtime.GOOS == "windows") }

func folders(env Environment, windows bool) (config, state string) {
	home := env.Home
	if home == "" {
		// Windows has no $HOME; without any home the files are refused later, when one is needed.
		home, _ = os.UserHomeDir()
	}
	config, state = filepath.Join(home, ".config"), filepath.Join(home, ".local", "state")
	if windows {
		config, state = cmp.Or(env.AppData, config), cmp.Or(env.LocalAppData, state)
	}
	if filepath.IsAbs(env.ConfigHome) {
		config = env.ConfigHome
	}
	if filepath.IsAbs(env.StateHome) {
		state = env.StateHome
	}
	return config, state
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
