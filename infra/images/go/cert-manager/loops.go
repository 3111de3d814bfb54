package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	"github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	gateways "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/gateways"
	ingresses "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses"
	requestacme "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	"github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	requestca "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	requestselfsigned "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	requestvault "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/vault"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	certificatemetrics "github.com/cert-manager/cert-manager/pkg/controller/certificates/metrics"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	"github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	"github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/vault"
)

// usual are the control loops that `*` selects: all that upstream starts, except the issuer of one vendor (Venafi), whose
// client library is not published as a module. Importing their packages registers them.
var usual = []string{
	issuers.ControllerName,
	clusterissuers.ControllerName,
	ingresses.ControllerName,
	acmeorders.ControllerName,
	acmechallenges.ControllerName,
	requestacme.CRControllerName,
	approver.ControllerName,
	requestca.CRControllerName,
	requestselfsigned.CRControllerName,
	requestvault.CRControllerName,
	certificatemetrics.ControllerName,
	trigger.ControllerName,
	issuing.ControllerName,
	keymanager.ControllerName,
	requestmanager.ControllerName,
	readiness.ControllerName,
	revisionmanager.ControllerName,
}

// runLoops starts every enabled control loop, then the watches that they registered, and returns when all have ended.
func runLoops(ctx context.Context, factory *controller.ContextFactory, shared *controller.Context, options *controllerOptions) error {
	group, ctx := errgroup.WithContext(ctx)
	known := controller.Known()
	for _, name := range enabled(options) {
		construct, ok := known[name]
		if !ok {
			return fmt.Errorf("unknown controller %q; known: %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		loop, err := construct(factory)
		if err != nil {
			return fmt.Errorf("setting up controller %s: %w", name, err)
		}
		group.Go(func() error { return loop.Run(options.workers, ctx) })
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	if shared.GatewaySolverEnabled {
		shared.GWShared.Start(ctx.Done())
	}
	return group.Wait()
}

// enabled resolves the --controllers list: names, `*` for the usual ones, and `-name` to exclude one.
func enabled(options *controllerOptions) []string {
	names := map[string]bool{}
	for _, asked := range options.controllers {
		if asked == "*" {
			for _, name := range usual {
				names[name] = true
			}
		} else if !strings.HasPrefix(asked, "-") {
			names[asked] = true
		}
	}
	if options.EnableGatewayAPI {
		names[gateways.ControllerName] = true
	}
	if options.Namespace != "" {
		delete(names, clusterissuers.ControllerName)
	}
	for _, asked := range options.controllers {
		if unwanted, found := strings.CutPrefix(asked, "-"); found {
			delete(names, unwanted)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// serveMetrics serves on every replica, leader or not, so that a scrape never fails because of an election.
func serveMetrics(ctx context.Context, group *errgroup.Group, shared *controller.Context, options *controllerOptions) error {
	if options.metricsAddress == "0" {
		return nil
	}
	certificates := shared.SharedInformerFactory.Certmanager().V1()
	shared.Metrics.SetupCertificateCollector(certificates.Certificates().Lister())
	shared.Metrics.SetupIssuerCollector(certificates.Issuers().Lister())
	if options.Namespace == "" {
		shared.Metrics.SetupClusterIssuerCollector(certificates.ClusterIssuers().Lister())
	}
	shared.Metrics.SetupACMECollector(shared.SharedInformerFactory.Acme().V1().Challenges().Lister())
	return serve(group, options.metricsAddress, func(listener net.Listener) error {
		server := shared.Metrics.NewServer(listener)
		context.AfterFunc(ctx, func() { _ = server.Close() })
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}
