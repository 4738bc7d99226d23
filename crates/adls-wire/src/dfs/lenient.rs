//! Numbers and booleans that may come as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};

/// Takes a value as itself or as its text; `null` and an empty text are the default.
struct Lenient<T>(PhantomData<T>);

macro_rules! visit {
    ($($method:ident($type:ty)),*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<T, E> {
            self.visit_str(&value.to_string())
        }
    )*};
}

impl<T: FromStr + Default> Visitor<'_> for Lenient<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a boolean, as itself or as text")
    }

    visit! { visit_bool(bool), visit_u64(u64), visit_i64(i64) }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        match text {
            "" => Ok(T::default()),
            _ => {
                text.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    deserializer.deserialize_any(Lenient(PhantomData))
}

pub(super) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Lenient(PhantomData))
}
