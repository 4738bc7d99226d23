//! The operations of the service's own description of DFS (an OpenAPI file): each form of each has a
//! test of its name, in both versions of which there is a description. The description has no examples, so
//! that its forms are those that a request can take.

mod described;
mod file_systems;
mod lists;
mod paths_access;
mod paths_create;
mod paths_data;
mod paths_lease;
mod paths_read;
mod paths_update;
mod service;

use std::collections::BTreeSet;

use self::described::{NEVER, NEW, NEW_ANSWERS, OPERATIONS, Operation, VERSIONS};
use self::service::{Seen, Service};

/// Makes the tests of an operation: one for each form, version by version, and one that all forms together
/// have had every header that is described.
macro_rules! operations {
    ($($operation:ident $id:literal in $($module:ident)::+ { $($form:ident),* $(,)? })*) => {
        $(mod $operation {
            use super::*;
            use super::$($module)::+ as forms;

            const OPERATION: &str = $id;

            $(#[tokio::test]
            async fn $form() {
                for version in VERSIONS {
                    let seen = Seen::default();
                    forms::$form(Service::new(Operation::of(OPERATION), version, &seen)).await;
                }
            })*

            #[tokio::test]
            async fn every_described_header_comes() {
                for version in VERSIONS {
                    let seen = Seen::default();
                    let service = || Service::new(Operation::of(OPERATION), version, &seen);
                    $(forms::$form(service()).await;)*
                    service().check_seen();
                }
            }
        })*

        /// The operations that have tests, with the names of these.
        const TESTED: &[(&str, &[&str])] = &[$(($id, &[$(stringify!($form)),*])),*];
    };
}

operations! {
    service_list_file_systems "Service_ListFileSystems" in file_systems::list {
        account, prefix, continuation, refusals,
    }
    file_system_create "FileSystem_Create" in file_systems::create {
        filesystem, properties, names, refusals,
    }
    file_system_set_properties "FileSystem_SetProperties" in file_systems::set_properties {
        filesystem, conditions, refusals,
    }
    file_system_get_properties "FileSystem_GetProperties" in file_systems::get_properties {
        filesystem, refusals,
    }
    file_system_delete "FileSystem_Delete" in file_systems::delete {
        filesystem, conditions, refusals,
    }
    file_system_list_paths "FileSystem_ListPaths" in lists::paths {
        recursive, directory, continuation, upn, begin_from, refusals,
    }
    file_system_list_blob_hierarchy_segment "FileSystem_ListBlobHierarchySegment" in lists::blobs {
        delimiter, prefix, marker, include, showonly, refusals,
    }
    path_create "Path_Create" in paths_create::create {
        file, directory, content_headers, rights, lease, expiry, encryption, conditions, refusals,
        rename_file, rename_directory, rename_conditions, rename_refusals,
    }
    path_update "Path_Update" in paths_update {
        append, flush, set_properties, set_access_control, set_access_control_recursive, refusals,
    }
    path_lease "Path_Lease" in paths_lease {
        acquire, break_lease, change, renew, release, conditions, refusals,
    }
    path_read "Path_Read" in paths_read::read {
        whole, range, lease, encryption, conditions, refusals,
    }
    path_get_properties "Path_GetProperties" in paths_read::properties {
        all, get_access_control, get_status, encryption, lease, conditions, refusals,
    }
    path_delete "Path_Delete" in paths_create::delete {
        file, recursive, paginated, soft, lease, conditions, refusals,
    }
    path_set_access_control "Path_SetAccessControl" in paths_access::set {
        owner, group, permissions, acl, lease, conditions, refusals,
    }
    path_set_access_control_recursive "Path_SetAccessControlRecursive" in paths_access::recursive {
        set, modify, remove, continuation, force_flag, refusals,
    }
    path_flush_data "Path_FlushData" in paths_data::flush {
        position, retain_uncommitted_data, close, content_headers, acquire, auto_renew, release,
        acquire_release, encryption, conditions, refusals,
    }
    path_append_data "Path_AppendData" in paths_data::append {
        position, flush, checksums, structured_body, acquire, auto_renew, release, acquire_release,
        encryption, refusals,
    }
    path_set_expiry "Path_SetExpiry" in paths_lease::expiry {
        never_expire, relative_to_creation, relative_to_now, absolute, refusals,
    }
    path_undelete "Path_Undelete" in paths_lease::undelete {
        undelete, refusals,
    }
}

#[test]
fn every_operation_and_form_that_is_described_has_a_test() {
    let tested = |id: &str| {
        let found = TESTED.iter().find(|(tested, _)| *tested == id);
        found.unwrap_or_else(|| panic!("{id} has no test")).1
    };
    for operation in OPERATIONS {
        for form in operation.forms {
            assert!(tested(operation.id).contains(form), "{} {form} has no test", operation.id);
        }
    }
    let described: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert_eq!(described, TESTED.iter().map(|(id, _)| *id).collect());
    assert_eq!((described.len(), TESTED.len()), (19, 19));
}

#[test]
fn exceptions_are_about_what_is_described() {
    for (id, status, headers, _) in NEVER {
        let described = Operation::of(id).headers(*status, described::NEWEST);
        assert!(headers.iter().all(|header| described.contains(header)), "{id} {headers:?}");
    }
    for (id, status, _) in NEW_ANSWERS {
        assert!(Operation::of(id).answers.iter().any(|(known, _)| known == status), "{id}");
    }
    for (id, headers) in NEW {
        let operation = Operation::of(id);
        let described = |version| {
            let all = operation.answers.iter();
            all.flat_map(|(status, _)| operation.headers(*status, version)).collect::<Vec<_>>()
        };
        let [older, newest] = VERSIONS.map(described);
        assert!(headers.iter().all(|name| newest.contains(name) && !older.contains(name)));
    }
}
