//! `scripts/lib/bash-lint`: what bash 3.2 does not know is found, and nothing else.

use std::{path::Path, process::Command};

use crate::machine::Ended;

fn lint(files: &[&Path]) -> Ended {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/lib/bash-lint");
    Command::new(script).args(files).output().unwrap().into()
}

/// Lints a script with these lines.
fn lint_text(text: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    std::fs::write(&file, text).unwrap();
    lint(&[&file])
}

/// One line per construct of a later bash.
const LATER: &str = r#"declare -A map
local -A map=()
declare -rA map=([a]=1)
local -n other=$1
declare -g result=1
declare -l lower=$1
declare -i -u upper
local -
mapfile -t lines < file
  readarray lines <<<"$text"
x=1; mapfile -d '' -t files < <(find .)
coproc worker { cat; }
make &>>log
make |& tee log
a) echo a ;;&
a) echo a ;&
echo "${name,,}"
echo "${name^}" "${names[@]^^}"
echo "${name@Q}"
echo "${names[-1]}"
echo "${name:0:-1}"
wait -n
wait -f "$pid"
printf '%(%F)T\n' -1
printf -v "list[0]" '%s' x
[[ -v name ]]
if [ ! -v name ]; then :; fi
test -v name
read -N 4 word
read -r -t 0.5 word
exec {fd}>file
shopt -s globstar
for i in {1..9..2}; do :; done
for i in {01..10}; do :; done
echo "$EPOCHSECONDS" "${BASHPID}"
echo $'\u00e9'
source <(generate)
x=$(case $y in a) echo b ;; esac)
"#;

#[test]
fn every_construct_of_a_later_bash_is_found() {
    for line in LATER.lines() {
        let ended = lint_text(&format!("#!/usr/bin/env bash\n{line}\n"));
        assert_eq!(ended.code, 1, "accepted: {line}");
        assert!(ended.stderr.contains("/script:2: "), "{line}: {}", ended.stderr);
    }
}

#[test]
fn arrays_that_may_be_empty_are_found() {
    for text in [
        "files=()\nls \"${files[@]}\"\n",
        "local -a files\nls \"${files[@]}\"\n",
        "declare -a one two\nls \"${two[*]}\"\n",
        "files=()\nfiles+=(x)\nls \"${files[@]:1}\"\n",
    ] {
        lint_text(text).assert(1, &["may be empty, which is unbound"]);
    }
}

#[test]
fn quirks_of_command_substitution_are_found() {
    lint_text("x=$(\n  # don't\n  true\n)\n").assert(1, &[":2: an odd quote in a comment"]);
    lint_text("x=$(\n  case $y in\n  a) echo b ;;\n  esac\n)\n").assert(1, &[":3: a pattern in $( )"]);
}

/// What bash 3.2 knows, and text that only looks like more.
const PORTABLE: &str = r#"#!/usr/bin/env bash
set -euo pipefail
# mapfile, declare -A and ${x,,} in a comment
declare -a files=(one two)
readonly -a more=(three)
local -r name=$1
echo "${files[@]}" "${more[*]}" "${#files[@]}" # wait -n
empty=()
ls ${empty[@]+"${empty[@]}"}
ls "${empty[@]+"${empty[@]}"}"
late=()
late=(x)
ls "${late[@]}"
note local "($local - $begun) / 1e9"
printf -v text '%s (%d)T' a 1
printf '%s %%(T)\n' "${name#*,}" "${name%%^*}" "${name/,/}" "${name:1}" "${name: -1}"
read -r -t 5 line <<<"$name"
while IFS= read -r line; do echo "$line"; done < <(sort file)
make >>log 2>&1
make 2>&1 | tee log
echo {1..3} "$BASH_VERSION" "${BASH_SOURCE[0]}" $'\t' $((a << 2))
exec 3>file
wait "$pid"
shopt -s nullglob
[[ $name == -v && -n ${name+x} ]]
case $name in
a) echo a ;;
esac
x=$(case $y in (a) echo b ;; esac)
x=$(
  echo "isn't"
)
awk '
  # mapfile isn'"'"'t read here
  { print "${x,,}" }
' file
cat <<END
mapfile declare -A
END
echo "mapfile" >/dev/null # bash-lint: ok, a word
"#;

#[test]
fn portable_script_is_accepted() {
    let ended = lint_text(PORTABLE);
    ended.assert(0, &[]);
    assert_eq!(ended.stderr, "");
}

#[test]
fn scripts_of_this_project_run_with_bash_3_2() {
    let ended = lint(&[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
