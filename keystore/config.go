package keystore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"flarewire/internal/router"
	"flarewire/internal/secret"
	"flarewire/internal/statefile"
)

// configVersion is the version of the config file that this program writes.
const configVersion = 1

// Profile is one way to sign in, and how careful to be with it. It holds no secret.
type Profile struct {
	// Name is the profile's key in the file; see CheckProfileName.
	Name string `toml:"-"`
	// Account is the account's id, 32 hexadecimal digits; empty when it is chosen at the start.
	Account string `toml:"account,omitempty"`
	// AccountName is the account's name for people, as last seen.
	AccountName string `toml:"account_name,omitempty"`
	// Store is where the credential is kept; empty lets the program look.
	Store StoreKind `toml:"store,omitempty"`
	// TokenCommand is a program and its arguments that prints the token; it goes before every store.
	TokenCommand []string `toml:"token_command,omitempty"`
	// Interactive: the token command needs the terminal, to ask for a password.
	Interactive bool `toml:"interactive,omitempty"`
	// ReadOnly: writes are refused below the screen.
	ReadOnly bool `toml:"read_only,omitempty"`
	// Production: the screen marks this profile.
	Production bool `toml:"production,omitempty"`
	// Notify is how a change of state is told: "off", "bell" or "terminal"; empty is off.
	Notify string `toml:"notify,omitempty"`
	// Color is the colour of the mark, in the theme's words; empty is the theme's own choice.
	Color string `toml:"color,omitempty"`
	// Routers are the user's own commands that ask the routers of this account about their side. The program never writes them.
	Routers []router.Command `toml:"router_commands,omitempty"`
}

// Config is the config file. It may be used from several goroutines: the screen reads it while a sign-in writes it.
type Config struct {
	path        string
	preferences Preferences
	notices     []string

	mu       sync.RWMutex
	standard string
	by       map[string]Profile
	// What was changed here since the file was read: the rest of the file belongs to whoever wrote it last.
	touched map[string]bool
	chosen  bool // the default was changed here
}

// fileForm is the file's layout.
type fileForm struct {
	Version int    `toml:"version"`
	Default string `toml:"default,omitempty"`
	Preferences
	Profiles map[string]Profile `toml:"profiles,omitempty"`
}

// LoadConfig reads the config file. A missing file is an empty config. Everything else that is not as it should be is
// ErrConfig, with line and key.
func LoadConfig(path string) (*Config, error) {
	c := &Config{path: path, by: map[string]Profile{}, touched: map[string]bool{}}
	content, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	form, notices, err := parseConfig(path, string(content))
	if err != nil {
		return nil, err
	}
	c.preferences, c.notices = form.Preferences, notices
	c.standard = form.Default
	for name, profile := range form.Profiles {
		profile.Name = name
		profile.Account = strings.ToLower(profile.Account)
		c.by[name] = profile
	}
	return c, nil
}

func parseConfig(path, text string) (fileForm, []string, error) {
	var form fileForm
	if line := tokenLine(text); line > 0 {
		return form, nil, configError(path, line, "", "something that looks like a Cloudflare token stands here",
			"take it out, revoke it, and sign in with flarewire auth login")
	}
	if line := commandAsText(text); line > 0 {
		return form, nil, configError(path, line, "token_command", "it is a text",
			`a token command is a list: token_command = ["program", "argument"]`)
	}
	meta, err := toml.Decode(text, &form)
	if parse := (toml.ParseError{}); errors.As(err, &parse) {
		return form, nil, configError(path, parse.Position.Line, parse.LastKey,
			longWords().ReplaceAllLiteralString(parse.Message, secret.Mask), "")
	}
	if err != nil {
		return form, nil, configError(path, 0, "", err.Error(), "")
	}
	if len(meta.Keys()) == 0 {
		return form, nil, nil // empty, or comments only: as if there were none
	}
	if form.Version < configVersion {
		return form, nil, configError(path, lineOf(text, toml.Key{"version"}), "version",
			fmt.Sprintf("version %d is not known to this flarewire", form.Version), "it must be version = 1")
	}
	notices, err := unknownKeys(path, text, meta.Undecoded())
	if err != nil {
		return form, nil, err
	}
	if form.Version > configVersion {
		newer := fmt.Sprintf("%s is version %d, of a newer flarewire: what this one knows of it holds.", path, form.Version)
		notices = append(append([]string{newer}, form.known()...), notices...)
	}
	return form, notices, checkForm(path, text, form)
}

// commandAsText returns the line of a token command that is written as one text, or 0: the library's own words name a type of Go.
func commandAsText(text string) int {
	var loose struct {
		Profiles map[string]struct {
			Command any `toml:"token_command"`
		} `toml:"profiles"`
	}
	if _, err := toml.Decode(text, &loose); err != nil {
		return 0
	}
	for name, p := range loose.Profiles {
		if _, is := p.Command.(string); is {
			return lineOf(text, toml.Key{"profiles", name, "token_command"})
		}
	}
	return 0
}

// checkForm checks the values that the file's syntax allows and we do not.
func checkForm(path, text string, form fileForm) error {
	if key, err := form.check(); err != nil {
		return configError(path, lineOf(text, strings.SplitN(key, ".", 2)), key, err.Error(), "")
	}
	for _, name := range slices.Sorted(maps.Keys(form.Profiles)) {
		if key, err := checkProfile(name, form.Profiles[name]); err != nil {
			full := toml.Key{"profiles", name}
			if key != "" {
				full = append(full, strings.Split(key, ".")...)
			}
			return configError(path, lineOf(text, full[:min(len(full), 3)]), full.String(), err.Error(), "")
		}
	}
	if _, ok := form.Profiles[form.Default]; form.Default != "" && !ok {
		return configError(path, lineOf(text, toml.Key{"default"}), "default", "there is no such profile",
			"name one of the profiles of this file")
	}
	return nil
}

// checkProfile returns the key that is wrong, and why.
func checkProfile(name string, p Profile) (key string, err error) {
	if err := CheckProfileName(name); err != nil {
		return "", err
	}
	switch {
	case p.Account != "" && !isAccountID(strings.ToLower(p.Account)):
		return "account", errors.New("an account id has 32 characters, 0-9 and a-f")
	case !slices.Contains([]StoreKind{"", StoreKeyring, StoreAge, StoreMemory}, p.Store):
		return "store", errors.New(`a store is "keyring", "age" or "memory"`)
	case !slices.Contains(notifyWords, p.Notify):
		return "notify", errors.New(`it is "off", "bell" or "terminal"`)
	case p.TokenCommand != nil && (len(p.TokenCommand) == 0 || p.TokenCommand[0] == ""):
		return "token_command", errors.New(`a token command is a list: ["program", "argument"]`)
	case p.Interactive && p.TokenCommand == nil:
		return "interactive", errors.New("it belongs to a token_command, which is missing")
	}
	return checkRouters(p.Routers)
}

func isAccountID(id string) bool {
	return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// tokenLine returns the line of something that looks like a token, or 0.
func tokenLine(text string) int {
	for i, line := range strings.Split(text, "\n") {
		if secret.LooksLikeToken(line) {
			return i + 1
		}
	}
	return 0
}

// lineOf returns the line on which key is set, or 0. The parser does not keep it, so the file is read again in growing
// pieces: the key stands in the first line after the last piece that can be parsed and has no such key. In a file of
// thousands of lines it is not looked for.
func lineOf(text string, key toml.Key) int {
	const most = 1000 // the work grows with the square of the lines
	lines := strings.SplitAfterN(text, "\n", most+1)
	last := 0
	for i := range min(most, len(lines)) {
		var anything map[string]any
		meta, err := toml.Decode(strings.Join(lines[:i+1], ""), &anything)
		if err != nil {
			continue
		}
		if meta.IsDefined(key...) {
			return last + 1
		}
		last = i + 1
	}
	return 0
}

func configError(path string, line int, key, what, do string) error {
	where := path
	if line > 0 {
		where = fmt.Sprintf("%s, line %d", path, line)
	}
	if key != "" {
		where += ", key " + key
	}
	return &Error{Reason: ErrConfig, What: where + ": " + what, Do: do}
}

// Path returns where the config is read from and saved to.
func (c *Config) Path() string { return c.path }

// Names returns the profiles' names in order.
func (c *Config) Names() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.by))
}

// Default returns the name of the profile used when none is named; empty when there is none.
func (c *Config) Default() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.standard
}

// SetDefault makes a profile the default; the error is ErrUnknownProfile. The change is in memory until Save.
func (c *Config) SetDefault(name string) error {
	if _, err := c.Profile(name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.standard, c.chosen = name, true
	return nil
}

func (c *Config) lookup(name string) (Profile, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	profile, ok := c.by[name]
	return profile, ok
}

// Profile returns the named profile; the error is ErrUnknownProfile or ErrProfileName.
func (c *Config) Profile(name string) (Profile, error) {
	if err := CheckProfileName(name); err != nil {
		return Profile{}, err
	}
	profile, ok := c.lookup(name)
	if !ok {
		do := "sign in with flarewire auth login --profile " + name
		if names := c.Names(); len(names) > 0 {
			do = "choose one of " + strings.Join(names, ", ") + ", or " + do
		}
		return Profile{}, &Error{Reason: ErrUnknownProfile, What: "there is no profile " + name, Do: do}
	}
	return profile, nil
}

// Put adds or replaces a profile; the first one becomes the default. The change is in memory until Save.
func (c *Config) Put(p Profile) error {
	if key, err := checkProfile(p.Name, p); err != nil {
		return configError("profile "+p.Name, 0, key, err.Error(), "")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p.Routers = c.by[p.Name].Routers // they are the file's
	c.by[p.Name], c.touched[p.Name] = p, true
	if c.standard == "" {
		c.standard = p.Name
	}
	return nil
}

// Remove forgets a profile; the default is then empty if it was this one.
func (c *Config) Remove(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.by, name)
	c.touched[name] = true
	if c.standard == name {
		c.standard, c.chosen = "", true
	}
}

// Save writes the file, 0600 in a 0700 directory, in one step. What another instance has written since is kept: only what
// was changed here goes on top of it, and so are keys that this program does not know. Comments that were in the file are lost. It
// refuses to write anything that looks
// like a token.
func (c *Config) Save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	dir := filepath.Dir(c.path)
	if err := statefile.PrivateDir(dir); err != nil {
		return fileError("cannot make the directory "+dir+" or close it to others", err)
	}
	unlock, err := statefile.Lock(c.path + ".lock")
	if err != nil {
		return fileError("cannot lock "+c.path, err)
	}
	defer unlock()
	standard, by, err := c.merged()
	if err != nil {
		return err
	}
	file, err := c.overFile(standard)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("# flarewire's profiles. No secret belongs in this file.\n")
	encoder := toml.NewEncoder(&out)
	encoder.Indent = ""
	if err := encoder.Encode(file); err != nil {
		return configError(c.path, 0, "", "it cannot be written", "")
	}
	if _, _, err := parseConfig(c.path, out.String()); err != nil {
		return err
	}
	if err := writeFile(c.path, out.Bytes()); err != nil {
		return err
	}
	c.standard, c.by, c.touched, c.chosen = standard, by, map[string]bool{}, false
	return nil
}

// overFile is the file's content with the changes made here.
func (c *Config) overFile(standard string) (map[string]any, error) {
	content, err := readFile(c.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file := map[string]any{}
	if _, err := toml.Decode(string(content), &file); err != nil {
		return nil, configError(c.path, 0, "", "it cannot be read", "")
	}
	profiles, _ := file["profiles"].(map[string]any)
	if profiles == nil {
		profiles = map[string]any{}
	}
	for name := range c.touched {
		if p, kept := c.by[name]; kept {
			profiles[name] = p.asTable(profiles[name])
		} else {
			delete(profiles, name)
		}
	}
	if _, is := file["version"]; !is { // a newer file stays one
		file["version"] = configVersion
	}
	file["default"], file["profiles"] = standard, profiles
	if standard == "" {
		delete(file, "default")
	}
	if len(profiles) == 0 {
		delete(file, "profiles")
	}
	return file, nil
}

// merged is what the file holds now with the changes made here.
func (c *Config) merged() (standard string, by map[string]Profile, err error) {
	now, err := LoadConfig(c.path)
	if err != nil {
		return "", nil, err
	}
	for name := range c.touched {
		if p, ok := c.by[name]; ok {
			now.by[name] = p
		} else {
			delete(now.by, name)
		}
	}
	standard = now.standard
	if _, known := now.by[standard]; c.chosen || !known {
		standard = c.standard
	}
	if _, known := now.by[standard]; !known {
		standard = ""
	}
	return standard, now.by, nil
}

// checkCommands refuses token commands from a file that somebody else could have written.
func (c *Config) checkCommands() error {
	return checkSafe(filepath.Clean(c.path))
}
