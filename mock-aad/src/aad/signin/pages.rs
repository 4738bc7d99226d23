//! The pages, as plain forms: one thing to fill in each, no scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Interaction, PATH};
use crate::aad::directory::User;
use crate::aad::error::Refused;
use crate::aad::incoming::Incoming;

/// The only script there is; answers allow it by its hash.
const SUBMIT: &str = "document.forms[0].submit()";
const STYLE: &str = include_str!("../../../assets/signin.css");

/// Where a person enters the code that a device shows.
pub(super) fn device_code(action: &str, code: Option<&str>, refused: Option<&Refused>) -> String {
    page(
        "Enter code",
        &html! {
            h1 { "Enter code" }
            (alert(refused))
            form method="post" action=(action) {
                label for="otc" { "Enter the code that your app or device shows." }
                input #otc name="otc" type="text" value=[code] required autofocus autocomplete="off"
                    autocapitalize="characters" spellcheck="false";
                button type="submit" { "Next" }
            }
        },
    )
}

/// Account and password.
pub(super) fn credentials(
    id: &str,
    interaction: &Interaction,
    username: Option<&str>,
    refused: Option<&Refused>,
    users: &[&User],
) -> String {
    page(
        "Sign in",
        &html! {
            h1 { "Sign in" }
            p { "to continue to " strong { (interaction.client_name) } }
            (alert(refused))
            (step_form(id, &html! {
                label for="login" { "Account" }
                input #login name="login" type="email" value=[username] required
                    autofocus[username.is_none()] autocomplete="username" spellcheck="false";
                label for="passwd" { "Password" }
                input #passwd name="passwd" type="password" required
                    autofocus[username.is_some()] autocomplete="current-password";
                button type="submit" { "Sign in" }
            }))
            (known_users(users))
        },
    )
}

/// Whom the emulator knows, because nobody else's password should be typed.
fn known_users(users: &[&User]) -> Markup {
    html! {
        @if !users.is_empty() {
            section.note aria-labelledby="users" {
                h2 #users { "Users of this emulator" }
                dl.users { @for user in users {
                    dt { (user.username) }
                    dd {
                        "password " code { (user.password) }
                        @if user.mfa_required { ", needs a second factor" }
                        @if user.password_expired { ", which has expired" }
                    }
                } }
            }
        }
    }
}

/// Who is signed in already, or somebody else.
pub(super) fn pick_account(id: &str, interaction: &Interaction, user: &User) -> String {
    page(
        "Pick an account",
        &html! {
            h1 { "Pick an account" }
            p { "to continue to " strong { (interaction.client_name) } }
            (step_form(id, &html! {
                button type="submit" name="pick" value="session" { (user.username) }
                button.second type="submit" name="pick" value="other" { "Use another account" }
            }))
        },
    )
}

/// Another password, as the old one has expired.
pub(super) fn new_password(id: &str, refused: Option<&Refused>) -> String {
    page(
        "Update your password",
        &html! {
            h1 { "Update your password" }
            p { "Your password has expired." }
            (alert(refused))
            (step_form(id, &html! {
                label for="newpasswd" { "New password" }
                input #newpasswd name="newpasswd" type="password" required autofocus
                    autocomplete="new-password";
                button type="submit" { "Sign in" }
            }))
        },
    )
}

/// The code of the second factor.
pub(super) fn second_factor(id: &str, user: &User, refused: Option<&Refused>) -> String {
    page(
        "Verify your identity",
        &html! {
            h1 { "Verify your identity" }
            p { (user.username) }
            (alert(refused))
            (step_form(id, &html! {
                label for="otc" { "Enter the code of your authenticator app." }
                input #otc name="otc" type="text" inputmode="numeric" required autofocus
                    autocomplete="one-time-code";
                p.note { "This is an emulator: the code of this account is " code { (user.mfa_code) } "." }
                button type="submit" { "Verify" }
            }))
        },
    )
}

/// The last question.
pub(super) fn confirm(
    id: &str,
    interaction: &Interaction,
    user: &User,
    consent_missing: bool,
) -> String {
    let title = if consent_missing { "Permissions requested" } else { "Continue?" };
    page(
        title,
        &html! {
            @if consent_missing {
                h1 { "Permissions requested" }
                p { strong { (interaction.client_name) } " would like to:" }
                ul { li { "access " (interaction.asked.resource.name) " as you" } }
            } @else {
                h1 { "Are you trying to sign in to " (interaction.client_name) "?" }
                p { "Only continue if you started this sign-in on another device, or in this app." }
            }
            p { "Signed in as " (user.username) }
            (step_form(id, &html! {
                button type="submit" name="answer" value="continue" {
                    @if consent_missing { "Accept" } @else { "Continue" }
                }
                button.second type="submit" name="answer" value="cancel" { "Cancel" }
            }))
        },
    )
}

/// The device is signed in.
pub(super) fn device_done(interaction: &Interaction) -> String {
    page(
        "Signed in",
        &html! {
            h1 { "You have signed in" }
            p { "You have signed in to " strong { (interaction.client_name) } " on your device. "
                "You may now close this window." }
        },
    )
}

/// The device stays signed out.
pub(super) fn device_declined(interaction: &Interaction) -> String {
    page(
        "Cancelled",
        &html! {
            h1 { "You have cancelled the sign-in" }
            p { strong { (interaction.client_name) } " is not signed in. You may now close this window." }
        },
    )
}

/// Something that cannot be mended on the page.
pub(super) fn failure(refused: &Refused, incoming: &Incoming) -> String {
    page(
        "Sorry, but we're having trouble signing you in",
        &html! {
            h1 { "Sorry, but we're having trouble signing you in." }
            p role="alert" { (refused.text()) }
            dl {
                dt { "Request Id" } dd { (incoming.ids.trace) }
                dt { "Correlation Id" } dd { (incoming.ids.correlation) }
                dt { "Timestamp" } dd { (incoming.timestamp()) }
            }
        },
    )
}

/// Posts the result to the application. The script only presses the button.
pub(super) fn form_post(redirect_uri: &str, fields: &[(&'static str, String)]) -> String {
    page(
        "Working...",
        &html! {
            h1 { "Working..." }
            form method="post" action=(redirect_uri) {
                @for (name, value) in fields {
                    input type="hidden" name=(name) value=(value);
                }
                button type="submit" { "Continue" }
            }
            script { (PreEscaped(SUBMIT)) }
        },
    )
}

/// After a sign-out.
pub(super) fn signed_out() -> String {
    page(
        "Signed out",
        &html! {
            h1 { "You signed out of your account" }
            p { "It's a good idea to close all browser windows." }
        },
    )
}

/// The end of a sign-in that the application reads from the address.
pub(super) fn native_client() -> String {
    page(
        "Sign-in complete",
        &html! {
            h1 { "The sign-in has ended" }
            p { "You may close this window and return to the application." }
        },
    )
}

fn page(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (content) }
                footer {
                    "This is mock-aad, an emulator. Do not type a real password. "
                    a href="/_mock/" { "Control page" }
                }
            }
        }
    };
    page.into_string()
}

fn step_form(id: &str, fields: &Markup) -> Markup {
    html! {
        form method="post" action=(PATH) {
            input type="hidden" name="ctx" value=(id);
            (fields)
        }
    }
}

fn alert(refused: Option<&Refused>) -> Markup {
    html! {
        @if let Some(refused) = refused {
            p.alert role="alert" { (refused.text()) }
        }
    }
}
