//! The fleet: a container next to the cluster that uses only the public gateway, as a real buoy does.
//!
//! Its enrolment key, CA certificate and acknowledgement log are mounted from the state directory and
//! readable by the user of the fleet only: the current user, or a separate user if the current user is root.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{
    base::{
        docker::{ContainerSpec, Restart, labels},
        event::Step,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    local::{
        LocalContext,
        buoys::buoy_container::{BuoyContainer, ca_file, key_file, setting, write_mounted_files},
        cluster::{NETWORK, nodes},
        place::label_state,
    },
};

/// The label with the digest of the fleet's settings.
const CONFIGURATION: &str = "org.seasense.configuration";
/// The label with the address of the gateway.
const GATEWAY: &str = "org.seasense.gateway";
/// The port of the fleet's metrics in the container; the daemon chooses the one on 127.0.0.1.
pub const METRICS_PORT: u16 = 9100;

/// The input of the fleet of an environment.
#[derive(Clone, Copy)]
pub struct FleetInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The image reference.
    pub image: &'a str,
    /// The enrolment key that the buoys' tokens are derived from.
    pub key: &'a [u8],
    /// The CA certificate of the gateway, PEM.
    pub ca: &'a [u8],
}

/// The name of the fleet's container of the cluster called `cluster`.
pub fn container(cluster: &str) -> String {
    format!("{cluster}-fleet")
}

/// Ensures that the fleet runs with these settings: starts it, replaces it if its settings differ, or changes
/// nothing. An environment without buoys has no fleet.
pub async fn ensure(context: &LocalContext, input: &FleetInput<'_>) -> Result<()> {
    let cluster = input.environment.cluster_name();
    let name = container(&cluster);
    let buoys = *input.environment.fleet.buoys.get_ref();
    let step = Step::start(&context.events, "fleet.start", format!("Start {buoys} simulated buoys"));
    if buoys == 0 {
        context.docker.remove_container(&name).await?;
        step.unchanged("the environment has no buoys");
        return Ok(());
    }
    let folder = context.dirs.make_state(&cluster)?.join("fleet");
    write_mounted_files(&ack_log(&folder), &[(key_file(&folder), input.key), (ca_file(&folder), input.ca)])?;
    let address = gateway_address(context, &cluster).await?;
    let mut spec = finished(spec(input, &folder, &address), input);
    label_state(&mut spec.labels, &context.dirs.state(&cluster));
    if let Some(found) = context.docker.container(&name).await? {
        let same = found.labels.get(CONFIGURATION) == spec.labels.get(CONFIGURATION);
        if same && found.running {
            step.unchanged("already running");
            return Ok(());
        }
        if !labels::is_ours(&found.labels) {
            return Err(Failure::new(
                Kind::Cluster,
                format!("a container `{name}` exists that seasense did not create"),
            )
            .hint("rename or remove it, then run this command again"));
        }
        context.docker.remove_container(&name).await?;
    }
    if context.docker.image_id(input.image).await?.is_none() {
        context.docker.pull_image(input.image).await?;
    }
    context.docker.run(&spec).await?;
    step.done(format!("one reading per buoy every {} s", input.environment.fleet.interval_seconds.get_ref()));
    Ok(())
}

/// Whether the fleet runs with exactly these settings. Changes nothing.
pub async fn is_current(context: &LocalContext, input: &FleetInput<'_>) -> Result<bool> {
    let cluster = input.environment.cluster_name();
    let Some(found) = context.docker.container(&container(&cluster)).await? else { return Ok(false) };
    let address = gateway_address(context, &cluster).await?;
    let spec = finished(spec(input, &context.dirs.state(&cluster).join("fleet"), &address), input);
    Ok(found.running && found.labels.get(CONFIGURATION) == spec.labels.get(CONFIGURATION))
}

/// Restarts the fleet of a resumed environment: the same container with the same image and settings.
///
/// After a restart the daemon may have given the gateway another address. Then the container is replaced,
/// with its own image and the environment's current settings. Returns whether the environment has a fleet.
pub async fn resume(
    context: &LocalContext,
    environment: &Environment,
    (key, ca): (&[u8], &[u8]),
) -> Result<bool> {
    let cluster = environment.cluster_name();
    let name = container(&cluster);
    let Some(found) = context.docker.container(&name).await? else { return Ok(false) };
    let address = gateway_address(context, &cluster).await?;
    if found.labels.get(GATEWAY) != Some(&address) {
        let input = FleetInput { environment, image: &found.image, key, ca };
        return ensure(context, &input).await.map(|()| true);
    }
    let step = Step::start(&context.events, "fleet.start", "Restart the simulated buoys");
    if found.running {
        step.unchanged("already running");
        return Ok(true);
    }
    context.docker.start(&name).await?;
    step.done("");
    Ok(true)
}

pub(super) async fn gateway_address(context: &LocalContext, cluster: &str) -> Result<String> {
    let node = nodes::control_plane(cluster);
    let container = context.docker.container(&node).await?;
    let address = container.as_ref().and_then(|node| node.ip(NETWORK)).map(str::to_owned);
    address.ok_or_else(|| {
        Failure::new(Kind::Cluster, format!("the node `{node}` has no address on the network `{NETWORK}`"))
            .hint("run `seasense dev` to start the node")
    })
}

fn ack_log(folder: &Path) -> PathBuf {
    folder.join("ack-log")
}

fn spec(input: &FleetInput<'_>, folder: &Path, gateway: &str) -> ContainerSpec {
    let &FleetInput { environment, image, .. } = input;
    let ack_log = ack_log(folder);
    let buoys = BuoyContainer {
        environment,
        image,
        folder,
        ack_log: &ack_log,
        private_ca: true,
        gateway: Some(gateway),
    };
    let mut spec = buoys.spec();
    spec.env.extend([
        setting("BUOYS", environment.fleet.buoys.get_ref().to_string()),
        setting("INTERVAL", environment.fleet.interval_seconds.get_ref().to_string()),
        setting("LISTEN", format!("0.0.0.0:{METRICS_PORT}")),
    ]);
    let mut labels = labels::of_environment(environment.instance(), "fleet");
    labels.insert(GATEWAY.to_owned(), gateway.to_owned());
    ContainerSpec {
        name: container(&environment.cluster_name()),
        labels,
        ports: vec![(0, METRICS_PORT)],
        restart: Restart::UnlessStopped,
        ..spec
    }
}

/// Adds the configuration label, which changes with every setting and with the content of the mounted files.
fn finished(mut spec: ContainerSpec, input: &FleetInput<'_>) -> ContainerSpec {
    let mut hash = Sha256::new();
    for part in [format!("{spec:?}").as_bytes(), input.key, input.ca] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    spec.labels.insert(CONFIGURATION.to_owned(), hex::encode(hash.finalize()));
    spec
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::fixture::local;

    #[test]
    fn secrets_are_mounted_and_not_in_the_environment() {
        let environment = local();
        let input = FleetInput { environment: &environment, image: "fleet", key: b"secret-key", ca: b"ca" };
        let spec = finished(spec(&input, Path::new("/state/fleet"), "172.18.0.3"), &input);
        let text = format!("{:?} {:?}", spec.env, spec.labels);
        assert!(!text.contains("secret-key"), "{text}");
        assert!(
            text.contains("https://seasense.localhost:8443/") && text.contains("172.18.0.3:30443"),
            "{text}"
        );
        assert!(spec.read_only && spec.user != "0:0");
    }

    #[test]
    fn configuration_label_changes_with_settings_and_files() {
        let environment = local();
        let label = |gateway: &str, ca: &[u8]| {
            let input = FleetInput { environment: &environment, image: "fleet", key: b"k", ca };
            finished(spec(&input, Path::new("/state/fleet"), gateway), &input).labels[CONFIGURATION].clone()
        };
        assert_eq!(label("172.18.0.3", b"a"), label("172.18.0.3", b"a"));
        assert_ne!(label("172.18.0.3", b"a"), label("172.18.0.4", b"a"));
        assert_ne!(label("172.18.0.3", b"a"), label("172.18.0.3", b"b"));
    }
}
