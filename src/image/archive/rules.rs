//! How much an archive may become, and where it has to run.

use super::Error;

const MIB: u64 = 1 << 20;

/// What is asked of every archive that somebody uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// What an image may be in bytes when nothing of it is compressed any more; 0 is no limit.
    pub max_bytes: u64,
    /// How many bytes each byte that arrives may become; 0 is no limit.
    pub max_ratio: u64,
    /// What any archive may expand to, in bytes, however small it arrives.
    pub free_bytes: u64,
    /// As the kernel says it (`x86_64`): which of several platforms' images is meant. Empty where none has to run.
    pub architecture: String,
    /// The engine can unpack layers that are compressed with zstd.
    pub zstd_layers: bool,
}

impl Default for Rules {
    /// Layers of real programs compress 2 to 5 times.
    fn default() -> Self {
        Self {
            max_bytes: 100 * 1024 * MIB,
            max_ratio: 100,
            free_bytes: 1024 * MIB,
            architecture: String::new(),
            zstd_layers: true,
        }
    }
}

/// What one archive has used up of its limits.
#[derive(Debug)]
pub(super) struct Budget {
    max_bytes: u64,
    max_ratio: u64,
    free_bytes: u64,
    read: u64,
    written: u64,
}

impl Budget {
    pub(super) fn new(rules: &Rules) -> Self {
        let or_none = |limit: u64| if limit == 0 { u64::MAX } else { limit };
        Self {
            max_bytes: or_none(rules.max_bytes),
            max_ratio: or_none(rules.max_ratio),
            free_bytes: rules.free_bytes,
            read: 0,
            written: 0,
        }
    }

    pub(super) fn arrived(&mut self, bytes: usize) {
        self.read = self.read.saturating_add(bytes as u64);
    }

    /// Counts what `what` became: the archive, or one of its layers.
    pub(super) fn unpacked(&mut self, bytes: u64, what: &str) -> Result<(), Error> {
        self.written = self.written.saturating_add(bytes);
        if self.written > self.max_bytes {
            return Err(Error::TooBig {
                what: what.to_owned(),
                limit: self.max_bytes,
            });
        }
        let limit = self
            .free_bytes
            .saturating_add(self.read.saturating_mul(self.max_ratio));
        if self.written > limit {
            return Err(Error::Expands {
                what: what.to_owned(),
                read: self.read,
                limit,
            });
        }
        Ok(())
    }
}
