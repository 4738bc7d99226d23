//! A device code that a person has entered elsewhere, or not yet.

use serde_json::Value;

use crate::aad::device::{DeviceCode, State};
use crate::aad::directory::usable;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::RequestedClaims;
use crate::aad::tokens::UserGrant;
use crate::aad::version::Version;

/// Exchanges a device code, once.
///
/// # Errors
/// AADSTS70016 while nobody has signed in (as `slow_down` if so configured), 70018 for an unknown code, 70020 for an expired one, and
/// `authorization_declined` when the person said no.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    // v1 says `code`; msal says both at the v2.0 endpoint.
    let params = &exchange.params;
    let name = if exchange.version == Version::V1 { "code" } else { "device_code" };
    let Some(secret) = params.get("device_code").or_else(|| params.get("code")) else {
        return Err(params.missing(name));
    };
    let client = exchange.client()?;
    let slow_down = exchange.aad.directory().sign_in_settings().slow_down;
    let mut issued = exchange.aad.issued();
    let code = DeviceCode::find(&mut issued.device_codes, secret, client.application.client_id)
        .ok_or_else(|| Refused::new(code::BAD_VERIFICATION_CODE, "Invalid verification code."))?;
    if exchange.now >= code.expires {
        return Err(Refused::new(
            code::DEVICE_CODE_EXPIRED,
            "The provided value for the input parameter 'device_code' is not valid. This device \
             code has expired.",
        ));
    }
    let (user, methods) = match &code.state {
        State::Waiting => {
            let too_soon = code.poll(exchange.now) && slow_down;
            return Err(pending(too_soon));
        }
        State::Declined => {
            return Err(Refused::new(
                code::DEVICE_DECLINED,
                "The user declined the request to sign in.",
            ));
        }
        State::Redeemed => {
            return Err(Refused::new(
                code::CODE_REDEEMED,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid \
                 code or use an existing refresh token.",
            ));
        }
        State::Approved { user, methods } => (*user, methods.clone()),
    };
    let asked = code.asked.clone();
    let requested = RequestedClaims::read(params)?.and(&code.requested);
    code.state = State::Redeemed;
    drop(issued);
    let user = exchange.aad.directory().user(user).cloned().ok_or_else(|| {
        Refused::new(code::USER_NOT_FOUND, "The user who approved the code is gone.")
    })?;
    usable(&user)?;
    exchange.user_tokens(&UserGrant { user, client, asked, methods, requested, nonce: None })
}

fn pending(too_soon: bool) -> Refused {
    let refused = Refused::new(
        code::AUTHORIZATION_PENDING,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    );
    if too_soon { refused.with("error", "slow_down") } else { refused }
}
