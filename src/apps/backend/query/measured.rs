//! The values of a reading as the database returns them.

use std::collections::BTreeMap;

use seasense::apps::shared::parameter;

/// Pairs parameter keys with values; empty for a reading without values.
pub fn by_name(ids: Option<&[i16]>, values: Option<&[f64]>) -> BTreeMap<&'static str, f64> {
    let pairs = ids.unwrap_or_default().iter().zip(values.unwrap_or_default());
    pairs.filter_map(|(id, value)| Some((parameter::by_id(*id)?.name, *value))).collect()
}
