//! Setters of the tags of what is to be made or changed.

/// Gives a type with `tags: Option<Tags>` its setters.
macro_rules! tag_setters {
    ($type:ty) => {
        impl $type {
            /// Adds a tag to those that it will have.
            #[must_use]
            pub fn with_tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.tags.get_or_insert_default().insert(name.into(), value.into());
                self
            }

            /// Sets all tags; an empty set removes those that are there.
            #[must_use]
            pub fn with_tags(mut self, tags: $crate::Tags) -> Self {
                self.tags = Some(tags);
                self
            }
        }
    };
}

pub(crate) use tag_setters;
