package main

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
)

// validator judges objects as the API server does before it stores them.
type validator struct {
	builtin builtin
	custom  custom
	pods    podSecurity
}

func newValidator(asked request) (*validator, error) {
	pods, err := newPodSecurity(asked.Namespaces)
	if err != nil {
		return nil, err
	}
	return &validator{builtin: newBuiltin(), custom: newCustom(asked.Definitions), pods: pods}, nil
}

// problems returns why the API server would refuse object; none if it accepts it.
func (v *validator) problems(content map[string]any) []problem {
	object := decrypted(content)
	if object.GetName() == "" {
		return []problem{{Field: "metadata.name", Message: "the name is missing"}}
	}
	if !v.builtin.has(object.GroupVersionKind().Group) {
		return v.custom.problems(object)
	}
	found := v.builtin.problems(object)
	if len(found) == 0 {
		found = v.pods.problems(object)
	}
	return found
}

// decrypted returns a copy without what SOPS adds. Flux decrypts the values first; the
// encrypted ones say nothing about their format, so a Secret keeps the keys only.
func decrypted(content map[string]any) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(content)}
	if _, encrypted := object.Object["sops"]; !encrypted {
		return object
	}
	delete(object.Object, "sops")
	for _, field := range []string{"data", "stringData"} {
		values, _ := object.Object[field].(map[string]any)
		for key := range values {
			values[key] = ""
		}
	}
	if object.GetKind() == "Secret" {
		// Some types have a format, which only decrypted values have.
		delete(object.Object, "type")
	}
	return object
}

// create runs the checks of a request that creates object in its namespace.
func create(strategy rest.RESTCreateStrategy, kind schema.GroupVersionKind, object runtime.Object, metadata *unstructured.Unstructured) []problem {
	namespace := metadata.GetNamespace()
	if strategy.NamespaceScoped() && namespace == "" {
		return []problem{{Field: "metadata.namespace", Message: "the namespace is missing"}}
	}
	if !strategy.NamespaceScoped() && namespace != "" {
		return []problem{{Field: "metadata.namespace", Message: "objects of this kind are in no namespace"}}
	}
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: kind.Group, APIVersion: kind.Version,
		Namespace: namespace, Resource: strings.ToLower(kind.Kind) + "s",
	})
	if err := rest.BeforeCreate(strategy, ctx, object); err != nil {
		return ofError(err)
	}
	return nil
}
