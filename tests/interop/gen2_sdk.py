"""azure-storage-file-datalake, its sync and its async clients: host style over TLS, and path style over HTTP."""
# requirements: requirements-gen2-suite.txt

import asyncio
import inspect

import azure.identity
import azure.identity.aio
import azure.storage.filedatalake
import azure.storage.filedatalake.aio

import _gen2
import _gen2_sdk
import _steps


def script(ready, step):
    with _gen2.localhost_names():
        for way in _gen2.ways(ready):
            for clients in (Sync, Async):
                _gen2_sdk.run(step, way, clients(way))


class Sync:
    """Makes clients that block."""

    name = "sync"
    package = azure.storage.filedatalake
    identity = azure.identity

    def __init__(self, way):
        self.way = way

    def credential(self, application="client_id", secret="client_secret"):
        ready = self.way.ready
        return self.identity.ClientSecretCredential(
            ready.tenant_id, getattr(ready, application), getattr(ready, secret)
        )

    def service(self, credential, url=None):
        return self.package.DataLakeServiceClient(url or self.way.url(), credential, **_gen2.NO_RETRIES)

    def close(self):
        pass


class Async(Sync):
    """Makes async clients that look as if they blocked, so that both are asked the same."""

    name = "async"
    package = azure.storage.filedatalake.aio
    identity = azure.identity.aio

    def __init__(self, way):
        super().__init__(way)
        self.loop = asyncio.new_event_loop()
        self.open = []

    def credential(self, application="client_id", secret="client_secret"):
        made = super().credential(application, secret)
        self.open.append(made)
        return made

    def service(self, credential, url=None):
        made = super().service(credential, url)
        self.open.append(made)
        return Blocking(self, made)

    def close(self):
        for opened in self.open:
            self.loop.run_until_complete(opened.close())
        self.loop.close()


class Blocking:
    """An async client, or what one has answered, whose methods are waited for."""

    def __init__(self, clients, inner):
        self.clients = clients
        self.inner = inner

    def __getattr__(self, name):
        found = getattr(self.inner, name)
        if not callable(found):
            return self.clients_own(found)
        return lambda *args, **kwargs: self.clients_own(found(*args, **kwargs))

    def __iter__(self):
        return iter(self.clients.loop.run_until_complete(collected(self.inner)))

    def clients_own(self, value):
        if inspect.isawaitable(value):
            value = self.clients.loop.run_until_complete(value)
        is_async = hasattr(value, "__aiter__") or type(value).__module__.startswith(f"{Async.package.__name__}.")
        return Blocking(self.clients, value) if is_async else value


async def collected(items):
    """All items; those that are pages come as lists."""
    found = []
    async for item in items:
        found.append([inner async for inner in item] if hasattr(item, "__aiter__") else item)
    return found


if __name__ == "__main__":
    _steps.main(script)
