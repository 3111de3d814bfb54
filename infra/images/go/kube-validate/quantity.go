package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// quantities are the names of the fields whose values are quantities, or maps of quantities.
var quantities = []string{"capacity", "default", "defaultRequest", "hard", "limits", "max", "min", "overhead", "requests", "sizeLimit"}

// withQuantity adds the field to a problem with a quantity: the decoder does not name it.
func withQuantity(problems []problem, object map[string]any) []problem {
	for at := range problems {
		if problems[at].Field == "" && strings.Contains(problems[at].Message, "quantities must match") {
			problems[at].Field = invalidQuantity(object, "", false)
		}
	}
	return problems
}

// invalidQuantity returns the path of the first value that is no quantity; empty if there is none.
func invalidQuantity(value any, path string, isQuantity bool) string {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			inner := strings.TrimPrefix(path+"."+name, ".")
			if found := invalidQuantity(value[name], inner, isQuantity || slices.Contains(quantities, name)); found != "" {
				return found
			}
		}
	case []any:
		for at, item := range value {
			if found := invalidQuantity(item, fmt.Sprintf("%s[%d]", path, at), isQuantity); found != "" {
				return found
			}
		}
	default:
		if _, err := resource.ParseQuantity(fmt.Sprint(value)); isQuantity && err != nil {
			return path
		}
	}
	return ""
}
