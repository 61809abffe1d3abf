//! SSH key pairs as Nova makes and knows them: RSA of 2048 bits, PKCS#1 in PEM, fingerprints in MD5.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ssh_key::PublicKey;

use crate::compute::Error;
use crate::objects::Secret;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// A new pair, off the threads that serve: the public key on one line, the private one in PEM.
pub(super) async fn generate() -> Result<(String, Secret), Error> {
    let made = tokio::task::spawn_blocking(rsa).await;
    made.ok()
        .flatten()
        .ok_or_else(|| Error::Invalid("Keypair data is invalid: no key could be made".to_owned()))
}

fn rsa() -> Option<(String, Secret)> {
    let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
    let pkcs8: Pkcs8V1Der<'static> = pair.as_der().ok()?;
    let pkcs1 = private_key_of(pkcs8.as_ref())?;
    let blob = STANDARD.encode(public_blob(pkcs1)?);
    Some((
        format!("ssh-rsa {blob} Generated-by-Nova"),
        Secret::new(pem(pkcs1)),
    ))
}

/// MD5 of the key as bytes, in hexadecimal with colons.
pub(super) fn fingerprint(public_key: &str) -> Result<String, Error> {
    let unusable = || Error::Invalid("Keypair data is invalid: failed to generate fingerprint".to_owned());
    let key = PublicKey::from_openssh(public_key.trim()).map_err(|_| unusable())?;
    let digest = Md5::digest(key.to_bytes().map_err(|_| unusable())?);
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(pairs.join(":"))
}

/// PKCS#8 wraps PKCS#1: `SEQUENCE { version, algorithm, OCTET STRING { the key } }`.
fn private_key_of(pkcs8: &[u8]) -> Option<&[u8]> {
    let (inside, _) = element(pkcs8, SEQUENCE)?;
    let (_version, rest) = element(inside, INTEGER)?;
    let (_algorithm, rest) = element(rest, SEQUENCE)?;
    let (key, _) = element(rest, OCTETS)?;
    Some(key)
}

/// `ssh-rsa`, exponent, modulus: an SSH mpint holds just what a DER INTEGER holds.
fn public_blob(pkcs1: &[u8]) -> Option<Vec<u8>> {
    let (inside, _) = element(pkcs1, SEQUENCE)?;
    let (_version, rest) = element(inside, INTEGER)?;
    let (modulus, rest) = element(rest, INTEGER)?;
    let (exponent, _) = element(rest, INTEGER)?;
    let mut blob = Vec::new();
    for part in [b"ssh-rsa".as_slice(), exponent, modulus] {
        blob.extend(u32::try_from(part.len()).ok()?.to_be_bytes());
        blob.extend(part);
    }
    Some(blob)
}

/// The content of the DER element of that tag at the start of `der`, and what comes after it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..0x80 => (usize::from(short), rest),
        _ => {
            let (long, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
            (
                long.iter().try_fold(0usize, |sum, byte| {
                    sum.checked_mul(256)?.checked_add((*byte).into())
                })?,
                rest,
            )
        }
    };
    (first == tag).then(|| rest.split_at_checked(length)).flatten()
}

fn pem(pkcs1: &[u8]) -> String {
    let text = STANDARD.encode(pkcs1);
    let mut pem = "-----BEGIN RSA PRIVATE KEY-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END RSA PRIVATE KEY-----\n"
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::KeyPair as _;

    use super::*;

    #[tokio::test]
    async fn a_generated_pair_is_one_that_ssh_tools_read() {
        let (public, private) = generate().await.unwrap();
        assert!(
            public.starts_with("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"),
            "{public}"
        );
        assert!(public.ends_with(" Generated-by-Nova"), "{public}");
        let lines: Vec<&str> = private.expose().lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN RSA PRIVATE KEY-----"));
        assert_eq!(lines.last(), Some(&"-----END RSA PRIVATE KEY-----"));
        let der = STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap();
        let pair = KeyPair::from_der(&der).unwrap();
        let parsed = PublicKey::from_openssh(&public).unwrap();
        let modulus = parsed.key_data().rsa().unwrap().n.as_positive_bytes().unwrap();
        assert_eq!(
            modulus,
            pair.public_key().modulus().big_endian_without_leading_zero()
        );
    }

    #[test]
    fn a_fingerprint_is_what_ssh_keygen_says() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti user@example.com";
        assert_eq!(
            fingerprint(key).unwrap(),
            "ae:6f:ba:1b:70:2c:ae:c7:5c:ab:6e:4d:5e:d4:c7:23"
        );
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        for bad in ["", "ssh-rsa", "ssh-rsa AAAA x", "-----BEGIN RSA PRIVATE KEY-----"] {
            assert_eq!(
                fingerprint(bad).unwrap_err().to_string(),
                "Keypair data is invalid: failed to generate fingerprint",
                "{bad}"
            );
        }
    }
}
