//! The images that this run builds because they cannot be pulled, with the reason of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{
        event::{Event, Events},
        failure::Failure,
    },
    config::{Infra, infra::Pull},
};

/// The image of the cluster's nodes. The official one contains the images with `pull = "skip"`.
const NODE: &str = "node";

/// The reasons by image.
#[derive(Debug, Default)]
pub struct Fallbacks(BTreeMap<String, String>);

impl Fallbacks {
    /// Builds `image` of `registry` and says so.
    pub fn add(&mut self, image: &str, registry: &str, reason: &str, events: &Events) {
        let text = format!(
            "{image} cannot be pulled from {registry} and is built on this machine: {reason}; to pull it, let this machine \
             reach {registry} or name a mirror below `[mirrors]` in `infra/versions.toml`, then run `seasense images pull`"
        );
        events.emit(Event::Warning { text });
        self.0.insert(image.to_owned(), reason.to_owned());
    }

    /// Keeps the build of an earlier run.
    pub fn keep(&mut self, image: &str) {
        self.0.insert(image.to_owned(), "an earlier run built it".to_owned());
    }

    /// Whether `image` is built in this run.
    pub fn contains(&self, image: &str) -> bool {
        self.0.contains_key(image)
    }

    /// The images to build: also those that a pulled node image would have contained.
    pub fn images(&self, infra: &Infra) -> BTreeSet<String> {
        let mut images: BTreeSet<String> = self.0.keys().cloned().collect();
        if images.contains(NODE) {
            let contained = infra.recipes.image.iter().filter(|(_, image)| image.pull == Pull::Skip);
            images.extend(contained.map(|(name, _)| name.clone()));
        }
        images
    }

    /// Adds to the failure of a build why there was a build at all.
    pub fn explain(&self, failure: Failure) -> Failure {
        let because = |failure: Failure, (image, reason): (&String, &String)| {
            failure.because(format!("{image} is built because it cannot be pulled: {reason}"))
        };
        self.0.iter().fold(failure, because)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::{event::Recorder, failure::Kind},
        config::Project,
    };

    fn infra() -> Infra {
        Infra::load(&Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap()
    }

    #[test]
    fn built_node_needs_what_the_official_one_contains() {
        let mut fallbacks = Fallbacks::default();
        fallbacks.keep("envoy");
        assert_eq!(fallbacks.images(&infra()), ["envoy".to_owned()].into());
        fallbacks.keep(NODE);
        let images = fallbacks.images(&infra());
        for name in ["node", "pause", "coredns", "kube-apiserver", "kube-router", "busybox"] {
            assert!(images.contains(name), "{name}: {images:?}");
        }
        assert!(!images.contains("postgresql"), "{images:?}");
    }

    #[test]
    fn fallback_is_announced_with_the_cure() {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let mut fallbacks = Fallbacks::default();
        fallbacks.add("envoy", "docker.io", "no response within 5 s", &events);
        let seen = format!("{:?}", recorder.0.lock().unwrap());
        for part in ["envoy", "docker.io", "no response within 5 s", "[mirrors]", "seasense images pull"] {
            assert!(seen.contains(part), "{part}: {seen}");
        }
        let failure = fallbacks.explain(Failure::new(Kind::Tool, "Go is missing"));
        assert!(failure.causes[0].contains("no response within 5 s"), "{failure:?}");
    }
}
