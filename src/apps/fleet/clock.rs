//! The fleet's clock, a trait so that tests can replace the system clock.

use std::time::Duration;

use jiff::Timestamp;

/// A clock that can be read and waited for.
pub trait Clock: Clone + Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> Timestamp;

    /// Waits until `time`; returns at once if it has passed.
    fn wait_until(&self, time: Timestamp) -> impl Future<Output = ()> + Send;
}

/// The system clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn wait_until(&self, time: Timestamp) {
        let remaining = Duration::try_from(time.duration_since(self.now())).unwrap_or_default();
        sleep(remaining).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a buoy measures at fixed times, so waiting for a time is its purpose"
)]
async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}
