//! Actions as requests.

use http::Method;
use uuid::Uuid;

use super::acl::{Change, Rights, letters};
use super::action::{Action, Condition, Expiry, Guard, LeaseVerb, New, Path, WriteLease};
use super::tree::{Asked, Model, Sent, date};
use super::world::Request;
use crate::storage::Protocol;

/// The names of the file systems of a case.
#[derive(Clone, Debug)]
pub(super) struct Names(pub(super) [String; 2]);

impl Names {
    /// The path of an item in a URL.
    pub(super) fn url(&self, path: &Path) -> String {
        let names = path.names.iter().map(|name| percent_encode(name));
        let file_system = &self.0[path.file_system];
        names.fold(format!("/{file_system}"), |url, name| url + "/" + &name)
    }

    fn start(&self, protocol: Protocol, method: Method, path: &Path) -> Request {
        // A root is told from its file system by the slash.
        let slash = if path.is_root() { "/" } else { "" };
        Request::new(protocol, method, self.url(path) + slash)
    }
}

/// Without what paths and signatures could take for something of their own.
pub(super) fn percent_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            (byte as char).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The request of an action that one is enough for; what is left is sent by the harness itself.
pub(super) fn request(names: &Names, model: &Model, action: &Action) -> Option<Request> {
    use Protocol::{Blob, Dfs};
    let start = |protocol, method, path| names.start(protocol, method, path);
    let patch = |path, action| start(Dfs, Method::PATCH, path).query("action", action);
    let head = |path, action| start(Dfs, Method::HEAD, path).query("action", action);
    Some(match action {
        Action::Create { path, directory, guard, new } => {
            let kind = if *directory { "directory" } else { "file" };
            let request = start(Dfs, Method::PUT, path).query("resource", kind);
            with_new(guarded(request, model, path, guard), new)
        }
        Action::Append { path, position, bytes, lease, write_lease, flush } => {
            let request = patch(path, "append").query("position", position);
            let request = if *flush { request.query("flush", "true") } else { request };
            let request = with_write_lease(request.maybe("x-ms-lease-id", *lease), *write_lease);
            Request { body: bytes.clone(), ..request }
        }
        Action::Flush { path, beyond, retain, guard, write_lease } => {
            let position = model.flush_position(path, *beyond);
            let request = patch(path, "flush").query("position", position);
            let request =
                if *retain { request.query("retainUncommittedData", true) } else { request };
            guarded(with_write_lease(request, *write_lease), model, path, guard)
        }
        Action::Read { protocol, path, range, guard } => {
            let end = |end: &Option<u64>| end.map(|end| end.to_string()).unwrap_or_default();
            let range = range.as_ref().map(|(start, last)| format!("bytes={start}-{}", end(last)));
            let request = start(*protocol, Method::GET, path);
            let name = if *protocol == Dfs { "range" } else { "x-ms-range" };
            guarded(request.maybe(name, range), model, path, guard)
        }
        Action::Rename { from, to, legacy, source, target, meta } => {
            let request = start(Dfs, Method::PUT, to).header("x-ms-rename-source", names.url(from));
            let request = if *legacy { request.query("mode", "legacy") } else { request };
            let request =
                guarded(request, model, to, target).maybe("x-ms-properties", meta.map(encoded));
            let request = request.maybe("x-ms-source-lease-id", source.lease);
            match condition(model, from, source.condition, &SOURCE) {
                Some((name, value)) => request.header(name, value),
                None => request,
            }
        }
        Action::Delete { protocol, path, recursive, guard } => {
            let request = start(*protocol, Method::DELETE, path);
            let says = *recursive && *protocol == Dfs;
            let request = if says { request.query("recursive", true) } else { request };
            guarded(request, model, path, guard)
        }
        Action::Lease { protocol, path, verb, id, proposed, seconds, condition } => {
            let request = match protocol {
                Dfs => start(Dfs, Method::POST, path),
                Blob => start(Blob, Method::PUT, path).query("comp", "lease"),
            };
            let guard = Guard { condition: *condition, lease: None };
            lease(guarded(request, model, path, &guard), *verb, *id, *proposed, *seconds)
        }
        Action::Expire { path, expiry, lease } => {
            let (option, time) = match expiry {
                Expiry::Never => ("NeverExpire", None),
                Expiry::AfterNow(millis) => ("RelativeToNow", Some(millis.to_string())),
                Expiry::AfterCreation(millis) => ("RelativeToCreation", Some(millis.to_string())),
                Expiry::At(seconds) => {
                    ("Absolute", Some(date(model.now.div_euclid(1000) + seconds)))
                }
            };
            start(Blob, Method::PUT, path)
                .query("comp", "expiry")
                .header("x-ms-expiry-option", option)
                .maybe("x-ms-expiry-time", time)
                .maybe("x-ms-lease-id", *lease)
        }
        Action::SetProperties { protocol, path, meta, guard } => {
            let request = match protocol {
                Dfs => patch(path, "setProperties").maybe("x-ms-properties", meta.map(encoded)),
                Blob => start(Blob, Method::PUT, path)
                    .query("comp", "metadata")
                    .maybe("x-ms-meta-kind", *meta),
            };
            guarded(request, model, path, guard)
        }
        Action::Properties { protocol, path, guard } => {
            guarded(start(*protocol, Method::HEAD, path), model, path, guard)
        }
        Action::GetStatus { path } => head(path, "getStatus"),
        Action::GetAcl { path, guard } => {
            guarded(head(path, "getAccessControl"), model, path, guard)
        }
        Action::SetAcl { path, owner, group, mode, acl, guard } => {
            let request = patch(path, "setAccessControl")
                .maybe("x-ms-owner", *owner)
                .maybe("x-ms-group", *group)
                .maybe("x-ms-permissions", mode.map(octal))
                .maybe("x-ms-acl", acl.as_deref().map(|entries| list(entries, true)));
            guarded(request, model, path, guard)
        }
        Action::Check { path, bits } => head(path, "checkAccess").query("fsAction", letters(*bits)),
        Action::Put { path, bytes, meta, guard } => {
            let request = start(Blob, Method::PUT, path)
                .header("x-ms-blob-type", "BlockBlob")
                .maybe("x-ms-meta-kind", *meta);
            Request { body: bytes.clone(), ..guarded(request, model, path, guard) }
        }
        Action::List { .. }
        | Action::ListNext { .. }
        | Action::Undelete { .. }
        | Action::ListDeleted { .. }
        | Action::ChangeAcls { .. }
        | Action::ListBlobs { .. }
        | Action::Wait(_) => return None,
    })
}

/// A page of a list.
pub(super) fn list_page(
    names: &Names,
    path: &Path,
    (recursive, limit): (bool, usize),
    token: Option<&str>,
) -> Request {
    let url = format!("/{}", names.0[path.file_system]);
    let request = Request::new(Protocol::Dfs, Method::GET, url)
        .query("resource", "filesystem")
        .query("recursive", recursive)
        .query("maxResults", limit);
    let request = if path.is_root() { request } else { request.query("directory", path.text()) };
    match token {
        Some(token) => request.query("continuation", token),
        None => request,
    }
}

/// A page of blobs.
pub(super) fn blob_page(
    names: &Names,
    file_system: usize,
    (prefix, grouped, limit): (&str, bool, usize),
    marker: Option<&str>,
) -> Request {
    let url = format!("/{}", names.0[file_system]);
    let mut request = Request::new(Protocol::Blob, Method::GET, url)
        .query("restype", "container")
        .query("comp", "list")
        .query("maxresults", limit);
    let delimiter = grouped.then_some("/");
    for (name, value) in [("prefix", Some(prefix)), ("delimiter", delimiter), ("marker", marker)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            request = request.query(name, value);
        }
    }
    request
}

/// What was deleted in a file system.
pub(super) fn deleted_list(names: &Names, file_system: usize) -> Request {
    blob_page(names, file_system, ("", false, 5000), None).query("showonly", "deleted")
}

/// What was deleted as `deleted` comes back as `path`.
pub(super) fn undelete(names: &Names, path: &Path, deleted: &Path, id: &str) -> Request {
    let source = format!("{}?deletionid={id}", percent_encode(&deleted.text()));
    names
        .start(Protocol::Blob, Method::PUT, path)
        .query("comp", "undelete")
        .header("x-ms-undelete-source", source)
}

/// A page of a change of many lists.
pub(super) fn acl_page(
    names: &Names,
    path: &Path,
    (change, entries): (Change, &[Rights]),
    (limit, force): (usize, bool),
    token: Option<&str>,
) -> Request {
    let mode = match change {
        Change::Set => "set",
        Change::Modify => "modify",
        Change::Remove => "remove",
    };
    let request = names
        .start(Protocol::Dfs, Method::PATCH, path)
        .query("action", "setAccessControlRecursive")
        .query("mode", mode)
        .query("maxRecords", limit)
        .query("forceFlag", force)
        .header("x-ms-acl", list(entries, change != Change::Remove));
    match token {
        Some(token) => request.query("continuation", token),
        None => request,
    }
}

fn lease(
    request: Request,
    verb: LeaseVerb,
    id: Uuid,
    proposed: Uuid,
    seconds: Option<i64>,
) -> Request {
    let request = match verb {
        LeaseVerb::Acquire => request
            .header("x-ms-proposed-lease-id", proposed)
            .header("x-ms-lease-duration", seconds.unwrap_or(-1)),
        LeaseVerb::Change => {
            request.header("x-ms-lease-id", id).header("x-ms-proposed-lease-id", proposed)
        }
        LeaseVerb::Break => request.maybe("x-ms-lease-break-period", seconds),
        LeaseVerb::Renew | LeaseVerb::Release => request.header("x-ms-lease-id", id),
    };
    request.header("x-ms-lease-action", format!("{verb:?}").to_lowercase())
}

fn with_write_lease(request: Request, action: Option<WriteLease>) -> Request {
    let acquiring = |request: Request, id: Uuid, seconds: Option<i64>| {
        let request = request.header("x-ms-proposed-lease-id", id);
        request.header("x-ms-lease-duration", seconds.unwrap_or(-1))
    };
    let (request, name) = match action {
        None => return request,
        Some(WriteLease::Acquire(id, seconds)) => (acquiring(request, id, seconds), "acquire"),
        Some(WriteLease::AcquireRelease(id, seconds)) => {
            (acquiring(request, id, seconds), "acquire-release")
        }
        Some(WriteLease::AutoRenew) => (request, "auto-renew"),
        Some(WriteLease::Release) => (request, "release"),
    };
    request.header("x-ms-lease-action", name)
}

fn with_new(request: Request, new: &New) -> Request {
    let lease = new.lease.map(|(id, _)| id);
    let duration = new.lease.map(|(_, seconds)| seconds.unwrap_or(-1));
    request
        .maybe("x-ms-permissions", new.mode.map(octal))
        .maybe("x-ms-umask", new.umask.map(octal))
        .maybe("x-ms-acl", new.acl.as_deref().map(|entries| list(entries, true)))
        .maybe("x-ms-properties", new.meta.map(encoded))
        .maybe("x-ms-expiry-option", new.expires_in.map(|_| "RelativeToNow"))
        .maybe("x-ms-expiry-time", new.expires_in)
        .maybe("x-ms-proposed-lease-id", lease)
        .maybe("x-ms-lease-duration", duration)
}

fn octal(mode: u16) -> String {
    format!("{mode:04o}")
}

fn list(entries: &[Rights], with_bits: bool) -> String {
    entries.iter().map(|entry| entry.text(with_bits)).collect::<Vec<_>>().join(",")
}

fn encoded(meta: &str) -> String {
    use base64::Engine as _;
    format!("kind={}", base64::engine::general_purpose::STANDARD.encode(meta))
}

const TARGET: [&str; 4] = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
const SOURCE: [&str; 4] = [
    "x-ms-source-if-match",
    "x-ms-source-if-none-match",
    "x-ms-source-if-modified-since",
    "x-ms-source-if-unmodified-since",
];

fn guarded(request: Request, model: &Model, path: &Path, guard: &Guard) -> Request {
    let request = request.maybe("x-ms-lease-id", guard.lease);
    match condition(model, path, guard.condition, &TARGET) {
        Some((name, value)) => request.header(name, value),
        None => request,
    }
}

fn condition(
    model: &Model,
    path: &Path,
    condition: Condition,
    names: &[&'static str; 4],
) -> Option<(&'static str, String)> {
    let tag = |sent: Sent| match sent {
        Sent::Any => "*".to_owned(),
        Sent::Known(_, text) => format!("\"{text}\""),
        Sent::Unknown => "\"0x8D00000000000AB\"".to_owned(),
    };
    match model.asked(condition, path) {
        Asked::Nothing => None,
        Asked::Match(sent) => Some((names[0], tag(sent))),
        Asked::NoneMatch(sent) => Some((names[1], tag(sent))),
        Asked::Modified(seconds) => Some((names[2], date(seconds))),
        Asked::Unmodified(seconds) => Some((names[3], date(seconds))),
    }
}
