//! One row of a resource's table: what an attribute may be, who may say it, and who sees it.

use serde_json::Value;

/// Turns what a client sent into what it means, or says why not (a sentence).
pub(super) type Check = fn(&Value) -> Result<Value, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum May {
    Nobody,
    Everybody,
    /// Others may say it if they say nothing by it: false, null, empty.
    Admins,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) check: Check,
    pub(super) post: May,
    pub(super) put: May,
    pub(super) required: bool,
    pub(super) seen: May,
    /// Lists can be filtered by it.
    pub(super) filters: bool,
    /// Lists can be sorted by it.
    pub(super) sorts: bool,
}

/// An attribute that is shown and that nobody can set.
pub(super) const fn shown(name: &'static str, check: Check) -> Attribute {
    Attribute {
        name,
        check,
        post: May::Nobody,
        put: May::Nobody,
        required: false,
        seen: May::Everybody,
        filters: true,
        sorts: true,
    }
}

/// An attribute that is said once, when the resource is made.
pub(super) const fn given(name: &'static str, check: Check) -> Attribute {
    Attribute {
        post: May::Everybody,
        ..shown(name, check)
    }
}

/// An attribute that can be changed.
pub(super) const fn settable(name: &'static str, check: Check) -> Attribute {
    Attribute {
        put: May::Everybody,
        ..given(name, check)
    }
}

impl Attribute {
    pub(super) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// Whoever else may set it, administrators only.
    pub(super) const fn set_by_admins(self) -> Self {
        Self {
            post: admins(self.post),
            put: admins(self.put),
            ..self
        }
    }

    pub(super) const fn seen_by_admins(self) -> Self {
        Self {
            seen: May::Admins,
            ..self
        }
    }

    pub(super) const fn never_seen(self) -> Self {
        Self {
            seen: May::Nobody,
            filters: false,
            sorts: false,
            ..self
        }
    }

    /// A list or an object, which nothing is smaller than.
    pub(super) const fn unsorted(self) -> Self {
        Self { sorts: false, ..self }
    }

    pub(super) const fn unfiltered(self) -> Self {
        Self {
            filters: false,
            sorts: false,
            ..self
        }
    }

    pub(super) fn is_seen(&self, admin: bool) -> bool {
        match self.seen {
            May::Nobody => false,
            May::Everybody => true,
            May::Admins => admin,
        }
    }
}

const fn admins(may: May) -> May {
    match may {
        May::Nobody => May::Nobody,
        May::Everybody | May::Admins => May::Admins,
    }
}
