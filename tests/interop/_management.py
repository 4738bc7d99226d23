"""Every operation of account management, for either generation of Microsoft's packages.

The generations differ in how they sign in, how long-running calls are named and how arguments are
passed; a script gives these differences as its `clients`, with

  store, resource, subscription      the management clients
  not_found                          the name of the exception for a 404
  code(error)                        the service's error code of an exception
  begin(operations, name)            the long-running call `name`
  check_name(name)                   accounts.check_name_availability
  rule(**properties)                 the arguments that give a rule these properties
  export(group), move(group, ids, target)
  as_application()                   another store client, signed in with a client secret
"""

import uuid

from _steps import check

LOCATION = "eastus2"
WAIT = 60


class Walk:
    """One run: its names, and what it talks through."""

    def __init__(self, ready, step, clients):
        token = uuid.uuid4().hex[:8]
        self.ready, self.step, self.clients = ready, step, clients
        self.group, self.other_group = f"interop-{token}", f"interop-{token}-other"
        self.account, self.tags = f"interop{token}", {"run": token}

    def expect(self, name, want, call):
        """A step: calls, and compares what comes back."""
        with self.step(name):
            check(call(), want, name)

    def expect_code(self, name, want, call):
        """A step that must fail with this error code of the service."""
        with self.step(name):
            try:
                found = call()
            except Exception as error:  # whatever the package raises
                check(self.clients.code(error), want, name)
                return error
            raise AssertionError(f"{name}: expected {want}, got {found!r}")

    def expect_missing(self, name, want, call):
        """The same for a 404, which has an exception of its own."""
        error = self.expect_code(name, want, call)
        check(type(error).__name__, self.clients.not_found, name)

    def begin(self, operations, name, *arguments):
        """Makes a long-running call and waits for its result."""
        return self.clients.begin(operations, name)(*arguments).result(WAIT)


def names(items):
    return sorted(item.name for item in items)


def run(ready, step, clients):
    walk = Walk(ready, step, clients)
    subscriptions(walk)
    providers(walk)
    groups(walk)
    accounts(walk)
    key_of_the_user(walk)
    rules(walk)
    regions(walk)
    resources(walk)
    clean_up(walk)


def subscriptions(walk):
    client, wanted = walk.clients.subscription, walk.ready.subscription_id
    walk.expect(
        "subscriptions.list",
        [wanted],
        lambda: [item.subscription_id for item in client.subscriptions.list()],
    )
    walk.expect("subscriptions.get", "Enabled", lambda: client.subscriptions.get(wanted).state)
    walk.expect(
        "subscriptions.list_locations",
        True,
        lambda: LOCATION in names(client.subscriptions.list_locations(wanted)),
    )
    walk.expect(
        "tenants.list",
        [walk.ready.tenant_id],
        lambda: [item.tenant_id for item in client.tenants.list()],
    )


def providers(walk):
    client, namespace = walk.clients.resource.providers, "Microsoft.DataLakeStore"
    other = "Microsoft.Compute"
    walk.expect(
        "providers.register (registered already)",
        "Registered",
        lambda: client.register(namespace).registration_state,
    )
    walk.expect(
        "providers.get",
        True,
        lambda: "accounts" in [kind.resource_type for kind in client.get(namespace).resource_types],
    )
    walk.expect(
        "providers.list", True, lambda: namespace in [item.namespace for item in client.list()]
    )
    walk.expect(
        "providers.unregister",
        "Unregistering",
        lambda: client.unregister(other).registration_state,
    )
    walk.expect(
        "providers.register", "Registering", lambda: client.register(other).registration_state
    )


def groups(walk):
    client, group, tags = walk.clients.resource.resource_groups, walk.group, walk.tags
    walk.expect(
        "resource_groups.check_existence (none)", False, lambda: client.check_existence(group)
    )
    walk.expect(
        "resource_groups.create_or_update",
        "eastus2",
        lambda: client.create_or_update(group, {"location": "East US 2", "tags": tags}).location,
    )
    walk.expect("resource_groups.check_existence", True, lambda: client.check_existence(group))
    walk.expect("resource_groups.get", tags, lambda: client.get(group).tags)
    more = {**tags, "step": "2"}
    walk.expect(
        "resource_groups.update", more, lambda: client.update(group, {"tags": more}).tags
    )
    client.create_or_update(walk.other_group, {"location": "westus"})
    tagged = f"tagName eq 'run' and tagValue eq '{tags['run']}'"
    walk.expect(
        "resource_groups.list with a filter", [group], lambda: names(client.list(filter=tagged))
    )
    walk.expect(
        "resource_groups.list in pages of one",
        True,
        lambda: {group, walk.other_group} <= set(names(client.list(top=1))),
    )
    walk.expect_missing(
        "resource_groups.get (none)", "ResourceGroupNotFound", lambda: client.get("no-such-group")
    )


def accounts(walk):
    client, group, account = walk.clients.store.accounts, walk.group, walk.account
    check_name = walk.clients.check_name
    walk.expect(
        "accounts.check_name_availability", True, lambda: check_name(account).name_available
    )
    made = create_account(walk)
    walk.expect(
        "accounts.check_name_availability (taken)",
        (False, "AlreadyExists"),
        lambda: (check_name(account).name_available, check_name(account).reason),
    )
    walk.expect("accounts.get", made.account_id, lambda: client.get(group, account).account_id)
    walk.expect(
        "accounts.get as an application",
        made.account_id,
        lambda: walk.clients.as_application().accounts.get(group, account).account_id,
    )
    walk.expect(
        "accounts.list_by_resource_group",
        [account],
        lambda: names(client.list_by_resource_group(group)),
    )
    walk.expect("accounts.list", True, lambda: account in names(client.list()))
    options = {"filter": f"name eq '{account}'", "top": 5, "orderby": "name", "count": True}
    walk.expect("accounts.list with options", [account], lambda: names(client.list(**options)))
    update_account(walk)
    walk.expect_code(
        "accounts.enable_key_vault (key of the service)",
        "InvalidOperation",
        lambda: client.enable_key_vault(group, account),
    )
    walk.expect_missing(
        "accounts.get (none)", "ResourceNotFound", lambda: client.get(group, "nosuchaccount")
    )


def create_account(walk):
    rule = {"startIpAddress": "10.0.0.1", "endIpAddress": "10.0.0.9"}
    body = {
        "location": LOCATION,
        "identity": {"type": "SystemAssigned"},
        "tags": walk.tags,
        "properties": {
            "encryptionConfig": {"type": "ServiceManaged"},
            "firewallRules": [{"name": "first", "properties": rule}],
        },
    }
    with walk.step("accounts.create"):
        made = walk.begin(walk.clients.store.accounts, "create", walk.group, walk.account, body)
        endpoint = f"{walk.account}.azuredatalakestore.net"
        check((made.name, made.location), (walk.account, LOCATION), "name and location")
        check((made.provisioning_state, made.state), ("Succeeded", "Active"), "states")
        check(made.endpoint, endpoint, "endpoint")
        check(made.tags, walk.tags, "tags")
        check(made.encryption_config.type, "ServiceManaged", "encryption")
        check(names(made.firewall_rules), ["first"], "firewall rules")
    return made


def update_account(walk):
    body = {"tags": {"step": "2"}, "properties": {"newTier": "Commitment_1TB"}}
    with walk.step("accounts.update"):
        changed = walk.begin(walk.clients.store.accounts, "update", walk.group, walk.account, body)
        check(changed.tags, {"step": "2"}, "tags are replaced")
        tiers = (changed.current_tier, changed.new_tier)
        check(tiers, ("Consumption", "Commitment_1TB"), "tiers")


def key_of_the_user(walk):
    client, group, name = walk.clients.store.accounts, walk.group, f"{walk.account}k"
    vault = {
        "keyVaultResourceId": f"/subscriptions/{walk.ready.subscription_id}/vault",
        "encryptionKeyName": "key",
        "encryptionKeyVersion": "1",
    }
    config = {"type": "UserManaged", "keyVaultMetaInfo": vault}
    body = {"location": LOCATION, "properties": {"encryptionConfig": config}}
    walk.expect(
        "accounts.create with a key of the user",
        "Creating",
        lambda: walk.begin(client, "create", group, name, body).encryption_provisioning_state,
    )
    walk.expect("accounts.enable_key_vault", None, lambda: client.enable_key_vault(group, name))
    walk.expect(
        "accounts.get: the key is enabled",
        "Succeeded",
        lambda: client.get(group, name).encryption_provisioning_state,
    )
    walk.expect(
        "accounts.delete at once", None, lambda: walk.begin(client, "delete", group, name)
    )


def rules(walk):
    subnet = (
        f"/subscriptions/{walk.ready.subscription_id}/resourceGroups/{walk.group}/providers/"
        "Microsoft.Network/virtualNetworks/net/subnets/"
    )
    first = {"start_ip_address": "127.0.0.1", "end_ip_address": "127.0.0.2"}
    rule(walk, "firewall_rules", first, {"end_ip_address": "127.0.0.3"})
    rule(walk, "virtual_network_rules", {"subnet_id": f"{subnet}a"}, {"subnet_id": f"{subnet}b"})
    first = {"id_provider": "https://sts.windows.net/a"}
    rule(walk, "trusted_id_providers", first, {"id_provider": "https://sts.windows.net/b"})


def rule(walk, kind, first, change):
    """The five calls of one kind of rule."""
    client, path = getattr(walk.clients.store, kind), (walk.group, walk.account, "rule")
    arguments = walk.clients.rule

    def shown(found):
        return {name: getattr(found, name) for name in first}

    walk.expect(
        f"{kind}.create_or_update",
        first,
        lambda: shown(client.create_or_update(*path, **arguments(**first))),
    )
    walk.expect(f"{kind}.get", first, lambda: shown(client.get(*path)))
    walk.expect(
        f"{kind}.update",
        {**first, **change},
        lambda: shown(client.update(*path, **arguments(**change))),
    )
    walk.expect(
        f"{kind}.list_by_account",
        True,
        lambda: "rule" in names(client.list_by_account(walk.group, walk.account)),
    )
    walk.expect(f"{kind}.delete", None, lambda: client.delete(*path))
    walk.expect(f"{kind}.delete (none)", None, lambda: client.delete(*path))
    walk.expect_missing(f"{kind}.get (none)", "NestedResourceNotFound", lambda: client.get(*path))


def regions(walk):
    client = walk.clients.store

    def operations():
        listed = client.operations.list()
        return [item.name for item in getattr(listed, "value", listed)]

    walk.expect(
        "operations.list", "Microsoft.DataLakeStore/operations/read", lambda: operations()[0]
    )
    walk.expect(
        "locations.get_capability",
        ("Registered", False),
        lambda: (
            client.locations.get_capability(LOCATION).state,
            client.locations.get_capability(LOCATION).migration_state,
        ),
    )
    walk.expect(
        "locations.get_capability (nothing there)",
        None,
        lambda: client.locations.get_capability("westus"),
    )
    if hasattr(client.locations, "get_usage"):
        walk.expect(
            "locations.get_usage",
            ["DataLakeStoreAccounts"],
            lambda: [usage.name.value for usage in client.locations.get_usage(LOCATION)],
        )


def resources(walk):
    client, store = walk.clients.resource, walk.clients.store
    walk.expect(
        "resources.list_by_resource_group",
        [walk.account],
        lambda: names(client.resources.list_by_resource_group(walk.group)),
    )
    kind = "resourceType eq 'Microsoft.DataLakeStore/accounts'"
    walk.expect(
        "resources.list", True, lambda: walk.account in names(client.resources.list(filter=kind))
    )
    walk.expect(
        "resource_groups.export_template",
        1,
        lambda: len(walk.clients.export(walk.group).template["resources"]),
    )
    made = store.accounts.get(walk.group, walk.account)
    root = f"/subscriptions/{walk.ready.subscription_id}/resourceGroups/"

    def move(source, target):
        account = store.accounts.get(source, walk.account)
        walk.clients.move(source, [account.id], root + target).wait(WAIT)
        return store.accounts.get(target, walk.account).account_id

    there, back = (walk.group, walk.other_group), (walk.other_group, walk.group)
    walk.expect("resources.move_resources", made.account_id, lambda: move(*there))
    walk.expect("resources.move_resources back", made.account_id, lambda: move(*back))


def clean_up(walk):
    client, group, account = walk.clients.store.accounts, walk.group, walk.account
    walk.expect("accounts.delete", None, lambda: walk.begin(client, "delete", group, account))
    walk.expect_missing(
        "accounts.get (deleted)", "ResourceNotFound", lambda: client.get(group, account)
    )
    walk.expect(
        "accounts.delete (none)", None, lambda: walk.begin(client, "delete", group, account)
    )
    groups = walk.clients.resource.resource_groups
    for name in (walk.group, walk.other_group):
        with walk.step("resource_groups.delete"):
            walk.clients.begin(groups, "delete")(name).wait(WAIT)
            check(groups.check_existence(name), False, "existence")
