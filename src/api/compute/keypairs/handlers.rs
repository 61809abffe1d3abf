//! What is done about keypairs.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::view::{Enveloped, KeypairDetail, KeypairItem, KeypairMade, Made, PrivateKey};
use crate::api::compute::Door;
use crate::api::compute::text::{KeyName, PlainKeyName};
use crate::api::links::Links;
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow_of};
use crate::api::request::Needed;
use crate::api::{At, Body, Fault, Microversion, Query, Under};
use crate::compute::NewKeypair;
use crate::objects::{RequestContext, UserId};
use crate::{query, request};

request! {
    pub(super) struct CreateKeypair in "keypair" {
        plain_name as "name": Needed<PlainKeyName> = ..2.92,
        name: Needed<KeyName> = 2.92..,
        kind as "type": Option<KeyKind> = 2.2..,
        public_key: Option<String> = ..2.92,
        needed_key as "public_key": Needed<String> = 2.92..,
        user_id: Option<String> = 2.10..,
    }
}

query! {
    pub(super) struct OfUser {
        user_id: Option<String> = 2.10..,
        limit: Option<Limit> = 2.35..,
        marker: Option<String> = 2.35..,
        .. = ..2.75
    }
}

#[derive(Debug)]
pub(super) struct KeyKind(String);

impl std::str::FromStr for KeyKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ssh" | "x509" => Ok(Self(text.to_owned())),
            other => Err(format!("'{other}' is not one of ['ssh', 'x509']")),
        }
    }
}

crate::read_as_text!(KeyKind = ["ssh", "x509"]);

impl Microversion {
    /// Making a keypair answers 201 and deleting one 204, which is what happens.
    const fn keypairs_answer_plainly(self) -> bool {
        self.at_least("2.2")
    }

    /// Before, all keypairs came at once.
    const fn pages_keypairs(self) -> bool {
        self.at_least("2.35")
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<OfUser>,
) -> Result<impl IntoResponse, Fault> {
    let user = user(&context, query.user_id.as_deref(), "index", Need::Anyone)?;
    let keypairs = door.compute.list_keypairs(&context, &user).await?;
    let page = page(
        &keypairs,
        query.limit,
        query.marker.as_deref(),
        match version.pages_keypairs() {
            true => door.max_limit,
            false => usize::MAX,
        },
        |keypair, name| keypair.name == name,
    )?;
    let next = page.last_if_full();
    let views: Vec<_> = page
        .items
        .iter()
        .map(|keypair| Enveloped {
            keypair: KeypairItem::of(keypair),
        })
        .collect();
    let next = next.map(|last| Under("keypairs_links", [links.next(&last.name)]));
    Ok(At(version, (Under("keypairs", views), next)))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfUser>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let user = user(&context, query.user_id.as_deref(), "show", Need::Anyone)?;
    let keypair = door.compute.get_keypair(&context, &user, &name).await?;
    Ok(At(version, Under("keypair", KeypairDetail::of(&keypair))))
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<CreateKeypair>,
) -> Result<impl IntoResponse, Fault> {
    let user = user(&context, body.user_id.as_deref(), "create", Need::Anyone)?;
    let new = body.upgraded(user);
    let (keypair, private) = door.compute.create_keypair(&context, new).await?;
    let private = private.map(|key| PrivateKey {
        private_key: key.expose().to_owned(),
    });
    let status = match version.keypairs_answer_plainly() {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let view: Made = (KeypairMade::of(&keypair), private);
    Ok((status, At(version, Under("keypair", view))))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfUser>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let user = user(&context, query.user_id.as_deref(), "delete", Need::Anyone)?;
    door.compute.delete_keypair(&context, &user, &name).await?;
    Ok(match version.keypairs_answer_plainly() {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::ACCEPTED,
    })
}

impl CreateKeypair {
    fn upgraded(self, user: UserId) -> NewKeypair {
        let plain = self.plain_name.0.map(|name| name.0);
        NewKeypair {
            name: self.name.0.map(|name| name.0).or(plain).unwrap_or_default(),
            kind: self.kind.map_or_else(|| "ssh".to_owned(), |kind| kind.0),
            public_key: self.public_key.or(self.needed_key.0),
            user: Some(user),
        }
    }
}

/// Whose keypairs are meant; other users' are an administrator's business.
fn user(context: &RequestContext, asked: Option<&str>, verb: &str, need: Need) -> Result<UserId, Fault> {
    let rule = format!("os_compute_api:os-keypairs:{verb}");
    let user = asked.map_or_else(|| context.user_id.clone(), UserId::from);
    allow_of(context, &user, &rule, need)?;
    Ok(user)
}
