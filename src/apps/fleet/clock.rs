//! Time as the fleet sees it: the wall clock in production, a clock that tests move by hand, faulty clocks later.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and waits for it.
pub trait Clock: Clone + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Waits until `moment`; returns at once when it is past.
    fn until(&self, moment: Timestamp) -> impl Future<Output = ()> + Send;
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn until(&self, moment: Timestamp) {
        let left = Duration::try_from(moment.duration_since(self.now())).unwrap_or_default();
        pause(left).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a buoy measures at moments of the clock: this is the one place that waits for them"
)]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
