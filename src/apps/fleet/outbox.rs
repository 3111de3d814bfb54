//! A bounded queue of readings that are not acknowledged yet, oldest first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use seasense::apps::shared::wire::Reading;
use tokio::sync::Notify;

/// The waiting readings of one buoy. Measuring pushes readings; sending removes them when they are
/// acknowledged.
#[derive(Debug)]
pub struct Outbox {
    capacity: usize,
    waiting: Mutex<VecDeque<Reading>>,
    arrived: Notify,
}

impl Outbox {
    /// Creates an empty outbox for this many readings.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, waiting: Mutex::default(), arrived: Notify::new() }
    }

    /// Adds a reading. A full outbox drops its oldest reading, as a buoy with full memory does; returns whether
    /// it did.
    pub fn push(&self, reading: Reading) -> bool {
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

    /// Waits for a reading and returns the oldest ones, at most `limit`. They stay until they are acknowledged.
    pub async fn oldest(&self, limit: usize) -> Vec<Reading> {
        loop {
            let readings: Vec<Reading> = self.lock().iter().take(limit).cloned().collect();
            if !readings.is_empty() {
                return readings;
            }
            self.arrived.notified().await;
        }
    }

    /// Removes the readings up to this sequence number; returns how many it removed.
    pub fn acknowledge(&self, last_seq: i64) -> usize {
        let mut waiting = self.lock();
        let count = waiting.iter().take_while(|reading| reading.seq <= last_seq).count();
        waiting.drain(..count);
        count
    }

    /// Returns the number of waiting readings.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// A panic while the lock was held leaves only complete readings, so a poisoned lock is usable.
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
    async fn readings_stay_until_they_are_acknowledged() {
        let outbox = Outbox::new(10);
        (1..=4).for_each(|seq| assert!(!outbox.push(reading(seq))));
        assert_eq!(outbox.oldest(2).await.len(), 2);
        assert_eq!(waiting(&outbox).await, [1, 2, 3, 4]);
        assert_eq!(outbox.acknowledge(2), 2);
        assert_eq!(waiting(&outbox).await, [3, 4]);
        assert_eq!(outbox.acknowledge(2), 0);
    }

    #[tokio::test]
    async fn full_outbox_drops_its_oldest_reading_even_in_flight() {
        let outbox = Outbox::new(2);
        outbox.push(reading(1));
        let in_flight = outbox.oldest(1).await;
        outbox.push(reading(2));
        assert!(outbox.push(reading(3)));
        assert_eq!(outbox.acknowledge(in_flight[0].seq), 0);
        assert_eq!(waiting(&outbox).await, [2, 3]);
    }
}
