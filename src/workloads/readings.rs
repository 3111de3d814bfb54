//! The stored readings by buoy and day: how many, and a digest of their content.

use crate::base::{
    failure::{Failure, Kind, Result},
    k8s::Client,
};

use super::database;

/// The readings of one buoy on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingsOfDay {
    /// The buoy's code.
    pub buoy: String,
    /// The day of the measurement in UTC, `YYYY-MM-DD`.
    pub day: String,
    /// Their number.
    pub count: u64,
    /// A digest of the receipts and of every value, the same in any order.
    pub digest: String,
}

/// Adds up hashes, so that no order, no column that a later migration adds, and no setting of the database changes the
/// result. Row level security is off for the superuser. The time limit protects a database that is too large for it.
const SQL: &str = "
SET statement_timeout = '120s';
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
SELECT to_regclass('public.observation') IS NOT NULL AS migrated \\gset
\\if :migrated
WITH received AS (
  SELECT buoy_id, boot_id, seq, observed_at, content FROM public.reading WHERE received_at < :'before'::timestamptz
), parts AS (
  SELECT buoy_id, observed_at, 1 AS readings, hashtextextended(concat_ws('|', boot_id, seq, observed_at, content), 0) AS hash
  FROM received
  UNION ALL
  SELECT r.buoy_id, r.observed_at, 0,
         hashtextextended(concat_ws('|', o.boot_id, o.seq, o.observed_at, o.parameter_id, o.depth_cm,
                                    coalesce(o.value::text, '-'), o.qc, o.qc_tests), 1)
  FROM received r JOIN public.observation o USING (buoy_id, boot_id, seq)
)
SELECT b.code, (p.observed_at AT TIME ZONE 'UTC')::date, sum(p.readings), sum(p.hash::numeric)
FROM parts p JOIN public.buoy b ON b.id = p.buoy_id GROUP BY 1, 2 ORDER BY 1, 2;
\\endif
";

/// Reads the readings that arrived before `before`, an RFC 3339 time; nothing before the first migration.
pub async fn readings(client: &Client, before: &str) -> Result<Vec<ReadingsOfDay>> {
    read_readings(&database::query(client, &readings_query(before)).await?)
}

/// The script of `psql` that reads the readings that arrived before `before`, an RFC 3339 time.
pub fn readings_query(before: &str) -> String {
    format!("\\set before '{before}'\n{SQL}")
}

/// Parses the answer to [`readings_query`].
pub fn read_readings(answer: &str) -> Result<Vec<ReadingsOfDay>> {
    answer.lines().map(str::trim).filter(|line| !line.is_empty()).map(day).collect()
}

/// `buoy|day|count|digest`.
fn day(line: &str) -> Result<ReadingsOfDay> {
    let wrong =
        || Failure::new(Kind::Workload, "read the stored readings").because(format!("unexpected: {line}"));
    let mut fields = line.split('|');
    let mut next = || fields.next().map(str::to_owned).ok_or_else(wrong);
    let (buoy, day, count, digest) = (next()?, next()?, next()?, next()?);
    let count = count.parse().map_err(|_| wrong())?;
    Ok(ReadingsOfDay { buoy, day, count, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_answer_is_a_day() {
        let read = day("buoy-1|2026-11-30|12|-5").unwrap();
        let expected =
            ReadingsOfDay { buoy: "buoy-1".into(), day: "2026-11-30".into(), count: 12, digest: "-5".into() };
        assert_eq!(read, expected);
        assert!(day("ERROR").is_err());
        assert!(day("buoy-1|2026-11-30|many|-5").is_err());
    }
}
