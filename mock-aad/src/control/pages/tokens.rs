//! The recent tokens, decoded; and a new one for whoever wants to try something by hand.

use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::layout::{Page, choice, copyable, nothing, time};
use super::{Fields, ROOT, Tab};
use crate::call::Response;
use crate::control::Control;
use crate::front::tokens::IssuedToken;
use crate::programs::shell_quote;
use crate::seed::Seed;

/// The resources to choose from.
const RESOURCES: [(&str, &str); 3] = [
    ("https://datalake.azure.net/", "Data Lake Store (Gen1)"),
    ("https://storage.azure.com/", "Storage accounts (Gen2)"),
    ("https://management.core.windows.net/", "Resource Manager"),
];

/// A token that was made on this page.
struct Made {
    token: String,
    username: String,
    resource: String,
}

pub(super) fn page(control: &Control) -> Response {
    show(control, None, None)
}

/// Makes a token as the form says. It is shown once, and kept nowhere.
pub(super) fn make(control: &Control, form: &Fields<'_>) -> Response {
    let text = |name| form.get(name).unwrap_or_default().to_owned();
    let (username, resource) = (text("username"), text("resource"));
    let origin = &control.ready.https_url;
    match control.state.aad.token_for(&username, &resource, origin) {
        Ok(token) => show(control, None, Some(&Made { token, username, resource })),
        Err(reason) => show(control, Some(&reason), None),
    }
}

fn show(control: &Control, alert: Option<&str>, made: Option<&Made>) -> Response {
    let tokens = control.tokens.tokens();
    let now = control.state.clock.now();
    let seed = &control.state.seed;
    let content = html! {
        @if let Some(made) = made { (section_of_made(control, made)) }
        h2 { "Get a token" }
        (form(seed, made))
        h2 { "Issued tokens" }
        @if tokens.is_empty() {
            (nothing("No token has been issued yet."))
        } @else {
            p.soft { "Newest first, without their signatures." }
            @for token in tokens.iter().rev() { (section(seed, token, now)) }
        }
    };
    Page::new(Tab::Tokens, "Tokens").alert(alert).answer(&content)
}

fn form(seed: &Seed, made: Option<&Made>) -> Markup {
    let users = seed.users.iter().map(|user| (user.username.as_str(), user.username.as_str()));
    let chosen = |of: fn(&Made) -> &str| made.map(of).unwrap_or_default();
    html! {
        form method="post" action={ (ROOT) "/tokens" } {
            div.fields.narrow {
                (choice("User", "username", users, chosen(|made| &made.username), "without a sign-in"))
                (choice("For", "resource", RESOURCES, chosen(|made| &made.resource), "the service to call"))
            }
            div.row { button type="submit" { "Get a token" } }
        }
    }
}

fn section_of_made(control: &Control, made: &Made) -> Markup {
    html! {
        h2 { "Token of " (made.username) }
        p { "For " code { (made.resource) } ", valid for an hour. It is shown here once." }
        (copyable("The token", &made.token))
        p { "With curl:" }
        (copyable("A command with the token", &curl(control, made)))
    }
}

/// A command that uses the token.
fn curl(control: &Control, made: &Made) -> String {
    let ready = &control.ready;
    let header = format!("-H 'Authorization: Bearer {}'", made.token);
    let (url, more) = match made.resource.as_str() {
        "https://storage.azure.com/" => {
            let (account, file_system) = (&ready.gen2_account, &ready.gen2_filesystem);
            let path = format!("{account}/{file_system}?resource=filesystem&recursive=false");
            (format!("{}/{path}", ready.http_url), " -H 'x-ms-version: 2023-11-03'")
        }
        "https://management.core.windows.net/" => {
            (format!("{}/subscriptions?api-version=2020-01-01", ready.http_url), "")
        }
        _ => (format!("{}/webhdfs/v1/?op=LISTSTATUS", ready.http_url), ""),
    };
    format!("curl {header}{more} {}", shell_quote(&url))
}

fn section(seed: &Seed, token: &IssuedToken, now: Timestamp) -> Markup {
    let claim = |name: &str| token.claims[name].as_str();
    let who = ["unique_name", "preferred_username", "upn", "appid", "azp", "sub"];
    let who = who.into_iter().find_map(claim).unwrap_or("nobody");
    let ends = token.claims["exp"].as_i64().and_then(|at| Timestamp::from_second(at).ok());
    html! {
        section.card {
            h3 { (application(seed, who)) " for " (application(seed, claim("aud").unwrap_or("nothing"))) }
            p {
                code { (token.kind) } " of request " (token.request) ", issued " (time(token.time))
                @if let Some(ends) = ends {
                    ", "
                    @if ends <= now { span.bad { "expired " (time(ends)) } }
                    @else { span.good { "valid until " (time(ends)) } }
                }
            }
            details {
                summary { "Header and claims of the token of request " (token.request) }
                pre { (pretty(&token.header)) }
                pre { (pretty(&token.claims)) }
            }
        }
    }
}

/// The name of the application that an id is of, or the text itself.
fn application<'a>(seed: &'a Seed, text: &'a str) -> &'a str {
    let known = seed.applications.iter().find(|app| app.client_id.to_string() == text);
    known.map_or(text, |app| &app.display_name)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
