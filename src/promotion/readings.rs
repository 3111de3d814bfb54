//! The stored readings before and after a promotion; pure.

use std::collections::BTreeMap;

/// At most this many changed days are named.
const NAMED: usize = 3;

/// Stored readings: their number and the digest of their content, by buoy and day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings(BTreeMap<(String, String), Day>);

/// The readings of one buoy on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// Their number.
    pub count: u64,
    /// A digest of the content of all of them, the same in any order.
    pub digest: String,
}

impl FromIterator<((String, String), Day)> for Readings {
    fn from_iter<I: IntoIterator<Item = ((String, String), Day)>>(days: I) -> Self {
        Self(days.into_iter().collect())
    }
}

impl Readings {
    /// Returns the number of all readings.
    pub fn count(&self) -> u64 {
        self.0.values().map(|day| day.count).sum()
    }

    /// Describes how `after` differs in one line; `None` if it is the same.
    pub fn change(&self, after: &Self) -> Option<String> {
        let keys = self.0.keys().chain(after.0.keys().filter(|key| !self.0.contains_key(*key)));
        let changed: Vec<String> =
            keys.filter_map(|key| describe(key, self.0.get(key), after.0.get(key))).collect();
        if changed.is_empty() {
            return None;
        }
        let named = changed[..changed.len().min(NAMED)].join("; ");
        Some(match changed.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named}; and {more} more days"),
        })
    }
}

/// Describes one changed day; `None` if it is the same.
fn describe((buoy, day): &(String, String), before: Option<&Day>, after: Option<&Day>) -> Option<String> {
    if before == after {
        return None;
    }
    let count = |day: Option<&Day>| day.map_or(0, |day| day.count);
    let (before, after) = (count(before), count(after));
    Some(if before == after {
        format!("{buoy} on {day}: {before} readings with other values")
    } else {
        format!("{buoy} on {day}: {after} instead of {before} readings")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(days: &[(&str, &str, u64, &str)]) -> Readings {
        let day = |(buoy, day, count, digest): &(&str, &str, u64, &str)| {
            (((*buoy).to_owned(), (*day).to_owned()), Day { count: *count, digest: (*digest).to_owned() })
        };
        days.iter().map(day).collect()
    }

    #[test]
    fn lost_added_and_changed_readings_are_named_by_day() {
        let before = readings(&[
            ("a", "2026-01-01", 3, "x"),
            ("a", "2026-01-02", 4, "y"),
            ("b", "2026-01-01", 5, "z"),
        ]);
        assert_eq!(before.change(&before), None);
        assert_eq!(before.count(), 12);
        let after = readings(&[
            ("a", "2026-01-01", 3, "other"),
            ("a", "2026-01-02", 2, "y"),
            ("c", "2026-01-01", 1, "q"),
        ]);
        assert_eq!(
            before.change(&after).unwrap(),
            "a on 2026-01-01: 3 readings with other values; a on 2026-01-02: 2 instead of 4 readings; \
             b on 2026-01-01: 0 instead of 5 readings; and 1 more days"
        );
    }
}
