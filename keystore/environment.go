package keystore

import (
	"os"
	"slices"
	"strings"

	"flarewire/internal/secret"
)

// CredentialsFile is the name of the systemd credential that is read: $CREDENTIALS_DIRECTORY/flarewire-token
// (LoadCredential= in systemd.exec(5)).
const CredentialsFile = "flarewire-token"

// Environment is what this package takes from the process's environment, read once at the start.
type Environment struct {
	// Token is CLOUDFLARE_API_TOKEN, Key is CLOUDFLARE_API_KEY, Email is CLOUDFLARE_EMAIL.
	Token secret.Value
	Key   secret.Value
	Email string
	// AccountID is CLOUDFLARE_ACCOUNT_ID.
	AccountID string
	// Profile is FLAREWIRE_PROFILE, which counts like --profile.
	Profile string
	// OldNames are the CF_ names that are set and not read.
	OldNames []string
	// CredentialsDirectory is systemd's CREDENTIALS_DIRECTORY.
	CredentialsDirectory string
	// SSH: the process was started in an SSH session.
	SSH bool
	// ConfigHome, StateHome and Home are XDG_CONFIG_HOME, XDG_STATE_HOME and the user's home directory.
	ConfigHome string
	StateHome  string
	Home       string
	// AppData and LocalAppData are where Windows keeps the files of programs.
	AppData      string
	LocalAppData string
}

// secretNames are the variables that hold a secret; CLOUDFLARE_API_USER_SERVICE_KEY and CLOUDFLARE_CUSTOM_HEADERS are
// not ours, but Cloudflare's own programs read them.
var secretNames = []string{
	"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_USER_SERVICE_KEY",
	"CLOUDFLARE_CUSTOM_HEADERS", "CF_API_TOKEN", "CF_API_KEY", "CF_EMAIL", "CF_API_EMAIL",
}

// oldNames are the deprecated names of wrangler and flarectl.
var oldNames = []string{"CF_API_TOKEN", "CF_API_KEY", "CF_EMAIL", "CF_API_EMAIL", "CF_ACCOUNT_ID"}

// ReadEnvironment reads an environment in the form of os.Environ.
func ReadEnvironment(environ []string) Environment {
	values := map[string]string{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			values[name] = value
		}
	}
	env := Environment{
		Token:                secret.New(values["CLOUDFLARE_API_TOKEN"]),
		Key:                  secret.New(values["CLOUDFLARE_API_KEY"]),
		Email:                values["CLOUDFLARE_EMAIL"],
		AccountID:            strings.TrimSpace(values["CLOUDFLARE_ACCOUNT_ID"]),
		Profile:              strings.TrimSpace(values["FLAREWIRE_PROFILE"]),
		CredentialsDirectory: values["CREDENTIALS_DIRECTORY"],
		SSH:                  values["SSH_CONNECTION"] != "" || values["SSH_TTY"] != "" || values["SSH_CLIENT"] != "",
		ConfigHome:           values["XDG_CONFIG_HOME"],
		StateHome:            values["XDG_STATE_HOME"],
		Home:                 values["HOME"],
		AppData:              values["APPDATA"],
		LocalAppData:         values["LOCALAPPDATA"],
	}
	for _, name := range oldNames {
		if values[name] != "" {
			env.OldNames = append(env.OldNames, name)
		}
	}
	return env
}

// TakeEnvironment reads the process's environment and takes the secrets out of it, so that no child inherits them: not
// $EDITOR, not a pager, not ssh. What the kernel shows in /proc/PID/environ is not changed by that; Harden hides it.
func TakeEnvironment() Environment {
	env := ReadEnvironment(os.Environ())
	for _, name := range secretNames {
		_ = os.Unsetenv(name)
	}
	return env
}

// ChildEnviron returns an environment for a child: the given one without every CLOUDFLARE_ variable and every old name
// that may hold a secret.
func ChildEnviron(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(name, "CLOUDFLARE_") || slices.Contains(secretNames, name)
	})
}

// Secrets returns the secrets of the environment, used or not: what a redactor must know.
func (e Environment) Secrets() []secret.Value {
	return slices.DeleteFunc([]secret.Value{e.Token, e.Key}, secret.Value.IsZero)
}
