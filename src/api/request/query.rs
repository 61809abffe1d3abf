//! Query strings as tables: which parameters there are, how they are read, and whether others are borne with.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde_json::Value;

use super::Invalid;
use super::unread::WasRead;
use crate::api::{Book, Fault, Microversion, Properties, Row};

/// Extracts a table made by `query!`.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// A table made by `query!`.
pub trait QueryTable: Sized {
    fn parse(version: Microversion, pairs: &Pairs) -> Result<Self, Invalid>;

    /// What the document says of it.
    fn properties(book: &mut Book) -> Properties;
}

/// One value of a parameter.
pub trait Parameter: Sized {
    fn parameter(text: &str) -> Result<Self, Invalid>;
}

/// All values that one parameter was given, in order: `Option<T>` takes the last one, `Vec<T>` all.
pub trait Parameters: Sized {
    fn parameters<'a>(texts: impl DoubleEndedIterator<Item = &'a str>) -> Result<Self, Invalid>;
}

impl<T: Parameter> Parameters for Option<T> {
    fn parameters<'a>(texts: impl DoubleEndedIterator<Item = &'a str>) -> Result<Self, Invalid> {
        // All are read, so that a wrong one is not hidden by a later right one.
        Ok(texts.map(T::parameter).collect::<Result<Vec<T>, _>>()?.pop())
    }
}

impl<T: Parameter> Parameters for Vec<T> {
    fn parameters<'a>(texts: impl DoubleEndedIterator<Item = &'a str>) -> Result<Self, Invalid> {
        texts.map(T::parameter).collect()
    }
}

/// A query string taken apart: names and values in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub fn of(query: &str) -> Self {
        let uri = http::Uri::builder()
            .path_and_query(format!("/?{query}"))
            .build()
            .unwrap_or_default();
        Self(
            axum::extract::Query::try_from_uri(&uri)
                .map(|query| query.0)
                .unwrap_or_default(),
        )
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[doc(hidden)]
    pub fn get<T: Parameters + Default>(&self, version: Microversion, row: Row) -> Result<T, Invalid> {
        if !row.span.contains(version) {
            return Ok(T::default());
        }
        let texts = self
            .iter()
            .filter(|(name, _)| *name == row.key)
            .map(|(_, text)| text);
        T::parameters(texts).map_err(|invalid| invalid.at_parameter(row.key))
    }

    #[doc(hidden)]
    pub fn refuse_others(&self, version: Microversion, rows: &[Row]) -> Result<(), Invalid> {
        let known = |name: &str| {
            rows.iter()
                .any(|row| row.key == name && row.span.contains(version))
        };
        let mut others: Vec<&str> = self
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !known(name))
            .collect();
        others.sort_unstable();
        others.dedup();
        if others.is_empty() {
            Ok(())
        } else {
            Err(Invalid::unknown(&Value::Null, others))
        }
    }
}

impl<T: QueryTable, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Ok(version) = Microversion::from_request_parts(parts, state).await;
        if let Some(was_read) = parts.extensions.get::<WasRead>() {
            was_read.set();
        }
        let pairs = Pairs::of(parts.uri.query().unwrap_or_default());
        Ok(Self(T::parse(version, &pairs)?))
    }
}

/// A table of query parameters, in the manner of [`request!`](crate::request): every field is an `Option` or a `Vec` of
/// something that is a [`Parameter`]. Unknown parameters are errors unless the table ends in `..` or, for some versions,
/// `.. = ..2.75`.
#[macro_export]
macro_rules! query {
    ($(#[$meta:meta])* $vis:vis struct $Query:ident {
        $($(#[$doc:meta])* $field:ident $(as $key:literal)? : $ty:ty $(= $($since:literal)? .. $($until:literal)?)?),* $(,)?
    }) => {
        $crate::query! { @table [] $(#[$meta])* $vis $Query
            $([$(#[$doc])*] [$($key)?] $field [$ty] [$($($since)? .. $($until)?)?])* }
    };
    ($(#[$meta:meta])* $vis:vis struct $Query:ident {
        $($(#[$doc:meta])* $field:ident $(as $key:literal)? : $ty:ty $(= $($since:literal)? .. $($until:literal)?)?),*,
        .. $(= $($from:literal)? .. $($to:literal)?)? $(,)?
    }) => {
        $crate::query! { @table [$($($from)?)? .. $($($to)?)?] $(#[$meta])* $vis $Query
            $([$(#[$doc])*] [$($key)?] $field [$ty] [$($($since)? .. $($until)?)?])* }
    };
    (@table [$($open:tt)*] $(#[$meta:meta])* $vis:vis $Query:ident
        $([$(#[$doc:meta])*] [$($key:literal)?] $field:ident [$ty:ty] [$($span:tt)*])*
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $Query { $($(#[$doc])* $vis $field: $ty),* }

        impl $Query {
            $vis const ROWS: &'static [$crate::api::Row] =
                &[$($crate::table_row!([$($key)?] [$field] $($span)*)),*];
        }

        const _: () = assert!($crate::api::no_key_twice($Query::ROWS), "one parameter stands twice at some version");

        impl $crate::api::request::QueryTable for $Query {
            fn parse(
                version: $crate::api::Microversion,
                pairs: &$crate::api::request::Pairs,
            ) -> Result<Self, $crate::api::request::Invalid> {
                let query = Self {
                    $($field: pairs.get(version, $crate::table_row!([$($key)?] [$field] $($span)*))?),*
                };
                $crate::query!(@others pairs version [$($open)*]);
                Ok(query)
            }

            #[allow(unused_variables, reason = "a table may have no rows")]
            fn properties(book: &mut $crate::api::Book) -> $crate::api::Properties {
                let properties = $crate::api::Properties::new(vec![$($crate::api::Property::asked::<$ty>(
                    book,
                    $crate::table_row!([$($key)?] [$field] $($span)*),
                    false,
                )),*]);
                $crate::table_end!(properties [$($open)*])
            }
        }
    };
    (@others $pairs:ident $version:ident []) => { $pairs.refuse_others($version, Self::ROWS)? };
    (@others $pairs:ident $version:ident [$($open:tt)+]) => {
        if !$crate::span!($($open)+).contains($version) {
            $pairs.refuse_others($version, Self::ROWS)?
        }
    };
}
