//! Access control lists, permissions and umasks in their text forms.
//!
//! Reading checks what the text alone shows: entries, doubled ones, the three base entries of a list that
//! replaces another, how many there are. Masks and inheritance belong to the namespace.

use adls_wire::{AclEntry, AclScope, AclTag, Permission, Rwx};
use uuid::Uuid;

use crate::namespace::{Entry, MAX_ENTRIES, Subject};
use crate::storage::errors::{ErrorCode, StorageError};

const HEADER: &str = "x-ms-acl";

/// What the entries of a list are, on which their form depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Rights of somebody.
    WithRights,
    /// Names of entries.
    NamesOnly,
}

/// Reads the list that replaces an item's own. It says what owner, group and others may do; only a list of
/// nothing but default entries, which leaves the access entries as they are, need not.
pub(crate) fn parse_set(text: &str) -> Result<Vec<Entry>, StorageError> {
    let entries = with_rights(text)?;
    let has = |subject| {
        entries.iter().any(|entry| entry.scope == AclScope::Access && entry.subject == subject)
    };
    let access = entries.iter().any(|entry| entry.scope == AclScope::Access);
    if access && ![Subject::Owner, Subject::OwningGroup, Subject::Other].into_iter().all(has) {
        return Err(invalid(text));
    }
    Ok(entries)
}

/// Reads entries that are added to an item's list, or change it.
pub(crate) fn parse_modify(text: &str) -> Result<Vec<Entry>, StorageError> {
    with_rights(text)
}

/// Reads the names of entries that are taken out of an item's list.
pub(crate) fn parse_remove(text: &str) -> Result<Vec<(AclScope, Subject)>, StorageError> {
    let named = parse(text, Form::NamesOnly)?;
    Ok(named.into_iter().map(|(entry, subject)| (entry.scope, subject)).collect())
}

fn invalid(text: &str) -> StorageError {
    StorageError::from(ErrorCode::InvalidAccessControlList)
        .detail("HeaderName", HEADER)
        .detail("HeaderValue", text)
}

fn with_rights(text: &str) -> Result<Vec<Entry>, StorageError> {
    let complete = |(entry, subject): (AclEntry, Subject)| {
        let rights = entry.permissions.ok_or_else(|| invalid(text))?;
        Ok(Entry { scope: entry.scope, subject, rights })
    };
    parse(text, Form::WithRights)?.into_iter().map(complete).collect()
}

fn parse(text: &str, form: Form) -> Result<Vec<(AclEntry, Subject)>, StorageError> {
    let mut entries: Vec<(AclEntry, Subject)> = Vec::new();
    for part in text.split(',') {
        let (entry, subject) = parse_entry(part.trim(), form).ok_or_else(|| invalid(text))?;
        let known =
            |(other, of): &(AclEntry, Subject)| other.scope == entry.scope && *of == subject;
        let in_scope = entries.iter().filter(|(other, _)| other.scope == entry.scope).count();
        if entries.iter().any(known) || in_scope == MAX_ENTRIES {
            return Err(invalid(text));
        }
        entries.push((entry, subject));
    }
    Ok(entries)
}

fn parse_entry(text: &str, form: Form) -> Option<(AclEntry, Subject)> {
    let entry: AclEntry = match text.rsplit(':').next() {
        // Whose entry is removed may be named by its tag alone: `mask`, `default:user`.
        Some("user" | "group" | "mask" | "other") if form == Form::NamesOnly => {
            format!("{text}:").parse().ok()?
        }
        _ => text.parse().ok()?,
    };
    if form == Form::NamesOnly && entry.permissions.is_some() {
        return None;
    }
    let id = || Uuid::parse_str(&entry.qualifier).ok();
    let subject = match (entry.tag, entry.qualifier.is_empty()) {
        (AclTag::User, true) => Subject::Owner,
        (AclTag::User, false) => Subject::User(id()?),
        (AclTag::Group, true) => Subject::OwningGroup,
        (AclTag::Group, false) => Subject::Group(id()?),
        (AclTag::Mask, _) => Subject::Mask,
        (AclTag::Other, _) => Subject::Other,
    };
    Some((entry, subject))
}

/// The text of a list, with users and groups named as `name` does.
pub(crate) fn to_text(entries: &[Entry], name: impl Fn(Uuid) -> String) -> String {
    entries.iter().map(|entry| entry.named(&name).to_string()).collect::<Vec<_>>().join(",")
}

/// Reads `x-ms-permissions`: `rwxr-x--T` with or without `+` at its end, or three or four octal digits.
pub(crate) fn parse_permission(text: &str) -> Result<Permission, StorageError> {
    octal(text).or_else(|| symbolic(text)).ok_or_else(|| {
        StorageError::from(ErrorCode::InvalidPermission)
            .detail("HeaderName", "x-ms-permissions")
            .detail("HeaderValue", text)
    })
}

/// Reads `x-ms-umask`: what new items do not get. The sticky bit is nothing that one could take away.
pub(crate) fn parse_umask(text: &str) -> Result<Permission, StorageError> {
    octal(text)
        .or_else(|| symbolic(text))
        .filter(|umask| !umask.sticky())
        .ok_or_else(|| StorageError::invalid_header("x-ms-umask", text))
}

/// The rights that a caller asks about, `[rwx-]{3}`, as the `fsAction` parameter has them.
pub(crate) fn parse_rights(text: &str) -> Option<Rwx> {
    text.parse().ok()
}

fn octal(text: &str) -> Option<Permission> {
    // Of four digits the first is the sticky bit, and there are no others.
    (3..=4).contains(&text.len()).then(|| text.parse().ok()).flatten()
}

fn symbolic(text: &str) -> Option<Permission> {
    let text = text.strip_suffix('+').unwrap_or(text);
    let (owner, rest) = text.split_at_checked(3)?;
    let (group, other) = rest.split_at_checked(3)?;
    let (other, sticky) = match other.strip_suffix(['t', 'T']) {
        Some(start) => (format!("{start}{}", if other.ends_with('t') { 'x' } else { '-' }), 0o1000),
        None => (other.to_owned(), 0),
    };
    let classes = Permission::new(owner.parse().ok()?, group.parse().ok()?, other.parse().ok()?);
    Some(Permission::from_mode(classes.mode() | sticky))
}

/// `rwxr-x--T`, with `+` when a list says more than that.
pub(crate) fn permission_text(permission: Permission, has_more: bool) -> String {
    permission.letters() + if has_more { "+" } else { "" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "00000000-0000-4000-8000-000000000010";

    fn show(entries: &[Entry]) -> String {
        to_text(entries, |id| id.to_string())
    }

    fn refused<T>(result: Result<T, StorageError>) -> Option<ErrorCode> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn recorded_lists_both_ways() {
        for text in [
            "user::rwx,group::r-x,other::rwx",
            "user::rwx,group::r--,other::---,mask::rwx",
            &format!("user::rwx,user:{ID}:rw-,group::rw-,mask::rwx,other::---"),
        ] {
            assert_eq!(show(&parse_set(text).unwrap()), text);
        }
        let default = format!("default:user:{ID}:rwx");
        assert_eq!(show(&parse_set(&default).unwrap()), default);
        for text in ["user::r-x", &default] {
            assert_eq!(show(&parse_modify(text).unwrap()), text);
        }
    }

    #[test]
    fn entries_to_remove_have_no_rights() {
        // The beginning of a recorded list.
        let text =
            format!("mask,default:user,default:group,user:{ID},group:{ID},default:user:{ID}");
        let id = ID.parse().unwrap();
        let expected = [
            (AclScope::Access, Subject::Mask),
            (AclScope::Default, Subject::Owner),
            (AclScope::Default, Subject::OwningGroup),
            (AclScope::Access, Subject::User(id)),
            (AclScope::Access, Subject::Group(id)),
            (AclScope::Default, Subject::User(id)),
        ];
        assert_eq!(parse_remove(&text).unwrap(), expected);
        assert_eq!(parse_remove("mask:,other::").unwrap().len(), 2);
        for text in ["user::rwx", "mask,mask:", "mask,", "owner"] {
            let code = refused(parse_remove(text));
            assert_eq!(code, Some(ErrorCode::InvalidAccessControlList), "{text}");
        }
    }

    #[test]
    fn what_is_no_list() {
        for text in [
            "",
            "asdf",
            "user::rwx,group::r-x",
            "user::rwx,group::r-x,other::rwx,",
            "user::rwx,group::r-x,other::rwx,user::r--",
            "user::rwx,group::r-x,other::rwx,mask:a:r--",
            "user::rwx,group::r-x,other::rwx,user:someone:r--",
            "user::rwx,group::r-x,other::rwt",
            "user::rwx,group::r-x,other",
            "user:,group::r-x,other::rwx",
        ] {
            let code = refused(parse_set(text));
            assert_eq!(code, Some(ErrorCode::InvalidAccessControlList), "{text}");
        }
        assert!(parse_modify("mask").is_err());
    }

    #[test]
    fn each_scope_has_room_for_32_entries() {
        let entries = |scope: &str, count: u128| -> Vec<String> {
            (0..count).map(|id| format!("{scope}user:{}:r--", Uuid::from_u128(id))).collect()
        };
        let both = [entries("", 32), entries("default:", 32)].concat();
        assert_eq!(parse_modify(&both.join(",")).map(|entries| entries.len()), Ok(64));
        for scope in ["", "default:"] {
            assert!(parse_modify(&entries(scope, 33).join(",")).is_err());
        }
    }

    #[test]
    fn permissions_are_octal_or_letters() {
        for (text, mode, letters) in [
            ("0777", 0o777, "rwxrwxrwx"),
            ("111", 0o111, "--x--x--x"),
            ("1750", 0o1750, "rwxr-x--T"),
            ("rwxrwxrwx", 0o777, "rwxrwxrwx"),
            // Both recorded as they are stored.
            ("rw-r-x-wT", 0o1652, "rw-r-x-wT"),
            ("rw-r-x-wt", 0o1653, "rw-r-x-wt"),
            ("rwxr-x---+", 0o750, "rwxr-x---"),
            ("---------", 0, "---------"),
        ] {
            let permission = parse_permission(text).unwrap();
            assert_eq!(permission.mode(), mode, "{text}");
            assert_eq!(permission_text(permission, false), letters, "{text}");
        }
        assert_eq!(permission_text(Permission::from_mode(0o750), true), "rwxr-x---+");
        for text in [
            "asdf",
            "",
            "7",
            "77",
            "778",
            "2777",
            "07777",
            "rwxrwxrw",
            "rwxrwxrwxx",
            "+",
            "rwtrwxrwx",
            "üüüüü",
        ] {
            assert_eq!(
                refused(parse_permission(text)),
                Some(ErrorCode::InvalidPermission),
                "{text}"
            );
        }
    }

    #[test]
    fn umasks_take_no_sticky_bit() {
        assert_eq!(parse_umask("0057").map(Permission::mode), Ok(0o57));
        assert_eq!(parse_umask("0000").map(Permission::mode), Ok(0));
        assert_eq!(parse_umask("---rwxrwx").map(Permission::mode), Ok(0o77));
        for text in ["1000", "8", "rwxrwxrwt"] {
            let expected = StorageError::invalid_header("x-ms-umask", text);
            assert_eq!(parse_umask(text), Err(expected));
        }
        assert_eq!(parse_rights("r-x"), Some(Rwx::READ | Rwx::EXECUTE));
        assert_eq!(parse_rights("rx"), None);
    }

    proptest! {
        #[test]
        fn every_permission_survives_its_letters(mode in 0_u16..0o2000) {
            let permission = Permission::from_mode(mode);
            prop_assert_eq!(parse_permission(&permission_text(permission, true)).unwrap(), permission);
        }

        #[test]
        fn no_text_is_too_strange(text in "[usergopmaskthdfl:,+rwx-]{0,40}") {
            let _ = (parse_set(&text), parse_modify(&text), parse_remove(&text));
            let _ = (parse_permission(&text), parse_umask(&text));
        }
    }
}
