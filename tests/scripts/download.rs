//! The download of a released launcher: verified, never half-written, given up when it stands still.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    machine::{Ended, Machine, which},
    server::{Answer, Server},
};

/// A released launcher: it prints its arguments. The comment makes it longer than one packet.
fn binary() -> Vec<u8> {
    format!("#!/bin/sh\necho \"released $*\"\n# {}\n", "x".repeat(200_000)).into_bytes()
}

/// Programs that download, of those that this machine has.
fn downloaders() -> Vec<&'static str> {
    let found: Vec<_> = ["curl", "wget"].into_iter().filter(|name| which(name).is_some()).collect();
    assert!(!found.is_empty(), "these tests need curl or wget");
    found
}

/// A machine whose checkout names a release on the server; without a compiler.
fn machine(downloader: &str, answer: Answer) -> (Machine, Server) {
    let mut machine = Machine::new();
    let server = Server::start(answer);
    machine.docker();
    machine.link(downloader);
    machine.set("SEASENSE_LAUNCHER_URL", &server.url);
    machine.set("SEASENSE_LAUNCHER_TIMEOUT", &2);
    fs::write(machine.at("binary"), binary()).unwrap();
    let file = machine.at("binary");
    let entry = ["entry", "linux-amd64", file.to_str().unwrap(), "v1.0.0/seasense-linux-amd64"];
    let entry = machine.run("scripts/lib/launcher", &entry);
    machine.write("project/infra/launcher.sha256", &format!("# releases\n\n{}", entry.stdout));
    (machine, server)
}

fn path(machine: &Machine) -> Ended {
    machine.run("scripts/lib/launcher", &["path"])
}

/// A cargo that only notes its call, and the linker that it needs.
fn compiler(machine: &Machine) {
    machine.stub("cargo", &format!("{}\necho 'cargo 1.95.0'", machine.recorder("cargo")));
    machine.recorders(&["cc"]);
}

/// The files in the cache.
fn cached(machine: &Machine) -> Vec<std::path::PathBuf> {
    let Ok(folders) = fs::read_dir(machine.at("cache/launcher")) else { return Vec::new() };
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn released_launcher_is_verified_and_kept_in_the_cache() {
    for downloader in downloaders() {
        let (machine, server) = machine(downloader, Answer::File(binary()));
        assert_eq!(machine.run("scripts/lib/launcher", &["source"]).stdout, "released\n");
        let first = path(&machine);
        first.assert(0, &[&format!("fetching {}/v1.0.0/seasense-linux-amd64", server.url)]);
        let file = first.stdout.trim().to_owned();
        assert!(file.starts_with(machine.at("cache").to_str().unwrap()), "{file}");
        assert_eq!(fs::read(&file).unwrap(), binary());
        assert_eq!(cached(&machine), [std::path::PathBuf::from(&file)]);
        // The second run needs no network.
        server.set(Answer::NotFound);
        assert_eq!(machine.run("scripts/lib/launcher", &["source"]).stdout, "cached\n");
        let second = path(&machine);
        second.assert(0, &[]);
        assert_eq!((second.stdout.trim(), server.requests()), (file.as_str(), 1));
    }
}

#[test]
fn dev_runs_the_released_launcher_without_a_compiler() {
    for downloader in downloaders() {
        let (machine, _server) = machine(downloader, Answer::File(binary()));
        let ended = machine.run("scripts/dev", &["--supply", "pull", "--watch"]);
        ended.assert(0, &["ready for the supply pull; nothing to do"]);
        assert_eq!(ended.stdout, "released dev --supply pull --watch\n");
        assert!(!machine.project().join("target").exists());
    }
}

#[test]
fn wrong_or_truncated_download_is_refused_with_both_digests() {
    let changed = [binary(), b"echo evil\n".to_vec()].concat();
    let page = b"<html>Please sign in to the network</html>".to_vec();
    for downloader in downloaders() {
        for answer in [
            Answer::File(changed.clone()),
            Answer::File(page.clone()),
            Answer::File(Vec::new()),
            Answer::Truncated(binary()),
            Answer::HalfUnannounced(binary()),
            Answer::HalfThenSilence(binary()),
        ] {
            let (mut machine, server) = machine(downloader, answer);
            compiler(&machine);
            let entry = fs::read_to_string(machine.project().join("infra/launcher.sha256")).unwrap();
            let wanted = entry.split_whitespace().rev().nth(1).unwrap().to_owned();
            let ended = machine.run("scripts/dev", &["--supply", "pull"]);
            ended.assert(
                20,
                &["refused", &server.url, &format!("expected sha256:{wanted} (infra/launcher.sha256)")],
            );
            let received = ended.stderr.split("received sha256:").nth(1).unwrap().get(..64).unwrap();
            assert!(received != wanted && received.chars().all(|c| c.is_ascii_hexdigit()), "{received}");
            assert_eq!(cached(&machine), Vec::<std::path::PathBuf>::new(), "something is left");
            assert!(!machine.calls().contains("build"), "{}", machine.calls());
            // The next run goes on, or compiles if it is asked to.
            machine.set("SEASENSE_LAUNCHER", "compile");
            path(&machine).assert(0, &["compiling the launcher (SEASENSE_LAUNCHER=compile)"]);
            machine.set("SEASENSE_LAUNCHER", "auto");
            server.set(Answer::File(binary()));
            path(&machine).assert(0, &["fetching"]);
        }
    }
}

#[test]
fn release_that_cannot_be_had_is_compiled_instead() {
    for downloader in downloaders() {
        for (answer, closed) in
            [(Answer::NotFound, false), (Answer::Silence, false), (Answer::NotFound, true)]
        {
            let (mut machine, server) = machine(downloader, answer);
            if closed {
                // Nothing listens there.
                machine.set("SEASENSE_LAUNCHER_URL", "http://127.0.0.1:1");
            }
            let begun = Instant::now();
            // Without a compiler, the cure is named.
            path(&machine).assert(20, &["not fetched: http://127.0.0.1:", "cargo not found", "cure: curl"]);
            compiler(&machine);
            let ended = path(&machine);
            ended.assert(0, &["not fetched: http://127.0.0.1:", "compiling the launcher instead"]);
            assert_eq!(ended.stdout, "target/release/seasense\n");
            assert!(machine.calls().contains("cargo build --release --locked --bin seasense\n"));
            assert_eq!(cached(&machine), Vec::<std::path::PathBuf>::new(), "{}", server.url);
            assert!(begun.elapsed() < Duration::from_mins(2), "{downloader} waited {:?}", begun.elapsed());
        }
    }
}

#[test]
fn killed_download_leaves_no_launcher_behind() {
    for downloader in downloaders() {
        let (machine, server) = machine(downloader, Answer::HalfThenSilence(binary()));
        let mut command = machine.command("scripts/lib/launcher");
        let mut child = command.arg("path").stdout(std::process::Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while cached(&machine).iter().all(|file| fs::metadata(file).map_or(0, |data| data.len()) == 0) {
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing arrives");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(cached(&machine).iter().all(|file| !file.ends_with("seasense")), "{:?}", cached(&machine));
        server.set(Answer::File(binary()));
        let ended = path(&machine);
        ended.assert(0, &["fetching"]);
        assert_eq!(fs::read(ended.stdout.trim()).unwrap(), binary());
    }
}

#[test]
fn damaged_cache_is_fetched_again() {
    let (machine, server) = machine(downloaders()[0], Answer::File(binary()));
    let file = path(&machine).stdout.trim().to_owned();
    for damage in [&b""[..], b"#!/bin/sh\necho evil\n", &binary()[..1000]] {
        fs::write(&file, damage).unwrap();
        path(&machine).assert(0, &["fetching"]);
        assert_eq!(fs::read(&file).unwrap(), binary());
    }
    assert_eq!(server.requests(), 4);
}

#[test]
fn cache_that_cannot_be_written_is_named() {
    let (mut machine, server) = machine(downloaders()[0], Answer::File(binary()));
    machine.write("file", "");
    machine.set("SEASENSE_CACHE", &machine.at("file").display());
    path(&machine).assert(20, &["cannot create", "set SEASENSE_CACHE"]);
    assert_eq!(server.requests(), 0);
}
