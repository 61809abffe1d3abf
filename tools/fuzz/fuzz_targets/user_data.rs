//! Any bytes as `user_data`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../../src/objects/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the parser needs little of it")]
mod objects;
#[path = "../../../src/user_data/mod.rs"]
#[expect(dead_code, unused_imports, reason = "its judges are not asked here")]
mod user_data;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = user_data::parse(bytes) {
        assert!(error.to_string().len() < 2_000, "an error is for people to read");
    }
});
