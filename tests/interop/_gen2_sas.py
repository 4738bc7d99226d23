"""Shared access signatures of all kinds, each tried by clients that have nothing else."""

import datetime
import re
import uuid

from azure.core.credentials import AzureSasCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.filedatalake import (
    AccessPolicy,
    generate_account_sas,
    generate_directory_sas,
    generate_file_sas,
    generate_file_system_sas,
)

from _gen2 import check_refused
from _steps import check, check_true

HOUR = datetime.timedelta(hours=1)
MISMATCH = "AuthorizationPermissionMismatch"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def signatures(step, service, way, clients):
    """Service and account SAS with a key, user delegation SAS with a token."""
    fs = service.create_file_system(f"signatures-{uuid.uuid4().hex[:8]}")
    name = fs.file_system_name
    for path in ("d/e/file", "d/other", "outside"):
        fs.get_file_client(path).upload_data(path.encode(), overwrite=True)
    if way.bearer:
        credential = service.get_user_delegation_key(now() - HOUR, now() + HOUR)
        kind = "user delegation SAS"
    else:
        credential = way.key
        kind = "service SAS"
        account_sas(step, way, clients, fs)
        stored_policy(step, way, clients, fs)
    at = lambda sas: clients.service(AzureSasCredential(sas)).get_file_system_client(name)
    until = {"expiry": now() + HOUR}
    one = lambda permission, **options: generate_file_sas(
        way.account, name, "d/e", "file", credential, permission, **(until | options)
    )
    with step(f"{kind}: of a file"):
        check(read(at(one("r")), "d/e/file"), b"d/e/file", "content")
        refused(lambda: at(one("r")).get_file_client("d/e/file").delete_file(), MISMATCH, "deletion with r")
        refused(lambda: read(at(one("w")), "d/e/file"), MISMATCH, "reading with w")
        refused(lambda: read(at(one("r")), "d/other"), "AuthenticationFailed", "another file")
        at(one("rw")).get_file_client("d/e/file").set_metadata({"a": "b"})
        in_url = clients.service(None, f"{way.url()}?{one('r')}").get_file_system_client(name)
        check(read(in_url, "d/e/file"), b"d/e/file", "content with the SAS in the URL")
    with step(f"{kind}: of a file system"):
        whole = lambda permission, **options: generate_file_system_sas(
            way.account, name, credential, permission, **(until | options)
        )
        all_of_it = at(whole("racwdlme"))
        check(len(list(all_of_it.get_paths())), 5, "paths listed")
        all_of_it.create_directory("sas").create_file("f")
        all_of_it.get_file_client("sas/f").upload_data(b"new", overwrite=True)
        moved = all_of_it.get_file_client("sas/f").rename_file(f"{name}/sas/g")
        check(moved.download_file().readall(), b"new", "content after a rename")
        all_of_it.get_directory_client("sas").delete_directory()
        refused(lambda: list(at(whole("r")).get_paths()), MISMATCH, "listing with r")
        refused(lambda: at(whole("rl")).create_file("x"), MISMATCH, "creating with rl")
    with step(f"{kind}: of a directory"):
        tree = lambda permission, directory="d": generate_directory_sas(
            way.account, name, directory, credential, permission, **until
        )
        below = at(tree("racwdl"))
        check([path.name for path in below.get_paths("d")], ["d/e", "d/e/file", "d/other"], "paths below")
        check(read(below, "d/e/file"), b"d/e/file", "content of a file below")
        below.get_file_client("d/new").upload_data(b"x", overwrite=True)
        below.get_file_client("d/new").delete_file()
        refused(lambda: read(below, "outside"), "AuthenticationFailed", "a file outside")
        refused(lambda: list(below.get_paths()), "AuthenticationFailed", "listing all")
        check(read(at(tree("r", "d/e")), "d/e/file"), b"d/e/file", "content of a deeper directory")
    with step(f"{kind}: nothing of it can be changed"):
        sas = one("r", start=now() - HOUR)
        for field, value in (("sp", "racwdl"), ("se", "2099-01-01T00%3A00%3A00Z"), ("sr", "c"), ("st", "2001-01-01T00%3A00%3A00Z")):
            tampered = re.sub(rf"\b{field}=[^&]*", f"{field}={value}", sas)
            check_true(tampered != sas, f"{field} is not in {sorted(part.split('=')[0] for part in sas.split('&'))}")
            refused(lambda: read(at(tampered), "d/e/file"), "AuthenticationFailed", f"another {field}")
        unsigned = re.sub(r"&?sig=[^&]*", "", sas)
        refused(lambda: read(at(unsigned), "d/e/file"), None, "no signature")
    with step(f"{kind}: not before its time, not after it, not from elsewhere"):
        for options in (
            {"expiry": now() - HOUR},
            {"start": now() + HOUR, "expiry": now() + 2 * HOUR},
        ):
            refused(lambda: read(at(one("r", **options)), "d/e/file"), "AuthenticationFailed", str(list(options)))
        elsewhere = at(one("r", ip="192.0.2.1"))
        refused(lambda: read(elsewhere, "d/e/file"), None, "from another address")
        here = at(one("r", ip="127.0.0.1"))
        check(read(here, "d/e/file"), b"d/e/file", "content for this address")
        if not way.tls:
            refused(lambda: read(at(one("r", protocol="https")), "d/e/file"), None, "over http")
    if way.bearer:
        identified(step, way, clients, fs, credential)
    fs.delete_file_system()


def account_sas(step, way, clients, fs):
    with step("account SAS: services, kinds of resources, letters"):
        sas = lambda kinds, letters, **options: generate_account_sas(
            way.account, way.key, kinds, letters, now() + HOUR, **options
        )
        service = lambda token: clients.service(AzureSasCredential(token))
        here = lambda token: service(token).get_file_system_client(fs.file_system_name)
        check(read(here(sas("o", "r")), "outside"), b"outside", "content")
        names = [found.name for found in service(sas("s", "l")).list_file_systems()]
        check_true(fs.file_system_name in names, f"not listed: {names}")
        made = service(sas("sco", "rwdlc")).create_file_system(f"{fs.file_system_name}-2")
        made.create_file("f")
        made.delete_file_system()
        refused(lambda: here(sas("o", "r")).create_file("x"), MISMATCH, "creating with r")
        resource = "AuthorizationResourceTypeMismatch"
        refused(lambda: read(here(sas("s", "r")), "outside"), resource, "a file with srt=s")
        other = sas("o", "r", services="q")
        refused(lambda: read(here(other), "outside"), "AuthorizationServiceMismatch", "a file with ss=q")


def stored_policy(step, way, clients, fs):
    with step("service SAS: by a stored policy, until that is gone"):
        policy = AccessPolicy(permission="rl", expiry=now() + HOUR, start=now() - HOUR)
        fs.set_file_system_access_policy({"readers": policy})
        identifiers = fs.get_file_system_access_policy()["signed_identifiers"]
        check([found.id for found in identifiers], ["readers"], "stored policies")
        sas = generate_file_system_sas(way.account, fs.file_system_name, way.key, policy_id="readers")
        theirs = clients.service(AzureSasCredential(sas)).get_file_system_client(fs.file_system_name)
        check(read(theirs, "outside"), b"outside", "content")
        refused(lambda: theirs.create_file("x"), MISMATCH, "creating by a policy of rl")
        fs.set_file_system_access_policy({})
        refused(lambda: read(theirs, "outside"), "AuthenticationFailed", "by a policy that is gone")


def identified(step, way, clients, fs, credential):
    """A user delegation SAS may speak for somebody whose rights are then those of the ACLs."""
    name = fs.file_system_name
    somebody = str(uuid.uuid4())
    sas = lambda **options: generate_file_system_sas(
        way.account, name, credential, "rl", now() + HOUR, **options
    )
    at = lambda token: clients.service(AzureSasCredential(token)).get_file_system_client(name)
    with step("user delegation SAS: for somebody whom ACLs judge"):
        judged = at(sas(agent_object_id=somebody))
        refused(lambda: read(judged, "outside"), MISMATCH, "reading without an entry")
        fs._get_root_directory_client().update_access_control_recursive(f"user:{somebody}:r-x")
        check(read(judged, "outside"), b"outside", "content with an entry")
        preauthorized = at(sas(preauthorized_agent_object_id=str(uuid.uuid4()), correlation_id=str(uuid.uuid4())))
        check(read(preauthorized, "outside"), b"outside", "content for one who is authorized beforehand")


def read(fs, path):
    return fs.get_file_client(path).download_file().readall()


def refused(call, code, what):
    """A refusal of rights has 403, and one of two classes by its code."""
    if code is None:
        try:
            call()
        except HttpResponseError as error:
            check_true(error.status_code in (401, 403), f"{what}: refused with {error.status_code}: {error}")
            return
        raise AssertionError(f"{what}: it was not refused")
    kind = ClientAuthenticationError if code == "AuthenticationFailed" else HttpResponseError
    check_refused(kind, code, call, what)
