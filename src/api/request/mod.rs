//! Requests as tables: which keys a body or a query string may have, with which types, at which versions.

mod action;
mod body;
mod invalid;
mod python;
mod query;
mod read;
mod unread;
mod values;

#[cfg(test)]
mod tests;

pub(in crate::api) use self::python::{quoted, quoted_list};

pub use self::action::{Action, Actions, ToldActions, argument, run, unknown_action};
pub use self::body::Body;
pub use self::invalid::Invalid;
pub use self::query::{Pairs, Parameter, Parameters, Query, QueryTable};
pub use self::read::{Object, Read, Request, body_under, read_under};
pub use self::unread::refuse_unread;
pub use self::values::{Flag, Ignored, Needed, OrNull, Several, Whole};

/// A table of what is asked: a struct that reads itself from JSON. Rows look like those of [`view!`](crate::view).
///
/// A key that is missing is an error unless the type says what that means (`Option`); `null` is an error unless the type
/// takes it ([`OrNull`]). A key outside its range is as unknown as any other; the field then has its type's `Default`.
/// Unknown keys are errors unless the table ends in `..`, which may have a range of its own: `.. = ..2.75`.
/// With `struct X in "server"` the whole body is an object with that one key.
#[macro_export]
macro_rules! request {
    ($(#[$meta:meta])* $vis:vis struct $Request:ident $(in $envelope:literal)? {
        $($(#[$doc:meta])* $field:ident $(as $key:literal)? : $ty:ty $(= $($since:literal)? .. $($until:literal)?)?),* $(,)?
    }) => {
        $crate::request! { @table [$($envelope)?] [] $(#[$meta])* $vis $Request
            $([$(#[$doc])*] [$($key)?] $field [$ty] [$($($since)? .. $($until)?)?])* }
    };
    ($(#[$meta:meta])* $vis:vis struct $Request:ident $(in $envelope:literal)? {
        $($(#[$doc:meta])* $field:ident $(as $key:literal)? : $ty:ty $(= $($since:literal)? .. $($until:literal)?)?),*,
        .. $(= $($from:literal)? .. $($to:literal)?)? $(,)?
    }) => {
        $crate::request! { @table [$($envelope)?] [$($($from)?)? .. $($($to)?)?] $(#[$meta])* $vis $Request
            $([$(#[$doc])*] [$($key)?] $field [$ty] [$($($since)? .. $($until)?)?])* }
    };
    (@table [$($envelope:literal)?] [$($open:tt)*] $(#[$meta:meta])* $vis:vis $Request:ident
        $([$(#[$doc:meta])*] [$($key:literal)?] $field:ident [$ty:ty] [$($span:tt)*])*
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $Request { $($(#[$doc])* $vis $field: $ty),* }

        impl $Request {
            $vis const ROWS: &'static [$crate::api::Row] =
                &[$($crate::table_row!([$($key)?] [$field] $($span)*)),*];
        }

        const _: () = assert!($crate::api::no_key_twice($Request::ROWS), "one key stands twice at some version");

        impl $crate::api::request::Read for $Request {
            fn read(
                version: $crate::api::Microversion,
                value: &::serde_json::Value,
            ) -> Result<Self, $crate::api::request::Invalid> {
                let object = $crate::api::request::Object::open(version, value)?;
                $(let $field: Option<$ty> = object.get($crate::table_row!([$($key)?] [$field] $($span)*))?;)*
                $(let $field = $crate::request!(@need object [$($key)?] $field [$($span)*]);)*
                $crate::request!(@others object version [$($open)*]);
                Ok(Self { $($field),* })
            }
        }

        impl $crate::api::request::Request for $Request {
            fn parse(
                version: $crate::api::Microversion,
                root: &::serde_json::Value,
            ) -> Result<Self, $crate::api::request::Invalid> {
                $crate::request!(@parse version root [$($envelope)?])
            }

            fn body(book: &mut $crate::api::Book) -> ::serde_json::Value {
                $crate::request!(@body book [$($envelope)?])
            }
        }

        impl $crate::api::Schema for $Request {
            fn schema(book: &mut $crate::api::Book) -> ::serde_json::Value {
                book.define(module_path!(), stringify!($Request), |book| {
                    let properties = $crate::api::Properties::new(vec![$($crate::api::Property::asked::<$ty>(
                        book,
                        $crate::table_row!([$($key)?] [$field] $($span)*),
                        <$ty as $crate::api::request::Read>::absent().is_none(),
                    )),*]);
                    $crate::table_end!(properties [$($open)*]).object()
                })
            }
        }
    };
    (@need $object:ident [$($key:literal)?] $field:ident []) => {
        $object.need($crate::table_row!([$($key)?] [$field]), $field)?
    };
    (@need $object:ident [$($key:literal)?] $field:ident [$($span:tt)+]) => {
        $object.need_within($crate::table_row!([$($key)?] [$field] $($span)+), $field)?
    };
    (@others $object:ident $version:ident []) => { $object.refuse_others(Self::ROWS)? };
    (@others $object:ident $version:ident [$($open:tt)+]) => {
        if !$crate::span!($($open)+).contains($version) {
            $object.refuse_others(Self::ROWS)?
        }
    };
    (@parse $version:ident $root:ident []) => { $crate::api::request::Read::read($version, $root) };
    (@parse $version:ident $root:ident [$envelope:literal]) => {
        $crate::api::request::read_under($envelope, $version, $root)
    };
    (@body $book:ident []) => { <Self as $crate::api::Schema>::schema($book) };
    (@body $book:ident [$envelope:literal]) => { $crate::api::request::body_under::<Self>($envelope, $book) };
}
