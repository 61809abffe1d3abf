//! Answers as tables: which fields an object shows, under which names, at which versions.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::{Fault, Microversion, Row};

/// Writes itself into an object that may hold others' entries too: tuples of views share one object, and a `None` adds
/// nothing to it.
pub trait View {
    fn entries<M: SerializeMap>(&self, version: Microversion, map: &mut M) -> Result<(), M::Error>;

    /// What it may write, as far as the tables know.
    fn rows() -> Vec<Row>;
}

/// Looks different at different versions. A field of such a type is shown at its table's version; fields of all other types
/// are written as serde writes them.
pub trait Shown {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Something shown at a version: the body of an answer.
#[derive(Debug, Clone, Copy)]
pub struct At<V>(pub Microversion, pub V);

/// A view of one entry, the envelope that the API puts its resources in: `{"server": ..}`, `{"servers": [..]}`.
#[derive(Debug, Clone)]
pub struct Under<V>(pub &'static str, pub V);

impl<V: Shown> Serialize for At<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.show(self.0, serializer)
    }
}

impl<V: Shown> IntoResponse for At<V> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self) {
            Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Fault::unexpected().into_response()
            }
        }
    }
}

impl<V: Shown> View for Under<V> {
    fn entries<M: SerializeMap>(&self, version: Microversion, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(self.0, &At(version, &self.1))
    }

    fn rows() -> Vec<Row> {
        Vec::new()
    }
}

impl<V: View> View for Option<V> {
    fn entries<M: SerializeMap>(&self, version: Microversion, map: &mut M) -> Result<(), M::Error> {
        self.iter().try_for_each(|view| view.entries(version, map))
    }

    fn rows() -> Vec<Row> {
        V::rows()
    }
}

/// Shows a view as an object of its own.
pub fn object<V: View, S: Serializer>(
    view: &V,
    version: Microversion,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    view.entries(version, &mut map)?;
    map.end()
}

impl<V: Shown> Shown for Under<V> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        object(self, version, serializer)
    }
}

macro_rules! tuples_share_an_object {
    ($(($($V:ident $i:tt),+);)+) => { $(
        impl<$($V: View),+> View for ($($V,)+) {
            fn entries<M: SerializeMap>(&self, version: Microversion, map: &mut M) -> Result<(), M::Error> {
                $(self.$i.entries(version, map)?;)+
                Ok(())
            }

            fn rows() -> Vec<Row> {
                [$($V::rows()),+].concat()
            }
        }

        impl<$($V: View),+> Shown for ($($V,)+) {
            fn show<Z: Serializer>(&self, version: Microversion, serializer: Z) -> Result<Z::Ok, Z::Error> {
                object(self, version, serializer)
            }
        }
    )+ };
}

tuples_share_an_object! {
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
}

impl<V: Shown> Shown for &V {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).show(version, serializer)
    }
}

impl<V: Shown> Shown for [V] {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for view in self {
            list.serialize_element(&At(version, view))?;
        }
        list.end()
    }
}

impl<V: Shown> Shown for Vec<V> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().show(version, serializer)
    }
}

/// A list of items whose views are made one at a time, while it is written: a long list needs no more than one of them.
#[derive(Debug)]
pub struct Each<'a, T, F>(pub &'a [T], pub F);

impl<T, V: Shown, F: Fn(&T) -> V> Shown for Each<'_, T, F> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            list.serialize_element(&At(version, (self.1)(item)))?;
        }
        list.end()
    }
}

impl<V: Shown, const N: usize> Shown for [V; N] {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().show(version, serializer)
    }
}

impl<V: Shown> Shown for Option<V> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(view) => serializer.serialize_some(&At(version, view)),
            None => serializer.serialize_none(),
        }
    }
}

impl<K: Serialize, V: Shown> Shown for BTreeMap<K, V> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, view)| (key, At(version, view))))
    }
}

impl<V: Shown + Clone> Shown for Cow<'_, V> {
    fn show<S: Serializer>(&self, version: Microversion, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().show(version, serializer)
    }
}

/// How a table's line finds out whether its type is [`Shown`] or merely `Serialize`: method lookup meets `ShownField`,
/// implemented one reference nearer, before `PlainField`.
#[doc(hidden)]
pub mod field {
    use serde::Serialize;

    use super::{At, Microversion, Shown};

    #[derive(Debug)]
    pub struct Field<'a, T>(pub &'a T);

    pub trait ShownField<'a, T: Shown> {
        fn at(&self, version: Microversion) -> At<&'a T>;
    }

    impl<'a, T: Shown> ShownField<'a, T> for Field<'a, T> {
        fn at(&self, version: Microversion) -> At<&'a T> {
            At(version, self.0)
        }
    }

    pub trait PlainField<'a, T: Serialize> {
        fn at(&self, version: Microversion) -> &'a T;
    }

    impl<'a, T: Serialize> PlainField<'a, T> for &Field<'a, T> {
        fn at(&self, _: Microversion) -> &'a T {
            self.0
        }
    }
}

/// A table of what is shown: a struct, whose fields may have another name in JSON (`as "OS-EXT-STS:task_state"`) and a
/// half-open range of versions (`= 2.19..`, `= ..2.57`, `= 2.32..2.33`). A key that stood twice at one version, a misspelt
/// version, or one after `MAX`, fails the build.
///
/// ```compile_fail
/// nova_docker::view! { struct Twice { flavor_link as "flavor": u8 = ..2.48, flavor: u8 = 2.47.. } }
/// ```
#[macro_export]
macro_rules! view {
    ($(#[$meta:meta])* $vis:vis struct $View:ident {
        $($(#[$doc:meta])* $field:ident $(as $key:literal)? : $ty:ty $(= $($since:literal)? .. $($until:literal)?)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $View { $($(#[$doc])* $vis $field: $ty),* }

        impl $View {
            $vis const ROWS: &'static [$crate::api::Row] = &[
                $($crate::table_row!([$($key)?] [$field] $($($since)? .. $($until)?)?)),*
            ];
        }

        const _: () = assert!($crate::api::no_key_twice($View::ROWS), "one key stands twice at some version");

        impl $crate::api::View for $View {
            fn entries<M: ::serde::ser::SerializeMap>(
                &self,
                version: $crate::api::Microversion,
                map: &mut M,
            ) -> Result<(), M::Error> {
                use $crate::api::view::field::*;
                $({
                    const ROW: $crate::api::Row = $crate::table_row!([$($key)?] [$field] $($($since)? .. $($until)?)?);
                    if ROW.span.contains(version) {
                        map.serialize_entry(ROW.key, &(&Field(&self.$field)).at(version))?;
                    }
                })*
                Ok(())
            }

            fn rows() -> Vec<$crate::api::Row> {
                Self::ROWS.to_vec()
            }
        }

        impl $crate::api::Shape for $View {
            fn properties(book: &mut $crate::api::Book) -> $crate::api::Properties {
                $crate::api::Properties::new(vec![$($crate::api::Property::shown::<$ty>(
                    book,
                    $crate::table_row!([$($key)?] [$field] $($($since)? .. $($until)?)?),
                )),*])
            }
        }

        impl $crate::api::Schema for $View {
            fn schema(book: &mut $crate::api::Book) -> ::serde_json::Value {
                book.define(module_path!(), stringify!($View), |book| {
                    <Self as $crate::api::Shape>::properties(book).object()
                })
            }
        }

        impl $crate::api::Shown for $View {
            fn show<S: ::serde::Serializer>(
                &self,
                version: $crate::api::Microversion,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::api::view::object(self, version, serializer)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{HISTORY, no_key_twice};

    view! { #[derive(Clone)] struct Volume { id: u8, delete_on_termination: bool = 2.3.. } }
    view! {
        struct Server {
            id: u8,
            task_state as "OS-EXT-STS:task_state": Option<&'static str>,
            flavor_link as "flavor": &'static str = ..2.47,
            flavor: BTreeMap<&'static str, u8> = 2.47..,
            description: Option<String> = 2.19..,
            host_status: &'static str = 2.16..2.20,
            volumes as "os-extended-volumes:volumes_attached": Vec<Volume>,
            root: Option<Volume> = 2.100..,
        }
    }
    view! { struct ForAdmins { host as "OS-EXT-SRV-ATTR:host": &'static str, id as "OS-EXT-SRV-ATTR:id": u8 = 2.3.. } }

    fn server() -> Server {
        Server {
            id: 7,
            task_state: None,
            flavor_link: "link",
            flavor: BTreeMap::from([("vcpus", 2)]),
            description: Some("d".to_owned()),
            host_status: "UP",
            volumes: vec![Volume {
                id: 1,
                delete_on_termination: true,
            }],
            root: None,
        }
    }

    fn shown(version: &str, view: impl Shown) -> String {
        serde_json::to_string(&At(version.parse().unwrap(), view)).unwrap()
    }

    #[test]
    fn a_view_shows_each_field_only_where_it_exists() {
        let begin = r#"{"id":7,"OS-EXT-STS:task_state":null,"#;
        let volumes = r#""os-extended-volumes:volumes_attached""#;
        let golden = [
            (
                "2.2",
                format!(r#"{begin}"flavor":"link",{volumes}:[{{"id":1}}]}}"#),
            ),
            (
                "2.15",
                format!(r#"{begin}"flavor":"link",{volumes}:[{{"id":1,"delete_on_termination":true}}]}}"#),
            ),
            (
                "2.19",
                format!(
                    r#"{begin}"flavor":"link","description":"d","host_status":"UP",{volumes}:[{{"id":1,"delete_on_termination":true}}]}}"#
                ),
            ),
            (
                "2.100",
                format!(
                    r#"{begin}"flavor":{{"vcpus":2}},"description":"d",{volumes}:[{{"id":1,"delete_on_termination":true}}],"root":null}}"#
                ),
            ),
        ];
        for (version, expected) in golden {
            assert_eq!(shown(version, server()), expected, "{version}");
        }
    }

    #[test]
    fn views_share_an_object_and_none_adds_nothing() {
        let volume = || Volume {
            id: 1,
            delete_on_termination: true,
        };
        let seen = |host| (volume(), Some(ForAdmins { host, id: 2 }));
        assert_eq!(shown("2.1", seen("h")), r#"{"id":1,"OS-EXT-SRV-ATTR:host":"h"}"#);
        assert_eq!(shown("2.1", (volume(), None::<ForAdmins>)), r#"{"id":1}"#);
        let list = shown("2.3", (Under("volumes", vec![seen("h")]), None::<Under<Volume>>));
        let item =
            r#"{"id":1,"delete_on_termination":true,"OS-EXT-SRV-ATTR:host":"h","OS-EXT-SRV-ATTR:id":2}"#;
        assert_eq!(list, format!(r#"{{"volumes":[{item}]}}"#));
    }

    #[test]
    fn no_version_shows_a_key_twice() {
        assert!(no_key_twice(&<(Server, Option<ForAdmins>)>::rows()));
        assert!(!no_key_twice(&<(Server, Volume)>::rows()));
        for (version, _) in HISTORY {
            let text = shown(&version.to_string(), server());
            let keys: serde_json::Map<_, _> = serde_json::from_str(&text).unwrap();
            assert_eq!(
                keys.len(),
                Server::ROWS
                    .iter()
                    .filter(|row| row.span.contains(*version))
                    .count()
            );
        }
    }
}
