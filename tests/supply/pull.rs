//! Pulls: interrupted, resumed, verified, repeated, and with wrong content.

use std::fs;

use seasense::{
    base::docker::Docker,
    images::{LOCK_VERSION, Origin},
};

use crate::env::{MANIFEST, TestEnv};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn a_killed_pull_resumes_with_the_same_digests() {
    let env = TestEnv::create().await;
    let all = env.upstream.digests.len() as u64;
    env.pull_killed_after(all / 2);
    let halfway = env.lock();
    let there = halfway.images.len() as u64;
    assert!(all / 2 <= there && there < all, "{there} of {all} were recorded when the pull was killed");
    // No tag is resolved, so none that moves changes anything.
    for name in ["cert-manager-cainjector", "source-controller"] {
        env.upstream.move_tag(name).await;
    }

    let run = env.pull();
    run.assert_success();
    assert_eq!(
        run.ended("supply.pull")["detail"],
        format!("{} copied, {there} were up to date", all - there)
    );
    assert_eq!(env.blobs(), 0, "a blob remains");
    assert_lock_matches_upstream(&env);
    let container = Docker::connect().await.unwrap().container(&env.registry).await.unwrap().unwrap();
    assert!(
        container.image.starts_with(&format!("{}/library/registry@sha256:", env.upstream.host)),
        "{container:?}"
    );
    assert!(
        container.running && container.ports.iter().all(|port| port.address == "127.0.0.1"),
        "{container:?}"
    );

    env.seasense(&["images", "verify", "--supply", "pull"]).assert_success();

    let before = fs::read(env.lock_file()).unwrap();
    let again = env.pull();
    again.assert_success();
    for step in ["supply.pull", "supply.build", "supply.push", "supply.manifests"] {
        assert_eq!(again.ended(step)["outcome"], "unchanged", "{step}:\n{}", again.stderr);
    }
    assert_eq!(before, fs::read(env.lock_file()).unwrap());
}

fn assert_lock_matches_upstream(env: &TestEnv) {
    let lock = env.lock();
    assert_eq!(lock.version, LOCK_VERSION);
    assert_eq!(lock.supply, Origin::Pull);
    for (name, digest) in &env.upstream.digests {
        let image = lock.image(name).unwrap();
        assert_eq!(&image.digest, digest, "{name}");
        assert!(image.size > 0 && image.official.is_some(), "{image:?}");
        assert!(image.provenance["from"].starts_with(&env.upstream.host), "{image:?}");
        assert_eq!(image.provenance["listed"], *env.upstream.indexes[name], "{image:?}");
    }
    for name in
        ["pause", "kube-apiserver", "etcd", "coredns", "kube-router", "local-path-provisioner", "busybox"]
    {
        assert!(!lock.images.contains_key(name), "{name} is in the node image");
    }
    for name in ["postgresql", "seasense-backend", "seasense-frontend", "seasense-fleet"] {
        let image = lock.image(name).unwrap();
        assert!(image.official.is_none() && !image.provenance.is_empty(), "{image:?}");
    }
    let packages = &lock.image("postgresql").unwrap().provenance["root.postgresql.packages"];
    assert!(packages.split(' ').any(|package| package.starts_with("postgresql-17=17.")), "{packages}");
    let published = &lock.manifest("cloudnative-pg").unwrap().provenance["url"];
    assert!(published.starts_with(&format!("http://{}/", env.page.host)), "{published}");
    for name in ["cert-manager", "envoy-gateway", "flux"] {
        assert!(lock.manifest(name).unwrap().provenance.contains_key("made-by"), "{name}");
    }
    for tool in ["helm", "kind", "kubectl"] {
        let path = &lock.tool(tool).unwrap().path;
        assert!(path.starts_with(env.cache().join("programs")), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn content_with_a_wrong_hash_is_refused_and_deleted() {
    let env = TestEnv::create().await;
    let stored = env.upstream.stored_layer("envoy").await;
    let good = fs::read(&stored).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&stored, bad).unwrap();
    let run = env.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("digest mismatch in envoyproxy/envoy"), "{}", run.stderr);
    assert_eq!(env.blobs(), 0, "the invalid blob remains");
    assert!(!env.lock().images.contains_key("envoy"), "the image was recorded");

    fs::write(&stored, good).unwrap();
    let good = env.page.replace(MANIFEST, b"kind: Namespace\n".to_vec());
    let run = env.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("does not match its pinned hash"), "{}", run.stderr);
    let manifests = fs::read_dir(env.cache().join("supply/pull/manifests")).unwrap();
    let mut names = manifests.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.starts_with("cloudnative-pg")), "the invalid file was kept");

    env.page.replace(MANIFEST, good);
    env.pull().assert_success();
    env.seasense(&["images", "verify", "--supply", "pull"]).assert_success();
}
