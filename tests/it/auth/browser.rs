//! The browser flow, with a stand-in for the browser that fills in the emulator's forms.

use std::sync::Arc;

use adls_auth::{BrowserOptions, InteractiveBrowserCredential, ResponseMode};
use adls_http::{ClientOptions, Idempotency, Pipeline, Request, SafeUrl};
use adls_tests::Emulated;
use adls_wire::aad::AZURE_CLI_CLIENT_ID;
use http::{HeaderValue, Method, StatusCode, header};

use super::{BOTH, data_lake, management, open_the_lake, options};

/// A form of a page: where it goes, and its hidden fields.
fn form(page: &str) -> Option<(String, Vec<(String, String)>)> {
    let form = page.split("<form").nth(1)?.split("</form>").next()?;
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&amp;", "&").replace("&#39;", "'").replace("&quot;", "\""))
    };
    let action = attribute(form, "action")?;
    let hidden = form.split("<input").skip(1).filter(|tag| tag.contains("hidden"));
    let fields = hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
    Some((action, fields.collect()))
}

/// Walks from page to page until the browser has handed the outcome over.
async fn browse(emulator: ClientOptions, url: String, answers: &[(&str, &str)]) -> String {
    let pages = Pipeline::builder(emulator).build().unwrap();
    let machine = Pipeline::builder(ClientOptions::new().unwrap()).build().unwrap();
    let mut here: SafeUrl = url.parse().unwrap();
    let mut request = Request::new("BROWSE", Method::GET, here.clone(), Idempotency::Safe);
    for _ in 0..6 {
        let pipeline = if here.host() == "localhost" { &machine } else { &pages };
        let last = here.host() == "localhost";
        let response = pipeline.send(request.accept(StatusCode::FOUND)).await.unwrap();
        let page = String::from_utf8_lossy(response.body()).into_owned();
        if last {
            return page;
        }
        if let Some(location) = response.header(header::LOCATION.as_str()) {
            here = location.parse().unwrap();
            request = Request::new("BROWSE", Method::GET, here.clone(), Idempotency::Safe);
            continue;
        }
        let (action, mut fields) = form(&page).unwrap_or_else(|| panic!("no form: {page}"));
        here = here.as_url().join(&action).unwrap().try_into().unwrap();
        for (name, value) in answers {
            if page.contains(&format!("name=\"{name}\"")) {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        request = Request::new("BROWSE", Method::POST, here.clone(), Idempotency::Unsafe)
            .header(header::ORIGIN, HeaderValue::try_from(here.origin()).unwrap())
            .form(&fields);
    }
    panic!("no end of pages");
}

#[tokio::test]
async fn a_user_with_a_second_factor_signs_in_with_the_browser() {
    for protocol in BOTH {
        for mode in [ResponseMode::FormPost, ResponseMode::Query] {
            let emulated = Emulated::start().await.unwrap();
            let client_options = emulated.client_options();
            let mut browser = BrowserOptions::default();
            browser.page.response_mode = mode;
            let options = options(&emulated, protocol);
            let credential = InteractiveBrowserCredential::new_with(
                move |url| {
                    let client_options = client_options.clone();
                    async move {
                        tokio::spawn(async move {
                            let answers = [
                                ("login", "mfa@emulator.test"),
                                ("passwd", "Emulator-Passw0rd"),
                                ("otc", "123456"),
                            ];
                            let page = browse(client_options, url, &answers).await;
                            assert!(page.contains("Signed in"), "{page}");
                        });
                        Ok(())
                    }
                },
                browser,
                options.client_id(AZURE_CLI_CLIENT_ID),
            )
            .unwrap();
            let signed_in = credential.sign_in(&management()).await.unwrap();
            assert_eq!(signed_in.account.unwrap().username, "mfa@emulator.test");
            // The user has no rights on the account's root, but the token is good.
            let outcome = open_the_lake(&emulated, Arc::new(credential.clone())).await;
            drop(outcome);
            adls_http::TokenCredential::get_token(&credential, &data_lake()).await.unwrap();
        }
    }
}
