//! The state of the fake: objects by path, with pending status changes.

use std::collections::BTreeMap;

use serde_json::Value;

/// A pending status change; each read of the object brings it closer.
#[derive(Debug, Clone)]
struct Transition {
    /// The current status.
    now: &'static str,
    /// The next status; `None` removes the object.
    then: Option<&'static str>,
    /// The remaining reads.
    reads: usize,
}

/// One bucket.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Its settings as they were written, by subresource: `versioning`, `lifecycle`, `tagging`, ...
    pub settings: BTreeMap<String, Vec<u8>>,
    /// Its objects: content and entity tag.
    pub objects: BTreeMap<String, (Vec<u8>, String)>,
}

/// All objects and buckets.
#[derive(Debug, Default)]
pub struct Store {
    objects: BTreeMap<String, Value>,
    transitions: BTreeMap<String, Transition>,
    pub buckets: BTreeMap<String, Bucket>,
    created: u32,
    /// The reads before a status change completes; 0 makes it immediate.
    pub reads: usize,
}

impl Store {
    /// A new ID, unique and the same in every run.
    pub fn identity(&mut self) -> String {
        self.created += 1;
        format!("{:08x}-5ea5-4e5e-8000-{:012x}", 0xbadc_0ffe_u32.wrapping_add(self.created), self.created)
    }

    /// Stores `object` at `path`. With `status` it has the first status for some reads, then the second.
    pub fn put(&mut self, path: &str, object: Value, status: Option<(&'static str, &'static str)>) {
        self.objects.insert(path.to_owned(), object);
        self.transitions.remove(path);
        if let Some((now, then)) = status {
            self.transition(path, now, Some(then));
        }
    }

    /// Schedules a status change of the object at `path`, or its removal.
    pub fn transition(&mut self, path: &str, now: &'static str, then: Option<&'static str>) {
        let transition = Transition { now, then, reads: self.reads };
        self.transitions.insert(path.to_owned(), transition);
        self.settle(path);
    }

    /// Reads the object at `path`, which advances its status change.
    pub fn read(&mut self, path: &str) -> Option<Value> {
        self.settle(path);
        let object = self.peek(path);
        if let Some(transition) = self.transitions.get_mut(path) {
            transition.reads = transition.reads.saturating_sub(1);
        }
        object
    }

    /// The object at `path` without advancing its status change.
    pub fn peek(&self, path: &str) -> Option<Value> {
        let mut object = self.objects.get(path)?.clone();
        if let Some(transition) = self.transitions.get(path) {
            object["status"] = transition.now.into();
        }
        Some(object)
    }

    /// Changes the object at `path`.
    pub fn change(&mut self, path: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
        change(self.objects.get_mut(path)?);
        self.peek(path)
    }

    /// The objects directly below the collection `path`, by path.
    pub fn below(&self, path: &str) -> Vec<(String, Value)> {
        let prefix = format!("{path}/");
        let direct = |found: &&String| found.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/'));
        let paths = self.objects.keys().filter(direct);
        paths.filter_map(|path| Some((path.clone(), self.peek(path)?))).collect()
    }

    /// Removes the object at `path` immediately.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        self.transitions.remove(path);
        self.objects.remove(path)
    }

    /// Whether any object has `value` in `field`.
    pub fn refers(&self, field: &str, value: &str) -> bool {
        self.objects.values().any(|object| object[field] == value)
    }

    /// The paths of all objects and the names of all buckets.
    pub fn everything(&self) -> Vec<String> {
        let buckets = self.buckets.keys().map(|name| format!("bucket {name}"));
        self.objects.keys().cloned().chain(buckets).collect()
    }

    fn settle(&mut self, path: &str) {
        if self.transitions.get(path).is_none_or(|transition| transition.reads > 0) {
            return;
        }
        match self.transitions.remove(path).and_then(|transition| transition.then) {
            Some(then) => {
                self.change(path, |object| object["status"] = then.into());
            }
            None => {
                self.objects.remove(path);
            }
        }
    }
}
