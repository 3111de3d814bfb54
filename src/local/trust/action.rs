//! One change to this machine: its equivalent shell command, and its execution.

use std::path::{Path, PathBuf};

use super::certificate::fingerprints;
use crate::base::{
    atomic_file,
    failure::{Context, Failure, Kind, Result},
    tool::{Captured, Invocation, ToolError},
};

/// The environment variable that passes the password of a Java keystore to keytool.
pub const STORE_PASSWORD: &str = "SEASENSE_JAVA_STOREPASS";
/// The default password of every Java keystore; anyone who can write the file can change it, so it is not a
/// secret.
const DEFAULT_PASSWORD: &str = "changeit";

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Copies a certificate; the copy is readable by all users.
    Copy {
        /// The source.
        from: PathBuf,
        /// The target.
        to: PathBuf,
    },
    /// Deletes a file that contains exactly the expected certificate.
    Delete {
        /// The file.
        file: PathBuf,
    },
    /// Copies Debian's list of certificates with one more line that excludes a certificate.
    Exclude {
        /// The list.
        list: PathBuf,
        /// The certificate's file name.
        name: String,
        /// The copy.
        to: PathBuf,
    },
    /// Creates a private directory.
    Folder {
        /// The directory.
        path: PathBuf,
    },
    /// Runs a program.
    Run {
        /// The program.
        program: String,
        /// Its arguments.
        args: Vec<String>,
    },
}

impl Action {
    /// Runs `program` with `args`.
    pub fn run<A: Into<String>>(program: &str, args: impl IntoIterator<Item = A>) -> Self {
        Self::Run { program: program.to_owned(), args: args.into_iter().map(Into::into).collect() }
    }

    /// Appends one argument.
    #[must_use]
    pub fn and(mut self, argument: &Path) -> Self {
        if let Self::Run { args, .. } = &mut self {
            args.push(argument.to_string_lossy().into_owned());
        }
        self
    }

    /// The equivalent shell command.
    pub fn command_line(&self) -> String {
        let words: Vec<String> = match self {
            Self::Copy { from, to } => {
                let path = |path: &Path| path.to_string_lossy().into_owned();
                ["install".into(), "-m".into(), "0644".into(), path(from), path(to)].into()
            }
            Self::Delete { file } => ["rm".into(), file.to_string_lossy().into_owned()].into(),
            Self::Exclude { list, name, to } => {
                let script = format!("{{ cat {}; echo '!{name}'; }} > {}", list.display(), to.display());
                ["sh".into(), "-c".into(), script].into()
            }
            Self::Folder { path } => {
                ["mkdir".into(), "-p".into(), "-m".into(), "0700".into(), path.to_string_lossy().into_owned()]
                    .into()
            }
            Self::Run { program, args } => std::iter::once(program).chain(args).cloned().collect(),
        };
        words.iter().map(|word| shell_quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// Executes the action. A file is deleted only if it contains the certificate with `fingerprint`.
    pub async fn execute(&self, fingerprint: &str) -> Result<()> {
        let command = || self.command_line();
        match self {
            Self::Copy { from, to } => copy(from, to).with_context(Kind::Tool, command),
            Self::Folder { path } => {
                use std::os::unix::fs::DirBuilderExt;
                let created = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
                created.with_context(Kind::Tool, command)
            }
            Self::Exclude { list, name, to } => {
                let lines = std::fs::read_to_string(list).unwrap_or_default();
                std::fs::write(to, format!("{lines}\n!{name}\n")).with_context(Kind::Tool, command)
            }
            Self::Delete { file } => match std::fs::read(file) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error).with_context(Kind::Tool, command),
                Ok(text) if fingerprints(&text) == [fingerprint] => {
                    std::fs::remove_file(file).with_context(Kind::Tool, command)
                }
                Ok(_) => Err(Failure::new(Kind::Tool, format!("`{}` was not deleted", file.display()))
                    .because("it contains another certificate than the installed one")
                    .hint("inspect it and remove it manually if it is not needed")),
            },
            Self::Run { .. } => {
                let output = self.capture().await;
                output
                    .map(drop)
                    .map_err(|error| error.into_failure(Kind::Tool, format!("cannot run `{}`", command())))
            }
        }
    }

    /// Runs the program and returns its output; other actions return an empty output.
    pub(super) async fn capture(&self) -> Result<Captured, ToolError> {
        let Self::Run { program, args } = self else { return Ok(Captured::default()) };
        Invocation::new(program).args(args).env(STORE_PASSWORD, DEFAULT_PASSWORD).capture().await
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let bytes = std::fs::read(from)?;
    atomic_file::write_with(to, 0o644, |out| std::io::Write::write_all(out, &bytes))
}

/// The word quoted for a shell.
fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,%@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::local::trust::{Certificate, certificate::samples};

    #[test]
    fn command_lines_are_quoted_for_a_shell() {
        let action = Action::run("certutil", ["-d", "sql:/home/a b/x", "it's"]);
        assert_eq!(action.command_line(), "certutil -d 'sql:/home/a b/x' 'it'\\''s'");
    }

    #[tokio::test]
    async fn only_the_expected_certificate_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, other] = [(); 2].map(|()| samples::authority(&["sea.example"]).pem());
        let (from, to) = (folder.path().join("ca.crt"), folder.path().join("anchors/it.crt"));
        std::fs::write(&from, &ours).unwrap();
        let fingerprint = Certificate::read(ours.as_bytes()).unwrap().fingerprint;
        Action::Copy { from, to: to.clone() }.execute(&fingerprint).await.unwrap();
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o644);
        let delete = Action::Delete { file: to.clone() };
        std::fs::write(&to, &other).unwrap();
        assert!(delete.execute(&fingerprint).await.is_err() && to.exists());
        std::fs::write(&to, &ours).unwrap();
        delete.execute(&fingerprint).await.unwrap();
        assert!(!to.exists());
        delete.execute(&fingerprint).await.unwrap();
    }
}
