"""A stand-in for the package of that name, which Microsoft's tests are written with and no registry has.

It has what the tests of azure-storage-file-datalake and azure-storage-blob import, in live mode only: nothing is
recorded or played back, the account and its key come from the environment, and tokens from the emulator.
"""

import functools
import hashlib
import inspect
import os
import re
import time

from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential

__all__ = [
    "AzureRecordedTestCase",
    "EnvironmentVariableLoader",
    "EnvironmentVariableOptions",
    "FakeTokenCredential",
    "ResponseCallback",
    "RetryCounter",
    "add_body_regex_sanitizer",
    "add_general_regex_sanitizer",
    "add_header_regex_sanitizer",
    "add_oauth_response_sanitizer",
    "add_uri_regex_sanitizer",
    "is_live",
    "recorded_by_proxy",
    "set_custom_default_matcher",
]


def is_live():
    return True


def nothing_to_do(*_, **__):
    """What tells a recorder how to record has nobody to tell it to."""


add_body_regex_sanitizer = nothing_to_do
add_general_regex_sanitizer = nothing_to_do
add_header_regex_sanitizer = nothing_to_do
add_oauth_response_sanitizer = nothing_to_do
add_uri_regex_sanitizer = nothing_to_do
set_custom_default_matcher = nothing_to_do


def without_result(test):
    """The test, sync or async, whose result is dropped: tests return variables for a recording."""
    if inspect.iscoroutinefunction(test):

        @functools.wraps(test)
        async def run(*args, **kwargs):
            await test(*args, **kwargs)

    else:

        @functools.wraps(test)
        def run(*args, **kwargs):
            test(*args, **kwargs)

    return run


recorded_by_proxy = without_result


class EnvironmentVariableOptions:
    """Which variables hold secrets: their tests get them with an attribute `secret`."""

    def __init__(self, *, hide_secrets=()):
        self.hide_secrets = hide_secrets


class EnvironmentVariableLoader:
    """Decorates tests that get variables of the environment, unless they take no such arguments."""

    def __init__(self, directory, *, options, **fake_values):
        self.names = list(fake_values)
        self.secrets = options.hide_secrets

    def __call__(self, test):
        test = without_result(test)
        takes = inspect.signature(test).parameters.values()
        takes_any = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in takes)

        @functools.wraps(test)
        def with_variables(*args, **kwargs):
            return test(*args, **(self.variables() if takes_any else {}), **kwargs)

        if not inspect.iscoroutinefunction(test):
            return with_variables

        @functools.wraps(test)
        async def awaited(*args, **kwargs):
            await with_variables(*args, **kwargs)

        return awaited

    def variables(self):
        values = {name: os.environ[name.upper()] for name in self.names}
        return {name: Secret(value) if name in self.secrets else value for name, value in values.items()}


class Secret(str):
    """A variable that a recording would hide."""

    @property
    def secret(self):
        return str(self)


class AzureRecordedTestCase:
    """What tests ask about their surroundings."""

    is_live = True
    in_recording = False

    def is_playback(self):
        return False

    @property
    def qualified_test_name(self):
        """The same in all phases of a test, and another for each value of a parameter."""
        return re.sub(r" \((setup|call|teardown)\)$", "", os.environ["PYTEST_CURRENT_TEST"])

    def get_resource_name(self, prefix):
        """A name that is the same whenever this test asks for it, and that no other test gets."""
        return prefix + hashlib.sha256(self.qualified_test_name.encode()).hexdigest()[:12]

    def get_credential(self, client_class, *, is_async=False):
        return AsyncCredential(credential()) if is_async else credential()

    def get_settings_value(self, name):
        return os.environ[f"AZURE_{name}"]

    def generate_sas(self, generate, *args, fake_value=None, **kwargs):
        return generate(*args, **kwargs)

    def sleep(self, seconds):
        """The tests' own way to wait for a service."""
        time.sleep(seconds)


class ResponseCallback:
    """A hook that lets answers of one status look like those of another."""

    def __init__(self, status=None, new_status=None):
        self.status = status
        self.new_status = new_status
        self.first = True
        self.count = 0

    def override_first_status(self, response):
        if self.first and response.http_response.status_code == self.status:
            response.http_response.status_code = self.new_status
            self.first = False

    def override_status(self, response):
        if response.http_response.status_code == self.status:
            response.http_response.status_code = self.new_status
        self.count += 1


class RetryCounter:
    """A hook that counts how often something is tried again."""

    def __init__(self):
        self.count = 0

    def simple_count(self, retry_context):
        self.count += 1


class FakeTokenCredential:
    """A credential whose tokens nobody takes."""

    def __init__(self):
        self.token = AccessToken("not-a-token", 0)
        self.get_token_count = 0

    def get_token(self, *scopes, **kwargs) -> AccessToken:
        self.get_token_count += 1
        return self.token


@functools.cache
def credential():
    """One for all tests of a process, so that they share its tokens."""
    environment = os.environ
    return ClientSecretCredential(
        environment["AZURE_TENANT_ID"], environment["AZURE_CLIENT_ID"], environment["AZURE_CLIENT_SECRET"]
    )


class AsyncCredential:
    """A credential for async clients that belongs to no event loop: each test has a loop of its own."""

    def __init__(self, inner):
        self.inner = inner

    async def get_token(self, *scopes, **kwargs) -> AccessToken:
        return self.inner.get_token(*scopes, **kwargs)

    async def close(self):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass
