//! A fake of object storage: buckets with settings, and objects with conditional writes.

use sha2::{Digest, Sha256};

use super::store::{Bucket, Store};

/// A request to object storage.
pub struct Request<'a> {
    pub method: &'a str,
    /// The bucket, from the host name or the path.
    pub bucket: String,
    /// The object key; empty for the bucket itself.
    pub key: String,
    pub query: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the request is signed.
    pub signed: bool,
    /// Whether the object must not exist.
    pub only_new: bool,
}

/// A response: status, XML or content, entity tag.
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
    pub tag: Option<String>,
}

/// Bucket settings that are stored as they were written.
const SETTINGS: [(&str, &str); 6] = [
    ("versioning", "<VersioningConfiguration/>"),
    ("lifecycle", "NoSuchLifecycleConfiguration"),
    ("tagging", "NoSuchTagSet"),
    ("cors", "NoSuchCORSConfiguration"),
    ("policy", "NoSuchBucketPolicy"),
    ("object-lock", "ObjectLockConfigurationNotFoundError"),
];

/// Handles one request.
pub fn answer(store: &mut Store, project: &str, request: Request<'_>) -> Response {
    let exists = store.buckets.contains_key(&request.bucket);
    if !request.signed {
        // An unsigned request learns only whether the bucket exists.
        return if exists { error(403, "AccessDenied") } else { error(404, "NoSuchBucket") };
    }
    if request.key.is_empty() && request.query.iter().all(|(name, _)| is_ignored(name)) {
        return bucket(store, &request, exists);
    }
    let Some(bucket) = store.buckets.get_mut(&request.bucket) else { return error(404, "NoSuchBucket") };
    if request.key.is_empty() { setting(bucket, project, request) } else { object(bucket, request) }
}

/// Whether a query parameter has no meaning here.
fn is_ignored(name: &str) -> bool {
    matches!(name, "x-id")
}

fn bucket(store: &mut Store, request: &Request<'_>, exists: bool) -> Response {
    match (request.method, exists) {
        ("PUT", true) => error(409, "BucketAlreadyOwnedByYou"),
        ("PUT", false) => {
            store.buckets.insert(request.bucket.clone(), Bucket::default());
            done(200, "")
        }
        (_, false) => error(404, "NoSuchBucket"),
        ("HEAD", true) => done(200, ""),
        ("DELETE", true) if !store.buckets[&request.bucket].objects.is_empty() => {
            error(409, "BucketNotEmpty")
        }
        ("DELETE", true) => {
            store.buckets.remove(&request.bucket);
            done(204, "")
        }
        ("GET", true) => list(&store.buckets[&request.bucket]),
        _ => error(405, "MethodNotAllowed"),
    }
}

fn setting(bucket: &mut Bucket, project: &str, request: Request<'_>) -> Response {
    let has = |name: &str| request.query.iter().any(|(key, _)| key == name);
    if has("acl") {
        return if request.method == "GET" { done(200, &acl(project)) } else { done(200, "") };
    }
    if has("versions") || has("list-type") || has("uploads") || has("prefix") {
        return list(bucket);
    }
    if has("delete") {
        bucket.objects.clear();
        return done(200, "<DeleteResult/>");
    }
    let Some((name, absent)) = SETTINGS.into_iter().find(|(name, _)| has(name)) else {
        return error(501, "NotImplemented");
    };
    match request.method {
        "PUT" => {
            bucket.settings.insert(name.to_owned(), request.body);
            done(200, "")
        }
        "DELETE" => {
            bucket.settings.remove(name);
            done(204, "")
        }
        _ => match bucket.settings.get(name) {
            Some(body) => Response { status: 200, body: body.clone(), tag: None },
            None if absent.starts_with('<') => done(200, absent),
            None => error(404, absent),
        },
    }
}

fn object(bucket: &mut Bucket, request: Request<'_>) -> Response {
    match request.method {
        "PUT" if request.only_new && bucket.objects.contains_key(&request.key) => {
            error(412, "PreconditionFailed")
        }
        "PUT" => {
            let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&request.body)[..16]));
            bucket.objects.insert(request.key, (request.body, tag.clone()));
            Response { status: 200, body: Vec::new(), tag: Some(tag) }
        }
        "DELETE" => {
            bucket.objects.remove(&request.key);
            done(204, "")
        }
        method => match bucket.objects.get(&request.key) {
            None => error(404, "NoSuchKey"),
            Some((_, tag)) if method == "HEAD" => {
                Response { status: 200, body: Vec::new(), tag: Some(tag.clone()) }
            }
            Some((body, tag)) => Response { status: 200, body: body.clone(), tag: Some(tag.clone()) },
        },
    }
}

fn list(bucket: &Bucket) -> Response {
    let entry = |(key, (body, tag)): (&String, &(Vec<u8>, String))| {
        format!("<Contents><Key>{key}</Key><Size>{}</Size><ETag>{tag}</ETag></Contents>", body.len())
    };
    let version = |key: &String| {
        format!("<Version><Key>{key}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest></Version>")
    };
    let entries: String = bucket.objects.iter().map(entry).collect();
    let versions: String = bucket.objects.keys().map(version).collect();
    done(
        200,
        &format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}{versions}</ListBucketResult>"),
    )
}

fn acl(project: &str) -> String {
    let owner = format!("<ID>{project}:{project}</ID>");
    format!(
        "<AccessControlPolicy><Owner>{owner}</Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"CanonicalUser\">{owner}</Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>"
    )
}

fn done(status: u16, body: &str) -> Response {
    Response { status, body: body.as_bytes().to_vec(), tag: None }
}

fn error(status: u16, code: &str) -> Response {
    // The provider recognises this error by its message.
    let message =
        if code == "NoSuchCORSConfiguration" { "The CORS configuration does not exist" } else { code };
    done(status, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

/// Decodes a body of signed chunks.
pub fn unchunk(body: &[u8]) -> Vec<u8> {
    let (mut content, mut rest) = (Vec::new(), body);
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(head.split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        content.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[(end + 4 + size).min(rest.len())..];
    }
    content
}
