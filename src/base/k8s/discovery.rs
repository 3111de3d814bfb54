//! Discovers the kinds that the cluster serves; unknown kinds are requested again, because CRDs are installed
//! later.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;

use super::{
    Client, Resource,
    client::{failure, is_absent},
};
use crate::base::failure::Result;

impl Client {
    /// Returns the resource that serves `kind` of `api_version`; `None` while the cluster does not serve it.
    pub async fn resource(&self, api_version: &str, kind: &str) -> Result<Option<Resource>> {
        if let Some(known) = self.known(api_version, kind) {
            return Ok(Some(known));
        }
        let listed = self.ask(api_version).await?;
        let found = listed.iter().find(|resource| resource.kind == kind).cloned();
        if let Ok(mut served) = self.served.lock() {
            served.insert(api_version.to_owned(), listed);
        }
        Ok(found)
    }

    fn known(&self, api_version: &str, kind: &str) -> Option<Resource> {
        let served = self.served.lock().ok()?;
        served.get(api_version)?.iter().find(|resource| resource.kind == kind).cloned()
    }

    async fn ask(&self, api_version: &str) -> Result<Vec<Resource>> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let answer = if group.is_empty() {
            self.api.list_core_api_resources(version).await
        } else {
            self.api.list_api_group_resources(api_version).await
        };
        match answer {
            Ok(list) => Ok(read(group, version, list)),
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            Err(error) => Err(failure(format!("list the kinds of `{api_version}`"), &error)),
        }
    }
}

fn read(group: &str, version: &str, list: APIResourceList) -> Vec<Resource> {
    let resource = |found: k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResource| Resource {
        group: group.to_owned().into(),
        version: version.to_owned().into(),
        kind: found.kind.into(),
        plural: found.name.into(),
        namespaced: found.namespaced,
    };
    // A slash indicates a subresource, such as `pods/log`.
    list.resources.into_iter().filter(|found| !found.name.contains('/')).map(resource).collect()
}
