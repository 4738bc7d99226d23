//! The crate `adls` alone: what a first program does.

use std::sync::Arc;

use adls::prelude::*;
use adls_tests::Emulated;

#[tokio::test]
async fn a_device_code_and_an_upload() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let emulated = Arc::new(Emulated::start().await?);
    let (ready, client) = (emulated.emulator.ready().clone(), emulated.client_options());
    let user = Arc::clone(&emulated);
    let prompt = move |code: adls::auth::DeviceCode| {
        user.emulator.approve_device(&code.user_code, &user.emulator.ready().username).unwrap();
        async {}
    };
    let options = AuthOptions::default().client(client.clone());
    let credential = DeviceCodeCredential::new_with(prompt, options)?;
    let lake = adls::connect_with(
        format!("adl://{}", ready.default_account),
        credential.clone(),
        FileSystemOptions::with_client(client),
    )?;
    let path: RemotePath = "/hello.txt".parse()?;
    lake.put(&path, "hello").await?;
    assert_eq!(lake.read(&path).await?, "hello");
    assert_eq!(credential.account().unwrap().username, ready.username);
    Ok(())
}

#[test]
fn a_credential_goes_to_azure_and_to_this_machine_only() {
    let connect = |url: &str| {
        let credential = DeviceCodeCredential::new(|_| async {}).unwrap();
        adls::connect(url, credential).map(|lake| lake.endpoint().to_string())
    };
    for (url, endpoint) in [
        ("adl://account", "https://account.azuredatalakestore.net/"),
        ("https://account.azuredatalakestore.net/a", "https://account.azuredatalakestore.net/"),
        ("adl://account.adls.localhost:8443/a", "https://account.adls.localhost:8443/"),
        ("abfss://raw@account/a", "https://account.dfs.core.windows.net/"),
        ("https://account.blob.core.windows.net/raw/a", "https://account.dfs.core.windows.net/"),
        (
            "abfss://work@onelake.dfs.fabric.microsoft.com/i",
            "https://onelake.dfs.fabric.microsoft.com/",
        ),
        ("abfss://work@onelake/i.Lakehouse/Files", "https://onelake.dfs.fabric.microsoft.com/"),
        (
            "abfss://raw@account.dfs.adls.localhost:8443/",
            "https://account.dfs.adls.localhost:8443/",
        ),
    ] {
        assert_eq!(connect(url).unwrap(), endpoint);
    }
    for (url, kind, said) in [
        ("adl://account.evil.test", ErrorKind::Invalid, "is not a host of Azure"),
        ("adl://account.azuredatalakestore.net.evil.test/", ErrorKind::Invalid, "is not a host"),
        ("account", ErrorKind::Invalid, "write adl://account/path"),
        ("abfss://raw@account.evil.test/a", ErrorKind::Invalid, "is not a host of Azure"),
        (
            "abfss://raw@account.dfs.core.windows.net.evil.test/",
            ErrorKind::Invalid,
            "is not a host",
        ),
    ] {
        let error = connect(url).unwrap_err();
        assert_eq!(error.kind(), kind, "{url}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn gen1_takes_nothing_but_tokens() {
    let sas = SasToken::new("sv=1&sig=s3cret").unwrap();
    for credential in [Credential::Sas(sas), Credential::Anonymous] {
        let error = adls::connect("adl://account", credential).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let text = format!("{error} {error:?}");
        assert!(text.contains("takes access tokens of Azure AD only"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}
