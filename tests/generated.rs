//! The generated documents in the repository match the definition of the command line, and real shells accept
//! the scripts.
//!
//! `SEASENSE_REFRESH=1 cargo test --test generated` regenerates them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test panics on failure, starts shells as a user does, and reports what it skips"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use seasense::cli::reference::documents;

/// Directories that contain only generated files.
const FOLDERS: [&str; 2] = ["docs/man", "docs/completions"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn existing() -> BTreeSet<String> {
    let files = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).into_iter().flatten();
        entries
            .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()))
            .collect::<Vec<_>>()
    };
    FOLDERS.into_iter().flat_map(files).chain(["docs/cli.md".to_owned()]).collect()
}

#[test]
fn generated_documents_are_up_to_date() {
    let generated = documents().unwrap();
    if std::env::var_os("SEASENSE_REFRESH").is_some() {
        for stale in existing().iter().filter(|path| !generated.contains_key(*path)) {
            let _ = fs::remove_file(root().join(stale));
        }
        for (path, text) in &generated {
            let path = root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let hint = "run `SEASENSE_REFRESH=1 cargo test --test generated`";
    assert_eq!(existing(), generated.keys().cloned().collect(), "{hint}");
    for (path, text) in generated {
        assert!(fs::read(root().join(&path)).unwrap() == text, "{path} is stale: {hint}");
    }
}

#[test]
fn every_command_has_a_manual_page_and_a_section() {
    let generated = documents().unwrap();
    let reference = String::from_utf8(generated["docs/cli.md"].clone()).unwrap();
    for verb in ["dev", "down", "status", "logs", "images-build", "doctor"] {
        let page = String::from_utf8(generated[&format!("docs/man/seasense-{verb}.1")].clone()).unwrap();
        assert!(page.contains(".TH") && page.contains("SYNOPSIS"), "{verb}: {page}");
        assert!(reference.contains(&format!("# seasense {}\n", verb.replace('-', " "))), "{verb}");
    }
    assert!(reference.contains("| `--env <NAME>` |") && reference.contains("`SEASENSE_ENV`"), "{reference}");
}

/// Runs `program` if this machine has it.
fn try_run(program: &str, args: &[&str]) -> Option<Output> {
    match Command::new(program).args(args).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: this machine has no `{program}`");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

fn script(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, &documents().unwrap()[&format!("docs/completions/{name}")]).unwrap();
    path
}

fn assert_completes(output: &Output, shell: &str) {
    let text = String::from_utf8_lossy(&output.stdout);
    let found: BTreeSet<&str> = text.split_whitespace().collect();
    assert!(
        output.status.success() && found.contains("status") && !found.contains("dev"),
        "{shell}: {text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn bash_completes_a_verb_and_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(&folder, "seasense.bash");
    let complete = |words: &str, index: usize| {
        format!(
            "set -e; source {}; complete -p seasense >/dev/null; COMP_WORDS=({words}); COMP_CWORD={index}; \
             _seasense seasense \"${{COMP_WORDS[{index}]}}\" \"${{COMP_WORDS[{}]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script.display(),
            index - 1
        )
    };
    let Some(verbs) = try_run("bash", &["--norc", "-c", &complete("seasense sta", 1)]) else { return };
    assert_completes(&verbs, "bash");
    let options = try_run("bash", &["--norc", "-c", &complete("seasense status --wa", 2)]).unwrap();
    assert_eq!(String::from_utf8_lossy(&options.stdout).trim(), "--watch");
}

#[test]
fn zsh_loads_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(&folder, "_seasense");
    let load = format!(
        "autoload -Uz compinit && compinit -u -D && fpath=({} $fpath) && autoload -Uz _seasense && zcompile {} && \
         compdef _seasense seasense && print ${{_comps[seasense]}}",
        folder.path().display(),
        script.display()
    );
    let Some(output) = try_run("zsh", &["-f", "-c", &load]) else { return };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "_seasense", "{output:?}");
}

#[test]
fn fish_completes_a_verb() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(&folder, "seasense.fish");
    let query =
        format!("source {}; complete --do-complete 'seasense sta' | string split -f1 \\t", script.display());
    let Some(output) = try_run("fish", &["--no-config", "-c", &query]) else { return };
    assert_completes(&output, "fish");
}

#[test]
fn powershell_completes_a_verb() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(&folder, "_seasense.ps1");
    let query = format!(
        ". {}; [System.Management.Automation.CommandCompletion]::CompleteInput('seasense sta', 12, $null).CompletionMatches.CompletionText",
        script.display()
    );
    let Some(output) = try_run("pwsh", &["-NoProfile", "-Command", &query]) else { return };
    assert_completes(&output, "powershell");
}

#[test]
fn groff_formats_every_page_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in documents().unwrap().into_iter().filter(|(path, _)| path.ends_with(".1")) {
        let page = folder.path().join(Path::new(&path).file_name().unwrap());
        fs::write(&page, text).unwrap();
        let Some(output) = try_run("groff", &["-man", "-Tascii", "-ww", page.to_str().unwrap()]) else {
            return;
        };
        assert!(output.status.success() && output.stderr.is_empty(), "{path}: {output:?}");
    }
}
