//! Which certificates variables name as trusted, checked before they are relied upon.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::environment::Variables;
use crate::{Error, Result, text};

const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";
/// The systems whose own store these variables replace; elsewhere what they name comes on top.
pub(crate) const REPLACES_THE_SYSTEM: bool = cfg!(all(unix, not(target_vendor = "apple")));

/// The bundle of certificates (PEM) that `SSL_CERT_FILE` names, if it does. What it and `SSL_CERT_DIR`
/// name is looked at: otherwise a misspelt path shows as a refused certificate, or not at all.
///
/// # Errors
/// When a variable leads nowhere, or to no certificate.
pub(crate) fn named_certificates(variable: Variables<'_>) -> Result<Option<Vec<u8>>> {
    let unusable = |name: &str, what: String| {
        Error::invalid_input(format!("{name} {what}; correct it, or unset it"))
    };
    if let Some(directories) = variable(DIRECTORIES).filter(|directories| !directories.is_empty()) {
        let mut directories =
            std::env::split_paths(&directories).filter(|path| path != Path::new(""));
        directories.try_for_each(|directory| {
            check_directory(&directory).map_err(|why| unusable(DIRECTORIES, why))
        })?;
    }
    let Some(file) = variable(FILE) else { return Ok(None) };
    if REPLACES_THE_SYSTEM && is_pipe(Path::new(&file)) {
        // It can be read once, and whoever reads the system's certificates will.
        return Ok(None);
    }
    read_bundle(&file).map(Some).map_err(|why| unusable(FILE, why))
}

fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn check_directory(directory: &Path) -> std::result::Result<(), String> {
    let shown = directory.display();
    let entries =
        fs::read_dir(directory).map_err(|error| format!("cannot be read: {shown}: {error}"))?;
    match entries.count() {
        0 => Err(format!("names {shown}, in which there is nothing")),
        _ => Ok(()),
    }
}

fn read_bundle(file: &OsStr) -> std::result::Result<Vec<u8>, String> {
    if file.is_empty() {
        return Err("is set to nothing".to_owned());
    }
    let shown = Path::new(file).display();
    let content = fs::read(file).map_err(|error| format!("cannot be read: {shown}: {error}"))?;
    let mark = b"-----BEGIN CERTIFICATE-----";
    if content.windows(mark.len()).any(|part| part == mark) {
        return Ok(content);
    }
    let in_utf16 = text::decode(&content).is_ok_and(|text| text.contains("-----BEGIN CERTIFICATE"));
    Err(if in_utf16 {
        format!("names {shown}, which is UTF-16; save it as UTF-8")
    } else {
        format!("names {shown}, which holds no certificate in PEM form")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pairs: &[(&str, &Path)]) -> Result<Option<Vec<u8>>> {
        let lookup = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, path)| path.as_os_str().to_owned())
        };
        named_certificates(&lookup)
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir(path("empty")).unwrap();
        fs::write(path("nothing.pem"), "").unwrap();
        fs::write(path("key.pem"), "-----BEGIN PRIVATE KEY-----").unwrap();
        fs::write(path("good.pem"), "# a\n-----BEGIN CERTIFICATE-----\n").unwrap();
        let wide: Vec<u8> = "\u{feff}-----BEGIN CERTIFICATE-----"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        fs::write(path("wide.pem"), wide).unwrap();
        for (name, value) in [
            (FILE, path("missing.pem")),
            (FILE, path("nothing.pem")),
            (FILE, path("key.pem")),
            (FILE, path("wide.pem")),
            (FILE, path("empty")),
            (FILE, "".into()),
            (DIRECTORIES, path("missing")),
            (DIRECTORIES, path("empty")),
            (DIRECTORIES, path("good.pem")),
        ] {
            let error = named(&[(name, &value)]).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.ends_with("or unset it"), "{error}");
        }
        assert!(named(&[(FILE, &path("good.pem"))]).unwrap().is_some());
        assert!(named(&[(DIRECTORIES, directory.path())]).unwrap().is_none());
        assert!(named(&[]).unwrap().is_none());
    }
}
