package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	generator "github.com/fluxcd/pkg/kustomize"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	// The default of the controller's feature gate StrictPostBuildSubstitutions, which the platform keeps.
	strict = true
	// The platform's controller runs with --no-remote-bases.
	remoteBases = false
)

// build runs the controller's steps between a fetched source and the first call to the cluster.
func build(ctx context.Context, asked request, object map[string]any) ([]*unstructured.Unstructured, error) {
	// Converted through the type, as in the controller: unknown fields are dropped.
	var flux kustomizev1.Kustomization
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, &flux); err != nil {
		return nil, err
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&flux)
	if err != nil {
		return nil, err
	}
	definition := unstructured.Unstructured{Object: fields}
	root, folder, err := place(asked, &flux)
	if err != nil {
		return nil, err
	}
	manifests, err := kustomize(ctx, &cluster{configMaps: asked.ConfigMaps}, &flux, definition, root, folder)
	if err != nil {
		return nil, err
	}
	objects, err := ssautil.ReadObjects(bytes.NewReader(manifests))
	if err != nil {
		return nil, err
	}
	if common := flux.Spec.CommonMetadata; common != nil {
		ssautil.SetCommonMetadata(objects, common.Labels, common.Annotations)
	}
	return objects, nil
}

// place returns the directory of the source and the directory in it that is built.
func place(asked request, flux *kustomizev1.Kustomization) (string, string, error) {
	source, known := asked.Sources[flux.Spec.SourceRef.Name]
	if !known {
		return "", "", fmt.Errorf("unknown source %q", flux.Spec.SourceRef.Name)
	}
	root, err := filepath.EvalSymlinks(source)
	if err != nil {
		return "", "", err
	}
	folder, err := securejoin.SecureJoin(root, flux.Spec.Path)
	if err != nil {
		return "", "", err
	}
	if _, err := os.Stat(folder); err != nil {
		return "", "", fmt.Errorf("kustomization path not found: %s", flux.Spec.Path)
	}
	return root, folder, nil
}

// kustomize builds a directory and substitutes the variables.
func kustomize(
	ctx context.Context, cluster *cluster, flux *kustomizev1.Kustomization, definition unstructured.Unstructured,
	root, folder string,
) (manifests []byte, err error) {
	// The controller has a fresh copy of the source each time. Here the next Kustomization reads the same files.
	action, err := generator.NewGenerator(root, definition).WriteFile(folder, generator.WithSaveOriginalKustomization())
	if err != nil {
		return nil, err
	}
	defer func() {
		if cleaned := generator.CleanDirectory(folder, action); err == nil {
			err = cleaned
		}
	}()
	resources, err := generator.SecureBuild(root, folder, remoteBases)
	if err != nil {
		return nil, fmt.Errorf("kustomize build failed: %w", err)
	}
	for _, resource := range resources.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return nil, fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %v", resource.String())
		}
		if flux.Spec.PostBuild == nil {
			continue
		}
		always := flux.GetSubstituteStrategy() == kustomizev1.SubstituteStrategyAlways
		filled, err := generator.SubstituteVariables(ctx, cluster, definition, resource,
			generator.SubstituteWithStrict(strict), generator.SubstituteWithAlways(always))
		if err != nil {
			return nil, fmt.Errorf("post build failed for '%s/%s': %w", resource.GetGvk(), resource.GetName(), err)
		}
		if filled == nil {
			continue
		}
		if _, err = resources.Replace(resource); err != nil {
			return nil, err
		}
	}
	return resources.AsYaml()
}
