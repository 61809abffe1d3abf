//! `[image_cache]`: when images that no server uses leave the engine.

use crate::conf::oslo::option::section;

section! {
    /// When images that no server uses leave the engine.
    pub struct ImageCache in "image_cache" {
        /// Seconds between two cleanings; 0 is once a minute, -1 for never: then the engine keeps every image that it was
        /// given.
        manager_interval: i64 = "2400",
        /// Seconds an unused image stays, counted from the first cleaning that finds it unused, before a cleaning may remove
        /// it. An image that is deleted in Glance goes with the next one. Only what nova-docker brought into the engine is
        /// ever removed.
        remove_unused_original_minimum_age_seconds: i64 = "86400",
    }
}
