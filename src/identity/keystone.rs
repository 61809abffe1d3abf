//! Tokens of a cloud that we are a part of: its Keystone says what they are good for, and we remember it a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use moka::Expiry;
use moka::future::Cache;
use reqwest::{Response, StatusCode};

use super::session::{Session, read};
use super::{Error, ValidToken, Validate};
use crate::objects::{Secret, World};

/// How long a token that Keystone does not know is not asked about again.
const DENIED: Duration = Duration::from_secs(10);
/// More tokens than a compute service sees within five minutes.
const MOST: u64 = 50_000;

/// A token is known here by its hash, so that a memory dump has no tokens.
type Hash = [u8; 32];

/// `[keystone_authtoken] service_token_roles` and `service_token_roles_required`.
#[derive(Debug, Clone)]
pub struct ServiceRoles {
    pub roles: Vec<String>,
    /// Otherwise every service's token will do, as it did before Keystone's clients asked for roles.
    pub required: bool,
}

#[derive(Debug)]
pub struct Keystone {
    session: Session,
    uri: String,
    world: Arc<dyn World>,
    services: ServiceRoles,
    /// `None` in it stands for a token that Keystone refused.
    cache: Option<Cache<Hash, Option<Arc<ValidToken>>>>,
}

impl Keystone {
    /// `uri` is what callers are told in `WWW-Authenticate`; without a `cache_time` every request asks Keystone.
    pub fn new(
        session: Session,
        uri: &str,
        cache_time: Option<Duration>,
        services: ServiceRoles,
        world: Arc<dyn World>,
    ) -> Self {
        let cache = cache_time.map(|granted| {
            Cache::builder()
                .max_capacity(MOST)
                .expire_after(Lifetimes { granted })
                .build()
        });
        Self {
            session,
            uri: uri.to_owned(),
            world,
            services,
            cache,
        }
    }

    async fn ask(&self, token: &str, query: &str) -> Result<Arc<ValidToken>, Error> {
        let own = self.session.token().await?;
        let mut answer = self.show(token, query, &own).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.session.reject(&own).await;
            let own = self.session.token().await?;
            answer = self.show(token, query, &own).await?;
        }
        match answer.status() {
            StatusCode::OK => Ok(Arc::new(read(&self.session, answer).await?.into())),
            StatusCode::NOT_FOUND => Err(Error::Unauthorized),
            status => Err(Error::Refused {
                url: self.session.url().to_owned(),
                status: status.as_u16(),
            }),
        }
    }

    async fn show(&self, token: &str, query: &str, own: &Secret) -> Result<Response, Error> {
        let request = self
            .session
            .client()
            .get(format!("{}/auth/tokens?{query}", self.session.url()))
            .header("X-Auth-Token", own.expose())
            .header("X-Subject-Token", token);
        self.session.ask(request).await
    }

    async fn known(&self, hash: &Hash) -> Option<Option<Arc<ValidToken>>> {
        self.cache.as_ref()?.get(hash).await
    }

    async fn remember(&self, hash: Hash, token: Option<Arc<ValidToken>>) {
        if let Some(cache) = &self.cache {
            cache.insert(hash, token).await;
        }
    }
}

#[async_trait]
impl Validate for Keystone {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        ensure_sendable(token)?;
        let hash = hash(token);
        let answer = match self.known(&hash).await {
            Some(known) => known.ok_or(Error::Unauthorized),
            None => {
                let answer = self.ask(token, "nocatalog").await;
                match &answer {
                    Ok(valid) => self.remember(hash, Some(valid.clone())).await,
                    Err(Error::Unauthorized) => self.remember(hash, None).await,
                    Err(_) => {}
                }
                answer
            }
        };
        // Also when it ended while we remembered it.
        answer.and_then(|valid| match self.world.now() < valid.expires_at {
            true => Ok(valid),
            false => Err(Error::Unauthorized),
        })
    }

    async fn validate_expired(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        ensure_sendable(token)?;
        self.ask(token, "nocatalog&allow_expired=1").await
    }

    fn is_service(&self, token: &ValidToken) -> bool {
        let ServiceRoles { roles, required } = &self.services;
        !required || token.roles.iter().any(|role| roles.contains(role))
    }

    fn uri(&self) -> &str {
        &self.uri
    }
}

/// What no header can carry is no token, and would fail to be sent.
fn ensure_sendable(token: &str) -> Result<(), Error> {
    match !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(Error::Unauthorized),
    }
}

fn hash(token: &str) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

/// How long what Keystone said counts.
struct Lifetimes {
    granted: Duration,
}

impl Expiry<Hash, Option<Arc<ValidToken>>> for Lifetimes {
    fn expire_after_create(&self, _: &Hash, token: &Option<Arc<ValidToken>>, _: Instant) -> Option<Duration> {
        Some(match token {
            Some(_) => self.granted,
            None => self.granted.min(DENIED),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::session::tests::FakeKeystone;
    use crate::objects::SystemWorld;

    const CACHED: Option<Duration> = Some(Duration::from_secs(300));

    fn keystone(fake: &FakeKeystone, cache_time: Option<Duration>) -> Keystone {
        Keystone::new(
            fake.session(),
            "http://keystone/v3",
            cache_time,
            roles(&["service"], true),
            Arc::new(SystemWorld),
        )
    }

    fn roles(roles: &[&str], required: bool) -> ServiceRoles {
        ServiceRoles {
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            required,
        }
    }

    #[tokio::test]
    async fn a_token_is_what_keystone_says_and_is_asked_about_once() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        for _ in 0..3 {
            let valid = keystone.validate("good").await.unwrap();
            assert_eq!(valid.user.name, "demo");
            assert_eq!(valid.user.domain_id, "default");
            assert_eq!(valid.project.as_ref().unwrap().id, "p-1");
            assert_eq!(valid.roles, ["member", "reader"]);
        }
        assert_eq!(fake.asked(), 1);
        assert_eq!(keystone.uri(), "http://keystone/v3");
    }

    #[tokio::test]
    async fn a_token_that_keystone_refuses_is_remembered_too() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        for _ in 0..3 {
            assert!(matches!(keystone.validate("bad").await, Err(Error::Unauthorized)));
        }
        assert_eq!(fake.asked(), 1);
    }

    #[tokio::test]
    async fn nothing_is_remembered_without_a_cache_time() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, None);
        keystone.validate("good").await.unwrap();
        keystone.validate("good").await.unwrap();
        assert_eq!(fake.asked(), 2);
    }

    #[tokio::test]
    async fn a_token_that_has_ended_is_refused_whoever_says_it_is_good() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        assert!(matches!(
            keystone.validate("ended").await,
            Err(Error::Unauthorized)
        ));
    }

    #[tokio::test]
    async fn a_token_that_has_ended_is_good_when_a_service_vouches() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        assert!(matches!(
            keystone.validate("long-ended").await,
            Err(Error::Unauthorized)
        ));
        let valid = keystone.validate_expired("long-ended").await.unwrap();
        assert_eq!(valid.user.name, "demo");
        // What is let through once is not remembered for who comes alone.
        assert!(matches!(
            keystone.validate("long-ended").await,
            Err(Error::Unauthorized)
        ));
    }

    #[tokio::test]
    async fn a_service_is_known_by_its_roles_unless_none_is_asked_for() {
        let fake = FakeKeystone::start().await;
        for (wanted, required, expected) in [
            (&["service"][..], true, false),
            (&["service", "member"], true, true),
            (&["service"], false, true),
        ] {
            let keystone = Keystone::new(
                fake.session(),
                "http://keystone/v3",
                CACHED,
                roles(wanted, required),
                Arc::new(SystemWorld),
            );
            let token = keystone.validate("good").await.unwrap();
            assert_eq!(keystone.is_service(&token), expected, "{wanted:?} {required}");
        }
    }

    #[tokio::test]
    async fn a_token_that_no_header_can_carry_is_refused_unasked() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        for token in ["", "a b", "ü", "a\nb"] {
            assert!(matches!(keystone.validate(token).await, Err(Error::Unauthorized)));
        }
        assert_eq!(fake.asked(), 0);
    }

    #[tokio::test]
    async fn our_own_token_is_renewed_when_keystone_no_longer_takes_it() {
        let fake = FakeKeystone::start().await;
        let keystone = keystone(&fake, CACHED);
        keystone.validate("good").await.unwrap();
        fake.restart();
        assert!(matches!(keystone.validate("bad").await, Err(Error::Unauthorized)));
        assert_eq!(fake.logins(), 2);
    }

    #[tokio::test]
    async fn a_keystone_that_is_away_is_not_the_callers_fault() {
        let fake = FakeKeystone::start().await;
        let session = fake.session_at("http://127.0.0.1:1");
        let keystone = Keystone::new(
            session,
            "http://keystone/v3",
            CACHED,
            roles(&[], false),
            Arc::new(SystemWorld),
        );
        assert!(matches!(
            keystone.validate("good").await,
            Err(Error::Unreachable { .. })
        ));
    }
}
