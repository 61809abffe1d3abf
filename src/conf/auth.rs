//! How nova-docker proves to Keystone who it is; several sections have these options.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::conf::oslo::option::options;

options! {
    /// How nova-docker proves to Keystone who it is.
    pub struct Auth {
        /// The kind of proof.
        auth_type: String = "password" where one_of "password" | "v3password" also "auth_plugin",
        /// The address of Keystone.
        auth_url: Option<String>,
        /// The name of the user.
        username: Option<String> where also "user_name",
        /// The password of the user.
        password: Option<SecretString> [secret],
        /// The project to work in.
        project_name: Option<String> where also "tenant_name",
        /// The name of the user's domain.
        user_domain_name: Option<String>,
        /// The id of the user's domain.
        user_domain_id: Option<String>,
        /// The name of the project's domain.
        project_domain_name: Option<String>,
        /// The id of the project's domain.
        project_domain_id: Option<String>,
        /// The region whose addresses are taken from the service catalog.
        region_name: Option<String>,
        /// Authorities that may sign Keystone's certificate, a PEM file.
        cafile: Option<PathBuf>,
        /// Do not verify Keystone's certificate.
        insecure: bool = "false",
    }
}
