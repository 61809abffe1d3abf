//! `[image_cache]`: when images that no server uses leave the engine.

use crate::conf::oslo::option::section;

section! {
    /// When images that no server uses leave the engine.
    pub struct ImageCache in "image_cache" {
        /// Seconds between two cleanings; -1 for never. Not used yet: a cleaning goes with each comparison of records and engine.
        manager_interval: i64 = "2400",
        /// Seconds an unused image stays before a cleaning may remove it.
        remove_unused_original_minimum_age_seconds: i64 = "86400",
    }
}
