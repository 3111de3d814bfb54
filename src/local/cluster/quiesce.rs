//! Quiesces the nodes before they are stopped: PostgreSQL shuts down cleanly, first the primary, then the
//! standbys.
//!
//! A primary that shuts down cleanly replicates everything to its standbys first, so both restart at the same
//! position: no recovery, no rewind, no new timeline. Kubelet and the API server are stopped before, so that
//! no failover happens and no container is restarted meanwhile. This is best effort: without it the next
//! start recovers from the write-ahead log, as after a power failure.

use std::time::Duration;

use futures_util::future::join_all;

use super::nodes;
use crate::base::{
    docker::{Container, Docker},
    event::{Event, Events, Step},
    failure::{Failure, Kind, Result},
};

/// A fast shutdown writes the dirty buffers; 128 MB take a second or two.
const LIMIT: Duration = Duration::from_secs(40);

/// The script that runs in a node; `$1` is the stage. A postmaster is recognised by its parent, which is not a
/// `postgres` process, and a standby by its `standby.signal` file. The script waits up to 30 s for them to end.
const SCRIPT: &str = r#"
postmasters() {
  for pid in $(pgrep -x postgres); do
    parent=$(cut -d ' ' -f 4 "/proc/$pid/stat" 2>/dev/null) || continue
    [ "$(cat "/proc/$parent/comm" 2>/dev/null)" = postgres ] && continue
    if [ -e "/proc/$pid/cwd/standby.signal" ]; then role=standby; else role=primary; fi
    [ "$role" = "$1" ] && echo "$pid"
  done
}
case $1 in
freeze)
  systemctl stop kubelet
  pkill -KILL -x kube-apiserver
  ;;
sync) sync ;;
*)
  pids=$(postmasters "$1")
  [ -z "$pids" ] || kill -INT $pids
  tries=300
  for pid in $pids; do
    while kill -0 "$pid" 2>/dev/null; do
      tries=$((tries - 1))
      [ "$tries" -gt 0 ] || exit 1
      sleep 0.1
    done
  done
  ;;
esac
exit 0
"#;

/// The stages, each on all nodes before the next begins.
const STAGES: [(&str, &str); 4] = [
    ("freeze", "stopping kubelet and the API server"),
    ("primary", "stopping the primary"),
    ("standby", "stopping the standbys"),
    ("sync", "writing everything to disk"),
];

/// Quiesces the running nodes of `cluster`. A failure is only a warning with its consequence.
pub(super) async fn quiesce(docker: &Docker, events: &Events, cluster: &str, step: &Step) -> Result<()> {
    let running: Vec<Container> =
        nodes::of(docker, cluster).await?.into_iter().filter(|node| node.running).collect();
    for (stage, description) in STAGES {
        step.progress(0, None, description);
        let all = join_all(running.iter().map(|node| run_stage(docker, &node.name, stage))).await;
        if let Some(failure) = all.into_iter().find_map(Result::err) {
            let cause = failure.causes.first().cloned().unwrap_or_default();
            let text = format!(
                "{}: {cause}; the next start is slower because the database must recover",
                failure.message
            );
            events.emit(Event::Warning { text });
            return Ok(());
        }
    }
    Ok(())
}

async fn run_stage(docker: &Docker, node: &str, stage: &str) -> Result<()> {
    let command = ["sh", "-c", SCRIPT, "quiesce", stage];
    let timed_out = || {
        Failure::new(Kind::TimedOut, format!("cannot quiesce `{node}`"))
            .because(format!("`{stage}` did not end within {} s", LIMIT.as_secs()))
    };
    match tokio::time::timeout(LIMIT, docker.exec(node, &command, None)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(failure)) => Err(Failure { message: format!("cannot quiesce `{node}` ({stage})"), ..failure }),
        Err(_) => Err(timed_out()),
    }
}
