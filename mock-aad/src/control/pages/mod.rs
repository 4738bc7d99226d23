//! The pages of `/_mock` for people: plain HTML and forms, no scripts.
//!
//! A form that has done its work leads back to its page (303), so that reloading repeats nothing. What
//! changes anything is a POST, of which the guard of `/_mock` refuses those of other sites.

mod accounts;
mod connect;
mod faults;
mod file_actions;
mod file_content;
mod file_forms;
mod files;
mod layout;
mod overview;
mod place;
mod requests;
mod snapshots;
mod tokens;

use bytes::Bytes;
use http::Method;

pub(super) use self::file_content::{is_upload, upload};
use self::layout::{Tab, redirect};
use crate::call::Response;
use crate::control::Control;
use crate::parameters::Parameters;

/// Where the pages lie; the overview is `/_mock/` itself.
const ROOT: &str = "/_mock/ui";

/// The fields of a query or a form.
#[derive(Debug)]
struct Fields<'a>(Parameters<'a>);

impl Fields<'_> {
    /// Nothing at all.
    fn none() -> Self {
        Self(Parameters::default())
    }

    /// A field that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.exact(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// A field to the letter: names of files may begin and end with spaces.
    fn exact(&self, name: &str) -> Option<&str> {
        self.0.all(name).next()
    }

    /// A number that is there and not empty.
    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |text: &str| {
            text.parse().map_err(|_| format!("{name}: '{text}' is not a number that fits here"))
        };
        self.get(name).map(parse).transpose()
    }
}

/// Answers a request for a page or from a form; `None` when there is no such page. `segments` are
/// what follows `/_mock`.
pub(super) fn handle(
    control: &Control,
    method: &Method,
    segments: &[String],
    query: &str,
    body: &Bytes,
) -> Option<Response> {
    let query = Fields(Parameters::parse(query.as_bytes()));
    let form = Fields(Parameters::parse(body));
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let page = match (method.as_str(), segments.as_slice()) {
        ("GET", []) => overview::page(control, None),
        ("GET", ["ui", "requests"]) => requests::page(control, &query),
        ("GET", ["ui", "tokens"]) => tokens::page(control),
        ("GET", ["ui", "faults"]) => faults::page(control, None),
        ("GET", ["ui", "snapshots"]) => snapshots::page(control, None),
        ("GET", ["ui", "accounts"]) => accounts::page(control),
        ("GET", ["ui", "files"]) => files::accounts(control),
        ("GET", ["ui", "files", account, path @ ..]) => {
            place::at(control, account, path, |place| {
                match (query.exact("download"), query.exact("delete")) {
                    (Some(_), _) => file_content::download(place),
                    (_, Some(_)) => file_actions::ask_to_delete(place),
                    _ => files::page(control, place, &query, None),
                }
            })
        }
        ("GET", ["ui", "reset"]) => overview::ask_to_reset(),
        ("POST", ["ui", "files", account, path @ ..]) => {
            place::at(control, account, path, |place| file_actions::change(control, place, &form))
        }
        ("POST", ["ui", "device", code]) => overview::decide_device(control, code, &form),
        ("POST", ["ui", "clock"]) => overview::set_clock(control, &form),
        ("POST", ["ui", "reset"]) => overview::reset(control),
        ("POST", ["ui", "requests", "clear"]) => requests::clear(control),
        ("POST", ["ui", "tokens"]) => tokens::make(control, &form),
        ("POST", ["ui", "snapshots"]) => snapshots::change(control, &form),
        ("POST", ["ui", "faults"]) => faults::add(control, &form),
        ("POST", ["ui", "faults", "clear"]) => faults::clear(control),
        _ => return None,
    };
    Some(page)
}
