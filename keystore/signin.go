package keystore

import (
	"context"
	"errors"
)

// TokensPage is where a user deletes a token. Signing out here does not make it invalid at Cloudflare.
const TokensPage = "https://dash.cloudflare.com/profile/api-tokens"

// Keep puts a credential into the profile's store and then the profile into the config file. When the store fails,
// nothing is changed; there is no other store tried. An old credential in another store of the profile is deleted only
// after the new one was read back.
func (r *Resolver) Keep(ctx context.Context, p Profile, credential Credential, access Access) error {
	if _, err := checkProfile(p.Name, p); err != nil {
		return err
	}
	if p.Store == "" {
		p.Store = StoreMemory
	}
	if err := r.Store(p.Store).Set(ctx, p.Name, credential, access); err != nil {
		return err
	}
	if p.Store != StoreMemory {
		if err := r.Memory.Delete(ctx, p.Name, access); err != nil {
			return err
		}
	}
	old, err := r.Config.Profile(p.Name)
	if err == nil && old.Store != "" && old.Store != p.Store {
		if err := r.Store(old.Store).Delete(ctx, p.Name, access); err != nil {
			return err
		}
	}
	if err := r.Config.Put(p); err != nil {
		return err
	}
	return r.Config.Save()
}

// Logout is what signing out did.
type Logout struct {
	// Deleted are the stores that were proved to hold nothing any more.
	Deleted []StoreKind
	// Unknown are the stores that could not be asked, and that the profile does not use.
	Unknown []StoreKind
}

// Text says what was done and what was not.
func (l Logout) Text() string {
	text := "Signed out here. The token is still valid at Cloudflare: delete it at " + TokensPage + "."
	for _, kind := range l.Unknown {
		text += " Not checked, because it is not there: " + placeName(kind) + "."
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
		case errors.Is(err, ErrKeyringMissing) && profile.Store != StoreKeyring:
			result.Unknown = append(result.Unknown, store.Kind())
		default:
			return result, err
		}
	}
	return result, nil
}
