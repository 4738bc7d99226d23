//! The page on which a person enters a device code.

use http::{Method, StatusCode};

use super::{Interaction, Purpose, next_page, pages};
use crate::aad::Aad;
use crate::aad::device::{State, normalize, unknown_code};
use crate::aad::directory::User;
use crate::aad::error::{Refused, code};
use crate::aad::incoming::Incoming;
use crate::call::Response;

/// Shows the page, and takes the code that was entered.
pub(in crate::aad) fn device_page(aad: &Aad, incoming: &Incoming) -> Response {
    match answer(aad, incoming) {
        Ok(html) => incoming.page(StatusCode::OK, html),
        Err(refused) if refused.code() == code::BAD_VERIFICATION_CODE => {
            incoming.page(StatusCode::OK, pages::device_code(&incoming.path, None, Some(&refused)))
        }
        Err(refused) => incoming.page(refused.status(), pages::failure(&refused, incoming)),
    }
}

fn answer(aad: &Aad, incoming: &Incoming) -> Result<String, Refused> {
    incoming.only(&[Method::GET, Method::HEAD, Method::POST])?;
    let params = incoming.params()?;
    // A link may carry the code; entering it stays the person's own act.
    if incoming.method != Method::POST {
        return Ok(pages::device_code(&incoming.path, params.get("otc"), None));
    }
    let typed = params.get("otc").unwrap_or_default();
    let waiting = aad.waiting_device(typed).ok_or_else(unknown_code)?;
    let client_name =
        aad.directory().application(&waiting.client.to_string())?.display_name.clone();
    let interaction = Interaction {
        purpose: Purpose::Device { user_code: normalize(typed) },
        client: waiting.client,
        client_name,
        resource_name: waiting.asked.resource.name,
        requested: waiting.requested,
        user: None,
        methods: Vec::new(),
        expires: 0,
    };
    let id = aad.open_interaction(interaction.clone());
    next_page(aad, &id, &interaction, false)
}

/// Signs the device in.
pub(super) fn finish(
    aad: &Aad,
    user_code: &str,
    user: &User,
    methods: &[String],
) -> Result<(), Refused> {
    let state = State::Approved { user: user.object_id, methods: methods.to_vec() };
    aad.settle(user_code, state).map(drop).map_err(|_| unknown_code())
}

/// Refuses the device.
pub(super) fn decline(aad: &Aad, user_code: &str) -> Result<(), Refused> {
    aad.settle(user_code, State::Declined).map(drop).map_err(|_| unknown_code())
}
