//! Every `seasense` command line in workflows and documents is parsed by the definition of the command line.

use std::path::Path;

use clap::Parser;
use seasense::cli::Cli;
use serde_json::Value;

use super::{GITLAB, SETUP, read, root, shell, text, workflows};

/// Returns the command lines of `seasense` in a script, split into words.
fn lines(script: &str) -> Vec<Vec<String>> {
    let commands = shell::commands(script).into_iter().filter_map(|command| {
        // Includes `X=1 seasense ...` and `sudo seasense ...`.
        let at = command.iter().position(|word| !word.contains('=') && word != "sudo")?;
        let program = command[at].rsplit('/').next()?;
        (program == "seasense").then(|| command[at..].to_vec())
    });
    commands.collect()
}

fn every_script(value: &Value, scripts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("run", Value::String(script)) => scripts.push(script.clone()),
                    ("script" | "before_script" | "after_script", Value::Array(lines)) => {
                        scripts.extend(lines.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => every_script(field, scripts),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| every_script(item, scripts)),
        _ => (),
    }
}

/// Returns the `sh` blocks of a document.
fn blocks(document: &str) -> Vec<String> {
    let blocks = document.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// Returns every command line of `seasense` with its file.
fn all() -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    let mut add = |file: &str, scripts: Vec<String>| {
        for script in scripts {
            all.extend(lines(&script).into_iter().map(|line| (file.to_owned(), line)));
        }
    };
    let files = workflows().into_iter().chain([SETUP, GITLAB].map(|file| (file.to_owned(), read(file))));
    for (file, value) in files {
        let mut scripts = Vec::new();
        every_script(&value, &mut scripts);
        assert!(!scripts.is_empty(), "{file} runs nothing");
        add(&file, scripts);
    }
    for file in documents() {
        add(&file, blocks(&text(&file)));
    }
    all
}

/// The documents for users, without the generated `docs/cli.md`.
fn documents() -> Vec<String> {
    let mut documents = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for folder in ["docs", "docs/guide", "docs/operating"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        let files = entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        documents.extend(files.filter(|file| {
            Path::new(file).extension().is_some_and(|kind| kind == "md") && file != "docs/cli.md"
        }));
    }
    documents.sort();
    documents
}

#[test]
fn every_documented_command_line_is_valid() {
    let all = all();
    assert!(all.len() > 20, "{} command lines", all.len());
    let mut wrong = Vec::new();
    for (file, line) in all {
        if let Err(error) = Cli::try_parse_from(&line) {
            let message = error.to_string().lines().next().unwrap_or_default().to_owned();
            wrong.push(format!("{file}: {}: {message}", line.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unknown_commands_and_options_are_found() {
    for wrong in
        ["seasense depoly", "target/release/seasense cost --gat", "X=1 seasense images prune --keep 3"]
    {
        let found = lines(wrong);
        assert_eq!(found.len(), 1, "{wrong}");
        assert!(Cli::try_parse_from(&found[0]).is_err(), "{wrong}");
    }
    assert!(lines("echo seasense depoly\nscripts/host").is_empty());
}
