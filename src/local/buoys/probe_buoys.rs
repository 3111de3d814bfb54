//! Probe buoys of a promotion: simulated buoys in a container on this machine that reach the environment through its
//! public gateway. Their readings do not belong to the collection.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::fleet;
use crate::local::{
    LocalContext,
    buoys::buoy_container::{BuoyContainer, ca_file, key_file, provide, setting},
};
use crate::{
    base::{
        docker::{ContainerSpec, Docker, labels},
        failure::Result,
    },
    config::Environment,
};

/// The kind of the fleet's probe buoys, and how many of them the backend enrols.
const KIND: (&str, u32) = ("probe", 3);
/// Seconds between two readings of one of them: slower ones would hardly send anything while they are watched.
const INTERVAL: u32 = 2;

/// Minutes after which they come home by themselves, should nobody be left to fetch them: longer than any promotion takes.
const LIMIT: u32 = 120;

/// What they need.
#[derive(Clone, Copy)]
pub struct ProbeInput<'a> {
    /// The environment that they sail for.
    pub environment: &'a Environment,
    /// The image, as the daemon can name or pull it.
    pub image: &'a str,
    /// The enrolment key that their tokens are derived from.
    pub key: &'a [u8],
    /// The authority that signed the gateway's certificate, PEM; none for one that everybody trusts.
    pub ca: Option<&'a [u8]>,
    /// When they set out: no two may begin with the same number of their start, on whatever machines they are.
    pub now: Timestamp,
}

fn container(environment: &Environment) -> String {
    format!("{}-probe", environment.cluster_name())
}

/// Starts new ones with a separate acknowledgement log; returns the folder of that log.
pub async fn start(context: &LocalContext, input: &ProbeInput<'_>) -> Result<PathBuf> {
    let environment = input.environment;
    let (folder, gateway) = if environment.cluster.engine.is_attached() {
        (context.dirs.make_attached(environment.name())?, None)
    } else {
        let cluster = environment.cluster_name();
        (context.dirs.make_state(&cluster)?, Some(fleet::gateway_address(context, &cluster).await?))
    };
    let folder = folder.join("probe");
    stop(&context.docker, environment).await?;
    let ack_log = write_files(&folder, input)?;
    if context.docker.image_id(input.image).await?.is_none() {
        context.docker.pull_image(input.image).await?;
    }
    context.docker.run(&spec(&folder, &ack_log, gateway.as_deref(), input)).await?;
    Ok(ack_log)
}

/// Takes them away; what they noted stays.
pub async fn stop(docker: &Docker, environment: &Environment) -> Result<()> {
    let name = container(environment);
    if docker.container(&name).await?.is_some_and(|found| labels::is_ours(&found.labels)) {
        // They send what waits before they end.
        docker.stop(&name).await?;
        docker.remove_container(&name).await?;
    }
    Ok(())
}

/// Writes the files that the container mounts, readable by its user only; returns the folder of the acknowledgement log.
fn write_files(folder: &Path, input: &ProbeInput<'_>) -> Result<PathBuf> {
    let second = input.now.as_second();
    let ack_log = folder.join(format!("ack-log-{second}"));
    // The fleet numbers its starts after the last file it finds: this one makes the number that of the present second.
    let before = ack_log.join(format!("acknowledged-{second:06}.jsonl"));
    let mut files = vec![(before, &b""[..]), (key_file(folder), input.key)];
    files.extend(input.ca.map(|ca| (ca_file(folder), ca)));
    provide(&ack_log, &files)?;
    Ok(ack_log)
}

fn spec(folder: &Path, ack_log: &Path, gateway: Option<&str>, input: &ProbeInput<'_>) -> ContainerSpec {
    let &ProbeInput { environment, image, .. } = input;
    let vessel =
        BuoyContainer { environment, image, folder, ack_log, own_authority: input.ca.is_some(), gateway };
    let mut spec = vessel.spec();
    spec.env.extend([
        setting("KIND", KIND.0),
        setting("BUOYS", KIND.1.to_string()),
        setting("INTERVAL", INTERVAL.to_string()),
        setting("LIMIT", LIMIT.to_string()),
        // They are here to watch the present, not to fill in the past.
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
        Environment::load(&project, "staging").unwrap()
    }

    #[test]
    fn it_reaches_the_public_name_and_no_secret_is_in_its_environment() {
        let environment = staging();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let input =
            ProbeInput { environment: &environment, image: "fleet", key: b"secret-key", ca: None, now };
        let folder = tempfile::tempdir().unwrap();
        let ack_log = write_files(folder.path(), &input).unwrap();
        assert!(ack_log.join("acknowledged-1790000000.jsonl").is_file());
        let spec = spec(folder.path(), &ack_log, None, &input);
        let told = format!("{:?} {:?}", spec.env, spec.labels);
        assert!(
            told.contains("https://staging.seasense.org:30443/") && !told.contains("secret-key"),
            "{told}"
        );
        assert!(!told.contains("CONNECT") && !told.contains("CA_FILE"), "the world's names and authorities");
        assert!(told.contains(r#"("KIND", "probe")"#), "they are never taken for real ones: {told}");
        assert!(spec.read_only && spec.user != "0:0");
    }
}
