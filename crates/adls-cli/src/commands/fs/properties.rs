//! `adls fs properties`: headers of the content and properties of the user's own (Gen2).

use std::collections::BTreeMap;

use adls_fs::FileProperties;
use clap::Args;
use serde_json::{Value, json};

use super::list::Entry;
use super::plan::{Changes, DryRun, Step};
use crate::arguments;
use crate::context::{Context, Remote};
use crate::failure::Outcome;
use crate::printer::{Column, to_json};

/// What to show or change.
#[derive(Debug, Args)]
pub(crate) struct PropertiesArgs {
    /// The file or directory
    #[arg(value_name = "PATH")]
    path: String,
    /// Set properties of your own; the others stay
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = arguments::key_value)]
    set: Vec<(String, String)>,
    /// Remove properties of your own
    #[arg(long, value_name = "KEY", num_args = 1..)]
    remove: Vec<String>,
    /// Set the type of the content, such as text/csv
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// Set the coding of the content, such as gzip
    #[arg(long, value_name = "CODING")]
    content_encoding: Option<String>,
    /// Set the language of the content, such as en
    #[arg(long, value_name = "LANGUAGE")]
    content_language: Option<String>,
    /// Set how the content is to be shown, such as 'attachment; filename="a.csv"'
    #[arg(long, value_name = "DISPOSITION")]
    content_disposition: Option<String>,
    /// Set how the content may be cached, such as max-age=60
    #[arg(long, value_name = "CONTROL")]
    cache_control: Option<String>,
    #[command(flatten)]
    dry_run: DryRun,
}

const PROPERTIES: &[Column] = &[
    ("path", "/path"),
    ("type", "/type"),
    ("length", "/length"),
    ("modified", "/modified"),
    ("created", "/created"),
    ("expires", "/expires"),
    ("etag", "/etag"),
    ("content type", "/contentType"),
    ("content encoding", "/contentEncoding"),
    ("content language", "/contentLanguage"),
    ("content disposition", "/contentDisposition"),
    ("cache control", "/cacheControl"),
    ("content MD5", "/contentMD5"),
    ("properties", "/properties"),
    ("lease", "/lease"),
    ("encryption scope", "/encryptionScope"),
];

pub(crate) async fn run(context: &Context, args: &PropertiesArgs) -> Outcome {
    let remote = context.item(&args.path).await?;
    let mut changes: BTreeMap<String, Option<String>> =
        args.set.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    changes.extend(args.remove.iter().map(|key| (key.clone(), None)));
    let headers = [
        &args.content_type,
        &args.content_encoding,
        &args.content_language,
        &args.content_disposition,
        &args.cache_control,
    ];
    if changes.is_empty() && headers.iter().all(|header| header.is_none()) {
        let found = remote.client.properties(&remote.path).await?;
        return context.printer.object(&shown(&found)?, PROPERTIES);
    }
    let plan = Changes::new(context, &args.dry_run);
    let target = Some(remote.path.as_str());
    let step = Step { action: "change the properties of", target, ..Step::default() };
    plan.make(step, change(&remote, &changes, headers)).await?;
    plan.end()
}

/// Changes properties of the user's own, and headers.
async fn change(
    remote: &Remote,
    changes: &BTreeMap<String, Option<String>>,
    headers: [&Option<String>; 5],
) -> Outcome {
    if !changes.is_empty() {
        remote.client.update_metadata(&remote.path, changes).await?;
    }
    if headers.iter().any(|header| header.is_some()) {
        // Setting one sets all of them.
        let mut now = remote.client.properties(&remote.path).await?.headers;
        let slots = [
            &mut now.content_type,
            &mut now.content_encoding,
            &mut now.content_language,
            &mut now.content_disposition,
            &mut now.cache_control,
        ];
        for (slot, given) in slots.into_iter().zip(headers) {
            if let Some(given) = given {
                *slot = Some(given.clone()).filter(|text| !text.is_empty());
            }
        }
        remote.client.set_content_headers(&remote.path, &now).await?;
    }
    Ok(())
}

fn shown(found: &FileProperties) -> Outcome<Value> {
    let mut shown = to_json(&Entry::new(&found.status))?;
    let headers = &found.headers;
    let more = json!({
        "contentType": headers.content_type,
        "contentEncoding": headers.content_encoding,
        "contentLanguage": headers.content_language,
        "contentDisposition": headers.content_disposition,
        "cacheControl": headers.cache_control,
        "contentMD5": headers.content_md5,
        "properties": found.metadata,
        "lease": found.lease_state.map(|state| state.to_string()),
        "encryptionScope": found.encryption_scope,
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    Ok(shown)
}
