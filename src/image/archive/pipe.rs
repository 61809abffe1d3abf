//! The filter as a stream: what is read from it is pulled through it, and dropping it stops the source.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;

use super::{ArchiveImage, Error, Reader, Rules, Verdict};
use crate::image::ByteStream;

/// Turns an uploaded archive into one that `docker load` may have: one image, no names, not compressed.
///
/// The stream breaks off with an error before the end of the archive when the archive is not acceptable, so a loader
/// that passes errors on has loaded nothing. It holds a few hundred kilobytes whatever the image's size, and what unpacking
/// takes.
pub fn normalise(input: ByteStream, rules: Rules) -> (ByteStream, Verdict) {
    let (verdict, receiver) = oneshot::channel();
    let pipe = Pipe {
        input,
        reader: Reader::new(rules),
        ready: VecDeque::new(),
        verdict: Some(verdict),
        input_ended: false,
    };
    (stream::try_unfold(pipe, Pipe::next).boxed(), Verdict(receiver))
}

struct Pipe {
    input: ByteStream,
    reader: Reader,
    ready: VecDeque<Bytes>,
    verdict: Option<oneshot::Sender<Result<ArchiveImage, Error>>>,
    input_ended: bool,
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe")
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}

impl Pipe {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Ok(Some((bytes, self)));
            }
            if self.verdict.is_none() {
                return Ok(None);
            }
            if let Err(error) = self.step().await {
                let told = io::Error::new(io::ErrorKind::InvalidData, error.clone());
                self.conclude(Err(error));
                return Err(told);
            }
        }
    }

    /// Makes something ready, or the end.
    async fn step(&mut self) -> Result<(), Error> {
        if self.reader.advance(&mut self.ready)? {
            return Ok(());
        }
        if self.input_ended {
            let image = self.reader.finish(&mut self.ready)?;
            self.conclude(Ok(image));
            return Ok(());
        }
        match self.input.next().await {
            Some(Ok(chunk)) => self.reader.feed(chunk),
            Some(Err(error)) => Err(Error::Read(Arc::new(error))),
            None => {
                self.input_ended = true;
                self.reader.end()
            }
        }
    }

    fn conclude(&mut self, verdict: Result<ArchiveImage, Error>) {
        if let Some(sender) = self.verdict.take() {
            // Nobody waiting is fine: the reader of the stream saw the end or the error.
            sender.send(verdict).ok();
        }
    }
}
