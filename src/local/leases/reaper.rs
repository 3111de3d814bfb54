//! The reaper's container, which removes an environment when its owner is gone or its lease has expired.
//!
//! It can access only the daemon's socket and the directories with the environment's files. It has no
//! network, a read-only root file system, and no capability except `DAC_OVERRIDE` if it runs as root.

use std::{
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{Lease, heartbeat};
use crate::{
    base::{
        docker::{ContainerSpec, Mount, Restart, SocketAccess, labels},
        event::{Event, Step},
        failure::{Context, Kind, Result},
    },
    config::Environment,
    local::{
        LocalContext,
        cluster::{KIND_CLUSTER, OWNERSHIP_MOUNT, cluster_record, lock::Lock},
        place::label_state,
    },
};

const SOCKET: &str = "/run/docker.sock";
const STATES: &str = "/state";
const LOCKS: &str = "/locks";
const MEMORY_LIMIT: u64 = 64 << 20;
/// The time after the deadline that an owner has to end on its own.
const GRACE_PERIOD: Duration = Duration::from_mins(2);

/// The name of the reaper's container of the cluster called `cluster`.
pub fn container(cluster: &str) -> String {
    format!("{cluster}-reaper")
}

/// Starts a reaper for `environment`; replaces an existing one.
///
/// Returns whether that is possible: without a socket of the daemon on this machine no reaper can run, and
/// only `seasense gc` cleans up.
pub async fn ensure(
    context: &LocalContext,
    environment: &Environment,
    lease: &Lease,
    image: &str,
) -> Result<bool> {
    let step = Step::start(&context.events, "reaper.start", "Start the reaper");
    let Some(access) = context.docker.socket_access().await? else {
        let text = "no reaper: the container daemon has no socket on this machine; after a crash, `seasense gc` cleans up";
        context.events.emit(Event::Warning { text: text.to_owned() });
        step.unchanged("no local socket");
        return Ok(false);
    };
    for folder in [context.dirs.states(), lock_folder(context, environment).as_path()] {
        let created = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        created.with_context(Kind::Tool, || format!("cannot create the directory `{}`", folder.display()))?;
    }
    let user = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let spec = spec(context, environment, lease, (image, &access, user));
    context.docker.remove_container(&spec.name).await?;
    if context.docker.image_id(image).await?.is_none() {
        context.docker.pull_image(image).await?;
    }
    context.docker.run(&spec).await?;
    step.done("");
    Ok(true)
}

fn spec(
    context: &LocalContext,
    environment: &Environment,
    lease: &Lease,
    (image, access, user): (&str, &SocketAccess, (u32, u32)),
) -> ContainerSpec {
    let cluster = environment.cluster_name();
    let bind = |source: &Path, target: &str| Mount::Bind {
        source: source.to_string_lossy().into_owned(),
        target: target.to_owned(),
        read_only: false,
    };
    let state = context.dirs.state(&cluster);
    let mut labels = labels::of_environment(environment.instance(), labels::REAPER);
    label_state(&mut labels, &state);
    labels.extend(expiry(lease).map(|end| (labels::EXPIRES.to_owned(), end.to_string())));
    let (user, capabilities) = reaper_user(access, user);
    ContainerSpec {
        name: container(&cluster),
        image: image.to_owned(),
        command: command(environment, lease),
        labels,
        network: "none".to_owned(),
        mounts: vec![
            bind(&access.path, SOCKET),
            // A mount point cannot be removed, so the parent directories are mounted.
            bind(context.dirs.states(), STATES),
            bind(&lock_folder(context, environment), LOCKS),
        ],
        user,
        capabilities,
        read_only: true,
        memory: Some(MEMORY_LIMIT),
        restart: Restart::UnlessStopped,
        ..ContainerSpec::default()
    }
}

fn lock_folder(context: &LocalContext, environment: &Environment) -> PathBuf {
    let mut file = Lock::file(&context.dirs, &environment.cluster_name());
    file.pop();
    file
}

fn command(environment: &Environment, lease: &Lease) -> Vec<String> {
    let cluster = environment.cluster_name();
    let state = Path::new(STATES).join(&cluster);
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut options = vec![
        ("--socket", SOCKET.to_owned()),
        ("--own-container", container(&cluster)),
        ("--label", format!("{}={}", labels::OWNER, labels::SEASENSE)),
        ("--label", format!("{}={}", labels::ENVIRONMENT, environment.instance())),
        ("--node-label", format!("{KIND_CLUSTER}={cluster}")),
        ("--node-mount", OWNERSHIP_MOUNT.to_owned()),
        ("--cluster-record", text(&cluster_record::file(&state))),
        ("--remove", text(&state)),
    ];
    // The name of a process-bound environment is never used again; the lock file of any other environment
    // stays.
    if lease.process.is_some() {
        options.push(("--heartbeat", text(&heartbeat::file(&state))));
        options.push(("--remove", format!("{LOCKS}/{cluster}.lock")));
    }
    if let Some(deadline) = expiry(lease) {
        options.push(("--deadline", deadline.to_string()));
    }
    // `--name=value`: with a separate argument that equals the nodes' label, the reaper would be mistaken for
    // a process that creates nodes.
    options.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// When the environment of `lease` is removed in any case.
fn expiry(lease: &Lease) -> Option<Timestamp> {
    let grace = if lease.process.is_some() { GRACE_PERIOD } else { Duration::ZERO };
    lease.deadline.map(|deadline| deadline + grace)
}

/// The user and the capabilities of the reaper, which must use the socket and remove the user's files.
fn reaper_user(access: &SocketAccess, (user, group): (u32, u32)) -> (String, Vec<String>) {
    // In both cases root in a container may access the environment's files: it is the current user, or maps
    // to the current user.
    if access.rootless || user == 0 {
        return ("0:0".to_owned(), vec!["DAC_OVERRIDE".to_owned()]);
    }
    let group = if access.group == 0 { group } else { access.group };
    (format!("{user}:{group}"), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{fake::TestEnv, fixture::local};

    fn access(group: u32, rootless: bool) -> SocketAccess {
        SocketAccess { path: "/var/run/docker.sock".into(), group, rootless }
    }

    async fn spec_of(process: Option<u32>) -> ContainerSpec {
        let env = TestEnv::new("exit 1").await;
        let environment = local().as_instance("ci-0badcafe", 40123);
        let hour = jiff::Timestamp::from_second(3600).unwrap();
        let lease = Lease { process, deadline: Some(hour), cache: "/cache".into() };
        spec(&env.context, &environment, &lease, ("image", &access(999, false), (1000, 1000)))
    }

    #[tokio::test]
    async fn arguments_name_only_the_environments_resources() {
        let spec = spec_of(Some(7)).await;
        insta::assert_snapshot!(spec.command.join(" ").replace(" --", "\n--"), @r"
        --socket=/run/docker.sock
        --own-container=seasense-ci-0badcafe-reaper
        --label=org.seasense.owner=seasense
        --label=org.seasense.environment=ci-0badcafe
        --node-label=io.x-k8s.kind.cluster=seasense-ci-0badcafe
        --node-mount=/etc/seasense
        --cluster-record=/state/seasense-ci-0badcafe/cluster.json
        --remove=/state/seasense-ci-0badcafe
        --heartbeat=/state/seasense-ci-0badcafe/heartbeat
        --remove=/locks/seasense-ci-0badcafe.lock
        --deadline=1970-01-01T01:02:00Z
        ");
        assert!(!spec.command.contains(&"io.x-k8s.kind.cluster=seasense-ci-0badcafe".to_owned()));
        let label = |name: &str| spec.labels[name].as_str();
        assert_eq!(label(labels::EXPIRES), "1970-01-01T01:02:00Z", "every client of the daemon sees it");
        assert!(label(labels::STATE).ends_with("/seasense-ci-0badcafe") && !label(labels::PLACE).is_empty());
        assert_eq!(spec.network, "none");
        assert_eq!(spec.user, "1000:999");
        assert!(spec.read_only && spec.capabilities.is_empty() && spec.env.is_empty());
    }

    #[tokio::test]
    async fn lease_without_a_process_has_a_deadline_and_no_heartbeat() {
        let spec = spec_of(None).await;
        assert!(!spec.command.iter().any(|word| word.starts_with("--heartbeat")), "{:?}", spec.command);
        assert_eq!(spec.command.last().map(String::as_str), Some("--deadline=1970-01-01T01:00:00Z"));
    }

    #[test]
    fn only_root_needs_a_capability() {
        assert_eq!(reaper_user(&access(999, false), (1000, 1000)), ("1000:999".to_owned(), Vec::new()));
        assert_eq!(reaper_user(&access(0, false), (0, 0)).0, "0:0");
        assert_eq!(
            reaper_user(&access(1000, true), (1000, 1000)).0,
            "0:0",
            "the root of a rootless daemon is the current user"
        );
    }
}
