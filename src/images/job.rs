//! The jobs of supply `build`: the work, the dependencies, and the key under which a result is cached.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Platforms, crates, inputs, refreshes::Refreshes};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        oci::sha256_hex,
        platform::Platform,
    },
    config::{
        Infra, Project,
        infra::{
            CargoBuild, CompilerBuild, GoBuild, ImageRecipe, NpmBuild, Recipes, RootBuild, Tool, WheelBuild,
        },
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
    Wheel(WheelBuild, Package),
    /// Compiles a C file.
    Compiler(CompilerBuild),
    /// Builds programs of this package.
    Cargo(CargoBuild),
    /// Builds a web page.
    Npm(NpmBuild),
    /// Packs an image.
    Image(Box<ImageRecipe>),
}

/// A package of `PyPI` for one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The hash of the file for the platform, 64 hex digits.
    pub sha256: String,
}

/// One job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, `kind.name`.
    pub id: String,
    /// The ids of the jobs whose results it uses.
    pub needs: BTreeSet<String>,
    /// The platform of the result.
    pub platform: Platform,
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
            Work::Wheel(_, package) => format!("Fetch {name} {} from PyPI", package.version),
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

    /// What the platform adds to the key. A cross compiler links another C library.
    fn platform_suffix(&self, platforms: Platforms) -> String {
        let is_cross =
            matches!(self.work, Work::Cargo(_) | Work::Compiler(_)) && platforms.is_cross(self.platform);
        match self.work {
            Work::Npm(_) => String::new(),
            _ if is_cross => self.platform.key_suffix() + " cross",
            _ => self.platform.key_suffix(),
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
///
/// Fails with kind `Environment` if a package has no file for the platform.
pub fn jobs(
    infra: &Infra,
    images: &BTreeSet<String>,
    with_tools: bool,
    platforms: Platforms,
) -> Result<Vec<Job>> {
    let recipes = &infra.recipes;
    let platform = platforms.images;
    let mut all: BTreeMap<String, Job> = BTreeMap::new();
    let mut add = |id: String, work: Work, needs: BTreeSet<String>| {
        all.insert(id.clone(), Job { id, needs, platform, work });
    };
    for (name, build) in &recipes.go {
        add(format!("go.{name}"), Work::Go(build.clone()), BTreeSet::new());
    }
    for (name, build) in &recipes.root {
        add(format!("root.{name}"), Work::Root(build.clone()), BTreeSet::new());
    }
    for (name, build) in &recipes.cargo {
        add(format!("cargo.{name}"), Work::Cargo(build.clone()), BTreeSet::new());
    }
    for (name, build) in &recipes.npm {
        add(format!("npm.{name}"), Work::Npm(build.clone()), BTreeSet::new());
    }
    for (name, build) in &recipes.c {
        let needs = BTreeSet::from([build.build.get_ref().clone()]);
        add(format!("c.{name}"), Work::Compiler(build.clone()), needs);
    }
    for (name, build) in &recipes.wheel {
        let package = package(infra, build, platform);
        add(format!("wheel.{name}"), Work::Wheel(build.clone(), package), BTreeSet::new());
    }
    for (name, image) in recipes.image.iter().filter(|(name, _)| images.contains(*name)) {
        let builds = image.files.iter().filter_map(|file| file.build.as_ref()).chain(&image.base);
        let needs = builds.map(|build| build.get_ref().clone()).collect();
        add(format!("image.{name}"), Work::Image(Box::new(image.on(platform))), needs);
    }
    let tools: Vec<&Tool> = recipes.tool.values().filter(|tool| with_tools && !tool.on_demand).collect();
    if platforms.images != platforms.host {
        add_programs(recipes, &tools, platforms, &mut all);
    }
    let programs = tools.iter().map(|tool| platforms.program_job(tool.build.get_ref()));
    let jobs = needed(&all, images.iter().map(|name| format!("image.{name}")).chain(programs));
    jobs.iter().try_for_each(|job| require_package(infra, job))?;
    Ok(jobs)
}

/// Adds the builds of programs for this machine, whose platform is not that of the images: only what `tools` need.
fn add_programs(recipes: &Recipes, tools: &[&Tool], platforms: Platforms, all: &mut BTreeMap<String, Job>) {
    for (name, build) in &recipes.go {
        let id = platforms.program_job(&format!("go.{name}"));
        let wanted = |package: &String| {
            let program = package.rsplit('/').next().unwrap_or_default();
            tools.iter().any(|tool| *tool.build.get_ref() == format!("go.{name}") && tool.path == program)
        };
        let packages: Vec<String> =
            build.packages.iter().filter(|package| wanted(package)).cloned().collect();
        let packages = if packages.is_empty() { build.packages.clone() } else { packages };
        let work = Work::Go(GoBuild { packages, exports: Vec::new(), ..build.clone() });
        all.insert(id.clone(), Job { id, needs: BTreeSet::new(), platform: platforms.host, work });
    }
}

/// The package of `build` for `platform`; without a hash if there is none.
fn package(infra: &Infra, build: &WheelBuild, platform: Platform) -> Package {
    let part = infra.versions.parts.get(build.part.get_ref()).cloned().unwrap_or_default();
    let sha256 = part.sha256.get(&platform).cloned().unwrap_or_default();
    Package { name: part.wheel.unwrap_or_default(), version: part.version, sha256 }
}

/// Refuses a package without a file for the platform of the images, before anything is built.
fn require_package(infra: &Infra, job: &Job) -> Result<()> {
    let Work::Wheel(build, Package { sha256, .. }) = &job.work else { return Ok(()) };
    if !sha256.is_empty() {
        return Ok(());
    }
    let part = build.part.get_ref();
    let known = infra.versions.parts.get(part).map(|part| &part.sha256);
    let known: Vec<String> = known.into_iter().flatten().map(|(platform, _)| platform.to_string()).collect();
    Err(Failure::new(Kind::Environment, format!("part `{part}` has no package for {}", job.platform))
        .because(format!("`infra/versions.toml` has the SHA-256 of the packages for: {}", known.join(", ")))
        .hint("add the hash to `infra/versions.toml`, or use `--supply pull`"))
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

/// Returns the key of each job: a hash of its recipe, files, toolchain, refreshes, platform, and the keys of its
/// dependencies.
pub fn keys(
    project: &Project,
    infra: &Infra,
    (jobs, platforms): (&[Job], Platforms),
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
            .context(Kind::Internal, "cannot encode a job's key")?
            + &job.platform_suffix(platforms);
        keys.insert(job.id.clone(), sha256_hex(text.as_bytes())[..24].to_owned());
    }
    Ok(keys)
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
