//! Other programs that take the emulator for Azure: the environment that leads them there.

use std::path::Path;
use std::process::Command;

/// The path of the ready file, for programs that know the emulator.
const READY_FILE: &str = "ADLS_EMULATOR";
/// Variables that would lead past the emulator's proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Another spelling, at which some libraries look first.
const LOWER_CASE_PROXY: &str = "https_proxy";

/// The environment in which a program finds the emulator in place of Azure, unmodified.
#[derive(Clone, Copy, Debug)]
pub struct ProgramEnvironment<'a> {
    proxy_url: &'a str,
    ca_cert: &'a str,
}

impl<'a> ProgramEnvironment<'a> {
    /// That of an emulator with this proxy and certificate authority, as the ready file has them.
    #[must_use]
    pub fn new(proxy_url: &'a str, ca_cert: &'a str) -> Self {
        Self { proxy_url, ca_cert }
    }

    /// The proxy, and the certificate authority under the names that each language's libraries look for.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &'a str); 4] {
        [
            ("HTTPS_PROXY", self.proxy_url),
            ("REQUESTS_CA_BUNDLE", self.ca_cert),
            ("SSL_CERT_FILE", self.ca_cert),
            ("NODE_EXTRA_CA_CERTS", self.ca_cert),
        ]
    }

    /// The same as assignments that a shell understands.
    #[must_use]
    pub fn lines(&self) -> [String; 4] {
        self.variables().map(|(name, value)| format!("{name}={}", shell_word(value)))
    }

    /// Gives it to a program that is to be run, with the path of the ready file.
    pub fn apply(&self, command: &mut Command, ready_file: &Path) {
        command.envs(self.variables()).env(LOWER_CASE_PROXY, self.proxy_url);
        for name in NO_PROXY {
            command.env_remove(name);
        }
        let ready_file = std::path::absolute(ready_file).unwrap_or_else(|_| ready_file.to_owned());
        command.env(READY_FILE, ready_file);
    }
}

/// A value that a shell takes as one word whatever is in it.
#[must_use]
pub fn shell_quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The same only where it is needed: then `env $(adls emulator env) program` works as well.
pub(crate) fn shell_word(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        shell_quote(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(shell_word("http://127.0.0.1:1"), "http://127.0.0.1:1");
        assert_eq!(shell_word("/my config's/ca.pem"), r"'/my config'\''s/ca.pem'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("a$b"), "'a$b'");
    }
}
