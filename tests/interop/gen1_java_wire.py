"""What Microsoft's Java SDK for Gen1 puts on the wire, sent by the HTTP client that it is built on.

The SDK itself is in no package registry that this repository may use. So this is not the SDK: it sends
the requests of its version 2.3 in their order, through Java's HttpURLConnection with its trust store,
its proxy and its URL encoding, and demands of the answers what the SDK reads from them.
"""
# requirements: requirements-gen1-hadoop.txt

import json
import os
import shutil
import sys
import time
import uuid

import _steps
from _steps import check, check_true
from py4j.java_gateway import JavaGateway

MIB = 1024 * 1024
SOMEBODY = "11111111-2222-3333-4444-555555555555"
PAGES, PLAIN = "2018-12-01", "2016-11-01"
# Names of the SDK's own tests, which Java encodes only where a URL would break.
NAMES = [
    "ch+ ch.官話.עברית.हिंदी.español.~`!@#$%^&*()_.+=-{}[]|;',.<>?.txt",
    "1~`!!@#$%^&()-_=+.txt",
    "2{}[];',..txt  ",
]


def script(ready, step):
    missing = "there is no java: install a runtime, 17 or newer (Debian: default-jre-headless)"
    check_true(shutil.which("java"), missing)
    with step("start Java, trust the emulator, sign in"):
        java = Java(ready)
        store = Store(java, ready, java.sign_in(ready))
    try:
        for test in (streams, lost_answers, reading, names, listings, attributes, many_writers, refusals):
            directory = f"/wire/{test.__name__}"
            store.done("PUT", "MKDIRS", directory)
            test(step, store, directory)
            store.done("DELETE", "DELETE", directory, {"recursive": "true"})
    finally:
        java.gateway.shutdown()


class Java:
    """A virtual machine whose HTTPS connections go through the emulator's proxy and trust it."""

    def __init__(self, ready):
        self.gateway = JavaGateway.launch_gateway(die_on_exit=True, redirect_stderr=sys.stderr)
        self.lang, self.net = self.gateway.jvm.java.lang, self.gateway.jvm.java.net
        self.io, self.ssl = self.gateway.jvm.java.io, self.gateway.jvm.javax.net.ssl
        proxy = self.net.URI(os.environ["HTTPS_PROXY"])
        self.lang.System.setProperty("https.proxyHost", proxy.getHost())
        self.lang.System.setProperty("https.proxyPort", str(proxy.getPort()))
        self.trust(ready.ca_cert)

    def trust(self, path):
        security = self.gateway.jvm.java.security
        store = security.KeyStore.getInstance(security.KeyStore.getDefaultType())
        store.load(None, None)
        with open(path, "rb") as file:
            stream = self.io.ByteArrayInputStream(file.read())
        certificate = security.cert.CertificateFactory.getInstance("X.509").generateCertificate(stream)
        store.setCertificateEntry("emulator", certificate)
        factory = self.ssl.TrustManagerFactory.getInstance(self.ssl.TrustManagerFactory.getDefaultAlgorithm())
        factory.init(store)
        context = self.ssl.SSLContext.getInstance("TLS")
        context.init(None, factory.getTrustManagers(), None)
        self.ssl.HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory())

    def sign_in(self, ready):
        """As `ClientCredsTokenProvider` does; the token."""
        form = {
            "resource": "https://datalake.azure.net/",
            "grant_type": "client_credentials",
            "client_id": ready.client_id,
            "client_secret": ready.client_secret,
        }
        url = f"https://login.microsoftonline.com/{ready.tenant_id}/oauth2/token"
        answer = self.send("POST", url, {"User-Agent": "wire"}, self.query(form).encode())
        check(answer.status, 200, "status of the token request")
        check_true(answer.headers["Content-Type"].startswith("application/json"), "no JSON")
        check_true(int(answer.headers["Content-Length"]) > 0, "no length")
        token = answer.json()
        check_true(int(token["expires_in"]) > 0, "lifetime of the token")
        return token["access_token"]

    def query(self, parameters):
        encode = self.net.URLEncoder.encode
        return "&".join(f"{name}={encode(value, 'UTF-8')}" for name, value in parameters.items())

    def path(self, path):
        return self.net.URI(None, None, path, None).toASCIIString()

    def send(self, method, url, headers, body):
        """One request. A body is sent with every method but GET, if only to have its length said."""
        connection = self.net.URL(url).openConnection()
        for name, value in headers.items():
            connection.setRequestProperty(name, value)
        connection.setConnectTimeout(10000)
        connection.setReadTimeout(20000)
        connection.setUseCaches(False)
        connection.setRequestMethod(method)
        connection.setDoInput(True)
        if method != "GET":
            connection.setDoOutput(True)
            stream = connection.getOutputStream()
            stream.write(body)
            stream.close()
        status = connection.getResponseCode()
        stream = connection.getErrorStream() if status >= 400 else connection.getInputStream()
        content = bytes(stream.readAllBytes()) if stream is not None else b""
        fields = connection.getHeaderFields()
        headers = {name: fields.get(name).get(0) for name in fields.keySet() if name}
        return Answer(status, {name.title(): value for name, value in headers.items()}, content)


class Answer:
    def __init__(self, status, headers, content):
        self.status, self.headers, self.content = status, headers, content

    def json(self):
        return json.loads(self.content)

    def chunked(self):
        return self.headers.get("Transfer-Encoding") == "chunked"

    def exception(self):
        """The error as the SDK reads it: only when a length says that there is one."""
        check_true(int(self.headers["Content-Length"]) > 0, "an error without a length")
        error = self.json()["RemoteException"]
        check_true(error["message"] and error["javaClassName"], "message and class of an error")
        return error["exception"]


class Store:
    """An account, reached by the SDK's own URLs."""

    def __init__(self, java, ready, token):
        self.java, self.token = java, token
        self.base = f"https://{ready.default_account}.azuredatalakestore.net"

    def call(self, method, op, path, parameters=None, body=b"", root="/webhdfs/v1", version=PAGES):
        query = {"op": op, **(parameters or {}), "api-version": version}
        request_id = f"{uuid.uuid4()}.0"
        headers = {
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "ADLSJavaSDK-2.3.10/Linux-6/Debian-17/wire",
            "x-ms-client-request-id": request_id,
            "x-ms-adl-client-latency": f"{request_id},12,,{op},0,{uuid.uuid4()}",
        }
        url = f"{self.base}{root}{self.java.path(path)}?{self.java.query(query)}"
        answer = self.java.send(method, url, headers, body)
        check_true(answer.headers.get("X-Ms-Request-Id"), f"{op} is answered without a request id")
        return answer

    def done(self, method, op, path, parameters=None, body=b"", **rest):
        answer = self.call(method, op, path, parameters, body, **rest)
        check_true(answer.status < 300, f"{op} of {path}: {answer.status} {answer.content!r}")
        return answer

    def said(self, *arguments):
        """The answer of operations that say yes or no."""
        return self.done(*arguments).json()["boolean"]

    def extension(self, method, op, path, parameters, body=b""):
        return self.call(method, op, path, parameters, body, root="/WebHdfsExt")

    def create(self, path, session, flag="DATA", body=b"", overwrite="true"):
        session = {"leaseid": session, "filesessionid": session} if session else {}
        query = {"overwrite": overwrite, "syncFlag": flag, "write": "true", **session}
        return self.call("PUT", "CREATE", path, query, body)

    def append(self, path, session, flag, body=b"", offset=None):
        query = {"append": "true", "syncFlag": flag, "leaseid": session, "filesessionid": session}
        if offset is not None:
            query["offset"] = str(offset)
        return self.call("POST", "APPEND", path, query, body)

    def file(self, path, body=b""):
        check(self.create(path, None, "CLOSE", body).status, 201, f"creating {path}")

    def read(self, path, **parameters):
        parameters = {name: str(value) for name, value in parameters.items()}
        return self.call("GET", "OPEN", path, {"read": "true", **parameters})

    def status(self, path, **parameters):
        return self.done("GET", "GETFILESTATUS", path, {"tooid": "true", **parameters}).json()["FileStatus"]


def streams(step, store, directory):
    path, session = f"{directory}/file", str(uuid.uuid4())
    data = os.urandom(4 * MIB)
    with step("streams: create, write blocks, flush, close"):
        check(store.create(path, session).status, 201, "creating")
        check(store.status(path)["length"], 0, "length of a file just made")
        check(store.append(path, session, "DATA", data, 0).status, 200, "a block")
        check(store.append(path, session, "METADATA", b"flushed", len(data)).status, 200, "flush")
        check(store.status(path)["length"], len(data) + 7, "length after the flush")
        check(store.append(path, session, "DATA", b"rest", len(data) + 7).status, 200, "the rest")
        check(store.append(path, session, "CLOSE", b"", len(data) + 11).status, 200, "closing")
        check(store.read(path).content, data + b"flushedrest", "content")
    with step("streams: append to what is there"):
        session = str(uuid.uuid4())
        check(store.append(path, session, "DATA").status, 200, "taking the lease")
        check(store.append(path, session, "METADATA").status, 200, "publishing the length")
        length = store.status(path, getconsistentlength="true")["length"]
        check(store.append(path, session, "DATA", b"more", length).status, 200, "appending")
        other = store.append(path, str(uuid.uuid4()), "DATA", b"x")
        message = other.json()["RemoteException"]["message"]
        check((other.status, "83090a16" in message), (400, True), "another writer")
        check(store.append(path, session, "CLOSE", b"", length + 4).status, 200, "closing")
        check(store.status(path)["length"], length + 4, "length at the end")
    with step("streams: create where something is"):
        refused = store.create(path, None, "CLOSE", b"x", overwrite="false")
        check((refused.status, refused.exception()), (403, "FileAlreadyExistsException"), "refusal")
        only = {"recursive": "false", "fileContextId": store.status(path)["fileContextID"]}
        check(store.call("GET", "CHECKACCESS", path, {"fsaction": "-w-"}).status, 200, "access")
        check(store.said("DELETE", "DELETE", path, only), True, "deleted")
        check(store.create(path, None, "CLOSE", b"x", overwrite="false").status, 201, "created")
        stale = store.call("DELETE", "DELETE", path, only)
        check_true(stale.status >= 400 and b"StreamID mismatch" in stale.content, "an old incarnation")


def lost_answers(step, store, directory):
    path, session = f"{directory}/file", str(uuid.uuid4())
    with step("lost answers: the same block again, then nothing behind it"):
        store.create(path, session)
        store.append(path, session, "DATA", b"12345678", 0)
        again = store.append(path, session, "DATA", b"12345678", 0)
        check((again.status, again.exception()), (400, "BadOffsetException"), "the block again")
        check(store.append(path, session, "METADATA", b"", 8).status, 200, "nothing where it ended")
        check(store.append(path, session, "METADATA", b"", 4).status, 400, "nothing elsewhere")
        check(store.append(path, session, "CLOSE", b"", 8).status, 200, "closing")
        check(store.read(path).content, b"12345678", "content")


def reading(step, store, directory):
    path, session = f"{directory}/file", str(uuid.uuid4())
    data = os.urandom(MIB + 3)
    with step("reading: chunks of unknown length, ranges, ahead of need"):
        store.file(path, data)
        whole = store.read(path, length=4 * MIB, filesessionid=session)
        check((whole.chunked(), "Content-Length" in whole.headers), (True, False), "form of the answer")
        check(whole.content, data, "content")
        check(store.read(path, offset=MIB, length=4 * MIB, filesessionid=session).content, data[MIB:], "tail")
        ahead = store.read(path, offset=10, length=5, speculative="true", filesessionid=session)
        check(ahead.content, data[10:15], "what is read ahead")
    with step("reading: nothing, and behind the end"):
        store.file(f"{directory}/empty")
        empty = store.read(f"{directory}/empty")
        check((empty.status, empty.headers["Content-Length"], empty.content), (200, "0", b""), "empty file")
        for offset in (len(data), len(data) + 1):
            check_true(store.read(path, offset=offset).status in (403, 416), f"reading at {offset}")


def names(step, store, directory):
    with step("names: as Java encodes them"):
        for name in NAMES:
            path = f"{directory}/{name}"
            store.file(path, name.encode())
            check(store.read(path).content, name.encode(), f"content of {name}")
            check(store.status(path)["length"], len(name.encode()), f"length of {name}")
            for old, new in ((path, f"{path}.moved"), (f"{path}.moved", path)):
                check(store.said("PUT", "RENAME", old, {"destination": new}), True, f"moving {old}")
        listed = store.done("GET", "LISTSTATUS", directory, {"tooid": "true"}).json()
        check(suffixes(listed), sorted(NAMES, key=str.encode), "names")
    with step("names: joined, in JSON that claims to be a form"):
        sources = {"sources": [f"{directory}/{name}" for name in NAMES]}
        store.done("POST", "MSCONCAT", f"{directory}/all", body=json.dumps(sources).encode())
        check(store.read(f"{directory}/all").content, "".join(NAMES).encode(), "content")


def suffixes(answer):
    return [item["pathSuffix"] for item in answer["FileStatuses"]["FileStatus"]]


def listings(step, store, directory):
    expected = [f"f{number:02}" for number in range(7)]
    for name in expected:
        store.file(f"{directory}/{name}")

    def page(version=PAGES, **parameters):
        parameters = {name: str(value) for name, value in parameters.items()}
        query = {**parameters, "tooid": "true"}
        return store.done("GET", "LISTSTATUS", directory, query, version=version).json()

    with step("listings: pages by token"):
        token, found = "", []
        while True:
            answer = page(listSize=3, **({"listAfter": token} if token else {}))
            # The first versions that know tokens read the members in this order, whatever their names.
            check(list(answer["FileStatuses"]), ["continuationToken", "FileStatus"], "members")
            found += suffixes(answer)
            token = answer["FileStatuses"]["continuationToken"]
            if not token:
                break
        check(found, expected, "names")
        last = page(listSize=3, listBefore="f02")["FileStatuses"]
        check(last["continuationToken"], "", "token of the last page")
    with step("listings: pages by the last name, of versions without tokens"):
        check(list(page(version=PLAIN)["FileStatuses"]), ["FileStatus"], "what a listing holds")
        check(suffixes(page(version=PLAIN, listSize=3, listAfter="f02")), expected[3:6], "second page")
        one = store.done("GET", "LISTSTATUS", f"{directory}/f03", version=PLAIN).json()
        check(suffixes(one), [""], "listing of a file")


def attributes(step, store, directory):
    path = f"{directory}/file"
    store.file(path, b"x")
    with step("attributes: status of a file and of a directory"):
        file, parent = store.status(path), store.status(directory)
        fixed = ("type", "blockSize", "replication", "aclBit", "msExpirationTime")
        check([file[key] for key in fixed], ["FILE", 256 * MIB, 1, False, 0], "file")
        check([parent.get(key) for key in fixed], ["DIRECTORY", 0, 0, False, None], "directory")
        check_true(file["owner"] and file["group"], "owner and group")
        check_true(abs(file["modificationTime"] / 1000 - time.time()) < 60, "time of a file is not now")
    with step("attributes: mode, owner, times, expiry"):
        for mode, shown in (("7", "007"), ("0640", "640"), ("1755", "1755")):
            store.done("PUT", "SETPERMISSION", directory, {"permission": mode})
            check(store.status(directory)["permission"], shown, f"mode {mode}")
        store.done("PUT", "SETOWNER", path, {"owner": SOMEBODY, "group": SOMEBODY})
        check((store.status(path)["owner"], store.status(path)["group"]), (SOMEBODY, SOMEBODY), "owner")
        modified, accessed = 1_500_000_000_000, 1_400_000_000_000
        query = {"modificationtime": str(modified), "accesstime": str(accessed)}
        store.done("PUT", "SETTIMES", path, query)
        times = store.status(path)
        check((times["modificationTime"], times["accessTime"]), (modified, accessed), "times")
        until = int(time.time() * 1000) + 3_600_000
        for option, moment, shown in (("Absolute", until, until), ("NeverExpire", 0, 0)):
            query = {"expiryOption": option, "expireTime": str(moment)}
            check(store.extension("PUT", "SETEXPIRY", path, query).status, 200, option)
            check(store.status(path)["msExpirationTime"], shown, f"time of expiry after {option}")
    with step("attributes: ACLs"):
        change = lambda op, spec=None: store.done("PUT", op, directory, {"aclspec": spec} if spec else {})
        acl = lambda: store.done("GET", "GETACLSTATUS", directory, {"tooid": "true"}).json()["AclStatus"]
        change("SETACL", f"user::rwx,user:{SOMEBODY}:r-x,group::r-x,other::---,default:user:{SOMEBODY}:rwx")
        check_true(f"user:{SOMEBODY}:r-x" in acl()["entries"], "named user")
        change("MODIFYACLENTRIES", f"group:{SOMEBODY}:--x")
        change("REMOVEACLENTRIES", f"user:{SOMEBODY},default:user:{SOMEBODY}")
        check_true(not [entry for entry in acl()["entries"] if entry.startswith("user:1")], "removed user")
        check_true(f"group:{SOMEBODY}:--x" in acl()["entries"], "named group")
        change("REMOVEDEFAULTACL")
        change("REMOVEACL")
        check((acl()["entries"], acl()["stickyBit"]), ([], True), "after all has been removed")


def many_writers(step, store, directory):
    path = f"{directory}/log"
    with step("many writers: concurrent appends"):
        missing = store.extension("POST", "CONCURRENTAPPEND", path, {}, b"a")
        check_true(missing.status >= 400, "appending to what is not there")
        for body in (b"first ", b"second"):
            answer = store.extension("POST", "CONCURRENTAPPEND", path, {"appendMode": "autocreate"}, body)
            check(answer.status, 200, "appending")
        check(store.read(path).content, b"first second", "content")


def refusals(step, store, directory):
    with step("refusals: what is missing, full or unknown"):
        missing = f"{directory}/gone"
        answer = store.call("GET", "GETFILESTATUS", missing, {"tooid": "true"})
        check((answer.status, answer.exception()), (404, "FileNotFoundException"), "status")
        check(store.said("DELETE", "DELETE", missing, {"recursive": "false"}), False, "deleting")
        check(store.said("PUT", "RENAME", missing, {"destination": f"{directory}/x"}), False, "renaming")
        check_true(store.append(missing, str(uuid.uuid4()), "DATA").status >= 400, "appending")
        store.file(f"{directory}/full/file")
        full = store.call("DELETE", "DELETE", f"{directory}/full", {"recursive": "false"})
        check((full.status, full.exception()), (403, "AccessControlException"), "deleting a full directory")
        own, store.token = store.token, "nonsense"
        unknown = store.call("GET", "LISTSTATUS", directory)
        check((unknown.status, unknown.exception()), (401, "SecurityException"), "a token of nobody's")
        store.token = own


if __name__ == "__main__":
    _steps.main(script)
