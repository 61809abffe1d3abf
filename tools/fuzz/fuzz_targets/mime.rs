//! Any bytes as a MIME document with a part of ours somewhere in it.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../../src/objects/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the parser needs little of it")]
mod objects;
#[path = "../../../src/user_data/mod.rs"]
#[expect(dead_code, unused_imports, reason = "its judges are not asked here")]
mod user_data;

fuzz_target!(|bytes: &[u8]| {
    let mail = [b"MIME-Version: 1.0\n", bytes].concat();
    if let Err(error) = user_data::parse(&mail) {
        assert!(error.to_string().len() < 2_000, "an error is for people to read");
    }
});
