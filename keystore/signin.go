package keystore

import (
	"context"
	"errors"
)

// TokensPage is where a user deletes a token. Signing out here does not make it invalid at Cloudflare.
const TokensPage = "https://dash.cloudflare.com/profile/api-tokens"

// Keep puts a credential into the profile's store and then the profile into the config file. When the store fails,
// nothing else is changed and no other store is tried. Only then is an old credential in the profile's former store
// deleted: an error of that step is ErrNotDeleted or the store's own, and the new credential is kept all the same. A new
// profile that is for this session only is not written to the file.
func (r *Resolver) Keep(ctx context.Context, p Profile, credential Credential, access Access) error {
	if p.Store == "" {
		p.Store = StoreMemory
	}
	if _, err := checkProfile(p.Name, p); err != nil {
		return err
	}
	if err := r.Store(p.Store).Set(ctx, p.Name, credential, access); err != nil {
		return err
	}
	r.Commands.Forget(p.Name)
	old, known := r.Config.lookup(p.Name)
	if err := r.Config.Put(p); err != nil {
		return err
	}
	if !known && p.Store == StoreMemory {
		return nil
	}
	if err := r.Config.Save(); err != nil {
		return err
	}
	if !known || old.Store == "" || old.Store == p.Store {
		return nil
	}
	return r.Store(old.Store).Delete(ctx, p.Name, access)
}

// KeepCommand puts a profile whose credential a token command prints into the config file. Only then is a credential that
// the profile had in a store before deleted: an error of that step is ErrNotDeleted or the store's own.
func (r *Resolver) KeepCommand(ctx context.Context, p Profile) error {
	p.Store = ""
	old, known := r.Config.lookup(p.Name)
	if err := r.Config.Put(p); err != nil {
		return err
	}
	if err := r.Config.Save(); err != nil {
		return err
	}
	if !known || old.Store == "" {
		return nil
	}
	return r.Store(old.Store).Delete(ctx, p.Name, Access{})
}

// Logout is what signing out did.
type Logout struct {
	// Deleted are the stores that were proved to hold nothing any more.
	Deleted []StoreKind
	// Unknown are the stores that could not be asked, though the profile does not use them.
	Unknown []StoreKind
}

// Text says what was done and what was not.
func (l Logout) Text() string {
	text := "Signed out here. The token is still valid at Cloudflare: delete it at " + TokensPage + "."
	for _, kind := range l.Unknown {
		text += " The " + kind.Place() + " could not be asked; this profile does not use it."
	}
	return text
}

// Logout deletes the profile's credential from every store and proves that it is gone. The profile itself stays in the
// config. An error means that a store which may hold it could not be emptied.
func (r *Resolver) Logout(ctx context.Context, name string, access Access) (Logout, error) {
	profile, err := r.Config.Profile(name)
	if err != nil {
		return Logout{}, err
	}
	r.Commands.Forget(name)
	var result Logout
	for _, store := range []Store{r.Memory, r.Age, r.Keyring} {
		err := store.Delete(ctx, name, access)
		switch {
		case err == nil:
			result.Deleted = append(result.Deleted, store.Kind())
		case store.Kind() == StoreKeyring && mayLeaveOut(profile, err):
			result.Unknown = append(result.Unknown, store.Kind())
		default:
			return result, err
		}
	}
	return result, nil
}

// mayLeaveOut reports whether the keyring's error matters to nobody: there is no keyring and the profile was not put
// there, or the profile was put somewhere else.
func mayLeaveOut(p Profile, err error) bool {
	return p.Store != StoreKeyring && (p.Store != "" || errors.Is(err, ErrKeyringMissing))
}
