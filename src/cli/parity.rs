//! `seasense parity`: whether environments differ in nothing but what was reviewed.

use std::process::ExitCode;

use serde::Serialize;

use super::{
    Context,
    diff::{flux, place},
    images::Supply,
    json::Json,
};
use crate::{
    base::{
        event::{Event, Events, Step},
        failure::{Failure, Kind, Result},
    },
    compare::{
        Where,
        parity::{Allowed, Facts, Manifests, Parity, VERSION, evaluate, manifests},
    },
    config::Written,
    ui::Style,
};

/// Arguments of `seasense parity`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An environment [default: every pair of environments]
    #[arg(value_name = "A", requires = "b")]
    a: Option<String>,
    /// Another environment
    #[arg(value_name = "B")]
    b: Option<String>,
    #[command(flatten)]
    json: Json,
    /// Compare the environment files only, without building what Flux would apply
    #[arg(long)]
    files_only: bool,
    #[command(flatten)]
    supply: Supply,
}

/// The verdicts of a run.
#[derive(Debug, Serialize)]
struct Verdicts {
    version: u32,
    holds: bool,
    pairs: Vec<Parity>,
}

/// Judges, prints, and fails where anything is unexplained.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let all = Written::load_all(&project)?;
    let allowed = Allowed::load(&project)?;
    let mut pairs = Vec::new();
    for (a, b) in chosen(&all, args.a.as_deref(), args.b.as_deref())? {
        let manifests = if args.files_only {
            None
        } else {
            let at = place(context, &project, &args.supply)?;
            Some(built(&at, context.ui.events(), a, b).await?)
        };
        let facts = Facts { a, b, all: &all, allowed: &allowed, manifests: manifests.as_ref() };
        pairs.push(evaluate(facts));
    }
    warn(context.ui.events(), &pairs);
    let verdicts = Verdicts { version: VERSION, holds: pairs.iter().all(|pair| pair.holds), pairs };
    args.json.print(context, &verdicts, || text(&verdicts.pairs, context.ui.data_style()))?;
    match verdicts.pairs.iter().filter_map(Parity::failure).reduce(join) {
        Some(failure) => Err(failure),
        None => Ok(ExitCode::SUCCESS),
    }
}

async fn built(at: &Where, events: &Events, a: &Written, b: &Written) -> Result<Manifests> {
    let flux = flux(at, events).await?;
    let title = format!("Build what Flux would apply in {} and in {}", a.name, b.name);
    let step = Step::start(events, format!("parity.{}.{}", a.name, b.name), title);
    let found = manifests(at, &flux, a, b).await?;
    step.done(format!("{} fields differ", found.explained.len() + found.unexplained.len()));
    Ok(found)
}

/// The pairs that are judged.
fn chosen<'a>(
    all: &'a [Written],
    a: Option<&str>,
    b: Option<&str>,
) -> Result<Vec<(&'a Written, &'a Written)>> {
    if let (Some(a), Some(b)) = (a, b) {
        return Ok(vec![(find(all, a)?, find(all, b)?)]);
    }
    let pairs = all.iter().enumerate().flat_map(|(at, a)| all[at + 1..].iter().map(move |b| (a, b)));
    Ok(pairs.collect())
}

fn find<'a>(all: &'a [Written], name: &str) -> Result<&'a Written> {
    all.iter().find(|known| known.file.file_stem().is_some_and(|stem| stem == name)).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
        Failure::new(Kind::Usage, format!("there is no environment `{name}`"))
            .hint(format!("`envs` holds: {}", known.join(", ")))
    })
}

/// Stale entries are the same for every pair, and no drift: they are said once.
fn warn(events: &Events, pairs: &[Parity]) {
    for stale in pairs.first().into_iter().flat_map(|pair| &pair.stale) {
        let text =
            format!("{}: `{}` need not be on the list any more: {}", stale.place, stale.variable, stale.why);
        events.emit(Event::Warning { text });
    }
}

fn join(first: Failure, second: Failure) -> Failure {
    let first = second.causes.into_iter().fold(first, Failure::because);
    Failure { message: "environments differ in what is not on the reviewed list".to_owned(), ..first }
}

fn text(pairs: &[Parity], style: Style) -> String {
    let mut text = String::new();
    if pairs.is_empty() {
        text += "there is one environment only: nothing to compare\n";
    }
    for pair in pairs {
        let verdict = if pair.holds { style.good("in parity") } else { style.bad("drift") };
        text += &format!("{} and {}: {verdict}\n", style.strong(&pair.a), style.strong(&pair.b));
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        for used in &pair.allowed {
            let fields = match used.fields {
                None => String::new(),
                Some(1) => ", fills 1 field".to_owned(),
                Some(fields) => format!(", fills {fields} fields"),
            };
            let reviewed = format!("{} (reviewed {}{fields})", used.reason, used.reviewed);
            text += &format!(
                "  {} {}: {} → {}\n",
                style.good("ok"),
                used.variable,
                value(&used.a),
                value(&used.b)
            );
            text += &format!("     {}\n", style.dim(&reviewed));
        }
        for one in &pair.unexplained {
            text += &format!("  {} {}: {}\n", style.bad("no"), one.place, one.what);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn environments() -> Vec<Written> {
        let written = |name: &str| {
            Written::parse(Path::new(&format!("envs/{name}.toml")), &format!("name = \"{name}\"\n")).unwrap()
        };
        ["a", "b", "c"].map(written).into()
    }

    #[test]
    fn every_pair_is_judged_once_unless_one_is_named() {
        let all = environments();
        let told = |a, b| -> Vec<String> {
            chosen(&all, a, b).unwrap().iter().map(|(a, b)| format!("{}{}", a.name, b.name)).collect()
        };
        assert_eq!(told(None, None), ["ab", "ac", "bc"]);
        assert_eq!(told(Some("c"), Some("a")), ["ca"]);
        assert_eq!(chosen(&all, Some("x"), Some("a")).unwrap_err().hints, ["`envs` holds: a, b, c"]);
    }

    #[test]
    fn a_verdict_reads_well() {
        let all = environments();
        let parity = evaluate(Facts {
            a: &all[0],
            b: &all[1],
            all: &all,
            allowed: &Allowed::default(),
            manifests: None,
        });
        assert_eq!(
            text(std::slice::from_ref(&parity), Style::PLAIN),
            "a and b: drift\n  no envs/b.toml:1:1: ENVIRONMENT is `a` in a and `b` in b\n"
        );
        assert_eq!(text(&[], Style::PLAIN), "there is one environment only: nothing to compare\n");
    }
}
