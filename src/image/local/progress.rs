//! Tells the log how far an upload is.

use std::time::{Duration, Instant};

use crate::objects::ImageId;

const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Of one upload.
pub(super) struct Progress {
    id: ImageId,
    began: Instant,
    told: Instant,
    bytes: u64,
}

impl Progress {
    pub(super) fn new(id: ImageId) -> Self {
        let now = Instant::now();
        Self {
            id,
            began: now,
            told: now,
            bytes: 0,
        }
    }

    pub(super) fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.told.elapsed() >= REPORT_EVERY {
            self.told = Instant::now();
            self.tell("image upload goes on");
        }
    }

    pub(super) fn done(&self) {
        self.tell("image uploaded");
    }

    fn tell(&self, what: &'static str) {
        let seconds = self.began.elapsed().as_secs_f64().max(0.001);
        let rate = self.bytes as f64 / 1e6 / seconds;
        tracing::info!(image.id = %self.id, bytes = self.bytes, mb_per_s = format!("{rate:.1}"), "{what}");
    }
}
