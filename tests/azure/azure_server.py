"""What the checks of Azure Blob storage share: Azurite, Azure's own client on it, and the client program."""

import argparse
import base64
import datetime
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / folder) for folder in ("s3", "support")]
import peers  # noqa: E402
from servers import PART, Outcome, Store, run_tests, started  # noqa: E402

ACCOUNT, CONTAINER, VERSION = "devstoreaccount1", "check-container", "2021-12-02"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
WRONG_KEY = base64.b64encode(b"another key, of the length that an account's key has, 64 bytes: ").decode()


class Server:
    """One Azurite, and Azure's client on it."""

    def __init__(self, folder, **how):
        self.folder, self.how = folder, how
        self.start()

    def start(self):
        self.stack = peers.azurite(self.folder, **self.how)
        store = self.stack.__enter__()
        self.port, self.process, self.scheme = store.port, store.process, store.scheme
        self.url = self.url_at(self.port)
        self.opened = self.service().create_container(CONTAINER)

    def stop(self):
        self.stack.__exit__(None, None, None)

    def conn_str(self, port=None, key=KEY, url=None):
        return f"DefaultEndpointsProtocol={self.scheme};AccountName={ACCOUNT};AccountKey={key};BlobEndpoint=" + (
            url or self.url_at(port or self.port) + ";")

    def url_at(self, port):
        return f"{self.scheme}://127.0.0.1:{port}/{ACCOUNT}"

    def service(self):
        from azure.storage.blob import BlobServiceClient
        return BlobServiceClient(self.url, credential={"account_name": ACCOUNT, "account_key": KEY}, api_version=VERSION,
                                 connection_verify=False, retry_total=0)

    def container(self):
        return self.opened

    def body(self, key):
        return self.container().get_blob_client(key).download_blob().readall()

    def names(self, prefix=""):
        return [b.name for b in self.container().list_blobs(name_starts_with=prefix)]

    def blocks(self, key):
        """Committed and uncommitted; none where there is no blob of either kind."""
        from azure.core.exceptions import ResourceNotFoundError
        try:
            return self.container().get_blob_client(key).get_block_list("all")
        except ResourceNotFoundError:
            return [], []

    def pending(self, prefix=""):
        """Names that have blocks and no blob."""
        everything = {b.name for b in self.container().list_blobs(name_starts_with=prefix, include=["uncommittedblobs"])}
        return sorted(everything - set(self.names(prefix)))

    def sas(self, permission="rwdlac", hours=1, **how):
        from azure.storage.blob import ContainerSasPermissions, generate_container_sas
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
        return generate_container_sas(ACCOUNT, CONTAINER, account_key=KEY, permission=ContainerSasPermissions.from_string(permission),
                                      expiry=expiry, **how)


class BlobStore(Store):
    """What Azure's client sees of a server."""

    def __init__(self, server):
        self.server = server

    def uploads(self, key):
        """Ids, out of the names of uncommitted blocks; a blob that is nothing but uncommitted has at least its name."""
        listed = key in self.server.pending(key)  # first: once it is listed it has blocks
        ids = sorted({b.id[:24] for b in self.server.blocks(key)[1]})
        return ids or (["without blocks"] if listed else [])

    def holds_parts(self, key, upload):
        return True  # otherwise there is none

    def object(self, key):
        from azure.core.exceptions import ResourceNotFoundError
        try:
            return self.server.body(key)
        except ResourceNotFoundError:
            return None


class Client:
    secrets = (KEY, WRONG_KEY)  # which no message may hold

    def __init__(self, programs):
        self.program, self.peers = programs["client"], programs

    def start(self, server, *words, port=None, stdin=subprocess.PIPE, **options):
        given = {"container": CONTAINER, "part_size": PART, "conn_str": server.conn_str(port)}
        if "account_url" in options:
            del given["conn_str"]
        given.update(options)
        return started(self.program, given, words, stdin)

    def run(self, server, *words, body=b"", timeout=120, hidden=(), **options):
        p = self.start(server, *words, **options)
        out, err = p.communicate(body, timeout=timeout)
        for secret in (*self.secrets, *hidden):
            assert secret not in (out + err).decode(), out + err
        return Outcome(p.returncode, out, err)


class Behind:
    """The client as servers.Run starts it: with a port, for which it also signs."""

    def __init__(self, client, server):
        self.client, self.server, self.secrets = client, server, client.secrets

    def start(self, port, *words, account_url=None, **options):
        if account_url:
            options["account_url"] = self.server.url_at(port)
        return self.client.start(self.server, *words, port=port, **options)


def main(doc, names, needs):
    """Runs the functions test_*(server, client) among `names`. `needs`: the programs that they need."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for program in (*needs, "azurite"):
        options.add_argument("--" + program, required=True)
    options.add_argument("--only", default="", help="run the tests whose name contains this")
    given = options.parse_args()
    if importlib.util.find_spec("azure.storage") is None:
        print(f"skipped: {sys.executable} has no azure-storage-blob")
        return 77
    import urllib3
    urllib3.disable_warnings()  # Azure's client only looks; ours verifies
    client = Client({program: getattr(given, program) for program in needs})
    folder = tempfile.mkdtemp(prefix="check_azure.")
    server = Server(os.path.join(folder, "a"), installed=given.azurite)
    try:
        failures = run_tests(names, given.only, client, lambda name: server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0
