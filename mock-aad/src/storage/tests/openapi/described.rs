//! What the service's own description of DFS says: its operations, the forms that each can take, and what
//! their answers carry. Facts of the descriptions of the versions 2023-05-03 and 2026-06-06, written down
//! once.

/// The versions that have a description.
pub(super) const VERSIONS: [&str; 2] = ["2023-05-03", NEWEST];
/// The newest of them.
pub(super) const NEWEST: &str = "2026-06-06";

/// An operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: &'static str,
    /// The values of `action`, `mode`, `resource` and the like between which a request chooses.
    pub(super) forms: &'static [&'static str],
    /// The answers that are no errors: the status, and the headers besides those of every answer.
    pub(super) answers: &'static [(u16, &'static [&'static str])],
}

/// Headers of every answer. `Date` is one more, which the listener adds.
pub(super) const COMMON: [&str; 3] = ["x-ms-request-id", "x-ms-version", "x-ms-client-request-id"];

/// Every operation, in the order of the description.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "Service_ListFileSystems",
        forms: &["account"],
        answers: &[(200, &["x-ms-continuation", "content-type"])],
    },
    Operation {
        id: "FileSystem_Create",
        forms: &["filesystem"],
        answers: &[(201, &["etag", "last-modified", "x-ms-namespace-enabled"])],
    },
    Operation {
        id: "FileSystem_SetProperties",
        forms: &["filesystem"],
        answers: &[(200, &["etag", "last-modified"])],
    },
    Operation {
        id: "FileSystem_GetProperties",
        forms: &["filesystem"],
        answers: &[(200, &["etag", "last-modified", "x-ms-properties", "x-ms-namespace-enabled"])],
    },
    Operation { id: "FileSystem_Delete", forms: &["filesystem"], answers: &[(202, &[])] },
    Operation {
        id: "FileSystem_ListPaths",
        forms: &["recursive", "directory", "continuation", "upn", "begin_from"],
        answers: &[(200, &["etag", "last-modified", "x-ms-continuation"])],
    },
    Operation {
        id: "FileSystem_ListBlobHierarchySegment",
        forms: &["delimiter", "prefix", "marker", "include", "showonly"],
        answers: &[(200, &["content-type"])],
    },
    Operation {
        id: "Path_Create",
        forms: &["file", "directory", "rename_file", "rename_directory"],
        answers: &[(
            201,
            &[
                "etag",
                "last-modified",
                "x-ms-continuation",
                "content-length",
                "x-ms-request-server-encrypted",
                "x-ms-encryption-key-sha256",
            ],
        )],
    },
    Operation {
        id: "Path_Update",
        forms: &[
            "append",
            "flush",
            "set_properties",
            "set_access_control",
            "set_access_control_recursive",
        ],
        answers: &[
            (
                200,
                &[
                    "etag",
                    "last-modified",
                    "accept-ranges",
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-length",
                    "content-range",
                    "content-type",
                    "content-md5",
                    "x-ms-properties",
                    "x-ms-continuation",
                ],
            ),
            (202, &["content-md5", "x-ms-structured-body"]),
        ],
    },
    Operation {
        id: "Path_Lease",
        forms: &["acquire", "break_lease", "change", "renew", "release"],
        answers: &[
            (200, &["etag", "last-modified", "x-ms-lease-id"]),
            (201, &["etag", "last-modified", "x-ms-lease-id"]),
            (202, &["etag", "last-modified", "x-ms-lease-time"]),
        ],
    },
    Operation {
        id: "Path_Read",
        forms: &["whole", "range"],
        answers: &[
            (
                200,
                &[
                    "accept-ranges",
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-length",
                    "content-range",
                    "content-type",
                    "content-md5",
                    "etag",
                    "last-modified",
                    "x-ms-resource-type",
                    "x-ms-properties",
                    "x-ms-lease-duration",
                    "x-ms-lease-state",
                    "x-ms-lease-status",
                    "x-ms-request-server-encrypted",
                    "x-ms-encryption-key-sha256",
                ],
            ),
            (
                206,
                &[
                    "accept-ranges",
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-length",
                    "content-range",
                    "content-type",
                    "content-md5",
                    "x-ms-content-md5",
                    "etag",
                    "last-modified",
                    "x-ms-resource-type",
                    "x-ms-properties",
                    "x-ms-lease-duration",
                    "x-ms-lease-state",
                    "x-ms-lease-status",
                    "x-ms-request-server-encrypted",
                    "x-ms-encryption-key-sha256",
                ],
            ),
        ],
    },
    Operation {
        id: "Path_GetProperties",
        forms: &["all", "get_access_control", "get_status"],
        answers: &[(
            200,
            &[
                "accept-ranges",
                "cache-control",
                "content-disposition",
                "content-encoding",
                "content-language",
                "content-length",
                "content-range",
                "content-type",
                "content-md5",
                "etag",
                "last-modified",
                "x-ms-resource-type",
                "x-ms-properties",
                "x-ms-owner",
                "x-ms-group",
                "x-ms-permissions",
                "x-ms-acl",
                "x-ms-lease-duration",
                "x-ms-lease-state",
                "x-ms-lease-status",
                "x-ms-server-encrypted",
                "x-ms-encryption-key-sha256",
                "x-ms-encryption-context",
                "x-ms-encryption-scope",
                "x-ms-creation-time",
                "x-ms-expiry-time",
            ],
        )],
    },
    Operation {
        id: "Path_Delete",
        forms: &["file", "recursive", "paginated"],
        answers: &[
            (200, &["x-ms-continuation", "x-ms-deletion-id"]),
            (202, &["x-ms-continuation"]),
        ],
    },
    Operation {
        id: "Path_SetAccessControl",
        forms: &["owner", "group", "permissions", "acl"],
        answers: &[(200, &["etag", "last-modified"])],
    },
    Operation {
        id: "Path_SetAccessControlRecursive",
        forms: &["set", "modify", "remove", "force_flag"],
        answers: &[(200, &["x-ms-continuation"])],
    },
    Operation {
        id: "Path_FlushData",
        forms: &[
            "position",
            "retain_uncommitted_data",
            "close",
            "acquire",
            "auto_renew",
            "release",
            "acquire_release",
        ],
        answers: &[(
            200,
            &[
                "etag",
                "last-modified",
                "content-length",
                "x-ms-request-server-encrypted",
                "x-ms-encryption-key-sha256",
                "x-ms-lease-renewed",
            ],
        )],
    },
    Operation {
        id: "Path_AppendData",
        forms: &[
            "position",
            "flush",
            "acquire",
            "auto_renew",
            "release",
            "acquire_release",
            "structured_body",
        ],
        answers: &[(
            202,
            &[
                "etag",
                "content-md5",
                "x-ms-content-crc64",
                "x-ms-request-server-encrypted",
                "x-ms-encryption-key-sha256",
                "x-ms-lease-renewed",
                "x-ms-structured-body",
            ],
        )],
    },
    Operation {
        id: "Path_SetExpiry",
        forms: &["never_expire", "relative_to_creation", "relative_to_now", "absolute"],
        answers: &[(200, &["etag", "last-modified"])],
    },
    Operation {
        id: "Path_Undelete",
        forms: &["undelete"],
        answers: &[(200, &["x-ms-resource-type"])],
    },
];

/// What the newest description has and the older one does not.
pub(super) const NEW: &[(&str, &[&str])] = &[
    ("Path_Update", &["x-ms-structured-body"]),
    ("Path_AppendData", &["x-ms-structured-body"]),
    (
        "Path_GetProperties",
        &[
            "x-ms-server-encrypted",
            "x-ms-encryption-key-sha256",
            "x-ms-encryption-context",
            "x-ms-encryption-scope",
            "x-ms-creation-time",
            "x-ms-expiry-time",
        ],
    ),
];

/// Answers that both descriptions have and only the newest version gives, and why.
pub(super) const NEW_ANSWERS: &[(&str, u16, &str)] =
    &[("Path_Delete", 202, "pages of a deletion exist since 2023-08-03")];

/// Headers that are described and that no answer has, and why: recorded answers of the service win over
/// its description.
pub(super) const NEVER: &[(&str, u16, &[&str], &str)] = &[
    ("FileSystem_ListPaths", 200, &["etag", "last-modified"], "recorded lists have neither"),
    (
        "Path_Create",
        201,
        &["x-ms-continuation"],
        "a rename takes several calls only without a hierarchical namespace",
    ),
    (
        "Path_Update",
        200,
        &[
            "accept-ranges",
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-range",
            "content-type",
            "content-md5",
            "x-ms-properties",
        ],
        "recorded answers to changes repeat nothing of what is stored",
    ),
    ("Path_Read", 200, &["content-range"], "a whole file has no range"),
    (
        "Path_Read",
        200,
        &["x-ms-request-server-encrypted"],
        "recorded reads say x-ms-server-encrypted",
    ),
    (
        "Path_Read",
        206,
        &["x-ms-request-server-encrypted"],
        "recorded reads say x-ms-server-encrypted",
    ),
    ("Path_GetProperties", 200, &["content-range"], "a whole file has no range"),
    ("Path_Delete", 200, &["x-ms-continuation"], "what has more to do answers 202"),
];

impl Operation {
    /// The operation of this id.
    pub(super) fn of(id: &str) -> &'static Self {
        OPERATIONS.iter().find(|operation| operation.id == id).unwrap()
    }

    /// The headers that a version describes for an answer.
    pub(super) fn headers(&self, status: u16, version: &str) -> Vec<&'static str> {
        let (_, headers) = self.answers.iter().find(|(known, _)| *known == status).unwrap();
        let new = NEW.iter().find(|(id, _)| *id == self.id).map_or(&[][..], |(_, new)| new);
        let is_known = |header: &&&str| version == NEWEST || !new.contains(header);
        headers.iter().filter(is_known).copied().collect()
    }

    /// Why a described header never comes in a version, if it never does.
    pub(super) fn never(&self, status: u16, header: &str, version: &str) -> Option<&'static str> {
        let new = NEW_ANSWERS.iter().find(|(id, known, _)| (*id, *known) == (self.id, status));
        if let Some((.., why)) = new.filter(|_| version != NEWEST) {
            return Some(why);
        }
        let excuse = NEVER.iter().find(|(id, known, headers, _)| {
            (*id, *known) == (self.id, status) && headers.contains(&header)
        });
        excuse.map(|(.., why)| *why)
    }
}
