//! The platform of images is that of the daemon; the platform of programs is that of this machine.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{fakes, harness::Harness};

/// A project on a machine whose compilers write down for what they compile, and whose daemon reports `platform`.
fn machine(system: &'static str, machine: &'static str) -> (Harness, fakes::Requests) {
    let harness = Harness::new();
    let outputs = "for arg; do case $last in -o) out=$arg ;; esac; last=$arg; done\n";
    harness.script(
        "bin/go",
        &format!(
            "echo \"go $1 $GOOS/$GOARCH level=$GOAMD64\" >> \"$HOME/compiled\"\n{outputs}case \"$1 $2\" in\n\"list -m\") echo \
             \"$HOME/module\" ;;\nbuild*) for name in kube-apiserver kubectl registry; do echo $GOARCH > \"$out/$name\"; done ;;\n\
             esac\n"
        ),
    );
    let compiler = format!("echo \"$0 $*\" >> \"$HOME/compiled\"\n{outputs}echo pause > \"$out\"\n");
    for name in ["cc", "python3"] {
        harness.script(&format!("bin/{name}"), &compiler);
    }
    for tool in ["mkdir", "cat"] {
        std::os::unix::fs::symlink(format!("/bin/{tool}"), harness.root().join("bin").join(tool)).unwrap();
    }
    let pause = harness.root().join("home/module/build/pause/linux");
    fs::create_dir_all(&pause).unwrap();
    fs::write(pause.join("pause.c"), "int main() {}").unwrap();
    let requests = fakes::docker(&harness.socket(), move |line| {
        let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
        path.ends_with("/info").then(|| Some((200, json!({"OSType": system, "Architecture": machine}))))
    });
    (harness, requests)
}

/// The result of the job `id` in the cache.
fn results(harness: &Harness, id: &str) -> Vec<PathBuf> {
    let folder = harness.root().join("home/.cache/seasense/supply/build/jobs").join(id);
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("provenance.json").is_file()).collect()
}

/// Builds the image `pause`. The fake daemon then refuses to load the registry.
fn built(harness: &Harness) -> Value {
    let run = harness.run(&["images", "build", "pause"]);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    let images = results(harness, "image.pause");
    let newest = images.iter().max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let image = newest.unwrap_or_else(|| panic!("the image was not built:\n{}", run.stderr));
    let image: Value = serde_json::from_slice(&fs::read(image.join("image.json")).unwrap()).unwrap();
    serde_json::from_str(image["config"].as_str().unwrap()).unwrap()
}

fn compiled(harness: &Harness) -> String {
    fs::read_to_string(harness.root().join("home/compiled")).unwrap()
}

#[test]
fn daemon_on_arm_gets_images_for_arm() {
    let (harness, _requests) = machine("linux", "aarch64");
    let config = built(&harness);
    assert_eq!((&config["os"], &config["architecture"]), (&json!("linux"), &json!("arm64")));
    let compiled = compiled(&harness);
    assert!(compiled.contains("go build linux/arm64 level=\n"), "{compiled}");
    assert!(!compiled.contains("amd64"), "no program for this machine is needed: {compiled}");
}

#[test]
fn result_for_one_architecture_is_never_used_for_another() {
    let (harness, _requests) = machine("linux", "aarch64");
    built(&harness);
    let socket = harness.root().join("other.sock");
    let _other = fakes::docker(&socket, |line| {
        line.contains("/info").then(|| Some((200, json!({"OSType": "linux", "Architecture": "x86_64"}))))
    });
    let run = harness.run_with(&["images", "build", "pause"], &socket);
    assert_eq!(run.code, Some(20), "{}", run.stderr);
    for job in ["go.kubernetes", "c.pause", "image.pause"] {
        assert_eq!(results(&harness, job).len(), 2, "{job}");
    }
    assert!(compiled(&harness).contains("go build linux/amd64 level=v1\n"));
}

#[test]
fn daemon_on_another_platform_is_refused_by_name() {
    for (system, architecture) in [("linux", "riscv64"), ("windows", "x86_64")] {
        let (harness, _requests) = machine(system, architecture);
        let run = harness.run(&["images", "build", "pause"]);
        assert_eq!(run.code, Some(20), "{}", run.stderr);
        let named = format!("the container daemon's platform {system}/{architecture} is not supported");
        assert!(run.stderr.contains(&named), "{}", run.stderr);
        assert!(results(&harness, "go.kubernetes").is_empty());
    }
}
