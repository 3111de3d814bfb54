//! `seasense logs`: shows the logs of one part of the platform, or of any other workload of the environment.

mod part;

use std::process::ExitCode;

use futures_util::StreamExt;
use serde_json::Value;

use self::part::{Container, FLEET, Part};
use super::Context;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::{Client, Selector, exec::Target, object, resource},
    },
    config::HostDirs,
    launch::guards,
    local::{buoys::fleet, cluster},
};

/// Arguments of `seasense logs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Part of the platform (backend, frontend, database, gateway, fleet, flux), or the name of any workload or pod,
    /// also as NAMESPACE/NAME
    #[arg(value_name = "NAME")]
    name: String,
    /// Follow new lines until interrupted
    #[arg(long, short)]
    follow: bool,
    /// Number of the last lines of each container to show
    #[arg(long, default_value_t = 50, value_name = "LINES")]
    tail: u32,
}

/// The log of one container: its pod and its name as they are shown, and where it is read.
struct Source {
    shown: String,
    namespace: String,
    pod: String,
    container: String,
}

impl Source {
    fn target(&self) -> Target<'_> {
        Target { namespace: &self.namespace, pod: &self.pod, container: &self.container }
    }
}

/// Prints the logs to standard output, each line after the name of its pod and of one of several containers.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    if args.name == FLEET {
        guards::require_local(&environment)?;
        let name = fleet::container(&environment.cluster_name());
        let text = context.docker().await?.logs(&name, args.tail as usize).await?;
        context.ui.data(&text);
        return Ok(ExitCode::SUCCESS);
    }
    let handle = cluster::attach(&HostDirs::from_environment()?, &environment).await?;
    let client = Client::connect(&handle).await?;
    let (pods, only) = pods(&client, &args.name).await?;
    let sources = sources(context, &pods, only);
    if args.follow {
        follow(context, &client, &sources, args.tail).await?;
    } else {
        show(context, &client, &sources, args.tail).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the logs; a container whose log cannot be read does not hide those of the others.
async fn show(context: &Context<'_>, client: &Client, sources: &[Source], tail: u32) -> Result<()> {
    let (mut any, mut failed) = (false, None);
    for source in sources {
        match client.log_tail(source.target(), tail, false).await {
            Ok(text) => {
                any = true;
                text.lines().for_each(|line| print(context, source, line));
            }
            Err(failure) => {
                context.ui.message(&format!("{}: {}\n", source.shown, failure.with_causes()));
                failed = Some(failure);
            }
        }
    }
    failed.filter(|_| !any).map_or(Ok(()), Err)
}

/// The pods of `name`, and the container to show besides the init containers; empty for all.
async fn pods(client: &Client, name: &str) -> Result<(Vec<Value>, &'static str)> {
    let Some(Part { namespace, labels, container }) = part::part(name) else {
        let all = client.list(&resource::POD, None, &Selector::all()).await?;
        return part::pods_of(name, all).map(|pods| (pods, ""));
    };
    let pods = client.list(&resource::POD, Some(namespace), &Selector::labels(labels)).await?;
    if pods.is_empty() {
        return Err(Failure::new(Kind::Workload, format!("no pod in {namespace} has the labels {labels}"))
            .hint("`seasense status` shows what is missing"));
    }
    Ok((pods, container))
}

/// The containers that have a log; tells why the others have none.
fn sources(context: &Context<'_>, pods: &[Value], only: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    for pod in pods {
        let containers = part::containers(pod, only);
        let several = containers.len() > 1;
        for Container { name, waiting } in containers {
            let shown =
                if several { format!("{} {name}", object::name(pod)) } else { object::name(pod).to_owned() };
            if let Some(why) = waiting {
                context.ui.message(&format!("{shown} has no log yet: {why}\n"));
                continue;
            }
            sources.push(Source {
                shown,
                namespace: object::namespace(pod).to_owned(),
                pod: object::name(pod).to_owned(),
                container: name,
            });
        }
    }
    sources
}

async fn follow(context: &Context<'_>, client: &Client, sources: &[Source], tail: u32) -> Result<()> {
    let mut all = futures_util::stream::SelectAll::new();
    for source in sources {
        let lines = client.log_follow(source.target(), tail).await?;
        all.push(Box::pin(lines.map(move |line| (source, line))));
    }
    while let Some((source, line)) = all.next().await {
        print(context, source, &line?);
    }
    Ok(())
}

fn print(context: &Context<'_>, source: &Source, line: &str) {
    context.ui.data(&format!("{}  {line}\n", source.shown));
}
