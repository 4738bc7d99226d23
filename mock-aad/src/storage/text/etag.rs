//! Entity tags: `"0x8D..."` of a number that tells the states of an item apart, and lists of them in
//! conditions.

use crate::etag::{BASE, unquoted};

/// The number behind a tag without quotes; `None` for a tag that this emulator has never made.
fn state(tag: &str) -> Option<u64> {
    let digits = tag.strip_prefix("0x")?;
    let state = u64::from_str_radix(digits, 16).ok()?.wrapping_sub(BASE);
    (unquoted(state) == tag).then_some(state)
}

/// What `If-Match` and `If-None-Match` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntityTags {
    /// `*`: whatever is there.
    Any,
    /// One of these states. Tags that nobody has made are left out, as they match nothing.
    These(Vec<u64>),
}

impl EntityTags {
    /// Reads `*`, a tag with or without quotes, or a list of tags; `None` for what is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::Any);
        }
        let mut states = Vec::new();
        for tag in text.split(',') {
            let tag = tag.trim();
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            let bare = match tag.strip_prefix('"') {
                Some(rest) => rest.strip_suffix('"')?,
                None => tag,
            };
            if bare.is_empty() || bare.contains('"') {
                return None;
            }
            states.extend(state(bare));
        }
        Some(Self::These(states))
    }

    /// Whether an item that is there in this state is named.
    pub(crate) fn name(&self, state: u64) -> bool {
        match self {
            Self::Any => true,
            Self::These(states) => states.contains(&state),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::etag::quoted;

    #[test]
    fn tags_look_like_those_of_the_service() {
        assert_eq!(unquoted(1), "0x8D0000000000001");
        assert_eq!(quoted(0x156_4AD5_6BB3), "\"0x8D001564AD56BB3\"");
        // A recorded one.
        assert_eq!(
            EntityTags::parse("\"0x8DA81564AD56BB3\""),
            EntityTags::parse("0x8DA81564AD56BB3")
        );
        assert!(
            matches!(EntityTags::parse("0x8DA81564AD56BB3"), Some(EntityTags::These(one)) if one.len() == 1)
        );
    }

    #[test]
    fn lists_and_the_star() {
        assert_eq!(EntityTags::parse(" * "), Some(EntityTags::Any));
        let list = format!("{}, W/{},\"garbage\", {}", quoted(1), quoted(2), unquoted(3));
        assert_eq!(EntityTags::parse(&list), Some(EntityTags::These(vec![1, 2, 3])));
        assert!(EntityTags::Any.name(7));
        assert!(!EntityTags::These(vec![1]).name(7));
    }

    #[test]
    fn a_tag_of_somebody_else_names_nothing() {
        for text in ["\"garbage\"", "garbage", "0x8d0000000000001", "\"0x1\"", "0x+8D0000000000001"]
        {
            assert_eq!(EntityTags::parse(text), Some(EntityTags::These(vec![])), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags() {
        for text in ["", "\"", "\"a", "a\"", "a,", ",", "\"a\"b\"", "\"\""] {
            assert_eq!(EntityTags::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_state_has_one_tag(number: u64) {
            prop_assert_eq!(EntityTags::parse(&quoted(number)), Some(EntityTags::These(vec![number])));
            prop_assert_eq!(EntityTags::parse(&unquoted(number)), Some(EntityTags::These(vec![number])));
        }
    }
}
