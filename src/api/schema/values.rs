//! The schemas of plain values, and of the ids and words that resources have in common.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Book, Schema, list, map, or_null};
use crate::api::request::{Flag, Ignored, Needed, OrNull, Several, Whole};
use crate::objects::{
    Cidr, FlavorId, GroupPolicy, ImageId, InstanceId, Mac, PowerState, ProjectId, RequestId, ServerGroupId,
    TaskState, UserId, VmState,
};
use crate::schema;

schema! {
    str => {"type": "string"},
    String => {"type": "string"},
    bool => {"type": "boolean"},
    f64 => {"type": "number"},
    i32 => {"type": "integer"},
    i64 => {"type": "integer"},
    u8 => {"type": "integer", "minimum": 0},
    u16 => {"type": "integer", "minimum": 0},
    u32 => {"type": "integer", "minimum": 0},
    u64 => {"type": "integer", "minimum": 0},
    usize => {"type": "integer", "minimum": 0},
    Value => {},
    Ignored => {},
    Uuid => {"type": "string", "format": "uuid"},
    IpAddr => {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    Cidr => {"type": "string"},
    Mac => {"type": "string"},
    InstanceId => {"type": "string", "format": "uuid"},
    ImageId => {"type": "string", "format": "uuid"},
    ServerGroupId => {"type": "string", "format": "uuid"},
    ProjectId => {"type": "string"},
    UserId => {"type": "string"},
    RequestId => {"type": "string"},
    FlavorId => {"type": "string"},
    TaskState => {"type": "string"},
    VmState => {"type": "string"},
    GroupPolicy => {"type": "string"},
    PowerState => {"type": "integer"},
}

impl<T: Schema + ?Sized> Schema for &T {
    fn schema(book: &mut Book) -> Value {
        T::schema(book)
    }
}

impl<T: Schema + Clone> Schema for Cow<'_, T> {
    fn schema(book: &mut Book) -> Value {
        T::schema(book)
    }
}

impl<T: Schema> Schema for Option<T> {
    fn schema(book: &mut Book) -> Value {
        or_null(T::schema(book))
    }

    fn given(book: &mut Book) -> Value {
        T::given(book)
    }

    fn may_be_missing() -> bool {
        true
    }
}

impl<T: Schema> Schema for OrNull<T> {
    fn schema(book: &mut Book) -> Value {
        or_null(T::schema(book))
    }
}

impl<T: Schema> Schema for Needed<T> {
    fn schema(book: &mut Book) -> Value {
        T::schema(book)
    }
}

impl<T: Schema> Schema for Vec<T> {
    fn schema(book: &mut Book) -> Value {
        list(T::schema(book))
    }
}

impl<T: Schema> Schema for BTreeSet<T> {
    fn schema(book: &mut Book) -> Value {
        list(T::schema(book))
    }
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    fn schema(book: &mut Book) -> Value {
        let mut schema = list(T::schema(book));
        schema["minItems"] = N.into();
        schema["maxItems"] = N.into();
        schema
    }
}

impl<T: Schema, const MIN: usize, const MAX: usize> Schema for Several<T, MIN, MAX> {
    fn schema(book: &mut Book) -> Value {
        let mut schema = list(T::schema(book));
        schema["minItems"] = MIN.into();
        if MAX < usize::MAX {
            schema["maxItems"] = MAX.into();
        }
        schema
    }
}

impl<K, T: Schema> Schema for BTreeMap<K, T> {
    fn schema(book: &mut Book) -> Value {
        map(T::schema(book))
    }
}

impl<const MIN: u64, const MAX: u64> Schema for Whole<MIN, MAX> {
    fn schema(_: &mut Book) -> Value {
        let mut schema = json!({"type": ["integer", "string"], "minimum": MIN});
        if MAX < u64::MAX {
            schema["maximum"] = MAX.into();
        }
        schema["pattern"] = "^[0-9]+$".into();
        schema
    }
}

impl Schema for Flag {
    fn schema(_: &mut Book) -> Value {
        let yes = Self::YES.iter().map(|word| Value::from(*word));
        let no = Self::NO.iter().map(|word| Value::from(*word));
        let words: Vec<Value> = [Value::from(true)]
            .into_iter()
            .chain(yes)
            .chain([false.into()])
            .chain(no)
            .collect();
        json!({ "enum": words })
    }
}
