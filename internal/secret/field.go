package secret

// The keys of JSON objects whose values are never shown or stored. Cloudflare does not treat md5_key as a secret, but it
// opens a router's session all the same.
var fields = map[string]bool{"psk": true, "md5_key": true, "pairing_key": true, "token": true, "api_key": true, "password": true}

// IsField reports whether the value of a JSON field with this key is a secret.
func IsField(key string) bool { return fields[key] }
