//! `/proc/cpuinfo` of a server: as many processors as its flavor has, where the kernel would show the host's.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::DockerDriver;
use super::key::on_disk;
use crate::objects::Instance;
use crate::virt::Error;

const HOST: &str = "/proc/cpuinfo";

impl DockerDriver {
    /// Writes it; answers the bind that shows it to the container. An engine on another machine could not read it.
    pub(super) async fn cpuinfo_bind(&self, instance: &Instance) -> Result<Option<String>, Error> {
        let path = self.directory_of(instance.id).join("cpuinfo");
        let bind = self
            .is_engine_here()
            .then(|| format!("{}:{HOST}:ro", path.display()));
        self.renew_cpuinfo(instance).await?;
        Ok(bind)
    }

    /// Of a container that is there too: the file stays the same, so it sees what is in it now.
    pub(super) async fn renew_cpuinfo(&self, instance: &Instance) -> Result<(), Error> {
        if !self.is_engine_here() {
            return Ok(());
        }
        let (directory, vcpus) = (self.directory_of(instance.id), instance.flavor.vcpus);
        let written = on_disk(move || {
            let host = std::fs::read_to_string(HOST)?;
            write(&directory, &with_processors(&host, vcpus))
        });
        written.await.map_err(|error| {
            Error::Refused(format!("cpuinfo cannot be written under instances_path: {error}"))
        })
    }

    fn is_engine_here(&self) -> bool {
        self.docker.url().starts_with("unix:")
    }
}

fn write(directory: &Path, text: &str) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o644)
        .open(directory.join("cpuinfo"))?;
    file.write_all(text.as_bytes())
}

/// The host's text with `wanted` of its processors, or more than it has: they are alike. What is not about a processor stays.
fn with_processors(host: &str, wanted: u32) -> String {
    let (processors, others): (Vec<&str>, Vec<&str>) = host
        .split("\n\n")
        .filter(|block| !block.trim().is_empty())
        .partition(|block| block.starts_with("processor"));
    let numbered = |(number, block): (u32, &&str)| {
        let rest = block.split_once('\n').map_or("", |(_, rest)| rest);
        format!("processor\t: {number}\n{}", rest.trim_end())
    };
    let processors = (0..wanted).zip(processors.iter().cycle()).map(numbered);
    let others = others.into_iter().map(|block| block.trim_end().to_owned());
    processors
        .chain(others)
        .map(|block| format!("{block}\n\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str =
        "processor\t: 0\nmodel name\t: A\ncore id\t: 0\n\nprocessor\t: 1\nmodel name\t: A\ncore id\t: 1\n\n";

    #[test]
    fn there_are_as_many_as_the_flavor_has() {
        let one = "processor\t: 0\nmodel name\t: A\ncore id\t: 0\n\n";
        assert_eq!(with_processors(HOST, 1), one);
        assert_eq!(with_processors(HOST, 2), HOST);
        let third = "processor\t: 2\nmodel name\t: A\ncore id\t: 0\n\n";
        assert_eq!(with_processors(HOST, 3), format!("{HOST}{third}"));
    }

    #[test]
    fn what_stands_behind_the_processors_stays() {
        let host = "processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\nBogoMIPS\t: 50\n\nHardware\t: Board\n";
        let one = "processor\t: 0\nBogoMIPS\t: 50\n\nHardware\t: Board\n\n";
        assert_eq!(with_processors(host, 1), one);
        assert_eq!(with_processors("vendor\t: strange\n", 2), "vendor\t: strange\n\n");
    }

    #[test]
    fn a_container_that_has_it_sees_what_is_written_later() {
        use std::os::unix::fs::MetadataExt;
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("cpuinfo");
        write(root.path(), "one, and more").unwrap();
        let inode = std::fs::metadata(&file).unwrap().ino();
        write(root.path(), "two").unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().ino(), inode);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two");
    }
}
