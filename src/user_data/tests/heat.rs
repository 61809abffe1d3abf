//! What Heat's own code makes of a `user_data` (`tools/heat-user-data` wrote the samples).

use super::*;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../samples/heat/", $name, ".txt"))
    };
}

fn heats_options() -> ContainerOptions {
    ContainerOptions {
        env: Some(all(&["GREETING=Grüße"])),
        volumes: all(&["/data"]),
        ..ContainerOptions::default()
    }
}

fn heats_script(name: &str) -> Script {
    Script {
        name: name.to_owned(),
        content: b"#!/bin/sh\necho from heat\nexit 7\n".to_vec(),
    }
}

fn heats_command() -> Vec<Command> {
    vec![Command::Words(all(&["touch", "/ran"]))]
}

#[test]
fn options_are_read_in_every_way_that_heat_wraps_them() {
    for text in [sample!("cfntools_options"), sample!("software_config_options")] {
        assert_eq!(options(text), heats_options());
        assert!(!Provisioning::of(text.as_bytes()).has_work());
    }
}

#[test]
fn of_heats_own_scripts_none_is_the_users() {
    for text in [
        sample!("cfntools_script"),
        sample!("software_config_script"),
        sample!("raw"),
    ] {
        let read = Provisioning::of(text.as_bytes());
        let script = heats_script("part-001");
        assert_eq!(
            read,
            Provisioning {
                config: read.config.clone(),
                scripts: vec![script],
                warnings: Vec::new()
            }
        );
        assert!(!read.config.has_work());
        assert_eq!(parse(text.as_bytes()), Ok(Parsed::default()));
    }
    let read = Provisioning::of(sample!("cfntools_cloud_config").as_bytes());
    assert_eq!((read.config.runcmd, read.scripts), (heats_command(), Vec::new()));
}

#[test]
fn a_multipart_document_of_a_template_comes_with_all_its_parts() {
    let text = sample!("software_config_multipart");
    let read = Provisioning::of(text.as_bytes());
    assert_eq!(read.warnings, [""; 0]);
    assert_eq!(read.config.runcmd, heats_command());
    assert_eq!(read.scripts, [heats_script("install.sh")]);
    assert_eq!(options(text).tty, Some(true));
}
