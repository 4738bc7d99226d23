//! Tokens for people who want one in their hands, without a sign-in.

use adls_wire::aad::AZURE_CLI_CLIENT_ID;

use super::Aad;
use super::claims::{ClientProof, Extent, Issuer, LIFETIME, UserSubject};
use super::directory::{Application, Directory, usable};
use super::policy;
use super::resource::Asked;

impl Aad {
    /// An access token of a user for a resource, as if they had signed in with a second factor through a
    /// public application; `origin` is how the authority was reached.
    ///
    /// # Errors
    /// A sentence, when there is no such user, resource or application, or the user may not sign in.
    pub(crate) fn token_for(
        &self,
        username: &str,
        resource: &str,
        origin: &str,
    ) -> Result<String, String> {
        let now = self.now().as_second();
        let directory = self.directory();
        let user = directory.user_named(username).map_err(|refused| refused.text())?;
        usable(user).map_err(|refused| refused.text())?;
        let asked = Asked::from_resource(Some(resource), &directory);
        let asked = asked.map_err(|refused| refused.text())?;
        let client = public_application(&directory).ok_or("there is no public application")?;
        let subject = UserSubject {
            user,
            groups: &directory.groups_of(user.object_id),
            client,
            proof: ClientProof::Public,
            methods: &[policy::PASSWORD.to_owned(), policy::MFA.to_owned()],
        };
        let extent = Extent { lifetime: LIFETIME, ..Extent::default() };
        let issuer = Issuer { tenant_id: directory.tenant_id(), origin, now };
        let claims = issuer.user_access(&subject, &asked, &extent);
        self.keys
            .sign(asked.resource.token_version.into(), &claims)
            .map_err(|refused| refused.text())
    }
}

/// That of the Azure command line, or the first one.
fn public_application(directory: &Directory) -> Option<&Application> {
    let known = directory.application(AZURE_CLI_CLIENT_ID).ok();
    known.or_else(|| directory.public_applications().next())
}
