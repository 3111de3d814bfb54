//! Tests of jobs and their keys.

use super::*;
use crate::config::infra::Versions;

const NATIVE: Platforms = Platforms { images: Platform::LINUX_AMD64, host: Platform::LINUX_AMD64 };
const OTHER_DAEMON: Platforms = Platforms { images: Platform::LINUX_ARM64, host: Platform::LINUX_AMD64 };

fn job(id: &str, needs: &[&str]) -> (String, Job) {
    let work = Work::Npm(NpmBuild { folder: id.into(), output: String::new(), seconds: 1 });
    let needs = needs.iter().map(|need| (*need).to_owned()).collect();
    (id.to_owned(), Job { id: id.to_owned(), needs, platform: Platform::LINUX_AMD64, work })
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
    let before = keys(&project, &infra, (&jobs, NATIVE), &refreshes).unwrap();
    assert_eq!(before, keys(&project, &infra, (&jobs, NATIVE), &refreshes).unwrap());
    std::fs::write(folder.path().join("page/index.html"), "x").unwrap();
    let after = keys(&project, &infra, (&jobs, NATIVE), &refreshes).unwrap();
    assert_ne!(before["page"], after["page"]);
    assert_ne!(before["other"], after["other"]);
    refreshes.increment(["page"].into_iter());
    let again = keys(&project, &infra, (&jobs, NATIVE), &refreshes).unwrap();
    assert_ne!(after["page"], again["page"]);
    assert_ne!(after["other"], again["other"]);
}

fn own() -> (Project, Infra, BTreeSet<String>) {
    let project = Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let infra = Infra::load(&project).unwrap();
    let images = infra.recipes.image.keys().cloned().collect();
    (project, infra, images)
}

/// The keys of every job of this project on `platforms`.
fn own_keys(platforms: Platforms) -> BTreeMap<String, String> {
    let (project, infra, images) = own();
    let jobs = jobs(&infra, &images, true, platforms).unwrap();
    keys(&project, &infra, (&jobs, platforms), &Refreshes::default()).unwrap()
}

#[test]
fn every_key_but_that_of_a_page_depends_on_the_platform() {
    let (here, there) = (own_keys(NATIVE), own_keys(OTHER_DAEMON));
    for (id, key) in &here {
        assert_eq!(Some(key) == there.get(id), id.starts_with("npm."), "{id}");
    }
}

#[test]
fn key_for_the_first_platform_names_no_platform() {
    let one = [job("page", &[]).1, Job { work: Work::Wheel(wheel(), Package::default()), ..job("x", &[]).1 }];
    assert!(one.iter().all(|job| job.platform_suffix(NATIVE).is_empty()));
    let other = Job { platform: Platform::LINUX_ARM64, ..one[1].clone() };
    assert_eq!(other.platform_suffix(NATIVE), " linux/arm64");
}

fn wheel() -> WheelBuild {
    toml::from_str("part = \"envoy\"\nplatform = \"p\"\nmember = \"m\"\nto = \"t\"\nseconds = 1\n").unwrap()
}

#[test]
fn programs_are_built_for_this_machine_and_images_are_not() {
    let (_, infra, images) = own();
    let jobs = jobs(&infra, &images, true, OTHER_DAEMON).unwrap();
    let of = |id: &str| jobs.iter().find(|job| job.id == id).unwrap();
    assert_eq!(of("go.kubernetes").platform, Platform::LINUX_ARM64);
    let program = of("go.kubernetes@linux-amd64");
    assert_eq!(program.platform, Platform::LINUX_AMD64);
    let Work::Go(build) = &program.work else { panic!("{program:?}") };
    assert_eq!(build.packages, ["k8s.io/kubernetes/cmd/kubectl"], "kubelet is not needed on this machine");
    assert!(jobs.iter().any(|job| job.id == "go.kind@linux-amd64"));
}

#[test]
fn architecture_in_a_path_is_that_of_the_images() {
    let (_, infra, images) = own();
    let jobs = jobs(&infra, &images, false, OTHER_DAEMON).unwrap();
    let manager = jobs.iter().find(|job| job.id == "image.cloudnative-pg").unwrap();
    let Work::Image(image) = &manager.work else { panic!("{manager:?}") };
    assert_eq!(image.files[0].to, "/operator/manager_arm64");
    assert_eq!(image.links[0].to, "operator/manager_arm64");
}

#[test]
fn package_without_a_file_for_the_platform_is_refused() {
    let (_, mut infra, images) = own();
    infra.versions.parts.get_mut("envoy").unwrap().sha256.remove(&Platform::LINUX_ARM64);
    let failure = jobs(&infra, &images, false, OTHER_DAEMON).unwrap_err();
    assert_eq!(failure.message, "part `envoy` has no package for linux/arm64");
    assert!(failure.causes[0].ends_with("linux/amd64"), "{failure:?}");
    let others = BTreeSet::from(["pause".to_owned()]);
    assert!(
        jobs(&infra, &others, false, OTHER_DAEMON).is_ok(),
        "only images that need the package are refused"
    );
}
