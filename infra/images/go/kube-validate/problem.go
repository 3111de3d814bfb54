package main

import (
	"errors"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// problem is one reason to refuse an object.
type problem struct {
	// Field is the path of the field, for example spec.ports[0].name. Empty: the object as a whole.
	Field string `json:"field"`
	// Message is the API server's text, without the field.
	Message string `json:"message"`
	// Unknown says that the field or the kind does not exist.
	Unknown bool `json:"unknown,omitempty"`
	// Known are the names that exist instead.
	Known []string `json:"known,omitempty"`
}

var (
	structured   = regexp.MustCompile(`&value\.valueUnstructured\{Value:(.*)\}`)
	unknownField = regexp.MustCompile(`unknown field "([^"]+)"`)
	doubledField = regexp.MustCompile(`duplicate field "([^"]+)"`)
	wrongType    = regexp.MustCompile(`cannot unmarshal (\S+) into Go struct field [^.]*\.(\S+) of type (\S+)`)
)

// ofError returns the problems in an error of a decoder or a validation.
func ofError(err error) []problem {
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Details != nil && len(status.Status().Details.Causes) > 0 {
		var found []problem
		for _, cause := range status.Status().Details.Causes {
			found = append(found, problem{Field: withoutRoot(cause.Field), Message: cause.Message})
		}
		return found
	}
	if strict, is := runtime.AsStrictDecodingError(err); is {
		var found []problem
		for _, each := range strict.Errors() {
			found = append(found, ofText(each.Error()))
		}
		return found
	}
	return []problem{ofText(err.Error())}
}

// withoutRoot returns an empty field for the names that validations give to the object as a whole.
func withoutRoot(field string) string {
	if field == "<nil>" || field == "[]" {
		return ""
	}
	return field
}

func ofText(text string) problem {
	if found := unknownField.FindStringSubmatch(text); found != nil {
		return problem{Field: found[1], Message: "there is no such field", Unknown: true}
	}
	if found := doubledField.FindStringSubmatch(text); found != nil {
		return problem{Field: found[1], Message: "the field is there twice"}
	}
	if found := wrongType.FindStringSubmatch(text); found != nil {
		return problem{Field: found[2], Message: "expected " + strings.TrimPrefix(found[3], "*") + ", got " + found[1]}
	}
	return problem{Message: text}
}

// ofTyped returns the problems that a server-side apply finds before the object is decoded.
func ofTyped(err error) []problem {
	var all typed.ValidationErrors
	if !errors.As(err, &all) {
		return []problem{{Message: err.Error()}}
	}
	var found []problem
	for _, each := range all {
		one := problem{Field: strings.TrimPrefix(each.Path, "."), Message: each.ErrorMessage}
		one.Message = structured.ReplaceAllString(one.Message, "$1")
		if one.Message == "field not declared in schema" {
			one.Message, one.Unknown = "there is no such field", true
		}
		found = append(found, one)
	}
	return found
}
