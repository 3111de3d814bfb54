//! The canary: buoys that write and somebody who reads, both from outside through the public gateway.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    ledger::{Kept, acknowledged, kept},
    probes::Probes,
};
use crate::{base::failure::Result, promotion::ProbeStats, workloads::PublicEndpoint};

/// A canary at sea.
pub struct Canary {
    public: PublicEndpoint,
    probes: Probes,
    /// Who asks for what is tried out, where something is.
    own: Option<Probes>,
    /// Where its buoys note what was acknowledged.
    ledger: PathBuf,
    /// Readings that were measured before do not count.
    since: Timestamp,
    /// What was found when the API told it last.
    kept: Kept,
    /// The age of the newest reading, as it was told last.
    fresh: Option<f64>,
}

impl Canary {
    /// Begins to watch.
    pub fn start(public: PublicEndpoint, ledger: PathBuf, since: Timestamp) -> Self {
        let probes = Probes::start(public.clone());
        Self { probes, own: None, public, ledger, since, kept: Kept::default(), fresh: None }
    }

    /// What was counted until `now`.
    ///
    /// While the API does not tell what it has stored, the numbers of acknowledged and of stored readings stay as they
    /// were: that it does not is told by the failed requests, and one that was acknowledged is not lost by it.
    pub async fn figures(&mut self, now: Timestamp) -> Result<ProbeStats> {
        let entries = acknowledged(&self.ledger, self.since)?;
        if let Ok(found) = kept(&self.public, &entries).await {
            self.kept = found;
        }
        let samples = self.probes.take();
        let age = |newest: Timestamp| now.duration_since(newest).as_secs_f64().max(0.0);
        self.fresh = self.kept.newest.map(age);
        Ok(ProbeStats {
            requests: samples.requests(),
            failed: samples.failed(),
            p95_ms: samples.p95_ms(),
            freshness_seconds: self.fresh,
            sent: self.kept.sent,
            stored: self.kept.stored,
        })
    }

    /// What was counted of what is tried out; that readings are stored and fresh is nobody's own.
    pub fn own(&mut self) -> ProbeStats {
        let probes = self.own.get_or_insert_with(|| Probes::of_canary(self.public.clone()));
        let samples = probes.take();
        ProbeStats {
            requests: samples.requests(),
            failed: samples.failed(),
            p95_ms: samples.p95_ms(),
            freshness_seconds: self.fresh,
            sent: 0,
            stored: 0,
        }
    }
}
