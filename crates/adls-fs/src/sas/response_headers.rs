//! Headers that a signature sets in the answers to reads.

use super::parameters::Parameters;
use crate::Result;
use crate::options::options;

options! {
    /// Headers of the answers to reads with a signature, in place of those of the file.
    #[derive(Default)]
    pub struct SasResponseHeaders {
        /// `Cache-Control` (`rscc`).
        pub cache_control: Option<String>,
        /// `Content-Disposition` (`rscd`), such as `attachment; filename="total.csv"`.
        pub content_disposition: Option<String>,
        /// `Content-Encoding` (`rsce`).
        pub content_encoding: Option<String>,
        /// `Content-Language` (`rscl`).
        pub content_language: Option<String>,
        /// `Content-Type` (`rsct`).
        pub content_type: Option<String>,
    }
}

impl SasResponseHeaders {
    pub(super) fn add_to(&self, parameters: &mut Parameters) -> Result<()> {
        for (name, value) in [
            ("rscc", &self.cache_control),
            ("rscd", &self.content_disposition),
            ("rsce", &self.content_encoding),
            ("rscl", &self.content_language),
            ("rsct", &self.content_type),
        ] {
            parameters.add_if(name, value.as_deref())?;
        }
        Ok(())
    }
}
