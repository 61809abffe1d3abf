//! What all the tables of this room have in common: rows of a key and the versions it exists in.

use super::Span;

/// One row of a `view!`, `request!`, `query!` or `actions!` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub key: &'static str,
    pub span: Span,
}

impl Row {
    pub const fn new(key: &'static str, span: Span) -> Self {
        Self { key, span }
    }
}

/// Whether no version would have the same key twice. Every table asks it of itself while compiling.
pub const fn no_key_twice(rows: &[Row]) -> bool {
    let mut rest = rows;
    while let [row, after @ ..] = rest {
        let mut others = after;
        while let [other, beyond @ ..] = others {
            if row.span.overlaps(other.span) && same(row.key.as_bytes(), other.key.as_bytes()) {
                return false;
            }
            others = beyond;
        }
        rest = after;
    }
    true
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let (mut one, mut other) = (one, other);
    while let ([a, ones @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (ones, others);
    }
    one.is_empty() && other.is_empty()
}

/// The row that a table's line stands for: the field's own name unless `as` gives another.
#[doc(hidden)]
#[macro_export]
macro_rules! table_row {
    ([$key:literal] [$field:ident] $($span:tt)*) => { $crate::api::Row::new($key, $crate::span!($($span)*)) };
    ([] [$field:ident] $($span:tt)*) => { $crate::api::Row::new(stringify!($field), $crate::span!($($span)*)) };
}

/// What a table's last line says of keys that are not in it.
#[doc(hidden)]
#[macro_export]
macro_rules! table_end {
    ($properties:ident []) => { $properties };
    ($properties:ident [$($open:tt)+]) => { $properties.open($crate::span!($($open)+)) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span;

    #[test]
    fn a_key_may_return_only_where_the_first_one_is_gone() {
        let until = Row::new("flavor", span!(..2.47));
        assert!(no_key_twice(&[
            until,
            Row::new("flavor", span!(2.47..)),
            Row::new("flavors", span!())
        ]));
        assert!(!no_key_twice(&[
            until,
            Row::new("id", span!()),
            Row::new("flavor", span!(2.46..))
        ]));
    }
}
