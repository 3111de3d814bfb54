//! Pins: tags that move, content that is lost, registries that stall, programs of another version.

use seasense::{config::infra::Pins, registry::Digest};
use serde_json::Value;

use crate::{env::TestEnv, page::stalled, upstream::architecture};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn moved_tag_changes_nothing_until_it_is_pinned() {
    let env = TestEnv::create().await;
    // Only this machine's manifests are pinned so far.
    env.seasense(&["images", "pin"]).assert_success();
    env.seasense(&["images", "pin", "--check"]).assert_success();
    env.pull().assert_success();
    let (before, locked) = (env.pins(), env.lock());
    let (index, digest) = env.upstream.move_tag("envoy").await;
    env.pull().assert_success();
    assert_eq!(env.lock(), locked);

    let check = env.seasense(&["images", "pin", "--check", "--json"]);
    assert_eq!(check.code, Some(70), "{}", check.stderr);
    let report: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!(report["written"], false);
    let moved = |field: &str, old: &Digest, new: &Digest| {
        let changes = report["changes"].as_array().unwrap();
        let found =
            changes.iter().find(|change| change["name"] == "envoy" && change["field"] == field).unwrap();
        assert_eq!((found["old"].as_str(), found["new"].as_str()), (Some(&**old), Some(&**new)));
    };
    moved("index", &env.upstream.indexes["envoy"], &index);
    moved(architecture().name(), &env.upstream.digests["envoy"], &digest);
    assert_eq!(env.pins(), before, "`--check` wrote the file");

    env.seasense(&["images", "pin"]).assert_success();
    assert!(env.pins().contains(&*index), "{}", env.pins());
    env.pull().assert_success();
    assert_eq!(env.lock().image("envoy").unwrap().digest, digest);
    env.seasense(&["images", "pin", "--check"]).assert_success();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn pin_of_one_platforms_manifest_is_refused() {
    let env = TestEnv::create().await;
    let mut pins = Pins::load(&env.checkout()).unwrap();
    pins.image.get_mut("envoy").unwrap().index = env.upstream.digests["envoy"].clone();
    env.set_pins(&pins);
    let run = env.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("is not an index of platforms"), "{}", run.stderr);
    assert!(!env.lock().images.contains_key("envoy"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn image_that_cannot_be_pulled_is_built_and_named() {
    let env = TestEnv::create().await;
    env.mirror("ghcr.io", &stalled());
    env.upstream.lose("envoy");
    let run = env.pull();
    run.assert_success();
    let lock = env.lock();
    for name in ["cloudnative-pg", "source-controller", "kustomize-controller", "envoy"] {
        assert!(!lock.image(name).unwrap().is_official(), "{name}");
        assert!(run.stderr.contains(&format!("{name} cannot be pulled from ")), "{name}: {}", run.stderr);
    }
    assert!(
        run.stderr.contains("ghcr.io and is built on this machine: no response within 5 s"),
        "{}",
        run.stderr
    );
    assert!(lock.image("node").unwrap().is_official() && !lock.images.contains_key("pause"));

    // Without a request, later runs keep the builds and do not ask again.
    let again = env.seasense(&["images", "push", "--output", "jsonl"]);
    again.assert_success();
    assert!(!again.stderr.contains("cannot be pulled"), "{}", again.stderr);
    assert_eq!(env.lock(), lock);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn node_that_cannot_be_pulled_is_built_with_its_images() {
    let env = TestEnv::create().await;
    env.upstream.lose("node");
    let run = env.pull();
    run.assert_success();
    let lock = env.lock();
    for name in ["node", "pause", "kube-apiserver", "coredns", "kube-router", "local-path-provisioner"] {
        assert!(!lock.image(name).unwrap().is_official(), "{name}");
    }
    env.seasense(&["images", "verify", "--supply", "pull"]).assert_success();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn program_of_another_version_on_the_path_is_not_used() {
    let env = TestEnv::create().await;
    env.install("kind", "echo kind v0.32.0 go1.26.4 linux/any");
    env.install("helm", "echo v3.21.4+gabc");
    let run = env.pull();
    // This helm has the right version and renders nothing.
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("it reports `kind v0.32.0"), "{}", run.stderr);
    env.install("helm", "exit 1");
    env.pull().assert_success();
    for name in ["kind", "helm", "kubectl"] {
        let tool = env.lock().tool(name).unwrap().clone();
        assert!(tool.path.starts_with(env.cache().join("programs")), "{name}: {}", tool.path.display());
    }

    let programs = env.cache().join("programs");
    std::fs::remove_dir_all(&programs).unwrap();
    let good = env.page.replace("/kubectl", b"another program".to_vec());
    let run = env.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    for digest in [Digest::of(&good), Digest::of(b"another program")] {
        assert!(run.stderr.contains(&*digest), "{digest}: {}", run.stderr);
    }
    env.page.replace("/kubectl", good);
    env.pull().assert_success();
}
