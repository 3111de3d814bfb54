//! Values of a reading as they come out of the database.

use std::collections::BTreeMap;

use seasense::apps::shared::parameter;

/// Pairs parameter keys with values; a reading without values has none.
pub fn by_name(ids: Option<&[i16]>, values: Option<&[f64]>) -> BTreeMap<&'static str, f64> {
    let pairs = ids.unwrap_or_default().iter().zip(values.unwrap_or_default());
    pairs.filter_map(|(id, value)| Some((parameter::by_id(*id)?.name, *value))).collect()
}
