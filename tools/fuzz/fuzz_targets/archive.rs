//! Any bytes as an image archive, whole and in pieces: what comes out must not depend on that.

#![no_main]

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use libfuzzer_sys::fuzz_target;

mod image;

fn read(bytes: &[u8], piece: usize) -> Option<(Vec<u8>, image::archive::ArchiveImage)> {
    let pieces: Vec<_> = bytes
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().ok()?;
    runtime.block_on(async {
        let (mut out, verdict) = image::archive::normalise(stream::iter(pieces).boxed(), image::archive::Rules::default());
        let mut read = Vec::new();
        while let Some(Ok(bytes)) = out.next().await {
            read.extend_from_slice(&bytes);
        }
        drop(out);
        Some((read, verdict.wait().await.ok()?))
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((piece, archive)) = bytes.split_first() else { return };
    let pieces = read(archive, usize::from(*piece) + 1);
    assert_eq!(read(archive, archive.len().max(1)), pieces, "an archive in pieces is another one");
});
