//! The probe buoys of a promotion: simulated buoys in a container on this machine that reach the environment
//! through its public gateway as real buoys do. Their readings belong to no collection.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::fleet;
use crate::{
    base::{
        docker::{ContainerSpec, Docker, labels},
        failure::Result,
    },
    config::Environment,
    local::{
        LocalContext,
        buoys::buoy_container::{BuoyContainer, ca_file, key_file, setting, write_mounted_files},
        place::label_state,
    },
};

/// The kind of buoys whose readings belong to no collection, and how many of them the backend enrols.
const KIND: (&str, u32) = ("probe", 3);
/// Seconds between two readings of a probe buoy; a longer interval would yield too few measurements during a
/// promotion.
const INTERVAL: u32 = 2;

/// Minutes after which the probe buoys stop if nothing stops them; longer than any promotion.
const LIMIT: u32 = 120;

/// The input of the probe buoys.
#[derive(Clone, Copy)]
pub struct ProbeInput<'a> {
    /// The environment that they measure.
    pub environment: &'a Environment,
    /// The image reference.
    pub image: &'a str,
    /// The enrolment key that their tokens are derived from.
    pub key: &'a [u8],
    /// The CA certificate of the gateway, PEM; `None` for a publicly trusted one.
    pub ca: Option<&'a [u8]>,
    /// The start time. It numbers the acknowledgement log, so two starts never use the same number, on any
    /// machine.
    pub now: Timestamp,
}

fn container(environment: &Environment) -> String {
    format!("{}-probe", environment.cluster_name())
}

/// Starts new probe buoys with an empty acknowledgement log, and returns the acknowledgement log's directory.
pub async fn start(context: &LocalContext, input: &ProbeInput<'_>) -> Result<PathBuf> {
    let environment = input.environment;
    let (folder, gateway) = if environment.cluster.engine.is_attached() {
        (context.dirs.make_attached(environment.name())?, None)
    } else {
        let cluster = environment.cluster_name();
        (context.dirs.make_state(&cluster)?, Some(fleet::gateway_address(context, &cluster).await?))
    };
    let state = folder;
    let folder = state.join("probe");
    stop(&context.docker, environment).await?;
    let ack_log = write_files(&folder, input)?;
    if context.docker.image_id(input.image).await?.is_none() {
        context.docker.pull_image(input.image).await?;
    }
    let mut spec = spec(&folder, &ack_log, gateway.as_deref(), input);
    label_state(&mut spec.labels, &state);
    context.docker.run(&spec).await?;
    Ok(ack_log)
}

/// Stops and removes the probe buoys; their acknowledgement log is kept.
pub async fn stop(docker: &Docker, environment: &Environment) -> Result<()> {
    let name = container(environment);
    if docker.container(&name).await?.is_some_and(|found| labels::is_ours(&found.labels)) {
        // They send their queued readings before they end.
        docker.stop(&name).await?;
        docker.remove_container(&name).await?;
    }
    Ok(())
}

/// Writes the mounted files, accessible to the container's user only. Returns the acknowledgement log's
/// directory.
fn write_files(folder: &Path, input: &ProbeInput<'_>) -> Result<PathBuf> {
    let second = input.now.as_second();
    let ack_log = folder.join(format!("ack-log-{second}"));
    // The fleet continues the numbering of the acknowledgement log files: this file makes the next number the
    // current second.
    let before = ack_log.join(format!("acknowledged-{second:06}.jsonl"));
    let mut files = vec![(before, &b""[..]), (key_file(folder), input.key)];
    files.extend(input.ca.map(|ca| (ca_file(folder), ca)));
    write_mounted_files(&ack_log, &files)?;
    Ok(ack_log)
}

fn spec(folder: &Path, ack_log: &Path, gateway: Option<&str>, input: &ProbeInput<'_>) -> ContainerSpec {
    let &ProbeInput { environment, image, .. } = input;
    let buoys =
        BuoyContainer { environment, image, folder, ack_log, private_ca: input.ca.is_some(), gateway };
    let mut spec = buoys.spec();
    spec.env.extend([
        setting("KIND", KIND.0),
        setting("BUOYS", KIND.1.to_string()),
        setting("INTERVAL", INTERVAL.to_string()),
        setting("LIMIT", LIMIT.to_string()),
        // They send current readings only, without a backfill.
        setting("BACKFILL", "0"),
    ]);
    let labels = labels::of_environment(environment.instance(), "probe");
    ContainerSpec { name: container(environment), labels, ..spec }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Project;

    fn staging() -> Environment {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Environment::named(&project, "staging").unwrap()
    }

    #[test]
    fn probe_uses_the_public_name_and_leaks_no_secret() {
        let environment = staging();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let input =
            ProbeInput { environment: &environment, image: "fleet", key: b"secret-key", ca: None, now };
        let folder = tempfile::tempdir().unwrap();
        let ack_log = write_files(folder.path(), &input).unwrap();
        assert!(ack_log.join("acknowledged-1790000000.jsonl").is_file());
        let spec = spec(folder.path(), &ack_log, None, &input);
        let text = format!("{:?} {:?}", spec.env, spec.labels);
        assert!(
            text.contains("https://staging.seasense.org:30443/") && !text.contains("secret-key"),
            "{text}"
        );
        assert!(!text.contains("CONNECT") && !text.contains("CA_FILE"), "public names and authorities");
        assert!(text.contains(r#"("KIND", "probe")"#), "the backend must recognise them: {text}");
        assert!(spec.read_only && spec.user != "0:0");
    }
}
