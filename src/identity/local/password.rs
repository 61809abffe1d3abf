//! Passwords, which are kept as Argon2id hashes only.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::Error;
use crate::objects::Secret;

/// Of OWASP's equivalent minima (19 MiB twice, 12 MiB three times, ... 7 MiB five times) the one that asks least
/// memory of a small machine.
const MEMORY_KIB: u32 = 7168;
const ITERATIONS: u32 = 5;
const LANES: u32 = 1;

/// Hashing takes a core and `MEMORY_KIB` each time: a flood of logins waits here instead of taking all there is.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The hash of `password` in PHC's notation.
pub(super) async fn hash(password: &Secret, salt: Uuid) -> Result<String, Error> {
    let password = password.clone();
    work(move || {
        let salt = SaltString::encode_b64(salt.as_bytes()).map_err(|error| Error::Hash(error.to_string()))?;
        let hash = argon2id()?
            .hash_password(password.expose().as_bytes(), &salt)
            .map_err(|error| Error::Hash(error.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether `password` is the one that `hash` was made from. Without a hash the answer is no, and takes as long.
pub(super) async fn is_right(password: &Secret, hash: Option<String>, salt: Uuid) -> Result<bool, Error> {
    let Some(phc) = hash.filter(|hash| !hash.is_empty()) else {
        self::hash(password, salt).await?;
        return Ok(false);
    };
    let password = password.clone();
    work(move || {
        let hash = PasswordHash::new(&phc).map_err(|error| Error::Hash(error.to_string()))?;
        Ok(argon2id()?
            .verify_password(password.expose().as_bytes(), &hash)
            .is_ok())
    })
    .await
}

fn argon2id() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, ITERATIONS, LANES, None);
    let params = params.map_err(|error| Error::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn work<T: Send + 'static>(
    hashing: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let turn = TURNS
        .acquire()
        .await
        .map_err(|error| Error::Hash(error.to_string()))?;
    // The turn goes along: a caller that stops waiting does not stop the work.
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        hashing()
    })
    .await
    .map_err(|error| Error::Hash(error.to_string()))?
}
