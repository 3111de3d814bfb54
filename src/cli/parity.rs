//! `seasense parity`: checks that environments differ only in reviewed variables.

use std::process::ExitCode;

use super::{Context, diff::compare_context, images::Supply, json::Json};
use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
    },
    compare::parity::{Checker, Parity, ParityReport, build},
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
    /// Compare the environment files only, without building manifests
    #[arg(long)]
    files_only: bool,
    #[command(flatten)]
    supply: Supply,
}

/// Checks and prints the parity. Fails if a difference is not on the reviewed list.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let checker = Checker::load(&project)?;
    let mut pairs = Vec::new();
    for pair in checker.pairs(args.a.as_deref().zip(args.b.as_deref()))? {
        let manifests = if args.files_only {
            None
        } else {
            let compare_context = compare_context(context, &project, &args.supply)?;
            Some(build(&compare_context, context.ui.events(), pair).await?)
        };
        pairs.push(checker.evaluate(pair, manifests.as_ref()));
    }
    let report = ParityReport::new(pairs);
    warn(context.ui.events(), &report.pairs);
    args.json.print(context, &report, || text(&report.pairs, context.ui.data_style()))?;
    match report.failure() {
        Some(failure) => Err(failure),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Warns about stale entries once: they are the same for every pair.
fn warn(events: &Events, pairs: &[Parity]) {
    for stale in pairs.first().into_iter().flat_map(|pair| &pair.stale) {
        let text = format!("{}: remove `{}` from the list: {}", stale.location, stale.variable, stale.reason);
        events.emit(Event::Warning { text });
    }
}

fn text(pairs: &[Parity], style: Style) -> String {
    let mut text = String::new();
    if pairs.is_empty() {
        text += "there is only one environment: nothing to compare\n";
    }
    for pair in pairs {
        let verdict = if pair.in_parity { style.good("in parity") } else { style.bad("drift") };
        text += &format!("{} and {}: {verdict}\n", style.strong(&pair.a), style.strong(&pair.b));
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        for allowed in &pair.allowed {
            let fields = match allowed.fields {
                None => String::new(),
                Some(1) => ", in 1 field".to_owned(),
                Some(fields) => format!(", in {fields} fields"),
            };
            let reviewed = format!("{} (reviewed {}{fields})", allowed.reason, allowed.reviewed);
            text += &format!(
                "  {} {}: {} → {}\n",
                style.good("ok"),
                allowed.variable,
                value(&allowed.a),
                value(&allowed.b)
            );
            text += &format!("     {}\n", style.dim(&reviewed));
        }
        for one in &pair.unexplained {
            text += &format!("  {} {}: {}\n", style.bad("no"), one.location, one.description);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        compare::parity::{Allowed, Facts, evaluate},
        config::EnvFile,
    };

    #[test]
    fn the_text_names_the_verdict_and_each_difference() {
        let environment = |name: &str| {
            EnvFile::parse(Path::new(&format!("envs/{name}.toml")), &format!("name = \"{name}\"\n")).unwrap()
        };
        let (a, b) = (environment("a"), environment("b"));
        let (all, allowed) = ([a.clone(), b.clone()], Allowed::default());
        let parity = evaluate(Facts { a: &a, b: &b, all: &all, allowed: &allowed, manifests: None });
        assert_eq!(
            text(std::slice::from_ref(&parity), Style::PLAIN),
            "a and b: drift\n  no envs/b.toml:1:1: ENVIRONMENT is `a` in a and `b` in b\n"
        );
        assert_eq!(text(&[], Style::PLAIN), "there is only one environment: nothing to compare\n");
    }
}
