//! Changed sources: compiled, packed and pushed; the fleet replaced.

use std::collections::BTreeSet;

use super::session::Session;
use crate::{
    base::{failure::Result, wait::Deadline},
    launch::watch::Workload,
    local::buoys::FleetInput,
    workloads,
};

impl Session<'_> {
    /// Makes the images of `stale`, and of what did not compile before, and puts them in the place of the lock's.
    pub(super) async fn rebuild(&mut self, stale: &mut BTreeSet<Workload>) -> Result<()> {
        if stale.is_empty() {
            return Ok(());
        }
        let all: BTreeSet<Workload> = stale.union(&self.broken).copied().collect();
        let names: Vec<&str> = all.iter().map(|workload| workload.image()).collect();
        self.progress("compiling");
        let built = match self.bench.rebuild(&names).await {
            Ok(built) => built,
            Err(failure) => {
                // Whichever it was: the next edit of any of them tries them all.
                self.broken.extend(std::mem::take(stale));
                return Err(failure);
            }
        };
        self.broken.clear();
        stale.clear();
        for workload in all {
            let Some(image) = built.get(workload.image()) else { continue };
            let before = self.lock.images.insert(workload.image().to_owned(), image.clone());
            if before.is_none_or(|before| before.digest != image.digest) {
                self.rolling.insert(workload, image.digest.to_string());
            }
        }
        Ok(())
    }

    /// Replaces the fleet if it was made anew.
    pub(super) async fn sail(&mut self, deadline: Deadline) -> Result<Option<String>> {
        let fleet = Workload::Fleet;
        if !self.rolling.contains_key(&fleet) {
            return Ok(None);
        }
        self.progress("replacing the fleet");
        let image = self.lock.image(fleet.image())?.clone();
        self.fleet_image = self.bench.load(fleet.image(), &image).await?;
        self.replace_fleet(deadline).await?;
        self.rolling.remove(&fleet);
        Ok(Some(format!("{} live after {}", fleet.name(), self.so_far())))
    }

    pub(super) async fn replace_fleet(&self, deadline: Deadline) -> Result<()> {
        let credentials = workloads::credentials(&self.client, deadline).await?;
        let input = FleetInput {
            environment: &self.environment,
            image: &self.fleet_image,
            key: &credentials.enrolment_key,
            ca: &credentials.authority,
        };
        crate::local::buoys::fleet::ensure(&self.quiet, &input).await
    }
}
