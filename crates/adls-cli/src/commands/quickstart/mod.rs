//! `adls quickstart`: the whole tool at work against an emulator of its own.
//!
//! A user signs in with a password, makes an account, moves a file through it and cleans up; then a
//! user with multi-factor authentication does the same with a device code, after the password alone
//! was refused. With `--gen2` a user makes a storage account and works with the files in it. Every
//! request goes through real TLS to real listeners.

mod group;
mod lake;
mod steps;
mod walkthrough;

use std::sync::Arc;

use adls_auth::{
    AuthErrorKind, AuthOptions, Authority, DeviceCode, DeviceCodeCredential,
    UsernamePasswordCredential,
};
use adls_http::{ClientOptions, TokenCredential, TokenRequest};
use adls_mgmt::{ManagementClient, ManagementOptions};
use adls_wire::aad;
use mock_aad::{Emulator, Ready, Seed};

use self::lake::Lake;
use self::steps::{Steps, expect};
use self::walkthrough::Walkthrough;
use crate::context::Context;
use crate::endpoints::{Endpoints, ReadyFile};
use crate::failure::{Failure, Outcome};

/// Which of the two generations is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct QuickstartArgs {
    /// Show Data Lake Storage Gen2: a storage account, a role over its data, a file system
    #[arg(long)]
    gen2: bool,
}

pub(crate) async fn run(context: &Context, args: QuickstartArgs) -> Outcome {
    let mut steps = Steps::new(context);
    steps.heading("An emulator of Azure AD, Resource Manager and Data Lake")?;
    let emulator = steps
        .step("start the emulator", async {
            let seed = Seed { device_code_interval: 1, ..Seed::default() };
            let emulator = Emulator::builder().seed(seed).start().await?;
            let url = emulator.ready().https_url.clone();
            Ok((emulator, url))
        })
        .await?;
    let certificate = emulator.ready().ca_cert.clone();
    let outcome = match args.gen2 {
        true => run_gen2(context, &mut steps, &emulator).await,
        false => run_scenarios(context, &mut steps, &emulator).await,
    };
    emulator.shutdown().await;
    outcome?;
    expect("the emulator's files are still there", &certificate.exists(), &false)?;
    steps.end()?;
    Ok(())
}

async fn run_scenarios(context: &Context, steps: &mut Steps<'_>, emulator: &Emulator) -> Outcome {
    let ready = emulator.ready();
    let endpoints = Endpoints::of_emulator(ReadyFile::of(ready))?;
    let client = endpoints.client_options(&context.activity)?;
    let scenario = Scenario { ready, endpoints: &endpoints, client: &client, emulator };

    steps.heading("A user with a password")?;
    let management = scenario.sign_in_with_password(steps, Service::Management).await?;
    let files = scenario.sign_in_with_password(steps, Service::Files).await?;
    Walkthrough::new(&scenario, "quickuser", management, files)?.run(steps).await?;

    steps.heading("A user with multi-factor authentication")?;
    scenario.expect_mfa_required(steps).await?;
    let credential = scenario.sign_in_with_device_code(steps).await?;
    let management = Arc::<DeviceCodeCredential>::clone(&credential);
    Walkthrough::new(&scenario, "quickmfa", management, credential)?.run(steps).await
}

async fn run_gen2(context: &Context, steps: &mut Steps<'_>, emulator: &Emulator) -> Outcome {
    let ready = emulator.ready();
    let endpoints = Endpoints::of_emulator(ReadyFile::of(ready))?;
    let client = endpoints.client_options(&context.activity)?;
    let scenario = Scenario { ready, endpoints: &endpoints, client: &client, emulator };
    steps.heading("A user and a storage account")?;
    let management = scenario.sign_in_with_password(steps, Service::Management).await?;
    let files = scenario.sign_in_with_password(steps, Service::Storage).await?;
    let token = files.get_token(&TokenRequest::new(Service::Storage.scope())).await?;
    Lake::new(&scenario, management, files, token.secret())?.run(steps).await
}

/// What a sign-in is for: each service wants a token of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Management,
    Files,
    Storage,
}

impl Service {
    fn title(self) -> &'static str {
        match self {
            Self::Management => "sign in for management",
            Self::Files => "sign in for the file system",
            Self::Storage => "sign in for the data",
        }
    }

    fn scope(self) -> String {
        let resource = match self {
            Self::Management => aad::CLASSIC_MANAGEMENT_RESOURCE,
            Self::Files => aad::DATA_LAKE_RESOURCE,
            Self::Storage => aad::STORAGE_RESOURCE,
        };
        format!("{resource}/.default")
    }
}

/// What both users need.
struct Scenario<'a> {
    ready: &'a Ready,
    endpoints: &'a Endpoints,
    client: &'a ClientOptions,
    emulator: &'a Emulator,
}

impl Scenario<'_> {
    fn options(&self) -> Outcome<AuthOptions> {
        let authority =
            Authority::new(self.endpoints.authority.as_url().as_str(), &self.ready.tenant_id)?;
        Ok(AuthOptions::default().client(self.client.clone()).authority(authority))
    }

    fn management(&self, credential: Arc<dyn TokenCredential>) -> Outcome<ManagementClient> {
        Ok(ManagementClient::new_with(
            self.endpoints.management.clone(),
            credential,
            &self.ready.subscription_id,
            ManagementOptions::from(self.client.clone()),
        )?)
    }

    fn password_credential(&self, username: &str) -> Outcome<UsernamePasswordCredential> {
        let password = self.ready.password.clone();
        Ok(UsernamePasswordCredential::new_with(
            username,
            password,
            self.options()?.client_id(&self.ready.public_client_id),
        )?)
    }

    async fn sign_in_with_password(
        &self,
        steps: &mut Steps<'_>,
        service: Service,
    ) -> Outcome<Arc<UsernamePasswordCredential>> {
        let credential = self.password_credential(&self.ready.username)?;
        steps
            .step(service.title(), async {
                let token = credential.get_token(&TokenRequest::new(service.scope())).await?;
                let audience = claim(token.secret(), "aud")?;
                let service = audience.trim_start_matches("https://").trim_end_matches('/');
                Ok((Arc::new(credential), format!("for {service}")))
            })
            .await
    }

    async fn expect_mfa_required(&self, steps: &mut Steps<'_>) -> Outcome {
        let credential = self.password_credential(&self.ready.mfa_username)?;
        steps
            .step("sign in with the password alone", async {
                let request = TokenRequest::new(Service::Management.scope());
                let Err(error) = credential.get_token(&request).await else {
                    return Err(Failure::new("a password was enough for a user with MFA"));
                };
                let refusal = adls_auth::Error::find(&error)
                    .ok_or_else(|| Failure::new(format!("not a refusal: {error}")))?;
                expect("the refusal's kind", &refusal.kind(), &AuthErrorKind::MfaRequired)?;
                expect(
                    "the refusal's code",
                    &refusal.codes(),
                    &[aad::code::MFA_REQUIRED].as_slice(),
                )?;
                let way_out = refusal.hint().unwrap_or_default().to_owned();
                expect("the way out", &way_out.contains("device code"), &true)?;
                Ok(((), "AADSTS50076: use a device code".to_owned()))
            })
            .await
    }

    async fn sign_in_with_device_code(
        &self,
        steps: &mut Steps<'_>,
    ) -> Outcome<Arc<DeviceCodeCredential>> {
        let (show, mut shown) = tokio::sync::mpsc::unbounded_channel();
        let credential = DeviceCodeCredential::new_with(
            move |code: DeviceCode| {
                // Nobody listens any more once the sign-in is over.
                let _ = show.send(code.user_code);
                std::future::ready(())
            },
            self.options()?.client_id(&self.ready.public_client_id),
        )?;
        steps
            .step("sign in with a device code", async {
                let request = TokenRequest::new(Service::Management.scope());
                // The user enters the code on another device while the program waits.
                let user = async {
                    let code = shown.recv().await.unwrap_or_default();
                    self.emulator.approve_device(&code, &self.ready.mfa_username)?;
                    Ok(code)
                };
                let (token, code) = tokio::join!(credential.get_token(&request), user);
                let (token, code): (_, Outcome<String>) = (token?, code);
                expect("the sign-in's methods", &claim(token.secret(), "acr")?, &"1".to_owned())?;
                Ok((Arc::new(credential), format!("code {} entered, approved", code?)))
            })
            .await
    }
}

fn claim(token: &str, name: &str) -> Outcome<String> {
    let decoded = adls_auth::jwt::decode_unverified(token)?;
    let claim = decoded.claims.get(name).and_then(|value| value.as_str());
    claim.map(str::to_owned).ok_or_else(|| Failure::new(format!("the token has no claim {name}")))
}
