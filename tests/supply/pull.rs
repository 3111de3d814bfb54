//! A pull from its beginning to its end: killed, resumed, verified, repeated, and lied to.

use std::fs;

use seasense::{
    base::docker::Docker,
    images::{LOCK_VERSION, Origin},
};

use crate::world::TestEnv;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn a_killed_pull_is_resumed_to_the_whole_platform_by_the_same_digests() {
    let world = TestEnv::create().await;
    let all = world.upstream.digests.len() as u64;
    world.pull_killed_after(all / 2);
    let halfway = world.lock();
    let there = halfway.images.len() as u64;
    assert!(all / 2 <= there && there < all, "{there} of {all} were noted when it was killed");
    // What was noted stays what it was, whatever its tag points to by now.
    let first = halfway.images.keys().next().unwrap();
    world.upstream.move_tag(first).await;

    let run = world.pull();
    run.assert_success();
    assert_eq!(run.ended("supply.pull")["detail"], format!("{} copied, {there} were there", all - there));
    assert_eq!(world.blobs(), 0, "a blob stayed behind");
    the_lock_names_what_upstream_has(&world);
    let container = Docker::connect().await.unwrap().container(&world.registry).await.unwrap().unwrap();
    assert!(
        container.image.starts_with(&format!("{}/library/registry:", world.upstream.host)),
        "{container:?}"
    );
    assert!(
        container.running && container.ports.iter().all(|port| port.address == "127.0.0.1"),
        "{container:?}"
    );

    world.seasense(&["images", "verify", "--supply", "pull"]).assert_success();

    let before = fs::read(world.lock_file()).unwrap();
    let again = world.pull();
    again.assert_success();
    for step in ["supply.pull", "supply.build", "supply.push", "supply.manifests"] {
        assert_eq!(again.ended(step)["outcome"], "unchanged", "{step}:\n{}", again.stderr);
    }
    assert_eq!(before, fs::read(world.lock_file()).unwrap());
}

fn the_lock_names_what_upstream_has(world: &TestEnv) {
    let lock = world.lock();
    assert_eq!((lock.version, lock.supply), (LOCK_VERSION, Origin::Pull));
    for (name, digest) in &world.upstream.digests {
        let image = lock.image(name).unwrap();
        assert_eq!(&image.digest, digest, "{name}");
        assert!(image.size > 0 && image.official.is_some(), "{image:?}");
        assert!(image.provenance["from"].starts_with(&world.upstream.host), "{image:?}");
        assert!(image.provenance["listed"].starts_with("sha256:"), "{image:?}");
    }
    for name in ["postgresql", "seasense-backend", "seasense-frontend", "seasense-fleet"] {
        let image = lock.image(name).unwrap();
        assert!(image.official.is_none() && !image.provenance.is_empty(), "{image:?}");
    }
    let packages = &lock.image("postgresql").unwrap().provenance["root.postgresql.packages"];
    assert!(packages.split(' ').any(|package| package.starts_with("postgresql-17=17.")), "{packages}");
    let published = &lock.manifest("cloudnative-pg").unwrap().provenance["url"];
    assert!(published.starts_with(&format!("http://{}/", world.page.host)), "{published}");
    for name in ["cert-manager", "envoy-gateway", "flux"] {
        assert!(lock.manifest(name).unwrap().provenance.contains_key("made-by"), "{name}");
    }
    for tool in ["helm", "kind", "kubectl"] {
        assert!(lock.tool(tool).unwrap().path.is_file(), "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker and the built images (starts two registries and removes them)"]
async fn what_is_not_what_its_hash_says_is_refused_and_deleted() {
    let world = TestEnv::create().await;
    let stored = world.upstream.stored_layer("envoy").await;
    let good = fs::read(&stored).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&stored, bad).unwrap();
    let run = world.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("digest mismatch in envoyproxy/envoy"), "{}", run.stderr);
    assert_eq!(world.blobs(), 0, "the bad blob stayed behind");
    assert!(!world.lock().images.contains_key("envoy"), "it was noted all the same");

    fs::write(&stored, good).unwrap();
    let good = world.page.replace(b"kind: Namespace\n".to_vec());
    let run = world.pull();
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    assert!(run.stderr.contains("is not the file that was pinned"), "{}", run.stderr);
    let manifests = fs::read_dir(world.cache().join("supply/pull/manifests")).unwrap();
    let mut names = manifests.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.starts_with("cloudnative-pg")), "the wrong file was kept");

    world.page.replace(good);
    world.pull().assert_success();
    world.seasense(&["images", "verify", "--supply", "pull"]).assert_success();
}
