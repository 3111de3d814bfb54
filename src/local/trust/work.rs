//! What is to be changed, told first, and then carried out: written down before, and looked at afterwards.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{
    Action, Certificate, Entry, Place, Site, TrustStore,
    ledger::Before,
    look::{present, traces},
    place::certutil,
};
use crate::base::failure::{Context, Failure, Kind, Result};

/// What is to be done to one place for one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The place.
    pub site: Site,
    /// The certificate.
    pub certificate: Certificate,
    /// The steps; none where nothing is left to be done but to forget it.
    pub actions: Vec<Action>,
}

impl Change {
    /// The commands that do the same, one a line.
    pub fn commands(&self) -> Vec<String> {
        let root = if self.site.writable { "" } else { "sudo " };
        self.actions.iter().map(|action| format!("{root}{}", action.command_line())).collect()
    }

    /// Why it cannot be done by this person as things are.
    pub fn obstacle(&self) -> Option<String> {
        let root = || format!("`{}` belongs to root", self.site.place.path().display());
        self.site.lacking.clone().or_else(|| (!self.site.writable).then(root))
    }
}

/// What makes `sites` trust `certificate`, which lies in `file`; those that do already are left out.
pub async fn plan_install(sites: &[Site], certificate: &Certificate, file: &Path) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for site in sites {
        if site.lacking.is_some() || !present(&site.place, certificate).await? {
            let actions = site.place.install(certificate, file, site.fresh);
            changes.push(Change { site: site.clone(), certificate: certificate.clone(), actions });
        }
    }
    Ok(changes)
}

/// Carries out `change` for the authority of `cluster`.
pub async fn install(ledger: &mut TrustStore, cluster: &str, change: &Change) -> Result<()> {
    let Change { site, certificate, actions } = change;
    let mut entry = Entry {
        cluster: cluster.to_owned(),
        pem: certificate.pem.clone(),
        fingerprint: certificate.fingerprint.clone(),
        place: site.place.clone(),
        made: site.fresh,
        before: None,
    };
    if change.obstacle().is_some() {
        // The person does it as root; whether it was done, the place itself will tell.
        return ledger.put(entry);
    }
    if let Place::Java { keystore, .. } = &site.place {
        entry.before = Some(keep(keystore, &ledger.copies().join(certificate.name()))?);
    }
    ledger.put(entry.clone())?;
    for action in actions {
        action.carry_out(&certificate.fingerprint).await?;
    }
    if !present(&site.place, certificate).await? {
        return Err(unchanged(site, "does not trust the certificate although every step ended well"));
    }
    if let (Place::Java { keystore, .. }, Some(before)) = (&site.place, &mut entry.before) {
        before.after = digest(keystore);
        ledger.put(entry)?;
    }
    Ok(())
}

/// What makes this machine trust what `entries` name, and `current`, no longer; what was done last is undone first.
pub async fn plan_remove(
    sites: &[Site],
    entries: &[Entry],
    current: Option<&Certificate>,
    file: impl Fn(&Certificate) -> PathBuf,
) -> Result<Vec<Change>> {
    let mut wanted = Vec::new();
    for entry in entries {
        let known = sites.iter().find(|site| site.place == entry.place).cloned();
        let site = known.unwrap_or_else(|| Site {
            place: entry.place.clone(),
            writable: !matches!(entry.place, Place::System { .. }),
            fresh: false,
            lacking: None,
        });
        wanted.push((site, Certificate::read(entry.pem.as_bytes())?));
    }
    for (site, certificate) in sites.iter().filter_map(|site| current.map(|certificate| (site, certificate)))
    {
        let told = wanted.iter().any(|(known, other)| known.place == site.place && other == certificate);
        if !told && site.lacking.is_none() && traces(&site.place, certificate).await? {
            wanted.push((site.clone(), certificate.clone()));
        }
    }
    let mut changes = Vec::new();
    for (site, certificate) in wanted.into_iter().rev() {
        let left = site.lacking.is_some() || traces(&site.place, &certificate).await?;
        let actions = if left { site.place.remove(&certificate, &file(&certificate)) } else { Vec::new() };
        changes.push(Change { site, certificate, actions });
    }
    Ok(changes)
}

/// Carries out `change` and forgets the certificate there.
pub async fn remove(ledger: &mut TrustStore, change: &Change) -> Result<()> {
    let Change { site, certificate, actions } = change;
    let is = |entry: &&Entry| entry.fingerprint == certificate.fingerprint && entry.place == site.place;
    let entry = ledger.entries.iter().find(is).cloned();
    if !actions.is_empty() && !restored(&site.place, entry.as_ref())? {
        for action in actions {
            action.carry_out(&certificate.fingerprint).await?;
        }
    }
    if traces(&site.place, certificate).await? {
        return Err(unchanged(site, "still holds the certificate although every step ended well"));
    }
    if let (Place::Nss { folder }, true) = (&site.place, entry.is_some_and(|entry| entry.made)) {
        unmake(folder).await?;
    }
    ledger.forget(&certificate.fingerprint, &site.place)
}

fn unchanged(site: &Site, how: &str) -> Failure {
    Failure::new(Kind::Tool, format!("`{}` {how}", site.place.path().display()))
        .hint("`seasense trust status` shows what is trusted where")
}

/// Keeps a copy of `file` before it is changed.
fn keep(file: &Path, copy: &Path) -> Result<Before> {
    let folder = copy.parent().unwrap_or(Path::new("."));
    let kept = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(file, copy));
    kept.with_context(Kind::Tool, || format!("keep a copy of `{}`", file.display()))?;
    Ok(Before { copy: copy.to_owned(), after: String::new() })
}

fn digest(file: &Path) -> String {
    std::fs::read(file).map(|bytes| hex::encode(Sha256::digest(bytes))).unwrap_or_default()
}

/// Puts a keystore back to the very bytes it had, if nobody has changed it since.
fn restored(place: &Place, entry: Option<&Entry>) -> Result<bool> {
    let before = entry.and_then(|entry| entry.before.as_ref());
    let (Place::Java { keystore, .. }, Some(before)) = (place, before) else { return Ok(false) };
    if before.after.is_empty() || digest(keystore) != before.after {
        return Ok(false);
    }
    let Ok(bytes) = std::fs::read(&before.copy) else { return Ok(false) };
    let what = || format!("put `{}` back", keystore.display());
    let folder = keystore.parent().unwrap_or(Path::new("/"));
    let of = std::fs::metadata(keystore).with_context(Kind::Tool, what)?;
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(Kind::Tool, what)?;
    std::io::Write::write_all(&mut new, &bytes).with_context(Kind::Tool, what)?;
    let owner = (std::os::unix::fs::MetadataExt::uid(&of), std::os::unix::fs::MetadataExt::gid(&of));
    std::os::unix::fs::chown(new.path(), Some(owner.0), Some(owner.1)).with_context(Kind::Tool, what)?;
    new.as_file().set_permissions(of.permissions()).with_context(Kind::Tool, what)?;
    new.persist(keystore).map_err(|error| error.error).with_context(Kind::Tool, what)?;
    Ok(true)
}

/// Removes a database that was made for our certificate, unless something else has moved in.
async fn unmake(folder: &Path) -> Result<()> {
    let what = || format!("look into `{}`", folder.display());
    let listed = certutil(folder, &["-L"]).capture().await;
    let listed = listed.map_err(|error| error.into_failure(Kind::Tool, what()))?.stdout;
    // Every line but the heading that holds trust flags is a certificate; without a private key the list of keys fails.
    let certificates = listed.lines().any(|line| line.contains(',') && !line.contains("SSL,S/MIME"));
    let keys = certutil(folder, &["-K"]).capture().await.is_ok_and(|keys| keys.stdout.contains("< 0>"));
    if certificates || keys {
        return Ok(());
    }
    for file in ["cert9.db", "key4.db", "pkcs11.txt"] {
        let _ = std::fs::remove_file(folder.join(file));
    }
    // Only what is empty goes.
    let _ = std::fs::remove_dir(folder).and_then(|()| folder.parent().map_or(Ok(()), std::fs::remove_dir));
    Ok(())
}
