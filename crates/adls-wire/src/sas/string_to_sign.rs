//! The string that a signature covers. One table for each kind of signature says which lines it has, and
//! since which version: what a version does not sign, it does not know.

use super::SasVersion;

/// All parameters that may belong to a signature besides `sig`.
pub const PARAMETERS: [&str; 30] = [
    "sv", "ss", "srt", "sr", "sdd", "sp", "st", "se", "sip", "spr", "si", "ses", "skoid", "sktid",
    "skt", "ske", "sks", "skv", "skdutid", "saoid", "suoid", "sduoid", "scid", "srh", "srq",
    "rscc", "rscd", "rsce", "rscl", "rsct",
];

/// Who signs, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SasKind {
    /// A key of the account, for the account.
    Account,
    /// A key of the account, for a file system or a part of it.
    Service,
    /// A key that a user asked for, for a file system or a part of it.
    UserDelegation,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The name of the account.
    Account,
    /// The resource, see [`canonicalized_resource`](super::canonicalized_resource).
    Resource,
    /// A parameter.
    Of(&'static str),
    /// The time of a snapshot or the id of a version. No `sr` of a data lake has one.
    Time,
    /// `srh`: names and values of the headers that it demands.
    Headers,
    /// `srq`: names and values of the query parameters that it demands.
    Query,
}

/// Who puts a line into the text of a file system or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Both,
    Service,
    User,
}

/// The lines for an account; each ends with a line feed, the last one too.
const ACCOUNT: [(Line, SasVersion); 10] = [
    (Line::Account, SasVersion::OLDEST),
    (Line::Of("sp"), SasVersion::OLDEST),
    (Line::Of("ss"), SasVersion::OLDEST),
    (Line::Of("srt"), SasVersion::OLDEST),
    (Line::Of("st"), SasVersion::OLDEST),
    (Line::Of("se"), SasVersion::OLDEST),
    (Line::Of("sip"), SasVersion::OLDEST),
    (Line::Of("spr"), SasVersion::OLDEST),
    (Line::Of("sv"), SasVersion::OLDEST),
    (Line::Of("ses"), SasVersion::ENCRYPTION_SCOPES),
];

/// The lines for a file system or a part of it, with a line feed between them.
const RESOURCE: [(Line, SasVersion, By); 29] = [
    (Line::Of("sp"), SasVersion::OLDEST, By::Both),
    (Line::Of("st"), SasVersion::OLDEST, By::Both),
    (Line::Of("se"), SasVersion::OLDEST, By::Both),
    (Line::Resource, SasVersion::OLDEST, By::Both),
    (Line::Of("si"), SasVersion::OLDEST, By::Service),
    (Line::Of("skoid"), SasVersion::OLDEST, By::User),
    (Line::Of("sktid"), SasVersion::OLDEST, By::User),
    (Line::Of("skt"), SasVersion::OLDEST, By::User),
    (Line::Of("ske"), SasVersion::OLDEST, By::User),
    (Line::Of("sks"), SasVersion::OLDEST, By::User),
    (Line::Of("skv"), SasVersion::OLDEST, By::User),
    (Line::Of("saoid"), SasVersion::DIRECTORIES, By::User),
    (Line::Of("suoid"), SasVersion::DIRECTORIES, By::User),
    (Line::Of("scid"), SasVersion::DIRECTORIES, By::User),
    (Line::Of("skdutid"), SasVersion::DELEGATED_USERS, By::User),
    (Line::Of("sduoid"), SasVersion::DELEGATED_USERS, By::User),
    (Line::Of("sip"), SasVersion::OLDEST, By::Both),
    (Line::Of("spr"), SasVersion::OLDEST, By::Both),
    (Line::Of("sv"), SasVersion::OLDEST, By::Both),
    (Line::Of("sr"), SasVersion::OLDEST, By::Both),
    (Line::Time, SasVersion::OLDEST, By::Both),
    (Line::Of("ses"), SasVersion::ENCRYPTION_SCOPES, By::Both),
    (Line::Headers, SasVersion::REQUIRED_PARTS, By::User),
    (Line::Query, SasVersion::REQUIRED_PARTS, By::User),
    (Line::Of("rscc"), SasVersion::OLDEST, By::Both),
    (Line::Of("rscd"), SasVersion::OLDEST, By::Both),
    (Line::Of("rsce"), SasVersion::OLDEST, By::Both),
    (Line::Of("rscl"), SasVersion::OLDEST, By::Both),
    (Line::Of("rsct"), SasVersion::OLDEST, By::Both),
];

/// The lines of the text of such a signature in such a version.
fn lines(kind: SasKind, version: SasVersion) -> Vec<Line> {
    let known = |since: SasVersion| since <= version;
    let own = match kind {
        SasKind::Account => {
            let lines = ACCOUNT.iter().filter(|(_, since)| known(*since));
            return lines.map(|(line, _)| *line).collect();
        }
        SasKind::Service => By::Service,
        SasKind::UserDelegation => By::User,
    };
    RESOURCE
        .iter()
        .filter(|(_, since, by)| known(*since) && [By::Both, own].contains(by))
        .map(|(line, ..)| *line)
        .collect()
}

/// Whether such a signature covers the parameter; anybody can change what it does not cover. `sdd` is
/// covered by the resource, which is cut to it.
#[must_use]
pub fn is_signed(kind: SasKind, version: SasVersion, parameter: &str) -> bool {
    let lines = lines(kind, version);
    match parameter {
        "srh" => lines.contains(&Line::Headers),
        "srq" => lines.contains(&Line::Query),
        "sdd" => version >= SasVersion::DIRECTORIES && kind != SasKind::Account,
        _ => lines.iter().any(|line| matches!(line, Line::Of(signed) if *signed == parameter)),
    }
}

/// What a signature covers.
#[derive(Clone, Copy, Debug)]
pub struct StringToSign<'a> {
    /// Who signs, and for what.
    pub kind: SasKind,
    /// The version.
    pub version: SasVersion,
    /// Names and decoded values of the parameters; what is missing is an empty line.
    pub parameters: &'a [(&'static str, String)],
    /// The name of the account.
    pub account: &'a str,
    /// What it is for, see [`canonicalized_resource`](super::canonicalized_resource); nothing for an
    /// account.
    pub resource: &'a str,
    /// Names and values of the headers that `srh` demands, in its order.
    pub required_headers: &'a [(String, String)],
    /// Names and decoded values of the query parameters that `srq` demands, in its order.
    pub required_query: &'a [(String, String)],
}

impl StringToSign<'_> {
    /// The text that is signed.
    #[must_use]
    pub fn text(self) -> String {
        let lines = lines(self.kind, self.version).into_iter().map(|line| match line {
            Line::Account => self.account.to_owned(),
            Line::Resource => self.resource.to_owned(),
            Line::Of(name) => self.parameter(name).to_owned(),
            Line::Time => String::new(),
            // A line feed is behind each of these, and before each of those.
            Line::Headers => {
                let pairs = self.required_headers.iter();
                pairs.map(|(name, value)| format!("{name}:{value}\n")).collect()
            }
            Line::Query => {
                let pairs = self.required_query.iter();
                pairs.map(|(name, value)| format!("\n{name}:{value}")).collect()
            }
        });
        let mut text = lines.collect::<Vec<_>>().join("\n");
        if self.kind == SasKind::Account {
            text.push('\n');
        }
        text
    }

    fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}
