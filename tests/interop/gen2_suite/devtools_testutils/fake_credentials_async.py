"""What async tests sign in with where nobody looks at it."""

from azure.core.credentials import AccessToken

from devtools_testutils import AsyncCredential


class AsyncFakeCredential(AsyncCredential):
    def __init__(self):
        super().__init__(None)

    async def get_token(self, *scopes, **kwargs) -> AccessToken:
        return AccessToken("not-a-token", 2**31)
