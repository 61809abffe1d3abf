//! The dialect of `nova.conf`: what oslo.config reads, read the same way.
//!
//! [`option`] holds what one option is (name, default, help) and the macros that declare sections of them; [`check`] and
//! [`ini`] turn files into raw texts with their places; [`reader`] turns a raw text into a typed value through
//! [`lookup`], [`interpolation`] and [`value`]; [`unknown`] finds what nobody read; [`sample`] writes the commented file.

mod check;
pub(super) mod ini;
mod interpolation;
mod lookup;
pub(super) mod option;
pub(super) mod reader;
pub(super) mod sample;
pub(super) mod unknown;
pub(super) mod value;
