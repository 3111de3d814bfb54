package main

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podSecurity judges the pods of every workload by the level that its namespace enforces. The API server accepts the
// workload and refuses its pods.
type podSecurity struct {
	evaluator  policy.Evaluator
	namespaces map[string]map[string]string
}

func newPodSecurity(namespaces map[string]map[string]string) (podSecurity, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	return podSecurity{evaluator: evaluator, namespaces: namespaces}, err
}

func (s podSecurity) problems(object *unstructured.Unstructured) []problem {
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return nil
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return nil
	}
	metadata, pod, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(typed)
	if err != nil || pod == nil {
		return nil
	}
	privileged := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	defaults := api.Policy{Enforce: privileged, Audit: privileged, Warn: privileged}
	// Invalid labels are a problem of the Namespace.
	level, _ := api.PolicyToEvaluate(s.namespaces[object.GetNamespace()], defaults)
	result := policy.AggregateCheckResults(s.evaluator.EvaluatePod(level.Enforce, metadata, pod))
	if result.Allowed {
		return nil
	}
	text := "Pod Security refuses the pods, level " + level.Enforce.String() + ": " + result.ForbiddenDetail()
	return []problem{{Message: text}}
}
