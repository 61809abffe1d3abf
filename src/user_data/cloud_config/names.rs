//! `hostname` and `fqdn`.

use super::CloudConfig;
use super::reading::{Reading, is_set, word};
use crate::user_data::document::Entries;

pub(super) fn read(reading: &mut Reading<'_>, entries: &Entries, config: &mut CloudConfig) {
    if is_set(entries, "preserve_hostname") {
        return;
    }
    let (fqdn, hostname) = (word(entries, "fqdn"), word(entries, "hostname"));
    // cloud-init is nice to those who put all of it into `hostname`.
    let fqdn = fqdn.or_else(|| hostname.clone().filter(|name| name.contains('.')));
    let full = fqdn.unwrap_or_default();
    let (first, domain) = full.split_once('.').unwrap_or((&full, ""));
    let hostname = hostname.filter(|name| !name.contains('.'));
    let hostname = hostname.unwrap_or_else(|| first.to_owned());
    if hostname.is_empty() {
        return;
    }
    if is_label(&hostname) && (domain.is_empty() || domain.split('.').all(is_label)) {
        config.hostname = Some(hostname);
        config.domain = Some(domain.to_owned()).filter(|domain| !domain.is_empty());
    } else {
        reading.warn("hostname", "has no effect: no host can be called that");
    }
}

fn is_label(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}
