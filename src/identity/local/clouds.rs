//! `clouds.yaml`: how to log in to this installation, written for its owner alone.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{DOMAIN, Error};
use crate::objects::Secret;

const HEADER: &str = "\
# How to log in to this nova-docker: OS_CLIENT_CONFIG_FILE=<this file> openstack --os-cloud nova-docker server list
# The passwords are known nowhere else. For new ones: stop nova-docker, empty this file, start it again.
";

/// Where the file goes, and what in it depends on how the installation was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clouds {
    pub path: PathBuf,
    /// Where clients reach the identity service: `http://127.0.0.1:5000/v3`.
    pub auth_url: String,
    pub region: String,
}

/// How one user logs in.
#[derive(Debug)]
pub(super) struct Login<'a> {
    /// The name after `--os-cloud`.
    pub(super) cloud: &'a str,
    pub(super) user: &'a str,
    pub(super) project: &'a str,
    pub(super) password: &'a Secret,
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    clouds: BTreeMap<&'a str, Cloud<'a>>,
}

#[derive(Debug, Serialize)]
struct Cloud<'a> {
    auth: Auth<'a>,
    region_name: &'a str,
    identity_api_version: u8,
    interface: &'static str,
}

#[derive(Debug, Serialize)]
struct Auth<'a> {
    auth_url: &'a str,
    username: &'a str,
    password: &'a str,
    project_name: &'a str,
    user_domain_name: &'static str,
    project_domain_name: &'static str,
}

/// What is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// Emptied on purpose, as the header says.
    Empty,
    Written,
}

impl Clouds {
    pub(super) fn found(&self) -> Result<Found, Error> {
        match fs::metadata(&self.path) {
            Ok(file) if file.len() == 0 => Ok(Found::Empty),
            Ok(_) => Ok(Found::Written),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The whole file or, after a crash, what was there before.
    pub(super) fn write(&self, logins: &[Login<'_>]) -> Result<(), Error> {
        let document = Document {
            clouds: logins
                .iter()
                .map(|login| (login.cloud, self.cloud(login)))
                .collect(),
        };
        let yaml = serde_yaml::to_string(&document).map_err(|error| self.failed(io::Error::other(error)))?;
        self.replace(&format!("{HEADER}{yaml}"))
            .map_err(|error| self.failed(error))
    }

    fn cloud<'a>(&'a self, login: &Login<'a>) -> Cloud<'a> {
        Cloud {
            auth: Auth {
                auth_url: &self.auth_url,
                username: login.user,
                password: login.password.expose(),
                project_name: login.project,
                user_domain_name: DOMAIN.1,
                project_domain_name: DOMAIN.1,
            },
            region_name: &self.region,
            identity_api_version: 3,
            interface: "public",
        }
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let new = self.path.with_extension("yaml.new");
        // One that a crash left behind may have another mode.
        if let Err(error) = fs::remove_file(&new)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        // A bare name has a parent too: the empty path, which nobody can open.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Clouds {
            path: self.path.display().to_string(),
            source,
        }
    }
}
