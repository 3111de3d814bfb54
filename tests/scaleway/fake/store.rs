//! What stands at the fake Scaleway: objects by their path, and how long each still says that it is on its way.

use std::collections::BTreeMap;

use serde_json::Value;

/// An object that is not yet what it will be: every look brings it nearer.
#[derive(Debug, Clone)]
struct Transition {
    /// The status it shows meanwhile.
    now: &'static str,
    /// The status it has then; none, and it is gone.
    then: Option<&'static str>,
    /// Looks until then.
    looks: usize,
}

/// One bucket.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Its settings as they were written, by subresource: `versioning`, `lifecycle`, `tagging`, ...
    pub settings: BTreeMap<String, Vec<u8>>,
    /// Its objects: content and entity tag.
    pub objects: BTreeMap<String, (Vec<u8>, String)>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct Store {
    objects: BTreeMap<String, Value>,
    transitions: BTreeMap<String, Transition>,
    pub buckets: BTreeMap<String, Bucket>,
    made: u32,
    /// Looks that every change of a status takes; 0 and everything is there at once.
    pub looks: usize,
}

impl Store {
    /// A new identity: different for each, the same in every run.
    pub fn identity(&mut self) -> String {
        self.made += 1;
        format!("{:08x}-5ea5-4e5e-8000-{:012x}", 0xbadc_0ffe_u32.wrapping_add(self.made), self.made)
    }

    /// Puts `object` at `path`; until it was looked at often enough it says `now`, and from then on `then`.
    pub fn put(&mut self, path: &str, object: Value, status: Option<(&'static str, &'static str)>) {
        self.objects.insert(path.to_owned(), object);
        self.transitions.remove(path);
        if let Some((now, then)) = status {
            self.turn(path, now, Some(then));
        }
    }

    /// Lets the object at `path` change from `now` to `then`, or go.
    pub fn turn(&mut self, path: &str, now: &'static str, then: Option<&'static str>) {
        let transition = Transition { now, then, looks: self.looks };
        self.transitions.insert(path.to_owned(), transition);
        self.settle(path);
    }

    /// One look at the object at `path`, as a reader sees it.
    pub fn look(&mut self, path: &str) -> Option<Value> {
        self.settle(path);
        let seen = self.seen(path);
        if let Some(transition) = self.transitions.get_mut(path) {
            transition.looks = transition.looks.saturating_sub(1);
        }
        seen
    }

    /// The object at `path` without bringing it nearer to anything.
    pub fn seen(&self, path: &str) -> Option<Value> {
        let mut object = self.objects.get(path)?.clone();
        if let Some(transition) = self.transitions.get(path) {
            object["status"] = transition.now.into();
        }
        Some(object)
    }

    /// Changes the object at `path`.
    pub fn change(&mut self, path: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
        change(self.objects.get_mut(path)?);
        self.seen(path)
    }

    /// The objects directly below the collection `path`, by path.
    pub fn below(&self, path: &str) -> Vec<(String, Value)> {
        let prefix = format!("{path}/");
        let direct = |found: &&String| found.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/'));
        let paths = self.objects.keys().filter(direct);
        paths.filter_map(|path| Some((path.clone(), self.seen(path)?))).collect()
    }

    /// Removes the object at `path` at once.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        self.transitions.remove(path);
        self.objects.remove(path)
    }

    /// Whether some object has `value` in `field`.
    pub fn refers(&self, field: &str, value: &str) -> bool {
        self.objects.values().any(|object| object[field] == value)
    }

    /// The paths of all objects, and the names of all buckets.
    pub fn everything(&self) -> Vec<String> {
        let buckets = self.buckets.keys().map(|name| format!("bucket {name}"));
        self.objects.keys().cloned().chain(buckets).collect()
    }

    fn settle(&mut self, path: &str) {
        if self.transitions.get(path).is_none_or(|transition| transition.looks > 0) {
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
