//! The recent tokens, decoded.

use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::layout::{nothing, time};
use super::{Tab, render};
use crate::call::Response;
use crate::control::Control;
use crate::front::tokens::IssuedToken;

pub(super) fn page(control: &Control) -> Response {
    let tokens = control.tokens.tokens();
    let now = control.state.clock.now();
    let content = html! {
        @if tokens.is_empty() {
            (nothing("No token has been issued yet."))
        } @else {
            p.soft { "Newest first, without their signatures." }
            @for token in tokens.iter().rev() { (section(token, now)) }
        }
    };
    render(Tab::Tokens, "Tokens", None, &content, StatusCode::OK)
}

fn section(token: &IssuedToken, now: Timestamp) -> Markup {
    let claim = |name: &str| token.claims[name].as_str();
    let who = ["unique_name", "preferred_username", "upn", "appid", "azp", "sub"];
    let who = who.into_iter().find_map(claim).unwrap_or("nobody");
    let ends = token.claims["exp"].as_i64().and_then(|at| Timestamp::from_second(at).ok());
    html! {
        h2 { (who) " for " (claim("aud").unwrap_or("nothing")) }
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

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
