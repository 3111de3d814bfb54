package main

import (
	"context"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	"github.com/cert-manager/cert-manager/pkg/apis/certmanager"
	"github.com/cert-manager/cert-manager/pkg/controller"
	dnsutil "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// controllerOptions are the settings of the controller's flags. Addresses are host:port; metrics address 0 disables them.
type controllerOptions struct {
	controller.ContextOptions

	controllers    []string
	workers        int
	recursiveOnly  bool
	metricsAddress string
	healthAddress  string
	election       shared.LeaderElectionConfig
	gates          map[string]bool
	logging        logsapi.LoggingConfiguration
}

// controllerComponent issues and renews certificates.
func controllerComponent(flags *pflag.FlagSet) (program, error) {
	options := defaultControllerOptions()
	addControllerFlags(flags, options)
	addACMEFlags(flags, options)
	addLeaderElectionFlags(flags, &options.election)
	logf.AddFlags(&options.logging, flags)
	run := func(ctx context.Context) error {
		options.DNS01CheckAuthoritative = !options.recursiveOnly
		return runController(ctx, options)
	}
	return program{&options.logging, &options.gates, run}, nil
}

// defaultControllerOptions repeats upstream's documented defaults: the package that contains them also imports an issuer
// whose module is not published.
func defaultControllerOptions() *controllerOptions {
	options := &controllerOptions{
		controllers:    []string{"*"},
		workers:        5,
		metricsAddress: "0.0.0.0:9402",
		healthAddress:  "0.0.0.0:9403",
		election: shared.LeaderElectionConfig{
			Enabled:       true,
			Namespace:     "kube-system",
			LeaseDuration: 60 * time.Second,
			RenewDeadline: 40 * time.Second,
			RetryPeriod:   15 * time.Second,
		},
	}
	options.KubernetesAPIQPS, options.KubernetesAPIBurst = 20, 50
	options.ClusterResourceNamespace = "kube-system"
	options.ClusterIssuerAmbientCredentials = true
	options.MaxConcurrentChallenges = 60
	options.IngressShimOptions = controller.IngressShimOptions{
		DefaultIssuerKind:                 "Issuer",
		DefaultIssuerGroup:                certmanager.GroupName,
		DefaultAutoCertificateAnnotations: []string{"kubernetes.io/tls-acme"},
	}
	options.CertificateOptions = controller.CertificateOptions{
		CopiedAnnotationPrefixes:                 []string{"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/"},
		CertificateRequestMinimumBackoffDuration: time.Hour,
		CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
	}
	options.ACMEOptions = controller.ACMEOptions{
		HTTP01SolverResourceRequestCPU:    resource.MustParse("10m"),
		HTTP01SolverResourceRequestMemory: resource.MustParse("64Mi"),
		HTTP01SolverResourceLimitsCPU:     resource.MustParse("100m"),
		HTTP01SolverResourceLimitsMemory:  resource.MustParse("64Mi"),
		ACMEHTTP01SolverRunAsNonRoot:      true,
		DNS01Nameservers:                  dnsutil.RecursiveNameservers,
		DNS01CheckRetryPeriod:             10 * time.Second,
	}
	logsapi.SetRecommendedLoggingConfiguration(&options.logging)
	return options
}

func addControllerFlags(flags *pflag.FlagSet, options *controllerOptions) {
	flags.StringSliceVar(&options.controllers, "controllers", options.controllers, "control loops to run; * for the usual, -name to exclude one")
	flags.StringVar(&options.Namespace, "namespace", "", "the only namespace to watch; empty for all")
	flags.StringVar(&options.ClusterResourceNamespace, "cluster-resource-namespace", options.ClusterResourceNamespace, "namespace of the resources that a ClusterIssuer needs")
	flags.BoolVar(&options.EnableOwnerRef, "enable-certificate-owner-ref", false, "delete a Secret with its Certificate")
	flags.BoolVar(&options.EnableGatewayAPI, "enable-gateway-api", false, "create Certificates for annotated Gateways")
	flags.IntVar(&options.workers, "concurrent-workers", options.workers, "workers of each control loop")
	flags.StringVar(&options.metricsAddress, "metrics-listen-address", options.metricsAddress, "address of the metrics; 0 disables them")
	flags.Var(cliflag.NewMapStringBool(&options.gates), "feature-gates", "feature gates to enable or disable, as name=bool")
	flags.StringVar(&options.DefaultIssuerName, "default-issuer-name", "", "issuer of an Ingress without one")
	flags.StringVar(&options.DefaultIssuerKind, "default-issuer-kind", options.DefaultIssuerKind, "its kind")
	flags.StringVar(&options.DefaultIssuerGroup, "default-issuer-group", options.DefaultIssuerGroup, "its API group")
}

func addACMEFlags(flags *pflag.FlagSet, options *controllerOptions) {
	flags.StringVar(&options.HTTP01SolverImage, "acme-http01-solver-image", "", "image of the pod that solves an HTTP-01 challenge")
	flags.StringVar(&options.HTTP01SolverRuntimeClassName, "acme-http01-solver-runtime-class-name", "", "its runtime class")
	flags.StringToStringVar(&options.HTTP01SolverExtraLabels, "acme-http01-solver-extra-labels", nil, "its additional labels")
	flags.StringSliceVar(&options.DNS01Nameservers, "dns01-recursive-nameservers", options.DNS01Nameservers, "servers that check a DNS-01 record, as host:port")
	flags.BoolVar(&options.recursiveOnly, "dns01-recursive-nameservers-only", false, "do not query authoritative servers")
	flags.IntVar(&options.MaxConcurrentChallenges, "max-concurrent-challenges", options.MaxConcurrentChallenges, "maximum number of concurrent challenges")
}
