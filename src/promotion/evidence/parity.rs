//! Compares the source and the target of a promotion.

use crate::{
    base::{
        event::Step,
        failure::{Failure, Kind, Result},
    },
    compare::{
        Flux, Where,
        parity::{self, Allowed, Facts},
    },
    config::{Environment, Written},
    images,
    local::LocalContext,
    promotion::gates::Parity,
};

/// Builds what Flux would apply in both environments and compares it.
///
/// A rehearsal counts as the environment that it rehearses: its own differences from that environment are
/// declared in its definition and covered by tests.
pub async fn compare(local: &LocalContext, source: &Environment, target: &Environment) -> Parity {
    let real = |environment: &Environment| environment.rehearsed().unwrap_or(environment.name()).to_owned();
    let at = Where {
        project: local.project.clone(),
        dirs: local.dirs.clone(),
        supply: images::Mode::Auto,
        registry: format!("127.0.0.1:{}", source.ports.registry.get_ref()),
    };
    let (source, target) = (real(source), real(target));
    match evaluate(local, &at, (&source, &target)).await {
        Ok(found) => Parity {
            allowed: found.allowed.len(),
            unexplained: found.unexplained.iter().map(|one| format!("{}: {}", one.place, one.what)).collect(),
        },
        Err(failure) => Parity {
            allowed: 0,
            unexplained: vec![format!("cannot compare {source} with {target}: {}", failure.message)],
        },
    }
}

async fn evaluate(local: &LocalContext, at: &Where, (a, b): (&str, &str)) -> Result<parity::Parity> {
    let all = Written::load_all(&at.project)?;
    let allowed = Allowed::load(&at.project)?;
    let (a, b) = (find(&all, a)?, find(&all, b)?);
    let program = images::program(&at.project, &at.dirs, &local.events, Flux::PROGRAM).await?;
    let title = format!("Build what Flux would apply in {} and in {}", a.name, b.name);
    let step = Step::start(&local.events, format!("parity.{}.{}", a.name, b.name), title);
    let manifests = parity::manifests(at, &Flux::new(program, &at.dirs), a, b).await?;
    step.done(format!("{} fields differ", manifests.explained.len() + manifests.unexplained.len()));
    Ok(parity::evaluate(Facts { a, b, all: &all, allowed: &allowed, manifests: Some(&manifests) }))
}

fn find<'a>(all: &'a [Written], name: &str) -> Result<&'a Written> {
    let named = |environment: &&Written| environment.file.file_stem().is_some_and(|stem| stem == name);
    all.iter().find(named).ok_or_else(|| Failure::new(Kind::Usage, format!("unknown environment `{name}`")))
}
