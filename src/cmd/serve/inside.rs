//! The compute service of a cloud that has its own Keystone and Glance.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::ExposeSecret;

use super::State;
use super::parts::{Cloud, Doors, compute_door, core, database, engine};
use crate::conf::{Auth, Conf};
use crate::identity::{Credentials, Domain, Keystone, Session};
use crate::image::ImageService;
use crate::image::glance::{self, Glance};
use crate::objects::{Secret, World};

pub(super) async fn build(conf: &Conf, state: &State, world: Arc<dyn World>) -> anyhow::Result<Cloud> {
    let db = database(conf, state).await?;
    let docker = engine(conf)?;
    let session = session(conf, &world)?;
    let token = &conf.keystone_authtoken;
    let cache = u64::try_from(token.token_cache_time).ok();
    let cache = cache.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let uri = token.www_authenticate_uri.clone();
    let uri = uri.or_else(|| token.auth.auth_url.clone()).unwrap_or_default();
    let identity = Arc::new(Keystone::new(session.clone(), &uri, cache, world.clone()));
    let images: Arc<dyn ImageService> = Arc::new(glance(conf, session)?);
    let compute = core(conf, state, &db, docker, images, world.clone()).await?;
    Ok(Cloud {
        doors: Doors {
            compute: compute_door(conf, compute.clone(), identity, world),
            identity: None,
            image: None,
            network: None,
        },
        compute,
    })
}

/// Whether there is all that Keystone asks of us.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    credentials("keystone_authtoken", &conf.keystone_authtoken.auth).map(drop)
}

fn session(conf: &Conf, world: &Arc<dyn World>) -> anyhow::Result<Session> {
    let credentials = credentials("keystone_authtoken", &conf.keystone_authtoken.auth)?;
    Ok(Session::new(credentials, world.clone())?)
}

/// What a section with credentials must say, and says in its own name when it does not.
fn credentials(section: &str, auth: &Auth) -> anyhow::Result<Credentials> {
    let need = |value: &Option<String>, option: &str| {
        let message = || format!("[{section}] {option} is not set, and auth_url is: Keystone asks for both");
        value.clone().with_context(message)
    };
    let domain = |id: &Option<String>, name: &Option<String>| match (id, name) {
        (Some(id), _) => Domain::Id(id.clone()),
        (None, name) => Domain::Name(name.clone().unwrap_or_else(|| "Default".to_owned())),
    };
    let auth_url = need(&auth.auth_url, "auth_url")?;
    reqwest::Url::parse(&auth_url).with_context(|| {
        format!("[{section}] auth_url: '{auth_url}' is not a URL such as http://host:5000/v3")
    })?;
    Ok(Credentials {
        auth_url,
        username: need(&auth.username, "username")?,
        password: password(section, auth)?,
        user_domain: domain(&auth.user_domain_id, &auth.user_domain_name),
        project_name: need(&auth.project_name, "project_name")?,
        project_domain: domain(&auth.project_domain_id, &auth.project_domain_name),
        cafile: auth.cafile.clone(),
        insecure: auth.insecure,
    })
}

fn password(section: &str, auth: &Auth) -> anyhow::Result<Secret> {
    let message = || format!("[{section}] password is not set, and auth_url is: Keystone asks for both");
    let password = auth.password.as_ref().with_context(message)?;
    Ok(Secret::new(password.expose_secret()))
}

fn glance(conf: &Conf, session: Session) -> anyhow::Result<Glance> {
    let glance = &conf.glance;
    let own = glance.endpoint_override.iter().cloned();
    let settings = glance::Settings {
        endpoints: own.chain(glance.api_servers.iter().cloned()).collect(),
        interfaces: glance.valid_interfaces.clone(),
        region: glance.region_name.clone(),
        num_retries: glance.num_retries,
        send_service_user_token: conf.service_user.send_service_user_token,
        cafile: glance.cafile.clone(),
        insecure: glance.insecure,
    };
    Ok(Glance::new(session, settings)?)
}
