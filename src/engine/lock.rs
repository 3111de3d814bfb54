//! One run at a time per cluster, by a lock the kernel frees however the holder ends.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
};

use rustix::fs::{FlockOperation, flock};

use crate::{
    config::Places,
    failure::{Context, Failure, Kind, Result},
};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `cluster`, or says who holds it.
    ///
    /// The file stays in the cache: it holds nothing, and removing a lock file frees nobody.
    pub fn acquire(places: &Places, cluster: &str) -> Result<Self> {
        let folder = places.cache().join("locks");
        let path = folder.join(format!("{cluster}.lock"));
        let what = || format!("take the lock `{}`", path.display());
        std::fs::create_dir_all(&folder).with_context(Kind::Tool, what)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).with_context(Kind::Tool, what)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            // Who holds it is only told for the person's sake.
            let _ = file.read_to_string(&mut holder);
            return Err(Failure::new(Kind::Cluster, format!("another run works on `{cluster}`"))
                .because(format!("process {} holds the lock", holder.trim()))
                .hint("wait for it to end, or end it and run this again: it will go on from where that one stood"));
        }
        file.set_len(0).with_context(Kind::Tool, what)?;
        write!(file, "{}", std::process::id()).with_context(Kind::Tool, what)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_told_who_is_first_and_may_go_on_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::new(folder.path(), folder.path());
        let first = Lock::acquire(&places, "seasense-local").unwrap();
        let refused = Lock::acquire(&places, "seasense-local").unwrap_err();
        assert_eq!(refused.causes, [format!("process {} holds the lock", std::process::id())]);
        Lock::acquire(&places, "seasense-other").unwrap();
        drop(first);
        Lock::acquire(&places, "seasense-local").unwrap();
    }
}
