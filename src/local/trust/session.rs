//! Installs the CA certificate of one environment in the stores of this machine, and removes it.

use std::path::PathBuf;

use super::{
    Certificate, Change, Entry, HostTrustConfig, LocatedStore, StoreKind, TrustRecord, changes, stores,
};
use crate::{
    base::failure::{Context, Failure, Kind, Result},
    config::{Environment, HostDirs},
    local::cluster::authority_file,
};

/// The trust of this machine in one environment.
pub struct TrustSession {
    /// The public name of the environment.
    pub(super) hostname: String,
    /// The port of its gateway on 127.0.0.1.
    pub(super) https_port: u16,
    /// The name of its cluster.
    pub(super) cluster: String,
    /// The trust record of this machine.
    pub(super) record: TrustRecord,
    /// The selected stores.
    pub(super) stores: Vec<LocatedStore>,
    /// The CA certificate; `None` before the first `dev`.
    pub(super) certificate: Option<Certificate>,
    authority_file: PathBuf,
    /// The kinds that the user named; empty selects all.
    kinds: Vec<StoreKind>,
}

/// A planned installation.
pub struct Installation {
    /// The certificate.
    pub certificate: Certificate,
    /// The changes, in their order; empty if every store trusts the certificate already.
    pub changes: Vec<Change>,
    /// The reasons for skipping stores that the user did not select.
    pub skipped: Vec<String>,
}

impl TrustSession {
    /// Reads the record and the CA certificate, and discovers the stores of `kinds`; no kind selects all
    /// stores.
    pub fn open(
        dirs: &HostDirs,
        environment: &Environment,
        config: &HostTrustConfig,
        kinds: Vec<StoreKind>,
    ) -> Result<Self> {
        let cluster = environment.cluster_name();
        let mut stores = stores(config);
        if let Some(missing) = kinds.iter().find(|kind| !stores.iter().any(|store| store.kind() == **kind)) {
            return Err(Failure::new(Kind::Tool, format!("this machine has no {} store", missing.name()))
                .hint("run `seasense trust status` to list its stores"));
        }
        stores.retain(|store| kinds.is_empty() || kinds.contains(&store.kind()));
        let authority_file = authority_file(dirs, &cluster);
        let certificate = match std::fs::read(&authority_file) {
            Ok(pem) => Some(Certificate::read(&pem)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error)
                    .with_context(Kind::Tool, || format!("cannot read `{}`", authority_file.display()));
            }
        };
        Ok(Self {
            hostname: environment.variables.hostname.get_ref().clone(),
            https_port: environment.https_port(),
            record: TrustRecord::open(&dirs.trust_record())?,
            cluster,
            stores,
            certificate,
            authority_file,
            kinds,
        })
    }

    /// Plans the installation of the CA certificate. Refuses a certificate that could sign for other names.
    pub async fn plan_install(&self) -> Result<Installation> {
        let Some(certificate) = self.certificate.clone() else {
            return Err(Failure::new(Kind::Cluster, "the environment has no certificate authority yet")
                .because(format!("`{}` does not exist", self.authority_file.display()))
                .hint("run `seasense dev` first; an environment with a public issuer needs no trust"));
        };
        certificate.require_limited_to(&self.hostname)?;
        let mut changes = changes::plan_install(&self.stores, &certificate, &self.authority_file).await?;
        let mut skipped = Vec::new();
        if self.kinds.is_empty() {
            skipped.extend(changes.iter().filter_map(|change| change.store.missing.clone()));
            changes.retain(|change| change.store.missing.is_none());
        }
        Ok(Installation { certificate, changes, skipped })
    }

    /// Executes the changes of an installation; fails with the commands of those that only root can execute.
    pub async fn install(&mut self, planned: &[Change]) -> Result<()> {
        for change in planned {
            changes::install(&mut self.record, &self.cluster, change).await?;
        }
        changes::require_complete(planned)
    }

    /// Plans the removal of the recorded certificates: of this environment, or of all environments of this
    /// machine.
    pub async fn plan_remove(&self, all: bool) -> Result<Vec<Change>> {
        let mut entries: Vec<Entry> =
            if all { self.record.entries.clone() } else { self.record.of(&self.cluster) };
        entries.retain(|entry| self.kinds.is_empty() || self.kinds.contains(&entry.location.kind()));
        // Some programs need the certificate as a file, and the environment's own file may no longer exist.
        let folder = self.record.copies();
        std::fs::create_dir_all(&folder)
            .with_context(Kind::Tool, || format!("cannot create `{}`", folder.display()))?;
        let mut known = entries
            .iter()
            .map(|entry| Certificate::read(entry.pem.as_bytes()))
            .collect::<Result<Vec<_>>>()?;
        known.extend(self.certificate.clone());
        let file = |certificate: &Certificate| folder.join(format!("{}.crt", certificate.name()));
        for certificate in &known {
            std::fs::write(file(certificate), &certificate.pem)
                .with_context(Kind::Tool, || format!("cannot write `{}`", file(certificate).display()))?;
        }
        let changes = changes::plan_remove(&self.stores, &entries, self.certificate.as_ref(), file).await?;
        if changes.is_empty() {
            self.record.tidy()?;
        }
        Ok(changes)
    }

    /// Removes the files of a planned removal that is not executed.
    pub fn cancel_remove(&self) -> Result<()> {
        self.record.tidy()
    }

    /// Executes the changes of a removal; fails with the commands of those that only root can execute.
    pub async fn remove(&mut self, planned: Vec<Change>) -> Result<()> {
        let (possible, left): (Vec<Change>, Vec<Change>) = planned
            .into_iter()
            .partition(|change| change.actions.is_empty() || change.reason_not_executable().is_none());
        for change in &possible {
            changes::remove(&mut self.record, change).await?;
        }
        if left.is_empty() {
            self.record.tidy()?;
        }
        changes::require_complete(&left)
    }
}
