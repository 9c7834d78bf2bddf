package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// holdsSchema holds a document against its JSON schema in docs/schema. It knows the keywords that stand there, and refuses others.
func holdsSchema(t *testing.T, name string, document []byte) {
	t.Helper()
	text, err := os.ReadFile("../docs/schema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	var value any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatalf("the schema: %v", err)
	}
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatalf("the document: %v\n%s", err, document)
	}
	for _, wrong := range violations(schema, value, "$") {
		t.Errorf("docs/schema/%s.json: %s", name, wrong)
	}
}

// violations are what of a value is not as its schema says.
func violations(schema map[string]any, value any, at string) []string {
	var out []string
	for keyword, rule := range schema {
		switch keyword {
		case "$schema", "title", "description", "format", "required":
		case "additionalProperties":
			out = append(out, furtherViolations(schema, rule, value, at)...)
		case "type":
			types, several := rule.([]any)
			if !several {
				types = []any{rule}
			}
			is := typeOf(value)
			if !slices.Contains(types, any(is)) && (is != "integer" || !slices.Contains(types, any("number"))) {
				out = append(out, fmt.Sprintf("%s is %s, not %v", at, typeOf(value), rule))
			}
		case "enum":
			if !slices.Contains(rule.([]any), value) {
				out = append(out, fmt.Sprintf("%s is %v, not one of %v", at, value, rule))
			}
		case "anyOf":
			if !slices.ContainsFunc(rule.([]any), func(one any) bool { return len(violations(one.(map[string]any), value, at)) == 0 }) {
				out = append(out, fmt.Sprintf("%s is none of its kinds: %v", at, value))
			}
		case "items":
			list, _ := value.([]any)
			for i, item := range list {
				out = append(out, violations(rule.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "minItems":
			if list, _ := value.([]any); float64(len(list)) < rule.(float64) {
				out = append(out, fmt.Sprintf("%s has %d items", at, len(list)))
			}
		case "properties":
			out = append(out, propertyViolations(schema, value, at)...)
		default:
			out = append(out, "this test does not know the keyword "+keyword)
		}
	}
	return out
}

func propertyViolations(schema map[string]any, value any, at string) []string {
	var out []string
	object, _ := value.(map[string]any)
	properties := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := object[name.(string)]; !there {
			out = append(out, fmt.Sprintf("%s has no %s", at, name))
		}
	}
	for name, member := range object {
		if rule, known := properties[name].(map[string]any); known {
			out = append(out, violations(rule, member, at+"."+name)...)
		}
	}
	return out
}

// furtherViolations are those of the members that the schema does not name.
func furtherViolations(schema map[string]any, rule, value any, at string) []string {
	var out []string
	object, _ := value.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	for name, member := range object {
		if _, known := properties[name]; known {
			continue
		}
		switch rule := rule.(type) {
		case bool:
			if !rule {
				out = append(out, fmt.Sprintf("%s.%s is not in the schema", at, name))
			}
		case map[string]any:
			out = append(out, violations(rule, member, at+"."+name)...)
		}
	}
	return out
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// The check itself sees what is wrong.
func TestASchemaIsHeld(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal([]byte(`{"type":"object","required":["a"],"additionalProperties":false,
		"properties":{"a":{"type":["number","null"]},"b":{"type":"array","items":{"enum":["x"]}}}}`), &schema); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{`{"a":1.5}`: 0, `{"a":null}`: 0, `{"a":"1"}`: 1, `{}`: 1, `{"a":null,"c":1}`: 1,
		`{"a":null,"b":["x","y"]}`: 1, `[]`: 2} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if got := violations(schema, value, "$"); len(got) != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
