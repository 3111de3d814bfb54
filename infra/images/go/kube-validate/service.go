package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/apis/core"
)

// The port that stands for the one that a cluster allocates for health checks.
const healthCheckPort = 30000

// allocated does what the API server does with a Service before it validates it: the address is the first of the
// addresses, and a port for health checks is allocated where one is needed.
func allocated(object runtime.Object) {
	service, is := object.(*core.Service)
	if !is {
		return
	}
	spec := &service.Spec
	if spec.ClusterIP != "" && len(spec.ClusterIPs) == 0 {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	isLocal := spec.Type == core.ServiceTypeLoadBalancer && spec.ExternalTrafficPolicy == core.ServiceExternalTrafficPolicyLocal
	if isLocal && spec.HealthCheckNodePort == 0 {
		spec.HealthCheckNodePort = healthCheckPort
	}
}
