//! Rebuilds the images of changed sources and replaces the fleet.

use std::collections::BTreeSet;

use super::{Session, Workload};
use crate::{
    base::{failure::Result, wait::Deadline},
    local::buoys::{FleetInput, fleet},
    workloads,
};

impl Session<'_> {
    /// Builds the images of `changed` and of the workloads whose last build failed, and puts them into the
    /// lock.
    pub(super) async fn rebuild(&mut self, changed: &mut BTreeSet<Workload>) -> Result<()> {
        if changed.is_empty() {
            return Ok(());
        }
        let all: BTreeSet<Workload> = changed.union(&self.broken).copied().collect();
        let names: Vec<&str> = all.iter().map(|workload| workload.image()).collect();
        self.progress("compiling");
        let built = match self.builder.rebuild(&names).await {
            Ok(built) => built,
            Err(failure) => {
                // Any of them may be the cause, so the next edit builds all of them.
                self.broken.extend(std::mem::take(changed));
                return Err(failure);
            }
        };
        self.broken.clear();
        changed.clear();
        for workload in all {
            let Some(image) = built.get(workload.image()) else { continue };
            let before = self.lock.images.insert(workload.image().to_owned(), image.clone());
            if before.is_none_or(|before| before.digest != image.digest) {
                self.rolling.insert(workload, image.digest.clone());
            }
        }
        Ok(())
    }

    /// Replaces the fleet if its image was rebuilt; returns the text to report.
    pub(super) async fn update_fleet(&mut self, deadline: Deadline) -> Result<Option<String>> {
        let workload = Workload::Fleet;
        if !self.rolling.contains_key(&workload) {
            return Ok(None);
        }
        self.progress("replacing the fleet");
        let image = self.lock.image(workload.image())?.clone();
        self.fleet_image = self.builder.load(workload.image(), &image).await?;
        self.ensure_fleet(deadline).await?;
        self.rolling.remove(&workload);
        Ok(Some(format!("{} live after {}", workload.name(), self.elapsed())))
    }

    /// Replaces the fleet if its image, settings or credentials differ.
    pub(super) async fn ensure_fleet(&self, deadline: Deadline) -> Result<()> {
        let credentials = workloads::wait_for_credentials(&self.client, deadline).await?;
        let input = FleetInput {
            environment: &self.environment,
            image: &self.fleet_image,
            key: &credentials.enrolment_key,
            ca: &credentials.authority,
        };
        fleet::ensure(&self.quiet, &input).await
    }
}
