package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/utils/clock"

	"github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/healthz"
)

// controllerLease is the name that the chart's role grants.
const controllerLease = "cert-manager-controller"

// electionGrace is how long a replica counts as healthy after its lease expired; it is upstream's value.
const electionGrace = 20 * time.Second

// runController serves health and metrics immediately and starts the control loops when this replica leads.
func runController(ctx context.Context, options *controllerOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	factory, err := controller.NewContextFactory(ctx, options.ContextOptions)
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	health := healthz.NewServer(electionGrace)
	if err := serve(group, options.healthAddress, func(listener net.Listener) error {
		return health.Start(ctx, listener)
	}); err != nil {
		return err
	}
	if err := serveMetrics(ctx, group, shared, options); err != nil {
		return err
	}
	group.Go(func() error {
		// A replica that lost the lease must end, so that two replicas never act at the same time.
		defer cancel()
		return leadAndRun(ctx, factory, shared, options, health.LeaderHealthzAdaptor)
	})
	return group.Wait()
}

// serve listens immediately, so that a port in use is an error at start, and serves in the background.
func serve(group *errgroup.Group, address string, run func(net.Listener) error) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", address, err)
	}
	group.Go(func() error { return run(listener) })
	return nil
}

func leadAndRun(ctx context.Context, factory *controller.ContextFactory, shared *controller.Context,
	options *controllerOptions, watchdog *leaderelection.HealthzAdaptor) error {
	election := options.election
	if !election.Enabled {
		return runLoops(ctx, factory, shared, options)
	}
	lock, err := lease(election.Namespace)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan error, 1)
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock:            lock,
		LeaseDuration:   election.LeaseDuration,
		RenewDeadline:   election.RenewDeadline,
		RetryPeriod:     election.RetryPeriod,
		ReleaseOnCancel: true,
		WatchDog:        watchdog,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(leading context.Context) {
				defer cancel()
				result <- runLoops(leading, factory, shared, options)
			},
			OnStoppedLeading: func() {},
		},
	})
	if err != nil {
		return err
	}
	elector.Run(ctx)
	if ctx.Err() == nil {
		return errors.New("lease lost to another replica or not renewed")
	}
	select {
	case err := <-result:
		return err
	default:
		return nil
	}
}

// lease returns the lock, with an identity that is unique even if a pod name is reused.
func lease(namespace string) (resourcelock.Interface, error) {
	identity, err := inCluster("leader-election")
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(identity)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return resourcelock.New(resourcelock.LeasesResourceLock, namespace, controllerLease, nil, client.CoordinationV1(),
		resourcelock.ResourceLockConfig{Identity: fmt.Sprintf("%s-%d", host, clock.RealClock{}.Now().UnixNano())})
}
