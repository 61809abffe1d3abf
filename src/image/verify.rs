//! The sum of an image's data, taken as it passes and compared at its end with what the image service recorded.

use std::io;

use aws_lc_rs::digest::{
    Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA3_256, SHA3_384, SHA3_512, SHA224, SHA256, SHA384,
    SHA512,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use md5::{Digest, Md5};

use super::ByteStream;
use crate::objects::Image;

/// How data that ended differs from what was recorded; found inside the `io::Error` that a checked stream ends with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error(
        "its data has the {algorithm} {found}, and the image service recorded {recorded}: it was damaged on its way or in \
         the store; upload the image again if a second try fails too"
    )]
    Sum {
        algorithm: String,
        found: String,
        recorded: String,
    },
    #[error("its data ended after {found} bytes of {recorded}")]
    Size { found: u64, recorded: u64 },
}

/// Passes everything on and, in place of the end, a [`Mismatch`] if this was not the data of `image`. What the service
/// recorded in `os_hash_value` counts, else `checksum`; of an image with neither only the size is compared.
pub fn checked(data: ByteStream, image: &Image) -> ByteStream {
    let check = Check {
        data,
        sum: Sum::of(image),
        size: image.size,
        found: 0,
        ended: false,
    };
    stream::unfold(check, Check::next).boxed()
}

struct Check {
    data: ByteStream,
    sum: Option<Sum>,
    size: Option<u64>,
    found: u64,
    ended: bool,
}

struct Sum {
    algorithm: String,
    recorded: String,
    state: State,
}

enum State {
    Md5(Box<Md5>),
    Other(Box<Context>),
}

impl Check {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        if self.ended {
            return None;
        }
        match self.data.next().await {
            Some(Ok(chunk)) => {
                self.found += chunk.len() as u64;
                if let Some(sum) = &mut self.sum {
                    sum.update(&chunk);
                }
                Some((Ok(chunk), self))
            }
            Some(Err(error)) => {
                self.ended = true;
                Some((Err(error), self))
            }
            None => {
                self.ended = true;
                let wrong = self.mismatch()?;
                Some((Err(io::Error::new(io::ErrorKind::InvalidData, wrong)), self))
            }
        }
    }

    fn mismatch(&mut self) -> Option<Mismatch> {
        let found = self.found;
        if let Some(recorded) = self.size.filter(|recorded| *recorded != found) {
            return Some(Mismatch::Size { found, recorded });
        }
        self.sum.take()?.mismatch()
    }
}

impl Sum {
    fn of(image: &Image) -> Option<Self> {
        let hash = || {
            let (name, recorded) = (image.hash_algo.as_deref()?, image.hash_value.as_deref()?);
            let state = match algorithm(name) {
                _ if name.eq_ignore_ascii_case("md5") => State::Md5(Box::default()),
                Some(algorithm) => State::Other(Box::new(Context::new(algorithm))),
                None => {
                    tracing::warn!(image.id = %image.id, algorithm = name, "os_hash_value cannot be verified");
                    return None;
                }
            };
            Some((name.to_ascii_lowercase(), recorded, state))
        };
        let checksum = || {
            Some((
                "md5".to_owned(),
                image.checksum.as_deref()?,
                State::Md5(Box::default()),
            ))
        };
        let (algorithm, recorded, state) = hash().or_else(checksum)?;
        Some(Self {
            algorithm,
            recorded: recorded.to_ascii_lowercase(),
            state,
        })
    }

    fn update(&mut self, chunk: &[u8]) {
        match &mut self.state {
            State::Md5(sum) => sum.update(chunk),
            State::Other(sum) => sum.update(chunk),
        }
    }

    fn mismatch(self) -> Option<Mismatch> {
        let found = match self.state {
            State::Md5(sum) => hex::encode(sum.finalize()),
            State::Other(sum) => hex::encode(sum.finish()),
        };
        (found != self.recorded).then_some(Mismatch::Sum {
            algorithm: self.algorithm,
            found,
            recorded: self.recorded,
        })
    }
}

/// Glance's `hashing_algorithm` is one of Python's hashlib.
fn algorithm(name: &str) -> Option<&'static Algorithm> {
    Some(match name.to_ascii_lowercase().as_str() {
        "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => &SHA224,
        "sha256" => &SHA256,
        "sha384" => &SHA384,
        "sha512" => &SHA512,
        "sha3_256" => &SHA3_256,
        "sha3_384" => &SHA3_384,
        "sha3_512" => &SHA3_512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::digest;
    use futures_util::TryStreamExt;

    use super::*;

    /// Of which nothing was recorded.
    fn image() -> Image {
        let shown = serde_json::json!({
            "id": "6c9e9a0a-3c5c-4a54-b1cf-02b4ad6e1f61", "status": "active", "visibility": "private", "min_disk": 0,
            "min_ram": 0, "protected": false, "hidden": false, "tags": [], "properties": {},
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        serde_json::from_value(shown).unwrap()
    }

    async fn outcome(image: &Image, data: &[&'static [u8]]) -> Result<Vec<u8>, Mismatch> {
        let chunks: Vec<_> = data.iter().map(|chunk| Ok(Bytes::from_static(chunk))).collect();
        let passed = checked(stream::iter(chunks).boxed(), image)
            .try_collect::<Vec<_>>()
            .await;
        match passed {
            Ok(chunks) => Ok(chunks.concat()),
            Err(error) => Err(error
                .into_inner()
                .unwrap()
                .downcast_ref::<Mismatch>()
                .unwrap()
                .clone()),
        }
    }

    #[tokio::test]
    async fn what_was_recorded_is_compared_by_any_algorithm_of_glance() {
        let data: [&[u8]; 2] = [b"all of ", b"it"];
        for (name, algorithm) in [
            ("sha1", &SHA1_FOR_LEGACY_USE_ONLY),
            ("sha256", &SHA256),
            ("SHA512", &SHA512),
            ("sha3_256", &SHA3_256),
        ] {
            let mut image = image();
            image.hash_algo = Some(name.to_owned());
            image.hash_value = Some(hex::encode(digest(algorithm, &data.concat())));
            // It is not looked at where there is a better one.
            image.checksum = Some("of something else".to_owned());
            assert_eq!(outcome(&image, &data).await.unwrap(), data.concat());
            let damaged: [&[u8]; 2] = [b"all of ", b"It"];
            let told = outcome(&image, &damaged).await.unwrap_err();
            assert!(
                matches!(&told, Mismatch::Sum { recorded, .. } if image.hash_value.as_ref() == Some(recorded))
            );
        }
    }

    #[tokio::test]
    async fn the_checksum_counts_where_there_is_no_other() {
        let md5 = "1bc29b36f623ba82aaf6724fd3b16718";
        for algorithm in [None, Some("blake2b".to_owned())] {
            let mut image = image();
            image.hash_value = algorithm.as_ref().map(|_| "unknown".to_owned());
            image.hash_algo = algorithm;
            image.checksum = Some(md5.to_owned());
            assert_eq!(outcome(&image, &[b"md5"]).await.unwrap(), b"md5");
            assert!(outcome(&image, &[b"md6"]).await.is_err());
        }
        assert_eq!(outcome(&image(), &[b"whatever"]).await.unwrap(), b"whatever");
    }

    #[tokio::test]
    async fn data_that_ends_early_is_not_taken_for_all_of_it() {
        let mut image = image();
        image.size = Some(10);
        let short = Mismatch::Size {
            found: 4,
            recorded: 10,
        };
        assert_eq!(outcome(&image, &[b"half"]).await.unwrap_err(), short);
    }
}
