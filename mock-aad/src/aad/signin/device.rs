//! The page on which a person enters a device code.

use http::Method;

use super::{Interaction, Outcome, Proven, Purpose, answer, next, pages};
use crate::aad::Aad;
use crate::aad::device::{State, normalize, unknown_code};
use crate::aad::error::{Refused, code};
use crate::aad::incoming::Incoming;
use crate::call::Response;

/// Shows the page, and takes the code that was entered.
pub(in crate::aad) fn device_page(aad: &Aad, incoming: &Incoming) -> Response {
    match try_page(aad, incoming) {
        Err(refused) if refused.code() == code::BAD_VERIFICATION_CODE => {
            let page = pages::device_code(&incoming.path, None, Some(&refused));
            answer(incoming, Ok(Outcome::Page(page)))
        }
        outcome => answer(incoming, outcome),
    }
}

fn try_page(aad: &Aad, incoming: &Incoming) -> Result<Outcome, Refused> {
    incoming.only(&[Method::GET, Method::HEAD, Method::POST])?;
    let params = incoming.params()?;
    // A link may carry the code; entering it stays the person's own act.
    if incoming.method != Method::POST {
        let page = pages::device_code(&incoming.path, params.get("otc"), None);
        return Ok(Outcome::Page(page));
    }
    let typed = params.get("otc").unwrap_or_default();
    let waiting = aad.waiting_device(typed).ok_or_else(unknown_code)?;
    let client_name =
        aad.directory().application(&waiting.client.to_string())?.display_name.clone();
    let interaction = Interaction {
        purpose: Purpose::Device { user_code: normalize(typed) },
        client: waiting.client,
        client_name,
        asked: waiting.asked,
        requested: waiting.requested,
        hint: None,
        proven: None,
        known: None,
        new_password_for: None,
        expires: 0,
    };
    let id = aad.open_interaction(interaction.clone());
    next(aad, &id, &interaction, false)
}

/// Signs the device in.
pub(super) fn finish(aad: &Aad, user_code: &str, interaction: &Interaction) -> Result<(), Refused> {
    let Proven { user, methods } = interaction.proven.clone().ok_or_else(unknown_code)?;
    aad.settle(user_code, State::Approved { user, methods }).map(drop).map_err(|_| unknown_code())
}

/// Refuses the device.
pub(super) fn decline(aad: &Aad, user_code: &str) -> Result<(), Refused> {
    aad.settle(user_code, State::Declined).map(drop).map_err(|_| unknown_code())
}
