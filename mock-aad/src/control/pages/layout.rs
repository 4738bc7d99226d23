//! What all pages share.

use axum::body::Body;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::call::{Response, empty};

const STYLE: &str = include_str!("../../../assets/control.css");

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Requests,
    Tokens,
    Faults,
    Files,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Overview, "Overview", "/_mock/"),
        (Self::Requests, "Requests", "/_mock/ui/requests"),
        (Self::Tokens, "Tokens", "/_mock/ui/tokens"),
        (Self::Faults, "Faults", "/_mock/ui/faults"),
        (Self::Files, "Files", "/_mock/ui/files"),
    ];

    /// Where its page lies.
    pub(super) fn path(self) -> &'static str {
        let found = Self::ALL.iter().find(|(tab, ..)| *tab == self);
        found.map_or("/_mock/", |(.., path)| path)
    }
}

/// A page, with an alert on top if something went wrong.
pub(super) fn render(
    tab: Tab,
    title: &str,
    alert: Option<&str>,
    content: &Markup,
    status: StatusCode,
) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - mock-aad" }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header { div {
                    span.brand { "mock-aad" }
                    (navigation(tab))
                } }
                main #content {
                    h1 { (title) }
                    @if let Some(alert) = alert {
                        p.alert role="alert" { (alert) }
                    }
                    (content)
                }
            }
        }
    };
    answer(page.into_string(), status)
}

fn navigation(current: Tab) -> Markup {
    html! {
        nav aria-label="Pages" { ul {
            @for (tab, name, path) in Tab::ALL {
                li { a href=(path) aria-current=[(tab == current).then_some("page")] { (name) } }
            }
        } }
    }
}

fn answer(page: String, status: StatusCode) -> Response {
    let mut response = http::Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Leads back to a page after a form has done its work.
pub(super) fn redirect(to: Tab) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to.path()));
    response
}

/// A point in time, to the second, in UTC.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M:%S")) } }
}

/// What a list shows when there is nothing in it.
pub(super) fn nothing(text: &str) -> Markup {
    html! { p.empty { (text) } }
}

/// A table, or something else that may be wider than the window: it scrolls, by keyboard as well.
pub(super) fn wide(label: &str, content: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(label) tabindex="0" { (content) } }
}
