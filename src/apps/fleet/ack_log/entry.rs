//! One line of the acknowledgement log.

use jiff::Timestamp;
use seasense::apps::shared::wire::Reading;
use serde::{Deserialize, Serialize};

/// A reading that the backend has acknowledged and must therefore never lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Id of the buoy.
    pub buoy: String,
    /// The boot in which it was sent.
    pub boot_id: i64,
    /// Its sequence number.
    pub seq: i64,
    /// When it was measured.
    pub observed_at: Timestamp,
}

/// A reading that the backend refused and did not keep. It is not sent again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Id of the buoy.
    pub buoy: String,
    /// The boot in which it was sent.
    pub boot_id: i64,
    /// Why it was refused.
    pub reason: String,
    /// The whole reading: no other copy exists.
    pub reading: Reading,
}

/// Parses the entries of a file. A last line without a newline is an incomplete write and is ignored.
pub fn parse(text: &str) -> Result<Vec<Entry>, (usize, serde_json::Error)> {
    let complete = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse_line =
        |(number, line): (usize, &str)| serde_json::from_str(line).map_err(|error| (number + 1, error));
    complete.lines().enumerate().map(parse_line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(seq: i64) -> Entry {
        let observed_at = "2026-06-01T12:00:00Z".parse().unwrap();
        Entry { buoy: "buoy-001".to_owned(), boot_id: 1, seq, observed_at }
    }

    fn text(entries: &[Entry]) -> String {
        entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect()
    }

    proptest! {
        #[test]
        fn truncated_file_keeps_its_complete_lines(count in 1_i64..6, cut in 0_usize..600) {
            let entries: Vec<Entry> = (0..count).map(entry).collect();
            let whole = text(&entries);
            let kept = &whole[..whole.len().saturating_sub(cut)];
            let complete = kept.matches('\n').count();
            prop_assert_eq!(parse(kept).unwrap(), &entries[..complete]);
        }
    }

    #[test]
    fn invalid_complete_line_is_an_error_with_its_number() {
        let text = text(&[entry(1)]) + "{\"buoy\n" + &text(&[entry(2)]);
        assert_eq!(parse(&text).unwrap_err().0, 2);
    }
}
