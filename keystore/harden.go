package keystore

import "strings"

// DebugVariable switches Harden off when it is 1: a debugger cannot attach to a hardened process.
const DebugVariable = "FLAREWIRE_DEBUG_PROCESS"

// CheckGODEBUG refuses GODEBUG=http2debug=1 or 2: net/http then prints every request header, the credential with them,
// and it has read the variable before main could change it. The error is ErrHTTPDebug.
func CheckGODEBUG(value string) error {
	for setting := range strings.SplitSeq(value, ",") {
		name, level, _ := strings.Cut(strings.TrimSpace(setting), "=")
		if name == "http2debug" && level != "0" {
			return &Error{Reason: ErrHTTPDebug, What: "GODEBUG contains http2debug, which prints the credential",
				Do: "start flarewire without it"}
		}
	}
	return nil
}
