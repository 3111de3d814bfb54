//! The columns of the exported table.

use seasense::apps::shared::parameter;

use super::page::Row;
use crate::problem::Problem;
use crate::query::measured;

/// The columns before the parameters.
const COLUMNS: [&str; 8] =
    ["buoy", "observed_at", "received_at", "latitude", "longitude", "depth_cm", "boot_id", "seq"];

/// Returns the header line.
pub fn header() -> Result<Vec<u8>, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = parameter::ALL.iter().map(|parameter| parameter.name);
    writer.write_record(COLUMNS.into_iter().chain(names)).map_err(|_| Problem::internal())?;
    writer.into_inner().map_err(|_| Problem::internal())
}

/// Returns the lines of one page; a parameter that was not measured is an empty field.
pub fn rows(buoy: &str, rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(fields(buoy, row)).map_err(|_| Problem::internal())?;
    }
    writer.into_inner().map_err(|_| Problem::internal())
}

fn fields(buoy: &str, row: &Row) -> Vec<String> {
    let mut fields = vec![
        buoy.to_owned(),
        row.observed_at.0.to_string(),
        row.received_at.0.to_string(),
        row.latitude.to_string(),
        row.longitude.to_string(),
        row.depth_cm.to_string(),
        row.boot_id.to_string(),
        row.seq.to_string(),
    ];
    let values = measured::by_name(row.parameters.as_deref(), row.measured.as_deref());
    let value = |name| values.get(name).map(f64::to_string).unwrap_or_default();
    fields.extend(parameter::ALL.iter().map(|parameter| value(parameter.name)));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg_timestamp::PgTimestamp;

    #[test]
    fn parameter_without_a_value_is_an_empty_field() {
        let row = Row {
            boot_id: 1,
            seq: 17,
            observed_at: PgTimestamp("2026-06-01T12:00:00Z".parse().unwrap()),
            received_at: PgTimestamp("2026-06-01T12:00:01Z".parse().unwrap()),
            latitude: 48.3,
            longitude: -4.8,
            depth_cm: 100,
            parameters: Some(vec![4, 1]),
            measured: Some(vec![8.05, 14.2]),
        };
        let text =
            String::from_utf8([header().unwrap(), rows("buoy-001", &[row]).unwrap()].concat()).unwrap();
        insta::assert_snapshot!(text, @r"
        buoy,observed_at,received_at,latitude,longitude,depth_cm,boot_id,seq,sea_water_temperature,sea_water_practical_salinity,moles_of_oxygen_per_unit_mass_in_sea_water,sea_water_ph_reported_on_total_scale
        buoy-001,2026-06-01T12:00:00Z,2026-06-01T12:00:01Z,48.3,-4.8,100,1,17,14.2,,,8.05
        ");
    }
}
