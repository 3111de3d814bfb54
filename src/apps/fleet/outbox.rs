//! Readings that are not acknowledged yet, oldest first, up to a limit.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use seasense::apps::shared::wire::Reading;
use tokio::sync::Notify;

/// The waiting readings of one buoy; the measuring side puts in, the sending side takes out what is acknowledged.
#[derive(Debug)]
pub struct Outbox {
    capacity: usize,
    waiting: Mutex<VecDeque<Reading>>,
    arrived: Notify,
}

impl Outbox {
    /// An empty outbox for this many readings.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, waiting: Mutex::default(), arrived: Notify::new() }
    }

    /// Adds a reading. A full outbox gives up its oldest, as a buoy with a full memory does; answers whether it did.
    pub fn put(&self, reading: Reading) -> bool {
        let mut waiting = self.lock();
        let full = waiting.len() >= self.capacity;
        if full {
            waiting.pop_front();
        }
        waiting.push_back(reading);
        drop(waiting);
        self.arrived.notify_one();
        full
    }

    /// The oldest readings, at most `limit`, once there is one. They stay until they are acknowledged.
    pub async fn oldest(&self, limit: usize) -> Vec<Reading> {
        loop {
            let readings: Vec<Reading> = self.lock().iter().take(limit).cloned().collect();
            if !readings.is_empty() {
                return readings;
            }
            self.arrived.notified().await;
        }
    }

    /// Forgets readings up to this number, which need no more sending; answers how many there were.
    pub fn settle(&self, last_seq: i64) -> usize {
        let mut waiting = self.lock();
        let settled = waiting.iter().take_while(|reading| reading.seq <= last_seq).count();
        waiting.drain(..settled);
        settled
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// A thread that panicked with the lock left whole readings behind, so the content is good.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Reading>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;

    fn reading(seq: i64) -> Reading {
        let values = BTreeMap::new();
        Reading {
            seq,
            observed_at: Timestamp::UNIX_EPOCH,
            latitude: 0.0,
            longitude: 0.0,
            depth_cm: 100,
            values,
        }
    }

    async fn waiting(outbox: &Outbox) -> Vec<i64> {
        outbox.oldest(usize::MAX).await.iter().map(|reading| reading.seq).collect()
    }

    #[tokio::test]
    async fn readings_stay_until_they_are_settled() {
        let outbox = Outbox::new(10);
        (1..=4).for_each(|seq| assert!(!outbox.put(reading(seq))));
        assert_eq!(outbox.oldest(2).await.len(), 2);
        assert_eq!(waiting(&outbox).await, [1, 2, 3, 4]);
        assert_eq!(outbox.settle(2), 2);
        assert_eq!(waiting(&outbox).await, [3, 4]);
        assert_eq!(outbox.settle(2), 0);
    }

    #[tokio::test]
    async fn a_full_outbox_gives_up_its_oldest_even_while_it_is_being_sent() {
        let outbox = Outbox::new(2);
        outbox.put(reading(1));
        let in_flight = outbox.oldest(1).await;
        outbox.put(reading(2));
        assert!(outbox.put(reading(3)));
        assert_eq!(outbox.settle(in_flight[0].seq), 0);
        assert_eq!(waiting(&outbox).await, [2, 3]);
    }
}
