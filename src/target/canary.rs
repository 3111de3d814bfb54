//! The canary: buoys that write and somebody who reads, both from outside through the public gateway.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    ledger::{Kept, acknowledged, kept},
    probes::Probes,
};
use crate::{failure::Result, promote::CanaryFigures, workloads::Public};

/// A canary at sea.
pub struct Canary {
    public: Public,
    probes: Probes,
    /// Where its buoys note what was acknowledged.
    ledger: PathBuf,
    /// Readings that were measured before do not count.
    since: Timestamp,
    /// What was found when the API told it last.
    kept: Kept,
}

impl Canary {
    /// Begins to watch.
    pub fn start(public: Public, ledger: PathBuf, since: Timestamp) -> Self {
        Self { probes: Probes::start(public.clone()), public, ledger, since, kept: Kept::default() }
    }

    /// What was counted until `now`.
    ///
    /// While the API does not tell what it has stored, the numbers of acknowledged and of stored readings stay as they
    /// were: that it does not is told by the failed requests, and one that was acknowledged is not lost by it.
    pub async fn figures(&mut self, now: Timestamp) -> Result<CanaryFigures> {
        let entries = acknowledged(&self.ledger, self.since)?;
        if let Ok(found) = kept(&self.public, &entries).await {
            self.kept = found;
        }
        let samples = self.probes.take();
        let age = |newest: Timestamp| now.duration_since(newest).as_secs_f64().max(0.0);
        Ok(CanaryFigures {
            requests: samples.requests(),
            failed: samples.failed(),
            p95_ms: samples.p95_ms(),
            freshness_seconds: self.kept.newest.map(age),
            sent: self.kept.sent,
            stored: self.kept.stored,
        })
    }
}
