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
    Faults,
    Files,
    Tokens,
    Snapshots,
    Accounts,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Overview, "Overview", "/_mock/"),
        (Self::Requests, "Requests", "/_mock/ui/requests"),
        (Self::Faults, "Faults", "/_mock/ui/faults"),
        (Self::Files, "Files", "/_mock/ui/files"),
        (Self::Tokens, "Tokens", "/_mock/ui/tokens"),
        (Self::Snapshots, "Snapshots", "/_mock/ui/snapshots"),
        (Self::Accounts, "Accounts", "/_mock/ui/accounts"),
    ];

    /// Where its page lies.
    pub(super) fn path(self) -> &'static str {
        let found = Self::ALL.iter().find(|(tab, ..)| *tab == self);
        found.map_or("/_mock/", |(.., path)| path)
    }
}

/// What surrounds the content of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    tab: Tab,
    title: &'a str,
    alert: Option<&'a str>,
    status: StatusCode,
    refresh: Option<u32>,
}

impl<'a> Page<'a> {
    pub(super) fn new(tab: Tab, title: &'a str) -> Self {
        Self { tab, title, alert: None, status: StatusCode::OK, refresh: None }
    }

    /// With what went wrong on top, if something did.
    pub(super) fn alert(self, alert: Option<&'a str>) -> Self {
        match alert {
            Some(_) => Self { alert, status: StatusCode::BAD_REQUEST, ..self },
            None => self,
        }
    }

    /// With another status.
    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Loaded again by the browser after so many seconds.
    pub(super) fn refresh(self, refresh: Option<u32>) -> Self {
        Self { refresh, ..self }
    }

    pub(super) fn answer(self, content: &Markup) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some(seconds) = self.refresh {
                        meta http-equiv="refresh" content=(seconds);
                    }
                    title { (self.title) " - mock-aad" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header { div {
                        span.brand { "mock-aad" }
                        (navigation(self.tab))
                    } }
                    main #content {
                        h1 { (self.title) }
                        @if let Some(alert) = self.alert {
                            p.alert role="alert" { (alert) }
                        }
                        (content)
                    }
                }
            }
        };
        answer(page.into_string(), self.status)
    }
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
    redirect_to(to.path())
}

/// The same for a page below.
pub(super) fn redirect_to(path: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

/// A page that says that there is nothing of this name.
pub(super) fn missing(tab: Tab, message: &str) -> Response {
    let page = Page::new(tab, "Not found").alert(Some(message)).status(StatusCode::NOT_FOUND);
    page.answer(&html! {})
}

/// A question before something that cannot be taken back: `question` says what goes, `action` is where the
/// form leads, with these fields.
pub(super) fn confirm(
    page: Page<'_>,
    question: &Markup,
    action: &str,
    fields: &[(&str, &str)],
    button: &str,
    back: &str,
) -> Response {
    page.answer(&html! {
        p { (question) }
        form.row method="post" action=(action) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.danger type="submit" { (button) }
            a.button href=(back) { "Cancel" }
        }
    })
}

/// A point in time, to the second, in UTC.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M:%S")) } }
}

/// The same without the date, which a hint tells.
pub(super) fn time_of_day(at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(at) { (at.strftime("%H:%M:%S")) } }
}

/// A number of bytes as people read it.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut scaled = bytes as f64 / 1024.0;
    let mut unit = 0;
    while scaled >= 1024.0 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", UNITS[unit])
}

/// A number with what it is of.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What a list shows when there is nothing in it.
pub(super) fn nothing(text: &str) -> Markup {
    html! { p.empty { (text) } }
}

/// Lines to be copied: one click selects all of them.
pub(super) fn copyable(label: &str, lines: &str) -> Markup {
    html! { pre.copy role="region" aria-label=(label) tabindex="0" { (lines) } }
}

/// A table, or something else that may be wider than the window: it scrolls, by keyboard as well.
pub(super) fn wide(label: &str, content: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(label) tabindex="0" { (content) } }
}

/// A field of a form with a hint.
pub(super) fn field(label: &str, name: &str, kind: &str, value: &str, hint: &str) -> Markup {
    html! {
        label { (label) span { (hint) }
            input type=(kind) name=(name) value=(value) autocomplete="off" spellcheck="false";
        }
    }
}

/// A choice of a form.
pub(super) fn choice<'a>(
    label: &str,
    name: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
    chosen: &str,
    hint: &str,
) -> Markup {
    html! {
        label { (label) span { (hint) }
            select name=(name) {
                @for (value, shown) in options {
                    option value=(value) selected[value == chosen] { (shown) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_for_people() {
        let shown = [0, 1023, 1024, 1536, 1 << 20, 3_000_000_000, u64::MAX].map(size);
        assert_eq!(
            shown,
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "2.8 GiB", "16384.0 PiB"]
        );
    }
}
