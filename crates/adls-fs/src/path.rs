//! Everything that can name an item.

use adls_wire::RemotePath;

use crate::{Error, Result};

/// A path, or a text that is one: whatever is `TryInto<RemotePath>`, such as `&str`, `String`,
/// [`RemotePath`] and `&RemotePath`. A text that is no path makes the operation fail with
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) before anything is sent.
pub trait IntoPath {
    /// The path.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a text that is none.
    fn into_path(self) -> Result<RemotePath>;
}

impl<P: TryInto<RemotePath, Error: Into<Error>>> IntoPath for P {
    fn into_path(self) -> Result<RemotePath> {
        self.try_into().map_err(Into::into)
    }
}
