use adls_http::{Idempotency, Pipeline, Request, TokenRequest};
use adls_mgmt::authorization::{CreateRoleAssignment, ListRoleAssignments};
use adls_mgmt::{BlobDataRole, PrincipalType, RoleType};
use adls_tests::{Emulated, Identity};
use http::{Method, StatusCode};
use mock_aad::{FaultAction, FaultRule};

use super::{READER, READER_ID, group, with_a_reader};

const STRANGER: &str = "00000000-0000-4000-8000-0000000000ff";

/// What the data of the account of the seed answers to the user who may only read in management.
async fn status_of_data(emulated: &Emulated) -> StatusCode {
    let ready = emulated.emulator.ready();
    let host = format!("https://{}.dfs.core.windows.net", ready.gen2_account);
    let endpoint = host.parse().unwrap();
    let url = format!("{host}/{}?resource=filesystem&recursive=false", ready.gen2_filesystem);
    let reader = Identity::Other { username: READER.to_owned(), password: "secret".to_owned() };
    let pipeline = Pipeline::builder(emulated.client_options())
        .credential(
            &[&endpoint],
            emulated.credential(&reader).unwrap(),
            TokenRequest::new("https://storage.azure.com/.default"),
        )
        .build()
        .unwrap();
    let list = Request::new("List", Method::GET, url.parse().unwrap(), Idempotency::Safe);
    let answer = pipeline.send(list.accept(StatusCode::FORBIDDEN)).await.unwrap();
    answer.status()
}

#[tokio::test(start_paused = true)]
async fn a_role_over_data_opens_it_and_without_it_it_is_closed() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let account = &emulated.emulator.ready().gen2_account;
    let container = emulated.emulator.ready().gen2_filesystem.clone();
    let accounts = client.storage_accounts();
    let assignments = client.role_assignments();
    assert_eq!(status_of_data(&emulated).await, StatusCode::FORBIDDEN);

    let role = BlobDataRole::Reader;
    for scope in [
        accounts.id(&group, account).unwrap(),
        accounts.container_id(&group, account, &container).unwrap(),
    ] {
        let given = assignments.grant(&scope, READER_ID, None, role).await.unwrap();
        assert_eq!(given.properties.principal_type, Some(PrincipalType::User));
        assert_eq!(given.properties.scope, scope);
        assert!(given.properties.created_on.is_some());
        assert_eq!(status_of_data(&emulated).await, StatusCode::OK);
        // Once more is the same.
        let again = assignments.grant(&scope, READER_ID, None, role).await.unwrap();
        assert_eq!(again.id, given.id);

        assert_eq!(assignments.revoke(&scope, READER_ID, role).await.unwrap().len(), 1);
        assert_eq!(assignments.revoke(&scope, READER_ID, role).await.unwrap(), []);
        assert_eq!(status_of_data(&emulated).await, StatusCode::FORBIDDEN);
    }
    let elsewhere = accounts.container_id(&group, account, "elsewhere").unwrap();
    assignments.grant(&elsewhere, READER_ID, None, role).await.unwrap();
    assert_eq!(status_of_data(&emulated).await, StatusCode::FORBIDDEN);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_given_by_another_name_counts_as_given() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let scope = client.storage_accounts().id(&group, "mockgen2").unwrap();
    let definitions = client.role_definitions();
    let contributor = BlobDataRole::Contributor;
    let role = definitions.find(&scope, contributor.name()).await.unwrap().unwrap();
    assert_eq!(role.name, contributor.id());
    assert_eq!(role.properties.role_type, Some(RoleType::BuiltIn));
    assert_eq!(definitions.get(&scope, &role.name).await.unwrap(), role);
    assert!(definitions.list(&scope).unwrap().collect_all().await.unwrap().contains(&role));
    assert_eq!(definitions.find(&scope, "Storage Blob Data Nobody").await.unwrap(), None);

    let assignments = client.role_assignments();
    let create = CreateRoleAssignment::new(&role.id, READER_ID);
    let by_hand = assignments.create(&scope, STRANGER, &create).await.unwrap();
    let given = assignments.grant(&scope, READER_ID, None, contributor).await.unwrap();
    assert_eq!(given, by_hand);
    assert_eq!(assignments.get(&scope, STRANGER).await.unwrap(), by_hand);
    let taken = assignments.revoke(&scope, READER_ID, contributor).await.unwrap();
    assert_eq!(taken, [by_hand]);
    assert!(assignments.get(&scope, STRANGER).await.unwrap_err().is_not_found());
    assignments.delete(&scope, STRANGER).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_has_what_where() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    let account = accounts.id(&group, "mockgen2").unwrap();
    let container = accounts.container_id(&group, "mockgen2", "raw").unwrap();
    let assignments = client.role_assignments();
    let owner = BlobDataRole::Owner;
    let group_type = Some(PrincipalType::Group);
    assignments.grant(&container, STRANGER, group_type, owner).await.unwrap();
    assignments.grant(&account, READER_ID, None, owner).await.unwrap();

    let of = async |scope: &str, which: ListRoleAssignments| {
        let listed = assignments.list_with(scope, &which).unwrap().collect_all().await.unwrap();
        let data = listed.into_iter().filter(|given| given.properties.blob_data_role().is_some());
        let mut whose: Vec<String> = data.map(|given| given.properties.principal_id).collect();
        whose.sort();
        whose
    };
    let application = "5a1e0000-0000-4000-8000-000000000210";
    let all = [STRANGER, READER_ID, application];
    assert_eq!(of(&account, ListRoleAssignments::All).await, all);
    assert_eq!(of(&account, ListRoleAssignments::AtScope).await, [READER_ID, application]);
    assert_eq!(of(&container, ListRoleAssignments::AtScope).await, all);
    let strangers = ListRoleAssignments::OfPrincipal(STRANGER.to_owned());
    assert_eq!(of(&account, strangers).await, [STRANGER]);
    let readers = ListRoleAssignments::AssignedTo(READER_ID.to_owned());
    assert_eq!(of(&container, readers).await, [READER_ID]);
    // A role goes with the account that it was given on.
    accounts.delete(&group, "mockgen2").await.unwrap();
    let subscription = format!("/subscriptions/{}", client.subscription_id());
    assert_eq!(of(&subscription, ListRoleAssignments::All).await, [application]);
}

#[tokio::test(start_paused = true)]
async fn a_grant_whose_answer_is_lost_or_late_is_made_once() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let scope = client.storage_accounts().id(&group, "mockgen2").unwrap();
    let path = "*/roleAssignments/*";
    let throttled = FaultAction::Status { code: 429, retry_after: Some(5), body: None };
    emulated
        .emulator
        .add_faults([
            FaultRule::new(throttled).method("PUT").path(path).count(1),
            FaultRule::new(FaultAction::CommitAndReset).method("PUT").path(path).count(1),
        ])
        .unwrap();
    let assignments = client.role_assignments();
    let role = BlobDataRole::Owner;
    assignments.grant(&scope, READER_ID, None, role).await.unwrap();
    assert_eq!(assignments.revoke(&scope, READER_ID, role).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_the_directory_shows_late_is_waited_for() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let scope = client.storage_accounts().id(&group, "mockgen2").unwrap();
    let assignments = client.role_assignments();
    let unknown = FaultAction::Status {
        code: 400,
        retry_after: None,
        body: Some(serde_json::json!({"error": {"code": "PrincipalNotFound", "message": "m"}})),
    };
    let path = "*/roleAssignments/*";
    emulated.emulator.add_faults([FaultRule::new(unknown).path(path).count(3)]).unwrap();
    let role = BlobDataRole::Reader;
    assignments.grant(&scope, READER_ID, None, role).await.unwrap();

    // Not for ever; and whoever says what the principal is need not wait at all.
    let error = assignments.grant(&scope, STRANGER, None, role).await.unwrap_err();
    assert_eq!(error.code(), Some("PrincipalNotFound"));
    let application = Some(PrincipalType::ServicePrincipal);
    assignments.grant(&scope, STRANGER, application, role).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_owners_give_roles() {
    let emulated = with_a_reader().await;
    let group = group(&emulated);
    let reader = Identity::Other { username: READER.to_owned(), password: "secret".to_owned() };
    let client = emulated.management_as(&reader).unwrap();
    let scope = client.storage_accounts().id(&group, "mockgen2").unwrap();
    let assignments = client.role_assignments();
    let refused = assignments.grant(&scope, READER_ID, None, BlobDataRole::Owner).await;
    let error = refused.unwrap_err();
    assert!(error.is_permission_denied() && error.hint().is_some(), "{error}");
    assert!(assignments.list(&scope).unwrap().collect_all().await.is_ok());
}
