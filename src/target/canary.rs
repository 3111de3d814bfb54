//! The canary: buoys that write and somebody who reads, both from outside through the public gateway.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    ledger::{acknowledged, stored},
    probes::Probes,
};
use crate::{failure::Result, promote::CanaryFigures, workloads::Public};

/// A canary at sea.
pub struct Canary {
    public: Public,
    probes: Probes,
    /// Where its buoys note what was acknowledged; none where nothing may be written.
    ledger: Option<PathBuf>,
    /// Readings that were measured before do not count.
    since: Timestamp,
    /// The last two numbers that belong together.
    kept: (u64, u64),
}

impl Canary {
    /// Begins to watch.
    pub fn start(public: Public, ledger: Option<PathBuf>, since: Timestamp) -> Self {
        Self { probes: Probes::start(public.clone()), public, ledger, since, kept: (0, 0) }
    }

    /// What was counted.
    ///
    /// While the API does not tell what it has stored, the numbers of acknowledged and of stored readings stay as they
    /// were: that it does not is told by the failed requests, and one that was acknowledged is not lost by it.
    pub async fn figures(&mut self) -> Result<CanaryFigures> {
        if let Some(ledger) = &self.ledger {
            let entries = acknowledged(ledger, self.since)?;
            if let Ok(found) = stored(&self.public, &entries).await {
                self.kept = (entries.len() as u64, found);
            }
        }
        let freshness_seconds = self.public.summary().await.ok().and_then(|summary| summary.age_s());
        let samples = self.probes.take();
        Ok(CanaryFigures {
            requests: samples.requests(),
            failed: samples.failed(),
            p95_ms: samples.p95_ms(),
            freshness_seconds,
            sent: self.kept.0,
            stored: self.kept.1,
        })
    }
}
