package main

import (
	"fmt"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/runtime/cel"
	celtypes "github.com/google/cel-go/common/types"
)

// compileExpressions compiles the CEL expressions of a Kustomization with the options of the controller, which would
// refuse them only when it evaluates them. An expression whose variables are not substituted yet is not compiled.
func compileExpressions(flux *kustomizev1.Kustomization) error {
	for at, dependency := range flux.Spec.DependsOn {
		if dependency.ReadyExpr == "" || strings.Contains(dependency.ReadyExpr, "${") {
			continue
		}
		_, err := cel.NewExpression(dependency.ReadyExpr, cel.WithCompile(), cel.WithOutputType(celtypes.BoolType),
			cel.WithStructVariables("self", "dep"))
		if err != nil {
			return fmt.Errorf("spec.dependsOn[%d].readyExpr: %w", at, err)
		}
	}
	seen := map[string]bool{}
	for at, check := range flux.Spec.HealthCheckExprs {
		for _, field := range []struct{ name, text string }{
			{"current", check.Current}, {"failed", check.Failed}, {"inProgress", check.InProgress},
		} {
			if field.text == "" || strings.Contains(field.text, "${") {
				continue
			}
			if _, err := cel.NewExpression(field.text); err != nil {
				return fmt.Errorf("spec.healthCheckExprs[%d].%s: %w", at, field.name, err)
			}
		}
		group, _, _ := strings.Cut(check.APIVersion, "/")
		kind := group + "/" + check.Kind
		if seen[kind] {
			return fmt.Errorf("spec.healthCheckExprs[%d]: there are two checks for the kind %s of %s", at, check.Kind, group)
		}
		seen[kind] = true
	}
	return nil
}
