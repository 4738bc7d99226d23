"""The Azure command line, unmodified, through the proxy: storage accounts, roles on their data, and what is in
them with a key, with a signature and as the person who has signed in.
"""
# requirements: requirements-gen2-az.txt
# long: the Azure command line takes long to install, and has many commands
# programs: azcopy

import base64
import contextlib
import datetime
import io
import json
import logging
import os
import pathlib
import subprocess
import sys
import uuid

os.environ["AZURE_CONFIG_DIR"] = os.path.abspath("azure")
os.environ["AZURE_CORE_COLLECT_TELEMETRY"] = "no"

# pylint: disable=wrong-import-position
from azure.cli.core import get_default_cli

import _azcopy
import _steps
from _gen2 import MIB, SOMEBODY
from _steps import check, check_true

GROUP = "gen2-az"
UNTIL = "2099-01-01T00:00Z"
CONTRIBUTOR = "Storage Blob Data Contributor"
OWNER = "Storage Blob Data Owner"
# What the command line says in the place of `AuthorizationPermissionMismatch`.
NO_RIGHT = "You do not have the required permissions"
NOT_FOUND = 3


class Said(logging.Handler):
    """Keeps what the command line tells people, instead of printing it."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class Az:
    """The command line in this process, because it takes longer to start than to do anything."""

    def __init__(self):
        self.cli = get_default_cli()
        self.said = Said()

    def run(self, command, *words):
        """Runs a command; its exit code, what it printed, and what it told people."""
        self.said.lines.clear()
        printed = io.StringIO()
        arguments = [*command.split(), *(str(word) for word in words), "--only-show-errors"]
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            try:
                code = self.cli.invoke(arguments, out_file=printed)
            except SystemExit as end:
                code = end.code
        # The first command has made the handlers that print.
        logging.getLogger("cli").handlers[:] = [self.said]
        error = self.cli.result.error if self.cli.result else None
        return code, printed.getvalue(), "\n".join([errors.getvalue(), *self.said.lines, str(error or "")])

    def __call__(self, command, *words):
        """Runs a command that must succeed; what it answers."""
        code, printed, said = self.run(command, *words)
        check_true(code == 0, f"az {command} {words[:6]} ended with {code}: {said[:1500]}")
        return json.loads(printed) if printed.strip() else None

    def refused(self, text, command, *words, code=1):
        """Runs a command that must fail, with this exit code and for this reason."""
        found, printed, said = self.run(command, *words)
        check_true(found != 0, f"az {command} {words[:6]} is to say {text!r}, and says {printed[:500]}")
        check_true(text in said, f"az {command} {words[:6]} does not say {text!r}: {said[:1500]}")
        check(found, code, f"exit code of az {command}")


class Walk:
    """The command line, the emulator, and who does something in which account."""

    def __init__(self, ready, step):
        self.ready, self.step, self.az = ready, step, Az()
        self.key = ("--account-name", ready.gen2_account, "--account-key", ready.gen2_key)
        self.login = ("--account-name", ready.gen2_account, "--auth-mode", "login")
        self.scope = self.person = None

    def signature(self, permissions="rwdlacup", resource_types="sco"):
        what = f"--services b --resource-types {resource_types} --permissions {permissions} --expiry {UNTIL}"
        sas = self.az(f"storage account generate-sas {what}", *self.key)
        return ("--account-name", self.ready.gen2_account, "--sas-token", sas)


def script(ready, step):
    walk = Walk(ready, step)
    sign_in(walk)
    accounts(walk)
    roles(walk)
    everything = (file_systems, directories, files, access, containers, blobs, blob_leases, copies, batches)
    enter(walk, "key", walk.key, everything)
    enter(walk, "login", walk.login, everything)
    enter(walk, "SAS", walk.signature(), (file_systems, files, access, blobs, copies))
    signatures(walk)
    deleted(walk)
    transfers(walk)
    sign_out(walk)


def enter(walk, name, way, tests):
    there = There(walk.az, lambda what: walk.step(f"{name}: {what}"), name, way)
    for test in tests:
        test(there)
    there.leave()


class There:
    """An account, entered in one of the ways, and a file system of its own in it."""

    def __init__(self, az, step, name, way):
        self.az, self.step, self.name, self.way = az, step, name, way
        self.account = way[1]
        self.fs = f"az-{name.lower()}-{uuid.uuid4().hex[:8]}"
        with step("fs create"):
            self(f"storage fs create -n {self.fs}")

    def __call__(self, command, *words):
        return self.az(command, *words, *self.way)

    def refused(self, text, command, *words, code=1):
        self.az.refused(text, command, *words, *self.way, code=code)

    def leave(self):
        with self.step("fs delete"):
            self(f"storage fs delete -n {self.fs} -y")
            check(self(f"storage fs exists -n {self.fs}"), {"exists": False}, "existence")


def sign_in(walk):
    ready, az = walk.ready, walk.az
    with walk.step("login: a wrong password"):
        az.refused("AADSTS50126", f"login -u {ready.username} -p wrong")
    with walk.step("login, account show, get-access-token"):
        [found] = az(f"login -u {ready.username} -p {ready.password}")
        check((found["id"], found["user"]["name"]), (ready.subscription_id, ready.username), "subscription and user")
        token = az("account get-access-token --resource https://storage.azure.com/")["accessToken"]
        claims = token.split(".")[1]
        walk.person = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["oid"]
    with walk.step("the program itself knows who has signed in"):
        command = [sys.executable, "-m", "azure.cli", "storage", "account", "list", "--query", "[].name", "-o", "tsv"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        check_true({ready.gen2_account, ready.gen2_account2} <= set(printed), f"accounts: {printed}")


def accounts(walk):
    az, name = walk.az, f"az{uuid.uuid4().hex[:12]}"
    here = f"-n {name} -g {GROUP}"
    with walk.step("group create, account check-name"):
        az(f"group create -n {GROUP} -l westeurope")
        check(az(f"storage account check-name -n {name}")["nameAvailable"], True, "a free name")
        found = az(f"storage account check-name -n {walk.ready.gen2_account}")
        check((found["nameAvailable"], found["reason"]), (False, "AlreadyExists"), "a taken name")
    with walk.step("account create, show, list"):
        made = az(f"storage account create {here} -l westeurope --sku Standard_LRS --hns true --tags a=b")
        check((made["isHnsEnabled"], made["kind"], made["tags"]), (True, "StorageV2", {"a": "b"}), "what was made")
        check(made["primaryEndpoints"]["dfs"], f"https://{name}.dfs.core.windows.net/", "endpoint")
        check(az(f"storage account show -n {name}")["id"], made["id"], "id without the group")
        check([found["name"] for found in az(f"storage account list -g {GROUP}")], [name], "accounts of the group")
        az.refused("was not found", f"storage account show -n nosuchaccount -g {GROUP}", code=NOT_FOUND)
        az.refused("nosuchgroup", f"storage account create -n {name}x -g nosuchgroup", code=2)
    with walk.step("account update"):
        changed = az(f"storage account update {here} --tags c=d --sku Standard_GRS")
        check((changed["tags"], changed["sku"]["name"]), ({"c": "d"}, "Standard_GRS"), "what was changed")
        changed = az(f"storage account update {here} --min-tls-version TLS1_2 --https-only true")
        check(changed["minimumTlsVersion"], "TLS1_2", "version of TLS")
    with walk.step("account keys list, renew"):
        values = lambda found: {key["keyName"]: key["value"] for key in found}
        before = values(az(f"storage account keys list {here}"))
        after = values(az(f"storage account keys renew {here} --key primary"))
        check((before["key1"] == after["key1"], before["key2"]), (False, after["key2"]), "keys")
        az(f"storage fs create -n first --account-name {name} --account-key", after["key1"])
        old = ("--account-name", name, "--account-key", before["key1"])
        az.refused("Server failed to authenticate the request", "storage fs list", *old)
        listed = az(f"storage fs list --account-name {name} --account-key", after["key2"])
        check([found["name"] for found in listed], ["first"], "file systems with the other key")
    with walk.step("account show-connection-string"):
        text = az(f"storage account show-connection-string {here}")["connectionString"]
        check(az("storage fs exists -n first --connection-string", text), {"exists": True}, "existence")
    with walk.step("account update --allow-shared-key-access"):
        az(f"storage account update {here} --allow-shared-key-access false")
        az.refused("KeyBasedAuthenticationNotPermitted", "storage fs list --connection-string", text)
        az(f"storage account update {here} --allow-shared-key-access true")
        az("storage fs list --connection-string", text)
    with walk.step("account blob-service-properties"):
        at = f"-n {name} -g {GROUP}"
        policy = "--enable-delete-retention true --delete-retention-days 5"
        az(f"storage account blob-service-properties update {at} {policy}")
        found = az(f"storage account blob-service-properties show {at}")["deleteRetentionPolicy"]
        check((found["enabled"], found["days"]), (True, 5), "retention")
    with walk.step("account encryption-scope"):
        at = f"--account-name {name} -g {GROUP} -n scope"
        az(f"storage account encryption-scope create {at}")
        check(az(f"storage account encryption-scope show {at}")["state"], "Enabled", "state")
        az(f"storage account encryption-scope update {at} --state Disabled")
        check(az(f"storage account encryption-scope show {at}")["state"], "Disabled", "state")
    with walk.step("account delete"):
        az(f"storage account delete {here} -y")
        check(az(f"storage account list -g {GROUP}"), [], "accounts of the group")
        az.refused("was not found", f"storage account show {here}", code=NOT_FOUND)


def roles(walk):
    az, ready = walk.az, walk.ready
    walk.scope = az(f"storage account show -n {ready.gen2_account}")["id"]
    person = f"--assignee-object-id {walk.person} --scope {walk.scope}"
    creates = ("storage fs create -n by-role", *walk.login)

    def gives(role):
        return az(f"role assignment create {person} --assignee-principal-type User --role", role)

    with walk.step("login: nothing without a role"):
        az.refused(NO_RIGHT, *creates)
        az.refused(NO_RIGHT, "storage container list", *walk.login)
    with walk.step("role assignment create, list"):
        given = gives(CONTRIBUTOR)
        check((given["principalId"], given["scope"]), (walk.person, walk.scope), "what was given")
        listed = az(f"role assignment list {person} --fill-principal-name false")
        check([(found["id"], found["roleDefinitionName"]) for found in listed], [(given["id"], CONTRIBUTOR)], "list")
        az(*creates)
        az.refused("doesn't exist", f"role assignment create {person} --assignee-principal-type User --role", "No role")
    with walk.step("role definition list"):
        [found] = az("role definition list -n", OWNER)
        check(found["name"], "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "id of a role")
    with walk.step("role assignment delete"):
        az("role assignment delete --ids", given["id"])
        az.refused(NO_RIGHT, "storage fs delete -n by-role -y", *walk.login)
        gives(OWNER)
        az("storage fs delete -n by-role -y", *walk.login)


def file_systems(there):
    with there.step("fs list, show, exists, metadata"):
        check_true(there.fs in [found["name"] for found in there("storage fs list")], "it is not listed")
        there(f"storage fs metadata update -n {there.fs} --metadata a=1 b=2")
        check(there(f"storage fs metadata show -n {there.fs}"), {"a": "1", "b": "2"}, "metadata")
        check(there(f"storage fs show -n {there.fs}")["metadata"], {"a": "1", "b": "2"}, "metadata of what is shown")
        check(there("storage fs exists -n nosuchfs"), {"exists": False}, "existence")
        there.refused("ContainerAlreadyExists", f"storage fs create -n {there.fs}")


def directories(there):
    at = f"-f {there.fs}"
    with there.step("fs directory create, show, exists, list"):
        there(f"storage fs directory create -n dir/sub --metadata x=y {at}")
        found = there(f"storage fs directory show -n dir/sub {at}")["metadata"]
        check(found, {"hdi_isfolder": "true", "x": "y"}, "metadata")
        check(there(f"storage fs directory exists -n dir/sub {at}"), {"exists": True}, "existence")
        check([path["name"] for path in there(f"storage fs directory list {at}")], ["dir", "dir/sub"], "directories")
        there.refused("BlobNotFound", f"storage fs directory show -n nosuch {at}", code=NOT_FOUND)
    with there.step("fs directory metadata, move, delete"):
        there(f"storage fs directory metadata update -n dir/sub --metadata p=q {at}")
        check(there(f"storage fs directory metadata show -n dir/sub {at}")["p"], "q", "metadata")
        there(f"storage fs directory move -n dir/sub --new-directory {there.fs}/dir/moved {at}")
        check([path["name"] for path in there(f"storage fs directory list {at}")], ["dir", "dir/moved"], "directories")
        there(f"storage fs directory delete -n dir -y {at}")
        check(there(f"storage fs directory exists -n dir {at}"), {"exists": False}, "existence")
        there.refused("PathNotFound", f"storage fs directory delete -n dir -y {at}", code=NOT_FOUND)


def files(there):
    at = f"-f {there.fs}"
    pathlib.Path("up.bin").write_bytes(os.urandom(MIB + 3))
    with there.step("fs file upload, download"):
        there(f"storage fs file upload -s up.bin -p files/data --content-type text/odd {at}")
        pathlib.Path("small").write_text("small")
        there.refused("existing non-empty file", f"storage fs file upload -s small -p files/data {at}")
        there(f"storage fs file upload -s up.bin -p files/data --overwrite true {at}")
        down = os.path.abspath("down.bin")
        there(f"storage fs file download -p files/data {at} --overwrite true -d", down)
        check(pathlib.Path(down).read_bytes(), pathlib.Path("up.bin").read_bytes(), "what was downloaded")
        there.refused("NotFound", f"storage fs file download -p files/no {at} -d", down, code=NOT_FOUND)
    with there.step("fs file create, append, show, exists, list"):
        there(f"storage fs file create -p files/text {at}")
        there(f"storage fs file append -p files/text --content hello {at}")
        check(there(f"storage fs file show -p files/text {at}")["size"], 5, "size")
        check(there(f"storage fs file exists -p files/text {at}"), {"exists": True}, "existence")
        listed = there(f"storage fs file list --path files --recursive false {at}")
        check([path["name"] for path in listed], ["files/data", "files/text"], "files")
        pages = there(f"storage fs file list --num-results 1 --show-next-marker {at}")
        check_true("nextMarker" in pages[-1], f"there is no marker in {pages}")
    with there.step("fs file metadata, move, set-expiry, delete"):
        there(f"storage fs file metadata update -p files/text --metadata p=q {at}")
        there(f"storage fs file move -p files/text --new-path {there.fs}/files/moved {at}")
        check(there(f"storage fs file metadata show -p files/moved {at}"), {"p": "q"}, "metadata")
        there(f"storage fs file set-expiry -p files/moved --expiry-options RelativeToNow --expires-on 100000 {at}")
        there(f"storage fs file delete -p files/moved -y {at}")
        there.refused("PathNotFound", f"storage fs file delete -p files/moved -y {at}", code=NOT_FOUND)


def access(there):
    at = f"-f {there.fs}"
    entry = f"user:{SOMEBODY}:rwx"
    shown = lambda path: there(f"storage fs access show -p {path} {at}")
    there(f"storage fs file create -p rights/inner/file {at}")
    if there.name == "SAS":
        with there.step("fs access set: not with a signature of the account"):
            there.refused(NO_RIGHT, f"storage fs access set -p rights --permissions rwxrwxrwx {at}")
        return
    with there.step("fs access show, set"):
        check(shown("rights")["acl"], "user::rwx,group::r-x,other::---", "access control list")
        there(f"storage fs access set -p rights --acl user::rwx,{entry},group::r-x,other::--x {at}")
        check(shown("rights")["acl"], f"user::rwx,{entry},group::r-x,mask::rwx,other::--x", "what was set")
        there(f"storage fs access set -p rights/inner --permissions rwx------ {at}")
        there(f"storage fs access set -p rights/inner --owner {SOMEBODY} {at}")
        found = shown("rights/inner")
        check((found["permissions"], found["owner"]), ("rwx------", SOMEBODY), "permissions and owner")
        there.refused("InvaldAccessControlList", f"storage fs access set -p rights --acl nonsense {at}")
        there.refused("PathNotFound", f"storage fs access show -p nosuch {at}", code=NOT_FOUND)
    with there.step("fs access set-recursive, update-recursive, remove-recursive"):
        counters = {"directoriesSuccessful": 2, "failureCount": 0, "filesSuccessful": 1}
        for command, acl, result in (
            ("set-recursive", "user::rwx,group::r-x,other::---", "user::rwx,group::r-x,other::---"),
            ("update-recursive", entry, f"user::rwx,{entry},group::r-x,mask::rwx,other::---"),
            ("remove-recursive", f"user:{SOMEBODY}", "user::rwx,group::r-x,mask::r-x,other::---"),
        ):
            found = there(f"storage fs access {command} -p rights --acl {acl} {at}")
            check((found["counters"], found["failedEntries"]), (counters, []), command)
            check(shown("rights/inner/file")["acl"], result, f"access control list after {command}")


def containers(there):
    name = f"{there.fs}-c"
    with there.step("container create, exists, show, list"):
        check(there(f"storage container create -n {name} --metadata a=b"), {"created": True}, "creation")
        check(there(f"storage container create -n {name}"), {"created": False}, "creation of what is there")
        there.refused("ContainerAlreadyExists", f"storage container create -n {name} --fail-on-exist")
        check(there(f"storage container exists -n {name}"), {"exists": True}, "existence")
        check(there(f"storage container show -n {name}")["properties"]["lease"]["state"], "available", "lease")
        [found] = there(f"storage container list --prefix {name} --include-metadata true")
        check((found["name"], found["metadata"]), (name, {"a": "b"}), "what is listed")
    with there.step("container metadata, lease"):
        there(f"storage container metadata update -n {name} --metadata c=d")
        check(there(f"storage container metadata show -n {name}"), {"c": "d"}, "metadata")
        lease = there(f"storage container lease acquire -c {name} --lease-duration 60")
        there.refused("LeaseIdMissing", f"storage container delete -n {name}")
        there(f"storage container lease release -c {name} --lease-id {lease}")
    if there.name == "key":
        with there.step("container policy, permission"):
            there(f"storage container policy create -c {name} -n policy --permissions r --expiry {UNTIL}")
            check(there(f"storage container policy list -c {name}")["policy"]["permission"], "r", "policy")
            there(f"storage container set-permission -n {name} --public-access blob")
            check(there(f"storage container show-permission -n {name}"), {"publicAccess": "blob"}, "public access")
    with there.step("container delete"):
        check(there(f"storage container delete -n {name}"), {"deleted": True}, "deletion")
        check(there(f"storage container delete -n {name}"), {"deleted": False}, "deletion of what is gone")
        there.refused("ContainerNotFound", f"storage container delete -n {name} --fail-not-exist", code=NOT_FOUND)


def blobs(there):
    at = f"-c {there.fs} -n blobs/one"
    with there.step("blob upload, download"):
        options = "--metadata m=1 --content-type text/odd --tier Cool --no-progress"
        there(f"storage blob upload {at} -f up.bin {options}")
        there.refused("BlobAlreadyExists", f"storage blob upload {at} -f up.bin --no-progress")
        there(f"storage blob upload {at} -f up.bin --overwrite {options}")
        there(f"storage blob download {at} -f blob.bin --no-progress")
        check(pathlib.Path("blob.bin").read_bytes(), pathlib.Path("up.bin").read_bytes(), "what was downloaded")
        there.refused("BlobNotFound", f"storage blob download -c {there.fs} -n no -f no", code=NOT_FOUND)
        there(f"storage blob upload -c {there.fs} -n blobs/log -f up.bin -t append --no-progress")
        there.refused("FeatureNotYetSupported", f"storage blob snapshot {at}")
    with there.step("blob show, exists, list"):
        found = there(f"storage blob show {at}")
        check((found["properties"]["contentLength"], found["metadata"]), (MIB + 3, {"m": "1"}), "length and metadata")
        check(found["properties"]["blobTier"], "Cool", "tier")
        check(there(f"storage blob exists {at}"), {"exists": True}, "existence")
        there.refused("BlobNotFound", f"storage blob show -c {there.fs} -n no", code=NOT_FOUND)
        names = [blob["name"] for blob in there(f"storage blob list -c {there.fs} --prefix blobs/")]
        check(names, ["blobs/log", "blobs/one"], "blobs")
        level = [blob["name"] for blob in there(f"storage blob list -c {there.fs} --delimiter /")]
        check_true("blobs/" in level, f"the first level: {level}")
    with there.step("blob metadata, update, set-tier"):
        there(f"storage blob metadata update {at} --metadata x=y")
        check(there(f"storage blob metadata show {at}"), {"x": "y"}, "metadata")
        there(f"storage blob update {at} --content-type text/new")
        there(f"storage blob set-tier {at} --tier Cold")
        found = there(f"storage blob show {at}")["properties"]
        check((found["contentSettings"]["contentType"], found["blobTier"]), ("text/new", "Cold"), "type and tier")
    with there.step("blob delete"):
        there.refused("DirectoryIsNotEmpty", f"storage blob delete -c {there.fs} -n blobs")
        there(f"storage blob delete -c {there.fs} -n blobs/log")
        there.refused("BlobNotFound", f"storage blob delete -c {there.fs} -n blobs/log", code=NOT_FOUND)


def blob_leases(there):
    at = f"-c {there.fs} -b blobs/one"
    with there.step("blob lease acquire, renew, change, break"):
        lease = there(f"storage blob lease acquire {at} --lease-duration 60")
        there.refused("LeaseIdMissing", f"storage blob delete -c {there.fs} -n blobs/one")
        there(f"storage blob lease renew {at} --lease-id {lease}")
        there(f"storage blob lease change {at} --lease-id {lease} --proposed-lease-id {SOMEBODY}")
        there.refused("LeaseIdMismatchWithLeaseOperation", f"storage blob lease renew {at} --lease-id {lease}")
        check(there(f"storage blob lease break {at}"), 0, "time until it is broken")


def copies(there):
    to = f"--destination-container {there.fs}"
    with there.step("blob copy start, start-batch, cancel"):
        source = f"--source-container {there.fs}"
        copied = there(f"storage blob copy start {source} --source-blob blobs/one {to} --destination-blob copies/one")
        check(copied["copy_status"], "success", "status")
        check(there(f"storage blob show -c {there.fs} -n copies/one")["metadata"], {"x": "y"}, "metadata")
        cancelled = f"--destination-blob copies/one --copy-id {SOMEBODY}"
        there.refused("NoPendingCopyOperation", f"storage blob copy cancel {to} {cancelled}")
        batch = "--destination-path batch --pattern blobs/o*"
        check(len(there(f"storage blob copy start-batch {source} {to} {batch}")), 1, "copies")
        check(there(f"storage blob exists -c {there.fs} -n batch/blobs/one"), {"exists": True}, "existence")


def batches(there):
    source = pathlib.Path("batch")
    source.mkdir(exist_ok=True)
    for name in ("one", "two", "ümläut"):
        (source / name).write_text(name)
    to = "--destination-path many --no-progress"
    with there.step("blob upload-batch, download-batch, delete-batch"):
        sent = there(f"storage blob upload-batch -d {there.fs} -s {source} {to}")
        check(len(sent), 3, "what was sent")
        check(there(f"storage blob upload-batch -d {there.fs} -s {source} {to}"), [], "what was sent again")
        down = pathlib.Path(f"down-{there.name}")
        down.mkdir()
        there(f"storage blob download-batch -s {there.fs} -d {down} --pattern many/* --no-progress")
        found = {path.name: path.read_text() for path in (down / "many").iterdir()}
        check(found, {name: name for name in ("one", "two", "ümläut")}, "what came")
        there(f"storage blob delete-batch -s {there.fs} --pattern many/*")
        check(there(f"storage blob list -c {there.fs} --prefix many/"), [], "what is left")


def soon():
    """No key that signs for people lives longer than seven days."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")


def signatures(walk):
    az, account = walk.az, walk.ready.gen2_account
    at = "-c signed -n dir/blob"
    az("storage fs create -n signed", *walk.key)
    az(f"storage blob upload {at} --data signed --no-progress", *walk.key)
    for name, way in (("key", walk.key), ("login", (*walk.login, "--as-user"))):
        valid = f"--permissions r --expiry {soon()}"

        def using(sas):
            return ("--account-name", account, "--sas-token", sas)

        with walk.step(f"{name}: blob, container, fs, fs directory generate-sas"):
            for command in (
                f"storage blob generate-sas {at}",
                "storage container generate-sas -n signed",
                "storage fs generate-sas -n signed",
                "storage fs directory generate-sas -f signed -n dir",
            ):
                sas = using(az(f"{command} {valid}", *way))
                check(az(f"storage blob show {at}", *sas)["properties"]["contentLength"], 6, f"length, by {command}")
                az.refused(NO_RIGHT, f"storage blob delete {at}", *sas)
            az.refused("AuthenticationFailed", f"storage blob delete {at}", *using(sas[3].replace("sig=", "sig=A")))
    with walk.step("signatures of the account: what they do not permit"):
        reads = walk.signature("rl", "co")
        az.refused(NO_RIGHT, "storage fs file create -p no -f signed", *reads)
        az.refused("AuthorizationResourceTypeMismatch", "storage fs list", *reads)
        az.refused("AuthenticationFailed", f"storage fs list --account-name {walk.ready.gen2_account2}", *reads[2:])
    with walk.step("a key of another account, and one that is none"):
        az.refused("AuthenticationFailed", "storage fs list", *walk.key[:3], walk.ready.gen2_key2)
        az.refused("Invalid base64-encoded string", "storage fs list", *walk.key[:3], "nokey")


def deleted(walk):
    az = walk.az
    soft = ("--account-name", walk.ready.gen2_soft_account, "--account-key", walk.ready.gen2_soft_key)
    with walk.step("fs list-deleted-path, undelete-path"):
        az("storage fs create -n soft", *soft)
        az("storage fs file create -p dir/file -f soft", *soft)
        az("storage fs file delete -p dir/file -f soft -y", *soft)
        [found] = az("storage fs list-deleted-path -f soft", *soft)
        check(found["name"], "dir/file", "what was deleted")
        restored = f"--deleted-path-name dir/file --deletion-id {found['deletionId']}"
        az(f"storage fs undelete-path -f soft {restored}", *soft)
        check(az("storage fs file exists -p dir/file -f soft", *soft), {"exists": True}, "existence")
    with walk.step("container restore"):
        az("storage container delete -n soft", *soft)
        [gone] = az("storage container list --include-deleted true --prefix soft", *soft)
        az("storage container restore -n soft --deleted-version", gone["version"], *soft)
        check(az("storage container exists -n soft", *soft), {"exists": True}, "existence")


def transfers(walk):
    """What the command line leaves to AzCopy, which it takes from the path, and which asks it for tokens in turn."""
    az = walk.az
    programs = pathlib.Path("programs").absolute()
    programs.mkdir()
    (programs / "azcopy").symlink_to(_azcopy.executable())
    os.environ["PATH"] = os.pathsep.join([str(programs), os.path.dirname(sys.executable), os.environ["PATH"]])
    os.environ["AZCOPY_LOG_LOCATION"] = os.environ["AZCOPY_JOB_PLAN_LOCATION"] = str(programs)
    source = pathlib.Path("batch").absolute()
    az("storage fs create -n moved", *walk.key)
    names = lambda prefix: [blob["name"] for blob in az(f"storage blob list -c moved --prefix {prefix}/", *walk.key)]
    with walk.step("key: fs directory upload, download"), silence("transfers.log"):
        az("storage fs directory upload -f moved -d up --recursive -s", source, *walk.key)
        check(names("up/batch"), ["up/batch/one", "up/batch/two", "up/batch/ümläut"], "what was sent")
        down = pathlib.Path("down").absolute()
        down.mkdir()
        az("storage fs directory download -f moved -s up/batch --recursive -d", down, *walk.key)
        found = {path.name: path.read_text() for path in (down / "batch").iterdir()}
        check(found, {name: name for name in ("one", "two", "ümläut")}, "what came")
    with walk.step("login: blob sync, remove"), silence("transfers.log"):
        az("storage blob sync -c moved -d synced -s", source, *walk.login)
        check(names("synced"), ["synced/one", "synced/two", "synced/ümläut"], "what was sent")
        az("storage remove -c moved -n synced/one", *walk.login)
        check(names("synced"), ["synced/two", "synced/ümläut"], "what is left")


@contextlib.contextmanager
def silence(path):
    """Leads what child processes print into a file."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    with open(path, "ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)


def sign_out(walk):
    with walk.step("logout"):
        walk.az("logout")
        walk.az.refused("az login", "storage account list")


if __name__ == "__main__":
    _steps.main(script)
