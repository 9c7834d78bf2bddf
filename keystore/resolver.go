package keystore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// Source says where a credential came from. It is shown on the screen at all times and never contains a secret.
type Source struct {
	// Profile is the profile's name; empty when the environment was used.
	Profile string
	// From is the place: "env CLOUDFLARE_API_TOKEN", "keyring", "token command".
	From string
}

// String returns "env CLOUDFLARE_API_TOKEN" or "profile prod - keyring".
func (s Source) String() string {
	if s.Profile == "" {
		return s.From
	}
	return "profile " + s.Profile + " - " + s.From
}

// Resolved is a credential and all there is to say about it.
type Resolved struct {
	Credential Credential
	Source     Source
	// Profile is the profile used; without one, as with the environment, its Name is empty.
	Profile Profile
	// Notices are sentences for the user about what was ignored, and why.
	Notices []string
}

// Request is what the user asked for.
type Request struct {
	// Profile is the value of --profile; empty when it was not given.
	Profile string
	// Access is what may be asked of the user.
	Access Access
}

// Resolver walks the sources in their order. All fields must be set; NewResolver does it.
type Resolver struct {
	Env      Environment
	Config   *Config
	Commands *Commands
	Keyring  Store
	Age      *AgeFile
	Memory   *Memory
}

// NewResolver returns the resolver for this process: the config file and the stores at their usual places. The error is
// the config file's.
func NewResolver(env Environment) (*Resolver, error) {
	paths := DefaultPaths(env)
	config, err := LoadConfig(paths.Config)
	if err != nil {
		return nil, err
	}
	return &Resolver{
		Env: env, Config: config, Commands: &Commands{}, Keyring: NewKeyring(env),
		Age: NewAgeFile(paths.Credentials), Memory: &Memory{},
	}, nil
}

// Resolve returns the credential of the first source that has one: the profile that was named (its own source alone),
// the environment, then the default profile's token command, keyring and age file; a profile that was signed in for this
// session only is found in memory. Without any source the error is ErrNoCredentials. A source that is chosen and fails
// is an error too, never a reason to go on to another account; Profile and Source then say whose it was.
func (r *Resolver) Resolve(ctx context.Context, request Request) (Resolved, error) {
	resolved, err := r.resolve(ctx, request)
	resolved.Notices = append(resolved.Notices, r.Config.Notices()...)
	return resolved, err
}

func (r *Resolver) resolve(ctx context.Context, request Request) (Resolved, error) {
	if named := cmp.Or(request.Profile, r.Env.Profile); named != "" {
		resolved, err := r.fromProfile(ctx, named, request.Access)
		resolved.Notices = r.ignored(named)
		return resolved, err
	}
	resolved, found, err := r.fromEnvironment()
	switch {
	case err != nil:
		return resolved, err
	case found:
		resolved.Notices = r.hidden(resolved.Source)
	case r.Config.Default() == "":
		return Resolved{}, r.noCredentials()
	default:
		if resolved, err = r.fromProfile(ctx, r.Config.Default(), request.Access); err != nil {
			return resolved, err
		}
		resolved.Notices = r.oldNames()
	}
	err = r.chooseAccount(&resolved)
	return resolved, err
}

// chooseAccount lets CLOUDFLARE_ACCOUNT_ID pick the account, also over a default profile's own.
func (r *Resolver) chooseAccount(resolved *Resolved) error {
	id := strings.ToLower(r.Env.AccountID)
	if id == "" {
		return nil
	}
	if !isAccountID(id) {
		return &Error{Reason: ErrMalformed, What: accountVariable + " is not an account id",
			Do: "it has 32 characters, 0-9 and a-f"}
	}
	if own := resolved.Profile.Account; own != "" && own != id {
		resolved.Notices = append(resolved.Notices, fmt.Sprintf("%s is set. The account of profile %s has no effect.",
			accountVariable, resolved.Profile.Name))
	}
	resolved.Credential.AccountID = id
	return nil
}

// fromEnvironment reads the variables, then systemd's credential.
func (r *Resolver) fromEnvironment() (Resolved, bool, error) {
	switch {
	case !r.Env.Token.IsZero():
		credential, err := NewToken(r.Env.Token.Reveal())
		return fromEnv("env "+tokenVariable, credential, inVariable(tokenVariable, err))
	case !r.Env.Key.IsZero() || r.Env.Email != "":
		credential, err := NewGlobalKey(r.Env.Email, r.Env.Key.Reveal())
		return fromEnv("env "+keyVariable, credential, halfPair(r.Env, err))
	case r.Env.CredentialsDirectory != "":
		content, err := readFile(filepath.Join(r.Env.CredentialsDirectory, CredentialsFile))
		if errors.Is(err, fs.ErrNotExist) {
			return Resolved{}, false, nil
		}
		if err != nil {
			return Resolved{}, false, err
		}
		credential, err := NewToken(string(content))
		return fromEnv("systemd credential "+CredentialsFile, credential, inVariable("$CREDENTIALS_DIRECTORY/"+CredentialsFile, err))
	}
	return Resolved{}, false, nil
}

const (
	tokenVariable = "CLOUDFLARE_API_TOKEN"
	keyVariable   = "CLOUDFLARE_API_KEY"
	emailVariable = "CLOUDFLARE_EMAIL"

	accountVariable = "CLOUDFLARE_ACCOUNT_ID"
)

func fromEnv(from string, credential Credential, err error) (Resolved, bool, error) {
	return Resolved{Credential: credential, Source: Source{From: from}}, err == nil, err
}

// inVariable names the variable whose value is wrong.
func inVariable(name string, err error) error {
	known := (*Error)(nil)
	if !errors.As(err, &known) {
		return err
	}
	return &Error{Reason: known.Reason, What: name + " cannot be used, " + known.What, Do: known.Do}
}

func halfPair(env Environment, err error) error {
	switch {
	case env.Email == "":
		return &Error{Reason: ErrHalfPair, What: keyVariable + " is set without " + emailVariable,
			Do: "set " + emailVariable + " too, or use " + tokenVariable}
	case env.Key.IsZero():
		return &Error{Reason: ErrHalfPair, What: emailVariable + " is set without " + keyVariable,
			Do: "set " + keyVariable + " too, or use " + tokenVariable}
	}
	return inVariable(keyVariable+" with "+emailVariable, err)
}

// fromProfile uses a profile's own source.
func (r *Resolver) fromProfile(ctx context.Context, name string, access Access) (Resolved, error) {
	profile, err := r.Config.Profile(name)
	if err != nil {
		return Resolved{}, err
	}
	credential, from, err := r.load(ctx, profile, access)
	resolved := Resolved{Credential: credential, Source: Source{Profile: name, From: from}, Profile: profile}
	if profile.Account != "" && err == nil {
		resolved.Credential.AccountID = profile.Account
	}
	return resolved, err
}

// load returns the credential and the name of its place, which is also given with an error.
func (r *Resolver) load(ctx context.Context, p Profile, access Access) (Credential, string, error) {
	if len(p.TokenCommand) > 0 {
		if err := r.Config.checkCommands(); err != nil {
			return Credential{}, "", err
		}
		credential, err := r.Commands.Get(ctx, p)
		return credential, "token command", err
	}
	if p.Store != "" {
		credential, err := r.Store(p.Store).Get(ctx, p.Name, access)
		return credential, p.Store.Place(), err
	}
	return r.search(ctx, p.Name, access)
}

// search is for a profile that names no store. A keyring that is not there or has nothing lets the next one be asked;
// one that is locked or hangs may hold the credential, and is an error unless another store has it.
func (r *Resolver) search(ctx context.Context, profile string, access Access) (Credential, string, error) {
	if credential, err := r.Memory.Get(ctx, profile, access); err == nil {
		return credential, StoreMemory.Place(), nil
	}
	credential, keyringErr := r.Keyring.Get(ctx, profile, access)
	if keyringErr == nil {
		return credential, StoreKeyring.Place(), nil
	}
	if r.Age.Has(profile) {
		credential, err := r.Age.Get(ctx, profile, access)
		return credential, StoreAge.Place(), err
	}
	if errors.Is(keyringErr, ErrNotFound) || errors.Is(keyringErr, ErrKeyringMissing) {
		return Credential{}, "", notFound(profile, "any store")
	}
	return Credential{}, "", keyringErr
}

// Place names the store as the source of a credential, for the screen: "keyring", "age file", "not saved".
func (k StoreKind) Place() string {
	switch k {
	case StoreAge:
		return "age file"
	case StoreMemory:
		return "not saved"
	default:
		return string(k)
	}
}

// Store returns the store of a kind; the empty kind is the keyring.
func (r *Resolver) Store(kind StoreKind) Store {
	switch kind {
	case StoreAge:
		return r.Age
	case StoreMemory:
		return r.Memory
	default:
		return r.Keyring
	}
}

// Stores describes every store for the question where to keep a credential, those that are not there with the reason.
func (r *Resolver) Stores(ctx context.Context) []Availability {
	return []Availability{r.Keyring.Check(ctx), r.Age.Check(ctx), r.Memory.Check(ctx)}
}

func (r *Resolver) noCredentials() error {
	do := "run flarewire on a terminal to sign in, or set " + tokenVariable
	if names := r.Config.Names(); len(names) > 0 {
		do = "choose a profile with --profile (" + strings.Join(names, ", ") + "), or set " + tokenVariable
	} else if len(r.Env.OldNames) > 0 {
		do = "set " + tokenVariable + " (not read: " + strings.Join(r.Env.OldNames, ", ") + ")"
	}
	return &Error{Reason: ErrNoCredentials, Do: do}
}

// ignored reports whether a named profile overrules the environment.
func (r *Resolver) ignored(named string) []string {
	if set := setVariables(r.Env); len(set) > 0 {
		return []string{fmt.Sprintf("%s is set and not used: profile %s was asked for.", set[0], named)}
	}
	return r.oldNames()
}

// hidden tells what the environment overrules.
func (r *Resolver) hidden(source Source) (notices []string) {
	if r.Config.Default() != "" {
		notices = append(notices, fmt.Sprintf("%s is set. The credential of the default profile %s has no effect.",
			strings.TrimPrefix(source.From, "env "), r.Config.Default()))
	}
	if set := setVariables(r.Env); len(set) > 1 && set[0] == tokenVariable {
		notices = append(notices, fmt.Sprintf("%s and %s are both set. The token is used, the key is not.", set[0], set[1]))
	}
	return notices
}

// oldNames reports whether only names are set that are not read.
func (r *Resolver) oldNames() []string {
	if len(r.Env.OldNames) == 0 {
		return nil
	}
	return []string{"Set but not read: " + strings.Join(r.Env.OldNames, ", ") + ". Use the names that begin with CLOUDFLARE_."}
}

// setVariables names the variables with a credential that are set, in their order.
func setVariables(env Environment) []string {
	var set []string
	if !env.Token.IsZero() {
		set = append(set, tokenVariable)
	}
	if !env.Key.IsZero() {
		set = append(set, keyVariable)
	}
	if env.Email != "" {
		set = append(set, emailVariable)
	}
	return set
}
