//! Plans and executes changes: they are shown first, recorded before their execution, and verified afterwards.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{
    Action, Certificate, Entry, LocatedStore, StoreLocation, TrustRecord,
    inspect::{has_traces, is_trusted},
    store_location::certutil,
    trust_record::Backup,
};
use crate::base::failure::{Context, Failure, Kind, Result};

/// The change of one store for one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The store.
    pub store: LocatedStore,
    /// The certificate.
    pub certificate: Certificate,
    /// The actions; empty if only the record must be updated.
    pub actions: Vec<Action>,
}

impl Change {
    /// The equivalent shell commands, one per line.
    pub fn commands(&self) -> Vec<String> {
        let root = if self.store.writable { "" } else { "sudo " };
        self.actions.iter().map(|action| format!("{root}{}", action.command_line())).collect()
    }

    /// The reason why the current user cannot execute the change.
    pub fn reason_not_executable(&self) -> Option<String> {
        let root = || format!("`{}` is writable by root only", self.store.location.path().display());
        self.store.missing.clone().or_else(|| (!self.store.writable).then(root))
    }
}

/// The changes that install `certificate`, which is in `file`; stores that already trust it are omitted.
pub async fn plan_install(
    stores: &[LocatedStore],
    certificate: &Certificate,
    file: &Path,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for store in stores {
        if store.missing.is_some() || !is_trusted(&store.location, certificate).await? {
            let actions = store.location.install(certificate, file, store.is_new);
            changes.push(Change { store: store.clone(), certificate: certificate.clone(), actions });
        }
    }
    Ok(changes)
}

/// Executes `change` for the CA of `cluster`.
pub async fn install(record: &mut TrustRecord, cluster: &str, change: &Change) -> Result<()> {
    let Change { store, certificate, actions } = change;
    let mut entry = Entry {
        cluster: cluster.to_owned(),
        pem: certificate.pem.clone(),
        fingerprint: certificate.fingerprint.clone(),
        location: store.location.clone(),
        created: store.is_new,
        backup: None,
    };
    if change.reason_not_executable().is_some() {
        // The user executes the change as root; the state of the store shows later whether it was executed.
        return record.put(entry);
    }
    if let StoreLocation::Java { keystore, .. } = &store.location {
        entry.backup = Some(back_up(keystore, &record.copies().join(certificate.name()))?);
    }
    record.put(entry.clone())?;
    for action in actions {
        action.execute(&certificate.fingerprint).await?;
    }
    if !is_trusted(&store.location, certificate).await? {
        return Err(not_effective(store, "does not trust the certificate although every command succeeded"));
    }
    if let (StoreLocation::Java { keystore, .. }, Some(backup)) = (&store.location, &mut entry.backup) {
        backup.changed_digest = digest(keystore);
        record.put(entry)?;
    }
    Ok(())
}

/// The changes that remove `entries` and `current` from this machine, in reverse order of their installation.
pub async fn plan_remove(
    stores: &[LocatedStore],
    entries: &[Entry],
    current: Option<&Certificate>,
    file: impl Fn(&Certificate) -> PathBuf,
) -> Result<Vec<Change>> {
    let mut wanted = Vec::new();
    for entry in entries {
        let known = stores.iter().find(|store| store.location == entry.location).cloned();
        let store = known.unwrap_or_else(|| LocatedStore {
            location: entry.location.clone(),
            writable: !matches!(entry.location, StoreLocation::System { .. }),
            is_new: false,
            missing: None,
        });
        wanted.push((store, Certificate::read(entry.pem.as_bytes())?));
    }
    for (store, certificate) in
        stores.iter().filter_map(|store| current.map(|certificate| (store, certificate)))
    {
        let is_listed =
            wanted.iter().any(|(known, other)| known.location == store.location && other == certificate);
        if !is_listed && store.missing.is_none() && has_traces(&store.location, certificate).await? {
            wanted.push((store.clone(), certificate.clone()));
        }
    }
    let mut changes = Vec::new();
    for (store, certificate) in wanted.into_iter().rev() {
        let remains = store.missing.is_some() || has_traces(&store.location, &certificate).await?;
        let actions =
            if remains { store.location.remove(&certificate, &file(&certificate)) } else { Vec::new() };
        changes.push(Change { store, certificate, actions });
    }
    Ok(changes)
}

/// Executes `change` and removes the certificate in that store from the record.
pub async fn remove(record: &mut TrustRecord, change: &Change) -> Result<()> {
    let Change { store, certificate, actions } = change;
    let is_same =
        |entry: &&Entry| entry.fingerprint == certificate.fingerprint && entry.location == store.location;
    let entry = record.entries.iter().find(is_same).cloned();
    if !actions.is_empty() && !restored(&store.location, entry.as_ref())? {
        for action in actions {
            action.execute(&certificate.fingerprint).await?;
        }
    }
    if has_traces(&store.location, certificate).await? {
        return Err(not_effective(store, "still contains the certificate although every command succeeded"));
    }
    if let (StoreLocation::Nss { folder }, true) = (&store.location, entry.is_some_and(|entry| entry.created))
    {
        remove_database(folder).await?;
    }
    record.forget(&certificate.fingerprint, &store.location)
}

/// Fails with the commands of the changes that only root can execute.
pub fn require_complete(changes: &[Change]) -> Result<()> {
    let left: Vec<(&Change, String)> =
        changes.iter().filter_map(|change| Some((change, change.reason_not_executable()?))).collect();
    if left.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(Kind::Tool, "some changes need root or a missing tool");
    Err(left.into_iter().fold(failure, |failure, (change, reason)| {
        let failure = failure.because(format!("{}: {reason}", change.store.kind().name()));
        match change.store.missing {
            Some(_) => failure,
            None => failure.hint(format!("run: {}", change.commands().join(" && "))),
        }
    }))
}

fn not_effective(store: &LocatedStore, how: &str) -> Failure {
    Failure::new(Kind::Tool, format!("`{}` {how}", store.location.path().display()))
        .hint("run `seasense trust status`")
}

/// Copies `file` before it is changed.
fn back_up(file: &Path, copy: &Path) -> Result<Backup> {
    let folder = copy.parent().unwrap_or(Path::new("."));
    let copied = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(file, copy));
    copied.with_context(Kind::Tool, || format!("cannot copy `{}`", file.display()))?;
    Ok(Backup { copy: copy.to_owned(), changed_digest: String::new() })
}

fn digest(file: &Path) -> String {
    std::fs::read(file).map(|bytes| hex::encode(Sha256::digest(bytes))).unwrap_or_default()
}

/// Restores a keystore from its backup if it was not changed since.
fn restored(location: &StoreLocation, entry: Option<&Entry>) -> Result<bool> {
    let backup = entry.and_then(|entry| entry.backup.as_ref());
    let (StoreLocation::Java { keystore, .. }, Some(backup)) = (location, backup) else { return Ok(false) };
    if backup.changed_digest.is_empty() || digest(keystore) != backup.changed_digest {
        return Ok(false);
    }
    let Ok(bytes) = std::fs::read(&backup.copy) else { return Ok(false) };
    let what = || format!("cannot restore `{}`", keystore.display());
    let folder = keystore.parent().unwrap_or(Path::new("/"));
    let metadata = std::fs::metadata(keystore).with_context(Kind::Tool, what)?;
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(Kind::Tool, what)?;
    std::io::Write::write_all(&mut new, &bytes).with_context(Kind::Tool, what)?;
    let owner =
        (std::os::unix::fs::MetadataExt::uid(&metadata), std::os::unix::fs::MetadataExt::gid(&metadata));
    std::os::unix::fs::chown(new.path(), Some(owner.0), Some(owner.1)).with_context(Kind::Tool, what)?;
    new.as_file().set_permissions(metadata.permissions()).with_context(Kind::Tool, what)?;
    new.persist(keystore).map_err(|error| error.error).with_context(Kind::Tool, what)?;
    Ok(true)
}

/// Removes a database that was created for our certificate, unless it has other content.
async fn remove_database(folder: &Path) -> Result<()> {
    let what = || format!("cannot read `{}`", folder.display());
    let listed = certutil(folder, &["-L"]).capture().await;
    let listed = listed.map_err(|error| error.into_failure(Kind::Tool, what()))?.stdout;
    // Every line with trust flags except the heading is a certificate; the list of keys fails without a
    // private key.
    let certificates = listed.lines().any(|line| line.contains(',') && !line.contains("SSL,S/MIME"));
    let keys = certutil(folder, &["-K"]).capture().await.is_ok_and(|keys| keys.stdout.contains("< 0>"));
    if certificates || keys {
        return Ok(());
    }
    for file in ["cert9.db", "key4.db", "pkcs11.txt"] {
        let _ = std::fs::remove_file(folder.join(file));
    }
    // Only empty directories are removed.
    let _ = std::fs::remove_dir(folder).and_then(|()| folder.parent().map_or(Ok(()), std::fs::remove_dir));
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn change(writable: bool, missing: Option<&str>) -> Change {
        Change {
            store: LocatedStore {
                location: StoreLocation::Nss { folder: "/home/a/.pki/nssdb".into() },
                writable,
                is_new: false,
                missing: missing.map(str::to_owned),
            },
            certificate: Certificate {
                pem: String::new(),
                fingerprint: "ab".repeat(32),
                subject: "CN=x".into(),
                expires: jiff::Timestamp::UNIX_EPOCH,
                authority: true,
                permitted: vec!["sea.example".into()],
            },
            actions: vec![Action::run("certutil", ["-A"]), Action::run("update", [""; 0])],
        }
    }

    #[test]
    fn changes_for_root_are_one_command_to_paste() {
        assert_eq!(require_complete(&[change(true, None)]), Ok(()));
        let failure = require_complete(&[change(false, None)]).unwrap_err();
        assert_eq!(failure.hints, ["run: sudo certutil -A && sudo update"]);
        let failure = require_complete(&[change(true, Some("`certutil` is missing"))]).unwrap_err();
        assert_eq!(failure.causes, ["nss: `certutil` is missing"]);
    }
}
