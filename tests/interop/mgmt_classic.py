"""Account management with the packages of the Gen1 tutorials, unmodified: msrestazure's credentials,
azure-mgmt-datalake-store 0.5.0 and an azure-mgmt-resource of the same time.
"""
# requirements: requirements-walk.txt

from azure.mgmt.datalake.store import DataLakeStoreAccountManagementClient
from azure.mgmt.resource import ResourceManagementClient, SubscriptionClient
from msrestazure.azure_active_directory import ServicePrincipalCredentials, UserPassCredentials

import _management
import _steps


class Clients:
    """What is particular to this generation."""

    not_found = "CloudError"

    def __init__(self, ready):
        self.ready = ready
        credentials = UserPassCredentials(
            ready.username, ready.password, client_id=ready.public_client_id
        )
        subscription = ready.subscription_id
        self.store = DataLakeStoreAccountManagementClient(credentials, subscription)
        self.resource = ResourceManagementClient(credentials, subscription)
        self.subscription = SubscriptionClient(credentials)

    def as_application(self):
        ready = self.ready
        credentials = ServicePrincipalCredentials(
            client_id=ready.client_id, secret=ready.client_secret, tenant=ready.tenant_id
        )
        return DataLakeStoreAccountManagementClient(credentials, ready.subscription_id)

    def code(self, error):
        return error.error.error

    def begin(self, operations, name):
        return getattr(operations, name)

    def check_name(self, name):
        return self.store.accounts.check_name_availability(_management.LOCATION, name)

    def rule(self, **properties):
        return properties

    def export(self, group):
        return self.resource.resource_groups.export_template(group, resources=["*"])

    def move(self, group, ids, target):
        return self.resource.resources.move_resources(group, ids, target)


def script(ready, step):
    with step("sign in with user name and password"):
        clients = Clients(ready)
    _management.run(ready, step, clients)


_steps.main(script)
