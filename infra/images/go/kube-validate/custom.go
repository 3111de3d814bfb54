package main

import (
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
)

// custom judges objects by their CustomResourceDefinitions.
type custom struct {
	definitions map[schema.GroupKind]map[string]any
	kinds       map[schema.GroupVersionKind]*customKind
}

// customKind is one version of a custom kind.
type customKind struct {
	schema   *structural.Structural
	strategy rest.RESTCreateStrategy
	problem  *problem
}

func newCustom(definitions []map[string]any) custom {
	result := custom{definitions: map[schema.GroupKind]map[string]any{}, kinds: map[schema.GroupVersionKind]*customKind{}}
	for _, definition := range definitions {
		group, _, _ := unstructured.NestedString(definition, "spec", "group")
		kind, _, _ := unstructured.NestedString(definition, "spec", "names", "kind")
		result.definitions[schema.GroupKind{Group: group, Kind: kind}] = definition
	}
	return result
}

func (c custom) problems(object *unstructured.Unstructured) []problem {
	kind := c.kind(object.GroupVersionKind())
	if kind.problem != nil {
		return []problem{*kind.problem}
	}
	found := kind.decode(object)
	if len(found) > 0 {
		return found
	}
	rest.FillObjectMetaSystemFields(object)
	return create(kind.strategy, object.GroupVersionKind(), object, object.DeepCopy())
}

// decode prunes and sets defaults, as the decoder of the API server does.
func (k *customKind) decode(object *unstructured.Unstructured) []problem {
	if _, _, _, err := objectmeta.GetObjectMetaWithOptions(object.Object, objectmeta.ObjectMetaOptions{}); err != nil {
		return in("metadata", ofError(err))
	}
	_, _, fields, _ := objectmeta.GetObjectMetaWithOptions(object.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	track := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	fields = append(fields, pruning.PruneWithOptions(object.Object, k.schema, true, track)...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, k.schema)
	err, inner := objectmeta.CoerceWithOptions(nil, object.Object, k.schema, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return []problem{{Field: err.Field, Message: err.ErrorBody()}}
	}
	var found []problem
	for _, field := range append(fields, inner...) {
		found = append(found, problem{
			Field: field, Message: "there is no such field", Unknown: true, Known: properties(k.schema, field),
		})
	}
	defaulting.Default(object.Object, k.schema)
	return found
}

// in puts the fields of problems below one.
func in(field string, problems []problem) []problem {
	for at := range problems {
		if !strings.HasPrefix(problems[at].Field, field) {
			problems[at].Field = strings.TrimSuffix(field+"."+problems[at].Field, ".")
		}
	}
	return problems
}

// properties returns the names of the fields beside the one at path.
func properties(of *structural.Structural, path string) []string {
	steps := steps(path)
	for _, step := range steps[:max(len(steps)-1, 0)] {
		switch property, known := of.Properties[step]; {
		case known:
			of = &property
		case step[0] == '[' && of.Items != nil:
			of = of.Items
		case of.AdditionalProperties != nil && of.AdditionalProperties.Structural != nil:
			of = of.AdditionalProperties.Structural
		default:
			return nil
		}
	}
	var names []string
	for name := range of.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c custom) kind(version schema.GroupVersionKind) *customKind {
	if known, found := c.kinds[version]; found {
		return known
	}
	kind := c.load(version)
	c.kinds[version] = kind
	return kind
}

func (c custom) load(version schema.GroupVersionKind) *customKind {
	refused := func(field, message string, known []string) *customKind {
		return &customKind{problem: &problem{Field: field, Message: message, Unknown: field != "", Known: known}}
	}
	content, found := c.definitions[version.GroupKind()]
	if !found {
		var known []string
		for kind := range c.definitions {
			if kind.Group == version.Group {
				known = append(known, kind.Kind)
			}
		}
		slices.Sort(known)
		return refused("kind", "nothing in the tree defines this kind", known)
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &definition); err != nil {
		return refused("", "its CustomResourceDefinition is invalid: "+err.Error(), nil)
	}
	var versions []string
	for _, each := range definition.Spec.Versions {
		if each.Served && each.Name == version.Version {
			kind, err := newCustomKind(&definition, &each, version)
			if err != nil {
				return refused("", "its CustomResourceDefinition is invalid: "+err.Error(), nil)
			}
			return kind
		}
		if each.Served {
			versions = append(versions, version.Group+"/"+each.Name)
		}
	}
	slices.Sort(versions)
	return refused("apiVersion", "the kind has no such version", versions)
}

func newCustomKind(
	definition *apiextensionsv1.CustomResourceDefinition, version *apiextensionsv1.CustomResourceDefinitionVersion,
	kind schema.GroupVersionKind,
) (*customKind, error) {
	internal := &apiextensions.CustomResourceValidation{}
	if version.Schema == nil {
		version.Schema = &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object"}}
	}
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, internal, nil); err != nil {
		return nil, err
	}
	schema, err := structural.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	schema = schema.DeepCopy()
	if err := defaulting.PruneDefaults(schema); err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	var status *apiextensions.CustomResourceSubresourceStatus
	if version.Subresources != nil && version.Subresources.Status != nil {
		status = &apiextensions.CustomResourceSubresourceStatus{}
	}
	namespaced := definition.Spec.Scope == apiextensionsv1.NamespaceScoped
	strategy := customresource.NewStrategy(typer{kind}, namespaced, kind, validator, nil, schema, status, nil, nil)
	return &customKind{schema: schema, strategy: strategy}, nil
}

// typer says that every object has one kind.
type typer struct{ kind schema.GroupVersionKind }

// ObjectKinds returns the kind.
func (t typer) ObjectKinds(runtime.Object) ([]schema.GroupVersionKind, bool, error) {
	return []schema.GroupVersionKind{t.kind}, false, nil
}

// Recognizes reports whether it is the kind.
func (t typer) Recognizes(kind schema.GroupVersionKind) bool { return t.kind == kind }
