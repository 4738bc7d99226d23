//! Lists: filter, order, pages and their links.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Context;
use super::errors::ArmError;
use super::filter::{Filter, OrderBy};

/// What `$top` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Top {
    /// The length of one page; the link leads on to the rest, as recorded for resource groups. A
    /// page that it fills has a link even when nothing is left, and the next one is empty.
    Page,
    /// How many items there are in all, as OData has it.
    All,
}

/// The body of a list answer: the page that the query asks for.
///
/// `items` come in their natural order; `$select` is ignored, every item is whole.
pub(super) fn page(context: &Context<'_>, items: Vec<Value>, top: Top) -> Result<Value, ArmError> {
    let mut items = arrange(context, items)?;
    let total = items.len();
    let limit = number(context, "$top")?;
    let mut size = context.page_size();
    let mut filled_by_top = false;
    if top == Top::Page {
        size = size.min(limit.unwrap_or(size));
        filled_by_top = limit == Some(size);
    } else {
        let skipped = number(context, "$skip")?.unwrap_or(0).min(items.len());
        items.drain(..skipped);
        items.truncate(limit.unwrap_or(items.len()));
    }
    let start = context.query.get("$skiptoken").map_or(Ok(0), read_token)?.min(items.len());
    let end = (start + size).min(items.len());
    let mut body = Map::new();
    if context.query.get("$count").is_some_and(|count| count.eq_ignore_ascii_case("true")) {
        body.insert("count".to_owned(), json!(total));
    }
    body.insert("value".to_owned(), Value::from(items[start..end].to_vec()));
    if end < items.len() || (filled_by_top && end - start == size) {
        let query = with_skip_token(context.raw_query, &write_token(end));
        let link = format!("{}{}?{query}", context.origin, context.path);
        body.insert("nextLink".to_owned(), link.into());
    }
    Ok(body.into())
}

fn arrange(context: &Context<'_>, mut items: Vec<Value>) -> Result<Vec<Value>, ArmError> {
    if let Some(text) = context.query.get("$filter") {
        let filter = Filter::parse(text).map_err(|why| unreadable("$filter", text, &why))?;
        items.retain(|item| filter.matches(item));
    }
    if let Some(text) = context.query.get("$orderby") {
        let order = OrderBy::parse(text).map_err(|why| unreadable("$orderby", text, &why))?;
        items.sort_by(|left, right| order.compare(left, right));
    }
    Ok(items)
}

fn number(context: &Context<'_>, name: &str) -> Result<Option<usize>, ArmError> {
    let Some(text) = context.query.get(name) else { return Ok(None) };
    match text.parse() {
        Ok(number) if number >= 1 => Ok(Some(number)),
        _ => Err(unreadable(name, text, "it must be a number of at least 1")),
    }
}

/// The refusal of a query parameter.
pub(super) fn unreadable(name: &str, text: &str, why: &str) -> ArmError {
    let message =
        format!("The query parameter {name} with the value '{text}' is not valid: {why}.");
    ArmError::gateway(StatusCode::BAD_REQUEST, "InvalidQueryParameterValue", message)
}

fn write_token(offset: usize) -> String {
    STANDARD.encode(json!({"offset": offset}).to_string())
}

fn read_token(token: &str) -> Result<usize, ArmError> {
    let offset = STANDARD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|value| value.get("offset")?.as_u64())
        .and_then(|offset| usize::try_from(offset).ok());
    offset.ok_or_else(|| {
        unreadable("$skiptoken", token, "follow the nextLink of a page instead of making one up")
    })
}

/// The query of a `nextLink`: as sent, with `$` escaped and another skip token, as recorded.
fn with_skip_token(query: &str, token: &str) -> String {
    let mut out = String::with_capacity(query.len() + token.len() + 16);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let pair = pair.replace('$', "%24");
        if !pair.to_ascii_lowercase().starts_with("%24skiptoken=") {
            out.push_str(&pair);
            out.push('&');
        }
    }
    let token = token.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
    out + "%24skiptoken=" + &token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_repeats_the_query_with_one_token() {
        assert_eq!(
            with_skip_token("api-version=2017-05-10&$top=2&%24skiptoken=old", "eyJ=="),
            "api-version=2017-05-10&%24top=2&%24skiptoken=eyJ%3d%3d"
        );
    }
}
