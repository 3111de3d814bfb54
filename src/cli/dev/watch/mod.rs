//! `seasense dev --watch`: after `dev`, whatever is saved is applied, until Ctrl-C.

mod deliver;
mod session;
mod settings;
mod workloads;

use std::process::ExitCode;

use self::session::Session;
use super::{super::Context, Args, prepare::Platform};
use crate::{
    base::{event::Step, failure::Result},
    launch::watch::{Changes, Watcher, Workload},
    local::LocalContext,
};

/// Applies changes as they come. A newer change ends the wait for an older one and takes it along.
pub async fn run(
    context: &Context<'_>,
    engine: &LocalContext,
    platform: Platform<'_>,
    args: &Args,
    mut watcher: Watcher,
) -> Result<ExitCode> {
    let mut session = Session::open(context.ui, engine, platform, args).await?;
    context.ending.by_signal();
    context.ui.message(
        "\nWatching `gitops/`, `envs/` and `src/apps/`. Ctrl-C ends the watch; the platform stays up.\n",
    );
    let bench = session.bench();
    let events = std::sync::Arc::clone(&engine.events);
    // Never ends, so that its end starts nothing anew.
    let mut warm = std::pin::pin!(async {
        let step = Step::start(&events, "watch.warm", "Compile ahead, so that the first edit is quick");
        match bench.warm(&Workload::ALL.map(Workload::image)).await {
            Ok(()) => step.done(""),
            // The sources do not compile as they are: the first edit of them will tell.
            Err(failure) => step.unchanged(failure.message),
        }
        std::future::pending::<()>().await;
    });
    let mut pending = Changes::default();
    loop {
        tokio::select! {
            changes = watcher.next() => {
                session.supersede();
                pending.absorb(changes?);
            }
            () = session.round(&mut pending), if !pending.is_empty() => {}
            () = &mut warm => {}
        }
    }
}
