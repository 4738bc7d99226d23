//! Machines outside Azure, connected by Azure Arc: whoever can read a file that only administrators
//! can read, gets the token.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use adls_http::{Response, SafeUrl};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use super::ManagedIdentity;
use super::request::{self, get, header_text, metadata, secret_header};
use crate::{AuthErrorKind, Env, Error, Result};

pub(super) const DEFAULT_ENDPOINT: &str = "http://localhost:40342/metadata/identity/oauth2/token";
/// The agent's program, which shows that the machine is connected.
pub(super) const AGENT: &str = if cfg!(windows) {
    r"C:\Program Files\AzureConnectedMachineAgent\himds.exe"
} else {
    "/opt/azcmagent/bin/himds"
};
const API_VERSION: &str = "2020-06-01";
/// The largest file that an agent makes.
const MAX_SECRET: u64 = 4096;

/// The only directory whose files may be read at the endpoint's request.
pub(super) fn tokens_directory(env: &Env) -> PathBuf {
    if cfg!(windows) {
        let data = env.get("ProgramData").unwrap_or_else(|| r"C:\ProgramData".to_owned());
        Path::new(&data).join("AzureConnectedMachineAgent").join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

impl ManagedIdentity {
    pub(super) async fn ask_arc(
        &self,
        endpoint: &SafeUrl,
        tokens_directory: &Path,
        resource: &str,
    ) -> Result<Response> {
        let query = request::query(API_VERSION, resource, &self.id, "msi_res_id");
        let challenge = metadata(get(endpoint, &query)?).accept(StatusCode::UNAUTHORIZED);
        let challenge = self.send(challenge).await?;
        if challenge.status() != StatusCode::UNAUTHORIZED {
            return Err(refused("the endpoint hands out tokens without a challenge"));
        }
        let named = header_text(challenge.headers(), WWW_AUTHENTICATE.as_str())
            .and_then(|text| text.strip_prefix("Basic realm="))
            .ok_or_else(|| refused("the challenge names no file"))?;
        let secret = read_secret(Path::new(named.trim_matches('"')), tokens_directory)?;
        let authorization: HeaderValue = secret_header(&format!("Basic {secret}"))?;
        self.send(metadata(get(endpoint, &query)?).header(AUTHORIZATION, authorization)).await
    }
}

/// Reads the file that a challenge names. Whoever poses as the endpoint must not be able to have
/// other files read out, so the place, the name and the size must be those of the agent.
fn read_secret(path: &Path, directory: &Path) -> Result<String> {
    let failure = |error: std::io::Error| {
        let message = format!("cannot read {}, which the Arc agent asks for", path.display());
        Error::with_source(AuthErrorKind::Unavailable, message, error)
    };
    if path.parent() != Some(directory) || path.extension().is_none_or(|end| end != "key") {
        return Err(refused("the challenge names a file that is not the agent's"));
    }
    let file = File::open(path).map_err(failure)?;
    let mut secret = String::new();
    let read = file.take(MAX_SECRET + 1).read_to_string(&mut secret).map_err(failure)?;
    if read as u64 > MAX_SECRET {
        return Err(refused("the file that the challenge names is too large"));
    }
    Ok(secret)
}

fn refused(why: &str) -> Error {
    Error::new(AuthErrorKind::UnexpectedReply, format!("Azure Arc: {why}"))
}

#[cfg(test)]
mod tests {
    use super::super::platform::Platform;
    use super::*;
    use crate::ManagedIdentityId;
    use crate::tokens::TokenSource;
    use adls_http::TokenRequest;
    use adls_http::test_util::{Answer, ScriptedTransport};

    #[tokio::test]
    async fn the_secret_of_the_file_opens() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("1.key");
        std::fs::write(&path, "s3cret").unwrap();
        let challenge = format!("Basic realm={}", path.display());
        let transport = ScriptedTransport::new([
            Answer::status(401).header("www-authenticate", &challenge),
            Answer::status(200).body(r#"{"access_token":"a","expires_in":"3600"}"#),
        ]);
        let env = Env::from_pairs([
            ("IDENTITY_ENDPOINT", "http://localhost:40342/token"),
            ("IMDS_ENDPOINT", "http://localhost:40342"),
        ]);
        let id = ManagedIdentityId::SystemAssigned;
        let mut identity = ManagedIdentity::new(transport.options(), id, &env).unwrap();
        let Platform::Arc { tokens_directory, .. } = &mut identity.platform else {
            panic!("not taken for Arc");
        };
        *tokens_directory = directory.path().to_owned();
        let request = TokenRequest::new("https://datalake.azure.net//.default");
        assert_eq!(identity.fetch(&request).await.unwrap().secret(), "a");
        insta::assert_snapshot!(transport.transcript(), @r"
        GET http://localhost:40342/token?api-version=2020-06-01&resource=https%3A%2F%2Fdatalake.azure.net%2F
        metadata: true

        GET http://localhost:40342/token?api-version=2020-06-01&resource=https%3A%2F%2Fdatalake.azure.net%2F
        authorization: Basic s3cret
        metadata: true
        ");
    }

    #[test]
    fn only_the_agents_own_files_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let inside = |name: &str| directory.path().join(name);
        std::fs::write(inside("good.key"), "s3cret").unwrap();
        std::fs::write(inside("good.txt"), "x").unwrap();
        std::fs::write(inside("large.key"), "x".repeat(4097)).unwrap();
        std::fs::create_dir(inside("below")).unwrap();
        std::fs::write(inside("below/other.key"), "x").unwrap();
        assert_eq!(read_secret(&inside("good.key"), directory.path()).unwrap(), "s3cret");
        for bad in ["good.txt", "large.key", "below/other.key", "below/../good.key", "missing.key"]
        {
            assert!(read_secret(&inside(bad), directory.path()).is_err(), "{bad}");
        }
        assert!(read_secret(Path::new("/etc/passwd"), directory.path()).is_err());
    }
}
