//! The readings that buoys have recorded as acknowledged, compared with the stored ones.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::test_env::TestEnv;

/// Readings, each as `<buoy> <boot_id> <seq>`.
pub type Readings = BTreeSet<String>;

/// Returns the number of acknowledged readings; panics if the database lacks one of them.
pub fn assert_all_stored(env: &TestEnv) -> usize {
    // Read the acknowledgements first: readings that are stored meanwhile do not matter.
    let acknowledged = env.acknowledged();
    assert!(!acknowledged.is_empty(), "the fleet has recorded nothing");
    assert_none_lost(&acknowledged, &env.stored());
    acknowledged.len()
}

/// Panics if `stored` lacks one of `acknowledged`.
pub fn assert_none_lost(acknowledged: &Readings, stored: &Readings) {
    let lost: Vec<&String> = acknowledged.difference(stored).collect();
    assert!(lost.is_empty(), "{} of {} readings are lost: {lost:?}", lost.len(), acknowledged.len());
}

/// Returns every reading of the acknowledgement log in `folder`.
pub fn recorded(folder: &Path) -> Readings {
    entries(folder).flat_map(|file| lines(&file)).collect()
}

/// Returns the entries of a directory.
pub fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    // The last line may be incomplete.
    let complete = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let reading = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        format!("{} {} {}", entry["buoy"].as_str().unwrap(), entry["boot_id"], entry["seq"])
    };
    complete.map(reading).collect()
}

/// Returns every reading in the database of `cluster`.
pub fn stored(env: &TestEnv, cluster: &str) -> Readings {
    let all = "SELECT code || ' ' || boot_id || ' ' || seq FROM reading JOIN buoy ON buoy.id = buoy_id";
    env.sql_in(cluster, all).lines().map(str::to_owned).collect()
}

impl TestEnv {
    /// Returns every reading that the fleet has recorded as acknowledged.
    pub fn acknowledged(&self) -> Readings {
        recorded(&self.state().join(self.cluster()).join("fleet/ack-log"))
    }

    /// Returns every stored reading.
    pub fn stored(&self) -> Readings {
        stored(self, &self.cluster())
    }
}
