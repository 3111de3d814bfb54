//! What buoys were told is stored, against what is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::world::TestEnv;

/// Readings, each as `<buoy> <boot_id> <seq>`.
pub type Readings = BTreeSet<String>;

/// How many readings the buoys have noted as acknowledged; panics where the database lacks one of them.
pub fn all_stored(world: &TestEnv) -> usize {
    // First what was promised: what is stored meanwhile does no harm.
    let promised = world.acknowledged();
    assert!(!promised.is_empty(), "the fleet has noted nothing");
    assert_none_lost(&promised, &world.stored());
    promised.len()
}

/// Panics where `kept` lacks one of `promised`.
pub fn assert_none_lost(promised: &Readings, kept: &Readings) {
    let lost: Vec<&String> = promised.difference(kept).collect();
    assert!(lost.is_empty(), "{} of {} readings are lost: {lost:?}", lost.len(), promised.len());
}

/// Every reading that is noted as acknowledged in the acknowledgement log `folder`.
pub fn noted(folder: &Path) -> Readings {
    entries(folder).flat_map(|file| lines(&file)).collect()
}

/// What is in a folder.
pub fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    // A last line without an end is a note that was cut off.
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let reading = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        format!("{} {} {}", entry["buoy"].as_str().unwrap(), entry["boot_id"], entry["seq"])
    };
    whole.map(reading).collect()
}

/// Every reading that the database of `cluster` holds.
pub fn stored(world: &TestEnv, cluster: &str) -> Readings {
    let all = "SELECT code || ' ' || boot_id || ' ' || seq FROM reading JOIN buoy ON buoy.id = buoy_id";
    world.sql_in(cluster, all).lines().map(str::to_owned).collect()
}
