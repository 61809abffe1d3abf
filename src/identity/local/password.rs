//! Passwords, which are kept as Argon2id hashes only.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::Error;
use crate::objects::Secret;

/// Of OWASP's equivalent minima (19 MiB twice, 12 MiB three times, ... 7 MiB five times) the one that asks least
/// memory of a small machine.
const MEMORY_KIB: u32 = 7168;
const ITERATIONS: u32 = 5;
const LANES: u32 = 1;

const LENGTH: usize = 32;

/// What hashing works in. There is one, so that a flood of logins waits for it instead of taking all memory there
/// is; and it is kept, as an allocator that gets it back from a different thread each time keeps as many.
static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

/// Whose turn it is: a thread that waited for the memory would be one that nobody else can use.
static TURN: Semaphore = Semaphore::const_new(1);

/// The hash of `password` in PHC's notation.
pub(super) async fn hash(password: &Secret, salt: Uuid) -> Result<String, Error> {
    let password = password.clone();
    work(move || {
        let params = Params::new(MEMORY_KIB, ITERATIONS, LANES, Some(LENGTH)).map_err(Error::hash)?;
        let salt = SaltString::encode_b64(salt.as_bytes()).map_err(Error::hash)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(Error::hash)?,
            salt: Some(salt.as_salt()),
            hash: Some(argon2id(&password, salt.as_salt(), params)?),
        };
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
        let stored = PasswordHash::new(&phc).map_err(Error::hash)?;
        let params = Params::try_from(&stored).map_err(Error::hash)?;
        let salt = stored.salt.ok_or_else(|| Error::hash("it has no salt"))?;
        // Outputs are compared in constant time.
        Ok(stored.hash == Some(argon2id(&password, salt, params)?))
    })
    .await
}

fn argon2id(password: &Secret, salt: Salt<'_>, params: Params) -> Result<Output, Error> {
    let mut salt_bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut salt_bytes).map_err(Error::hash)?;
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    memory.resize(params.block_count(), Block::default());
    let mut output = [0; LENGTH];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            &mut output,
            memory.as_mut_slice(),
        )
        .map_err(Error::hash)?;
    Output::new(&output).map_err(Error::hash)
}

impl Error {
    fn hash(reason: impl ToString) -> Self {
        Self::Hash(reason.to_string())
    }
}

async fn work<T: Send + 'static>(
    hashing: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let turn = TURN.acquire().await.map_err(Error::hash)?;
    // The turn goes along: a caller that stops waiting does not stop the work.
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        hashing()
    })
    .await
    .map_err(Error::hash)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_by_owasps_numbers_and_fits_its_password_only() {
        let hash = hash(&Secret::new("right"), Uuid::from_u128(1)).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAQ$"),
            "{hash}"
        );
        let is_right = async |password: &str, hash: Option<&str>| {
            is_right(
                &Secret::new(password),
                hash.map(str::to_owned),
                Uuid::from_u128(2),
            )
            .await
        };
        assert!(is_right("right", Some(&hash)).await.unwrap());
        assert!(!is_right("wrong", Some(&hash)).await.unwrap());
        assert!(!is_right("", Some("")).await.unwrap());
        assert!(!is_right("right", None).await.unwrap());
        assert!(matches!(
            is_right("right", Some("no hash")).await,
            Err(Error::Hash(_))
        ));
    }

    #[tokio::test]
    async fn a_hash_of_argon2s_own_making_is_understood() {
        use argon2::password_hash::PasswordHasher;

        let salt = SaltString::encode_b64(b"some salt of its own").unwrap();
        let params = Params::new(64, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(b"right", &salt).unwrap().to_string();
        assert!(
            is_right(&Secret::new("right"), Some(hash), Uuid::from_u128(2))
                .await
                .unwrap()
        );
    }
}
