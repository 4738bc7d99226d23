"""What the official Python package for Gen2 files does in `cargo xtask bench gen2`.

The package transfers single files, with as much at once as it is told; what a directory holds goes through threads
here. Prints the seconds that the work took, without what it takes to import the package and to sign in.
"""

import concurrent.futures
import os
import pathlib

from azure.identity import ClientSecretCredential
from azure.storage.filedatalake import DataLakeServiceClient

import _sdk

# As everybody has it: the bytes of one request, how many of those run at once, and how many files do.
PART = 4 << 20
PARTS = 8
FILES = 16


def each(work, items):
    """Does work for each of them, some at once; the first failure is that of all."""
    with concurrent.futures.ThreadPoolExecutor(FILES) as pool:
        for done in [pool.submit(work, *item) for item in items]:
            done.result()


def put(fs, local, remote):
    local = pathlib.Path(local)
    if local.is_file():
        put_file(fs, local, remote)
    else:
        files = [path for path in sorted(local.rglob("*")) if path.is_file()]
        each(put_file, ((fs, path, f"{remote}/{path.relative_to(local)}") for path in files))


def put_file(fs, local, remote):
    with open(local, "rb") as file:
        length = os.fstat(file.fileno()).st_size
        target = fs.get_file_client(remote)
        target.upload_data(file, length, overwrite=True, max_concurrency=PARTS, chunk_size=PART)


def get(fs, remote, local):
    if not fs.get_file_client(remote).get_file_properties().metadata.get("hdi_isfolder"):
        get_file(fs, remote, local)
        return
    top, below = pathlib.Path(local), remote.lstrip("/")
    found = [path for path in fs.get_paths(below) if not path.is_directory]
    files = [(path.name, top / pathlib.PurePosixPath(path.name).relative_to(below)) for path in found]
    for directory in {path.parent for _, path in files}:
        directory.mkdir(parents=True, exist_ok=True)
    each(get_file, ((fs, *names) for names in files))


def get_file(fs, remote, local):
    with open(local, "xb") as file:
        fs.get_file_client(remote).download_file(max_concurrency=PARTS).readinto(file)


def list_directory(fs, directory):
    return list(fs.get_paths(directory, recursive=False))


def connect(ready):
    credential = ClientSecretCredential(ready["tenant_id"], ready["client_id"], ready["client_secret"])
    credential.get_token("https://storage.azure.com/.default")
    url = f"https://{ready['gen2_account']}.dfs.{ready['adls_suffix']}"
    service = DataLakeServiceClient(url, credential, max_chunk_get_size=PART, max_single_get_size=PART)
    return service.get_file_system_client(ready["gen2_filesystem"])


if __name__ == "__main__":
    _sdk.main(__doc__, connect, {"put": put, "get": get, "list": list_directory})
