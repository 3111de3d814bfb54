//! Whether a place trusts a certificate, asked of the place itself.

use super::{
    Action, Certificate, Family, Place,
    certificate::fingerprints,
    place::{certutil, java},
};
use crate::base::failure::{Kind, Result};

/// Whether `place` trusts `certificate`, by its fingerprint.
pub async fn present(place: &Place, certificate: &Certificate) -> Result<bool> {
    match place {
        Place::System { family: Family::MacOs, .. } => {
            let list = Action::run("security", ["find-certificate", "-a", "-Z"]).and(&place.path());
            let told =
                list.capture().await.map_err(|error| error.into_failure(Kind::Tool, "read the keychain"))?;
            Ok(told.stdout.to_lowercase().contains(&certificate.fingerprint))
        }
        Place::System { family, root } => {
            let holds = |file| {
                std::fs::read(file).is_ok_and(|text| fingerprints(&text).contains(&certificate.fingerprint))
            };
            Ok(place.anchor(certificate).is_some_and(holds) && holds(root.join(family.bundle())))
        }
        Place::Nss { folder } => {
            if !folder.join("cert9.db").is_file() {
                return Ok(false);
            }
            // It fails for a name that it does not know.
            let shown = certutil(folder, &["-L", "-n", &certificate.name(), "-a"]).capture().await;
            Ok(shown
                .is_ok_and(|shown| fingerprints(shown.stdout.as_bytes()).contains(&certificate.fingerprint)))
        }
        Place::Java { keystore, keytool } => {
            let export = ["-exportcert", "-rfc", "-alias", &certificate.name()];
            let shown = java(keytool, keystore, &export).capture().await;
            Ok(shown
                .is_ok_and(|shown| fingerprints(shown.stdout.as_bytes()).contains(&certificate.fingerprint)))
        }
    }
}

/// Whether `place` still holds anything of `certificate`: less than [`present`] asks for, so that what was left half
/// made is removed.
pub async fn traces(place: &Place, certificate: &Certificate) -> Result<bool> {
    let Place::System { family, root } = place else { return present(place, certificate).await };
    if *family == Family::MacOs {
        return present(place, certificate).await;
    }
    let bundle = std::fs::read(root.join(family.bundle())).unwrap_or_default();
    let anchor = place.anchor(certificate).is_some_and(|file| file.exists());
    Ok(anchor || fingerprints(&bundle).contains(&certificate.fingerprint))
}
