"""The command line, signed in as the application that owns the data of the Gen2 accounts."""

import json
import os
import pathlib
import subprocess

import _steps
from _steps import check_true


class Adls:
    """Runs `adls` against the emulator of the script, with a configuration of its own."""

    def __init__(self, ready, directory="adls"):
        self.root = f"abfss://{ready.gen2_filesystem}@{ready.gen2_account}"
        self.variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AZURE_")},
            "ADLS_CONFIG_DIR": os.path.abspath(directory),
            "ADLS_EMULATOR": os.path.abspath("ready.json"),
            "ADLS_ACCOUNT": ready.gen2_account,
            "AZURE_TENANT_ID": ready.tenant_id,
            "AZURE_CLIENT_ID": ready.client_id,
            "AZURE_CLIENT_SECRET": ready.client_secret,
        }

    def with_variables(self, variables):
        """The same with more in its environment."""
        other = Adls.__new__(Adls)
        other.root, other.variables = self.root, {**self.variables, **variables}
        return other

    def run(self, *arguments, given=None):
        """How it ended, whichever way."""
        return subprocess.run(
            [_steps.program("adls"), *map(str, arguments)],
            env=self.variables,
            input=given,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def __call__(self, *arguments, given=None):
        """What it prints; it must succeed."""
        ended = self.run(*arguments, given=given)
        check_true(ended.returncode == 0, f"adls {arguments}: {ended.stderr.decode()}")
        return ended.stdout

    def json(self, *arguments):
        """What it prints as one document."""
        return json.loads(self(*arguments, "--output", "json"))

    def fails(self, text, *arguments, code=1):
        """Demands that it ends with this code and says this."""
        ended = self.run(*arguments)
        said = ended.stderr.decode()
        check_true(ended.returncode == code and text in said, f"adls {arguments}: {ended.returncode} {said}")

    def url(self, path):
        """A path as the argument of a command."""
        return f"{self.root}/{path.lstrip('/')}"


def local(name, content=None):
    """A local file, made if there is content for it."""
    path = pathlib.Path("files") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        path.write_bytes(content)
    return path
