//! The jobs of supply `build`: the work, the dependencies, and the key under which a result is cached.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{crates, inputs, refreshes::Refreshes};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        oci::sha256_hex,
    },
    config::{
        Infra, Project,
        infra::{CargoBuild, CompilerBuild, GoBuild, ImageRecipe, NpmBuild, Part, RootBuild, WheelBuild},
    },
};

/// Incremented when a change of this program changes the results of the same recipe.
const fn format(work: &Work) -> u32 {
    match work {
        // Since 2, a root records the exact versions of its packages, and workloads contain no path of the
        // cache.
        Work::Root(_) | Work::Cargo(_) => 2,
        _ => 1,
    }
}

/// The resource that a job mainly uses. It limits how many run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A compiler that uses every core.
    Compile,
    /// Mainly waits for the network.
    Fetch,
    /// Mainly waits for the disk.
    Pack,
}

/// The work of a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Builds programs of a Go module.
    Go(GoBuild),
    /// Creates a root file system from Debian packages.
    Root(RootBuild),
    /// Extracts a program from a wheel.
    Wheel(WheelBuild, Part),
    /// Compiles a C file.
    Compiler(CompilerBuild),
    /// Builds programs of this package.
    Cargo(CargoBuild),
    /// Builds a web page.
    Npm(NpmBuild),
    /// Packs an image.
    Image(Box<ImageRecipe>),
}

/// One job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, `kind.name`.
    pub id: String,
    /// The ids of the jobs whose results it uses.
    pub needs: BTreeSet<String>,
    /// The work.
    pub work: Work,
}

impl Job {
    /// The resource that it mainly uses.
    pub const fn class(&self) -> Class {
        match self.work {
            Work::Go(_) | Work::Cargo(_) => Class::Compile,
            Work::Root(_) | Work::Wheel(..) | Work::Npm(_) => Class::Fetch,
            Work::Compiler(_) | Work::Image(_) => Class::Pack,
        }
    }

    /// Whether the same recipe can produce another result later: Debian publishes updates under the same name.
    pub const fn is_refreshable(&self) -> bool {
        matches!(self.work, Work::Root(_))
    }

    /// The duration in seconds on two cores with empty caches.
    pub const fn seconds(&self) -> u32 {
        match &self.work {
            Work::Go(build) => build.seconds,
            Work::Root(build) => build.seconds,
            Work::Wheel(build, _) => build.seconds,
            Work::Compiler(build) => build.seconds,
            Work::Cargo(build) => build.seconds,
            Work::Npm(build) => build.seconds,
            Work::Image(image) => image.seconds,
        }
    }

    /// The title for progress output.
    pub fn title(&self) -> String {
        let name = self.id.split_once('.').map_or("", |(_, name)| name);
        match &self.work {
            Work::Go(_) => format!("Compile {name} (Go)"),
            Work::Root(build) => format!("Create the {name} root from Debian {} packages", build.suite),
            Work::Wheel(_, part) => format!("Fetch {name} {} from PyPI", part.version),
            Work::Compiler(_) => format!("Compile {name} (C)"),
            Work::Cargo(_) => format!("Compile {name} (Rust)"),
            Work::Npm(_) => format!("Build {name} (npm)"),
            Work::Image(_) => format!("Pack image {name}"),
        }
    }

    /// The files of the project that it reads.
    fn inputs(&self) -> Vec<String> {
        match &self.work {
            Work::Go(build) => [vec![build.folder.clone()], build.inputs.clone()].concat(),
            Work::Root(build) => [build.before.clone(), build.after.clone()].concat(),
            Work::Cargo(build) => build.inputs.clone(),
            Work::Npm(build) => vec![build.folder.clone()],
            Work::Image(image) => {
                image.files.iter().filter(|file| file.build.is_none()).map(|file| file.path.clone()).collect()
            }
            Work::Wheel(..) | Work::Compiler(_) => Vec::new(),
        }
    }

    /// The hash of the packages that Cargo compiles for it; empty for other jobs.
    fn packages(&self, project: &Project) -> std::io::Result<String> {
        match &self.work {
            Work::Cargo(build) => crates::hash(project.root(), &build.features, &build.programs),
            _ => Ok(String::new()),
        }
    }
}

/// Returns every job that `images` and, with `with_tools`, the programs for this machine need. Dependencies
/// come first.
pub fn jobs(infra: &Infra, images: &BTreeSet<String>, with_tools: bool) -> Vec<Job> {
    let recipes = &infra.recipes;
    let part = |name: &str| infra.versions.parts.get(name).cloned().unwrap_or_default();
    let mut all: BTreeMap<String, Job> = BTreeMap::new();
    let mut add = |id: String, work: Work, needs: BTreeSet<String>| {
        all.insert(id.clone(), Job { id, needs, work });
    };
    recipes
        .go
        .iter()
        .for_each(|(name, build)| add(format!("go.{name}"), Work::Go(build.clone()), BTreeSet::new()));
    recipes
        .root
        .iter()
        .for_each(|(name, build)| add(format!("root.{name}"), Work::Root(build.clone()), BTreeSet::new()));
    recipes
        .cargo
        .iter()
        .for_each(|(name, build)| add(format!("cargo.{name}"), Work::Cargo(build.clone()), BTreeSet::new()));
    recipes
        .npm
        .iter()
        .for_each(|(name, build)| add(format!("npm.{name}"), Work::Npm(build.clone()), BTreeSet::new()));
    for (name, build) in &recipes.wheel {
        add(format!("wheel.{name}"), Work::Wheel(build.clone(), part(build.part.get_ref())), BTreeSet::new());
    }
    for (name, build) in &recipes.c {
        let needs = BTreeSet::from([build.build.get_ref().clone()]);
        add(format!("c.{name}"), Work::Compiler(build.clone()), needs);
    }
    for (name, image) in recipes.image.iter().filter(|(name, _)| images.contains(*name)) {
        let builds = image.files.iter().filter_map(|file| file.build.as_ref()).chain(&image.base);
        let needs = builds.map(|build| build.get_ref().clone()).collect();
        add(format!("image.{name}"), Work::Image(Box::new(image.clone())), needs);
    }
    let tools = recipes
        .tool
        .values()
        .filter(|tool| with_tools && !tool.on_demand)
        .map(|tool| tool.build.get_ref().clone());
    needed(&all, images.iter().map(|name| format!("image.{name}")).chain(tools))
}

/// Returns the jobs of `all` that `wanted` need, dependencies first.
fn needed(all: &BTreeMap<String, Job>, wanted: impl Iterator<Item = String>) -> Vec<Job> {
    fn visit(id: &str, all: &BTreeMap<String, Job>, seen: &mut BTreeSet<String>, order: &mut Vec<Job>) {
        let Some(job) = all.get(id) else { return };
        if seen.insert(id.to_owned()) {
            job.needs.iter().for_each(|need| visit(need, all, seen, order));
            order.push(job.clone());
        }
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    wanted.for_each(|id| visit(&id, all, &mut seen, &mut order));
    order
}

/// Returns the key of each job: a hash of its recipe, files, toolchain, refreshes, and the keys of its
/// dependencies.
pub fn keys(
    project: &Project,
    infra: &Infra,
    jobs: &[Job],
    refreshes: &Refreshes,
) -> Result<BTreeMap<String, String>> {
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for job in jobs {
        let files = inputs::hash(project.root(), &job.inputs());
        let files =
            files.and_then(|files| Ok(files + &job.packages(project)? + &refreshes.key_suffix(&job.id)));
        let files =
            files.with_context(Kind::Environment, || format!("cannot read the inputs of `{}`", job.id))?;
        let toolchain = matches!(job.work, Work::Go(_)).then(|| infra.versions.version("go")).flatten();
        let needs: Vec<&str> =
            job.needs.iter().filter_map(|need| keys.get(need)).map(String::as_str).collect();
        let text = serde_json::to_string(&(format(&job.work), &job.id, &job.work, files, toolchain, needs))
            .context(Kind::Internal, "cannot encode a job's key")?;
        keys.insert(job.id.clone(), sha256_hex(text.as_bytes())[..24].to_owned());
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::infra::Versions;

    fn job(id: &str, needs: &[&str]) -> (String, Job) {
        let work = Work::Npm(NpmBuild { folder: id.into(), output: String::new(), seconds: 1 });
        let needs = needs.iter().map(|need| (*need).to_owned()).collect();
        (id.to_owned(), Job { id: id.to_owned(), needs, work })
    }

    #[test]
    fn dependencies_come_first_and_only_once() {
        let all = BTreeMap::from([
            job("image.a", &["go.x", "root.r"]),
            job("image.b", &["root.r"]),
            job("go.x", &[]),
            job("root.r", &[]),
            job("go.unused", &[]),
        ]);
        let order: Vec<String> = needed(&all, ["image.a".to_owned(), "image.b".to_owned()].into_iter())
            .into_iter()
            .map(|job| job.id)
            .collect();
        assert_eq!(order, ["go.x", "root.r", "image.a", "image.b"]);
    }

    #[test]
    fn a_key_changes_with_those_of_its_dependencies() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["envs", "gitops", "page", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        let infra = Infra { versions: Versions::default(), recipes: toml::from_str("").unwrap() };
        let jobs = [job("page", &[]).1, job("other", &["page"]).1];
        let mut refreshes = Refreshes::default();
        let before = keys(&project, &infra, &jobs, &refreshes).unwrap();
        assert_eq!(before, keys(&project, &infra, &jobs, &refreshes).unwrap());
        std::fs::write(folder.path().join("page/index.html"), "x").unwrap();
        let after = keys(&project, &infra, &jobs, &refreshes).unwrap();
        assert_ne!(before["page"], after["page"]);
        assert_ne!(before["other"], after["other"]);
        refreshes.increment(["page"].into_iter());
        let again = keys(&project, &infra, &jobs, &refreshes).unwrap();
        assert_ne!(after["page"], again["page"]);
        assert_ne!(after["other"], again["other"]);
    }
}
