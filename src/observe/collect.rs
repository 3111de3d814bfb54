//! Collects the status: all parts concurrently, each with a time limit. A part that cannot be read becomes a
//! problem.

use std::{path::Path, time::Duration};

use serde_json::Value;

use super::{
    advice::Advice,
    problems,
    status::{Artifact, Endpoints, EnvironmentStatus, Problem, VERSION},
};
use crate::{
    base::{
        digest::Digest,
        docker::Docker,
        failure::{Failure, Kind, Result},
        k8s::{Client, EventNote, flux::NAMESPACE, object, resource},
    },
    config::{Environment, HostDirs, Issuer},
    local::cluster::{self, ClusterState},
    phases::{self, PhaseState, ROOT},
    workloads::{self, DatabaseHealth, FleetHealth, GatewayHealth, PublicEndpoint, Summary, Workload},
};

/// How long one part may take.
const PART_LIMIT: Duration = Duration::from_secs(3);

/// How many events the status has.
const EVENTS: usize = 20;

/// The environment to observe, with the access that this requires.
#[derive(Debug, Clone, Copy)]
pub struct Observer<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The state directories.
    pub dirs: &'a HostDirs,
    /// The container daemon; not needed for an attached environment.
    pub docker: Option<&'a Docker>,
}

impl Observer<'_> {
    const fn is_attached(&self) -> bool {
        self.environment.cluster.engine.is_attached()
    }
}

/// Collects the status of an environment.
pub async fn status(observer: Observer<'_>) -> EnvironmentStatus {
    let mut problems = Vec::new();
    let (state, client) = cluster(observer, &mut problems).await;
    let advice = Advice::of(observer.environment);
    let inside = match &client {
        Some(client) => Box::pin(inside(client, &advice, &mut problems)).await,
        None => Inside::default(),
    };
    let (gateway, fleet) = outside(observer, &inside, &mut problems).await;
    EnvironmentStatus {
        version: VERSION,
        ready: problems.is_empty(),
        environment: observer.environment.instance().to_owned(),
        cluster: state.to_owned(),
        artifact: inside.artifact,
        phases: inside.phases,
        workloads: inside.workloads,
        database: inside.database,
        events: inside.events,
        endpoints: endpoints(observer, &gateway),
        gateway,
        fleet,
        problems,
        authority: inside.authority,
    }
}

/// The state of the cluster, and a client if it runs.
async fn cluster(observer: Observer<'_>, problems: &mut Vec<Problem>) -> (&'static str, Option<Client>) {
    let Some(docker) = observer.docker.filter(|_| !observer.is_attached()) else {
        return attached(observer, problems).await;
    };
    let name = observer.environment.cluster_name();
    let found = within(cluster::observe(docker, observer.dirs, &name)).await;
    let (state, problem) = match &found {
        Ok(found) => problems::of_cluster(found, &Advice::of(observer.environment)),
        Err(failure) => ("absent", Some(problem("cluster", failure))),
    };
    problems.extend(problem);
    match found {
        Ok(ClusterState::Running) => (state, connect(observer, problems).await),
        _ => (state, None),
    }
}

/// The state of an attached cluster: whether its API answers.
async fn attached(observer: Observer<'_>, problems: &mut Vec<Problem>) -> (&'static str, Option<Client>) {
    if let Err(failure) = cluster::kubeconfig::of_environment(observer.dirs, observer.environment) {
        problems.push(problem("cluster", &failure));
        return ("absent", None);
    }
    match connect(observer, problems).await {
        Some(client) => ("running", Some(client)),
        None => ("stopped", None),
    }
}

/// The state read through the cluster's API.
#[derive(Default)]
struct Inside {
    artifact: Artifact,
    phases: Vec<PhaseState>,
    workloads: Vec<Workload>,
    database: DatabaseHealth,
    events: Vec<EventNote>,
    authority: Option<Vec<u8>>,
}

async fn connect(observer: Observer<'_>, problems: &mut Vec<Problem>) -> Option<Client> {
    let connected = async {
        let handle = cluster::attach(observer.dirs, observer.environment).await?;
        Client::connect(&handle).await
    };
    match within(connected).await {
        Ok(client) => Some(client),
        Err(failure) => {
            problems.push(problem("cluster", &failure));
            None
        }
    }
}

async fn inside(client: &Client, advice: &Advice, problems: &mut Vec<Problem>) -> Inside {
    let (source, kustomizations, deployments, database, authority, events) = tokio::join!(
        within(client.get(&resource::OCI_REPOSITORY, Some(NAMESPACE), ROOT)),
        within(phases::kustomizations(client)),
        within(workloads::deployments(client)),
        within(workloads::database(client)),
        within(workloads::authority(client)),
        within(client.last_events(EVENTS)),
    );
    let artifact =
        or_problem("artifact", source, problems).flatten().as_ref().map(artifact).unwrap_or_default();
    problems.extend(problems::of_artifact(&artifact, advice));
    let found = or_problem("phases", kustomizations, problems).unwrap_or_default();
    let digest = artifact.digest.as_ref();
    let phases = within(phases::states_with_blockers(client, &found, digest)).await;
    // Without the blockers, the phases still have their own messages.
    let phases = phases.unwrap_or_else(|_| phases::states(&found, digest));
    problems.extend(problems::of_phases(&phases, advice));
    let workloads = or_problem("workloads", deployments, problems).unwrap_or_default();
    problems.extend(problems::of_workloads(&workloads, &phases));
    let database = match database {
        Ok(database) => {
            problems.extend(problems::of_database(&database, advice));
            database
        }
        Err(failure) => {
            problems.push(problem("database", &failure));
            DatabaseHealth::default()
        }
    };
    let authority = or_problem("gateway", authority, problems).flatten();
    // A status without events is still useful, so a failure to read them is not a problem.
    Inside { artifact, phases, workloads, database, events: events.unwrap_or_default(), authority }
}

/// Returns the value, or adds a problem of `part`.
fn or_problem<T>(part: &str, value: Result<T>, problems: &mut Vec<Problem>) -> Option<T> {
    value.map_err(|failure| problems.push(problem(part, &failure))).ok()
}

/// The artifact that Flux follows, with the provenance from its annotations.
fn artifact(source: &Value) -> Artifact {
    let digest: Option<Digest> = object::text(source, "/spec/ref/digest").and_then(|text| text.parse().ok());
    let metadata = source.pointer("/status/artifact/metadata");
    let annotation = |name: &str| metadata.and_then(|metadata| metadata.get(name)).and_then(Value::as_str);
    // Until the artifact is fetched, the annotations are those of the former one.
    let fetched = object::text(source, "/status/artifact/revision")
        .is_some_and(|revision| digest.as_ref().is_some_and(|digest| revision.ends_with(&**digest)));
    let commit = annotation("org.opencontainers.image.revision").filter(|_| fetched);
    Artifact {
        digest,
        commit: commit.and_then(|commit| commit.rsplit(':').next()).map(str::to_owned),
        unverified: phases::is_unverified(source),
        dirty: annotation("org.seasense.dirty").filter(|_| fetched).map(|dirty| dirty == "true"),
    }
}

async fn outside(
    observer: Observer<'_>,
    inside: &Inside,
    problems: &mut Vec<Problem>,
) -> (GatewayHealth, FleetHealth) {
    let (gateway, summary) = gateway(observer, inside.authority.as_deref()).await;
    let fleet = fleet(observer, summary.as_ref(), problems).await;
    // Without phases these problems are consequences, and listing them would hide the cause.
    if !inside.phases.is_empty() {
        problems.extend(problems::of_gateway(&gateway));
        let interval = *observer.environment.fleet.interval_seconds.get_ref();
        problems.extend(problems::of_fleet(&fleet, interval, &Advice::of(observer.environment)));
    }
    (gateway, fleet)
}

async fn fleet(
    observer: Observer<'_>,
    summary: Option<&Summary>,
    problems: &mut Vec<Problem>,
) -> FleetHealth {
    // Only local environments have simulated buoys.
    let Some(docker) = observer.docker.filter(|_| !observer.is_attached()) else {
        return workloads::fleet_from_summary(0, summary);
    };
    let buoys = *observer.environment.fleet.buoys.get_ref();
    let name = crate::local::buoys::fleet::container(&observer.environment.cluster_name());
    let at = (name.as_str(), crate::local::buoys::fleet::METRICS_PORT);
    or_problem("fleet", within(workloads::fleet(docker, at, buoys, summary)).await, problems)
        .unwrap_or_default()
}

async fn gateway(observer: Observer<'_>, authority: Option<&[u8]>) -> (GatewayHealth, Option<Summary>) {
    let (host, port) = (observer.environment.variables.hostname.get_ref(), observer.environment.https_port());
    let unreachable = |message: String| GatewayHealth {
        address: workloads::public_url(host, port),
        message,
        ..GatewayHealth::default()
    };
    if authority.is_none() && observer.environment.variables.issuer == Issuer::SelfSigned {
        return (unreachable("the authority that signs its certificate does not exist yet".to_owned()), None);
    }
    match PublicEndpoint::of_environment(observer.environment, authority) {
        Ok(endpoint) => endpoint.probe().await,
        Err(failure) => (unreachable(failure.message), None),
    }
}

fn endpoints(observer: Observer<'_>, gateway: &GatewayHealth) -> Endpoints {
    let cluster = observer.environment.cluster_name();
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let ca_file = cluster::authority_file(observer.dirs, &cluster);
    Endpoints {
        page: format!("{}/", gateway.address),
        api: format!("{}/api/v1", gateway.address),
        // The authority of an attached gateway is public, or known to the owner of the cluster.
        ca_file: if observer.is_attached() { String::new() } else { text(&ca_file) },
        kubeconfig: cluster::kubeconfig::of_environment(observer.dirs, observer.environment)
            .map_or(String::new(), |file| text(&file)),
    }
}

async fn within<T>(part: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PART_LIMIT, part).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::Cluster, format!("no response within {} s", PART_LIMIT.as_secs())))
    })
}

fn problem(part: &str, failure: &Failure) -> Problem {
    let cause: Vec<&str> =
        std::iter::once(&failure.message).chain(failure.causes.last()).map(String::as_str).collect();
    let hint = failure.hints.first().map_or("run `seasense doctor`", String::as_str);
    Problem::new(part, cause.join(": "), hint)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::{digest::digest, k8s::fake::FakeApi};

    #[test]
    fn annotations_of_another_artifact_are_ignored() {
        let source = |revision: &str| {
            json!({"spec": {"ref": {"digest": *digest('a')}}, "status": {"artifact": {"revision": revision,
                "metadata": {"org.opencontainers.image.revision": "sha1:cafe", "org.seasense.dirty": "true"}}}})
        };
        let own = artifact(&source(&digest('a')));
        assert_eq!(own.commit.as_deref(), Some("cafe"));
        assert_eq!(own.dirty, Some(true));
        let other = artifact(&source(&digest('b')));
        assert_eq!(other.digest, Some(digest('a')));
        assert_eq!(other.commit, None);
        assert_eq!(other.dirty, None);
    }

    #[tokio::test]
    async fn an_unreadable_part_is_a_problem_and_not_an_error() {
        let mut problems = Vec::new();
        let client = FakeApi::default().client();
        let inside = Box::pin(inside(&client, &Advice::local(), &mut problems)).await;
        let parts: Vec<&str> = problems.iter().map(|problem| problem.part.as_str()).collect();
        assert_eq!(parts[0], "artifact");
        assert!(parts.contains(&"phase/platform") && parts.contains(&"database"), "{parts:?}");
        assert_eq!(inside.phases.len(), 1, "no phase is known before the root");
    }
}
