//! Tests of `infra/pins.toml`: the file of this project, and the failure of each invalid value.

use super::*;

const VERSIONS: &str = "[parts.envoy]\nversion = \"1.39.1\"\n[parts.kind]\nversion = \"0.33.0\"\n";
const RECIPES: &str = "[go.kind]\nfolder = \"x\"\npackages = [\"tool\"]\nseconds = 1\n[tool.kind]\nbuild = \"go.kind\"\npath = \
                       \"kind\"\nversion = \"v{kind}\"\n[image.envoy]\nofficial = \"docker.io/envoyproxy/envoy:v{envoy}\"\n\
                       [image.pause]\nofficial = \"registry.k8s.io/pause:1\"\npull = \"skip\"\n";

fn digest(of: char) -> String {
    format!("sha256:{}", of.to_string().repeat(64))
}

fn valid() -> String {
    format!(
        "[image.envoy]\nofficial = \"docker.io/envoyproxy/envoy:v1.39.1\"\nindex = \"{}\"\n\n[image.envoy.manifests]\narm64 = \
         \"{}\"\n\n[program.kind]\nversion = \"v0.33.0\"\nurl = \"https://a.example/{{version}}/kind-{{os}}-{{arch}}\"\n\n\
         [program.kind.digests]\n\"darwin/arm64\" = \"{}\"\n",
        digest('a'),
        digest('b'),
        digest('c')
    )
}

fn load(pins: &str) -> Result<Pins> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["envs", "gitops", "infra"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    for (file, text) in [("versions", VERSIONS), ("images", RECIPES), ("pins", pins)] {
        std::fs::write(folder.path().join(format!("infra/{file}.toml")), text).unwrap();
    }
    let project = Project::find(folder.path()).unwrap();
    Pins::load_for(&project, &Infra::load(&project).unwrap())
}

fn rejected(pins: &str) -> (String, Failure) {
    let failure = load(pins).unwrap_err();
    assert_eq!(failure.kind, Kind::Environment, "{failure:?}");
    (failure.location.clone().map(|place| place.to_string()).unwrap_or_default(), failure)
}

#[test]
fn valid_pins_are_read_and_written_back_unchanged() {
    let pins = load(&valid()).unwrap();
    assert_eq!(pins.image("envoy").unwrap().manifests[&Architecture::Arm64], digest('b').parse().unwrap());
    assert_eq!(pins.to_text(), valid());
    let mac = *Platform::ALL.last().unwrap();
    assert_eq!(pins.program["kind"].url_for(mac), "https://a.example/v0.33.0/kind-darwin-arm64");
}

#[test]
fn own_pins_are_those_of_own_versions_in_stable_order() {
    let project = Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let pins = Pins::load_for(&project, &Infra::load(&project).unwrap()).unwrap();
    assert_eq!(pins.to_text(), std::fs::read_to_string(project.root().join(PINS)).unwrap());
    for (name, pin) in &pins.program {
        assert_eq!(pin.digests.len(), Platform::ALL.len(), "{name}");
    }
    let sources = std::fs::read_to_string(project.root().join("infra/pins.md")).unwrap();
    for (name, version) in pins.image.iter().map(|(name, pin)| (name, pin.official.get_ref())) {
        assert!(
            sources.contains(&format!("| {name} | {version} |")),
            "infra/pins.md has no row of {name} {version}"
        );
    }
}

#[test]
fn unknown_image_and_program_are_rejected_with_the_nearest() {
    let (place, failure) = rejected(&valid().replace("image.envoy", "image.envoi"));
    assert_eq!(
        (&*place, failure.hints),
        ("infra/pins.toml:1:1", vec!["the nearest known name is `envoy`".to_owned()])
    );
    let (place, failure) = rejected(&valid().replace("program.kind", "program.kint"));
    assert_eq!(
        (&*place, failure.hints),
        ("infra/pins.toml:8:1", vec!["the nearest known name is `kind`".to_owned()])
    );
}

#[test]
fn pin_of_an_image_that_no_run_pulls_is_rejected() {
    let pin = format!("[image.pause]\nofficial = \"registry.k8s.io/pause:1\"\nindex = \"{}\"\n", digest('d'));
    assert_eq!(
        rejected(&format!("{}\n{pin}", valid())).1.message,
        "`infra/images.toml` has no image `pause` that is pulled"
    );
}

#[test]
fn official_image_without_a_pin_is_rejected_at_its_recipe() {
    let program = valid();
    let (place, failure) = rejected(&program[program.find("[program").unwrap()..]);
    assert_eq!(place, "infra/images.toml:9:1");
    assert_eq!(failure.message, "the official image `envoy` has no pin in `infra/pins.toml`");
}

#[test]
fn pin_of_another_version_is_rejected_at_its_place() {
    let (place, failure) = rejected(&valid().replace("envoy:v1.39.1", "envoy:v1.39.0"));
    assert_eq!(place, "infra/pins.toml:2:12");
    assert!(failure.message.contains("`docker.io/envoyproxy/envoy:v1.39.1`"), "{failure:?}");
    assert_eq!(rejected(&valid().replace("v0.33.0", "v0.32.0")).0, "infra/pins.toml:9:11");
}

#[test]
fn digest_of_a_wrong_length_or_alphabet_is_rejected() {
    for wrong in [&digest('a')[..70], &digest('A'), &digest('a')[7..], "sha512:aa"] {
        let (place, failure) = rejected(&valid().replace(&digest('a'), wrong));
        assert_eq!(place, "infra/pins.toml:3:9", "{failure:?}");
    }
}

#[test]
fn unknown_key_architecture_and_platform_are_rejected() {
    assert_eq!(rejected(&valid().replace("index =", "indx =")).0, "infra/pins.toml:3:1");
    let (place, failure) = rejected(&valid().replace("arm64 = \"", "amd46 = \""));
    assert_eq!(
        (&*place, failure.hints),
        ("infra/pins.toml:6:1", vec!["the nearest known name is `amd64`".to_owned()])
    );
    assert_eq!(rejected(&valid().replace("darwin/arm64", "darwin/arm65")).0, "infra/pins.toml:13:1");
}
