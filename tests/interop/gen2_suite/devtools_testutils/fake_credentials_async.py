"""What async tests sign in with where nobody looks at it."""

from azure.core.credentials import AccessToken


class AsyncFakeCredential:
    async def get_token(self, *scopes, **kwargs) -> AccessToken:
        return AccessToken("not-a-token", 2**31)

    async def close(self):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass
