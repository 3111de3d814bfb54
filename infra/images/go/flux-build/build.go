package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	generator "github.com/fluxcd/pkg/kustomize"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/kustomize/api/resmap"
)

// The default of the controller's feature gate StrictPostBuildSubstitutions, which the platform keeps.
const strict = true

// builder builds the Kustomizations of one request.
type builder struct {
	request request
	// kustomized contains the results that do not depend on variables, by their inputs.
	kustomized map[string]kustomized
}

// kustomized is the result of kustomize for one directory.
type kustomized struct {
	resources    resmap.ResMap
	dependencies dependencies
	err          error
}

// build runs the controller's steps between a fetched source and the first call to the cluster.
func (b *builder) build(ctx context.Context, wanted wanted) ([]*unstructured.Unstructured, dependencies, error) {
	// Converted through the type, as in the controller: unknown fields are dropped.
	var flux kustomizev1.Kustomization
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(wanted.Kustomization, &flux); err != nil {
		return nil, dependencies{}, err
	}
	if wanted.ConfigMaps == "" {
		flux.Spec.PostBuild = nil
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&flux)
	if err != nil {
		return nil, dependencies{}, err
	}
	if err := compileExpressions(&flux); err != nil {
		return nil, dependencies{}, err
	}
	definition := unstructured.Unstructured{Object: fields}
	result, err := b.kustomizedOf(&flux, definition)
	if err != nil {
		return nil, dependencies{}, err
	}
	if result.err != nil {
		return nil, result.dependencies, result.err
	}
	cluster := &cluster{configMaps: b.request.ConfigMaps[wanted.ConfigMaps]}
	manifests, err := substitute(ctx, cluster, &flux, definition, result.resources.DeepCopy())
	if err != nil {
		return nil, result.dependencies, err
	}
	objects, err := ssautil.ReadObjects(bytes.NewReader(manifests))
	if err != nil {
		return nil, result.dependencies, err
	}
	if common := flux.Spec.CommonMetadata; common != nil {
		ssautil.SetCommonMetadata(objects, common.Labels, common.Annotations)
	}
	return objects, result.dependencies, nil
}

// kustomizedOf runs kustomize once for Kustomizations that differ in their variables only.
func (b *builder) kustomizedOf(flux *kustomizev1.Kustomization, definition unstructured.Unstructured) (kustomized, error) {
	spec := flux.Spec.DeepCopy()
	spec.PostBuild = nil
	key, err := json.Marshal(spec)
	if err != nil {
		return kustomized{}, err
	}
	result, known := b.kustomized[string(key)]
	if !known {
		result = b.kustomize(flux, definition)
		b.kustomized[string(key)] = result
	}
	return result, nil
}

// place returns the directory of the source and the directory in it that is built.
func (b *builder) place(flux *kustomizev1.Kustomization) (string, string, error) {
	source, known := b.request.Sources[flux.Spec.SourceRef.Name]
	if !known {
		return "", "", fmt.Errorf("unknown source %q", flux.Spec.SourceRef.Name)
	}
	root, err := filepath.EvalSymlinks(source)
	if err != nil {
		return "", "", err
	}
	folder, err := securejoin.SecureJoin(root, flux.Spec.Path)
	return root, folder, err
}

// kustomize builds the directory of a Kustomization.
func (b *builder) kustomize(flux *kustomizev1.Kustomization, definition unstructured.Unstructured) (result kustomized) {
	root, folder, err := b.place(flux)
	if err != nil {
		return kustomized{err: err}
	}
	files, err := newRecorder(root)
	if err != nil {
		return kustomized{err: err}
	}
	defer func() { result.dependencies = files.dependencies() }()
	files.probe(folder)
	if _, err := os.Stat(folder); err != nil {
		return kustomized{err: fmt.Errorf("kustomization path not found: %s", flux.Spec.Path)}
	}
	if err := decodeStrictly(files, folder); err != nil {
		return kustomized{err: err}
	}
	// The controller has a fresh copy of the source each time. Here the next Kustomization reads the same files.
	action, err := generator.NewGenerator(root, definition).WriteFile(folder, generator.WithSaveOriginalKustomization())
	if action == generator.CreatedAction {
		// The generator lists every manifest below a directory without a kustomization.
		files.list(folder)
	}
	for _, component := range flux.Spec.Components {
		files.probe(filepath.Join(folder, component))
	}
	if err != nil {
		return kustomized{err: err}
	}
	defer func() {
		if cleaned := generator.CleanDirectory(folder, action); result.err == nil {
			result.err = cleaned
		}
	}()
	// Without SecureBuild, which does the same with a file system of its own.
	resources, err := generator.Build(files, folder)
	if err != nil {
		return kustomized{err: fmt.Errorf("kustomize build failed: %w", err)}
	}
	return kustomized{resources: resources}
}

// substitute replaces the variables and returns the manifests.
func substitute(
	ctx context.Context, cluster *cluster, flux *kustomizev1.Kustomization, definition unstructured.Unstructured,
	resources resmap.ResMap,
) ([]byte, error) {
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
