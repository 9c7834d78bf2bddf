package router

// secretWord finds what stands behind a word that says that a secret follows, in the languages of routers: "neighbor X password KEY",
// "pre-shared-key ascii-text KEY", "set psksecret ENC KEY", "key-string 7 KEY".
var secretWord = lazily(`(?i)\b(password|passphrase|secret|psk|psksecret|shared-secret|pre-shared-key|preshared-key|` +
	`pre-shared-secret|authentication-key|auth-password|key-string|auth-key)` +
	`((?:\s*[:=]\s*|\s+)(?:(?:ascii-text|hexadecimal|encrypted|ENC|local|remote|0|5|6|7|8|9)\s+)*)("[^"\n]*"|'[^'\n]*'|[^\s"',;]+)`)

// Masked takes keys and passwords out of a text that is shown.
func Masked(text string) string { return secretWord.ReplaceAllString(text, "${1}${2}[hidden]") }
