//! Checks which registries can be reached: a short request to each one that is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::try_join_all;

use crate::{
    base::failure::Result,
    config::infra::{ImageRecipe, Versions},
    registry::{ImageRef, ping},
};

/// A reachable registry responds within this time; a blocked one often never does.
const LIMIT: Duration = Duration::from_secs(5);
/// The host that serves the images of `docker.io`.
const DOCKER_HUB: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// Which registries respond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachability {
    /// Why a registry cannot be used, by its name; `None` if it responds.
    registries: BTreeMap<String, Option<String>>,
}

impl Reachability {
    /// Asks every registry of `images` concurrently.
    pub async fn check<'a>(
        images: impl IntoIterator<Item = &'a ImageRecipe>,
        versions: &Versions,
    ) -> Result<Self> {
        let names = registries(images)?;
        let asked = names.into_iter().map(|name| async move {
            let answer = ask(versions, &name).await?;
            Result::Ok((name, answer))
        });
        Ok(Self { registries: try_join_all(asked).await?.into_iter().collect() })
    }

    /// Whether any registry responds.
    pub fn any(&self) -> bool {
        self.registries.values().any(Option::is_none)
    }

    /// Why the registry `name` cannot be used.
    pub fn problem(&self, name: &str) -> Option<&str> {
        self.registries.get(name)?.as_deref()
    }

    /// The explanation for the user.
    pub fn reason(&self) -> String {
        let of =
            |responds: bool| self.registries.iter().filter(move |(_, problem)| problem.is_none() == responds);
        let reached: Vec<&str> = of(true).map(|(name, _)| name.as_str()).collect();
        let failed: Vec<String> = of(false)
            .map(|(name, problem)| format!("{name}: {}", problem.as_deref().unwrap_or_default()))
            .collect();
        match (reached.is_empty(), failed.is_empty()) {
            (_, true) => format!("{} respond", reached.join(", ")),
            (true, false) => format!("no response from {}", failed.join("; ")),
            (false, false) => {
                format!("{} respond, no response from {}", reached.join(", "), failed.join("; "))
            }
        }
    }
}

/// The names of the registries of `images`.
fn registries<'a>(images: impl IntoIterator<Item = &'a ImageRecipe>) -> Result<BTreeSet<String>> {
    let official = images.into_iter().filter_map(|image| image.official.as_deref());
    official.map(|name| Ok(ImageRef::parse(name)?.host)).collect()
}

/// Asks the mirror of the registry `name`, or the registry itself. Returns why it cannot be used.
async fn ask(versions: &Versions, name: &str) -> Result<Option<String>> {
    let own = if name == DOCKER_HUB.0 { DOCKER_HUB.1 } else { name };
    let host = versions.mirrors.get(name).map_or(own, String::as_str);
    Ok(ping(host, LIMIT).await?.err())
}

#[cfg(test)]
#[path = "reachability_tests.rs"]
pub(in crate::images) mod tests;
