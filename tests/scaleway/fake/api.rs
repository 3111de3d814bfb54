//! A fake of Scaleway's REST API, limited to what the modules and the program use.

use serde_json::{Value, json};

use super::{
    Account, kapsule,
    kinds::{Kind, Place, create, kind},
    store::Store,
};

/// A response: status and body.
pub type Response = (u16, Value);

/// A parsed request.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

impl Request<'_> {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A parsed path.
pub struct Route<'a> {
    /// The name of the kind, for example `k8s/v1/clusters`.
    pub kind: String,
    /// The path of the collection, without the IDs of its parents.
    pub collection: String,
    pub region: &'a str,
    pub zone: &'a str,
    pub id: Option<&'a str>,
    /// The path segment after the ID.
    pub rest: Option<&'a str>,
}

fn route(path: &str) -> Option<Route<'_>> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (service, version) = (*parts.first()?, *parts.get(1)?);
    let (region, zone, at) = match parts.get(2).copied() {
        Some("regions") => (*parts.get(3)?, "", 4),
        Some("zones") => ("", *parts.get(3)?, 4),
        _ => ("", "", 2),
    };
    let collection = *parts.get(at)?;
    let prefix = parts[..at].join("/");
    Some(Route {
        kind: format!("{service}/{version}/{collection}"),
        collection: format!("/{prefix}/{collection}"),
        region,
        zone,
        id: parts.get(at + 1).copied(),
        rest: parts.get(at + 2).copied(),
    })
}

/// Handles one request.
pub fn answer(store: &mut Store, account: &Account, request: &Request<'_>) -> Response {
    let Some(route) = route(request.path) else { return absent("resource", "") };
    match (request.method, route.kind.as_str(), route.id, route.rest) {
        ("GET", "account/v3/projects", Some(id), None) if id == account.project => (200, project(account)),
        ("GET", "account/v3/projects", None, None) => {
            (200, json!({"projects": [project(account)], "total_count": 1}))
        }
        ("GET", "iam/v1alpha1/rules", None, None) => rules(store, request),
        ("PUT", "iam/v1alpha1/rules", None, None) => set_rules(store, request),
        ("GET", "k8s/v1/versions", None, None) => (200, json!({"versions": kapsule::versions()})),
        ("GET", "k8s/v1/clusters", Some(id), Some("kubeconfig")) => {
            kapsule::kubeconfig(store, account, &route, id)
        }
        ("GET", "k8s/v1/clusters", Some(id), Some("nodes")) => kapsule::nodes(store, &route, id, request),
        ("GET", "k8s/v1/clusters", Some(id), Some("pools")) => kapsule::pools(store, &route, id, request),
        ("POST", "k8s/v1/clusters", Some(id), Some("pools")) => {
            kapsule::create_pool(store, account, &route, id, request)
        }
        (_, _, _, Some(_)) => absent("action", request.path),
        (method, name, id, None) => match kind(name) {
            Some(kind) => standard(store, account, kind, &route, method, id, request),
            None => absent("collection", request.path),
        },
    }
}

fn standard(
    store: &mut Store,
    account: &Account,
    kind: &Kind,
    route: &Route<'_>,
    method: &str,
    id: Option<&str>,
    request: &Request<'_>,
) -> Response {
    let path = |id: &str| format!("{}/{id}", route.collection);
    match (method, id) {
        ("GET", None) => list(store.below(&route.collection), kind.field, request),
        ("POST", None) => create_in(store, account, kind, route, &request.body),
        ("GET", Some(id)) => store.read(&path(id)).map_or_else(|| absent(kind.field, id), |one| (200, one)),
        ("PATCH", Some(id)) => {
            let changed = store.change(&path(id), |one| merge(one, &request.body));
            changed.map_or_else(|| absent(kind.field, id), |one| (200, one))
        }
        ("DELETE", Some(id)) => delete(store, kind, &path(id), id),
        _ => (405, json!({"message": "method not allowed"})),
    }
}

pub fn create_in(
    store: &mut Store,
    account: &Account,
    kind: &Kind,
    route: &Route<'_>,
    requested: &Value,
) -> Response {
    let has_same_name = |(_, one): &(String, Value)| one["name"] == requested["name"];
    if kind.unique && store.below(&route.collection).iter().any(has_same_name) {
        return (409, json!({"type": "conflict", "message": "this name is in use", "resource": kind.field}));
    }
    let id = store.identity();
    let place = Place {
        id: &id,
        region: route.region,
        zone: route.zone,
        project: &account.project,
        organization: &account.organization,
    };
    let mut one = create(kind, requested, &place);
    if let Some((_, then)) = kind.status {
        one["status"] = then.into();
    }
    let path = format!("{}/{id}", route.collection);
    store.put(&path, one, kind.status);
    (200, store.peek(&path).unwrap_or_default())
}

fn delete(store: &mut Store, kind: &Kind, path: &str, id: &str) -> Response {
    let Some(one) = store.peek(path) else { return absent(kind.field, id) };
    if kind.referenced_by.is_some_and(|field| store.refers(field, id)) {
        let message = "the resource is still in use";
        return (
            412,
            json!({"type": "precondition_failed", "precondition": "resource_still_in_use",
            "message": message, "help_message": message}),
        );
    }
    if kind.name == "k8s/v1/clusters" {
        for (pool, one) in store.below(&path.replace("/clusters/", "/pools/").replace(&format!("/{id}"), ""))
        {
            if one["cluster_id"] == id {
                store.remove(&pool);
            }
        }
    }
    match kind.deleting {
        Some(status) => store.transition(path, status, None),
        None => drop(store.remove(path)),
    }
    if kind.name.starts_with("k8s/") || kind.name.starts_with("registry/") || kind.name.starts_with("vpc-gw/")
    {
        return (200, store.peek(path).unwrap_or(one));
    }
    (204, Value::Null)
}

/// Merges `change` into `one`, as a PATCH does.
fn merge(one: &mut Value, change: &Value) {
    for (name, value) in change.as_object().into_iter().flatten() {
        // A null field is not changed.
        if !value.is_null() {
            one[name] = value.clone();
        }
    }
}

/// One page of a list; supports both parameters of the page size.
pub fn list(all: Vec<(String, Value)>, field: &str, request: &Request<'_>) -> Response {
    let number = |name: &str| request.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("page_size").or_else(|| number("per_page")).unwrap_or(20).clamp(1, 100);
    let page = number("page").unwrap_or(1).max(1);
    let in_project = |one: &Value| {
        let project = request.parameter("project_id").or_else(|| request.parameter("project"));
        project.is_none_or(|project| one["project_id"].is_null() || one["project_id"] == project)
    };
    let all: Vec<Value> = all.into_iter().map(|(_, one)| one).filter(in_project).collect();
    let page_items: Vec<Value> = all.iter().skip((page - 1) * size).take(size).cloned().collect();
    (200, json!({field: page_items, "total_count": all.len()}))
}

fn project(account: &Account) -> Value {
    json!({"id": account.project, "name": "seasense", "organization_id": account.organization,
        "created_at": super::kinds::CREATED_AT, "updated_at": super::kinds::CREATED_AT, "description": ""})
}

fn rules(store: &Store, request: &Request<'_>) -> Response {
    let id = request.parameter("policy_id").unwrap_or_default();
    let Some(policy) = store.peek(&format!("/iam/v1alpha1/policies/{id}")) else {
        return absent("policy", id);
    };
    let rules = policy["rules"].as_array().cloned().unwrap_or_default();
    let numbered = rules.into_iter().enumerate().map(|(at, mut rule)| {
        rule["id"] = format!("00000000-0000-4000-8000-{at:012}").into();
        rule["permission_sets_scope_type"] = "projects".into();
        rule
    });
    let rules: Vec<Value> = numbered.collect();
    (200, json!({"total_count": rules.len(), "rules": rules}))
}

fn set_rules(store: &mut Store, request: &Request<'_>) -> Response {
    let id = request.body["policy_id"].as_str().unwrap_or_default().to_owned();
    let rules = request.body["rules"].clone();
    let set = store.change(&format!("/iam/v1alpha1/policies/{id}"), |policy| policy["rules"] = rules);
    set.map_or_else(|| absent("policy", &id), |policy| (200, json!({"rules": policy["rules"]})))
}

pub fn absent(resource: &str, id: &str) -> Response {
    (
        404,
        json!({"type": "not_found", "message": "resource is not found", "resource": resource, "resource_id": id}),
    )
}
