//! The content of files, on its way from and to a browser.

use std::sync::Arc;

use adls_wire::RemotePath;
use axum::body::Body;
use http::{HeaderValue, StatusCode, header};
use multer::{Field, Multipart};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::layout::{missing, redirect_to};
use super::place::{self, Place};
use super::{Tab, file_actions};
use crate::call::{Call, Response, refusal};
use crate::control::Control;
use crate::namespace::{Account, Room};
use crate::receive::{Everything, ReceiveError, receive};
use crate::store::FileBytes;

/// A file, to be saved and not to be shown: a page in it must not run as one of the emulator.
pub(super) fn download(place: &Place<'_>) -> Response {
    let length = match place.account.inspect().status(place.path) {
        Ok(status) => status.length,
        Err(error) => return missing(Tab::Files, &error.to_string()),
    };
    let some = if length == 0 { Some(0) } else { None };
    let slices = match place.account.inspect().open(place.path, 0, some) {
        Ok(slices) => slices,
        Err(error) => return missing(Tab::Files, &error.to_string()),
    };
    let name = utf8_percent_encode(place.path.file_name().unwrap_or_default(), NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let mut response = Response::new(Body::from_stream(slices.into_stream()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    for (name, value) in [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Whether a request uploads files.
pub(in crate::control) fn is_upload(call: &Call) -> bool {
    let kind = call.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    multer::parse_boundary(kind).is_ok()
}

/// Puts the files of a form into a directory. Each is there when it has arrived whole.
pub(in crate::control) async fn upload(
    control: &Arc<Control>,
    call: Call,
    name: &str,
    path: &[&str],
) -> Response {
    let kind = call.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = match multer::parse_boundary(kind) {
        Ok(boundary) => boundary,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, "BadRequest", &error.to_string()),
    };
    let account = control.state.lake.account(crate::namespace::AccountKey::parse(name));
    let received = match account {
        Some(account) => receive_files(&account, call.body, boundary).await,
        // The page says that there is none.
        None => Ok(Vec::new()),
    };
    let (control, name) = (control.clone(), name.to_owned());
    let path: Vec<String> = path.iter().map(|segment| (*segment).to_owned()).collect();
    // What is put may wait for the disk.
    let put = tokio::task::spawn_blocking(move || {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        place::at(&control, &name, &path, |place| {
            let done = received.and_then(|files| put(place, files));
            match done {
                Ok(()) => redirect_to(&place.link()),
                Err(reason) => file_actions::refuse(&control, place, &reason),
            }
        })
    });
    let failed = |error: tokio::task::JoinError| {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", &error.to_string())
    };
    put.await.unwrap_or_else(failed)
}

/// A file that has arrived.
struct Received {
    name: String,
    bytes: FileBytes,
}

async fn receive_files(
    account: &Account,
    body: Body,
    boundary: String,
) -> Result<Vec<Received>, String> {
    let mut form = Multipart::new(body.into_data_stream(), boundary);
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| error.to_string())? {
        let Some(name) = file_name(&field) else { continue };
        let bytes = receive(account, Body::from_stream(field), &mut Everything).await;
        let bytes = bytes.map_err(|error| match error {
            ReceiveError::Broken => "the upload broke off".to_owned(),
            ReceiveError::NotStored(error) => error.to_string(),
            ReceiveError::Refused(never) => match never {},
        })?;
        files.push(Received { name, bytes });
    }
    if files.is_empty() {
        return Err("file: choose at least one".to_owned());
    }
    Ok(files)
}

/// The name of an uploaded file, without the directories that some browsers send along.
fn file_name(field: &Field<'_>) -> Option<String> {
    let name = field.file_name().filter(|_| field.name() == Some("file"))?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    (!name.is_empty()).then(|| name.to_owned())
}

fn put(place: &Place<'_>, files: Vec<Received>) -> Result<(), String> {
    let named: Vec<(RemotePath, FileBytes)> = files
        .into_iter()
        .map(|file| Ok((file_actions::child(place, &file.name)?, file.bytes)))
        .collect::<Result<_, String>>()?;
    for (path, bytes) in named {
        let put = place
            .account
            .operate(Room::Takes, |edit| edit.put_item(place.generation, &path, Some(bytes)));
        put.map_err(|error| error.to_string())?;
    }
    Ok(())
}
