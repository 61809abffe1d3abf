//! `nova.conf`: one file per `[section]`, read in oslo.config's dialect.

mod api;
mod auth;
mod base;
mod console;
mod consoleauth;
mod cors;
mod database;
mod docker;
pub mod environment;
mod error;
mod glance;
mod healthcheck;
mod image_cache;
mod keystone_authtoken;
mod neutron;
mod oslo;
mod oslo_middleware;
mod oslo_policy;
mod prometheus;
mod quota;
mod serial_console;
mod service_user;
mod sources;
mod standalone;
mod vnc;

use self::environment::Environment;
use self::oslo::ini::Texts;
use self::oslo::option::SectionSpec;
use self::oslo::reader::Reader;

pub use self::api::Api;
pub use self::auth::Auth;
pub use self::base::Base;
pub use self::console::Console;
pub use self::consoleauth::Consoleauth;
pub use self::cors::Cors;
pub use self::database::Database;
pub use self::docker::Docker;
pub use self::error::{Error, Place, Problem, Warning};
pub use self::glance::Glance;
pub use self::healthcheck::Healthcheck;
pub use self::image_cache::ImageCache;
pub use self::keystone_authtoken::KeystoneAuthtoken;
pub use self::neutron::Neutron;
pub use self::oslo_middleware::OsloMiddleware;
pub use self::oslo_policy::OsloPolicy;
pub use self::prometheus::Prometheus;
pub use self::quota::Quota;
pub use self::serial_console::SerialConsole;
pub use self::service_user::ServiceUser;
pub use self::sources::Sources;
pub use self::standalone::Standalone;
pub use self::vnc::Vnc;

/// Declares [`Conf`] and the list of its sections.
macro_rules! conf {
    ($($field:ident: $Section:ident),* $(,)?) => {
        /// Everything an operator may choose.
        #[derive(Clone, Debug)]
        pub struct Conf {
            $(pub $field: $Section,)*
            /// What the files hold that nobody reads.
            pub warnings: Vec<Warning>,
        }

        pub(crate) const SECTIONS: &[SectionSpec] = &[$($Section::SECTION),*];

        impl Conf {
            fn read(reader: &mut Reader<'_>) -> Self {
                Self {
                    $($field: $Section::read(reader, $Section::SECTION.name),)*
                    warnings: Vec::new(),
                }
            }
        }
    };
}

conf! {
    default: Base,
    api: Api,
    console: Console,
    consoleauth: Consoleauth,
    cors: Cors,
    database: Database,
    docker: Docker,
    glance: Glance,
    healthcheck: Healthcheck,
    image_cache: ImageCache,
    keystone_authtoken: KeystoneAuthtoken,
    neutron: Neutron,
    oslo_middleware: OsloMiddleware,
    oslo_policy: OsloPolicy,
    prometheus: Prometheus,
    quota: Quota,
    serial_console: SerialConsole,
    service_user: ServiceUser,
    standalone: Standalone,
    vnc: Vnc,
}

impl Conf {
    /// Reads the files in the order of [`Sources`], the later ones winning; every mistake in them is reported at once.
    pub fn load(sources: &Sources, env: &dyn Environment) -> Result<Self, Error> {
        let texts = Texts::load(&sources.paths()?)?;
        let mut reader = Reader::new(&texts, env, SECTIONS);
        let mut conf = Self::read(&mut reader);
        if let Some(reason) = conf.database.objection() {
            reader.refuse(&Database::SECTION, "connection", reason);
        }
        if let Some((option, reason)) = conf.neutron.objection() {
            reader.refuse(&Neutron::SECTION, option, &reason);
        }
        reader.finish()?;
        conf.oslo_policy.policy_file = sources.folder().join(&conf.oslo_policy.policy_file);
        conf.warnings = oslo::unknown::warnings(&texts, SECTIONS);
        Ok(conf)
    }

    /// Without a Keystone, nova-docker is a small cloud of its own.
    pub fn is_standalone(&self) -> bool {
        self.keystone_authtoken.auth.auth_url.is_none()
    }

    /// The commented file of all options and their defaults.
    pub fn sample() -> String {
        oslo::sample::sample(SECTIONS)
    }
}

/// What an empty file gives on a machine about which nothing is known.
impl Default for Conf {
    fn default() -> Self {
        Reader::with_defaults(Self::read)
    }
}

#[cfg(test)]
mod tests;
