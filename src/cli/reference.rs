//! Generates manual pages, completion scripts and the reference in `docs` from the definition of the command
//! line.

use std::{collections::BTreeMap, fmt::Write, io};

use clap::{Arg, ArgAction, Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;

const NAME: &str = "seasense";

/// Shells with a completion script, and the file name that the shell expects.
const SHELLS: [(Shell, &str); 4] = [
    (Shell::Bash, "seasense.bash"),
    (Shell::Zsh, "_seasense"),
    (Shell::Fish, "seasense.fish"),
    (Shell::PowerShell, "_seasense.ps1"),
];

/// The definition of the program. `--help` exists everywhere, so the help subcommand would only duplicate
/// every page.
fn definition() -> Command {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command
}

/// The completion script for `shell`.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    script
}

/// The manual pages by file name: `seasense.1` and one for each command.
pub fn pages() -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut pages = BTreeMap::new();
    collect(&definition(), &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, pages: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.insert(page.get_filename(), text);
    visible(command).try_for_each(|verb| collect(verb, pages))
}

/// Every generated file of the repository, by path.
pub fn documents() -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut all: BTreeMap<String, Vec<u8>> =
        pages()?.into_iter().map(|(name, text)| (format!("docs/man/{name}"), text)).collect();
    for (shell, name) in SHELLS {
        all.insert(format!("docs/completions/{name}"), completions(shell));
    }
    all.insert("docs/cli.md".to_owned(), markdown().into_bytes());
    Ok(all)
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set())
}

/// The reference of every command and option.
fn markdown() -> String {
    let root = definition();
    let mut text = String::from(
        "# Commands of seasense\n\nGenerated from the program; `SEASENSE_REFRESH=1 cargo test --test generated` updates it.\n",
    );
    let global: Vec<&Arg> = root.get_arguments().filter(|arg| arg.is_global_set()).collect();
    text += "\nOptions of every command:\n\n";
    table(&mut text, &global);
    text += "\n| command | description |\n|---|---|\n";
    for verb in visible(&root) {
        let anchor = format!("{NAME}-{}", verb.get_name());
        let _ = writeln!(text, "| [`{NAME} {}`](#{anchor}) | {} |", verb.get_name(), about(verb));
    }
    for verb in visible(&root) {
        section(&mut text, verb, &format!("{NAME} {}", verb.get_name()), 2);
    }
    text
}

fn section(text: &mut String, command: &Command, name: &str, level: usize) {
    let _ = write!(text, "\n{} {name}\n\n{}.\n", "#".repeat(level), about(command));
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && !arg.is_hide_set() && !is_help(arg))
        .collect();
    if !own.is_empty() {
        text.push('\n');
        table(text, &own);
    }
    for verb in visible(command) {
        section(text, verb, &format!("{name} {}", verb.get_name()), level + 1);
    }
}

fn is_help(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn table(text: &mut String, args: &[&Arg]) {
    text.push_str("| option | description |\n|---|---|\n");
    for arg in args {
        let _ = writeln!(text, "| `{}` | {} |", spelling(arg), cell(&meaning(arg)));
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// `-w, --watch`, `--env <NAME>`, `<PART>`.
fn spelling(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    let values: Vec<String> =
        arg.get_value_names().unwrap_or_default().iter().map(|name| format!("<{name}>")).collect();
    let values = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
    [names.join(", "), values].join(" ").trim().replace('|', "\\|")
}

/// The help text with the possible values, the default and the environment variable.
fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if !arg.get_action().takes_values() {
        return text;
    }
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !possible.is_empty() {
        let _ = write!(text, ": {}", possible.join(", "));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        let _ = write!(text, "; default `{}`", defaults.join(" "));
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, "; environment variable `{}`", variable.to_string_lossy());
    }
    text
}
