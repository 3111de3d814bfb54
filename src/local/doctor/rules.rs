//! The rules: facts in, findings out; pure.

use std::time::Duration;

use super::{
    Facts, Port,
    finding::{Finding, Fix, Level},
};

const GIB: u64 = 1 << 30;

/// Images, volumes and the build cache of a first run.
const DISK_NEEDED: u64 = 12 * GIB;
const DISK_COMFORTABLE: u64 = 25 * GIB;
/// The whole stack takes up to 2.5 GiB.
const MEMORY_NEEDED: u64 = 3 * GIB;
const MEMORY_COMFORTABLE: u64 = 5 * GIB;
/// Below these, kubelet and the controllers fail with "too many open files".
const WATCHES_NEEDED: u64 = 65_536;
const WATCHES_COMFORTABLE: u64 = 524_288;
const INSTANCES_NEEDED: u64 = 256;
const INSTANCES_COMFORTABLE: u64 = 512;
/// A file system may keep coarse times.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);
/// kubeadm asks for two.
const PROCESSORS_NEEDED: u64 = 2;
/// The daemon answers within this.
const SKEW_TOLERANCE: Duration = Duration::from_secs(30);
/// Docker 20.10.
const API_NEEDED: (u32, u32) = (1, 41);

/// Applies every rule whose fact is known.
pub fn evaluate(facts: &Facts) -> Vec<Finding> {
    let single = [
        docker(facts),
        cgroup(facts),
        disk(facts),
        memory(facts),
        processors(facts),
        watches(facts),
        instances(facts),
        Some(clock(facts)),
        daemon_clock(facts),
    ];
    single.into_iter().flatten().chain(facts.ports.iter().map(port)).chain(private(facts)).collect()
}

fn cgroup(facts: &Facts) -> Option<Finding> {
    let info = facts.docker.as_ref()?.as_ref().ok()?;
    Some(if info.cgroup_version == "1" {
        let mut finding = Finding::ok("cgroup", "version 1, which kubelet is told to accept");
        finding.level = Level::Info;
        finding
    } else {
        Finding::ok("cgroup", format!("version {}", info.cgroup_version))
    })
}

fn processors(facts: &Facts) -> Option<Finding> {
    let found = facts.docker.as_ref()?.as_ref().ok()?.cpus;
    let cure = "give Docker's virtual machine two processors, or expect time limits to pass";
    let (text, level) = (format!("{found} for containers"), (PROCESSORS_NEEDED, PROCESSORS_NEEDED));
    (found > 0).then(|| match graded("processors", found, level, &text, cure) {
        finding if finding.level == Level::Error => Finding { level: Level::Warning, ..finding },
        finding => finding,
    })
}

fn daemon_clock(facts: &Facts) -> Option<Finding> {
    let (id, skew) = ("clock.daemon", facts.daemon_skew?);
    Some(if skew <= SKEW_TOLERANCE {
        Finding::ok(id, format!("{:.1} s from this machine's", skew.as_secs_f64()))
    } else {
        let text = format!("the container daemon's clock is {} s from this machine's", skew.as_secs());
        Finding::bad(
            id,
            Level::Error,
            text,
            "set both clocks; restart Docker's virtual machine if it has one",
        )
    })
}

fn private(facts: &Facts) -> Option<Finding> {
    let (folder, mode) = facts.state.as_ref()?;
    let told = format!("`{}` has mode {:04o}", folder.display(), mode & 0o7777);
    let others = 0o077;
    if mode & others == 0 {
        return Some(Finding::ok("state.private", told));
    }
    let cure = format!("chmod 0700 {}", folder.display());
    Some(
        Finding::bad("state.private", Level::Error, told, cure)
            .fixed_by(Fix::Private { folder: folder.clone() }),
    )
}

fn docker(facts: &Facts) -> Option<Finding> {
    let id = "docker";
    Some(match facts.docker.as_ref()? {
        Ok(info) if version(&info.api) < Some(API_NEEDED) => Finding::bad(
            id,
            Level::Error,
            format!("the container daemon {} speaks API {}, 1.41 is needed", info.version, info.api),
            "update Docker to 20.10 or later",
        ),
        Ok(info) => Finding::ok(id, format!("{} answers with API {}", info.version, info.api)),
        Err(failure) => {
            let why = std::iter::once(&failure.message).chain(failure.causes.first());
            let text: Vec<&str> = why.map(String::as_str).collect();
            let cure = failure.hints.first().cloned();
            let cure = cure.unwrap_or_else(|| "start Docker, or run `./scripts/host`".to_owned());
            Finding::bad(id, Level::Error, text.join(": "), cure).fixed_by(Fix::Host)
        }
    })
}

fn version(api: &str) -> Option<(u32, u32)> {
    let (major, minor) = api.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn disk(facts: &Facts) -> Option<Finding> {
    let free = facts.disk_free?;
    let text = format!("{} GiB free", free / GIB);
    let cure = "free some space; `docker system df` shows what Docker keeps";
    Some(graded("disk", free, (DISK_NEEDED, DISK_COMFORTABLE), &text, cure))
}

fn memory(facts: &Facts) -> Option<Finding> {
    let free = facts.memory_available?;
    let text = format!("{:.1} GiB available", as_gib(free));
    if facts.cluster_exists {
        return Some(Finding::ok("memory", text));
    }
    let cure = "end programs that are not needed, or give Docker's virtual machine more memory";
    Some(graded("memory", free, (MEMORY_NEEDED, MEMORY_COMFORTABLE), &text, cure))
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people, with one decimal")]
fn as_gib(bytes: u64) -> f64 {
    bytes as f64 / GIB as f64
}

fn watches(facts: &Facts) -> Option<Finding> {
    let found = facts.inotify_watches?;
    let text = format!("fs.inotify.max_user_watches is {found}");
    let cure = format!("sudo sysctl fs.inotify.max_user_watches={WATCHES_COMFORTABLE}");
    let fix = Fix::Kernel { key: "fs.inotify.max_user_watches", value: WATCHES_COMFORTABLE };
    Some(graded("inotify.watches", found, (WATCHES_NEEDED, WATCHES_COMFORTABLE), &text, &cure).fixed_by(fix))
}

fn instances(facts: &Facts) -> Option<Finding> {
    let found = facts.inotify_instances?;
    let text = format!("fs.inotify.max_user_instances is {found}");
    let cure = format!("sudo sysctl fs.inotify.max_user_instances={INSTANCES_COMFORTABLE}");
    let fix = Fix::Kernel { key: "fs.inotify.max_user_instances", value: INSTANCES_COMFORTABLE };
    Some(
        graded("inotify.instances", found, (INSTANCES_NEEDED, INSTANCES_COMFORTABLE), &text, &cure)
            .fixed_by(fix),
    )
}

fn clock(facts: &Facts) -> Finding {
    match facts.clock_behind {
        Some(behind) if behind > CLOCK_TOLERANCE => Finding::bad(
            "clock",
            Level::Error,
            format!("the clock stands {} min before the newest file of the project", behind.as_secs() / 60),
            "set the clock: certificates made now would not be valid yet",
        ),
        _ => Finding::ok("clock", "not before the project's files"),
    }
}

fn port(port: &Port) -> Finding {
    let Some(holder) = &port.held_by else {
        return Finding::ok(port.id, format!("127.0.0.1:{} is free or ours", port.number));
    };
    let key = port.id.trim_start_matches("ports.");
    let cure = match port.free {
        Some(free) => format!("end it, or set `{key} = {free}` under [ports]: {free} is free"),
        None => format!("end it, or set another `{key}` under [ports]"),
    };
    Finding::bad(port.id, Level::Error, format!("127.0.0.1:{} is held by {holder}", port.number), cure)
}

fn graded(
    id: &'static str,
    found: u64,
    (needed, comfortable): (u64, u64),
    text: &str,
    cure: &str,
) -> Finding {
    if found < needed {
        Finding::bad(id, Level::Error, text, cure)
    } else if found < comfortable {
        Finding::bad(id, Level::Warning, text, cure)
    } else {
        Finding::ok(id, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::failure::{Failure, Kind};

    fn level(facts: &Facts, id: &str) -> Level {
        evaluate(facts).into_iter().find(|finding| finding.id == id).unwrap().level
    }

    #[test]
    fn facts_that_are_not_known_judge_nothing() {
        let ids: Vec<&str> = evaluate(&Facts::default()).iter().map(|finding| finding.id).collect();
        assert_eq!(ids, ["clock"]);
    }

    #[test]
    fn amounts_are_graded() {
        let disk = |free| level(&Facts { disk_free: Some(free), ..Facts::default() }, "disk");
        assert_eq!((disk(GIB), disk(20 * GIB), disk(40 * GIB)), (Level::Error, Level::Warning, Level::Ok));
        let watches =
            |found| level(&Facts { inotify_watches: Some(found), ..Facts::default() }, "inotify.watches");
        assert_eq!((watches(8192), watches(524_288)), (Level::Error, Level::Ok));
    }

    #[test]
    fn a_running_cluster_may_have_taken_the_memory() {
        let facts =
            |cluster_exists| Facts { memory_available: Some(GIB), cluster_exists, ..Facts::default() };
        assert_eq!(level(&facts(false), "memory"), Level::Error);
        assert_eq!(level(&facts(true), "memory"), Level::Ok);
    }

    #[test]
    fn a_clock_that_is_far_behind_is_an_error() {
        let clock = |minutes| Facts { clock_behind: Some(Duration::from_mins(minutes)), ..Facts::default() };
        assert_eq!((level(&clock(1), "clock"), level(&clock(600), "clock")), (Level::Ok, Level::Error));
    }

    #[test]
    fn a_held_port_names_its_holder_and_a_free_one() {
        let port = Port {
            id: "ports.https",
            number: 8443,
            held_by: Some("`nginx` (process 7)".into()),
            free: Some(8444),
        };
        let finding = super::port(&port);
        assert_eq!(finding.text, "127.0.0.1:8443 is held by `nginx` (process 7)");
        assert_eq!(finding.cure.unwrap(), "end it, or set `https = 8444` under [ports]: 8444 is free");
    }

    #[test]
    fn a_daemon_whose_clock_drifted_is_an_error() {
        let skew = |seconds| Facts { daemon_skew: Some(Duration::from_secs(seconds)), ..Facts::default() };
        assert_eq!(
            (level(&skew(2), "clock.daemon"), level(&skew(90), "clock.daemon")),
            (Level::Ok, Level::Error)
        );
    }

    #[test]
    fn an_open_state_folder_is_an_error_that_can_be_fixed() {
        let state = |mode| Facts { state: Some(("/state".into(), mode)), ..Facts::default() };
        assert_eq!(level(&state(0o40700), "state.private"), Level::Ok);
        let finding = private(&state(0o40755)).unwrap();
        assert_eq!(finding.text, "`/state` has mode 0755");
        assert_eq!(finding.fix, Some(Fix::Private { folder: "/state".into() }));
        assert!(finding.cause.is_some());
    }

    #[test]
    fn only_what_is_wrong_is_fixed() {
        let watches = |found| watches(&Facts { inotify_watches: Some(found), ..Facts::default() }).unwrap();
        assert_eq!(watches(524_288).fix, None);
        let fix = Fix::Kernel { key: "fs.inotify.max_user_watches", value: 524_288 };
        assert_eq!(watches(8192).fix, Some(fix));
    }

    #[test]
    fn a_silent_daemon_is_an_error_with_its_own_hint() {
        let failure = Failure::new(Kind::Tool, "no container daemon answers").hint("start Docker");
        let facts = Facts { docker: Some(Err(failure)), ..Facts::default() };
        let finding = evaluate(&facts).remove(0);
        assert_eq!((finding.level, finding.cure.as_deref()), (Level::Error, Some("start Docker")));
    }
}
