//! Texts that must have a certain form: names of hosts, addresses, paths, sets of processors.

use std::net::IpAddr;

use super::values::{text, texts, unfit, unfit_text};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;

/// What Linux keeps of a host's name.
const LONGEST_HOSTNAME: usize = 64;

/// The Engine takes any text for a hostname; what is no hostname fails later, in the programs that use it.
pub(in crate::user_data) fn hostname(node: &Node) -> Result<Option<String>, Mistake> {
    formed(
        node,
        is_hostname,
        "a name of letters, digits, hyphens and dots, at most 64 long",
    )
}

pub(in crate::user_data) fn cpuset(node: &Node) -> Result<Option<String>, Mistake> {
    formed(
        node,
        |set| set.split(',').all(is_cpu_range),
        "processors such as \"0-2,5\"",
    )
}

pub(in crate::user_data) fn absolute_path(node: &Node) -> Result<Option<String>, Mistake> {
    formed(node, |path| path.starts_with('/'), "a path that begins with /")
}

pub(in crate::user_data) fn mac_address(node: &Node) -> Result<Option<String>, Mistake> {
    formed(node, is_mac_address, "an address such as \"12:34:56:78:9a:bc\"")
}

pub(in crate::user_data) fn addresses(node: &Node) -> Result<Vec<String>, Mistake> {
    let addresses = texts(node)?;
    match addresses
        .iter()
        .find(|address| address.parse::<IpAddr>().is_err())
    {
        Some(wrong) => Err(unfit_text("IP addresses", wrong)),
        None => Ok(addresses),
    }
}

fn formed(node: &Node, is_formed: fn(&str) -> bool, expected: &str) -> Result<Option<String>, Mistake> {
    match text(node)? {
        Some(text) if !is_formed(&text) => Err(unfit(expected, node)),
        text => Ok(text),
    }
}

fn is_hostname(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= LONGEST_HOSTNAME && name.split('.').all(is_label)
}

fn is_cpu_range(range: &str) -> bool {
    let is_number = |text: &str| text.parse::<u16>().is_ok();
    range.split_once('-').map_or_else(
        || is_number(range),
        |(first, last)| is_number(first) && is_number(last),
    )
}

fn is_mac_address(text: &str) -> bool {
    let is_octet = |octet: &str| octet.len() == 2 && octet.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(is_octet)
}
