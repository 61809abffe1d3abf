//! A check of oslo.policy's language, read: what has to be true of a caller and of the owner of a thing.

use std::collections::BTreeMap;

use crate::objects::{Owner, RequestContext};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    Everybody,
    Nobody,
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// Another rule, by its name.
    Rule(String),
    Role(Template),
    IsAdmin(bool),
    /// The text before the colon was a literal: it is compared with the owner.
    Literal(String, Template),
    /// Something known of the caller is compared with the owner or with a text.
    Caller(String, Template),
}

/// A text with what is known of the owner in it, `%(project_id)s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(pub(super) Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Of(String),
}

pub(super) type Checks = BTreeMap<String, Check>;

/// One question: who asks, and about whose thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) context: &'a RequestContext,
    pub(super) owner: &'a Owner,
    /// What a rule refers to; a circle among them is refused before anybody asks.
    pub(super) checks: &'a Checks,
}

/// What the language knows of a caller beside the roles. Texts are as Python writes them.
pub(super) const KNOWN: &[&str] = &[
    "user_id",
    "user",
    "project_id",
    "tenant",
    "roles",
    "is_admin_project",
    "system_scope",
    "domain_id",
    "user_domain_id",
    "project_domain_id",
];

impl Question<'_> {
    pub(super) fn passes(&self, check: &Check) -> bool {
        match check {
            Check::Everybody => true,
            Check::Nobody => false,
            Check::Not(inner) => !self.passes(inner),
            Check::All(all) => all.iter().all(|check| self.passes(check)),
            Check::Any(any) => any.iter().any(|check| self.passes(check)),
            Check::Rule(name) => self.passes_rule(name),
            Check::Role(role) => self.filled(role).is_some_and(|role| self.has_role(&role)),
            Check::IsAdmin(wanted) => self.passes_rule("context_is_admin") == *wanted,
            Check::Literal(text, template) => self.filled(template).is_some_and(|filled| filled == *text),
            Check::Caller(what, template) => {
                self.filled(template).is_some_and(|filled| self.is(what, &filled))
            }
        }
    }

    fn passes_rule(&self, name: &str) -> bool {
        self.checks.get(name).is_some_and(|check| self.passes(check))
    }

    /// A role brings those below it, as Keystone's own roles do.
    fn has_role(&self, wanted: &str) -> bool {
        let ladder = ["reader", "member", "manager", "admin"];
        let place = ladder.iter().position(|role| role.eq_ignore_ascii_case(wanted));
        match place.and_then(|place| ladder.get(place..)) {
            Some(enough) => enough.iter().any(|role| self.context.has_role(role)),
            None => self.context.has_role(wanted),
        }
    }

    fn is(&self, what: &str, text: &str) -> bool {
        match what {
            "user_id" | "user" => self.context.user_id.as_str() == text,
            "project_id" | "tenant" => self.context.project_id.as_str() == text,
            "roles" => self.context.roles.iter().any(|role| role == text),
            "is_admin_project" => text == "True",
            // Every token is of a project.
            "system_scope" | "domain_id" => text == "None",
            _ => false,
        }
    }

    /// `None` when the template asks for something that nothing here has.
    fn filled(&self, template: &Template) -> Option<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Of(name) => match name.as_str() {
                "project_id" | "tenant_id" => Some(self.owner.project_id.as_str().to_owned()),
                "user_id" => Some(self.owner.user_id.as_str().to_owned()),
                _ => None,
            },
        };
        template.0.iter().map(piece).collect()
    }
}

impl Check {
    /// This check and all that it is made of.
    pub(super) fn parts(&self) -> Vec<&Self> {
        let inner: Vec<&Self> = match self {
            Self::Not(inner) => vec![inner],
            Self::All(all) | Self::Any(all) => all.iter().collect(),
            _ => Vec::new(),
        };
        let below = inner.into_iter().flat_map(Self::parts);
        std::iter::once(self).chain(below).collect()
    }

    /// The rules that have to be known to decide this one.
    pub(super) fn references(&self) -> impl Iterator<Item = &str> {
        self.parts().into_iter().filter_map(|part| match part {
            Self::Rule(name) => Some(name.as_str()),
            Self::IsAdmin(_) => Some("context_is_admin"),
            _ => None,
        })
    }

    /// Whether it matters whose the thing is.
    pub(super) fn asks_whose(&self) -> bool {
        self.parts().iter().any(|part| match part {
            Self::Role(template) | Self::Literal(_, template) | Self::Caller(_, template) => {
                template.0.iter().any(|piece| matches!(piece, Piece::Of(_)))
            }
            _ => false,
        })
    }
}
