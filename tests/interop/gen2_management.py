"""Storage accounts and roles by azure-mgmt-storage and azure-mgmt-authorization, unmodified, with
azure-storage-file-datalake at the endpoints that the accounts tell.
"""
# requirements: requirements-gen2-management.txt

import base64
import json
import uuid

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential, UsernamePasswordCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.storage.filedatalake import DataLakeServiceClient

import _steps
from _steps import check, check_true

LOCATION = "westeurope"
GROUP = "gen2-management"
TYPE = "Microsoft.Storage/storageAccounts"
OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


def refused(kind, code, call, what):
    """Demands an error of this class and code."""
    try:
        result = call()
    except HttpResponseError as error:
        found = getattr(error, "error_code", None) or (error.error and error.error.code)
        check((type(error), getattr(found, "value", found)), (kind, code), what)
        return
    raise _steps.Mismatch(f"{what}: expected {code}, got {result!r:.200}")


def names(items):
    return sorted(item.name for item in items)


class Walk:
    """The clients, and what was made so far."""

    def __init__(self, ready, step):
        self.ready, self.step = ready, step
        person = UsernamePasswordCredential(
            ready.public_client_id, ready.username, ready.password, tenant_id=ready.tenant_id
        )
        subscription = ready.subscription_id
        self.storage = StorageManagementClient(person, subscription)
        self.roles = AuthorizationManagementClient(person, subscription)
        self.groups = ResourceManagementClient(person, subscription).resource_groups
        self.stranger = ClientSecretCredential(
            ready.tenant_id, ready.acl_client_id, ready.acl_client_secret
        )
        self.account = "lake" + uuid.uuid4().hex[:12]
        self.made = None

    def keys(self):
        found = self.storage.storage_accounts.list_keys(GROUP, self.account).keys_property
        return {key.key_name: key.value for key in found}

    def client(self, credential):
        if isinstance(credential, str):
            credential = AzureNamedKeyCredential(self.account, credential)
        return DataLakeServiceClient(self.made.primary_endpoints.dfs, credential, retry_total=0)


def script(ready, step):
    walk = Walk(ready, step)
    with step("a group for all"):
        walk.groups.create_or_update(GROUP, {"location": LOCATION})
    create(walk)
    update(walk)
    keys(walk)
    services(walk)
    roles(walk)
    custom_role(walk)
    clean_up(walk)


def create(walk):
    accounts, account = walk.storage.storage_accounts, walk.account
    asked = {"name": account, "type": TYPE}
    with walk.step("check_name_availability"):
        check(accounts.check_name_availability(asked).name_available, True, "a free name")
        found = accounts.check_name_availability({"name": "No_Name", "type": TYPE})
        check((found.name_available, found.reason), (False, "AccountNameInvalid"), "no name")
    body = {
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "location": LOCATION,
        "tags": {"step": "1"},
        "properties": {"isHnsEnabled": True, "minimumTlsVersion": "TLS1_2"},
    }
    with walk.step("begin_create"):
        walk.made = accounts.begin_create(GROUP, account, body).result()
        made = walk.made
        check((made.name, made.location, made.kind), (account, LOCATION, "StorageV2"), "account")
        check((made.is_hns_enabled, made.provisioning_state), (True, "Succeeded"), "state")
        check(made.primary_endpoints.dfs, f"https://{account}.dfs.core.windows.net/", "endpoint")
    with walk.step("begin_create, the same again"):
        check(accounts.begin_create(GROUP, account, body).result().id, made.id, "id")
    with walk.step("check_name_availability (taken)"):
        found = accounts.check_name_availability(asked)
        check((found.name_available, found.reason), (False, "AlreadyExists"), "reason")
    with walk.step("begin_create elsewhere"):
        walk.groups.create_or_update(f"{GROUP}-2", {"location": LOCATION})
        refused(
            ResourceExistsError,
            "StorageAccountAlreadyTaken",
            lambda: accounts.begin_create(f"{GROUP}-2", account, body).result(),
            "a taken name",
        )
    with walk.step("list, list_by_resource_group"):
        check(names(accounts.list_by_resource_group(GROUP)), [account], "of the group")
        check_true({account, walk.ready.gen2_account} <= set(names(accounts.list())), "of all")
    with walk.step("get_properties (none)"):
        refused(
            ResourceNotFoundError,
            "ResourceNotFound",
            lambda: accounts.get_properties(GROUP, "nosuchaccount"),
            "none",
        )


def update(walk):
    accounts, account = walk.storage.storage_accounts, walk.account
    with walk.step("update"):
        body = {"tags": {"step": "2"}, "sku": {"name": "Standard_GRS"}}
        changed = accounts.update(GROUP, account, body)
        check((changed.tags, changed.sku.name), ({"step": "2"}, "Standard_GRS"), "update")
        check(changed.minimum_tls_version, "TLS1_2", "what was not sent")
    with walk.step("update of what cannot change"):
        body = {"properties": {"isHnsEnabled": False}}
        refused(
            HttpResponseError,
            "AccountPropertyCannotBeUpdated",
            lambda: accounts.update(GROUP, account, body),
            "isHnsEnabled",
        )


def keys(walk):
    accounts, account = walk.storage.storage_accounts, walk.account
    before = walk.keys()
    with walk.step("a key opens the account"):
        walk.client(before["key1"]).create_file_system("first")
        walk.client(before["key2"]).get_file_system_client("first").create_file("file")
    with walk.step("regenerate_key"):
        accounts.regenerate_key(GROUP, account, {"keyName": "key1"})
        after = walk.keys()
        check(after["key2"], before["key2"], "the other key")
        refused(
            ClientAuthenticationError,
            "AuthenticationFailed",
            lambda: list(walk.client(before["key1"]).list_file_systems()),
            "the old key",
        )
        for key in after.values():
            check(names(walk.client(key).list_file_systems()), ["first"], "a key in force")
    with walk.step("allow_shared_key_access"):
        accounts.update(GROUP, account, {"properties": {"allowSharedKeyAccess": False}})
        refused(
            HttpResponseError,
            "KeyBasedAuthenticationNotPermitted",
            lambda: list(walk.client(after["key1"]).list_file_systems()),
            "a key",
        )
        accounts.update(GROUP, account, {"properties": {"allowSharedKeyAccess": True}})
        check(names(walk.client(after["key1"]).list_file_systems()), ["first"], "again")


def services(walk):
    account, storage = walk.account, walk.storage
    with walk.step("blob_services"):
        policy = {"enabled": True, "days": 5}
        body = {"properties": {"deleteRetentionPolicy": policy}}
        changed = storage.blob_services.set_service_properties(GROUP, account, body)
        check(changed.delete_retention_policy.days, 5, "days")
        found = storage.blob_services.get_service_properties(GROUP, account)
        check(found.delete_retention_policy.enabled, True, "enabled")
        listed = storage.blob_services.list(GROUP, account)
        check(names(listed), ["default"], "list")
    with walk.step("blob_containers"):
        containers = storage.blob_containers
        body = {"properties": {"metadata": {"a": "b"}}}
        containers.create(GROUP, account, "second", body)
        check(containers.get(GROUP, account, "second").metadata, {"a": "b"}, "metadata")
        containers.update(GROUP, account, "second", {"properties": {"metadata": {"c": "d"}}})
        client = walk.client(walk.keys()["key1"])
        found = client.get_file_system_client("second").get_file_system_properties()
        check(found.metadata, {"c": "d"}, "metadata of the file system")
        check(names(containers.list(GROUP, account)), ["first", "second"], "list")
        paged = containers.list(GROUP, account, maxpagesize="1")
        check(names(paged), ["first", "second"], "pages of one")
        containers.delete(GROUP, account, "second")
        refused(
            ResourceNotFoundError,
            "ContainerNotFound",
            lambda: containers.get(GROUP, account, "second"),
            "a deleted one",
        )
    with walk.step("encryption_scopes"):
        scopes = storage.encryption_scopes
        scopes.put(GROUP, account, "scope", {"properties": {"source": "Microsoft.Storage"}})
        scopes.patch(GROUP, account, "scope", {"properties": {"state": "Disabled"}})
        check(scopes.get(GROUP, account, "scope").state, "Disabled", "state")
        check(names(scopes.list(GROUP, account)), ["scope"], "list")


def roles(walk):
    assignments, definitions = walk.roles.role_assignments, walk.roles.role_definitions
    stranger = walk.client(walk.stranger).get_file_system_client("first")
    scope, name = walk.made.id, str(uuid.uuid4())
    container = f"{scope}/blobServices/default/containers/first"
    person = principal(walk)

    def sees():
        return [path.name for path in stranger.get_paths()]

    def gives(where, role, name):
        found = definitions.list(where, filter=f"roleName eq '{role}'")
        [found] = list(found)
        body = {"roleDefinitionId": found.id, "principalId": person}
        body["principalType"] = "ServicePrincipal"
        return assignments.create(where, name, {"properties": body})

    def has_no_right(call, what):
        refused(HttpResponseError, "AuthorizationPermissionMismatch", call, what)

    with walk.step("role_definitions"):
        for role in (OWNER, CONTRIBUTOR, READER):
            found = definitions.get(scope, role)
            check((found.name, found.role_type), (role, "BuiltInRole"), "role")
    with walk.step("without a role"):
        has_no_right(sees, "a list")
    with walk.step("a reader of the container"):
        given = gives(container, "Storage Blob Data Reader", name)
        check(given.scope, container, "scope")
        check(sees(), ["file"], "a list")
        has_no_right(lambda: stranger.create_file("more"), "a file")
    with walk.step("the same again"):
        refused(
            ResourceExistsError,
            "RoleAssignmentExists",
            lambda: gives(container, "Storage Blob Data Reader", str(uuid.uuid4())),
            "the same",
        )
    with walk.step("a contributor of the account"):
        more = gives(scope, "Storage Blob Data Contributor", str(uuid.uuid4()))
        stranger.create_file("more")
        check(sees(), ["file", "more"], "a list")
    with walk.step("role_assignments.list"):
        mine = f"principalId eq '{person}'"
        found = assignments.list_for_scope(container, filter=mine)
        check({item.id for item in found}, {given.id, more.id}, "at the container")
        found = assignments.list_for_scope(scope, filter="atScope()")
        check_true(given.id not in {item.id for item in found}, "those below")
        found = assignments.list_for_subscription(filter=f"assignedTo('{person}')")
        check({item.id for item in found}, {given.id, more.id}, "of the subscription")
        check(assignments.get_by_id(more.id).principal_id, person, "by id")
    with walk.step("role_assignments.delete"):
        assignments.delete_by_id(more.id)
        has_no_right(lambda: stranger.create_file("last"), "a file")
        assignments.delete(container, name)
        has_no_right(sees, "a list")
        check(assignments.delete(container, name), None, "what is gone")


def custom_role(walk):
    definitions, name = walk.roles.role_definitions, str(uuid.uuid4())
    with walk.step("a role of our own"):
        made = definitions.create_or_update(
            walk.made.id,
            name,
            {
                "properties": {
                    "roleName": "Reads keys",
                    "type": "CustomRole",
                    "permissions": [{"actions": [f"{TYPE}/listKeys/action"]}],
                    "assignableScopes": [f"/subscriptions/{walk.ready.subscription_id}"],
                }
            },
        )
        theirs = StorageManagementClient(walk.stranger, walk.ready.subscription_id)

        def reads_keys():
            return theirs.storage_accounts.list_keys(GROUP, walk.account).keys_property

        refused(HttpResponseError, "AuthorizationFailed", reads_keys, "without")
        body = {"roleDefinitionId": made.id, "principalId": principal(walk)}
        given = walk.roles.role_assignments.create(
            walk.made.id, str(uuid.uuid4()), {"properties": body}
        )
        check(len(reads_keys()), 2, "keys")
        walk.roles.role_assignments.delete_by_id(given.id)
        definitions.delete(walk.made.id, name)
        refused(HttpResponseError, "AuthorizationFailed", reads_keys, "afterwards")


def principal(walk):
    """The object id of the application without roles, as its token tells it."""
    token = walk.stranger.get_token("https://management.azure.com/.default").token
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["oid"]


def clean_up(walk):
    with walk.step("delete"):
        key = walk.keys()["key1"]
        walk.storage.storage_accounts.delete(GROUP, walk.account)
        walk.storage.storage_accounts.delete(GROUP, walk.account)
        check(names(walk.storage.storage_accounts.list_by_resource_group(GROUP)), [], "list")
        refused(
            ResourceNotFoundError,
            "ResourceNotFound",
            lambda: list(walk.client(key).list_file_systems()),
            "the account",
        )
    with walk.step("the groups go"):
        for name in (GROUP, f"{GROUP}-2"):
            walk.groups.begin_delete(name).result()


_steps.main(script)
