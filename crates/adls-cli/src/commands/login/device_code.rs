//! What is shown of a device code: where to enter it, and how long there is time.

use std::sync::{Arc, Mutex, PoisonError};

use adls_auth::DeviceCode;
use adls_http::Clock;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::endpoints::Endpoints;
use crate::printer::Printer;
use crate::progress::{Bar, countdown};

/// Shows a code, and then how long it is good, until this is dropped.
#[derive(Clone)]
pub(super) struct DeviceCodePrompt {
    printer: Printer,
    clock: Arc<dyn Clock>,
    /// The addresses of an emulator: the encrypted one, for which browsers warn, and the plain one.
    plain: Option<(String, String)>,
    qr: bool,
    waiting: Arc<Mutex<Option<Bar>>>,
}

impl DeviceCodePrompt {
    pub(super) fn new(
        printer: Printer,
        clock: &Arc<dyn Clock>,
        endpoints: &Endpoints,
        qr: bool,
    ) -> Self {
        let emulator = endpoints.emulator.as_ref();
        let plain = emulator.map(|ready| (ready.https_url.clone(), ready.http_url.clone()));
        Self { printer, clock: Arc::clone(clock), plain, qr, waiting: Arc::default() }
    }

    pub(super) fn show(&self, code: &DeviceCode) {
        let address = self.address(code);
        self.printer.prompt(&format!("To sign in, open   {address}"));
        let note = if self.qr { "" } else { "   (--qr shows a QR code)" };
        let grouped = grouped(&code.user_code);
        self.printer.prompt(&format!("and enter the code {grouped}{note}"));
        if self.qr
            && let Ok(qr) = QrCode::new(address.as_bytes())
        {
            self.printer.prompt(&qr.render::<Dense1x2>().build());
        }
        let waiting =
            countdown(self.printer, &self.clock, code.expires_on, "waiting for the sign-in");
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(waiting);
    }

    /// Nobody waits any more.
    pub(super) fn end(&self) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The page for the code. That of an emulator has a certificate that no browser knows, and is there
    /// without encryption too.
    fn address(&self, code: &DeviceCode) -> String {
        let address = code.verification_uri.as_str();
        let plain = self.plain.as_ref().and_then(|(encrypted, plain)| {
            Some(format!("{plain}{}", address.strip_prefix(encrypted.as_str())?))
        });
        plain.unwrap_or_else(|| address.to_owned())
    }
}

/// A code in two groups, which are easier to read and to type; pages take the blank or leave it out.
fn grouped(code: &str) -> String {
    let middle = code.len() / 2;
    if code.len() < 6 || !code.is_ascii() {
        return code.to_owned();
    }
    format!("{} {}", &code[..middle], &code[middle..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_groups() {
        assert_eq!(grouped("KUE3EJ5FV"), "KUE3 EJ5FV");
        assert_eq!(grouped("ABCD"), "ABCD");
    }
}
