//! Entity tags and what is demanded of them, by the rules of RFC 9110.

use std::time::SystemTime;

use adls_wire::RemotePath;

use super::failure::{Failure, Outcome, Reason};
use crate::{Conditions, ETag, Error, ErrorKind, FileStatus};

/// The tag of a file: the service's own, or where it has none a weak one of time and length, by which most
/// changes are seen.
pub(super) fn e_tag(status: &FileStatus) -> String {
    match &status.etag {
        Some(tag) => tag.to_string(),
        None => {
            let since = status.modified.duration_since(SystemTime::UNIX_EPOCH);
            let millis = since.unwrap_or_default().as_millis();
            format!("W/\"{millis:x}-{:x}\"", status.length)
        }
    }
}

/// Whether one of the tags is a list of several, which services do not take.
pub(super) fn has_list(conditions: &Conditions) -> bool {
    let tags = [&conditions.if_match, &conditions.if_none_match];
    tags.into_iter().flatten().any(|tag| tag.as_str().contains(','))
}

/// Fails when a file is not as is demanded.
pub(super) fn check(
    path: &RemotePath,
    conditions: &Conditions,
    status: &FileStatus,
) -> Outcome<()> {
    let modified = whole_seconds(status.modified);
    let later_than = |time: SystemTime| modified > whole_seconds(time);
    let refused = match (&conditions.if_match, conditions.if_unmodified_since) {
        (Some(tags), _) => !names(tags, status),
        (None, Some(time)) => later_than(time),
        (None, None) => false,
    };
    if refused {
        return Err(not_met(Reason::Precondition, path));
    }
    let unchanged = match (&conditions.if_none_match, conditions.if_modified_since) {
        (Some(tags), _) => names(tags, status),
        (None, Some(time)) => !later_than(time),
        (None, None) => false,
    };
    if unchanged {
        return Err(not_met(Reason::NotModified, path));
    }
    Ok(())
}

fn names(tags: &ETag, status: &FileStatus) -> bool {
    let bare = |tag: &str| tag.trim().trim_matches('"').to_owned();
    let own = bare(&e_tag(status));
    tags.as_str() == "*" || tags.as_str().split(',').any(|tag| bare(tag) == own)
}

/// Times of HTTP have no parts of seconds.
fn whole_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn not_met(reason: Reason, path: &RemotePath) -> Failure {
    Failure::new(reason, path, Error::at(ErrorKind::ConditionNotMet, path))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::FileKind;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    fn file(etag: Option<&str>) -> FileStatus {
        FileStatus {
            path: "/f".parse().unwrap(),
            kind: FileKind::File,
            length: 10,
            modified: at(5500),
            accessed: None,
            created: None,
            expires: None,
            permission: None,
            owner: None,
            group: None,
            has_acl: false,
            etag: etag.map(ETag::new),
            incarnation: None,
        }
    }

    fn judged(conditions: &Conditions, etag: Option<&str>) -> Option<Reason> {
        let status = file(etag);
        check(&status.path, conditions, &status).err().map(|failure| failure.reason)
    }

    #[test]
    fn a_tag_is_the_services_own_or_made_of_time_and_length() {
        assert_eq!(e_tag(&file(Some("\"0x1\""))), "\"0x1\"");
        assert_eq!(e_tag(&file(None)), "W/\"157c-a\"");
    }

    #[test]
    fn tags_are_compared_with_each_of_a_list() {
        let none = Conditions::default();
        let own = Some("\"0x1\"");
        for (tags, matches) in [
            ("\"0x1\"", true),
            ("0x1", true),
            ("*", true),
            ("\"0x2\", \"0x1\"", true),
            ("\"0x2\"", false),
            ("invalid", false),
        ] {
            let tags = ETag::new(tags);
            let expected = (!matches).then_some(Reason::Precondition);
            assert_eq!(judged(&none.clone().if_match(tags.clone()), own), expected, "{tags}");
            let expected = matches.then_some(Reason::NotModified);
            assert_eq!(judged(&none.clone().if_none_match(tags.clone()), own), expected, "{tags}");
        }
        let weak = none.if_match(ETag::new(e_tag(&file(None))));
        assert_eq!(judged(&weak, None), None);
    }

    #[test]
    fn times_count_to_the_second_and_only_without_a_tag() {
        let none = Conditions::default();
        for (time, unmodified, modified) in [
            (4900, Some(Reason::Precondition), None),
            (5000, None, Some(Reason::NotModified)),
            (5999, None, Some(Reason::NotModified)),
        ] {
            assert_eq!(judged(&none.clone().if_unmodified_since(at(time)), None), unmodified);
            assert_eq!(judged(&none.clone().if_modified_since(at(time)), None), modified);
        }
        let both = none.if_match(ETag::any()).if_unmodified_since(at(0));
        assert_eq!(judged(&both, None), None);
        let both = Conditions::default().if_none_match(ETag::new("x")).if_modified_since(at(9000));
        assert_eq!(judged(&both, None), None);
    }
}
