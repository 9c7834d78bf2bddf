// Package access says what a credential is and what it may do: it asks Cloudflare whether it is valid, tries every
// feature by reading, and names the permission groups that are missing. It knows no screen and changes nothing.
package access
