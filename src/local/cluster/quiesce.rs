//! Bringing the nodes to rest before they are stopped: PostgreSQL ends tidily, first the primary, then what follows it.
//!
//! A primary that ends tidily hands everything to its standbys first, so both come back at the same place: no recovery, no
//! rewinding, no new timeline. Nobody may take that end for a failure and promote the standby meanwhile, and nobody may
//! start a container again: kubelet and the API server stop before. All this is a courtesy: without it the next start
//! recovers from the write-ahead log, as after a power cut.

use std::time::Duration;

use futures_util::future::join_all;

use super::nodes;
use crate::base::{
    docker::{Container, Docker},
    event::{Event, Events, Step},
    failure::{Failure, Kind, Result},
};

/// A fast shutdown writes what is dirty; with 128 MB of buffers that is a matter of a second or two.
const LIMIT: Duration = Duration::from_secs(40);

/// What the node does; `$1` says what. It knows a postmaster by its parent, which is no `postgres`, and a standby by the
/// file that makes it one, and waits up to 30 s for them to end.
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
    ("freeze", "nobody acts any more"),
    ("primary", "the primary ends"),
    ("standby", "the standbys end"),
    ("sync", "everything is on disk"),
];

/// Brings the running nodes of `cluster` to rest. Where that does not work, a warning says what it costs.
pub(super) async fn quiesce(docker: &Docker, events: &Events, cluster: &str, step: &Step) -> Result<()> {
    let running: Vec<Container> =
        nodes::of(docker, cluster).await?.into_iter().filter(|node| node.running).collect();
    for (stage, told) in STAGES {
        step.progress(0, None, told);
        let all = join_all(running.iter().map(|node| take(docker, &node.name, stage))).await;
        if let Some(failure) = all.into_iter().find_map(Result::err) {
            let cause = failure.causes.first().cloned().unwrap_or_default();
            let text = format!(
                "{}: {cause}; the database will recover when it starts, which takes longer",
                failure.message
            );
            events.emit(Event::Warning { text });
            return Ok(());
        }
    }
    Ok(())
}

async fn take(docker: &Docker, node: &str, stage: &str) -> Result<()> {
    let command = ["sh", "-c", SCRIPT, "quiesce", stage];
    let late = || {
        Failure::new(Kind::TimedOut, format!("bring `{node}` to rest"))
            .because(format!("`{stage}` did not end within {} s", LIMIT.as_secs()))
    };
    match tokio::time::timeout(LIMIT, docker.exec(node, &command, None)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(failure)) => Err(Failure { message: format!("bring `{node}` to rest ({stage})"), ..failure }),
        Err(_) => Err(late()),
    }
}
