//! TLS to an engine on the network, with the certificates that `[docker]` names.

use std::path::Path;
use std::sync::Arc;

use hyper_rustls::{ConfigBuilderExt, HttpsConnector};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use super::insecure::AnyCertificate;
use super::{Endpoint, Error};

/// With `ca_file`, only its authorities are trusted; else those of the system.
pub(super) fn connector(endpoint: &Endpoint) -> Result<HttpsConnector<HttpConnector>, Error> {
    let builder = trusted(endpoint)?;
    let config = match (&endpoint.cert_file, &endpoint.key_file) {
        (Some(certificate), Some(key)) => builder
            .with_client_auth_cert(certificates("cert_file", certificate)?, private_key(key)?)
            .map_err(|error| wrong("cert_file", certificate, &error))?,
        (None, None) => builder.with_no_client_auth(),
        (Some(_), None) => return Err(lonely("key_file", "cert_file")),
        (None, Some(_)) => return Err(lonely("cert_file", "key_file")),
    };
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    Ok(HttpsConnector::from((tcp, config)))
}

fn trusted(endpoint: &Endpoint) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Broken(error.to_string()))?;
    if endpoint.api_insecure {
        let verifier = Arc::new(AnyCertificate::new(provider));
        return Ok(builder.dangerous().with_custom_certificate_verifier(verifier));
    }
    match &endpoint.ca_file {
        Some(path) => Ok(builder.with_root_certificates(authorities(path)?)),
        None => builder.with_native_roots().map_err(|error| Error::Option {
            option: "ca_file",
            reason: format!("not set, and the system's certificates cannot be read: {error}"),
        }),
    }
}

fn authorities(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("ca_file", path)? {
        roots
            .add(certificate)
            .map_err(|error| wrong("ca_file", path, &error))?;
    }
    Ok(roots)
}

fn certificates(option: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(option, path, &error))?;
    if found.is_empty() {
        let reason = format!("{} holds no certificate in PEM form", path.display());
        return Err(Error::Option { option, reason });
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| wrong("key_file", path, &error))
}

fn wrong(option: &'static str, path: &Path, error: &dyn std::error::Error) -> Error {
    let reason = format!("{}: {error}", path.display());
    Error::Option { option, reason }
}

fn lonely(option: &'static str, other: &str) -> Error {
    let reason = format!("must be set too when {other} is");
    Error::Option { option, reason }
}
