//! Pure formatting: durations, sizes, aligned tables.

use std::time::Duration;

pub use crate::base::duration::text as duration;

/// A rounded remaining time: `about 40 s left`, `about 3 min left`.
pub(super) fn about(left: Duration) -> String {
    match left.as_secs() {
        0..=7 => "a few seconds left".to_owned(),
        seconds @ 8..=94 => format!("about {} s left", (seconds + 2) / 5 * 5),
        seconds => format!("about {} min left", (seconds + 30) / 60),
    }
}

/// A size in bytes for users, in binary units: `812 B`, `4.0 KiB`, `1.2 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, step) in UNITS {
        if bytes >= step {
            let tenths = u128::from(bytes) * 10 / u128::from(step);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} B")
}

/// Formats rows; columns are as wide as their widest cell, and the last column is not padded.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .chain([head[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(head.to_vec());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_formatted() {
        assert_eq!(duration(Duration::from_millis(449)), "0.4 s");
        assert_eq!(duration(Duration::from_millis(187_900)), "3 min 07 s");
        assert_eq!(duration(Duration::from_mins(62)), "1 h 02 min");
        assert_eq!(size(812), "812 B");
        assert_eq!(size(1_288_490_188), "1.1 GiB");
        assert_eq!(size(u64::MAX), "16777215.9 TiB");
    }

    #[test]
    fn remaining_time_is_rounded() {
        let texts = [3, 8, 42, 94, 95, 170].map(|seconds| about(Duration::from_secs(seconds)));
        assert_eq!(
            texts,
            [
                "a few seconds left",
                "about 10 s left",
                "about 40 s left",
                "about 95 s left",
                "about 2 min left",
                "about 3 min left"
            ]
        );
    }

    #[test]
    fn table_is_aligned_without_trailing_blanks() {
        let rows = [["a".to_owned(), "x".to_owned()], ["long".to_owned(), String::new()]];
        assert_eq!(table(["N", "V"], &rows), "N     V\na     x\nlong\n");
    }
}
