#!/usr/bin/env python3
"""Signatures of random requests to Azure Blob storage, and shared access signatures, beside those of Azure's own client.

    check_azure.py sign_azure_requests

The requests are the same in every run. Both sides begin with a path and a query as they go over the wire, headers, and
the length of a body.
"""

import base64
import datetime
import email.utils
import random
import string
import subprocess
import sys
import types
import urllib.parse

import azure.storage.blob._shared_access_signature as service
from azure.storage.blob import BlobSasPermissions
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy

COUNT = 1500
METHODS = ["GET", "PUT", "HEAD", "DELETE"]
STANDARD = ["Content-Encoding", "content-language", "Content-MD5", "Content-Type", "If-Modified-Since", "If-Match", "If-None-Match",
            "If-Unmodified-Since"]
OTHERS = ["User-Agent", "Accept", "Host", "Cache-Control"]
OWN = ["x-ms-blob-type", "x-ms-version", "x-ms-client-request-id", "x-ms-lease-id", "x-ms-blob-content-type", "x-ms-blob-content-md5",
       "x-ms-access-tier", "x-ms-if-tags", "x-ms-delete-snapshots", "x-ms-range-get-content-md5"]
TOKEN = "!#$%&'*+-.^_`|~" + string.digits + string.ascii_lowercase
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
NAMES = ["comp", "blockid", "restype", "prefix", "marker", "include", "timeout", "blocklisttype", "snapshot", "sv", "a-b", "a.b", "zzz"]


def text(r, pool, most, least=0):
    return "".join(r.choices(pool, k=r.randrange(least, most + 1)))


def random_request(r):
    segments = [text(r, PRINTABLE + " äß漢🦀", 12, 1) for _ in range(r.randrange(1, 5))]
    path = "/" + "/".join(urllib.parse.quote(s, safe="-_.~") for s in segments)
    fields = [(name, text(r, PRINTABLE + " ä漢", 15, 1)) for name in r.sample(NAMES, r.randrange(6))]
    query = "&".join(f"{n}={urllib.parse.quote(v, safe='-_.~')}" for n, v in fields)
    headers = [(n, text(r, PRINTABLE, 20, 1)) for n in r.sample(STANDARD, r.randrange(4)) + r.sample(OTHERS, r.randrange(3)) +
               r.sample(OWN, r.randrange(5))]
    # Names that differ only in what Azure's order passes over, among them.
    for name in {text(r, "ab-'_.", 4, 1) for _ in range(r.randrange(4))} | {text(r, TOKEN, 8, 1) for _ in range(r.randrange(3))}:
        headers.append(("x-ms-meta-" + name, text(r, PRINTABLE, 10, 1)))
    r.shuffle(headers)
    return types.SimpleNamespace(
        method=r.choice(METHODS), target=path + ("?" + query if query else ""), headers=headers, length=r.choice([0, 0, 1, 7, 4 << 30]),
        account=text(r, string.ascii_lowercase + string.digits, 24, 3), key=base64.b64encode(r.randbytes(r.choice([64, 32, 1]))).decode(),
        time=r.randrange(0, 7_000_000_000))


class Request(types.SimpleNamespace):
    @property
    def query(self):  # as azure.core's HttpRequest has it: what stands in the URL
        parts = urllib.parse.urlparse(self.url).query
        return dict(p.partition("=")[::2] for p in parts.split("&")) if parts else {}


def expected(q):
    date = email.utils.formatdate(q.time, usegmt=True)
    headers = dict(q.headers) | {"x-ms-date": date}
    if q.length:
        headers["Content-Length"] = str(q.length)
    request = Request(method=q.method, url=f"https://{q.account}.blob.core.windows.net{q.target}", headers=headers)
    context = types.SimpleNamespace(transport=None)
    policy = SharedKeyCredentialPolicy(q.account, q.key)
    signed = []
    add = policy._add_authorization_header
    policy._add_authorization_header = lambda request, to_sign: (signed.append(to_sign), add(request, to_sign))
    policy.on_request(types.SimpleNamespace(http_request=request, context=context))
    return {"date": date, "string_to_sign": signed[0], "authorization": headers["Authorization"]}


def random_sas(r):
    return types.SimpleNamespace(
        account=text(r, string.ascii_lowercase, 24, 3), key=base64.b64encode(r.randbytes(64)).decode(), container=text(r, "abc-9", 20, 3),
        blob=text(r, PRINTABLE + " äß漢🦀", 30, 1), permissions=r.choice(["r", "cw", "rcwd"]), time=r.randrange(0, 7_000_000_000),
        https_only=r.choice(["0", "1"]))


def expected_sas(q):
    # The rules are those of the version that the library names; the client would name its newest.
    service.X_MS_VERSION = "2021-12-02"
    made = service.BlobSharedAccessSignature(q.account, account_key=q.key).generate_blob(
        q.container, q.blob, permission=BlobSasPermissions.from_string(q.permissions),
        expiry=datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=q.time), protocol="https" if q.https_only == "1" else None)
    return dict(urllib.parse.parse_qsl(made))


def line_of(q):
    words = [(n, str(v)) for n, v in vars(q).items() if n != "headers"]
    words += [("header", f"{n}\0{v}") for n, v in getattr(q, "headers", [])]
    return " ".join(f"{n}={v.encode().hex()}" for n, v in words)


def main(program):
    r = random.Random(2021)
    requests, signatures = [random_request(r) for _ in range(COUNT)], [random_sas(r) for _ in range(COUNT // 3)]
    everything = requests + signatures
    done = subprocess.run([program], input="".join(line_of(q) + "\n" for q in everything), capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(everything), (len(lines), len(everything))
    failed = 0
    for q, line in zip(everything, lines):
        got = {n: bytes.fromhex(v).decode() for n, _, v in (word.partition("=") for word in line.split())}
        wanted = expected(q) if hasattr(q, "headers") else expected_sas(q)
        if "sas" in got:
            got = dict(urllib.parse.parse_qsl(got["sas"]))
        if got != wanted:
            failed += 1
            if failed <= 5:
                print(f"FAILED: {q}\n  library: {got}\n  Azure's: {wanted}")
    print(f"{len(requests)} requests and {len(signatures)} shared access signatures: {failed} signed otherwise")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
