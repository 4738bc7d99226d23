//! The DFS protocol: file systems, and the paths in them.

mod access_control;
mod append;
mod create;
mod delete;
mod entry_writer;
mod file_systems;
mod lease;
mod list;
mod properties;
mod read;
mod rename;

use axum::body::Body;
use http::Method;

use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    ListFileSystems,
    CreateFileSystem,
    SetFileSystemProperties,
    GetFileSystemProperties,
    DeleteFileSystem,
    ListPaths,
    Create,
    Rename,
    Append,
    ConcurrentAppend,
    Flush,
    SetProperties,
    SetAccessControl,
    SetAccessControlRecursive,
    Read,
    GetProperties,
    Lease,
    Delete,
}

/// Answers a request of a known caller.
pub(super) async fn serve(exchange: &Exchange<'_>, body: Body) -> Result<Answer, StorageError> {
    match find(exchange)? {
        Operation::ListFileSystems => file_systems::list(exchange),
        Operation::CreateFileSystem => file_systems::create(exchange),
        Operation::SetFileSystemProperties => file_systems::set_properties(exchange),
        Operation::GetFileSystemProperties => file_systems::properties(exchange),
        Operation::DeleteFileSystem => file_systems::delete(exchange),
        Operation::ListPaths => list::list(exchange),
        Operation::Create => create::create(exchange),
        Operation::Rename => rename::rename(exchange),
        Operation::Append => append::append(exchange, body).await,
        Operation::ConcurrentAppend => append::append_concurrently(exchange, body).await,
        Operation::Flush => append::flush(exchange),
        Operation::SetProperties => properties::set(exchange),
        Operation::SetAccessControl => access_control::set(exchange),
        Operation::SetAccessControlRecursive => access_control::set_recursively(exchange),
        Operation::Read => read::read(exchange).await,
        Operation::GetProperties => properties::get(exchange),
        Operation::Lease => lease::change(exchange),
        Operation::Delete => delete::delete(exchange),
    }
}

/// What a request asks for, by its method, its query and what it is about.
fn find(exchange: &Exchange<'_>) -> Result<Operation, StorageError> {
    let request = exchange.request;
    let address = &request.address;
    let (resource, action) = (request.query.get("resource"), request.query.get("action"));
    let unknown = |name: &str, value: &str| {
        let reason = "it names no operation with this method on this resource";
        StorageError::invalid_query(name, value, reason)
    };
    if address.file_system.is_none() {
        return match (&request.method, resource) {
            (&Method::GET, Some("account")) => Ok(Operation::ListFileSystems),
            (_, Some(value)) => Err(unknown("resource", value)),
            (_, None) => Err(StorageError::missing_query("resource")),
        };
    }
    if resource == Some("filesystem") {
        address.require_no_path()?;
        return match request.method {
            Method::PUT => Ok(Operation::CreateFileSystem),
            Method::PATCH => Ok(Operation::SetFileSystemProperties),
            Method::HEAD => Ok(Operation::GetFileSystemProperties),
            Method::DELETE => Ok(Operation::DeleteFileSystem),
            Method::GET => Ok(Operation::ListPaths),
            _ => Err(ErrorCode::UnsupportedHttpVerb.into()),
        };
    }
    match request.method {
        Method::PUT if request.header("x-ms-rename-source").is_some() => Ok(Operation::Rename),
        Method::PUT => match resource {
            Some("file" | "directory") => Ok(Operation::Create),
            Some(value) => Err(unknown("resource", value)),
            None => Err(StorageError::missing_query("resource")),
        },
        Method::PATCH => match action {
            Some("append") => Ok(Operation::Append),
            Some("concurrentAppend") => Ok(Operation::ConcurrentAppend),
            Some("flush") => Ok(Operation::Flush),
            Some("setProperties") => Ok(Operation::SetProperties),
            Some("setAccessControl") => Ok(Operation::SetAccessControl),
            Some("setAccessControlRecursive") => Ok(Operation::SetAccessControlRecursive),
            Some(value) => Err(unknown("action", value)),
            None => Err(StorageError::missing_query("action")),
        },
        Method::GET => Ok(Operation::Read),
        Method::HEAD => Ok(Operation::GetProperties),
        Method::POST => Ok(Operation::Lease),
        Method::DELETE => Ok(Operation::Delete),
        _ => Err(ErrorCode::UnsupportedHttpVerb.into()),
    }
}
