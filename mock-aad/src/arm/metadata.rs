//! `GET /metadata/endpoints`: how clients learn where the other services of a cloud are.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::call::Call;
use crate::parameters::Parameters;

use super::answer::Answer;
use super::errors::ArmError;
use super::version::{self, Versions};

/// The endpoints as the caller reaches them: the public cloud's names through the proxy, the
/// emulator's own address otherwise.
pub(super) fn endpoints(call: &Call) -> Result<Answer, ArmError> {
    if call.method != Method::GET {
        return Err(ArmError::method_not_allowed(&call.method));
    }
    let version =
        version::check(Some(Versions::Resources), &Parameters::parse(call.query().as_bytes()))?;
    let public = call.origin.contains("://management.");
    let at = |host: &str| if public { format!("https://{host}") } else { call.origin.clone() };
    let login = at("login.microsoftonline.com");
    let audiences =
        json!(["https://management.core.windows.net/", "https://management.azure.com/",]);
    if !version::since(&version, "2018-01-01") {
        let body = json!({
            "galleryEndpoint": at("gallery.azure.com"),
            "graphEndpoint": at("graph.windows.net"),
            "portalEndpoint": at("portal.azure.com"),
            "authentication": {"loginEndpoint": format!("{login}/"), "audiences": audiences},
        });
        return Ok(Answer::gateway(StatusCode::OK).with_body(body));
    }
    let cloud = json!({
        "name": "AzureCloud",
        "portal": at("portal.azure.com"),
        "authentication": {
            "loginEndpoint": login,
            "audiences": audiences,
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "resourceManager": format!("{}/", at("management.azure.com")),
        "gallery": "https://gallery.azure.com/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "suffixes": {
            "storage": "core.windows.net",
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "keyVaultDns": "vault.azure.net",
            "sqlServerHostname": "database.windows.net",
            "acrLoginServer": "azurecr.io",
            "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "mariadbServerEndpoint": "mariadb.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "synapseAnalytics": "dev.azuresynapse.net",
        },
    });
    // From 2019 to 2021 the answer listed all clouds; since 2022 it is the one that was asked.
    let one = version::since(&version, "2022-01-01") || !version::since(&version, "2019-01-01");
    let body = if one { cloud } else { Value::Array(vec![cloud]) };
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}
