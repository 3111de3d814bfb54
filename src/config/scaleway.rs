//! The layout of an environment at Scaleway: `infra/scaleway/envs/<name>.tfvars.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{EnvName, Project, nearest, text_of};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The directory of the modules, relative to the project.
pub const MODULES: &str = "infra/scaleway";

/// The variables of one environment's infrastructure, as they are passed to OpenTofu; the modules validate
/// them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infrastructure {
    /// The environment's name; equals the file's name.
    pub environment: EnvName,
    /// Scaleway region, for example `fr-par`.
    pub region: String,
    /// Zones of the region, each with its own node pool.
    pub zones: Vec<String>,
    /// `lean` or `resilient`.
    pub profile: String,
    /// Minor version of Kubernetes.
    pub kubernetes_version: String,
    /// Type of every node, for example `DEV1-M`.
    pub node_type: String,
    /// Minimum number of nodes of all zones together.
    pub nodes_min: u32,
    /// Maximum number of nodes of all zones together.
    pub nodes_max: u32,
    /// Hours per month that nodes run, without off hours; only the price depends on it.
    #[serde(default = "always")]
    pub node_hours: u32,
    /// System disk of a node, GB.
    pub root_volume_gb: u32,
    /// Whether there is a load balancer.
    pub load_balancer: bool,
    /// Whether nodes use a public gateway for outgoing traffic.
    pub public_gateway: bool,
    /// Volume of one database instance, GB.
    pub database_storage_gb: u32,
    /// Database instances.
    pub database_instances: u32,
    /// Expected size of the backups, GB.
    pub backup_gb: u32,
    /// Public name of the page and the API.
    pub domain: String,
}

/// The hours of a month in Scaleway's prices; the default for layouts without `node_hours`.
const fn always() -> u32 {
    730
}

impl Infrastructure {
    /// The file of the environment `name`, relative to the project.
    pub fn file(name: &EnvName) -> PathBuf {
        file_of(name)
    }

    /// Reads the file of the environment `name`.
    ///
    /// Fails with kind `Environment` and the line and column of the invalid value.
    pub fn load(project: &Project, name: &EnvName) -> Result<Self> {
        let file = Self::file(name);
        let content =
            std::fs::read(project.root().join(&file)).map_err(|error| unreadable(project, name, &error))?;
        let text = text_of(&file, content)?;
        let read: Self = serde_json::from_str(&text).map_err(|error| {
            let position = Some((error.line(), error.column()));
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
            Failure::new(Kind::Environment, message).at(Location { file: file.clone(), position })
        })?;
        read.refuse_empty(&file, &text)?;
        if read.environment == *name {
            return Ok(read);
        }
        Err(Failure::new(Kind::Environment, format!("`environment` must equal the file's name, `{name}`"))
            .at(Location { file, position: None })
            .because(format!("it is `{}`", read.environment)))
    }

    /// Refuses an empty text: no price is known for it, and OpenTofu reports it only after a login.
    fn refuse_empty(&self, file: &Path, text: &str) -> Result<()> {
        let texts = [
            ("region", &self.region),
            ("profile", &self.profile),
            ("kubernetes_version", &self.kubernetes_version),
            ("node_type", &self.node_type),
        ];
        let zones = self.zones.iter().map(|zone| ("zones", zone));
        let Some((name, _)) = texts.into_iter().chain(zones).find(|(_, value)| value.trim().is_empty())
        else {
            return Ok(());
        };
        let offset = text.find(&format!("\"{name}\"")).unwrap_or_default();
        Err(Failure::new(Kind::Environment, format!("`{name}` must not be empty"))
            .at(Location::at_offset(file, text, offset)))
    }

    /// Parses the name `text`, as a user wrote it. An invalid name fails like the name of an unknown
    /// environment.
    pub fn parse_name(project: &Project, text: &str) -> Result<EnvName> {
        text.parse().map_err(|_| unreadable(project, text, &std::io::ErrorKind::NotFound.into()))
    }

    /// The environments that have infrastructure files, sorted.
    pub fn names(project: &Project) -> Vec<EnvName> {
        let entries = std::fs::read_dir(project.root().join(MODULES).join("envs")).into_iter().flatten();
        let mut names: Vec<EnvName> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".tfvars.json")?.parse().ok())
            .collect();
        names.sort();
        names
    }

    /// The name of all its resources, including the cluster.
    pub fn name(&self) -> String {
        format!("seasense-{}", self.environment)
    }

    /// The tag of all its resources.
    pub fn tag(&self) -> String {
        format!("seasense-environment={}", self.environment)
    }

    /// The minimum and maximum number of nodes of each zone, in the order of the zones, as the module of the
    /// pools computes it.
    pub fn spread(&self) -> Vec<(String, u32, u32)> {
        let zones = u32::try_from(self.zones.len()).unwrap_or(u32::MAX).max(1);
        let share = |nodes: u32, index: u32| nodes / zones + u32::from(index < nodes % zones);
        let numbered = (0_u32..).zip(&self.zones);
        numbered
            .map(|(index, zone)| (zone.clone(), share(self.nodes_min, index), share(self.nodes_max, index)))
            .collect()
    }
}

fn file_of(name: &str) -> PathBuf {
    PathBuf::from(format!("{MODULES}/envs/{name}.tfvars.json"))
}

fn unreadable(project: &Project, name: &str, error: &std::io::Error) -> Failure {
    let file = file_of(name);
    let failure = Failure::new(Kind::Environment, format!("cannot read `{}`", file.display()));
    if error.kind() != std::io::ErrorKind::NotFound {
        return failure.caused_by(error);
    }
    let names = Infrastructure::names(project);
    let failure = failure.because("the environment has no infrastructure file");
    match nearest(name, names.iter().map(EnvName::as_str)) {
        Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
        None => failure.hint(format!(
            "`{MODULES}/envs` contains: {}",
            names.iter().map(EnvName::as_str).collect::<Vec<_>>().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn project() -> Project {
        Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn all_layout_files_have_the_same_keys_in_order() {
        let names = Infrastructure::names(&project());
        assert_eq!(names, ["production", "staging"]);
        for name in names {
            let read = Infrastructure::load(&project(), &name).unwrap();
            let text = std::fs::read_to_string(project().root().join(Infrastructure::file(&name))).unwrap();
            let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
            let keys = |value: &serde_json::Value| -> Vec<String> {
                value.as_object().unwrap().keys().cloned().collect()
            };
            assert_eq!(keys(&kept), keys(&serde_json::to_value(&read).unwrap()), "{name}");
        }
    }

    #[test]
    fn empty_texts_and_marks_are_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        for inside in ["envs", "gitops", "infra/scaleway/envs"] {
            std::fs::create_dir_all(folder.path().join(inside)).unwrap();
        }
        let file = Infrastructure::file(&"staging".into());
        let text = std::fs::read_to_string(project().root().join(&file)).unwrap();
        let refused = |text: &str| {
            std::fs::write(folder.path().join(&file), text).unwrap();
            let copy = Project::find(folder.path()).unwrap();
            Infrastructure::load(&copy, &"staging".into()).unwrap_err()
        };
        let node_type = Infrastructure::load(&project(), &"staging".into()).unwrap().node_type;
        let failure = refused(&text.replace(&format!("\"{node_type}\""), "\"\""));
        assert_eq!(failure.message, "`node_type` must not be empty");
        assert!(failure.location.unwrap().position.is_some_and(|(line, _)| line > 1));
        assert_eq!(refused(&format!("\u{feff}{text}")).message, "the file begins with a byte-order mark");
    }

    #[test]
    fn unknown_environment_gets_the_nearest_name() {
        let failure = Infrastructure::load(&project(), &"stagin".into()).unwrap_err();
        assert_eq!(failure.hints, ["the nearest known name is `staging`"]);
        assert_eq!(failure.kind, Kind::Environment);
        let failure = Infrastructure::parse_name(&project(), "Staging").unwrap_err();
        assert_eq!(failure.message, "cannot read `infra/scaleway/envs/Staging.tfvars.json`");
        assert_eq!(failure.causes, ["the environment has no infrastructure file"]);
    }

    proptest! {
        #[test]
        fn nodes_are_spread_evenly_and_completely(zones in 1usize..4, min in 1u32..12, more in 0u32..8) {
            let mut one = Infrastructure::load(&project(), &"staging".into()).unwrap();
            one.zones = (1..=zones).map(|zone| format!("fr-par-{zone}")).collect();
            (one.nodes_min, one.nodes_max) = (min, min + more);
            let spread = one.spread();
            prop_assert_eq!(spread.iter().map(|(_, low, _)| low).sum::<u32>(), min);
            prop_assert_eq!(spread.iter().map(|(_, _, high)| high).sum::<u32>(), min + more);
            let lows: Vec<u32> = spread.iter().map(|(_, low, _)| *low).collect();
            prop_assert!(lows.iter().max().unwrap() - lows.iter().min().unwrap() <= 1);
            prop_assert!(spread.iter().all(|(_, low, high)| low <= high));
        }
    }
}
