//! The probes of a promotion: buoys that send readings and a client that reads, both through the public
//! gateway.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    acknowledged::{Delivery, acknowledged, stored},
    http_probe::{HttpProbe, RequestStats},
};
use crate::{base::failure::Result, promotion::probe_stats::ProbeStats, workloads::PublicEndpoint};

/// Running probes. The HTTP probes stop when this is dropped.
pub struct ProbeBuoys {
    public: PublicEndpoint,
    http: HttpProbe,
    /// Sends requests to the canary only; `None` until it is started.
    canary_http: Option<HttpProbe>,
    /// The folder with the buoys' acknowledgements.
    acknowledgements: PathBuf,
    /// Readings that were observed earlier do not count.
    counted_from: Timestamp,
    /// The last response of the API.
    delivery: Delivery,
    /// The age of the newest reading at the last observation.
    freshness_seconds: Option<f64>,
}

impl ProbeBuoys {
    /// Starts the HTTP probe next to buoys that write to `acknowledgements`.
    pub fn start(public: PublicEndpoint, acknowledgements: PathBuf, counted_from: Timestamp) -> Self {
        let http = HttpProbe::start(public.clone());
        let (delivery, freshness_seconds) = (Delivery::default(), None);
        Self { http, canary_http: None, public, acknowledgements, counted_from, delivery, freshness_seconds }
    }

    /// Returns the measurements since `since`, until `now`.
    ///
    /// If the API does not return the stored readings, `sent` and `stored` keep their last values: the failed
    /// requests already show the outage, and an acknowledged reading is not lost by it.
    pub async fn stats(&mut self, since: Timestamp, now: Timestamp) -> Result<ProbeStats> {
        let entries = acknowledged(&self.acknowledgements, self.counted_from)?;
        if let Ok(found) = stored(&self.public, &entries).await {
            self.delivery = found;
        }
        let age = |newest: Timestamp| now.duration_since(newest).as_secs_f64().max(0.0);
        self.freshness_seconds = self.delivery.newest.map(age);
        let (sent, stored) = (self.delivery.sent, self.delivery.stored);
        Ok(ProbeStats { sent, stored, ..self.window(&self.http, since, now) })
    }

    /// Starts the HTTP probe for the canary, unless it runs.
    pub fn start_canary_probe(&mut self) {
        self.canary_http.get_or_insert_with(|| HttpProbe::of_canary(self.public.clone()));
    }

    /// Returns the measurements of the canary since `since`, until `now`; `None` until its probe is started.
    ///
    /// The freshness is that of the whole environment. Readings are not counted per backend.
    pub fn canary_stats(&self, since: Timestamp, now: Timestamp) -> Option<ProbeStats> {
        self.canary_http.as_ref().map(|probe| self.window(probe, since, now))
    }

    fn window(&self, probe: &HttpProbe, since: Timestamp, until: Timestamp) -> ProbeStats {
        let RequestStats { requests, failed, p95_ms } = probe.stats(since, until);
        let freshness_seconds = self.freshness_seconds;
        ProbeStats { since, until, requests, failed, p95_ms, freshness_seconds, sent: 0, stored: 0 }
    }
}
