//! The working directory of OpenTofu: a copy of the modules in the private state directory, so that the
//! checkout is never written to.

use std::{
    io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{InfraContext, State, backend, programs::Programs};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        platform::Platform,
    },
    config::{Infrastructure, MODULES},
};

/// OpenTofu's address of the provider, which determines the layout of a mirror on disk.
const PROVIDER: &str = "registry.opentofu.org/scaleway/scaleway";

/// The root module that is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The environment, with the storage of its state; `None` before the first apply.
    Environment(Option<State>),
    /// The bucket of the state, and whether it exists.
    StateBucket { exists: bool },
}

impl Root {
    const fn name(self) -> &'static str {
        match self {
            Self::Environment(_) => "environment",
            Self::StateBucket { .. } => "state-bucket",
        }
    }

    /// Its directory below the modules.
    const fn folder(self) -> &'static str {
        match self {
            Self::Environment(_) => "",
            Self::StateBucket { .. } => "state",
        }
    }
}

/// A directory that is ready for `tofu init`.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The directory of the root module.
    pub folder: PathBuf,
    /// The CLI configuration of OpenTofu.
    pub settings: PathBuf,
    /// An empty Scaleway configuration file: keys and project come from environment variables only.
    pub scaleway: PathBuf,
    /// The last plan.
    pub plan: PathBuf,
}

impl Workspace {
    /// Copies the modules again, with the backend and the settings of this run; downloads of `tofu init` are
    /// kept.
    pub fn prepare(context: &InfraContext, programs: &Programs, root: Root) -> Result<Self> {
        let base = context.dirs.make_infra(&context.infrastructure.environment)?.join(root.name());
        let what = || format!("cannot prepare `{}`", base.display());
        let workspace = Self {
            folder: base.join("modules").join(root.folder()),
            settings: base.join("tofu.rc"),
            scaleway: base.join("scw.yaml"),
            plan: base.join("plan"),
        };
        let host = Platform::host()?;
        workspace.write_files((context, host), programs, &base, root).with_context(Kind::Tool, what)?;
        Ok(workspace)
    }

    fn write_files(
        &self,
        (context, host): (&InfraContext, Platform),
        programs: &Programs,
        base: &Path,
        root: Root,
    ) -> io::Result<()> {
        let modules = base.join("modules");
        std::fs::create_dir_all(&modules)?;
        std::fs::set_permissions(base, std::fs::Permissions::from_mode(0o700))?;
        mirror(&context.project.root().join(MODULES), &modules)?;
        let (infrastructure, credentials) = (&context.infrastructure, &context.credentials);
        let generated = match root {
            Root::Environment(Some(state)) => Some((
                "backend.tf.json",
                backend::backend(state, infrastructure, credentials, &context.folder()),
            )),
            Root::StateBucket { exists: true } => {
                Some(("adopted.tf.json", backend::adopted(infrastructure, credentials)))
            }
            Root::Environment(None) | Root::StateBucket { exists: false } => None,
        };
        if let Some((name, content)) = generated {
            std::fs::write(self.folder.join(name), serde_json::to_vec_pretty(&content)?)?;
        }
        std::fs::write(&self.scaleway, "")?;
        let provider = programs.provider.as_ref();
        let mirror =
            provider.map(|(path, version)| provider_mirror(base, host, path, version)).transpose()?;
        std::fs::write(&self.settings, settings(mirror.as_deref()))
    }

    /// Whether `tofu init` ran with the current modules, backend, settings and binary.
    pub fn is_initialised(&self, programs: &Programs) -> bool {
        let exists = self.folder.join(".terraform").is_dir();
        exists && std::fs::read_to_string(self.stamp()).is_ok_and(|stamp| Ok(stamp) == self.key(programs))
    }

    /// Records that `tofu init` succeeded.
    pub fn record_initialised(&self, programs: &Programs) -> Result<()> {
        let what = || format!("cannot write `{}`", self.stamp().display());
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
        hashed.with_context(Kind::Tool, || format!("cannot read `{}`", modules.display()))?;
        Ok(hex::encode(hash.finalize()))
    }

    /// The file with the environment's variables.
    pub fn variables(&self, infrastructure: &Infrastructure) -> PathBuf {
        self.folder.join("envs").join(format!("{}.tfvars.json", infrastructure.environment))
    }
}

/// Mirrors `from` to `to`, except for hidden entries in `to`, which belong to OpenTofu.
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

/// Hashes every file of a directory that is not hidden, in the order of their names.
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

/// Creates a provider mirror with `program` and returns its root.
fn provider_mirror(base: &Path, host: Platform, program: &Path, version: &str) -> io::Result<PathBuf> {
    let root = base.join("mirror");
    let folder = root.join(PROVIDER).join(version).join(host.joined("_"));
    std::fs::create_dir_all(&folder)?;
    let link = folder.join(format!("terraform-provider-scaleway_v{version}"));
    match std::fs::remove_file(&link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => symlink(program, &link)?,
    }
    Ok(root)
}

/// The CLI configuration of OpenTofu: the source of the provider, without the user's own settings.
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

    pub fn infrastructure() -> Infrastructure {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Infrastructure::load(&project, &"staging".into()).unwrap()
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
            infrastructure: infrastructure(),
            credentials: credentials(),
            state: State::File,
            cores: 1,
        }
    }

    #[test]
    fn workspace_is_a_private_copy_and_keeps_downloads() {
        let folder = tempfile::tempdir().unwrap();
        let context = context(folder.path());
        let provider = Some(("/bin/true".into(), "2.81.0".to_owned()));
        let programs = Programs { tofu: "tofu".into(), provider };
        let workspace =
            Workspace::prepare(&context, &programs, Root::Environment(Some(State::File))).unwrap();
        assert!(workspace.folder.join("modules/network/main.tf").is_file());
        assert!(workspace.variables(&context.infrastructure).is_file());
        assert!(std::fs::read_to_string(&workspace.settings).unwrap().contains("filesystem_mirror"));
        let (stale, downloads) = (workspace.folder.join("stale.tf"), workspace.folder.join(".terraform"));
        std::fs::write(&stale, "").unwrap();
        std::fs::create_dir(&downloads).unwrap();
        let again = Workspace::prepare(&context, &programs, Root::Environment(Some(State::File))).unwrap();
        assert!(!again.is_initialised(&programs), "not initialised yet");
        again.record_initialised(&programs).unwrap();
        assert!(again.is_initialised(&programs));
        std::fs::write(again.folder.join("backend.tf.json"), "{}").unwrap();
        assert!(!again.is_initialised(&programs), "the backend changed");
        assert!(!stale.exists() && downloads.exists() && again.folder.join("backend.tf.json").is_file());
        let rights = std::fs::metadata(context.folder()).unwrap().permissions();
        assert_eq!(rights.mode() & 0o777, 0o700);
    }

    #[test]
    fn state_bucket_root_has_no_backend() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs { tofu: "tofu".into(), provider: None };
        let prepare = |exists| {
            Workspace::prepare(&context(folder.path()), &programs, Root::StateBucket { exists }).unwrap()
        };
        let workspace = prepare(false);
        assert!(
            workspace.folder.join("main.tf").is_file() && !workspace.folder.join("backend.tf.json").exists()
        );
        assert!(!std::fs::read_to_string(&workspace.settings).unwrap().contains("mirror"));
        let adopted = workspace.folder.join("adopted.tf.json");
        assert!(!adopted.exists());
        prepare(true);
        assert!(std::fs::read_to_string(adopted).unwrap().contains("fr-par/seasense-staging-state-11111111"));
    }
}
