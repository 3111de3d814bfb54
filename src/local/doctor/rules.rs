//! The rules of `doctor`, which convert facts to findings; pure.

use std::time::Duration;

use super::{
    Facts, Port,
    finding::{Finding, Fix, Level},
};

const GIB: u64 = 1 << 30;

/// Images, volumes and the build cache of a first run.
const DISK_NEEDED: u64 = 12 * GIB;
const DISK_COMFORTABLE: u64 = 25 * GIB;
/// The whole stack uses up to 2.5 GiB.
const MEMORY_NEEDED: u64 = 3 * GIB;
const MEMORY_COMFORTABLE: u64 = 5 * GIB;
/// With less, kubelet and the controllers fail with "too many open files".
const WATCHES_NEEDED: u64 = 65_536;
const WATCHES_COMFORTABLE: u64 = 524_288;
const INSTANCES_NEEDED: u64 = 256;
const INSTANCES_COMFORTABLE: u64 = 512;
/// Some file systems store coarse timestamps.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);
/// kubeadm requires two.
const PROCESSORS_NEEDED: u64 = 2;
/// Includes the time that the daemon needs to answer.
const SKEW_TOLERANCE: Duration = Duration::from_secs(30);
/// Docker 20.10.
const API_NEEDED: (u32, u32) = (1, 41);

/// Evaluates every rule whose fact is known.
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
        let mut finding = Finding::ok("cgroup", "version 1, which kubelet is configured to accept");
        finding.level = Level::Info;
        finding
    } else {
        Finding::ok("cgroup", format!("version {}", info.cgroup_version))
    })
}

fn processors(facts: &Facts) -> Option<Finding> {
    let found = facts.docker.as_ref()?.as_ref().ok()?.cpus;
    let hint = "give Docker's virtual machine two processors, or expect timeouts";
    let (text, level) = (format!("{found} for containers"), (PROCESSORS_NEEDED, PROCESSORS_NEEDED));
    (found > 0).then(|| match graded("processors", found, level, &text, hint) {
        finding if finding.level == Level::Error => Finding { level: Level::Warning, ..finding },
        finding => finding,
    })
}

fn daemon_clock(facts: &Facts) -> Option<Finding> {
    let (id, skew) = ("clock.daemon", facts.daemon_skew?);
    Some(if skew <= SKEW_TOLERANCE {
        Finding::ok(id, format!("{:.1} s difference to this machine", skew.as_secs_f64()))
    } else {
        let text =
            format!("the container daemon's clock differs from this machine's by {} s", skew.as_secs());
        Finding::bad(
            id,
            Level::Error,
            text,
            "synchronise both clocks; restart Docker's virtual machine if there is one",
        )
    })
}

fn private(facts: &Facts) -> Option<Finding> {
    let (folder, mode) = facts.state.as_ref()?;
    let text = format!("`{}` has mode {:04o}", folder.display(), mode & 0o7777);
    let others = 0o077;
    if mode & others == 0 {
        return Some(Finding::ok("state.private", text));
    }
    let hint = format!("chmod 0700 {}", folder.display());
    Some(
        Finding::bad("state.private", Level::Error, text, hint)
            .fixed_by(Fix::Private { folder: folder.clone() }),
    )
}

fn docker(facts: &Facts) -> Option<Finding> {
    let id = "docker";
    Some(match facts.docker.as_ref()? {
        Ok(info) if version(&info.api) < Some(API_NEEDED) => Finding::bad(
            id,
            Level::Error,
            format!("the container daemon {} supports API {}, 1.41 is required", info.version, info.api),
            "update Docker to 20.10 or later",
        ),
        Ok(info) => Finding::ok(id, format!("version {} with API {}", info.version, info.api)),
        Err(failure) => {
            let reasons = std::iter::once(&failure.message).chain(failure.causes.first());
            let text: Vec<&str> = reasons.map(String::as_str).collect();
            let hint = failure.hints.first().cloned();
            let hint = hint.unwrap_or_else(|| "start Docker, or run `./scripts/host`".to_owned());
            Finding::bad(id, Level::Error, text.join(": "), hint).fixed_by(Fix::Host)
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
    let hint = "free some space: `seasense gc --cache` reduces the caches, `docker system df` shows what Docker uses";
    Some(graded("disk", free, (DISK_NEEDED, DISK_COMFORTABLE), &text, hint))
}

fn memory(facts: &Facts) -> Option<Finding> {
    let free = facts.memory_available?;
    let text = format!("{:.1} GiB available", as_gib(free));
    if facts.cluster_exists {
        return Some(Finding::ok("memory", text));
    }
    let hint = "end unneeded programs, or give Docker's virtual machine more memory";
    Some(graded("memory", free, (MEMORY_NEEDED, MEMORY_COMFORTABLE), &text, hint))
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn as_gib(bytes: u64) -> f64 {
    bytes as f64 / GIB as f64
}

fn watches(facts: &Facts) -> Option<Finding> {
    let found = facts.inotify_watches?;
    let text = format!("fs.inotify.max_user_watches is {found}");
    let hint = format!("sudo sysctl fs.inotify.max_user_watches={WATCHES_COMFORTABLE}");
    let fix = Fix::Kernel { key: "fs.inotify.max_user_watches", value: WATCHES_COMFORTABLE };
    Some(graded("inotify.watches", found, (WATCHES_NEEDED, WATCHES_COMFORTABLE), &text, &hint).fixed_by(fix))
}

fn instances(facts: &Facts) -> Option<Finding> {
    let found = facts.inotify_instances?;
    let text = format!("fs.inotify.max_user_instances is {found}");
    let hint = format!("sudo sysctl fs.inotify.max_user_instances={INSTANCES_COMFORTABLE}");
    let fix = Fix::Kernel { key: "fs.inotify.max_user_instances", value: INSTANCES_COMFORTABLE };
    Some(
        graded("inotify.instances", found, (INSTANCES_NEEDED, INSTANCES_COMFORTABLE), &text, &hint)
            .fixed_by(fix),
    )
}

fn clock(facts: &Facts) -> Finding {
    match facts.clock_behind {
        Some(behind) if behind > CLOCK_TOLERANCE => Finding::bad(
            "clock",
            Level::Error,
            format!(
                "the clock is {} min behind the time of `Cargo.toml` in the checkout",
                behind.as_secs() / 60
            ),
            "set the clock; certificates created now would not be valid yet",
        ),
        _ => Finding::ok("clock", "not behind the checkout"),
    }
}

fn port(port: &Port) -> Finding {
    let Some(holder) = &port.held_by else {
        return Finding::ok(port.id, format!("127.0.0.1:{} is available", port.number));
    };
    let key = port.id.trim_start_matches("ports.");
    let hint = match port.free {
        Some(free) => format!("end it, or set `{key} = {free}` under [ports]: {free} is free"),
        None => format!("end it, or set another `{key}` under [ports]"),
    };
    Finding::bad(port.id, Level::Error, port.used_by(holder), hint)
}

fn graded(
    id: &'static str,
    found: u64,
    (needed, comfortable): (u64, u64),
    text: &str,
    hint: &str,
) -> Finding {
    if found < needed {
        Finding::bad(id, Level::Error, text, hint)
    } else if found < comfortable {
        Finding::bad(id, Level::Warning, text, hint)
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
    fn unknown_facts_are_skipped() {
        let ids: Vec<&str> = evaluate(&Facts::default()).iter().map(|finding| finding.id).collect();
        assert_eq!(ids, ["clock"]);
    }

    #[test]
    fn amounts_have_three_levels() {
        let disk = |free| level(&Facts { disk_free: Some(free), ..Facts::default() }, "disk");
        assert_eq!(disk(GIB), Level::Error);
        assert_eq!(disk(20 * GIB), Level::Warning);
        assert_eq!(disk(40 * GIB), Level::Ok);
        let watches =
            |found| level(&Facts { inotify_watches: Some(found), ..Facts::default() }, "inotify.watches");
        assert_eq!(watches(8192), Level::Error);
        assert_eq!(watches(524_288), Level::Ok);
    }

    #[test]
    fn memory_is_not_checked_for_an_existing_cluster() {
        let facts =
            |cluster_exists| Facts { memory_available: Some(GIB), cluster_exists, ..Facts::default() };
        assert_eq!(level(&facts(false), "memory"), Level::Error);
        assert_eq!(level(&facts(true), "memory"), Level::Ok);
    }

    #[test]
    fn clock_far_behind_is_an_error() {
        let clock = |minutes| Facts { clock_behind: Some(Duration::from_mins(minutes)), ..Facts::default() };
        assert_eq!(level(&clock(1), "clock"), Level::Ok);
        assert_eq!(level(&clock(600), "clock"), Level::Error);
    }

    #[test]
    fn used_port_names_its_user_and_a_free_one() {
        let port = Port {
            id: "ports.https",
            number: 8443,
            held_by: Some("`nginx` (process 7)".into()),
            address: [127, 0, 0, 1].into(),
            free: Some(8444),
        };
        let finding = super::port(&port);
        assert_eq!(finding.text, "127.0.0.1:8443 is used by `nginx` (process 7)");
        let text = super::port(&Port { address: std::net::Ipv6Addr::LOCALHOST.into(), ..port }).text;
        assert_eq!(text, "[::1]:8443 is used by `nginx` (process 7), and browsers prefer that address");
        assert_eq!(finding.hint.unwrap(), "end it, or set `https = 8444` under [ports]: 8444 is free");
    }

    #[test]
    fn daemon_clock_skew_is_an_error() {
        let skew = |seconds| Facts { daemon_skew: Some(Duration::from_secs(seconds)), ..Facts::default() };
        assert_eq!(level(&skew(2), "clock.daemon"), Level::Ok);
        assert_eq!(level(&skew(90), "clock.daemon"), Level::Error);
    }

    #[test]
    fn open_state_directory_is_a_fixable_error() {
        let state = |mode| Facts { state: Some(("/state".into(), mode)), ..Facts::default() };
        assert_eq!(level(&state(0o40700), "state.private"), Level::Ok);
        let finding = private(&state(0o40755)).unwrap();
        assert_eq!(finding.text, "`/state` has mode 0755");
        assert_eq!(finding.fix, Some(Fix::Private { folder: "/state".into() }));
        assert!(finding.cause.is_some());
    }

    #[test]
    fn only_problems_have_a_fix() {
        let watches = |found| watches(&Facts { inotify_watches: Some(found), ..Facts::default() }).unwrap();
        assert_eq!(watches(524_288).fix, None);
        let fix = Fix::Kernel { key: "fs.inotify.max_user_watches", value: 524_288 };
        assert_eq!(watches(8192).fix, Some(fix));
    }

    #[test]
    fn missing_daemon_is_an_error_with_its_own_hint() {
        let failure = Failure::new(Kind::Tool, "no container daemon answers").hint("start Docker");
        let facts = Facts { docker: Some(Err(failure)), ..Facts::default() };
        let finding = evaluate(&facts).remove(0);
        assert_eq!(finding.level, Level::Error);
        assert_eq!(finding.hint.as_deref(), Some("start Docker"));
    }
}
