//! Pushes an artifact to a registry; what is there already is not sent again.

use futures_util::future::try_join_all;
use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol},
    secrets::RegistryAuth,
};
use reqwest::header::HeaderValue;

use super::{Blob, Packed, Sealed};
use crate::base::failure::{Context, Failure, Kind, Result};

/// Pushes `packed`, the parts before the root, to `repository` of the registry at `host` and gives the digest under which
/// it is now found.
///
/// A registry on this machine is spoken to over HTTP, any other over HTTPS. Fails with kind `Tool`.
pub async fn push(packed: &Packed, host: &str, repository: &str) -> Result<String> {
    let client = client(host)?;
    let target = format!("{host}/{repository}");
    let parts = packed.parts.iter().map(|(name, part)| push_sealed(&client, host, (&target, name), part));
    try_join_all(parts).await?;
    push_sealed(&client, host, (&target, &packed.tag), &packed.root).await
}

async fn push_sealed(
    client: &Client,
    host: &str,
    (target, tag): (&str, &str),
    sealed: &Sealed,
) -> Result<String> {
    let wanted = &sealed.manifest.digest;
    let by_digest: Reference = reference(&format!("{target}@{wanted}"))?;
    let auth = RegistryAuth::Anonymous;
    if client.fetch_manifest_digest(&by_digest, &auth).await.is_ok_and(|digest| digest == *wanted) {
        return Ok(wanted.clone());
    }
    let by_tag = reference(&format!("{target}:{tag}"))?;
    let doing = |what: &str| format!("cannot {what} `{target}`");
    client.store_auth_if_needed(host, &auth).await;
    for blob in [&sealed.layer, &sealed.config] {
        push_blob(client, &by_tag, blob).await.map_err(|failure| hint(failure, host))?;
    }
    let media_type = HeaderValue::from_static("application/vnd.oci.image.manifest.v1+json");
    client
        .push_manifest_raw(&by_tag, sealed.manifest.bytes.clone(), media_type)
        .await
        .with_context(Kind::Tool, || doing("push the manifest to"))?;
    // The client compares the answer with the digest it asked for.
    client
        .fetch_manifest_digest(&by_digest, &auth)
        .await
        .with_context(Kind::Tool, || doing("read back the manifest from"))
}

async fn push_blob(client: &Client, target: &Reference, blob: &Blob) -> Result<()> {
    let message = || format!("cannot push a blob to `{}/{}`", target.registry(), target.repository());
    if client.blob_exists(target, &blob.digest).await.with_context(Kind::Tool, message)? {
        return Ok(());
    }
    client.push_blob(target, blob.bytes.clone(), &blob.digest).await.with_context(Kind::Tool, message)?;
    Ok(())
}

fn hint(failure: Failure, host: &str) -> Failure {
    failure.hint(format!("see whether the registry answers: curl http://{host}/v2/"))
}

fn client(host: &str) -> Result<Client> {
    // Without effect where a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let protocol = if is_loopback(host) {
        ClientProtocol::HttpsExcept(vec![host.to_owned()])
    } else {
        ClientProtocol::Https
    };
    let config = ClientConfig { protocol, use_monolithic_push: true, ..ClientConfig::default() };
    Client::try_from(config).context(Kind::Internal, "make a registry client")
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn reference(text: &str) -> Result<Reference> {
    text.parse().with_context(Kind::Internal, || format!("`{text}` is not a reference"))
}

#[cfg(test)]
mod tests;
