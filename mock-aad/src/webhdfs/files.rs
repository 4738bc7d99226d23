//! Operations on the content of files.

use adls_wire::RemotePath;
use adls_wire::webhdfs::{ConcatSources, SyncFlag, query};
use axum::body::Body;

use super::decode::parse_path;
use super::encode::Answer;
use super::failure::Failure;
use super::{Request, body, redirect};
use crate::call::{self, BodyError};
use crate::namespace::{
    Append, Create, Error, Existing, Leftovers, Missing, SyncMode, WriteSession,
};
use crate::store::FileBytes;

const OFFSET: &str = "a number of bytes, 0 or more";
/// The longest list of sources: a hundred thousand long names.
const MAX_SOURCES: usize = 32 << 20;
/// What a concurrent append answers, as recorded.
const SUCCEEDED: &str = "Operation succeeded.";

pub(super) fn open(request: &Request<'_>) -> Result<Answer, Failure> {
    let offset = request.query.parsed(query::OFFSET, OFFSET)?.unwrap_or(0);
    let length = request.query.parsed(query::LENGTH, OFFSET)?;
    let view = request.account.view(request.who());
    match view.open(&request.target.path, offset, length) {
        Ok(slices) => Ok(Answer::Bytes(slices)),
        // As HDFS answers its own clients; those of Data Lake Store would ask again for ever.
        Err(Error::BeyondEnd { offset, length }) if request.pseudo && offset == length => {
            Ok(Answer::Empty)
        }
        Err(error) => Err(request.refusal()(error)),
    }
}

pub(super) async fn create(request: &Request<'_>, body: Body) -> Result<Answer, Failure> {
    let how = Create {
        existing: match request.query.flag(query::OVERWRITE, false)? {
            true => Existing::Replace,
            false => Existing::Refuse,
        },
        permission: request.query.permission()?,
        missing_parents: match request.query.flag(query::CREATE_PARENT, true)? {
            true => Missing::Create,
            false => Missing::Refuse,
        },
        session: session(request)?,
    };
    let mut bytes = body::receive(&request.account, body).await?;
    bytes.append_file(FileBytes::sparse(request.zeros));
    request.change(|edit| edit.create(&request.target.path, bytes, &how))?;
    Ok(Answer::Created(redirect::url(request)))
}

pub(super) async fn append(request: &Request<'_>, body: Body) -> Result<Answer, Failure> {
    let position = request.query.parsed(query::OFFSET, OFFSET)?;
    let how = Append { position, session: session(request)? };
    let bytes = body::receive(&request.account, body).await?;
    request.change(|edit| edit.append(&request.target.path, bytes, &how))?;
    Ok(Answer::Empty)
}

pub(super) async fn concurrent_append(
    request: &Request<'_>,
    body: Body,
) -> Result<Answer, Failure> {
    let auto_create =
        |text: &str| text.eq_ignore_ascii_case("autocreate").then_some(Missing::Create);
    let auto_create = request.query.choice(query::APPEND_MODE, "autocreate", auto_create)?;
    let bytes = body::receive(&request.account, body).await?;
    let missing = auto_create.unwrap_or(Missing::Refuse);
    request.change(|edit| edit.concurrent_append(&request.target.path, bytes, missing))?;
    Ok(Answer::json(&SUCCEEDED))
}

/// Sources in the query.
pub(super) fn concat(request: &Request<'_>) -> Result<Answer, Failure> {
    let sources = request.query.required(query::SOURCES)?.split(',');
    join(request, &sources.map(parse_path).collect::<Result<Vec<_>, _>>()?)
}

/// Sources in the body: JSON, or the older `sources=a,b`.
pub(super) async fn ms_concat(request: &Request<'_>, body: Body) -> Result<Answer, Failure> {
    let body = call::read(body, MAX_SOURCES).await.map_err(|error| match error {
        BodyError::TooLong(_) => Failure::illegal("The list of sources is too long"),
        BodyError::Broken => Failure::broken_body(),
    })?;
    let unreadable = || {
        let form = r#"The body of MSCONCAT is neither {"sources":["a","b"]} nor sources=a,b"#;
        Failure::illegal(form)
    };
    let text = std::str::from_utf8(&body).map_err(|_| unreadable())?.trim();
    let sources = if text.starts_with('{') {
        serde_json::from_str::<ConcatSources>(text).map_err(|_| unreadable())?.sources
    } else {
        let list = text.strip_prefix("sources=").ok_or_else(unreadable)?;
        list.split(',').filter(|source| !source.is_empty()).map(str::to_owned).collect()
    };
    let sources: Result<Vec<_>, _> = sources.iter().map(|source| parse_path(source)).collect();
    join(request, &sources?)
}

fn join(request: &Request<'_>, sources: &[RemotePath]) -> Result<Answer, Failure> {
    let leftovers = match request.query.flag(query::DELETE_SOURCE_DIRECTORY, false)? {
        true => Leftovers::Delete,
        false => Leftovers::Keep,
    };
    request.change(|edit| edit.concat(&request.target.path, sources, leftovers))?;
    Ok(Answer::Empty)
}

fn session<'a>(request: &'a Request<'_>) -> Result<WriteSession<'a>, Failure> {
    let expected = "DATA, METADATA or CLOSE";
    let flag = request.query.choice(query::SYNC_FLAG, expected, SyncFlag::from_name)?;
    let sync = match flag {
        Some(SyncFlag::Data) => SyncMode::Unflushed,
        Some(SyncFlag::Metadata) => SyncMode::Flushed,
        Some(SyncFlag::Close) | None => SyncMode::Closed,
    };
    Ok(WriteSession { sync, lease: request.query.text(query::LEASE_ID) })
}
