package main

import (
	"context"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	apiext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kubescheme "k8s.io/client-go/kubernetes/scheme"
	cliflag "k8s.io/component-base/cli/flag"
	apireg "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	config "github.com/cert-manager/cert-manager/internal/apis/config/cainjector"
	"github.com/cert-manager/cert-manager/internal/apis/config/cainjector/scheme"
	_ "github.com/cert-manager/cert-manager/internal/cainjector/feature"
	configv1alpha1 "github.com/cert-manager/cert-manager/pkg/apis/config/cainjector/v1alpha1"
	cmscheme "github.com/cert-manager/cert-manager/pkg/client/clientset/versioned/scheme"
	"github.com/cert-manager/cert-manager/pkg/controller/cainjector"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// cainjectorLease is the name that the chart's role grants.
const cainjectorLease = "cert-manager-cainjector-leader-election"

// cainjectorComponent writes CA bundles into webhook configurations and custom resource definitions.
func cainjectorComponent(flags *pflag.FlagSet) (program, error) {
	options := &config.CAInjectorConfiguration{}
	known, _, err := scheme.NewSchemeAndCodecs()
	if err != nil {
		return program{}, err
	}
	defaults := &configv1alpha1.CAInjectorConfiguration{}
	known.Default(defaults)
	if err := known.Convert(defaults, options, nil); err != nil {
		return program{}, err
	}
	flags.StringVar(&options.Namespace, "namespace", options.Namespace, "the only namespace to watch; empty for all")
	flags.StringVar(&options.MetricsListenAddress, "metrics-listen-address", options.MetricsListenAddress, "address of the metrics; 0 disables them")
	flags.Var(cliflag.NewMapStringBool(&options.FeatureGates), "feature-gates", "feature gates to enable or disable, as name=bool")
	addLeaderElectionFlags(flags, &options.LeaderElectionConfig)
	logf.AddFlags(&options.Logging, flags)
	run := func(ctx context.Context) error { return runCainjector(ctx, options) }
	return program{&options.Logging, &options.FeatureGates, run}, nil
}

func runCainjector(ctx context.Context, options *config.CAInjectorConfiguration) error {
	identity, err := inCluster("cainjector")
	if err != nil {
		return err
	}
	kinds, err := injectedKinds()
	if err != nil {
		return err
	}
	election := options.LeaderElectionConfig
	manager, err := ctrl.NewManager(identity, ctrl.Options{
		Scheme:                        kinds,
		LeaderElection:                election.Enabled,
		LeaderElectionID:              cainjectorLease,
		LeaderElectionNamespace:       election.Namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &election.LeaseDuration,
		RenewDeadline:                 &election.RenewDeadline,
		RetryPeriod:                   &election.RetryPeriod,
		Metrics:                       metricsserver.Options{BindAddress: options.MetricsListenAddress},
		// Only the metadata of Secrets is watched; a Secret is read in full when it is needed.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
	})
	if err != nil {
		return err
	}
	if err := cainjector.RegisterAllInjectors(ctx, manager, injectors(options)); err != nil {
		return err
	}
	return manager.Start(ctx)
}

// injectedKinds returns a scheme with every kind that is read for its CA or written to.
func injectedKinds() (*runtime.Scheme, error) {
	kinds := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		kubescheme.AddToScheme, cmscheme.AddToScheme, apiext.AddToScheme, apireg.AddToScheme,
	} {
		if err := add(kinds); err != nil {
			return nil, err
		}
	}
	return kinds, nil
}

// injectors returns the kinds of objects that receive a bundle.
func injectors(options *config.CAInjectorConfiguration) cainjector.SetupOptions {
	enabled := options.EnableInjectableConfig
	return cainjector.SetupOptions{
		Namespace:                    options.Namespace,
		IgnoreNamespaces:             options.IgnoreNamespaces,
		EnableCertificatesDataSource: options.EnableDataSourceConfig.Certificates,
		EnabledReconcilersFor: map[string]bool{
			cainjector.MutatingWebhookConfigurationName:   enabled.MutatingWebhookConfigurations,
			cainjector.ValidatingWebhookConfigurationName: enabled.ValidatingWebhookConfigurations,
			cainjector.APIServiceName:                     enabled.APIServices,
			cainjector.CustomResourceDefinitionName:       enabled.CustomResourceDefinitions,
		},
	}
}
