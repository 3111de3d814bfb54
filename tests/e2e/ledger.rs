//! What the buoys were told is stored, against what is.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::world::World;

/// How many readings the buoys have noted as acknowledged; panics where the database lacks one of them.
pub fn all_stored(world: &World) -> usize {
    // First what was promised: what is stored meanwhile does no harm.
    let promised = acknowledged(world);
    let kept =
        world.sql("SELECT code || ' ' || boot_id || ' ' || seq FROM reading JOIN buoy ON buoy.id = buoy_id");
    let kept: BTreeSet<&str> = kept.lines().collect();
    let lost: Vec<&String> = promised.iter().filter(|reading| !kept.contains(reading.as_str())).collect();
    assert!(
        !promised.is_empty() && lost.is_empty(),
        "{} of {} are lost: {lost:?}",
        lost.len(),
        promised.len()
    );
    promised.len()
}

/// Every reading that the buoys have noted as acknowledged: `<buoy> <boot_id> <seq>`.
fn acknowledged(world: &World) -> BTreeSet<String> {
    let mut readings = BTreeSet::new();
    for file in fs::read_dir(world.state().join(world.cluster()).join("fleet/ledger")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let entry: Value = serde_json::from_str(line).unwrap();
            readings.insert(format!(
                "{} {} {}",
                entry["buoy"].as_str().unwrap(),
                entry["boot_id"],
                entry["seq"]
            ));
        }
    }
    readings
}
