//! The certificate authority, the server certificate, and the TLS configuration.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};

use super::files;
use crate::error::Error;

/// The certificate that clients are told to trust.
pub(crate) const CA_FILE: &str = "ca.pem";
/// The key of the authority, followed by its certificate: one file, so that it appears in one step
/// and two emulators that start at once in one directory agree on one authority.
const CA_KEY_FILE: &str = "ca-key.pem";

/// A certificate authority of the emulator's own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
}

impl Authority {
    /// A new authority, valid for ten years.
    pub(crate) fn generate(now: Timestamp) -> Result<(Self, String), Error> {
        let key = KeyPair::generate().map_err(bad)?;
        let mut params = CertificateParams::default();
        // The name is unique: a trust store may hold the authorities of several emulators.
        let name = format!("mock-aad test CA {}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        validity(&mut params, now, 3650);
        let certificate_pem = params.self_signed(&key).map_err(bad)?.pem();
        let key_file = format!("{}{certificate_pem}", key.serialize_pem());
        Ok((Self { issuer: Issuer::new(params, key), certificate_pem }, key_file))
    }

    /// The authority that `directory` holds, or a new one that is kept there; its certificate is in
    /// [`CA_FILE`], its key in a file that only the owner can read.
    pub(crate) fn in_directory(directory: &Path, now: Timestamp) -> Result<Self, Error> {
        fs::create_dir_all(directory).map_err(|e| files::error("cannot make", directory, e))?;
        let key_path = directory.join(CA_KEY_FILE);
        let is_there = key_path.try_exists();
        if !is_there.map_err(|e| files::error("cannot look for", &key_path, e))? {
            let (_, key_file) = Self::generate(now)?;
            files::write_secret_once(&key_path, &key_file)?;
        }
        files::keep_secret(&key_path)?;
        let text =
            fs::read_to_string(&key_path).map_err(|e| files::error("cannot read", &key_path, e))?;
        let authority = Self::parse(&text).map_err(|reason| {
            let shown = key_path.display();
            Error::Certificate(format!("{shown} {reason}; remove it to get a new authority"))
        })?;
        files::publish(&directory.join(CA_FILE), &authority.certificate_pem)?;
        Ok(authority)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let key = KeyPair::from_pem(text).map_err(|_| "holds no private key of an authority")?;
        let der = CertificateDer::from_pem_slice(text.as_bytes())
            .map_err(|_| "holds no certificate of an authority")?;
        if !contains(&der, key.public_key_raw()) {
            return Err("holds a certificate and a key that do not belong together".to_owned());
        }
        // Everybody may read it: whatever else the file holds stays out.
        let certificate_pem = certificate_section(text).ok_or("holds no certificate")?.to_owned();
        let issuer = Issuer::from_ca_cert_der(&der, key)
            .map_err(|e| format!("holds a certificate that cannot be used: {e}"))?;
        Ok(Self { issuer, certificate_pem })
    }

    /// The certificate, PEM.
    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A TLS configuration with a fresh certificate for these names.
    pub(crate) fn server_config(
        &self,
        names: Vec<String>,
        now: Timestamp,
    ) -> Result<Arc<rustls::ServerConfig>, Error> {
        let key = KeyPair::generate().map_err(bad)?;
        let mut params = CertificateParams::new(names).map_err(bad)?;
        params.distinguished_name.push(DnType::CommonName, "mock-aad");
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // Some platforms refuse server certificates that live longer than 398 days.
        validity(&mut params, now, 397);
        let certificate = params.signed_by(&key, &self.issuer).map_err(bad)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(bad)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(bad)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// Valid from yesterday, so that a client whose clock lags accepts the certificate.
fn validity(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let date = |days: i64| {
        let date = today.saturating_add(days.days());
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    params.not_before = date(-1);
    params.not_after = date(days - 1);
}

/// The first certificate in a PEM text, as it stands there.
fn certificate_section(text: &str) -> Option<&str> {
    const END: &str = "-----END CERTIFICATE-----";
    let section = &text[text.find("-----BEGIN CERTIFICATE-----")?..];
    let length = section.find(END)? + END.len();
    let line_end = section[length..].find('\n').map_or(0, |end| end + 1);
    section.get(..length + line_end)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn bad(error: impl std::fmt::Display) -> Error {
    Error::Certificate(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_authority() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca");
        let now = Timestamp::now();
        let first = Authority::in_directory(&path, now).unwrap();
        let second = Authority::in_directory(&path, now).unwrap();
        assert_eq!(first.certificate_pem(), second.certificate_pem());
        assert_eq!(fs::read_to_string(path.join(CA_FILE)).unwrap(), first.certificate_pem());
        second.server_config(vec!["localhost".to_owned()], now).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path.join(CA_KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn nothing_but_the_certificate_is_published() {
        let directory = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let (authority, file) = Authority::generate(now).unwrap();
        let key = &file[..file.find("-----BEGIN CERT").unwrap()];
        fs::write(directory.path().join(CA_KEY_FILE), format!("{file}{key}")).unwrap();
        Authority::in_directory(directory.path(), now).unwrap();
        let published = fs::read_to_string(directory.path().join(CA_FILE)).unwrap();
        assert_eq!(published, authority.certificate_pem());
    }

    #[test]
    fn a_damaged_authority_is_named_with_the_way_out() {
        let directory = tempfile::tempdir().unwrap();
        let key_path = directory.path().join(CA_KEY_FILE);
        let now = Timestamp::now();
        fs::write(&key_path, "nonsense").unwrap();
        let error = Authority::in_directory(directory.path(), now).err().unwrap().to_string();
        assert!(error.contains("ca-key.pem holds no private key"), "{error}");
        assert!(error.contains("remove it"), "{error}");

        let (_, one) = Authority::generate(now).unwrap();
        let (_, other) = Authority::generate(now).unwrap();
        let key = &one[..one.find("-----BEGIN CERT").unwrap()];
        let certificate = &other[other.find("-----BEGIN CERT").unwrap()..];
        fs::write(&key_path, format!("{key}{certificate}")).unwrap();
        let error = Authority::in_directory(directory.path(), now).err().unwrap().to_string();
        assert!(error.contains("do not belong together"), "{error}");
    }
}
