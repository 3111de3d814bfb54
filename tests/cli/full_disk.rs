//! A full disk is reported, no file is partially written, and the next run succeeds.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use super::{docker_node::Daemon, harness::Harness};

const CLUSTER: &str = "seasense-local";

/// A file system of 64 KiB that is unmounted at the end.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts the file system; `None` if this user cannot mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "small-disk"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("skipped: this user cannot mount a file system");
        }
        mounted.then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    fn fill(&self) {
        let mut file = fs::File::create(self.filler()).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Returns every file except the filler, with its size.
    fn files(&self) -> Vec<(PathBuf, u64)> {
        let (mut found, mut folders) = (Vec::new(), vec![self.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path != self.filler() {
                    found.push((path.clone(), fs::metadata(&path).unwrap().len()));
                }
            }
        }
        found.sort();
        found
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

/// Records the daemon's node as a complete cluster, as `dev` does.
fn record(state: &Path) {
    let folder = state.join(CLUSTER);
    fs::create_dir_all(&folder).unwrap();
    let record =
        r#"{"containers": ["the-node"], "image": "node", "nodes": 1, "https_port": 8443, "uid": "u"}"#;
    fs::write(folder.join("cluster.json"), record).unwrap();
}

/// Runs `pause` on the full disk, then with free space.
fn assert_pause_recovers(disk: &SmallDisk, cache: &Path, state: &Path) {
    let sockets = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(sockets.path(), CLUSTER);
    let harness = Harness::new();
    let host = daemon.host();
    let settings = [
        ("DOCKER_HOST", host.as_str()),
        ("SEASENSE_CACHE", cache.to_str().unwrap()),
        ("SEASENSE_STATE", state.to_str().unwrap()),
    ];
    record(state);
    disk.fill();
    let before: Vec<_> = disk.files();
    let run = harness.run_with_variables(&["pause"], &harness.socket(), &settings);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("No space left on device"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: free some disk space"), "{}", run.stderr);
    assert_eq!(daemon.changes(), [""; 0], "the cluster was stopped although the pause was not recorded");
    let partial = disk.files().into_iter().find(|file| file.1 > 0 && !before.contains(file));
    assert_eq!(partial, None, "a file is partially written");
    disk.free();
    let run = harness.run_with_variables(&["pause"], &harness.socket(), &settings);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(daemon.changes(), ["update", "kill"]);
    let run = harness.run_with_variables(&["status", "--json"], &harness.socket(), &settings);
    assert!(run.stdout.contains(r#""cluster": "paused""#), "{}", run.stdout);
}

#[test]
fn full_cache_stops_a_run_before_any_change() {
    let Some(disk) = SmallDisk::mount() else { return };
    let state = tempfile::tempdir().unwrap();
    assert_pause_recovers(&disk, &disk.path().join("cache"), state.path());
}

#[test]
fn full_state_directory_stops_a_run_before_any_change() {
    let Some(disk) = SmallDisk::mount() else { return };
    let cache = tempfile::tempdir().unwrap();
    assert_pause_recovers(&disk, cache.path(), &disk.path().join("state"));
}
