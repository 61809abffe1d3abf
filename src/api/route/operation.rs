//! What is known of one method of one path: what its handler takes, as the handler's own type says, and what it answers.

use std::future::Future;

use axum::extract::{OriginalUri, Path, State};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::api::request::{Action, Body, Query, QueryTable, Request, ToldActions};
use crate::api::{Book, Links, Microversion, Schema, Span};
use crate::objects::RequestContext;

/// One method of one path.
#[derive(Debug, Clone)]
pub struct Operation {
    pub path: String,
    pub method: &'static str,
    pub span: Span,
    /// Whether it asks for no token.
    pub is_public: bool,
    pub asked: fn(&mut Book) -> Asked,
    pub answers: Vec<Answer>,
    pub actions: Option<fn(&mut Book) -> ToldActions>,
}

/// An answer to a request that was granted.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub status: u16,
    pub span: Span,
    /// The only action that it is the answer to.
    pub action: Option<&'static str>,
    pub body: Option<ShownBody>,
}

/// The schema of an answer's body. Written with [`shows!`](crate::shows), or [`whole`] where the keys are not known.
pub type ShownBody = fn(&mut Book) -> Value;

/// An answer without a body.
pub const NOTHING: Option<ShownBody> = None;

/// What a handler takes of a request.
#[derive(Debug, Default)]
pub struct Asked {
    pub parameters: Vec<Value>,
    /// At which versions parameters that nobody knows are borne with.
    pub open: Option<Span>,
    pub body: Option<Value>,
}

/// A handler, as far as the types of its arguments tell. `T` is axum's list of them.
pub trait Described<T> {
    fn describe(book: &mut Book) -> Asked;
}

/// An argument of a handler: by default one that tells nothing.
pub trait Part {
    fn describe(_book: &mut Book, _asked: &mut Asked) {}
}

impl Operation {
    pub(super) fn new(method: &'static str, asked: fn(&mut Book) -> Asked) -> Self {
        Self {
            path: String::new(),
            method,
            span: Span::ALWAYS,
            is_public: true,
            asked,
            answers: Vec::new(),
            actions: None,
        }
    }

    pub(super) fn at(self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self
        }
    }

    /// Where the router of the resources is, behind authentication.
    pub(in crate::api) fn below(self, prefix: &str) -> Self {
        Self {
            path: format!("{prefix}{}", self.path),
            is_public: false,
            ..self
        }
    }

    /// The path below the version, of a resource: what is for anybody is about the service.
    pub fn resource(&self) -> Option<&str> {
        let path = self.path.strip_prefix("/v2.1");
        path.filter(|_| !self.is_public)
    }
}

impl Answer {
    pub(super) fn new(status: u16, span: Span, body: Option<ShownBody>) -> Self {
        Self {
            status,
            span,
            action: None,
            body,
        }
    }

    pub(super) fn to(self, action: &'static str) -> Self {
        Self {
            action: Some(action),
            ..self
        }
    }
}

/// A body that is a value of this type.
pub fn whole<T: Schema>() -> Option<ShownBody> {
    Some(T::schema)
}

/// A body that is an object of these keys: `shows!("servers": Vec<ServerItem>, "servers_links": Option<[Link; 1]>)`. An
/// `Option` may be missing.
#[macro_export]
macro_rules! shows {
    ($($key:literal : $T:ty),+ $(,)?) => {{
        fn shown(book: &mut $crate::api::Book) -> ::serde_json::Value {
            let properties = vec![$($crate::api::Property::of::<$T>(book, $key)),+];
            $crate::api::Properties::new(properties).object()
        }
        Some(shown as $crate::api::route::ShownBody)
    }};
}

impl<S> Part for State<S> {}
impl Part for RequestContext {}
impl Part for Microversion {}
impl Part for Links {}
impl Part for OriginalUri {}
impl Part for Method {}
impl Part for HeaderMap {}
/// Its names are in the route.
impl<T> Part for Path<T> {}
/// Its actions are in a table that the route names.
impl Part for Action {}

impl<T: QueryTable> Part for Query<T> {
    fn describe(book: &mut Book, asked: &mut Asked) {
        (asked.parameters, asked.open) = T::properties(book).parameters();
    }
}

impl<T: Request> Part for Body<T> {
    fn describe(book: &mut Book, asked: &mut Asked) {
        asked.body = Some(T::body(book));
    }
}

impl<F, Answered> Described<((),)> for F
where
    F: FnOnce() -> Answered,
    Answered: Future,
{
    fn describe(_: &mut Book) -> Asked {
        Asked::default()
    }
}

macro_rules! handlers_are_described {
    ($(($($T:ident),+);)+) => { $(
        impl<F, Answered, M, $($T: Part),+> Described<(M, $($T,)+)> for F
        where
            F: FnOnce($($T),+) -> Answered,
            Answered: Future,
        {
            fn describe(book: &mut Book) -> Asked {
                let mut asked = Asked::default();
                $($T::describe(book, &mut asked);)+
                asked
            }
        }
    )+ };
}

handlers_are_described! {
    (A);
    (A, B);
    (A, B, C);
    (A, B, C, D);
    (A, B, C, D, E);
    (A, B, C, D, E, G);
    (A, B, C, D, E, G, H);
}
