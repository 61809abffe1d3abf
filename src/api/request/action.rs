//! `POST /servers/{id}/action`: the body's only key says which action is meant.

use std::pin::Pin;

use axum::extract::FromRequest;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Read, body};
use crate::api::{Book, Fault, Microversion, Row, Schema};

/// Extracts an action's name and what it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub version: Microversion,
    pub name: String,
    pub argument: Value,
}

impl<S: Send + Sync> FromRequest<S> for Action {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Fault> {
        let (version, bytes) = body::take(request, state).await?;
        let Value::Object(map) = body::json(&bytes)? else {
            return Err(Fault::malformed_body());
        };
        let mut entries = map.into_iter();
        match (entries.next(), entries.next()) {
            (Some((name, argument)), None) => Ok(Self {
                version,
                name,
                argument,
            }),
            _ => Err(Fault::malformed_body()),
        }
    }
}

/// Reads the argument as the handler wants it, and calls the handler.
#[doc(hidden)]
pub fn run<'a, C, T, R, H, F>(
    action: &Action,
    on: C,
    handler: H,
) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>
where
    T: Read,
    R: IntoResponse,
    H: FnOnce(C, T) -> F,
    F: Future<Output = Result<R, Fault>> + Send + 'a,
{
    match T::read(action.version, &action.argument).map_err(|invalid| invalid.at(&action.name)) {
        Ok(argument) => {
            let running = handler(on, argument);
            Box::pin(async { running.await.map(IntoResponse::into_response) })
        }
        Err(invalid) => Box::pin(std::future::ready(Err(invalid.into()))),
    }
}

type Answer = Result<Response, Fault>;

/// A table made by `actions!`.
pub trait Actions {
    fn told(book: &mut Book) -> ToldActions;
}

/// Each action with the schema of its argument.
pub type ToldActions = Vec<(Row, Value)>;

/// The schema of what the handler is given.
#[doc(hidden)]
pub fn argument<C, T, H, F>(_: H, book: &mut Book) -> Value
where
    T: Read + Schema,
    H: FnOnce(C, T) -> F,
{
    T::schema(book)
}

#[doc(hidden)]
pub fn unknown_action(name: &str) -> Fault {
    Fault::bad_request(format!("There is no such action: {name}"))
}

/// A table of actions: names, their handlers (`async fn(on, argument) -> Result<impl IntoResponse, Fault>`, where the
/// argument's type is a `request!` table or anything else that is [`Read`]) and, where it is not always, since and until
/// when. An action that is known but not at this version is 404, as in Nova; one that is not known at all is 400.
#[macro_export]
macro_rules! actions {
    ($(#[$meta:meta])* $vis:vis struct $Actions:ident on $On:ty {
        $($name:literal => $handler:path $(= $($since:literal)? .. $($until:literal)?)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $vis struct $Actions;

        impl $Actions {
            $vis const ROWS: &'static [$crate::api::Row] =
                &[$($crate::api::Row::new($name, $crate::span!($($($since)? .. $($until)?)?))),*];

            $vis async fn dispatch(
                on: $On,
                action: $crate::api::request::Action,
            ) -> Result<::axum::response::Response, $crate::api::Fault> {
                match action.name.as_str() {
                    $($name if $crate::span!($($($since)? .. $($until)?)?).contains(action.version) => {
                        $crate::api::request::run(&action, on, $handler).await
                    })*
                    name if Self::ROWS.iter().any(|row| row.key == name) => Err($crate::api::Fault::no_such_resource()),
                    name => Err($crate::api::request::unknown_action(name)),
                }
            }
        }

        impl $crate::api::request::Actions for $Actions {
            fn told(book: &mut $crate::api::Book) -> $crate::api::request::ToldActions {
                vec![$((
                    $crate::api::Row::new($name, $crate::span!($($($since)? .. $($until)?)?)),
                    $crate::api::request::argument($handler, book),
                )),*]
            }
        }

        const _: () = assert!($crate::api::no_key_twice($Actions::ROWS), "one action stands twice at some version");
    };
}
