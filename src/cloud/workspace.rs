//! The folder that OpenTofu works in: a copy of the modules in the private state folder, so that a checkout is never written to.

use std::{
    io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{InfraContext, State, backend, programs::Programs};
use crate::{
    base::failure::{Context, Kind, Result},
    config::{Infrastructure, MODULES},
};

/// What OpenTofu calls the provider; a mirror on disk is laid out by it.
const PROVIDER: &str = "registry.opentofu.org/scaleway/scaleway";

/// Which root module is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The environment, with its state where it is kept; nowhere while nothing stands.
    Environment(Option<State>),
    /// The bucket that the state is kept in, and whether it is there already.
    StateBucket { exists: bool },
}

impl Root {
    const fn name(self) -> &'static str {
        match self {
            Self::Environment(_) => "environment",
            Self::StateBucket { .. } => "state-bucket",
        }
    }

    /// Its folder below the modules.
    const fn folder(self) -> &'static str {
        match self {
            Self::Environment(_) => "",
            Self::StateBucket { .. } => "state",
        }
    }
}

/// A folder that is ready for `tofu init`.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder with the root module.
    pub folder: PathBuf,
    /// OpenTofu's own settings.
    pub settings: PathBuf,
    /// Scaleway's settings file, empty: keys and project come from the environment only.
    pub scaleway: PathBuf,
    /// The plan that was made last.
    pub plan: PathBuf,
}

impl Workspace {
    /// Lays the modules out anew, with the backend and the settings of this run; what `tofu init` fetched stays.
    ///
    /// Without a state to read from, nothing stands yet.
    pub fn prepare(context: &InfraContext, programs: &Programs, root: Root) -> Result<Self> {
        let base = context.dirs.make_infra(&context.wanted.environment)?.join(root.name());
        let what = || format!("prepare `{}`", base.display());
        let workspace = Self {
            folder: base.join("modules").join(root.folder()),
            settings: base.join("tofu.rc"),
            scaleway: base.join("scw.yaml"),
            plan: base.join("plan"),
        };
        workspace.lay_out(context, programs, &base, root).with_context(Kind::Tool, what)?;
        Ok(workspace)
    }

    fn lay_out(
        &self,
        context: &InfraContext,
        programs: &Programs,
        base: &Path,
        root: Root,
    ) -> io::Result<()> {
        let modules = base.join("modules");
        std::fs::create_dir_all(&modules)?;
        std::fs::set_permissions(base, std::fs::Permissions::from_mode(0o700))?;
        mirror(&context.project.root().join(MODULES), &modules)?;
        let (wanted, credentials) = (&context.wanted, &context.credentials);
        let added = match root {
            Root::Environment(Some(state)) => {
                Some(("backend.tf.json", backend::backend(state, wanted, credentials, &context.folder())))
            }
            Root::StateBucket { exists: true } => {
                Some(("adopted.tf.json", backend::adopted(wanted, credentials)))
            }
            Root::Environment(None) | Root::StateBucket { exists: false } => None,
        };
        if let Some((name, content)) = added {
            std::fs::write(self.folder.join(name), serde_json::to_vec_pretty(&content)?)?;
        }
        std::fs::write(&self.scaleway, "")?;
        let provider = programs.provider.as_ref();
        let mirror = provider.map(|(path, version)| provider_mirror(base, path, version)).transpose()?;
        std::fs::write(&self.settings, settings(mirror.as_deref()))
    }

    /// Whether what OpenTofu was prepared with is what is there now: modules, backend, settings and OpenTofu itself.
    pub fn is_initialised(&self, programs: &Programs) -> bool {
        let there = self.folder.join(".terraform").is_dir();
        there && std::fs::read_to_string(self.stamp()).is_ok_and(|stamp| Ok(stamp) == self.key(programs))
    }

    /// Notes that OpenTofu was prepared.
    pub fn initialised(&self, programs: &Programs) -> Result<()> {
        let what = || format!("write `{}`", self.stamp().display());
        let key = self.key(programs)?;
        std::fs::write(self.stamp(), key).with_context(Kind::Tool, what)
    }

    fn stamp(&self) -> PathBuf {
        self.settings.with_file_name("initialised")
    }

    fn key(&self, programs: &Programs) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(format!("{programs:?}"));
        let modules = self.settings.with_file_name("modules");
        let hashed = std::fs::read(&self.settings)
            .map(|settings| hash.update(settings))
            .and_then(|()| hash_files(&modules, &mut hash));
        hashed.with_context(Kind::Tool, || format!("read `{}`", modules.display()))?;
        Ok(hex::encode(hash.finalize()))
    }

    /// The variables of the environment.
    pub fn variables(&self, wanted: &Infrastructure) -> PathBuf {
        self.folder.join("envs").join(format!("{}.tfvars.json", wanted.environment))
    }
}

/// Makes `to` hold what `from` holds; only what is hidden, and so OpenTofu's own, stays in `to`.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(to)? {
        let entry = entry?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || from.join(entry.file_name()).exists() {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            mirror(&source, &target)?;
        } else {
            std::fs::write(target, std::fs::read(source)?)?;
        }
    }
    Ok(())
}

/// Adds every file of a folder that is not hidden, in the order of their names.
fn hash_files(folder: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        hash.update(name.as_encoded_bytes());
        if entry.file_type()?.is_dir() {
            hash_files(&entry.path(), hash)?;
        } else {
            hash.update(Sha256::digest(std::fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// Lays `program` out as a provider on disk, and gives the mirror's root.
fn provider_mirror(base: &Path, program: &Path, version: &str) -> io::Result<PathBuf> {
    let root = base.join("mirror");
    let folder = root.join(PROVIDER).join(version).join("linux_amd64");
    std::fs::create_dir_all(&folder)?;
    let link = folder.join(format!("terraform-provider-scaleway_v{version}"));
    match std::fs::remove_file(&link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => symlink(program, &link)?,
    }
    Ok(root)
}

/// OpenTofu's own settings: where the provider comes from, and nothing of the person's.
fn settings(mirror: Option<&Path>) -> String {
    let Some(mirror) = mirror else { return "disable_checkpoint = true\n".to_owned() };
    let path = serde_json::Value::from(mirror.to_string_lossy());
    format!(
        "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path    = {path}\n    include = \
         [\"{PROVIDER}\"]\n  }}\n  direct {{\n    exclude = [\"{PROVIDER}\"]\n  }}\n}}\n"
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::event::Silent,
        config::{CloudKeys, HostDirs, Project, Secret},
    };

    pub fn wanted() -> Infrastructure {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Infrastructure::load(&project, "staging").unwrap()
    }

    pub fn credentials() -> CloudKeys {
        CloudKeys {
            access_key: Secret::new("SCWXXXXXXXXXXXXXXXXX"),
            secret_key: Secret::new("22222222-2222-4222-8222-222222222222"),
            project: "11111111-1111-4111-8111-111111111111".to_owned(),
            organization: "33333333-3333-4333-8333-333333333333".to_owned(),
            api: "http://127.0.0.1:1".to_owned(),
            cloudflare: None,
            cloudflare_api: "http://127.0.0.1:1".to_owned(),
            passphrase: None,
        }
    }

    pub fn context(folder: &Path) -> InfraContext {
        InfraContext {
            project: Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap(),
            dirs: HostDirs::new(folder.join("cache"), folder.join("state")),
            events: Arc::new(Silent),
            wanted: wanted(),
            credentials: credentials(),
            state: State::File,
            cores: 1,
        }
    }

    #[test]
    fn a_workspace_is_a_private_copy_that_follows_the_checkout_and_keeps_what_was_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let context = context(folder.path());
        let provider = Some(("/bin/true".into(), "2.81.0".to_owned()));
        let programs = Programs { tofu: "tofu".into(), provider };
        let made = Workspace::prepare(&context, &programs, Root::Environment(Some(State::File))).unwrap();
        assert!(made.folder.join("modules/network/main.tf").is_file());
        assert!(made.variables(&context.wanted).is_file());
        assert!(std::fs::read_to_string(&made.settings).unwrap().contains("filesystem_mirror"));
        let (stale, fetched) = (made.folder.join("stale.tf"), made.folder.join(".terraform"));
        std::fs::write(&stale, "").unwrap();
        std::fs::create_dir(&fetched).unwrap();
        let again = Workspace::prepare(&context, &programs, Root::Environment(Some(State::File))).unwrap();
        assert!(!again.is_initialised(&programs), "nobody has prepared it yet");
        again.initialised(&programs).unwrap();
        assert!(again.is_initialised(&programs));
        std::fs::write(again.folder.join("backend.tf.json"), "{}").unwrap();
        assert!(!again.is_initialised(&programs), "it is kept elsewhere now");
        assert!(!stale.exists() && fetched.exists() && again.folder.join("backend.tf.json").is_file());
        let rights = std::fs::metadata(context.folder()).unwrap().permissions();
        assert_eq!(rights.mode() & 0o777, 0o700);
    }

    #[test]
    fn the_root_of_the_states_bucket_has_no_backend() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs { tofu: "tofu".into(), provider: None };
        let prepare = |exists| {
            Workspace::prepare(&context(folder.path()), &programs, Root::StateBucket { exists }).unwrap()
        };
        let made = prepare(false);
        assert!(made.folder.join("main.tf").is_file() && !made.folder.join("backend.tf.json").exists());
        assert!(!std::fs::read_to_string(&made.settings).unwrap().contains("mirror"));
        let adopted = made.folder.join("adopted.tf.json");
        assert!(!adopted.exists());
        prepare(true);
        assert!(std::fs::read_to_string(adopted).unwrap().contains("fr-par/seasense-staging-state-11111111"));
    }
}
