package licences

import (
	"os"
	"path/filepath"
	"testing"
)

// What may be linked is recognized, and what may not stops the release.
func TestOnlyLicencesThatAskForTheirTextAreKnown(t *testing.T) {
	own, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		string(own): "MIT",
		"Redistribution and use in source and binary forms, with or without\nmodification":                  "BSD-2-Clause",
		"Redistribution and use in source and binary forms ... may be used to endorse or\npromote products": "BSD-3-Clause",
		"Apache License\n   Version 2.0, January 2004":                                                      "Apache-2.0",
		"GNU GENERAL PUBLIC LICENSE Version 3":                                                              "",
		"Mozilla Public License Version 2.0":                                                                "",
		"":                                                                                                  "",
		"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted": "ISC",
	} {
		if got := KindOf(text); got != want {
			t.Errorf("%.40q is %q, want %q", text, got, want)
		}
	}
	dir := t.TempDir()
	m := Module{Path: "example.com/strange", dir: dir}
	if err := m.read(); err == nil {
		t.Error("a module without a licence passed")
	}
}
