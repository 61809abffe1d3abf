//! X.509 key pairs: a certificate that its holder logs in with, for systems that take no SSH keys.

use aws_lc_rs::digest;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::compute::Error;
use crate::objects::{Secret, UserId};

/// The name that Windows maps to an account (Microsoft's userPrincipalName).
const PRINCIPAL: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];
const YEARS: i32 = 10;

/// A new certificate and its private key, both in PEM, made off the threads that serve.
pub(super) async fn generate(user: &UserId, now: Timestamp) -> Result<(String, Secret), Error> {
    let user = user.to_string();
    let today = now.to_zoned(TimeZone::UTC).date();
    let made = tokio::task::spawn_blocking(move || certificate(&user, today)).await;
    let failed = |reason: String| Error::Invalid(format!("Keypair data is invalid: {reason}"));
    match made {
        Ok(made) => made.map_err(|error| failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn certificate(user: &str, today: Date) -> Result<(String, Secret), rcgen::Error> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name = rcgen::DistinguishedName::new();
    wanted.distinguished_name.push(DnType::CommonName, user);
    let principal = format!("{user}@localhost");
    wanted.subject_alt_names = vec![SanType::OtherName((PRINCIPAL.to_vec(), principal.into()))];
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    // The first of the month: every year has it.
    let (year, month) = (i32::from(today.year()), today.month().unsigned_abs());
    wanted.not_before = rcgen::date_time_ymd(year, month, 1);
    wanted.not_after = rcgen::date_time_ymd(year + YEARS, month, 1);
    let certificate = wanted.self_signed(&key)?;
    Ok((certificate.pem(), Secret::new(key.serialize_pem())))
}

/// SHA-1 of the certificate, in hexadecimal with colons.
pub(super) fn fingerprint(certificate: &str) -> Result<String, Error> {
    let der = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|error| {
        let words = "Keypair data is invalid: failed to generate X509 fingerprint. Error message: ";
        Error::Invalid(format!("{words}{error}"))
    })?;
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use rustls::server::ParsedCertificate;

    use super::*;

    const KNOWN: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIB/DCCAWWgAwIBAgIUQJmqjyDOClmpJHqYlr7yEOFe9VwwDQYJKoZIhvcNAQEL\n\
        BQAwDzENMAsGA1UEAwwEZGVtbzAgFw0yNjExMjEyMDA1NDdaGA8yMTI2MTAyODIw\n\
        MDU0N1owDzENMAsGA1UEAwwEZGVtbzCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC\n\
        gYEAwGXA74+pnfT/DAiOvkrXkZV1H10WghesAVLV/kRFItBPGBN12kCQm+oQAmLg\n\
        45VTq9Gwy16KRdpWlvhvPlusrGTfXW4IarFtmhWCe9C2YjD6oEorBA+zT/XeRgIw\n\
        FVBkgt19EW6ENLZ/+4EJrg2gMATchubc8vzI4qL99Hu4n+sCAwEAAaNTMFEwHQYD\n\
        VR0OBBYEFNTuAT0uPtg0iNfLfzvaLT9oxzl9MB8GA1UdIwQYMBaAFNTuAT0uPtg0\n\
        iNfLfzvaLT9oxzl9MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEA\n\
        OppB85tHUdcHQNtl+rB/QWi3+mHkxVXB0jLEZAm7khF+Q/1ig3Ab+bWMFecbbajs\n\
        S9uD/RUGq+UwRzPhprgNPYPXUNh/PVNu6/nTEK2wzyfBlw3SfNSDcI3K+zPapFOr\n\
        d+FO8Pm2TxT7SyvWwEB3qu0aC7EgWddl8qGMFV4l8cE=\n\
        -----END CERTIFICATE-----";

    #[tokio::test]
    async fn a_generated_pair_is_a_certificate_and_its_key_in_pem() {
        let now = "2026-02-28T10:00:00Z".parse().unwrap();
        let (certificate, private) = generate(&UserId::from("demo"), now).await.unwrap();
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        ParsedCertificate::try_from(&der).unwrap();
        for part in [b"demo@localhost".as_slice(), b"260201000000Z", b"360201000000Z"] {
            assert!(der.windows(part.len()).any(|window| window == part));
        }
        let key = KeyPair::from_pem(private.expose()).unwrap();
        let public = key.public_key_raw();
        assert!(der.windows(public.len()).any(|window| window == public));
    }

    #[test]
    fn a_fingerprint_is_what_openssl_says() {
        assert_eq!(
            fingerprint(KNOWN).unwrap(),
            "c9:3c:e2:fe:54:95:fd:4e:c8:75:c6:8c:46:40:4f:70:5e:4e:30:0f"
        );
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let refused = fingerprint("ssh-rsa AAAA x").unwrap_err().to_string();
        assert!(
            refused
                .starts_with("Keypair data is invalid: failed to generate X509 fingerprint. Error message: "),
            "{refused}"
        );
    }
}
