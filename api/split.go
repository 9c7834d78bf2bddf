package api

// The functions of this file find their way in JSON that json.Valid has accepted, without decoding it.
// A list is cut into its objects here and each object is decoded once; doing the same with nested json.RawMessage
// scans and copies the whole answer at every level (see BenchmarkDecode10000Tunnels).

// fields calls visit with every key (still quoted inside, without its quotes) and value of the object.
func fields(object []byte, visit func(key string, value []byte)) {
	i := skipSpace(object, 0)
	if i >= len(object) || object[i] != '{' {
		return
	}
	for i = skipSpace(object, i+1); i < len(object) && object[i] == '"'; {
		end := skipValue(object, i)
		start := skipSpace(object, skipSpace(object, end)+1)
		if start >= len(object) {
			return // not valid JSON after all
		}
		key := string(object[i+1 : end-1])
		end = skipValue(object, start)
		visit(key, object[start:end:end])
		i = skipComma(object, end)
	}
}

// field returns the value of one key of the object, or nil.
func field(object []byte, key string) []byte {
	var found []byte
	fields(object, func(k string, value []byte) {
		if k == key {
			found = value
		}
	})
	return found
}

// elements calls visit with every element of the array until visit says stop. It reports whether the value is an array.
func elements(array []byte, visit func(value []byte) bool) bool {
	i := skipSpace(array, 0)
	if i >= len(array) || array[i] != '[' {
		return false
	}
	for i = skipSpace(array, i+1); i < len(array) && array[i] != ']'; {
		end := skipValue(array, i)
		if !visit(array[i:end:end]) {
			return true
		}
		i = skipComma(array, end)
	}
	return true
}

func skipComma(b []byte, i int) int {
	i = skipSpace(b, i)
	if i < len(b) && b[i] == ',' {
		i = skipSpace(b, i+1)
	}
	return i
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index behind the value that starts at i.
func skipValue(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			i++
			continue
		default:
			i = skipWord(b, i)
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// skipWord passes a number, true, false or null.
func skipWord(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}

// isNull reports whether the value is absent or null.
func isNull(b []byte) bool { return len(b) == 0 || string(b) == "null" }
