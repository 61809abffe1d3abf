//! axum's router and method router, which cannot be listed, beside the list of what was put into them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::operation::{Answer, Described, Operation, ShownBody};
use super::{Span, Within};
use crate::api::request::Actions;

/// The methods of one path.
#[derive(Debug)]
pub struct Methods<S> {
    router: MethodRouter<S>,
    operations: Vec<Operation>,
}

/// The routes of a service, or of a part of it.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    operations: Vec<Operation>,
}

macro_rules! methods {
    ($($method:ident)+) => {
        $(
            pub fn $method<H, T, S>(handler: H) -> Methods<S>
            where
                H: Handler<T, S> + Described<T>,
                T: 'static,
                S: Clone + Send + Sync + 'static,
            {
                Methods {
                    router: routing::$method(handler),
                    operations: vec![Operation::new(stringify!($method), <H as Described<T>>::describe)],
                }
            }
        )+

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                #[must_use]
                pub fn $method<H, T>(self, handler: H) -> Self
                where
                    H: Handler<T, S> + Described<T>,
                    T: 'static,
                {
                    self.merge($method(handler))
                }
            )+
        }
    };
}

methods! { get post put delete }

impl<S: Clone + Send + Sync + 'static> Methods<S> {
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        Self {
            router: self.router.merge(other.router),
            ..self
        }
    }

    /// What the method named last answers when it does what it is asked for.
    #[must_use]
    pub fn answers(self, status: u16, body: Option<ShownBody>) -> Self {
        self.answers_within(Span::ALWAYS, status, body)
    }

    /// The same at some versions.
    #[must_use]
    pub fn answers_within(self, span: Span, status: u16, body: Option<ShownBody>) -> Self {
        self.with(Answer::new(status, span, body))
    }

    /// The same of one action; the others answer what [`answers`](Self::answers) says.
    #[must_use]
    pub fn answers_to(self, action: &'static str, span: Span, status: u16, body: Option<ShownBody>) -> Self {
        self.with(Answer::new(status, span, body).to(action))
    }

    fn with(mut self, answer: Answer) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.answers.push(answer);
        }
        self
    }

    /// The actions that the method named last takes.
    #[must_use]
    pub fn does<A: Actions>(mut self) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.actions = Some(A::told);
        }
        self
    }
}

impl<S: Clone + Send + Sync + 'static> Within for Methods<S> {
    fn within(mut self, span: Span) -> Self {
        for operation in &mut self.operations {
            operation.span = span;
        }
        Self {
            router: self.router.within(span),
            ..self
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            operations: Vec::new(),
        }
    }

    #[must_use]
    pub fn route(mut self, path: &str, methods: Methods<S>) -> Self {
        let at = |operation: Operation| operation.at(path);
        self.operations.extend(methods.operations.into_iter().map(at));
        Self {
            router: self.router.route(path, methods.router),
            ..self
        }
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        Self {
            router: self.router.merge(other.router),
            ..self
        }
    }

    pub fn into_router(self) -> Router<S> {
        self.router
    }

    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }
}
