//! All documents at once, as the files of a config drive.

use super::facts::Facts;
use super::openstack::Document;
use super::{ec2, openstack};

/// Of EC2's dates the newest alone: what Nova leaves out, nobody reads any more.
const EC2: [&str; 2] = [ec2::NEWEST, "latest"];

/// Paths below the drive's root, and what is in each file.
pub fn config_drive(facts: &Facts) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for version in EC2 {
        ec2_files(facts, version, &mut files);
    }
    for version in openstack::VERSIONS.into_iter().chain(["latest"]) {
        openstack_files(facts, version, &mut files);
    }
    files
}

fn ec2_files(facts: &Facts, version: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let Some(mut tree) = ec2::tree(facts, version) else {
        return;
    };
    if let Some(user_data) = tree.take("user-data") {
        files.push((format!("ec2/{version}/user-data"), user_data.shown()));
    }
    if let Some(meta_data) = tree.take("meta-data") {
        let json = meta_data.into_json().to_string();
        files.push((format!("ec2/{version}/meta-data.json"), json.into_bytes()));
    }
}

/// Those that are listed, save the password: nothing can be left in a file.
fn openstack_files(facts: &Facts, named: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let Some(version) = openstack::version(named) else {
        return;
    };
    for (document, name) in openstack::documents(facts, version) {
        if document == Document::Password {
            continue;
        }
        if let Some(content) = openstack::content(facts, version, document) {
            files.push((format!("openstack/{named}/{name}"), content));
        }
    }
}
