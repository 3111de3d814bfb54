package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// steps splits a path into fields and items: spec.ports[0].name gives spec, ports, [0] and name.
func steps(path string) []string {
	var found []string
	step := ""
	inside, quoted := false, false
	end := func() {
		if step != "" {
			found = append(found, step)
		}
		step = ""
	}
	for _, char := range path {
		switch {
		case char == '"':
			quoted = !quoted
			step += string(char)
		case quoted:
			step += string(char)
		case char == '[':
			end()
			inside = true
			step = "["
		case char == ']':
			step += "]"
			inside = false
			end()
		case char == '.' && !inside:
			end()
		default:
			step += string(char)
		}
	}
	end()
	return found
}

// indexed replaces the keys of items by their positions: ports[name="http"] by ports[0].
func indexed(path string, object any) string {
	var result strings.Builder
	for _, step := range steps(path) {
		if items, isList := object.([]any); isList && strings.HasPrefix(step, "[") {
			at := position(items, strings.Trim(step, "[]"))
			if at < 0 {
				result.WriteString(step)
				object = nil
				continue
			}
			fmt.Fprintf(&result, "[%d]", at)
			object = items[at]
			continue
		}
		if result.Len() > 0 && !strings.HasPrefix(step, "[") {
			result.WriteByte('.')
		}
		result.WriteString(step)
		object = field(object, step)
	}
	return result.String()
}

func field(object any, name string) any {
	fields, _ := object.(map[string]any)
	return fields[name]
}

// position returns the index that key means: a number, or fields with their values. Negative: there is no such item.
func position(items []any, key string) int {
	for at, item := range items {
		if key == fmt.Sprint(at) || (strings.Contains(key, "=") && matches(item, key)) {
			return at
		}
	}
	return -1
}

// matches reports whether item has the fields of key, which the API server may have filled with defaults.
func matches(item any, key string) bool {
	for _, pair := range strings.Split(key, ",") {
		name, expected, _ := strings.Cut(pair, "=")
		actual := field(item, name)
		if text, err := json.Marshal(actual); err != nil || (actual != nil && string(text) != expected) {
			return false
		}
	}
	return true
}
