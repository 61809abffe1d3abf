//! What one configuration option is, and the macros that declare a section of them in one table.
//!
//! A row of the table is everything there is to know: its doc comment is the help in the sample file, its type decides
//! what is accepted, the text after `=` is the default as one would write it in the file.

use crate::conf::environment::Environment;
use crate::conf::oslo::value::Kind;

/// One row of a section's table.
#[derive(Debug)]
pub(crate) struct OptionSpec {
    pub(crate) name: &'static str,
    pub(crate) help: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) default: Fallback,
    /// The only texts accepted; empty when the type alone decides.
    pub(crate) choices: &'static [&'static str],
    /// Other spellings that are read when `name` is not set, `option` or `section.option`.
    pub(crate) also: &'static [&'static str],
    /// The value never appears in a message or in `Debug`.
    pub(crate) secret: bool,
}

impl OptionSpec {
    /// The sections and names that set this option of `section`, the proper one first.
    pub(crate) fn spellings<'a>(
        &self,
        section: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'static str)> + use<'a> {
        let also = self
            .also
            .iter()
            .map(move |other| other.split_once('.').unwrap_or((section, other)));
        std::iter::once((section, self.name)).chain(also)
    }
}

/// What an option is when nobody sets it.
#[derive(Debug)]
pub(crate) enum Fallback {
    Unset,
    /// Written as in the file: it is interpolated and parsed like any other text.
    Text(&'static str),
    /// Depends on the machine: `shown` stands in the sample, `value` is the truth.
    Computed {
        shown: &'static str,
        value: fn(&dyn Environment) -> String,
    },
}

/// One `[section]`: its own options and those it shares with others.
#[derive(Debug)]
pub(crate) struct SectionSpec {
    pub(crate) name: &'static str,
    pub(crate) help: &'static [&'static str],
    pub(crate) own: &'static [OptionSpec],
    pub(crate) shared: &'static [OptionSpec],
}

impl SectionSpec {
    pub(crate) fn options(&self) -> impl Iterator<Item = &'static OptionSpec> + use<> {
        self.own.iter().chain(self.shared)
    }

    /// Some option is set by `name` in `section`.
    pub(crate) fn reads(&self, section: &str, name: &str) -> bool {
        self.options().any(|option| {
            option
                .spellings(self.name)
                .any(|spelling| spelling == (section, name))
        })
    }

    pub(crate) fn option(&self, name: &str) -> Option<&'static OptionSpec> {
        self.options().find(|option| option.name == name)
    }
}

/// Declares a struct of options; see `conf/docker.rs` for how a table looks.
///
/// A row reads `name: Type [secret] = "default" from environment_function where one_of "a" | "b" also "old" and "x.old"`,
/// where everything after the type may be left out.
macro_rules! options {
    (
        $(#[doc = $about:literal])*
        pub struct $struct:ident $(with $shared:ident: $Shared:ident)? {
            $(
                $(#[doc = $help:literal])*
                $field:ident: $ty:ty $([$secret:ident])?
                    $(= $default:literal $(from $value:ident)?)?
                    $(where $(one_of $($choice:literal)|+)? $(also $($also:literal)and+)?)?
            ),* $(,)?
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone)]
        pub struct $struct {
            $(pub $shared: $Shared,)?
            $($(#[doc = $help])* pub $field: $ty,)*
        }

        impl $struct {
            pub(crate) const OPTIONS: &'static [$crate::conf::oslo::option::OptionSpec] = &[$(
                $crate::conf::oslo::option::options!(@spec
                    [$($help)*] $field: $ty, [$($secret)?] [$($default $(from $value)?)?]
                    [$($($($choice)+)?)?] [$($($($also)+)?)?])
            ),*];

            /// Reads every option of `section`; what cannot be read is noted in the reader.
            pub(crate) fn read(
                reader: &mut $crate::conf::oslo::reader::Reader<'_>,
                section: &'static str,
            ) -> Self {
                let mut options = Self::OPTIONS.iter();
                $struct {
                    $($shared: $Shared::read(reader, section),)?
                    $($field: reader.next(section, &mut options),)*
                }
            }
        }

        impl std::fmt::Debug for $struct {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($struct))
                    $(.field(stringify!($shared), &self.$shared))?
                    $(.field(stringify!($field), $crate::conf::oslo::option::options!(@shown self.$field $(, $secret)?)))*
                    .finish()
            }
        }
    };
    (@spec [$($help:literal)*] $field:ident: $ty:ty, [$($secret:ident)?] [$($default:tt)*] [$($choice:literal)*]
        [$($also:literal)*]) => {
        $crate::conf::oslo::option::OptionSpec {
            name: stringify!($field),
            help: &[$($help),*],
            kind: <$ty as $crate::conf::oslo::value::Value>::KIND,
            default: $crate::conf::oslo::option::options!(@default $($default)*),
            choices: &[$($choice),*],
            also: &[$($also),*],
            secret: $crate::conf::oslo::option::options!(@secret $($secret)?),
        }
    };
    (@default) => { $crate::conf::oslo::option::Fallback::Unset };
    (@default $text:literal) => { $crate::conf::oslo::option::Fallback::Text($text) };
    (@default $shown:literal from $value:ident) => {
        $crate::conf::oslo::option::Fallback::Computed {
            shown: $shown,
            value: $crate::conf::environment::$value,
        }
    };
    (@secret) => { false };
    (@secret secret) => { true };
    (@shown $value:expr) => { &$value };
    (@shown $value:expr, secret) => { &format_args!("****") };
}

/// Declares the struct of one `[section]`: `options!` and the section's name.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        pub struct $struct:ident in $name:literal $(with $shared:ident: $Shared:ident)? { $($row:tt)* }
    ) => {
        $crate::conf::oslo::option::options! {
            $(#[doc = $about])*
            pub struct $struct $(with $shared: $Shared)? { $($row)* }
        }

        impl $struct {
            pub(crate) const SECTION: $crate::conf::oslo::option::SectionSpec =
                $crate::conf::oslo::option::SectionSpec {
                    name: $name,
                    help: &[$($about),*],
                    own: Self::OPTIONS,
                    shared: $crate::conf::oslo::option::section!(@shared $($Shared)?),
                };
        }

        /// What an empty file gives on a machine about which nothing is known.
        impl Default for $struct {
            fn default() -> Self {
                $crate::conf::oslo::reader::Reader::with_defaults(|reader| Self::read(reader, $name))
            }
        }
    };
    (@shared) => { &[] };
    (@shared $Shared:ident) => { $Shared::OPTIONS };
}

pub(crate) use {options, section};
