//! Hashes bytes while they are written or read, so that large files are read once.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::base::digest::Digest;

/// Writes to `inner` and computes the hash and the number of bytes.
pub struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
    length: u64,
}

impl<W> HashingWriter<W> {
    /// Creates a writer with nothing written.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), length: 0 }
    }

    /// Returns the inner writer, the digest and the number of bytes.
    pub fn finish(self) -> (W, Digest, u64) {
        (self.inner, Digest::from_hash(self.hash), self.length)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Reads from `inner` and computes the hash.
pub struct HashingReader<R> {
    inner: R,
    hash: Sha256,
}

impl<R> HashingReader<R> {
    /// Creates a reader with nothing read.
    pub fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// Returns the digest of the bytes read.
    pub fn digest(self) -> Digest {
        Digest::from_hash(self.hash)
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(&buffer[..length]);
        Ok(length)
    }
}

/// The hash of `bytes`, 64 hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The hash of a file's content, 64 hex digits.
pub fn sha256_file(path: &Path) -> io::Result<String> {
    let mut writer = HashingWriter::new(io::sink());
    io::copy(&mut std::fs::File::open(path)?, &mut writer)?;
    Ok(writer.finish().1.hex().to_owned())
}
