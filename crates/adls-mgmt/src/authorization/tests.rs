use adls_http::TransportErrorKind;
use adls_http::test_util::Answer;
use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::testing::{client, ok};
use crate::{BlobDataRole, PrincipalType, RoleType};

const ACCOUNT: &str =
    "/subscriptions/s/resourceGroups/a_(b)/providers/Microsoft.Storage/storageAccounts/ocean";
const SOMEBODY: &str = "6b1d7f52-0000-4000-8000-000000000001";

/// An assignment at a scope, by the role's own id.
fn assignment(scope: &str, role: &str) -> String {
    format!(
        r#"{{
            "id": "{scope}/providers/Microsoft.Authorization/roleAssignments/8e0c1a52-0000-4000-8000-000000000009",
            "name": "8e0c1a52-0000-4000-8000-000000000009",
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {{
                "roleDefinitionId": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{role}",
                "principalId": "{SOMEBODY}", "principalType": "AgentUser", "scope": "{scope}",
                "createdOn": "2024-05-04T01:02:03Z", "condition": null
            }}
        }}"#
    )
}

fn list(assignments: &[String]) -> Answer {
    ok(&format!(r#"{{"value":[{}]}}"#, assignments.join(",")))
}

fn refused(status: u16, code: &str) -> Answer {
    Answer::status(status).body(format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#))
}

#[tokio::test]
async fn definitions() {
    let reader = r#"{
        "id": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "name": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": "Storage Blob Data Reader", "type": "BuiltInRole", "description": "d",
            "assignableScopes": ["/"],
            "permissions": [{
                "actions": ["a/read"], "notActions": [], "dataActions": ["b/read"],
                "notDataActions": [], "condition": "c"
            }],
            "createdBy": "x"
        }
    }"#;
    let page = || ok(&format!(r#"{{"value":[{reader}]}}"#));
    let (client, transport) = client([page(), page(), page(), ok(reader)]);
    let definitions = client.role_definitions();
    let all = definitions.list(ACCOUNT).unwrap().collect_all().await.unwrap();
    assert_eq!(all[0].properties.role_type, Some(RoleType::BuiltIn));
    assert_eq!(
        serde_json::to_value(&all[0]).unwrap(),
        serde_json::from_str::<Value>(reader).unwrap()
    );
    let found = definitions.find("/subscriptions/s", "storage blob data reader").await.unwrap();
    assert_eq!(found.as_ref(), Some(&all[0]));
    assert_eq!(definitions.find("/subscriptions/s", "it's mine").await.unwrap(), None);
    definitions.get("/subscriptions/s", BlobDataRole::Reader.id()).await.unwrap();
    assert!(definitions.get("/subscriptions/s", "Reader").await.is_err());
    assert!(definitions.list("lab").is_err());
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&%24filter=roleName%20eq%20%27storage%20blob%20data%20reader%27
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&%24filter=roleName%20eq%20%27it%27%27s%20mine%27
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn assignments() {
    let one = || assignment(ACCOUNT, BlobDataRole::Reader.id());
    let (client, transport) =
        client([ok(&one()), ok(&one()), list(&[one()]), list(&[]), list(&[]), list(&[]), ok("{}")]);
    let assignments = client.role_assignments();
    let name = "8E0C1A52-0000-4000-8000-000000000009";
    let create = CreateRoleAssignment::new("/x/roleDefinitions/2a2b9908", SOMEBODY)
        .with_principal_type(PrincipalType::Group);
    let given = assignments.create(ACCOUNT, name, &create).await.unwrap();
    assert_eq!(given.properties.blob_data_role(), Some(BlobDataRole::Reader));
    assert_eq!(given.properties.principal_type, Some(PrincipalType::Other("AgentUser".to_owned())));
    assert!(given.properties.is_given_at(&(ACCOUNT.to_uppercase() + "/")));
    assert!(!given.properties.is_given_at("/subscriptions/s"));
    assignments.get(ACCOUNT, name).await.unwrap();
    let all = assignments.list(ACCOUNT).unwrap().collect_all().await.unwrap();
    assert_eq!(all, [given]);
    for which in [
        ListRoleAssignments::AtScope,
        ListRoleAssignments::OfPrincipal(SOMEBODY.to_owned()),
        ListRoleAssignments::AssignedTo(SOMEBODY.to_owned()),
    ] {
        assignments.list_with(ACCOUNT, &which).unwrap().collect_all().await.unwrap();
    }
    assignments.delete(ACCOUNT, name).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/8e0c1a52-0000-4000-8000-000000000009?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"roleDefinitionId":"/x/roleDefinitions/2a2b9908","principalId":"6b1d7f52-0000-4000-8000-000000000001","principalType":"Group"}}

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/8e0c1a52-0000-4000-8000-000000000009?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=atScope%28%29
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=principalId%20eq%20%276b1d7f52-0000-4000-8000-000000000001%27
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=assignedTo%28%276b1d7f52-0000-4000-8000-000000000001%27%29
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/8e0c1a52-0000-4000-8000-000000000009?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test]
async fn who_is_named_by_no_id_is_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    let assignments = client.role_assignments();
    let of = ListRoleAssignments::OfPrincipal("') or true".to_owned());
    assert!(assignments.list_with(ACCOUNT, &of).is_err());
    let role = BlobDataRole::Reader;
    let error = assignments.grant(ACCOUNT, "me@x.test", None, role).await.unwrap_err();
    assert!(error.to_string().contains("me@x.test"), "{error}");
    assert!(assignments.grant("ocean", SOMEBODY, None, role).await.is_err());
    assert!(assignments.delete(ACCOUNT, "x/y").await.is_err());
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn deletions_that_find_nothing() {
    let (client, _) =
        client([Answer::status(204), refused(404, "RoleAssignmentNotFound"), refused(403, "No")]);
    let assignments = client.role_assignments();
    assignments.delete(ACCOUNT, SOMEBODY).await.unwrap();
    assignments.delete(ACCOUNT, SOMEBODY).await.unwrap();
    assert!(assignments.delete(ACCOUNT, SOMEBODY).await.unwrap_err().is_permission_denied());
}

#[tokio::test(start_paused = true)]
async fn a_grant_has_the_same_name_however_often_it_is_made() {
    let given = || ok(&assignment(ACCOUNT, BlobDataRole::Contributor.id()));
    // The answer to the first is lost.
    let lost = Answer::failure(TransportErrorKind::Interrupted);
    let (client, transport) = client([lost, given(), given(), given()]);
    let assignments = client.role_assignments();
    let role = BlobDataRole::Contributor;
    let user = Some(PrincipalType::User);
    assignments.grant(ACCOUNT, SOMEBODY, user, role).await.unwrap();
    let other_spelling = ACCOUNT.to_lowercase() + "/";
    assignments.grant(&other_spelling, &SOMEBODY.to_uppercase(), None, role).await.unwrap();
    assignments.grant(ACCOUNT, SOMEBODY, None, BlobDataRole::Owner).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/2351bea6-c71f-5303-b0e0-a92700082eb7?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"roleDefinitionId":"/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe","principalId":"6b1d7f52-0000-4000-8000-000000000001","principalType":"User"}}

    PUT https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/2351bea6-c71f-5303-b0e0-a92700082eb7?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"roleDefinitionId":"/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe","principalId":"6b1d7f52-0000-4000-8000-000000000001","principalType":"User"}}

    PUT https://arm.test/subscriptions/s/resourcegroups/a_%28b%29/providers/microsoft.storage/storageaccounts/ocean/providers/Microsoft.Authorization/roleAssignments/2351bea6-c71f-5303-b0e0-a92700082eb7?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"roleDefinitionId":"/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe","principalId":"6b1d7f52-0000-4000-8000-000000000001"}}

    PUT https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/bdc62262-f362-5095-926d-0feed400470e?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"roleDefinitionId":"/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/b7e6dc6d-f1e8-4753-8033-0f276bb0955b","principalId":"6b1d7f52-0000-4000-8000-000000000001"}}
    "#);
}

#[tokio::test]
async fn a_role_that_somebody_has_already_is_given() {
    let role = BlobDataRole::Reader;
    let exists = || refused(409, "RoleAssignmentExists");
    let above = assignment("/subscriptions/s", role.id());
    let other = assignment(ACCOUNT, BlobDataRole::Owner.id());
    let there = assignment(&ACCOUNT.to_uppercase(), role.id());
    let (here, _) = client([exists(), list(&[above.clone(), other.clone(), there])]);
    let given = here.role_assignments().grant(ACCOUNT, SOMEBODY, None, role).await.unwrap();
    assert_eq!(given.properties.scope, ACCOUNT.to_uppercase());
    // A list that does not have it yet is no answer.
    let (here, _) = client([exists(), list(&[above, other])]);
    let error = here.role_assignments().grant(ACCOUNT, SOMEBODY, None, role).await.unwrap_err();
    assert_eq!(error.code(), Some("RoleAssignmentExists"));
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_not_known_yet_is_waited_for_but_not_for_ever() {
    let unknown = || refused(400, "PrincipalNotFound");
    let role = BlobDataRole::Owner;
    let given = ok(&assignment(ACCOUNT, role.id()));
    let (here, transport) = client([unknown(), unknown(), given]);
    let started = tokio::time::Instant::now();
    here.role_assignments().grant(ACCOUNT, SOMEBODY, None, role).await.unwrap();
    assert_eq!((transport.count(), started.elapsed().as_secs()), (3, 10));

    let (here, transport) = client((0..8).map(|_| unknown()));
    let started = tokio::time::Instant::now();
    let error = here.role_assignments().grant(ACCOUNT, SOMEBODY, None, role).await.unwrap_err();
    assert_eq!((transport.count(), started.elapsed().as_secs()), (7, 30));
    assert_eq!(error.code(), Some("PrincipalNotFound"));
    assert!(error.hint().unwrap().contains("object id"));
    assert_eq!(transport.take_unasked(), 1);
}

#[tokio::test]
async fn what_is_revoked_is_what_was_given_there() {
    let role = BlobDataRole::Reader;
    let all = [
        assignment("/subscriptions/s", role.id()),
        assignment(ACCOUNT, BlobDataRole::Owner.id()),
        assignment(ACCOUNT, role.id()),
        assignment(&format!("{ACCOUNT}/blobServices/default/containers/raw"), role.id()),
    ];
    let (client, transport) = client([list(&all), Answer::status(204), list(&[])]);
    let assignments = client.role_assignments();
    assert_eq!(assignments.revoke(ACCOUNT, SOMEBODY, role).await.unwrap().len(), 1);
    assert_eq!(assignments.revoke(ACCOUNT, SOMEBODY, role).await.unwrap().len(), 0);
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=principalId%20eq%20%276b1d7f52-0000-4000-8000-000000000001%27
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments/8e0c1a52-0000-4000-8000-000000000009?api-version=2022-04-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourceGroups/a_%28b%29/providers/Microsoft.Storage/storageAccounts/ocean/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=principalId%20eq%20%276b1d7f52-0000-4000-8000-000000000001%27
    accept: application/json
    authorization: Bearer token-1
    ");
}
