//! Images: where they are described, and how their bytes travel between an image service and the engine.

pub mod archive;
pub mod glance;
pub mod local;
mod service;
mod verify;

pub use service::{ByteStream, Download, Error, ImageService, NewImage, discard};
pub use verify::{Mismatch, checked};
