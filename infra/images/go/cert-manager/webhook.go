package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/cert-manager/cert-manager/internal/webhook"
	_ "github.com/cert-manager/cert-manager/internal/webhook/feature"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// webhookComponent validates and defaults cert-manager's resources for the API server.
func webhookComponent(flags *pflag.FlagSet) (program, error) {
	config, err := options.NewWebhookConfiguration()
	if err != nil {
		return program{}, err
	}
	options.AddConfigFlags(flags, config)
	run := func(ctx context.Context) error {
		server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *config)
		if err != nil {
			return err
		}
		return server.Run(ctx)
	}
	return program{&config.Logging, &config.FeatureGates, run}, nil
}
