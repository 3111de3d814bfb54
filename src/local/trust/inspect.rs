//! Inspects a store for a certificate.

use super::{
    Action, Certificate, Family, StoreLocation,
    certificate::fingerprints,
    store_location::{certutil, java},
};
use crate::base::failure::{Kind, Result};

/// Whether the store at `location` trusts `certificate`, by its fingerprint.
pub async fn is_trusted(location: &StoreLocation, certificate: &Certificate) -> Result<bool> {
    match location {
        StoreLocation::System { family: Family::MacOs, .. } => {
            let list = Action::run("security", ["find-certificate", "-a", "-Z"]).and(&location.path());
            let output = list
                .capture()
                .await
                .map_err(|error| error.into_failure(Kind::Tool, "cannot read the keychain"))?;
            Ok(output.stdout.to_lowercase().contains(&certificate.fingerprint))
        }
        StoreLocation::System { family, root } => {
            let contains = |file| {
                std::fs::read(file).is_ok_and(|text| fingerprints(&text).contains(&certificate.fingerprint))
            };
            Ok(location.anchor(certificate).is_some_and(contains) && contains(root.join(family.bundle())))
        }
        StoreLocation::Nss { folder } => {
            if !folder.join("cert9.db").is_file() {
                return Ok(false);
            }
            // certutil fails for an unknown name.
            let output = certutil(folder, &["-L", "-n", &certificate.name(), "-a"]).capture().await;
            Ok(output.is_ok_and(|output| {
                fingerprints(output.stdout.as_bytes()).contains(&certificate.fingerprint)
            }))
        }
        StoreLocation::Java { keystore, keytool } => {
            let export = ["-exportcert", "-rfc", "-alias", &certificate.name()];
            let output = java(keytool, keystore, &export).capture().await;
            Ok(output.is_ok_and(|output| {
                fingerprints(output.stdout.as_bytes()).contains(&certificate.fingerprint)
            }))
        }
    }
}

/// Whether the store still contains any part of `certificate`: weaker than [`is_trusted`], so that an
/// incomplete installation is removed.
pub async fn has_traces(location: &StoreLocation, certificate: &Certificate) -> Result<bool> {
    let StoreLocation::System { family, root } = location else {
        return is_trusted(location, certificate).await;
    };
    if *family == Family::MacOs {
        return is_trusted(location, certificate).await;
    }
    let bundle = std::fs::read(root.join(family.bundle())).unwrap_or_default();
    let anchor = location.anchor(certificate).is_some_and(|file| file.exists());
    Ok(anchor || fingerprints(&bundle).contains(&certificate.fingerprint))
}
