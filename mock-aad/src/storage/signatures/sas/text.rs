//! The string that the signature of a token covers. One table for each kind of signature says
//! which lines it has, and since which version: what a version does not sign, it does not know.

use http::HeaderMap;

use super::parameters::Parameters;
use super::refused::SasRefused;
use super::version::Version;
use crate::storage::signatures::redaction;

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The name of the account.
    Account,
    /// The resource, `/blob/{account}/{file system}[/{path}]`.
    Resource,
    /// A parameter.
    Of(&'static str),
    /// The time of a snapshot or the id of a version. No `sr` that is understood has one.
    Time,
    /// `srh`: names and values of the headers that it demands.
    Headers,
    /// `srq`: names and values of the query parameters that it demands.
    Parameters,
}

/// Who signs tokens, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    /// A key of the account, for the account.
    OfAccount,
    /// A key of the account, for a file system or a part of it.
    OfService,
    /// A key that a user asked for, for a file system or a part of it.
    User,
}

/// Who puts a line into the text of a file system or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Both,
    Service,
    User,
}

/// The lines for an account; each ends with a line feed, the last one too.
const ACCOUNT: [(Line, Version); 10] = [
    (Line::Account, Version::OLDEST),
    (Line::Of("sp"), Version::OLDEST),
    (Line::Of("ss"), Version::OLDEST),
    (Line::Of("srt"), Version::OLDEST),
    (Line::Of("st"), Version::OLDEST),
    (Line::Of("se"), Version::OLDEST),
    (Line::Of("sip"), Version::OLDEST),
    (Line::Of("spr"), Version::OLDEST),
    (Line::Of("sv"), Version::OLDEST),
    (Line::Of("ses"), Version::ENCRYPTION_SCOPES),
];

/// The lines for a file system or a part of it, with a line feed between them.
const RESOURCE: [(Line, Version, By); 29] = [
    (Line::Of("sp"), Version::OLDEST, By::Both),
    (Line::Of("st"), Version::OLDEST, By::Both),
    (Line::Of("se"), Version::OLDEST, By::Both),
    (Line::Resource, Version::OLDEST, By::Both),
    (Line::Of("si"), Version::OLDEST, By::Service),
    (Line::Of("skoid"), Version::OLDEST, By::User),
    (Line::Of("sktid"), Version::OLDEST, By::User),
    (Line::Of("skt"), Version::OLDEST, By::User),
    (Line::Of("ske"), Version::OLDEST, By::User),
    (Line::Of("sks"), Version::OLDEST, By::User),
    (Line::Of("skv"), Version::OLDEST, By::User),
    (Line::Of("saoid"), Version::DIRECTORIES, By::User),
    (Line::Of("suoid"), Version::DIRECTORIES, By::User),
    (Line::Of("scid"), Version::DIRECTORIES, By::User),
    (Line::Of("skdutid"), Version::DELEGATED_USERS, By::User),
    (Line::Of("sduoid"), Version::DELEGATED_USERS, By::User),
    (Line::Of("sip"), Version::OLDEST, By::Both),
    (Line::Of("spr"), Version::OLDEST, By::Both),
    (Line::Of("sv"), Version::OLDEST, By::Both),
    (Line::Of("sr"), Version::OLDEST, By::Both),
    (Line::Time, Version::OLDEST, By::Both),
    (Line::Of("ses"), Version::ENCRYPTION_SCOPES, By::Both),
    (Line::Headers, Version::REQUIRED_PARTS, By::User),
    (Line::Parameters, Version::REQUIRED_PARTS, By::User),
    (Line::Of("rscc"), Version::OLDEST, By::Both),
    (Line::Of("rscd"), Version::OLDEST, By::Both),
    (Line::Of("rsce"), Version::OLDEST, By::Both),
    (Line::Of("rscl"), Version::OLDEST, By::Both),
    (Line::Of("rsct"), Version::OLDEST, By::Both),
];

/// The lines of the text of such a signature in such a version.
fn lines(signer: Signer, version: Version) -> Vec<Line> {
    let known = |since: Version| since <= version;
    if signer == Signer::OfAccount {
        return ACCOUNT.iter().filter(|(_, since)| known(*since)).map(|(line, _)| *line).collect();
    }
    let own = if signer == Signer::User { By::User } else { By::Service };
    RESOURCE
        .iter()
        .filter(|(_, since, by)| known(*since) && [By::Both, own].contains(by))
        .map(|(line, ..)| *line)
        .collect()
}

/// Whether such a signature covers the parameter. `sdd` is covered by the resource, which is cut
/// to it.
pub(super) fn is_signed(signer: Signer, version: Version, name: &str) -> bool {
    let lines = lines(signer, version);
    match name {
        "srh" => lines.contains(&Line::Headers),
        "srq" => lines.contains(&Line::Parameters),
        "sdd" => version >= Version::DIRECTORIES && signer != Signer::OfAccount,
        _ => lines.iter().any(|line| matches!(line, Line::Of(signed) if *signed == name)),
    }
}

/// What of a request is in the text besides the token.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) signer: Signer,
    pub(super) version: Version,
    pub(super) parameters: &'a Parameters,
    pub(super) account: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) query: &'a [(String, String)],
}

/// How values of the request are written.
type Write = fn(&str, &str) -> String;

impl Signed<'_> {
    /// The text that is signed for this resource.
    pub(super) fn text(self, resource: &str) -> Result<String, SasRefused> {
        self.write(resource, |_, value| value.to_owned(), |_, value| value.to_owned())
    }

    /// The same text as it may be told: the secrets in it are replaced.
    pub(super) fn shown(self, resource: &str) -> Result<String, SasRefused> {
        self.write(resource, redaction::header, redaction::parameter)
    }

    fn write(self, resource: &str, header: Write, parameter: Write) -> Result<String, SasRefused> {
        let lines = lines(self.signer, self.version).into_iter().map(|line| {
            Ok(match line {
                Line::Account => self.account.to_owned(),
                Line::Resource => resource.to_owned(),
                Line::Of(name) => self.parameters.text(name).to_owned(),
                Line::Time => String::new(),
                Line::Headers => self.demanded_headers(header)?,
                Line::Parameters => self.demanded_parameters(parameter)?,
            })
        });
        let mut text = lines.collect::<Result<Vec<_>, _>>()?.join("\n");
        if self.signer == Signer::OfAccount {
            text.push('\n');
        }
        Ok(text)
    }

    /// `name:value` for each demanded header, with a line feed behind each.
    fn demanded_headers(self, write: Write) -> Result<String, SasRefused> {
        let names = self.parameters.get("srh").into_iter().flat_map(|names| names.split(','));
        names
            .map(|name| {
                let value = self.headers.get(name).and_then(|value| value.to_str().ok());
                let value = value.ok_or_else(|| SasRefused::NoHeader(name.to_owned()))?;
                Ok(format!("{name}:{}\n", write(name, value)))
            })
            .collect()
    }

    /// `name:value` for each demanded query parameter, with a line feed before each.
    fn demanded_parameters(self, write: Write) -> Result<String, SasRefused> {
        let names = self.parameters.get("srq").into_iter().flat_map(|names| names.split(','));
        names
            .map(|name| {
                let value = self.query.iter().find(|(other, _)| other == name);
                let (_, value) = value.ok_or_else(|| SasRefused::NoParameter(name.to_owned()))?;
                Ok(format!("\n{name}:{}", write(name, value)))
            })
            .collect()
    }
}
