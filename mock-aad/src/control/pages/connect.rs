//! How programs are led to the emulator, as lines to be copied.

use maud::{Markup, html};

use super::layout::copyable;
use crate::front::ready::Ready;
use crate::programs::{ProgramEnvironment, shell_word};

/// What is to be copied, for each kind of program.
pub(super) fn section(ready: &Ready) -> Markup {
    let ways: [(&str, String); 6] = [
        ("Shell", shell(ready)),
        ("adls", adls(ready)),
        ("Python", python(ready)),
        ("Java", java(ready)),
        ("Node", node(ready)),
        ("curl", curl(ready)),
    ];
    html! {
        h2 { "Connect" }
        p.soft { "A click selects all lines of a box." }
        @for (at, (name, lines)) in ways.iter().enumerate() {
            details.way open[at == 0] name="connect" {
                summary { (name) }
                (copyable(name, lines))
            }
        }
    }
}

/// For every program that is started in this shell.
fn shell(ready: &Ready) -> String {
    let ca_cert = ready.ca_cert.to_string_lossy();
    let lines = ProgramEnvironment::new(&ready.proxy_url, &ca_cert).lines();
    lines.map(|line| format!("export {line}")).join("\n")
}

fn adls(ready: &Ready) -> String {
    format!(
        "curl -s {http}/_mock/ready > ready.json\n\
         export ADLS_EMULATOR=$PWD/ready.json\n\
         printf %s {password} | adls login --username {username} --password-stdin\n\
         adls fs ls adl://{account}/",
        http = ready.http_url,
        password = shell_word(&ready.password),
        username = shell_word(&ready.username),
        account = ready.default_account,
    )
}

fn python(ready: &Ready) -> String {
    format!(
        "# Gen1, with the lines for the shell\n\
         from azure.datalake.store import core, lib\n\
         token = lib.auth({tenant:?}, {username:?}, {password:?})\n\
         print(core.AzureDLFileSystem(token, store_name={account:?}).ls(\"/\"))\n\n\
         # Gen2, directly\n\
         from azure.core.credentials import AzureNamedKeyCredential\n\
         from azure.storage.filedatalake import DataLakeServiceClient\n\
         key = AzureNamedKeyCredential({gen2:?}, {key:?})\n\
         service = DataLakeServiceClient(\"{http}/{gen2}\", key)\n\
         print([found.name for found in service.list_file_systems()])",
        tenant = ready.tenant_id,
        username = ready.username,
        password = ready.password,
        account = ready.default_account,
        gen2 = ready.gen2_account,
        key = ready.gen2_key,
        http = ready.http_url,
    )
}

fn java(ready: &Ready) -> String {
    let (host, port) = host_and_port(&ready.proxy_url);
    format!(
        "keytool -importcert -noprompt -alias mock-aad -file {ca} \\\n    \
         -keystore trust.jks -storepass changeit\n\
         java -Djavax.net.ssl.trustStore=trust.jks -Djavax.net.ssl.trustStorePassword=changeit \\\n    \
         -Dhttps.proxyHost={host} -Dhttps.proxyPort={port} -jar program.jar",
        ca = shell_word(&ready.ca_cert.to_string_lossy()),
    )
}

fn host_and_port(url: &str) -> (&str, &str) {
    let address = url.trim_start_matches("http://");
    address.rsplit_once(':').unwrap_or((address, "80"))
}

fn node(ready: &Ready) -> String {
    format!(
        "// Gen1 and sign-in: with the lines for the shell. Gen2, directly:\n\
         const {{ DataLakeServiceClient, StorageSharedKeyCredential }} =\n    \
         require('@azure/storage-file-datalake');\n\
         const key = new StorageSharedKeyCredential({gen2:?}, {key:?});\n\
         const service = new DataLakeServiceClient(\"{http}/{gen2}\", key);",
        gen2 = ready.gen2_account,
        key = ready.gen2_key,
        http = ready.http_url,
    )
}

fn curl(ready: &Ready) -> String {
    format!(
        "token=$(curl -s {http}/{tenant}/oauth2/token -d grant_type=password \\\n    \
         -d client_id={client} -d resource=https://datalake.azure.net/ \\\n    \
         --data-urlencode username={username} --data-urlencode password={password} |\n    \
         jq -r .access_token)\n\
         curl -H \"Authorization: Bearer $token\" '{http}/webhdfs/v1/?op=LISTSTATUS'",
        http = ready.http_url,
        tenant = ready.tenant_id,
        client = ready.public_client_id,
        username = shell_word(&ready.username),
        password = shell_word(&ready.password),
    )
}
