//! The threads that write an image's data and sum it up.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use aws_lc_rs::digest::{Context, SHA512};
use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::image::Error;
use crate::image::archive::{self, Reader, Rules};

/// Chunks that wait for a slow disk before the sender has to.
const WAITING: usize = 8;

/// What the data turned out to be.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) sha512: String,
}

/// Two threads, because two sums are more than one core does at the speed of a disk.
pub(super) struct Workers {
    to: Vec<mpsc::Sender<Bytes>>,
    writer: JoinHandle<Result<(u64, String), Error>>,
    md5: JoinHandle<String>,
}

impl Workers {
    /// With `rules` the data has to be an archive of an image.
    pub(super) fn start(path: PathBuf, rules: Option<Rules>) -> Self {
        let (to_writer, chunks) = mpsc::channel(WAITING);
        let writer = tokio::task::spawn_blocking(move || write(path, chunks, rules));
        let (to_md5, chunks) = mpsc::channel(WAITING);
        let md5 = tokio::task::spawn_blocking(move || sum_md5(chunks));
        Self {
            to: vec![to_writer, to_md5],
            writer,
            md5,
        }
    }

    /// `false` when no more is wanted.
    pub(super) async fn take(&mut self, chunk: Bytes) -> bool {
        for to in &self.to {
            if to.send(chunk.clone()).await.is_err() {
                return false;
            }
        }
        true
    }

    pub(super) async fn finish(self) -> Result<Sums, Error> {
        drop(self.to);
        let (size, sha512) = self.writer.await.map_err(io::Error::other)??;
        let md5 = self.md5.await.map_err(io::Error::other)?;
        Ok(Sums { size, md5, sha512 })
    }
}

fn sum_md5(mut chunks: mpsc::Receiver<Bytes>) -> String {
    let mut sum = Md5::new();
    while let Some(chunk) = chunks.blocking_recv() {
        sum.update(&chunk);
    }
    hex::encode(sum.finalize())
}

/// Bytes and SHA-512 of what is then on the disk.
fn write(
    path: PathBuf,
    mut chunks: mpsc::Receiver<Bytes>,
    rules: Option<Rules>,
) -> Result<(u64, String), Error> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    let mut sum = Context::new(&SHA512);
    let mut size = 0;
    let mut check = rules.map(Reader::new);
    while let Some(chunk) = chunks.blocking_recv() {
        file.write_all(&chunk)?;
        sum.update(&chunk);
        size += chunk.len() as u64;
        if let Some(check) = &mut check {
            check.feed(chunk)?;
            drain(check)?;
        }
    }
    if let Some(mut check) = check {
        check.end()?;
        drain(&mut check)?;
        check.finish(&mut Nowhere)?;
    }
    file.sync_all()?;
    Ok((size, hex::encode(sum.finish())))
}

fn drain(check: &mut Reader) -> Result<(), archive::Error> {
    while check.advance(&mut Nowhere)? {}
    Ok(())
}

pub(super) struct Nowhere;

impl Extend<Bytes> for Nowhere {
    fn extend<I: IntoIterator<Item = Bytes>>(&mut self, _: I) {}
}
