"""Account management with the packages of today, unmodified: azure-identity's credentials,
azure-mgmt-datalake-store 1.1.0b1 and a current azure-mgmt-resource.
"""
# requirements: requirements-mgmt-current.txt

from azure.identity import ClientSecretCredential, UsernamePasswordCredential
from azure.mgmt.datalake.store import DataLakeStoreAccountManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

import _management
import _steps

# The names of a rule's properties on the wire.
WIRE = {
    "start_ip_address": "startIpAddress",
    "end_ip_address": "endIpAddress",
    "subnet_id": "subnetId",
    "id_provider": "idProvider",
}


class Clients:
    """What is particular to this generation."""

    not_found = "ResourceNotFoundError"

    def __init__(self, ready):
        self.ready = ready
        credential = UsernamePasswordCredential(
            ready.public_client_id, ready.username, ready.password, tenant_id=ready.tenant_id
        )
        subscription = ready.subscription_id
        self.store = DataLakeStoreAccountManagementClient(credential, subscription)
        self.resource = ResourceManagementClient(credential, subscription)
        self.subscription = SubscriptionClient(credential)

    def as_application(self):
        ready = self.ready
        credential = ClientSecretCredential(
            ready.tenant_id, ready.client_id, ready.client_secret
        )
        return DataLakeStoreAccountManagementClient(credential, ready.subscription_id)

    def code(self, error):
        return error.error.code

    def begin(self, operations, name):
        return getattr(operations, f"begin_{name}")

    def check_name(self, name):
        parameters = {"name": name, "type": "Microsoft.DataLakeStore/accounts"}
        client = self.store.accounts
        return client.check_name_availability(_management.LOCATION, parameters)

    def rule(self, **properties):
        wire = {WIRE[name]: value for name, value in properties.items()}
        return {"parameters": {"properties": wire}}

    def export(self, group):
        client = self.resource.resource_groups
        return client.begin_export_template(group, {"resources": ["*"]}).result()

    def move(self, group, ids, target):
        body = {"resources": ids, "targetResourceGroup": target}
        return self.resource.resources.begin_move_resources(group, body)


def script(ready, step):
    with step("make the clients"):
        clients = Clients(ready)
    _management.run(ready, step, clients)


_steps.main(script)
