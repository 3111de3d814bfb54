//! The operations of the distribution API that image clients lack: listing repositories and tags, and deleting
//! manifests.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use http::{Method, StatusCode, header};
use reqwest::{Response, Url};
use serde::{Deserialize, de::DeserializeOwned};

use super::{challenge::Challenge, client::scheme, media_type::MANIFESTS};
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        http::{client_for, is_loopback},
        k8s::tls,
    },
    config::{Credentials, registry_credentials},
};

const SILENCE: Duration = Duration::from_secs(30);
/// The number of entries per page of a list.
const PAGE: usize = 500;
/// Upper limit for the size of a manifest or a layer of an artifact, in bytes.
const MAX: usize = 32 << 20;

/// A client for listing and deleting the content of a registry.
pub struct Admin {
    host: String,
    base: Url,
    http: reqwest::Client,
    login: Option<Credentials>,
    /// Tokens by scope.
    tokens: Mutex<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Catalog {
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

impl Admin {
    /// Creates a client with this machine's credentials for `host`: plain HTTP on this machine, HTTPS
    /// elsewhere.
    pub fn new(host: &str) -> Result<Self> {
        tls::install();
        let base = Url::parse(&format!("{}://{host}/v2/", scheme(host)))
            .with_context(Kind::Usage, || format!("invalid registry host `{host}`"))?;
        let login = registry_credentials(host)?;
        let http = client_for(host)
            .connect_timeout(SILENCE)
            .read_timeout(SILENCE)
            .user_agent(concat!("seasense/", env!("CARGO_PKG_VERSION")))
            .build()
            .context(Kind::Internal, "cannot create an HTTP client")?;
        Ok(Self { host: host.to_owned(), base, http, login, tokens: Mutex::default() })
    }

    /// Returns the repositories whose names begin with `prefix`, sorted; `None` if the registry does not list
    /// repositories.
    pub async fn repositories(&self, prefix: &str) -> Result<Option<Vec<String>>> {
        let pages: Option<Vec<Catalog>> = self.pages(&format!("_catalog?n={PAGE}")).await?;
        let names =
            pages.map(|pages| pages.into_iter().flat_map(|page| page.repositories.unwrap_or_default()));
        Ok(names.map(|names| {
            let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
            names.sort();
            names
        }))
    }

    /// Returns the tags of `repository`; none if it does not exist.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>> {
        let pages: Option<Vec<Tags>> = self.pages(&format!("{repository}/tags/list?n={PAGE}")).await?;
        Ok(pages.into_iter().flatten().flat_map(|page| page.tags.unwrap_or_default()).collect())
    }

    /// Returns the digest and the bytes of the manifest `version`, a tag or a digest; `None` if it does not
    /// exist.
    pub async fn manifest(&self, repository: &str, version: &str) -> Result<Option<(Digest, Vec<u8>)>> {
        let Some(bytes) = self.bytes(&format!("{repository}/manifests/{version}")).await? else {
            return Ok(None);
        };
        let digest = Digest::of(&bytes);
        if version.starts_with("sha256:") && *version != *digest {
            return Err(Failure::new(Kind::Tool, format!("digest mismatch in {}/{repository}", self.host))
                .because(format!("{version} was requested, the content has {digest}")));
        }
        Ok(Some((digest, bytes)))
    }

    /// Returns a small blob; `None` if it does not exist.
    pub async fn blob(&self, repository: &str, digest: &str) -> Result<Option<Vec<u8>>> {
        self.bytes(&format!("{repository}/blobs/{digest}")).await
    }

    /// Deletes the manifest `digest` with all its tags. Returns whether it existed.
    ///
    /// Fails with kind `Tool` if the registry does not allow deletion.
    pub async fn delete(&self, repository: &str, digest: &Digest) -> Result<bool> {
        let path = format!("{repository}/manifests/{digest}");
        let response = self.request(Method::DELETE, &self.url(&path)?).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            status => {
                let failure = self.refused(&path, status);
                Err(match status {
                    StatusCode::METHOD_NOT_ALLOWED => failure
                        .because("deletion is disabled in this registry")
                        .hint("set `REGISTRY_STORAGE_DELETE_ENABLED=true` for a registry of distribution"),
                    _ => failure,
                })
            }
        }
    }

    /// Reads every page of a list; `None` if the list does not exist or access to it is denied.
    async fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Vec<T>>> {
        let mut pages = Vec::new();
        let mut next = Some(self.url(path)?);
        while let Some(url) = next {
            let response = self.request(Method::GET, &url).await?;
            match response.status() {
                status if status.is_success() => (),
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if path.starts_with('_') => return Ok(None),
                status => return Err(self.refused(path, status)),
            }
            next = self.next_page(&url, &response)?;
            let what = || format!("cannot read the list {}/{path}", self.host);
            pages.push(response.json().await.with_context(Kind::Tool, what)?);
        }
        Ok(Some(pages))
    }

    /// Returns the URL of the next page. Another origin is refused, because it would receive our credentials.
    fn next_page(&self, url: &Url, response: &Response) -> Result<Option<Url>> {
        let link =
            response.headers().get(header::LINK).and_then(|link| link.to_str().ok()).unwrap_or_default();
        let Some((target, _)) = link.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            return Ok(None);
        };
        let next = url.join(target).with_context(Kind::Tool, || format!("invalid URL `{target}`"))?;
        if next.origin() == self.base.origin() {
            return Ok(Some(next));
        }
        Err(Failure::new(Kind::Tool, format!("{} redirects the list to another host, `{next}`", self.host)))
    }

    async fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let response = self.request(Method::GET, &self.url(path)?).await?;
        match response.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(self.refused(path, status)),
            _ => (),
        }
        let what = || format!("cannot read {}/{path}", self.host);
        let bytes = response.bytes().await.with_context(Kind::Tool, what)?;
        if bytes.len() > MAX {
            return Err(
                Failure::new(Kind::Tool, what()).because(format!("the content is larger than {MAX} bytes"))
            );
        }
        Ok(Some(bytes.to_vec()))
    }

    /// Sends a request, and sends it again with the credentials that the registry requires.
    async fn request(&self, method: Method, url: &Url) -> Result<Response> {
        let first = self.send(method.clone(), url, None).await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        let header = first.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        match header.and_then(Challenge::parse) {
            Some(Challenge::Basic) if self.login.is_some() => self.send(method, url, None).await,
            Some(Challenge::Bearer { realm, service, scope }) => {
                let token = self.token(&realm, &service, &scope).await?;
                self.send(method, url, Some(&token)).await
            }
            _ => Ok(first),
        }
    }

    async fn send(&self, method: Method, url: &Url, token: Option<&str>) -> Result<Response> {
        let request = self.http.request(method, url.clone()).header(header::ACCEPT, MANIFESTS.join(", "));
        let request = match (token, &self.login) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some(login)) => request.basic_auth(&login.user, Some(&login.password)),
            (None, None) => request,
        };
        request
            .send()
            .await
            .with_context(Kind::Tool, || format!("the registry `{}` does not respond", self.host))
    }

    /// Fetches a token for `scope` from `realm`. Credentials are sent over plain HTTP only on this machine.
    async fn token(&self, realm: &str, service: &str, scope: &str) -> Result<String> {
        let cached = self.tokens.lock().ok().and_then(|tokens| tokens.get(scope).cloned());
        if let Some(token) = cached {
            return Ok(token);
        }
        let what = || format!("cannot get a token for {}", self.host);
        let realm = Url::parse(realm).with_context(Kind::Tool, what)?;
        if realm.scheme() != "https" && !is_loopback(realm.host_str().unwrap_or_default()) {
            return Err(Failure::new(Kind::Tool, what())
                .because(format!("`{realm}` would receive the credentials over plain HTTP")));
        }
        let request = self.http.get(realm).query(&[("service", service), ("scope", scope)]);
        let request = match &self.login {
            Some(login) => request.basic_auth(&login.user, Some(&login.password)),
            None => request,
        };
        let response =
            request.send().await.and_then(Response::error_for_status).with_context(Kind::Tool, what)?;
        let Token { token } = response.json().await.with_context(Kind::Tool, what)?;
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.insert(scope.to_owned(), token.clone());
        }
        Ok(token)
    }

    fn url(&self, path: &str) -> Result<Url> {
        self.base.join(path).with_context(Kind::Usage, || format!("invalid registry path `{path}`"))
    }

    fn refused(&self, path: &str, status: StatusCode) -> Failure {
        let failure = Failure::new(Kind::Tool, format!("the registry `{}` refused `{path}`", self.host))
            .because(format!("the response status is {status}"));
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => failure.hint(format!(
                "log in with `docker login {}`, or set `SEASENSE_REGISTRY_USER` and `SEASENSE_REGISTRY_PASSWORD`",
                self.host
            )),
            _ => failure,
        }
    }
}
