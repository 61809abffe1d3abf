//! Finds the image of an OCI layout: from `index.json` through indexes and manifests to the one that this host runs.

use std::collections::HashSet;

use super::contents::{Chosen, Contents, Known};
use super::manifest::{Description, Descriptor};
use super::{Error, Rules};

/// An image of the layout, and what it runs on in the words of OCI (`arm64`).
struct Candidate {
    chosen: Chosen,
    architecture: String,
    os: String,
}

struct Search<'a> {
    contents: &'a Contents,
    seen: HashSet<String>,
    found: Vec<Candidate>,
    missing: Option<String>,
}

pub(super) fn choose(contents: &Contents, index: &[Descriptor], rules: &Rules) -> Result<Chosen, Error> {
    let mut search = Search {
        contents,
        seen: HashSet::new(),
        found: Vec::new(),
        missing: None,
    };
    for top in index {
        search.follow(top, top)?;
    }
    search.pick(&rules.architecture)
}

impl Search<'_> {
    /// Everything that `top`, a line of `index.json`, leads to; whatever it is, it is looked at once.
    fn follow(&mut self, top: &Descriptor, from: &Descriptor) -> Result<(), Error> {
        let mut ahead = vec![from.clone()];
        while let Some(next) = ahead.pop() {
            let name = next.blob()?;
            if !self.seen.insert(name.clone()) {
                continue;
            }
            let Some(file) = self.contents.file(&name) else {
                self.missing.get_or_insert(name);
                continue;
            };
            let Known::Described { digest, description } = &file.known else {
                continue;
            };
            if next.digest != format!("sha256:{}", hex::encode(digest)) {
                return Err(Error::Malformed {
                    file: name,
                    reason: "it is not what its name says".to_owned(),
                });
            }
            match description {
                Description::Index(more) => ahead.extend(more.iter().cloned()),
                Description::Manifest { config, layers } => self.consider(top, config, layers)?,
                Description::Image { .. } | Description::Other => {}
            }
        }
        Ok(())
    }

    /// A manifest may be of something that is no image: a signature, an attestation.
    fn consider(
        &mut self,
        top: &Descriptor,
        config: &Descriptor,
        layers: &[Descriptor],
    ) -> Result<(), Error> {
        let name = config.blob()?;
        let Some(file) = self.contents.file(&name) else {
            self.missing.get_or_insert(name);
            return Ok(());
        };
        let Known::Described {
            description: Description::Image { architecture, os, .. },
            ..
        } = &file.known
        else {
            return Ok(());
        };
        if self.found.iter().any(|candidate| candidate.chosen.config == name) {
            return Ok(());
        }
        let layers = layers.iter().map(Descriptor::blob).collect::<Result<_, _>>()?;
        self.found.push(Candidate {
            chosen: Chosen {
                config: name,
                layers,
                descriptor: Some(top.clone()),
            },
            architecture: architecture.clone(),
            os: os.clone(),
        });
        Ok(())
    }

    /// The only one; of several the one for this host, or the first where no host is meant.
    fn pick(mut self, host: &str) -> Result<Chosen, Error> {
        match (self.found.len(), self.missing.take()) {
            (0, Some(missing)) => return Err(Error::Missing(missing)),
            (0, None) => {
                return Err(Error::Malformed {
                    file: "index.json".to_owned(),
                    reason: "it names no image".to_owned(),
                });
            }
            (1, _) => return Ok(self.found.remove(0).chosen),
            _ => {}
        }
        let wanted = oci_name(host);
        let offered: Vec<String> = self
            .found
            .iter()
            .map(|it| format!("{}/{}", it.os, it.architecture))
            .collect();
        let distinct: HashSet<&String> = offered.iter().collect();
        if distinct.len() < offered.len() {
            return Err(Error::Images(offered.len()));
        }
        let fits = |it: &Candidate| host.is_empty() || (it.os == "linux" && it.architecture == wanted);
        match self.found.into_iter().find(fits) {
            Some(candidate) => Ok(candidate.chosen),
            None => Err(Error::Platform {
                host: format!("linux/{wanted}"),
                offered: offered.join(", "),
            }),
        }
    }
}

/// The kernel's name of an architecture, as OCI says it.
fn oci_name(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" => "arm",
        "i686" | "i586" | "i386" => "386",
        other => other,
    }
}
