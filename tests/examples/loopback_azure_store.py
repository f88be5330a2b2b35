#!/usr/bin/env python3
"""The loopback Azure store of the examples as azure-storage-blob sees it, beside Azurite.

    loopback_azure_store.py --server PROGRAM [--azurite FOLDER]

PROGRAM is loopback_server.cpp, built. Every case runs against it; with --azurite (the folder that install.sh makes) the
same cases run there as well, and both must answer alike. Needs azure-storage-blob.
"""

import argparse
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.client
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobServiceClient, ContentSettings

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import peers  # noqa: E402

CONTAINER, VERSION = "test-bucket", "2021-12-02"
MIB = 1 << 20


class Server:
    def __init__(self, name, url, account, key, process=None, folder=None):
        self.name, self.url, self.account, self.key, self.process, self.folder = name, url, account, key, process, folder

    def service(self, key=None, account=None):
        url = self.url if account is None else self.url.rsplit("/", 1)[0] + "/" + account
        return BlobServiceClient(url, {"account_name": account or self.account, "account_key": key or self.key}, api_version=VERSION,
                                 retry_total=0, max_single_put_size=5 * MIB, max_block_size=4 * MIB,
                                 max_single_get_size=4 * MIB, max_chunk_get_size=MIB)

    def container(self, **how):
        return self.service(**how).get_container_client(CONTAINER)


@contextlib.contextmanager
def loopback(program):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([program, folder, "--azure"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Server("loopback", process.stdout.readline().strip(), "testaccess", base64.b64encode(b"testsecretkey12345").decode(),
                         process, folder)
        finally:
            process.stdin.close()
            if process.wait(20) != 0:
                raise SystemExit("the loopback server ended with %s" % process.returncode)


@contextlib.contextmanager
def azurite(installed):
    with tempfile.TemporaryDirectory() as folder, peers.azurite(folder, installed) as store:
        server = Server("azurite", "http://127.0.0.1:%d/devstoreaccount1" % store.port, "devstoreaccount1",
                        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==")
        server.service().create_container(CONTAINER)
        yield server


# --- a signer of our own, by Microsoft's description, so that requests can be wrong in one exact way ---

def send(server, method, path, query=(), body=b"", *, headers=(), unsigned=(), shift=0, key=None, account=None, scheme="SharedKey",
         length=True, authorization=None):
    """Signs and sends. Gives status, error code and body."""
    url = urllib.parse.urlsplit(server.url)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    signed = {"x-ms-date": now.strftime("%a, %d %b %Y %H:%M:%S GMT"), "x-ms-version": VERSION}
    signed.update((k.lower(), v) for k, v in headers)
    path = url.path + urllib.parse.quote(path, safe="/-_.~")
    lines = [method] + [signed.get(name, "") for name in ("content-encoding", "content-language")]
    lines += [str(len(body)) if body else ""]
    lines += [signed.get(name, "") for name in ("content-md5", "content-type", "date", "if-modified-since", "if-match",
                                                "if-none-match", "if-unmodified-since", "range")]
    lines += ["%s:%s" % (k, signed[k]) for k in sorted(signed) if k.startswith("x-ms-")]
    lines += ["/" + server.account + path] + ["%s:%s" % (k.lower(), v) for k, v in sorted(query)]
    signature = base64.b64encode(hmac.new(base64.b64decode(key or server.key), "\n".join(lines).encode(), hashlib.sha256).digest())
    if authorization is None:
        authorization = "%s %s:%s" % (scheme, account or server.account, signature.decode())
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    text = "&".join("%s=%s" % (k, urllib.parse.quote(v, safe="-_.~")) for k, v in query)
    connection.putrequest(method, path + ("?" + text if query else ""), skip_accept_encoding=True)
    for name, value in list(signed.items()) + list(unsigned) + ([("Content-Length", str(len(body)))] if length else []):
        connection.putheader(name, value)
    if authorization:
        connection.putheader("Authorization", authorization)
    try:
        connection.endheaders(body if length else None)
    except ConnectionError:
        pass  # a refusal that came before the body was out: it is there to be read
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    code = re.search(rb"<Code>(\w+)</Code>", text)
    code = code.group(1).decode() if code else ""
    assert (answer.getheader("x-ms-error-code") or code) == code or method == "HEAD", (code, answer.getheader("x-ms-error-code"))
    return answer.status, code, text


def raw(*arguments, **named):
    return send(*arguments, **named)[:2]


def refused(call):
    try:
        call()
    except HttpResponseError as x:
        return x.status_code, str(getattr(x.error_code, "value", x.error_code))
    return 200, ""


PUT = [("x-ms-blob-type", "BlockBlob")]
K = "/%s/k" % CONTAINER


def block_id(number, width=6):
    return base64.b64encode(b"%0*d" % (width, number)).decode()


def xml_list(*blocks):
    return ("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>%s</BlockList>" %
            "".join("<%s>%s</%s>" % (kind, id, kind) for kind, id in blocks)).encode()


# --- what must succeed: functions of server and container that give a comparable value ---

def put_get(server, container):
    out = []
    for name in ("plain", "dir/sub/x y+z@=&$ü.json", "a~b-c_d.e(1)'!*"):
        body = os.urandom(1000) + name.encode()
        blob = container.get_blob_client(name)
        put = blob.upload_blob(body, overwrite=True, metadata={"who": "me"}, content_settings=ContentSettings("application/json"))
        got, head = blob.download_blob(), blob.get_blob_properties()
        out += [got.readall() == body, put["etag"] == got.properties.etag == head.etag, head.size == len(body), head.metadata,
                head.content_settings.content_type, bytes(head.content_settings.content_md5) == hashlib.md5(body).digest(),
                head.blob_type.value, put["etag"][:3] == '"0x']
        if server.folder:
            with open(os.path.join(server.folder, CONTAINER, name), "rb") as f:
                out.append(f.read() == body)
        else:
            out.append(True)
    container.upload_blob("plain", b"", overwrite=True)
    return out + [container.download_blob("plain").readall(), container.get_blob_client("plain").get_blob_properties().size]


def types(server, container):
    """The content type: of the blob's own header, else of the request's."""
    out = []
    for name, headers in (("none", []), ("plain", [("content-type", "text/plain")]),
                          ("own", [("content-type", "text/plain"), ("x-ms-blob-content-type", "text/csv")])):
        out.append(raw(server, "PUT", "/%s/types/%s" % (CONTAINER, name), body=b"x", headers=PUT + headers))
        out.append(container.get_blob_client("types/" + name).get_blob_properties().content_settings.content_type)
    return out


def ranges(server, container):
    container.upload_blob("ranges", bytes(range(100)), overwrite=True)
    out = []
    for text in ("bytes=0-9", "bytes=90-", "bytes=50-500", "bytes=0-0"):
        for header in ("x-ms-range", "range"):
            out.append(send(server, "GET", "/%s/ranges" % CONTAINER, headers=[(header, text)]))
    blob = container.get_blob_client("ranges")
    return out + [blob.download_blob(offset=5, length=7).readall(), blob.download_blob(offset=95).readall()]


def blocks(server, container):
    parts = [os.urandom(3 * MIB), os.urandom(MIB + 1), b"the last may be small"]
    blob = container.get_blob_client("big/one")
    sent = {}
    for number, body in ((9, parts[2]), (2, b"overwritten"), (5, parts[1]), (2, parts[0])):
        md5 = blob.stage_block(block_id(number), body, validate_content=True)["content_md5"]
        sent[number] = md5 is None or bytes(md5) == hashlib.md5(body).digest()  # (Azurite leaves it out.)
    listed = [sorted((b.id, b.size) for b in kind) for kind in blob.get_block_list("all")]  # (Azure sorts them, Azurite does not.)
    hidden = refused(blob.get_blob_properties), "big/one" in [b.name for b in container.list_blobs()]
    shown = [b.size for b in container.list_blobs("big/", include=["uncommittedblobs"])]
    blob.commit_block_list([BlobBlock(block_id(n)) for n in (2, 5, 9)], content_settings=ContentSettings("text/plain"),
                           metadata={"a": "b"})
    head = blob.get_blob_properties()
    after = [[(b.id, b.size) for b in kind] for kind in blob.get_block_list("all")]
    # The same list once more finds its blocks committed.
    blob.commit_block_list([BlobBlock(block_id(n)) for n in (2, 5, 9)])
    return [all(sent.values()), listed, hidden, shown, blob.download_blob().readall() == b"".join(parts), head.size, head.metadata,
            head.content_settings.content_type, after]


def lists_of_blocks(server, container):
    """Committed, uncommitted and latest ones; blocks twice; an empty list."""
    path, blob = "/%s/lists" % CONTAINER, container.get_blob_client("lists")
    one, two = block_id(1), block_id(2)

    def commit(*entries):
        return raw(server, "PUT", path, [("comp", "blocklist")], xml_list(*entries))

    def stage(id, body):
        return raw(server, "PUT", path, [("blockid", id), ("comp", "block")], body)

    out = [stage(one, b"1"), stage(two, b"22"), commit(("Uncommitted", two), ("Latest", one), ("Latest", two))]
    out += [blob.download_blob().readall(), stage(one, b"333"), commit(("Committed", one), ("Uncommitted", one), ("Latest", one))]
    out += [blob.download_blob().readall(), [[b.size for b in kind] for kind in blob.get_block_list("all")], commit()]
    return out + [blob.download_blob().readall(), [b.size for b in container.list_blobs("lists")]]


def what_ends_uploads(server, container):
    """Uncommitted blocks go with the next list, whether it has them or not, and with the blob's deletion."""
    blob = container.get_blob_client("ended")
    blob.upload_blob(b"whole", overwrite=True)
    blob.stage_block(block_id(1), b"x")
    out = [[len(kind) for kind in blob.get_block_list("all")]]
    blob.commit_block_list([])
    out.append([len(kind) for kind in blob.get_block_list("all")])
    blob.stage_block(block_id(1), b"x")
    blob.delete_blob()
    other = container.get_blob_client("never")
    other.stage_block(block_id(1), b"x")
    other.delete_blob()
    return out + [refused(lambda: b.get_block_list("all")) for b in (blob, other)]


def managed(server, container):
    body = os.urandom(20 * MIB + 7)
    blob = container.get_blob_client("managed")
    blob.upload_blob(io.BytesIO(body), overwrite=True, max_concurrency=4)
    return [blob.download_blob(max_concurrency=4).readall() == body, len(blob.get_block_list()[0]) > 1]


def listing(server, container):
    for i in range(25):
        container.upload_blob("list/%s/%02d &<>" % ("ab"[i % 2], i), b"x" * i, overwrite=True)
    pages = [[(b.name, b.size, b.etag != "", b.blob_type.value) for b in page]
             for page in container.list_blobs("list/", results_per_page=7).by_page()]
    folders = [b.name for b in container.walk_blobs("list/")]
    inside = [b.name for b in container.walk_blobs("list/b/2", delimiter="/")]
    return [len(pages), pages, folders, inside, [b.name for b in container.list_blobs("nothing")]]


def delete(server, container):
    blob = container.upload_blob("del/a/b", b"x", overwrite=True)
    blob.delete_blob()
    return [refused(blob.download_blob), refused(blob.get_blob_properties), refused(blob.delete_blob), blob.exists(),
            os.path.exists(os.path.join(server.folder or "/nowhere", CONTAINER, "del"))]


def conditions(server, container):
    blob = container.upload_blob("if", b"x", overwrite=True)
    etag = blob.get_blob_properties().etag
    path, old = "/%s/if" % CONTAINER, "Thu, 01 Jan 2015 00:00:00 GMT"
    out = []
    for headers in ([("if-none-match", "*")], [("if-match", etag)], [("if-match", '"0x1"')], [("if-unmodified-since", old)]):
        out.append(raw(server, "PUT", path, body=b"x", headers=PUT + headers))
    etag = blob.get_blob_properties().etag
    out += [raw(server, "PUT", path, [("comp", "blocklist")], xml_list(), headers=[("if-none-match", "*")]),
            raw(server, "GET", path, headers=[("if-match", '"0x1"')]), raw(server, "GET", path, headers=[("if-match", etag)]),
            raw(server, "DELETE", path, headers=[("if-unmodified-since", old)]),
            raw(server, "PUT", "/%s/if/absent" % CONTAINER, body=b"x", headers=PUT + [("if-match", '"0x1"')])]
    return out + [raw(server, "DELETE", path, headers=[("if-match", etag)]),
                  raw(server, "PUT", path, body=b"x", headers=PUT + [("if-none-match", "*")])]


def containers(server, container):
    service = server.service()
    other = service.create_container("another-container")
    other.upload_blob("k", b"x")
    out = [sorted(c.name for c in service.list_containers()), refused(lambda: service.create_container("another-container")),
           other.exists(), other.get_container_properties().name]
    service.delete_container("another-container")
    return out + [other.exists(), refused(lambda: other.upload_blob("k", b"x")), refused(lambda: service.create_container("A_b"))]


SUCCESSES = [put_get, types, ranges, blocks, lists_of_blocks, what_ends_uploads, managed, listing, delete, conditions, containers]


# --- what must fail: name, function of server, our status and code; and Azurite's where it is not Azure's ---

def block(server, id, body=b"x", path=K):
    return raw(server, "PUT", path, [("blockid", id), ("comp", "block")], body)


def unequal(server):
    first = block(server, block_id(1), path=K + "/unequal")
    assert first == (201, ""), first
    return block(server, block_id(1, 7), path=K + "/unequal")


BAD_MD5 = ("content-md5", base64.b64encode(b"0" * 16).decode())
WRONG = base64.b64encode(b"wrong").decode()
FAILED, FAILURE = (403, "AuthenticationFailed"), (403, "AuthorizationFailure")
FAILURES = [
    ("wrong key", lambda v: refused(lambda: v.container(key=WRONG).upload_blob("k", b"x")), FAILED, FAILURE),
    ("wrong key, large body", lambda v: raw(v, "PUT", K, body=b"x" * (4 * MIB), headers=PUT, key=WRONG), FAILED, FAILURE),
    ("wrong key, HEAD", lambda v: raw(v, "HEAD", K, key=WRONG), (403, ""), None),
    ("account of another name", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, account="nobody"), FAILED, FAILURE),
    ("another scheme", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, scheme="SharedKeyFull"), FAILED, FAILURE),
    ("no signature", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, authorization=""), (401, "NoAuthenticationInformation"), FAILURE),
    ("a header that is not signed", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, unsigned=[("x-ms-meta-a", "b")]), FAILED, FAILURE),
    ("a type that is not signed", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, unsigned=[("Content-Type", "a/b")]), FAILED, FAILURE),
    # (Azurite does not look at the clock.)
    ("clock 16 minutes behind", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, shift=-960), FAILED, (201, "")),
    ("clock 16 minutes ahead", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, shift=960), FAILED, (201, "")),
    ("clock 14 minutes behind", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT, shift=-840), (201, ""), None),
    ("no date", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT + [("x-ms-date", "")]), FAILED, (201, "")),
    ("wrong Content-MD5", lambda v: raw(v, "PUT", K, body=b"x", headers=PUT + [BAD_MD5]), (400, "Md5Mismatch"), (400, "InvalidOperation")),
    ("wrong Content-MD5 of a block", lambda v: raw(v, "PUT", K, [("blockid", block_id(1)), ("comp", "block")], b"x", headers=[BAD_MD5]),
     (400, "Md5Mismatch"), (400, "InvalidOperation")),
    ("missing container", lambda v: raw(v, "PUT", "/no-such-container/k", body=b"x", headers=PUT), (404, "ContainerNotFound"), None),
    ("missing container, block", lambda v: block(v, block_id(1), path="/no-such-container/k"), (404, "ContainerNotFound"), None),
    ("missing container, list", lambda v: raw(v, "GET", "/no-such-container", [("comp", "list"), ("restype", "container")]),
     (404, "ContainerNotFound"), None),
    ("missing blob", lambda v: raw(v, "GET", "/%s/nothing/here" % CONTAINER), (404, "BlobNotFound"), None),
    ("missing blob, block list", lambda v: raw(v, "GET", "/%s/nothing" % CONTAINER, [("blocklisttype", "all"), ("comp", "blocklist")]),
     (404, "BlobNotFound"), None),
    ("no blob type", lambda v: raw(v, "PUT", K, body=b"x"), (400, "MissingRequiredHeader"), False),
    ("blocks of unequal names", unequal, (400, "InvalidBlobOrBlock"), None),
    ("a block's name that is not base64", lambda v: block(v, "!"), (400, "InvalidQueryParameterValue"), False),
    ("a block's name of 65 bytes", lambda v: block(v, base64.b64encode(b"x" * 65).decode()), (400, "InvalidQueryParameterValue"), False),
    ("a block of no bytes", lambda v: block(v, block_id(1), b""), (400, "InvalidHeaderValue"), False),
    ("an unknown block", lambda v: raw(v, "PUT", K, [("comp", "blocklist")], xml_list(("Latest", block_id(77)))),
     (400, "InvalidBlockList"), None),
    ("a list that is not XML", lambda v: raw(v, "PUT", K, [("comp", "blocklist")], b"<BlockList><Latest>"), (400, "InvalidXmlDocument"), False),
    ("range behind the end", lambda v: behind(v), (416, "InvalidRange"), None),
]


def behind(server):
    put = raw(server, "PUT", "/%s/short" % CONTAINER, body=b"x", headers=PUT)
    assert put == (201, ""), put
    return raw(server, "GET", "/%s/short" % CONTAINER, headers=[("x-ms-range", "bytes=5-9")])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--azurite")
    options = parser.parse_args()
    faults = []
    checks = 0

    def check(name, got, expected):
        nonlocal checks
        checks += 1
        if got != expected:
            faults.append("%s: got %r, expected %r" % (name, got, expected))

    with loopback(options.server) as ours, (azurite(options.azurite) if options.azurite else contextlib.nullcontext()) as real:
        for case in SUCCESSES:
            try:
                got = case(ours, ours.container())
                if real:
                    check(case.__name__ + " (as azurite)", got, case(real, real.container()))
            except Exception as x:  # the other cases tell more
                faults.append("%s: %s: %s" % (case.__name__, type(x).__name__, str(x)[:600]))
                continue
            if case not in (blocks, delete, containers):  # some of whose answers are to be false
                check(case.__name__ + " (nothing false)", [v for v in got if v is False], [])
        for name, case, expected, theirs in FAILURES:
            for server in [ours] + ([real] if real and theirs is not False else []):  # False: Azurite takes it
                try:
                    got = case(server)
                except AssertionError as x:  # the other cases tell more
                    got = x
                check("%s (%s)" % (name, server.name), got, expected if server is ours else theirs or expected)

        # A refusal shows what was to be signed, as Azure's does: from it the author of a client learns.
        text = send(ours, "PUT", K, body=b"x", headers=PUT, key=WRONG)[2].decode()
        check("string to sign", "x-ms-blob-type:BlockBlob\n" in text and "/testaccess/testaccess/test-bucket/k'" in text, True)
        check("another account's path", raw(ours, "GET", "/../nobody/k")[0] >= 400, True)
        for name in ("../outside", "a/../../outside", "a//b", "a/"):
            check("name " + name, raw(ours, "PUT", "/%s/%s" % (CONTAINER, name), body=b"x", headers=PUT), (400, "InvalidResourceName"))
        # Azure's own rule, which Azurite does not have: a blob that is put whole ends an upload in blocks.
        blob = ours.container().get_blob_client("ended")
        blob.stage_block(block_id(1), b"x")
        blob.upload_blob(b"whole", overwrite=True)
        check("blocks after a whole blob", [len(kind) for kind in blob.get_block_list("all")], [0, 0])
        check("not a query of ours", raw(ours, "PUT", K, [("comp", "page")], b"x"), (501, "NotImplemented"))
        ours.process.stdin.write("?\n")
        ours.process.stdin.flush()
        check("blobs with uncommitted blocks", ours.process.stdout.readline().strip(), "1")  # of the unequal names

    for fault in faults:
        print("FAILED", fault)
    print("%d checks, %d failed%s" % (checks, len(faults), "" if options.azurite else " (without Azurite beside it)"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
