//! The room of images, as far as the reader of archives needs it.

use bytes::Bytes;
use futures_util::stream::BoxStream;

pub(crate) type ByteStream = BoxStream<'static, std::io::Result<Bytes>>;

#[path = "../../../src/image/archive/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the service uses more of it")]
pub(crate) mod archive;
