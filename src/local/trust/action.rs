//! One change to this machine: told as the command a person could run, and carried out.

use std::path::{Path, PathBuf};

use super::certificate::fingerprints;
use crate::base::{
    atomic_file,
    failure::{Context, Failure, Kind, Result},
    tool::{Captured, Invocation, ToolError},
};

/// The variable that carries the password of a Java keystore to keytool.
pub const STORE_PASSWORD: &str = "SEASENSE_JAVA_STOREPASS";
/// Every Java is delivered with this password, and whoever may write the file may change it: it is no secret.
const DELIVERED_PASSWORD: &str = "changeit";

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Copies a certificate; everybody may read the copy.
    Copy {
        /// From where.
        from: PathBuf,
        /// To where.
        to: PathBuf,
    },
    /// Deletes a file that holds the certificate meant, and nothing else.
    Delete {
        /// The file.
        file: PathBuf,
    },
    /// Copies Debian's list of certificates with one more line, which tells it to leave a certificate out.
    Exclude {
        /// The list.
        list: PathBuf,
        /// The certificate's file, without folder.
        name: String,
        /// The copy.
        to: PathBuf,
    },
    /// Makes a folder for the person alone.
    Folder {
        /// The folder.
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

    /// The same with one more argument.
    #[must_use]
    pub fn and(mut self, argument: &Path) -> Self {
        if let Self::Run { args, .. } = &mut self {
            args.push(argument.to_string_lossy().into_owned());
        }
        self
    }

    /// The command that does the same.
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
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// Carries it out. A file is deleted only while it holds the certificate with `fingerprint`.
    pub async fn carry_out(&self, fingerprint: &str) -> Result<()> {
        let what = || self.command_line();
        match self {
            Self::Copy { from, to } => copy(from, to).with_context(Kind::Tool, what),
            Self::Folder { path } => {
                use std::os::unix::fs::DirBuilderExt;
                let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
                made.with_context(Kind::Tool, what)
            }
            Self::Exclude { list, name, to } => {
                let lines = std::fs::read_to_string(list).unwrap_or_default();
                std::fs::write(to, format!("{lines}\n!{name}\n")).with_context(Kind::Tool, what)
            }
            Self::Delete { file } => match std::fs::read(file) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error).with_context(Kind::Tool, what),
                Ok(text) if fingerprints(&text) == [fingerprint] => {
                    std::fs::remove_file(file).with_context(Kind::Tool, what)
                }
                Ok(_) => Err(Failure::new(Kind::Tool, format!("`{}` is left alone", file.display()))
                    .because("it holds another certificate than the one that was installed")
                    .hint("look at it, and remove it yourself if nothing needs it")),
            },
            Self::Run { .. } => {
                let done = self.capture().await;
                done.map(drop).map_err(|error| error.into_failure(Kind::Tool, format!("run `{}`", what())))
            }
        }
    }

    /// Runs the program and gives what it wrote; what is no program gives nothing.
    pub(super) async fn capture(&self) -> Result<Captured, ToolError> {
        let Self::Run { program, args } = self else { return Ok(Captured::default()) };
        Invocation::new(program).args(args).env(STORE_PASSWORD, DELIVERED_PASSWORD).capture().await
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let bytes = std::fs::read(from)?;
    atomic_file::write_with(to, 0o644, |out| std::io::Write::write_all(out, &bytes))
}

/// The word as a shell takes it.
fn quoted(word: &str) -> String {
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
    fn told_commands_can_be_pasted() {
        let action = Action::run("certutil", ["-d", "sql:/home/a b/x", "it's"]);
        assert_eq!(action.command_line(), "certutil -d 'sql:/home/a b/x' 'it'\\''s'");
    }

    #[tokio::test]
    async fn only_the_very_certificate_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, other] = [(); 2].map(|()| samples::authority(&["sea.example"]).pem());
        let (from, to) = (folder.path().join("ca.crt"), folder.path().join("anchors/it.crt"));
        std::fs::write(&from, &ours).unwrap();
        let fingerprint = Certificate::read(ours.as_bytes()).unwrap().fingerprint;
        Action::Copy { from, to: to.clone() }.carry_out(&fingerprint).await.unwrap();
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o644);
        let delete = Action::Delete { file: to.clone() };
        std::fs::write(&to, &other).unwrap();
        assert!(delete.carry_out(&fingerprint).await.is_err() && to.exists());
        std::fs::write(&to, &ours).unwrap();
        delete.carry_out(&fingerprint).await.unwrap();
        assert!(!to.exists());
        delete.carry_out(&fingerprint).await.unwrap();
    }
}
