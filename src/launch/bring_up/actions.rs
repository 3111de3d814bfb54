//! The effects of a plan's steps on a local environment.

use std::{sync::OnceLock, time::Duration};

use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::{
    base::{digest::Digest, event::Step, failure::Result, k8s::Client, wait::Deadline},
    launch::{
        controller_leases, endpoint::public_endpoint, execute::Actions, inputs::Platform, locate::locate,
        plan::Reconcile, restarted_pods, schema,
    },
    local::{
        LocalContext,
        buoys::{FleetInput, fleet},
        cluster::{self, coredns_config},
        leases::{Lease, reaper},
    },
    observe::{self, EnvironmentStatus, Observer},
    phases::{self, Follow},
    workloads::{self, PublicEndpoint},
};

/// The pods of a restarted cluster are Ready again within half a minute, on a busy machine later.
const RESTART_LIMIT: Duration = Duration::from_mins(3);

/// The state of an environment that passed its verification.
pub struct Verified {
    /// Its state.
    pub status: EnvironmentStatus,
    /// Its public endpoint.
    pub endpoint: PublicEndpoint,
}

/// Executes the steps of a plan for one platform.
pub struct LocalActions<'a> {
    context: &'a LocalContext,
    platform: &'a Platform,
    deadline: Deadline,
    client: OnceCell<Client>,
    /// When this run restarted the nodes, if it did.
    restarted: OnceLock<Timestamp>,
}

impl<'a> LocalActions<'a> {
    /// Actions for `platform` that end at `deadline`.
    pub const fn new(context: &'a LocalContext, platform: &'a Platform, deadline: Deadline) -> Self {
        Self { context, platform, deadline, client: OnceCell::const_new(), restarted: OnceLock::new() }
    }

    /// The client of the cluster, which must run.
    async fn client(&self) -> Result<&Client> {
        let name = self.platform.environment.cluster_name();
        let connect = || async { Client::connect(&cluster::handle(&self.context.dirs, &name)).await };
        self.client.get_or_try_init(connect).await
    }

    fn step(&self, name: &str, title: &str) -> Step {
        Step::start(&self.context.events, name, title)
    }

    /// Ensures that the cluster runs, whatever its current state.
    async fn ensure_cluster(&self) -> Result<()> {
        let Platform { environment, source, .. } = self.platform;
        let running = cluster::ensure(self.context, environment, source).await?;
        if let Some(started) = running.started {
            let _ = self.restarted.set(started);
            controller_leases::delete_stale(self.client().await?, started).await?;
        }
        Ok(())
    }

    /// Configures CoreDNS so that the public hostname resolves inside the cluster.
    fn write_names(&self) -> Result<()> {
        let environment = &self.platform.environment;
        let state = self.context.dirs.state(&environment.cluster_name());
        coredns_config::write(&self.context.project, &state, environment.variables.hostname.get_ref())
    }

    async fn endpoint(&self) -> Result<(workloads::Credentials, PublicEndpoint)> {
        let credentials = workloads::wait_for_credentials(self.client().await?, self.deadline).await?;
        let endpoint = public_endpoint(self.context, &self.platform.environment, &credentials.authority)?;
        Ok((credentials, endpoint))
    }

    /// Starts the fleet, or replaces it if it differs, and waits for its first reading.
    async fn run_fleet(&self) -> Result<()> {
        let (credentials, endpoint) = self.endpoint().await?;
        let step = self.step("dev.first-reading", "Wait for the first reading through the gateway");
        let before = workloads::wait_for_api(&endpoint, self.deadline).await?.readings;
        let input = FleetInput {
            environment: &self.platform.environment,
            image: &self.platform.fleet_image,
            key: &credentials.enrolment_key,
            ca: &credentials.authority,
        };
        fleet::ensure(self.context, &input).await?;
        let summary = workloads::wait_for_readings(&endpoint, before, self.deadline).await?;
        step.done(format!("{} readings stored", summary.readings));
        Ok(())
    }
}

impl Actions for LocalActions<'_> {
    type Verified = Verified;

    async fn remove_cluster(&self) -> Result<()> {
        cluster::discard(self.context, &self.platform.environment).await
    }

    async fn set_lease(&self, ttl_seconds: u64) -> Result<()> {
        let (environment, now) = (&self.platform.environment, Timestamp::now());
        let lease = Lease::new(self.context, None, Duration::from_secs(ttl_seconds), now);
        lease.write(self.context, environment, now)?;
        reaper::ensure(self.context, environment, &lease, &self.platform.reaper_image).await.map(drop)
    }

    async fn create_cluster(&self) -> Result<()> {
        self.ensure_cluster().await
    }

    async fn recreate_cluster(&self) -> Result<()> {
        self.ensure_cluster().await
    }

    async fn start_cluster(&self) -> Result<()> {
        self.ensure_cluster().await
    }

    async fn recover_cluster(&self) -> Result<()> {
        self.ensure_cluster().await
    }

    async fn push_artifact(&self) -> Result<()> {
        let step = self.step("artifact.push", "Push the artifact");
        self.platform.push().await?;
        step.done("");
        Ok(())
    }

    async fn bootstrap(&self, _: &Digest) -> Result<()> {
        self.write_names()?;
        let input = self.platform.bootstrap_input();
        phases::bootstrap(self.client().await?, &input, &self.context.events).await
    }

    async fn apply_settings(&self) -> Result<()> {
        self.write_names()?;
        let step = self.step("phases.settings", "Apply the environment's variables");
        let Platform { variables, age_key, .. } = self.platform;
        phases::apply_settings(self.client().await?, variables, age_key).await?;
        step.done("");
        Ok(())
    }

    async fn deploy(&self, to: &Digest) -> Result<()> {
        let step = self.step("phases.deploy", "Point Flux at the artifact");
        phases::update_source(self.client().await?, &self.platform.registry.inside, to).await?;
        step.done(to.to_string());
        Ok(())
    }

    async fn await_phases(&self, reconcile: Reconcile) -> Result<()> {
        let (client, events) = (self.client().await?, &self.context.events);
        let now = Timestamp::now().to_string();
        match reconcile {
            Reconcile::NotReady => phases::request_reconcile(client, &now).await?,
            Reconcile::All => phases::request_reconcile_all(client, &now).await?,
        }
        if let Some(started) = self.restarted.get() {
            // Containers that crash while all of them start do not fail their phase. If they keep crashing,
            // `follow` fails.
            let limit = self.deadline.or_after(RESTART_LIMIT);
            let _ = restarted_pods::wait_for_pods(client, Some(*started), limit, events).await;
        }
        let what = Follow { digest: &self.platform.packed.digest, deadline: self.deadline };
        // A loaded snapshot with an older schema would keep the backend from becoming ready.
        let followed = tokio::select! {
            followed = phases::follow(client, what, events) => followed,
            never = schema::keep_up_to_date(client, what.digest, self.deadline, events) => match never {},
        };
        followed.map(drop).map_err(|failure| locate(failure, &self.platform.tree))
    }

    async fn start_fleet(&self) -> Result<()> {
        self.run_fleet().await
    }

    async fn replace_fleet(&self) -> Result<()> {
        self.run_fleet().await
    }

    async fn refresh_fleet(&self) -> Result<()> {
        self.run_fleet().await
    }

    async fn remove_fleet(&self) -> Result<()> {
        let step = self.step("fleet.remove", "Remove the fleet");
        let name = fleet::container(&self.platform.environment.cluster_name());
        self.context.docker.remove_container(&name).await?;
        step.done("");
        Ok(())
    }

    async fn verify(&self) -> Result<Verified> {
        let digest = &self.platform.packed.digest;
        schema::bring_up_to_date(self.client().await?, digest, self.deadline, &self.context.events).await?;
        let (_, endpoint) = self.endpoint().await?;
        let LocalContext { dirs, docker, events, .. } = self.context;
        let observer = Observer { environment: &self.platform.environment, dirs, docker: Some(docker) };
        let mut status = observe::verify(observer, &endpoint, self.deadline, events).await?;
        if status.artifact.unverified {
            phases::mark_verified(self.client().await?, &self.platform.registry.inside, digest).await?;
            status.artifact.unverified = false;
        }
        Ok(Verified { status, endpoint })
    }
}
