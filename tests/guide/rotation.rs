//! `docs/operating/rotate-a-key.md`, section *Rotate an age key*: all commands run in one shell, for the
//! environment `local`.
//!
//! `age-keygen` and `sops` are fakes that handle public keys only. `seasense` and `cargo` are fakes that record
//! their arguments, because `seasense dev` needs Docker and `cargo test` compiles.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{Checkout, blocks::blocks, error_of, page};

const PAGE: &str = "docs/operating/rotate-a-key.md";
const NEW_KEY: &str = "age1new";

/// `-o FILE` writes a key; `-y FILE` prints the public key of its first identity.
const AGE_KEYGEN: &str = r#"
case $1 in
-o) printf '# public key: age1new\nAGE-SECRET-KEY-FAKE\n' > "$2" ;;
-y) sed -n 's/^# public key: //p' "$2" | head -n 1 ;;
*) exit 9 ;;
esac
"#;

/// `updatekeys` sets the recipient that `.sops.yaml` names. It and `rotate` need a key file with the
/// recipient's key, as the real program does.
const SOPS: &str = r#"
for file; do :; done
recipient=$(sed -n 's/^ *recipient: //p' "$file")
grep -q "^# public key: $recipient\$" "${SOPS_AGE_KEY_FILE:?}" || exit 1
case $1 in
updatekeys) sed -i "s/recipient: .*/recipient: $(sed -n 's/^ *age: //p' .sops.yaml)/" "$file" ;;
rotate | decrypt) ;;
*) exit 9 ;;
esac
echo "$1 $file" >> "$HOME/sops"
"#;

const RECORDER: &str = "echo \"${0##*/} $*\" >> \"$HOME/started\"\n";

#[test]
fn rotation_of_an_age_key_works_as_written() {
    let copy = Checkout::new();
    let tools = copy.home().join("bin");
    fs::create_dir(&tools).unwrap();
    for (name, script) in
        [("age-keygen", AGE_KEYGEN), ("sops", SOPS), ("seasense", RECORDER), ("cargo", RECORDER)]
    {
        fs::write(tools.join(name), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(tools.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let former = fs::read_to_string(copy.project().join("envs/local.agekey")).unwrap();
    let former = former.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();

    let text = page(PAGE);
    let section = text.split("\n## ").find(|section| section.starts_with("Rotate an age key\n")).unwrap();
    let commands: Vec<String> = blocks(section).into_iter().map(|block| block.text).collect();
    let script = format!("PATH=\"$HOME/bin:$PATH\"\n{}", commands.concat());
    let run = copy.run("bash", &["-euo", "pipefail", "-c", &script]);
    assert!(run.status.success(), "{PAGE}: {}", error_of(&run));

    let rules = fs::read_to_string(copy.project().join(".sops.yaml")).unwrap();
    assert!(rules.contains(&format!("age: {NEW_KEY}")), "{rules}");
    assert!(!rules.contains(former), "{rules}");
    let key = fs::read_to_string(copy.project().join("envs/local.agekey")).unwrap();
    assert!(key.contains(NEW_KEY), "{key}");
    let read = |name: &str| fs::read_to_string(copy.home().join(name)).unwrap();
    let file = "gitops/secrets/local/fleet-enrolment.yaml";
    assert_eq!(read("sops"), format!("updatekeys {file}\nrotate {file}\ndecrypt {file}\n"));
    let secret = fs::read_to_string(copy.project().join(file)).unwrap();
    assert!(secret.contains(&format!("recipient: {NEW_KEY}")), "{secret}");
    assert_eq!(read("started"), "cargo test --test gitops\nseasense dev\n");

    let restore = "git restore .sops.yaml envs/local.agekey gitops/secrets/local";
    assert!(section.contains(&format!("`{restore}`")), "{PAGE} does not contain `{restore}`");
    assert!(copy.run("bash", &["-c", restore]).status.success());
    copy.assert_unchanged(PAGE);
}
