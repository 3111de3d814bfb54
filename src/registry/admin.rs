//! What a registry tells about itself, and the removal of manifests: the part of the distribution API that no image client has.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use http::{Method, StatusCode, header};
use reqwest::{Response, Url};
use serde::{Deserialize, de::DeserializeOwned};

use super::{challenge::Challenge, client::is_local};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        k8s::tls,
    },
    config::Credentials,
    images::oci::sha256_hex,
};

/// Every kind of manifest; one that is not named here is answered with a conversion or not at all.
const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";
const SILENCE: Duration = Duration::from_secs(30);
/// Entries of one page of a list.
const PAGE: usize = 500;
/// No manifest and no layer of an artifact is larger.
const MAX: usize = 32 << 20;

/// A registry that is looked through.
pub struct Admin {
    host: String,
    base: Url,
    http: reqwest::Client,
    login: Option<Credentials>,
    /// Tokens by the scope that they were given for.
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
    /// The registry at `host`; on this machine it is spoken to over HTTP, elsewhere over HTTPS.
    pub fn new(host: &str, login: Option<Credentials>) -> Result<Self> {
        tls::install();
        let scheme = if is_local(host) { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{host}/v2/"))
            .with_context(Kind::Usage, || format!("`{host}` is not the name of a registry"))?;
        let http = reqwest::Client::builder()
            .connect_timeout(SILENCE)
            .read_timeout(SILENCE)
            .user_agent(concat!("seasense/", env!("CARGO_PKG_VERSION")))
            .build()
            .context(Kind::Internal, "make an HTTP client")?;
        Ok(Self { host: host.to_owned(), base, http, login, tokens: Mutex::default() })
    }

    /// The repositories whose name begins with `prefix`, sorted; `None` where the registry does not list any.
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

    /// The tags of `repository`; none where there is no such repository.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>> {
        let pages: Option<Vec<Tags>> = self.pages(&format!("{repository}/tags/list?n={PAGE}")).await?;
        Ok(pages.into_iter().flatten().flat_map(|page| page.tags.unwrap_or_default()).collect())
    }

    /// The manifest that `version`, a tag or a digest, stands for: its digest and its bytes; `None` where there is none.
    pub async fn manifest(&self, repository: &str, version: &str) -> Result<Option<(String, Vec<u8>)>> {
        let Some(bytes) = self.bytes(&format!("{repository}/manifests/{version}")).await? else {
            return Ok(None);
        };
        let digest = format!("sha256:{}", sha256_hex(&bytes));
        if version.starts_with("sha256:") && version != digest {
            return Err(Failure::new(Kind::Tool, format!("digest mismatch in {}/{repository}", self.host))
                .because(format!("{version} was asked for, the bytes hash to {digest}")));
        }
        Ok(Some((digest, bytes)))
    }

    /// A small blob, whole.
    pub async fn blob(&self, repository: &str, digest: &str) -> Result<Option<Vec<u8>>> {
        self.bytes(&format!("{repository}/blobs/{digest}")).await
    }

    /// Removes the manifest `digest` with all its tags; gives whether it was there.
    ///
    /// Fails with kind `Tool` where the registry does not let anybody remove anything.
    pub async fn delete(&self, repository: &str, digest: &str) -> Result<bool> {
        let path = format!("{repository}/manifests/{digest}");
        let answer = self.ask(Method::DELETE, &self.url(&path)?).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            status => {
                let failure = self.refused(&path, status);
                Err(match status {
                    StatusCode::METHOD_NOT_ALLOWED => failure
                        .because("this registry removes nothing")
                        .hint("a registry of distribution needs `REGISTRY_STORAGE_DELETE_ENABLED=true`"),
                    _ => failure,
                })
            }
        }
    }

    /// Every page of a list; `None` where there is no such list, or none for us.
    async fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Vec<T>>> {
        let mut pages = Vec::new();
        let mut next = Some(self.url(path)?);
        while let Some(url) = next {
            let answer = self.ask(Method::GET, &url).await?;
            match answer.status() {
                status if status.is_success() => (),
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if path.starts_with('_') => return Ok(None),
                status => return Err(self.refused(path, status)),
            }
            next = self.next_page(&url, &answer)?;
            let what = || format!("read the list {}/{path}", self.host);
            pages.push(answer.json().await.with_context(Kind::Tool, what)?);
        }
        Ok(Some(pages))
    }

    /// Where the list goes on; never on another machine, which would get our login.
    fn next_page(&self, url: &Url, answer: &Response) -> Result<Option<Url>> {
        let link = answer.headers().get(header::LINK).and_then(|link| link.to_str().ok()).unwrap_or_default();
        let Some((target, _)) = link.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            return Ok(None);
        };
        let next = url.join(target).with_context(Kind::Tool, || format!("`{target}` is no address"))?;
        if next.origin() == self.base.origin() {
            return Ok(Some(next));
        }
        Err(Failure::new(Kind::Tool, format!("{} sends us to another machine, `{next}`", self.host)))
    }

    async fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let answer = self.ask(Method::GET, &self.url(path)?).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(self.refused(path, status)),
            _ => (),
        }
        let what = || format!("read {}/{path}", self.host);
        let bytes = answer.bytes().await.with_context(Kind::Tool, what)?;
        if bytes.len() > MAX {
            return Err(Failure::new(Kind::Tool, what()).because(format!("it is larger than {MAX} bytes")));
        }
        Ok(Some(bytes.to_vec()))
    }

    /// Asks, and asks again with what the registry wants to see first.
    async fn ask(&self, method: Method, url: &Url) -> Result<Response> {
        let first = self.send(method.clone(), url, None).await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        let wanted = first.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        match wanted.and_then(Challenge::parse) {
            Some(Challenge::Basic) if self.login.is_some() => self.send(method, url, None).await,
            Some(Challenge::Bearer { realm, service, scope }) => {
                let token = self.token(&realm, &service, &scope).await?;
                self.send(method, url, Some(&token)).await
            }
            _ => Ok(first),
        }
    }

    async fn send(&self, method: Method, url: &Url, token: Option<&str>) -> Result<Response> {
        let request = self.http.request(method, url.clone()).header(header::ACCEPT, ACCEPTED);
        let request = match (token, &self.login) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some(login)) => request.basic_auth(&login.user, Some(&login.password)),
            (None, None) => request,
        };
        request
            .send()
            .await
            .with_context(Kind::Tool, || format!("the registry `{}` does not answer", self.host))
    }

    /// A token for `scope`, from where the registry says; in the clear only on this machine.
    async fn token(&self, realm: &str, service: &str, scope: &str) -> Result<String> {
        let kept = self.tokens.lock().ok().and_then(|tokens| tokens.get(scope).cloned());
        if let Some(token) = kept {
            return Ok(token);
        }
        let what = || format!("ask for leave to use {}", self.host);
        let realm = Url::parse(realm).with_context(Kind::Tool, what)?;
        if realm.scheme() != "https" && !is_local(realm.host_str().unwrap_or_default()) {
            return Err(Failure::new(Kind::Tool, what())
                .because(format!("`{realm}` would get the login in the clear")));
        }
        let request = self.http.get(realm).query(&[("service", service), ("scope", scope)]);
        let request = match &self.login {
            Some(login) => request.basic_auth(&login.user, Some(&login.password)),
            None => request,
        };
        let answer =
            request.send().await.and_then(Response::error_for_status).with_context(Kind::Tool, what)?;
        let Token { token } = answer.json().await.with_context(Kind::Tool, what)?;
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.insert(scope.to_owned(), token.clone());
        }
        Ok(token)
    }

    fn url(&self, path: &str) -> Result<Url> {
        self.base.join(path).with_context(Kind::Usage, || format!("`{path}` is no part of a registry"))
    }

    fn refused(&self, path: &str, status: StatusCode) -> Failure {
        let failure = Failure::new(Kind::Tool, format!("the registry `{}` refuses `{path}`", self.host))
            .because(format!("it answers {status}"));
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => failure.hint(format!(
                "log in with `docker login {}`, or set `SEASENSE_REGISTRY_USER` and `SEASENSE_REGISTRY_PASSWORD`",
                self.host
            )),
            _ => failure,
        }
    }
}
