// Command seasense is cert-manager: controller, webhook and CA injector in one binary, selected by the first argument.
//
// It supports the flags that the official Helm chart passes; all other settings have cert-manager's own defaults.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

// component declares its flags on the set and returns the program to run once they are parsed.
type component func(flags *pflag.FlagSet) (program, error)

// program is a configured component. Logging and gates are applied before run, since they are global.
type program struct {
	logging *logsapi.LoggingConfiguration
	gates   *map[string]bool
	run     func(ctx context.Context) error
}

var components = map[string]component{
	"controller": controllerComponent,
	"webhook":    webhookComponent,
	"cainjector": cainjectorComponent,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := execute(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// execute runs the component named by the program's own name or else by the first argument.
func execute(ctx context.Context, args []string) error {
	name, rest := filepath.Base(args[0]), args[1:]
	if _, ok := components[name]; !ok && len(rest) > 0 {
		name, rest = rest[0], rest[1:]
	}
	build, ok := components[name]
	if !ok {
		return fmt.Errorf("unknown component %q; use controller, webhook or cainjector", name)
	}
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	selected, err := build(flags)
	if err != nil {
		return err
	}
	if err := flags.Parse(rest); err != nil {
		return err
	}
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(*selected.gates); err != nil {
		return err
	}
	if err := logf.ValidateAndApply(selected.logging); err != nil {
		return err
	}
	log := klog.Background().WithName("cert-manager").WithName(name)
	// Without this, controller-runtime drops every message and logs one warning.
	ctrl.SetLogger(log)
	log.Info("starting", "version", util.AppVersion)
	return selected.run(logf.NewContext(ctx, log))
}

// addLeaderElectionFlags declares the chart's flags for the lease of the leader election.
func addLeaderElectionFlags(flags *pflag.FlagSet, election *shared.LeaderElectionConfig) {
	flags.BoolVar(&election.Enabled, "leader-elect", election.Enabled, "run only one active replica at a time")
	flags.StringVar(&election.Namespace, "leader-election-namespace", election.Namespace, "namespace of the lease")
	flags.DurationVar(&election.LeaseDuration, "leader-election-lease-duration", election.LeaseDuration, "how long a leader keeps the lease without renewing it")
	flags.DurationVar(&election.RenewDeadline, "leader-election-renew-deadline", election.RenewDeadline, "how long a leader tries to renew before it stops")
	flags.DurationVar(&election.RetryPeriod, "leader-election-retry-period", election.RetryPeriod, "pause between two attempts")
}

// inCluster returns the API server's address and the pod's own identity. The agent name is also the field manager of
// server-side apply, which is refused without one.
func inCluster(component string) (*rest.Config, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
	return util.RestConfigWithUserAgent(config, component), nil
}
