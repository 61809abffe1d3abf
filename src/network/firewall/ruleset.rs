//! The whole ruleset of a server's namespace, as nft reads it.

use aws_lc_rs::digest::{SHA256, digest};

use super::{Guard, filter, link};

/// How frames are filtered, as far as the kernel can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames<'a> {
    /// Of all devices, whether they are there already or not (Linux 6.16).
    OfAll,
    /// Of these devices (Linux 5.16).
    Of(&'a [String]),
    /// Not at all: ARP is, and IP addresses as the IP stack uses them.
    Unfiltered,
}

/// Replaces what was there. The same guards make the same text.
pub(super) fn ruleset(guards: &[(String, Guard)], frames: Frames<'_>) -> String {
    let tables = tables(guards, frames);
    format!("define rules = {:#010x}\n{tables}", mark(&tables))
}

fn tables(guards: &[(String, Guard)], frames: Frames<'_>) -> String {
    let mut text = String::new();
    table(&mut text, "inet", |text| filter::table(guards, text));
    match frames {
        Frames::OfAll => table(&mut text, "netdev", |text| {
            link::frames_table(guards, |_| true, text)
        }),
        Frames::Of(there) => table(&mut text, "netdev", |text| {
            link::frames_table(guards, |device| there.iter().any(|name| name == device), text);
        }),
        Frames::Unfiltered => table(&mut text, "arp", |text| link::arp_table(guards, text)),
    }
    text
}

/// A table that does not exist cannot be deleted, so it is made first; nobody sees it between.
fn table(text: &mut String, family: &str, content: impl FnOnce(&mut String)) {
    let name = format!("table {family} nova-docker");
    text.push_str(&format!("{name}\ndelete {name}\n{name} {{\n"));
    content(text);
    text.push_str("}\n");
}

/// What connections bear that these rules let through. Never zero, which all others bear.
fn mark(tables: &str) -> u32 {
    let digest = digest(&SHA256, tables.as_bytes());
    let first = digest.as_ref().iter().take(4);
    first.fold(0, |mark, byte| mark << 8 | u32::from(*byte)).max(1)
}

#[cfg(test)]
#[path = "ruleset_tests.rs"]
mod tests;
