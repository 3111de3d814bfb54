package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cluster answers the one question that a build asks of a cluster: what a ConfigMap holds.
type cluster struct {
	client.Client
	configMaps map[string]map[string]string
}

// Get reads a ConfigMap of the request; nothing else is there.
func (c *cluster) Get(_ context.Context, key client.ObjectKey, object client.Object, _ ...client.GetOption) error {
	wanted, isConfigMap := object.(*corev1.ConfigMap)
	data, known := c.configMaps[key.String()]
	if !isConfigMap || !known {
		resource := schema.GroupResource{Resource: fmt.Sprintf("%T", object)}
		return apierrors.NewNotFound(resource, key.Name)
	}
	wanted.Data = data
	return nil
}
