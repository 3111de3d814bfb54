//! A full disk: told as what it is, nothing half-written, and the next run goes on.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use super::{daemon::Daemon, harness::Harness};

const CLUSTER: &str = "seasense-local";

/// A file system of a few pages, unmounted in the end.
struct Tiny {
    folder: tempfile::TempDir,
}

impl Tiny {
    /// Mounts it; `None` where this user may not mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tiny"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("this user may not mount: a full disk is not tried");
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

    /// Every file but the filler, with its size.
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

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

/// Writes down that the daemon's node is a whole cluster, as `dev` does.
fn record(state: &Path) {
    let folder = state.join(CLUSTER);
    fs::create_dir_all(&folder).unwrap();
    let record =
        r#"{"containers": ["the-node"], "image": "node", "nodes": 1, "https_port": 8443, "uid": "u"}"#;
    fs::write(folder.join("cluster.json"), record).unwrap();
}

/// Runs `pause` on a full disk, then with room.
fn pause(tiny: &Tiny, cache: &Path, state: &Path) {
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
    tiny.fill();
    let before: Vec<_> = tiny.files();
    let run = harness.run_with_variables(&["pause"], &harness.socket(), &settings);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("No space left on device"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: free some space"), "{}", run.stderr);
    assert_eq!(daemon.told(), [""; 0], "something was stopped although it could not be written down");
    let half = tiny.files().into_iter().find(|file| file.1 > 0 && !before.contains(file));
    assert_eq!(half, None, "something is half-written");
    tiny.free();
    let run = harness.run_with_variables(&["pause"], &harness.socket(), &settings);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(daemon.told(), ["update", "kill"]);
    let run = harness.run_with_variables(&["status", "--json"], &harness.socket(), &settings);
    assert!(run.stdout.contains(r#""cluster": "paused""#), "{}", run.stdout);
}

#[test]
fn a_full_cache_stops_a_run_before_it_does_anything() {
    let Some(tiny) = Tiny::mount() else { return };
    let state = tempfile::tempdir().unwrap();
    pause(&tiny, &tiny.path().join("cache"), state.path());
}

#[test]
fn a_full_state_folder_stops_a_run_before_it_does_anything() {
    let Some(tiny) = Tiny::mount() else { return };
    let cache = tempfile::tempdir().unwrap();
    pause(&tiny, cache.path(), &tiny.path().join("state"));
}
