//! The examples of the service's specification: each is sent by a client as it stands there, and
//! answered by the emulator in the shape that it documents.

use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use adls_http::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
use adls_mgmt::data_lake_store::{
    CreateAccount, Encryption, FirewallRule, FirewallRuleProperties, KeyVaultMetaInfo,
    ListAccounts, TrustedIdProvider, TrustedIdProviderProperties, UpdateAccount,
    VirtualNetworkRuleProperties,
};
use adls_mgmt::resources::ResourceGroupParameters;
use adls_mgmt::{FeatureState, ManagementClient, ManagementOptions, Tier};
use adls_tests::{Emulated, Identity};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use insta::assert_snapshot;
use mock_aad::Seed;
use serde_json::Value;

const SUBSCRIPTION: &str = "34adfa4f-cedf-4dc0-ba29-b6d1a69ab345";
const GROUP: &str = "contosorg";
const ACCOUNT: &str = "contosoadla";
const PROVIDER: &str = "https://sts.windows.net/ea9ec534-a3e3-4e45-ad36-3afc5bb291c1";

/// Carries requests, and notes them with the shape of their answers.
#[derive(Debug)]
struct Recorder {
    inner: Arc<dyn Transport>,
    lines: Mutex<Vec<String>>,
}

impl Recorder {
    /// What was sent since the last time, and the shape of what came back.
    fn take(&self) -> String {
        std::mem::take(&mut *self.lines.lock().unwrap()).join("\n")
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let url = request.url.as_url();
            let path = url.path().replace(&format!("/subscriptions/{SUBSCRIPTION}"), "/S");
            let path = path.replace(&format!("{GROUP}/providers/Microsoft.DataLakeStore"), "G/P");
            let path = match path.split_once("operationResults/") {
                Some((before, _)) => format!("{before}operationResults/ID"),
                None => path,
            };
            let query = url.query().unwrap_or_default().replace("api-version=2016-11-01", "V");
            let mut line = format!("{} {path}?{query}", request.method);
            if !request.body.is_empty() {
                line.push_str(&format!("\n  {}", String::from_utf8_lossy(request.body.bytes())));
            }
            let mut response = self.inner.send(request).await?;
            let chunks: Vec<Bytes> = response.body.try_collect().await?;
            let body = chunks.concat();
            line.push_str(&format!("\n{}", response.status.as_u16()));
            if let Ok(json) = serde_json::from_slice::<Value>(&body) {
                line.push_str(&format!(" {}", shape(&json)));
            }
            self.lines.lock().unwrap().push(line);
            response.body = stream::iter([Ok(Bytes::from(body))]).boxed();
            Ok(response)
        })
    }
}

/// The members of a document; of a list, those of its first item.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| match value {
                    Value::Object(_) | Value::Array(_) => format!("{name}{}", shape(value)),
                    _ => name.clone(),
                })
                .collect();
            format!("{{{}}}", members.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    }
}

/// A subscription with the group of the examples, and a client whose requests are noted.
async fn start() -> (Emulated, ManagementClient, Arc<Recorder>) {
    let seed = Seed { subscription_id: SUBSCRIPTION.parse().unwrap(), ..Seed::default() };
    let emulated = Emulated::with_seed(seed).await.unwrap();
    let mut options = emulated.client_options();
    let recorder = Arc::new(Recorder { inner: options.transport, lines: Mutex::default() });
    options.transport = Arc::clone(&recorder) as Arc<dyn Transport>;
    let client = ManagementClient::new_with(
        "https://management.azure.com".parse().unwrap(),
        emulated.credential(&Identity::User).unwrap(),
        SUBSCRIPTION,
        ManagementOptions::from(options),
    )
    .unwrap();
    let region = ResourceGroupParameters::new("eastus2");
    client.resource_groups().create_or_update(GROUP, &region).await.unwrap();
    recorder.take();
    (emulated, client, recorder)
}

async fn with_account() -> (Emulated, ManagementClient, Arc<Recorder>) {
    let (emulated, client, recorder) = start().await;
    client.accounts().begin_create(GROUP, ACCOUNT, &account()).await.unwrap().wait().await.unwrap();
    recorder.take();
    (emulated, client, recorder)
}

fn account() -> CreateAccount {
    let key =
        KeyVaultMetaInfo::new(SUBSCRIPTION, "test_encryption_key_name", "encryption_key_version");
    CreateAccount::new("eastus2")
        .with_tag("test_key", "test_value")
        .with_encryption(Encryption::UserManaged(key))
        .with_firewall_state(FeatureState::Enabled)
        .with_firewall_rules(vec![FirewallRule::new("test_rule", range())])
        .with_trusted_id_provider_state(FeatureState::Enabled)
        .with_trusted_id_providers(vec![TrustedIdProvider::new(
            "test_trusted_id_provider_name",
            TrustedIdProviderProperties::new(PROVIDER),
        )])
        .with_default_group("test_default_group")
        .with_tier(Tier::Consumption)
        .with_firewall_allow_azure_ips(FeatureState::Enabled)
}

fn range() -> FirewallRuleProperties {
    FirewallRuleProperties::new(Ipv4Addr::new(1, 1, 1, 1), Ipv4Addr::new(2, 2, 2, 2))
}

#[tokio::test(start_paused = true)]
async fn accounts() {
    let (_emulated, client, recorder) = start().await;
    let accounts = client.accounts();
    accounts.begin_create(GROUP, ACCOUNT, &account()).await.unwrap().wait().await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    PUT /S/resourceGroups/G/P/accounts/contosoadla?V
      {"location":"eastus2","tags":{"test_key":"test_value"},"identity":{"type":"SystemAssigned"},"properties":{"defaultGroup":"test_default_group","encryptionState":"Enabled","encryptionConfig":{"type":"UserManaged","keyVaultMetaInfo":{"keyVaultResourceId":"34adfa4f-cedf-4dc0-ba29-b6d1a69ab345","encryptionKeyName":"test_encryption_key_name","encryptionKeyVersion":"encryption_key_version"}},"firewallState":"Enabled","firewallAllowAzureIps":"Enabled","firewallRules":[{"name":"test_rule","properties":{"startIpAddress":"1.1.1.1","endIpAddress":"2.2.2.2"}}],"trustedIdProviderState":"Enabled","trustedIdProviders":[{"name":"test_trusted_id_provider_name","properties":{"idProvider":"https://sts.windows.net/ea9ec534-a3e3-4e45-ad36-3afc5bb291c1"}}],"newTier":"Consumption"}}
    201 {properties{defaultGroup firewallState firewallAllowAzureIps firewallAllowDataLakeAnalytics firewallRules[{properties{startIpAddress endIpAddress} name}] trustedIdProviders[{properties{idProvider} name}] encryptionState encryptionConfig{type keyVaultMetaInfo{keyVaultResourceId encryptionKeyName encryptionKeyVersion}} newTier trustedIdProviderState provisioningState state endpoint accountId creationTime lastModifiedTime} location tags{test_key} identity{type principalId tenantId} id name type}
    GET /S/providers/Microsoft.DataLakeStore/locations/eastus2/operationResults/ID?V
    200 {status}
    GET /S/resourceGroups/G/P/accounts/contosoadla?V
    200 {properties{defaultGroup firewallState firewallAllowAzureIps firewallAllowDataLakeAnalytics firewallRules[{properties{startIpAddress endIpAddress} name}] virtualNetworkRules[] trustedIdProviderState trustedIdProviders[{properties{idProvider} name}] encryptionState encryptionProvisioningState encryptionConfig{type keyVaultMetaInfo{keyVaultResourceId encryptionKeyName encryptionKeyVersion}} currentTier newTier provisioningState state endpoint accountId creationTime lastModifiedTime} location tags{test_key} identity{type principalId tenantId} id name type}
    "#);

    accounts.get(GROUP, ACCOUNT).await.unwrap();
    accounts.enable_key_vault(GROUP, ACCOUNT).await.unwrap();
    let update = UpdateAccount::new()
        .with_tag("test_key", "test_value")
        .with_firewall_state(FeatureState::Enabled)
        .with_trusted_id_provider_state(FeatureState::Enabled)
        .with_default_group("test_default_group")
        .with_tier(Tier::Consumption)
        .with_firewall_allow_azure_ips(FeatureState::Enabled)
        .with_encryption_key_version("encryption_key_version");
    accounts.begin_update(GROUP, ACCOUNT, &update).await.unwrap().wait().await.unwrap();
    accounts.begin_delete(GROUP, ACCOUNT).await.unwrap().wait().await.unwrap();
    accounts.begin_delete(GROUP, ACCOUNT).await.unwrap().wait().await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    GET /S/resourceGroups/G/P/accounts/contosoadla?V
    200 {properties{defaultGroup firewallState firewallAllowAzureIps firewallAllowDataLakeAnalytics firewallRules[{properties{startIpAddress endIpAddress} name}] virtualNetworkRules[] trustedIdProviderState trustedIdProviders[{properties{idProvider} name}] encryptionState encryptionProvisioningState encryptionConfig{type keyVaultMetaInfo{keyVaultResourceId encryptionKeyName encryptionKeyVersion}} currentTier newTier provisioningState state endpoint accountId creationTime lastModifiedTime} location tags{test_key} identity{type principalId tenantId} id name type}
    POST /S/resourceGroups/G/P/accounts/contosoadla/enableKeyVault?V
    200
    PATCH /S/resourceGroups/G/P/accounts/contosoadla?V
      {"tags":{"test_key":"test_value"},"properties":{"defaultGroup":"test_default_group","encryptionConfig":{"keyVaultMetaInfo":{"encryptionKeyVersion":"encryption_key_version"}},"firewallState":"Enabled","firewallAllowAzureIps":"Enabled","trustedIdProviderState":"Enabled","newTier":"Consumption"}}
    200 {properties{defaultGroup firewallState firewallAllowAzureIps firewallAllowDataLakeAnalytics firewallRules[{properties{startIpAddress endIpAddress} name}] virtualNetworkRules[] trustedIdProviderState trustedIdProviders[{properties{idProvider} name}] encryptionState encryptionProvisioningState encryptionConfig{type keyVaultMetaInfo{keyVaultResourceId encryptionKeyName encryptionKeyVersion}} currentTier newTier provisioningState state endpoint accountId creationTime lastModifiedTime} location tags{test_key} identity{type principalId tenantId} id name type}
    DELETE /S/resourceGroups/G/P/accounts/contosoadla?V
    200
    DELETE /S/resourceGroups/G/P/accounts/contosoadla?V
    204
    "#);
}

#[tokio::test(start_paused = true)]
async fn lists_of_accounts() {
    let (_emulated, client, recorder) = with_account().await;
    let one = NonZeroU32::MIN;
    let options = ListAccounts::default()
        .with_filter("test_filter")
        .with_top(one)
        .with_skip(one)
        .with_select("test_select")
        .with_order_by("test_orderby")
        .with_count(false);
    let accounts = client.accounts();
    accounts.list_with(options.clone()).collect_all().await.unwrap();
    accounts.list_by_resource_group_with(GROUP, options).unwrap().collect_all().await.unwrap();
    // No account has what the filter of the examples asks for.
    accounts.list_by_resource_group(GROUP).unwrap().collect_all().await.unwrap();
    assert_snapshot!(recorder.take(), @"
    GET /S/providers/Microsoft.DataLakeStore/accounts?V&%24filter=test_filter&%24top=1&%24skip=1&%24select=test_select&%24orderby=test_orderby&%24count=false
    200 {value[]}
    GET /S/resourceGroups/G/P/accounts?V&%24filter=test_filter&%24top=1&%24skip=1&%24select=test_select&%24orderby=test_orderby&%24count=false
    200 {value[]}
    GET /S/resourceGroups/G/P/accounts?V
    200 {value[{properties{provisioningState state endpoint accountId creationTime lastModifiedTime} location tags{test_key} id name type}]}
    ");
}

#[tokio::test(start_paused = true)]
async fn firewall_rules() {
    let (_emulated, client, recorder) = with_account().await;
    let rules = client.firewall_rules();
    rules.create_or_update(GROUP, ACCOUNT, "test_rule", &range()).await.unwrap();
    rules.get(GROUP, ACCOUNT, "test_rule").await.unwrap();
    rules.list(GROUP, ACCOUNT).unwrap().collect_all().await.unwrap();
    rules.update(GROUP, ACCOUNT, "test_rule", &range()).await.unwrap();
    rules.delete(GROUP, ACCOUNT, "test_rule").await.unwrap();
    rules.delete(GROUP, ACCOUNT, "test_rule").await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    PUT /S/resourceGroups/G/P/accounts/contosoadla/firewallRules/test_rule?V
      {"properties":{"startIpAddress":"1.1.1.1","endIpAddress":"2.2.2.2"}}
    200 {properties{startIpAddress endIpAddress} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/firewallRules/test_rule?V
    200 {properties{startIpAddress endIpAddress} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/firewallRules?V
    200 {value[{properties{startIpAddress endIpAddress} id name type}]}
    PATCH /S/resourceGroups/G/P/accounts/contosoadla/firewallRules/test_rule?V
      {"properties":{"startIpAddress":"1.1.1.1","endIpAddress":"2.2.2.2"}}
    200 {properties{startIpAddress endIpAddress} id name type}
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/firewallRules/test_rule?V
    200
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/firewallRules/test_rule?V
    204
    "#);
}

#[tokio::test(start_paused = true)]
async fn virtual_network_rules() {
    let (_emulated, client, recorder) = with_account().await;
    let rules = client.virtual_network_rules();
    let name = "test_virtual_network_rules_name";
    let subnet = VirtualNetworkRuleProperties::new("test_subnetId");
    rules.create_or_update(GROUP, ACCOUNT, name, &subnet).await.unwrap();
    rules.get(GROUP, ACCOUNT, name).await.unwrap();
    rules.list(GROUP, ACCOUNT).unwrap().collect_all().await.unwrap();
    rules.update(GROUP, ACCOUNT, name, &subnet).await.unwrap();
    rules.delete(GROUP, ACCOUNT, name).await.unwrap();
    rules.delete(GROUP, ACCOUNT, name).await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    PUT /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules/test_virtual_network_rules_name?V
      {"properties":{"subnetId":"test_subnetId"}}
    200 {properties{subnetId} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules/test_virtual_network_rules_name?V
    200 {properties{subnetId state} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules?V
    200 {value[{properties{subnetId state} id name type}]}
    PATCH /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules/test_virtual_network_rules_name?V
      {"properties":{"subnetId":"test_subnetId"}}
    200 {properties{subnetId} id name type}
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules/test_virtual_network_rules_name?V
    200
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/virtualNetworkRules/test_virtual_network_rules_name?V
    204
    "#);
}

#[tokio::test(start_paused = true)]
async fn trusted_id_providers() {
    let (_emulated, client, recorder) = with_account().await;
    let providers = client.trusted_id_providers();
    let name = "test_trusted_id_provider_name";
    let issuer = TrustedIdProviderProperties::new(PROVIDER);
    providers.create_or_update(GROUP, ACCOUNT, name, &issuer).await.unwrap();
    providers.get(GROUP, ACCOUNT, name).await.unwrap();
    providers.list(GROUP, ACCOUNT).unwrap().collect_all().await.unwrap();
    providers.update(GROUP, ACCOUNT, name, &issuer).await.unwrap();
    providers.delete(GROUP, ACCOUNT, name).await.unwrap();
    providers.delete(GROUP, ACCOUNT, name).await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    PUT /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders/test_trusted_id_provider_name?V
      {"properties":{"idProvider":"https://sts.windows.net/ea9ec534-a3e3-4e45-ad36-3afc5bb291c1"}}
    200 {properties{idProvider} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders/test_trusted_id_provider_name?V
    200 {properties{idProvider} id name type}
    GET /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders?V
    200 {value[{properties{idProvider} id name type}]}
    PATCH /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders/test_trusted_id_provider_name?V
      {"properties":{"idProvider":"https://sts.windows.net/ea9ec534-a3e3-4e45-ad36-3afc5bb291c1"}}
    200 {properties{idProvider} id name type}
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders/test_trusted_id_provider_name?V
    200
    DELETE /S/resourceGroups/G/P/accounts/contosoadla/trustedIdProviders/test_trusted_id_provider_name?V
    204
    "#);
}

#[tokio::test(start_paused = true)]
async fn regions_and_operations() {
    let (_emulated, client, recorder) = with_account().await;
    client.accounts().check_name_availability("EastUS2", ACCOUNT).await.unwrap();
    client.locations().capability("EastUS2").await.unwrap().unwrap();
    client.locations().usage("WestUS").unwrap().collect_all().await.unwrap();
    client.operations().list().collect_all().await.unwrap();
    assert_snapshot!(recorder.take(), @r#"
    POST /S/providers/Microsoft.DataLakeStore/locations/EastUS2/checkNameAvailability?V
      {"name":"contosoadla","type":"Microsoft.DataLakeStore/accounts"}
    200 {nameAvailable reason message}
    GET /S/providers/Microsoft.DataLakeStore/locations/EastUS2/capability?V
    200 {subscriptionId state maxAccountCount accountCount migrationState}
    GET /S/providers/Microsoft.DataLakeStore/locations/WestUS/usages?V
    200 {value[{unit id currentValue limit name{value localizedValue}}]}
    GET /providers/Microsoft.DataLakeStore/operations?V
    200 {value[{name display{provider resource operation description}}]}
    "#);
}
