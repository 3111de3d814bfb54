package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cluster is a client for the only request that a build sends to a cluster: the content of a ConfigMap.
type cluster struct {
	client.Client
	configMaps map[string]map[string]string
}

// Get returns a ConfigMap of the request; every other object is not found.
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
