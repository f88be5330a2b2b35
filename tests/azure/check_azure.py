#!/usr/bin/env python3
"""Uploads through the library into Azurite, which speaks as Azure Blob storage does, and looks at the outcome through
Azure's own client.

    check_azure.py --client PROGRAM --writer PROGRAM --azurite FOLDER [--only TEXT]

The programs are ../s3/s3_client.cpp and write_formats.cpp, compiled; FOLDER has Azurite in its node_modules, and node. Servers listen on free ports
of 127.0.0.1 and keep their data in memory. Exit code 0: all passed; 1: not; 77: skipped, with the reason.
"""

import base64
import datetime
import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from azure_server import ACCOUNT, CONTAINER, KEY, WRONG_KEY, Server, main
from fault_proxy import proxied
from servers import MIB, PART, Outcome, Proxy, all_of, data_of, free_port

SIZES = [0, 1, 100_003, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 33 * MIB + 7, 64 * MIB]
HOSTILE_KEYS = ["a b", "a+b", "a=b", "a@b", "a%b", "a%20b", "a%2Fb", "a&b", "a?b", "a#b", "a~b", "a!'()*b", "a;:,$b", "a\"<>b",
                "a|^`{}[]b", "sch\u00f6n", "\u6587\u4ef6/\U0001f600", "tail ", " head", "..a", "x/.y/z", "-_.~",
                "n" * 250 + "/" + "m" * 250]


def request(method, url, body=None, headers=None):
    _, _, host, target = url.split("/", 3)
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request(method, "/" + target, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_sizes(s, client):
    """blobs of many sizes, single and in blocks, are what was written, byte for byte; a second time once the first is gone"""
    for seed in (0, 1):
        for size in SIZES:
            body = data_of(size, size + seed)
            key = f"sizes/{size}.bin"
            if seed:
                client.run(s, "upload", key, body=body).failed("precondition_failed", "BlobAlreadyExists")
                assert s.body(key) == data_of(size, size), key
                client.run(s, "remove", key).ok()
            client.run(s, "upload", key, body=body).ok()
            assert s.body(key) == body, key
            committed, uncommitted = s.blocks(key)
            expected = [] if size <= PART else [PART] * (size // PART) + [size % PART] * (size % PART != 0)
            assert [b.size for b in committed] == expected and not uncommitted, (size, committed)
            etag = s.container().get_blob_client(key).get_blob_properties().etag
            assert client.run(s, "head", key).ok().words[1:] == [str(size), etag.strip('"')]
    assert s.pending() == [], s.pending()


def test_connections(s, client):
    """1, 2 and 16 connections give the same blob"""
    body = data_of(40 * MIB, 5)
    for n in (1, 2, 16):
        client.run(s, "upload", f"connections/{n}", body=body, connections=n).ok()
        assert s.body(f"connections/{n}") == body


def test_default_part_size(s, client):
    """without a part size of the user's, blocks have 16 MiB; with one, any size will do"""
    client.run(s, "upload", "default/40", body=data_of(40 * MIB, 6), part_size=None).ok()
    assert [b.size for b in s.blocks("default/40")[0]] == [16 * MIB, 16 * MIB, 8 * MIB]
    body = data_of(100_007, 7)
    client.run(s, "upload", "default/small", body=body, part_size=1000, max_size=200_000).ok()
    assert [b.size for b in s.blocks("default/small")[0]] == [1000] * 100 + [7]
    assert s.body("default/small") == body


def test_hostile_keys(s, client):
    """keys with characters that signatures, URLs and XML trip over: written, listed, read back, removed"""
    def work(i, key):
        body = data_of(1000 + i, i)
        for name, data in (("hostile/" + key, body), ("hostile-parts/" + key, body + data_of(PART, i))):
            client.run(s, "upload", name, body=data).ok()
            assert s.body(name) == data, name
            assert client.run(s, "head", name).ok().words[1] == str(len(data))
    all_of(work, list(enumerate(HOSTILE_KEYS)))
    listed = sorted(line.split(" ", 2)[2] for line in client.run(s, "list", "hostile/").ok().out.split("\n")[1:-1])
    assert listed == sorted("hostile/" + k for k in HOSTILE_KEYS), set(listed) ^ {"hostile/" + k for k in HOSTILE_KEYS}
    assert listed == sorted(s.names("hostile/"))
    for key in HOSTILE_KEYS:
        client.run(s, "remove", "hostile/" + key).ok()
    assert s.names("hostile/") == []
    for bad in ("a\nb", "a\x7fb", "a/../b", "./a", "/a"):
        client.run(s, "put", bad, body=b"x").failed("invalid_option", "object key")


def test_listing(s, client):
    """a listing of more than one page is whole"""
    names = [f"pages/{i:03} &+%" for i in range(123)]
    for name in names:
        s.container().upload_blob(name, b"x")  # empty ones would be asked about in later tests
    # A page has 5,000 names, which would take Azurite minutes; so somebody on the way asks for fewer. A shared access
    # signature does not cover that.
    fewer = lambda proxy, r: proxy.forward(r, head=r.head.replace(b" HTTP/", b"&maxresults=25 HTTP/", 1)).send(r.line) or True  # noqa: E731
    with proxied(s, lambda r: fewer, lambda r: (r.method, 0)) as proxy:
        got = client.run(s, "list", "pages/", account_url=s.url_at(proxy.port), credential=s.sas()).ok()
    assert len(proxy.seen) == 5 and "marker" not in proxy.seen[0].query and len({r.query.get("marker") for r in proxy.seen}) == 5
    assert got.words[1] == str(len(names))
    assert [line.split(" ", 2)[2] for line in got.out.split("\n")[1:-1]] == names


def test_put_if_absent(s, client):
    """a conditional put makes a blob once, and says so the second time"""
    client.run(s, "put-if-absent", "absent/a", body=b"first").ok()
    client.run(s, "put-if-absent", "absent/a", body=b"second").failed("precondition_failed", "absent/a", CONTAINER, "409 BlobAlreadyExists")
    assert s.body("absent/a") == b"first"
    client.run(s, "put", "absent/a", body=b"third").ok()
    assert s.body("absent/a") == b"third"


def test_presigned(s, client):
    """presigned URLs work with any HTTP client, for their key, method and time alone"""
    kind = {"x-ms-blob-type": "BlockBlob"}

    def work(key):
        body = key.encode()
        put = client.run(s, "presign-put", key).ok().words[1]
        assert request("PUT", put, body, kind)[0] == 201, (key, request("PUT", put, body, kind))
        assert s.body(key) == body
        get = client.run(s, "presign-get", key).ok().words[1]
        assert request("GET", get) == (200, body), key
        assert request("PUT", get, b"other", kind)[0] == 403 and request("GET", put)[0] == 403
        assert request("GET", get.replace("presigned/", "presigned/x", 1))[0] == 403
    all_of(work, [("presigned/" + k,) for k in ["plain", *HOSTILE_KEYS]])
    short = client.run(s, "presign-get", "presigned/plain", age=1).ok().words[1]
    time.sleep(2.5)
    assert request("GET", short)[0] == 403
    for age in (0, 7 * 86400 + 1):
        client.run(s, "presign-get", "presigned/plain", age=age).failed("invalid_option")
    client.run(s, "presign-get", "presigned/plain", account_url=s.url, credential=s.sas()).failed("storage_error", "account's key")


def left_behind(s, client, key, parts=2):
    """An upload whose process was killed; its id."""
    p = client.start(s, "upload", key, connections=1)
    before = {b.id for b in s.blocks(key)[1]}
    p.stdin.write(data_of((parts + 1) * PART + 7, 1))
    p.stdin.flush()
    for _ in range(400):
        arrived = [b.id for b in s.blocks(key)[1] if b.id not in before]
        if len(arrived) >= parts:
            break
        time.sleep(0.05)
    p.kill()
    p.communicate()
    assert len(arrived) >= parts, arrived
    return arrived[0][:24]


def listed(outcome):
    lines = [line.split(" ", 2) for line in outcome.ok().out.split("\n")[1:-1]]
    assert outcome.words[1] == str(len(lines))
    for seconds, _, _ in lines:
        assert abs(int(seconds) - time.time()) < 300, seconds
    return {(key, upload) for _, upload, key in lines}


def test_stale_uploads(s, client):
    """what a killed process left is listed, and goes by age and prefix; what others have there stays"""
    ids = {key: left_behind(s, client, key) for key in ("stale/a", "stale/a b+%", "stale/twice", "fresh/a")}
    twice = left_behind(s, client, "stale/twice")
    s.container().upload_blob("stale/empty", b"")
    foreign = s.container().get_blob_client("stale/foreign")
    foreign.stage_block("x" * 63, b"12345")
    assert listed(client.run(s, "uploads", "stale/")) == {(k, i) for k, i in ids.items() if k[0] == "s"} | {("stale/twice", twice)}
    assert listed(client.run(s, "uploads", "fresh/")) == {("fresh/a", ids["fresh/a"])}
    assert listed(client.run(s, "abort-stale", "", age=3600)) == set()
    assert s.pending() == sorted([*ids, "stale/foreign"])
    time.sleep(2)
    client.run(s, "abort-stale", "stale/", age=1).ok()
    # Of two uploads of one key the last one to go takes the blocks of both: what removes blocks removes all of them.
    assert s.pending() == ["fresh/a", "stale/foreign"]
    assert [b.id for b in s.blocks("stale/foreign")[1]] == ["x" * 63] and s.names("stale/") == ["stale/empty"]
    client.run(s, "abort-stale", "fresh/a", age=0).ok()
    foreign.delete_blob()
    assert s.pending() == [], s.pending()


class Counter(Proxy):
    """Counts requests that put a block; after `most` of them it closes each connection that brings another."""

    def __init__(self, target, most=1 << 30):
        super().__init__(target, b"comp=block&blockid=")
        self.most = most

    def pass_on(self, from_client, got):
        if from_client and self.poison in got:
            self.hits += 1
            return self.hits <= self.most
        return True


def test_failed_upload(s, client):
    """a failed upload leaves nothing of its own behind, and what was there as it was"""
    s.container().upload_blob("failed/single", b"put in one request")
    s.container().get_blob_client("failed/blocks").upload_blob(data_of(3000, 3), overwrite=True)
    blob = s.container().get_blob_client("failed/blocks")
    blob.stage_block("x" * 63, b"abc")
    blob.commit_block_list(["x" * 63])
    foreign = s.container().get_blob_client("failed/foreign")
    foreign.stage_block("y" * 63, b"12345")
    before = {key: s.container().get_blob_client(key).get_blob_properties().etag for key in s.names("failed/")}

    def work(key):
        cut = Counter(s.port, most=2)
        client.run(s, "upload", key, port=cut.port, body=data_of(4 * PART, 4), attempts=1, connections=1).failed("connection_lost", key)
        cut.close()
    all_of(work, [("failed/" + name,) for name in ("single", "blocks", "foreign", "new")])
    assert {key: s.container().get_blob_client(key).get_blob_properties().etag for key in s.names("failed/")} == before
    assert s.body("failed/single") == b"put in one request" and s.body("failed/blocks") == b"abc"
    assert "y" * 63 in [b.id for b in s.blocks("failed/foreign")[1]]
    assert s.pending() == ["failed/foreign"], s.pending()
    foreign.delete_blob()


def test_foreign_blocks(s, client):
    """uncommitted blocks of another client, with names of another length: the error says what is in the way"""
    foreign = s.container().get_blob_client("foreign/blocks")
    foreign.stage_block("short", b"12345")
    got = client.run(s, "upload", "foreign/blocks", body=data_of(2 * PART, 4)).failed(
        "storage_error", "400 InvalidBlobOrBlock", "another client's uncommitted blocks")
    assert got.words[2:] == ["400", "InvalidBlobOrBlock"]
    assert [b.id for b in s.blocks("foreign/blocks")[1]] == ["short"]
    client.run(s, "remove", "foreign/blocks").ok()
    assert s.pending() == [], s.pending()


def test_two_uploads(s, client):
    """two uploads of one key at a time: the first to end makes the blob, and the other one learns that"""
    one = client.start(s, "upload", "two/uploads")
    one.stdin.write(data_of(2 * PART + 1, 1))
    one.stdin.flush()
    for _ in range(400):
        if s.blocks("two/uploads")[1]:
            break
        time.sleep(0.05)
    body = data_of(3 * PART, 2)
    client.run(s, "upload", "two/uploads", body=body).ok()
    out, err = one.communicate(timeout=60)
    Outcome(one.returncode, out, err).failed("precondition_failed", "'two/uploads'", "nothing is overwritten")
    assert s.body("two/uploads") == body


def test_no_overwrite(s, client):
    """a writer's file never replaces a blob: the second is refused, in one request and in blocks, and the first stays"""
    for size in (1000, 2 * PART):
        first, key = data_of(size, 1), f"twice/{size}"
        client.run(s, "upload", key, body=first).ok()
        client.run(s, "upload", key, body=data_of(size, 2)).failed("precondition_failed", f"'{key}'", "nothing is overwritten")
        assert s.body(key) == first


def test_upload_file(s, client):
    """files go up whole, in one request and in parts; what is no file or changes is refused"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        for size in (0, 1, PART, PART + 1, 3 * PART + 7):
            body = data_of(size, size + 1)
            with open(path, "wb") as f:
                f.write(body)
            client.run(s, "upload-file", f"files/{size}", file=path).ok()
            assert s.body(f"files/{size}") == body
        client.run(s, "upload-file", "files/x", file=folder).failed("io_error", folder)
        cut = Counter(s.port, most=2)
        client.run(s, "upload-file", "files/cut", port=cut.port, file=path, attempts=1).failed("connection_lost", "files/cut")
        cut.close()
        assert s.pending() == [], s.pending()


def test_resume(s, client):
    """an upload that failed goes on with what has arrived: its parts are not sent again, changed ones are"""
    for key, existing in (("resume/new", False), ("resume/over", True)):
        with tempfile.TemporaryDirectory() as folder:
            if existing:
                s.container().upload_blob(key, b"older")
            path = os.path.join(folder, "file")
            body = bytearray(data_of(7 * PART + 11, 99))
            with open(path, "wb") as f:
                f.write(body)
            # of the first run three parts arrive
            cut = Counter(s.port, most=3)
            failed = client.run(s, "upload-file", key, port=cut.port, file=path, resume=1, attempts=1, connections=1)
            cut.close()
            [(_, upload)] = listed(client.run(s, "uploads", key))
            failed.failed("connection_lost", key, upload)
            names = [b.id for b in s.blocks(key)[1]]
            assert len(names) == 3 and all(n.startswith(upload) and len(n) == 63 for n in names), names
            # then one of these changes in the file, with its size as it was
            body[PART + 5] ^= 1
            with open(path, "wb") as f:
                f.write(body)
            rest = Counter(s.port)
            client.run(s, "upload-file", key, port=rest.port, file=path, resume=1).ok()
            rest.close()
            assert rest.hits == 8 - 2, rest.hits
            assert s.body(key) == bytes(body) and s.blocks(key)[1] == []
            # without anything to go on with, it begins anew
            client.run(s, "upload-file", key, file=path, resume=1).ok()
            assert s.body(key) == bytes(body) and s.blocks(key)[1] == []


def test_wrong_key(s, client):
    """a wrong account key: the server's refusal, also while 64 MiB are on their way"""
    for command, size in (("upload", 10), ("upload", 2 * PART), ("put", 64 * MIB), ("head", 0), ("list", 0)):
        got = client.run(s, command, "wrong/key", body=bytes(size), conn_str=s.conn_str(key=WRONG_KEY))
        got.failed("access_denied", "wrong/key", f"'{CONTAINER}'", "HTTP 403 AuthorizationFailure", f"account '{ACCOUNT}'")
        assert got.words[2:] == ["403", "AuthorizationFailure"], got.words
    assert (s.pending(), s.names("wrong/")) == ([], [])


def test_credentials(s, client):
    """every way to give a credential opens the same container"""
    sas = s.sas()
    signature = urllib.parse.parse_qs(sas)["sig"][0]
    ways = [{"account_url": s.url, "credential": KEY}, {"account_url": s.url + "/", "credential": sas},
            {"account_url": s.url, "credential": "?" + sas}, {"account_url": s.url + "?" + sas},
            {"conn_str": f"BlobEndpoint={s.url};SharedAccessSignature={sas}"}, {"conn_str": f"BlobEndpoint={s.url}?{sas}"},
            {"conn_str": f"BlobEndpoint={s.url}", "credential": sas},
            {"conn_str": f"UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://127.0.0.1:{s.port}"},
            # the account in the host's name, as Azure has it; names in .localhost are this machine
            {"account_url": f"http://{ACCOUNT}.blob.localhost:{s.port}", "credential": KEY},
            {"conn_str": s.conn_str(url=f"http://{ACCOUNT}.blob.localhost:{s.port}")},
            {"account_url": f"http://{ACCOUNT}.blob.localhost:{s.port}/{CONTAINER}?{sas}"}]

    def work(i, way):
        for key, size in ((f"ways/{i:02} &+", 1000), (f"ways/{i:02}/parts", 2 * PART + 3)):
            body = data_of(size, i)
            client.run(s, "upload", key, body=body, hidden=[signature], **way).ok()
            assert s.body(key) == body
            assert client.run(s, "head", key, **way).ok().words[1] == str(size)
        assert client.run(s, "list", f"ways/{i:02}", **way).ok().words[1] == "2"
        assert client.run(s, "uploads", f"ways/{i:02}", **way).ok().words[1] == "0"
        client.run(s, "remove", f"ways/{i:02} &+", **way).ok()
    all_of(work, list(enumerate(ways)))
    client.run(s, "head", "ways/x", account_url=s.url, credential="no key").failed("invalid_option", "credential")


def test_signatures(s, client):
    """shared access signatures that have expired, allow too little, or ask for https"""
    def run(command, sas, body=b"x"):
        hidden = [urllib.parse.parse_qs(sas)["sig"][0], sas]
        return client.run(s, command, "sas/key", body=body, hidden=hidden, account_url=s.url, credential=sas)

    s.container().upload_blob("sas/key", b"there")
    for command in ("put", "head", "list"):
        got = run(command, s.sas(hours=-1)).failed("access_denied", "expired at", "HTTP 403")
        assert got.words[2] == "403", got.words
    run("put", s.sas("rl")).failed("access_denied", "HTTP 403 AuthorizationPermissionMismatch", "sp=rcwdl")
    run("upload", s.sas("rl"), data_of(2 * PART, 1)).failed("access_denied", "AuthorizationPermissionMismatch")
    run("head", s.sas("cw")).failed("access_denied", "HTTP 403")
    run("list", s.sas("rcw")).failed("access_denied", "HTTP 403")
    run("remove", s.sas("rcwl")).failed("access_denied", "HTTP 403")
    # who may write only, leaves what cannot be removed to Azure, and hears of what went wrong
    cut = Counter(s.port, most=1)
    client.run(s, "upload", "sas/cut", body=data_of(3 * PART, 4), attempts=1, account_url=f"http://127.0.0.1:{cut.port}/{ACCOUNT}",
               credential=s.sas("cw")).failed("connection_lost", "sas/cut")
    cut.close()
    for command in ("put", "head"):
        run(command, s.sas(protocol="https")).failed("access_denied", "HTTP 403 AuthorizationProtocolMismatch")
    # of the account: for containers and objects, or for less
    from azure.storage.blob import AccountSasPermissions, ResourceTypes, generate_account_sas
    def of_account(kinds):
        return generate_account_sas(ACCOUNT, KEY, ResourceTypes.from_string(kinds), AccountSasPermissions.from_string("rwdlac"),
                                    datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1))
    body = data_of(2 * PART + 5, 6)
    s.container().delete_blob("sas/key")
    run("upload", of_account("co"), body).ok()
    assert s.body("sas/key") == body
    assert run("list", of_account("co")).ok().words[1] == str(len(s.names("sas/key")))
    run("list", of_account("o")).failed("access_denied", "HTTP 403 AuthorizationResourceTypeMismatch", "srt=co")
    s.container().upload_blob("sas/key", b"there", overwrite=True)
    tampered = s.sas("r").replace("sp=r&", "sp=rcwdl&")
    assert "sp=rcwdl" in tampered
    run("put", tampered).failed("access_denied", "HTTP 403")
    assert s.body("sas/key") == b"there"
    if s.blocks("sas/cut")[1]:
        s.container().get_blob_client("sas/cut").delete_blob()


def test_missing_container(s, client):
    """a container that does not exist is named, and not created"""
    for command in ("put", "upload", "head", "remove", "list", "uploads"):
        got = client.run(s, command, "missing/key", body=bytes(10), container="no-such-container")
        got.failed("no_such_bucket", "'no-such-container'", "404 ContainerNotFound")
    client.run(s, "upload", "missing/key", body=bytes(2 * PART), container="no-such-container").failed("no_such_bucket")
    assert [c.name for c in s.service().list_containers()] == [CONTAINER]


def test_missing_key(s, client):
    """no blob: head says so, remove has nothing to do"""
    client.run(s, "head", "no/such/key").failed("no_such_key", "'no/such/key'", "404 BlobNotFound")
    client.run(s, "remove", "no/such/key").ok()


def test_version(s, client):
    """a version of the protocol that the server does not know is named by its answer; an older one will do"""
    client.run(s, "put", "version/x", body=b"x", api_version="2099-01-01").failed("storage_error", "HTTP 400 InvalidHeaderValue")
    body = data_of(2 * PART, 8)
    client.run(s, "upload", "version/x", body=body, api_version="2019-12-12").ok()
    assert s.body("version/x") == body


def test_dead_server(s, client):
    """nobody listens: a clear error, soon"""
    port = free_port()
    began = time.monotonic()

    def work(command):
        client.run(s, command, "dead/server", body=bytes(10), port=port).failed("connect_failed", "'dead/server'", f"127.0.0.1:{port}")
    all_of(work, [("put",), ("upload",), ("head",)])
    assert time.monotonic() - began < 20


def test_cut_parts(s, client):
    """a block that never gets through: its error, and nothing is left"""
    class Cut(Proxy):
        def pass_on(self, from_client, got):
            at = got.find(b"&blockid=") if from_client else -1
            if at >= 0 and base64.b64decode(urllib.parse.unquote(got[at + 9:at + 93].decode()))[25:30] == b"%05d" % self.poison:
                self.hits += 1
                return False
            return True

    def work(number):
        proxy = Cut(s.port, number)
        try:
            # Azurite keeps the blocks of what is deleted, and shows them again with the next block of the same name.
            key = f"cut/parts{number}"
            got = client.run(s, "upload", key, port=proxy.port, body=data_of(7 * PART, 1), attempts=3)
            got.failed("connection_lost", f"part {number} of '{key}'", "3 attempts")
            assert proxy.hits >= 3, proxy.hits
        finally:
            proxy.close()
    all_of(work, [(2,), (7,)])
    assert (s.pending(), s.names("cut/")) == ([], [])


def test_cut_once(s, client):
    """a connection that breaks once costs nothing but a retry"""
    class Once(Proxy):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "hits" and value == 1:
                self.poison = b"\0never\0"
    for i, poison in enumerate((b"comp=block&", b"comp=blocklist", b"PUT /")):
        proxy = Once(s.port, poison)
        body = data_of(4 * PART + 3, 2)
        try:
            client.run(s, "upload", f"cut/once-{i}", port=proxy.port, body=body).ok()
        finally:
            proxy.close()
        assert proxy.hits == 1
        assert s.body(f"cut/once-{i}") == body
    assert s.pending() == [], s.pending()


def test_lost_completion(s, client):
    """the answer to the block list is lost: repeated, it succeeds; not repeated, the blob's blocks tell"""
    class Deaf(Proxy):
        # Lets the request through, waits until it is answered, and keeps the answer.
        def serve(self, client_side):
            swallow = False
            with client_side, socket.create_connection(("127.0.0.1", self.target)) as server:
                while True:
                    ready, _, _ = select.select([client_side, server], [], [], 30)
                    for side in ready:
                        try:
                            got = side.recv(1 << 16)
                        except OSError:
                            return
                        if not got or (side is server and swallow):
                            return
                        if side is client_side and self.hits == 0 and b"PUT /" in got and b"comp=blocklist" in got:
                            self.hits, swallow = 1, True
                        (server if side is client_side else client_side).sendall(got)
    for attempts in (5, 1):
        proxy = Deaf(s.port, b"")
        body = data_of(3 * PART + 3, attempts)
        try:
            client.run(s, "upload", f"lost/completion-{attempts}", port=proxy.port, body=body, attempts=attempts).ok()
        finally:
            proxy.close()
        assert proxy.hits == 1
        assert s.body(f"lost/completion-{attempts}") == body


def test_stopped_server(s, client):
    """the server dies in mid-upload: an error that names key and upload id, which is what is left"""
    with tempfile.TemporaryDirectory() as folder:
        mortal = Server(folder, installed=s.how["installed"])
        p = client.start(mortal, "upload", "stopped/server", attempts=2)
        p.stdin.write(data_of(3 * PART, 4))
        p.stdin.flush()
        for _ in range(400):
            left = mortal.blocks("stopped/server")[1]
            if left:
                break
            time.sleep(0.05)
        mortal.process.kill()
        out, err = p.communicate(data_of(6 * PART, 5), timeout=60)
        Outcome(p.returncode, out, err).failed("connect_failed", "'stopped/server'", "are left behind", left[0].id[:24])
        mortal.stop()


def test_frozen_server(s, client):
    """the server stops answering and comes back: a timeout, and nothing is left"""
    p = client.start(s, "upload", "frozen/server", attempts=1, stall_ms=2000, connections=2)
    p.stdin.write(data_of(3 * PART, 4))
    p.stdin.flush()
    for _ in range(400):
        if s.blocks("frozen/server")[1]:
            break
        time.sleep(0.05)
    time.sleep(0.3)
    s.process.send_signal(signal.SIGSTOP)
    timer = threading.Timer(3.5, lambda: s.process.send_signal(signal.SIGCONT))
    timer.start()
    try:
        out, err = p.communicate(data_of(6 * PART, 5), timeout=60)
    finally:
        timer.join()
    Outcome(p.returncode, out, err).failed("timeout", "'frozen/server'")
    assert (s.pending(), s.names("frozen/")) == ([], [])


def test_too_long(s, client):
    """more bytes than a file was created for: refused, and nothing is left"""
    client.run(s, "upload", "too/long", body=data_of(20 * MIB, 7), max_size=10 * MIB).failed("invalid_state", "'too/long'")
    assert (s.pending(), s.names("too/")) == ([], [])


def certificates(folder):
    at = lambda name: os.path.join(folder, name)  # noqa: E731
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for name, host in (("ca", None), ("right", "IP:127.0.0.1"), ("other", "DNS:elsewhere.example")):
        with open(at(name + ".ext"), "w") as f:
            f.write("basicConstraints=critical,CA:TRUE\n" if host is None else f"subjectAltName={host}\n")
        subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at(name + ".key"),
                        "-out", at(name + ".csr"), "-subj", f"/CN=check {name}"], **quiet)
        signer = ["-signkey", at("ca.key")] if host is None else ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial"]
        subprocess.run(["openssl", "x509", "-req", "-in", at(name + ".csr"), "-days", "2", "-extfile", at(name + ".ext"),
                        "-out", at(name + ".crt")] + signer, **quiet)
    return {name: (at(name + ".crt"), at(name + ".key")) for name in ("ca", "right", "other")}


def jwt(seconds=600, **claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    now = int(time.time())
    body = {"aud": "https://storage.azure.com", "iss": "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/", "iat": now - 900,
            "nbf": now - 900, "exp": now + seconds, **claims}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(body)}.c2lnbmF0dXJl"


def test_tls(s, client):
    """https with a private authority: trusted when named, refused when not; bearer tokens; what https-only allows"""
    if not shutil.which("openssl"):
        return "no openssl program"
    with tempfile.TemporaryDirectory() as folder:
        made = certificates(folder)
        body = data_of(3 * PART + 1, 9)
        for name in ("right", "other"):
            secure = Server(os.path.join(folder, "tls-" + name), certificate=made[name], oauth=True, **s.how)
            try:
                trust = {"ca_file": made["ca"][0]}
                if name == "other":
                    client.run(secure, "upload", "tls/x", body=body, attempts=1, **trust).failed("tls_failed", "https://127.0.0.1")
                    assert secure.names() == []
                    continue
                client.run(secure, "upload", "tls/parts", body=body, **trust).ok()
                assert secure.body("tls/parts") == body
                client.run(secure, "upload", "tls/x", body=body, attempts=1).failed("tls_failed", "https://127.0.0.1")
                sas = secure.sas(protocol="https")
                client.run(secure, "upload", "tls/sas", body=body, account_url=secure.url, credential=sas, **trust).ok()
                assert secure.body("tls/sas") == body
                url = client.run(secure, "presign-get", "tls/sas", **trust).ok().words[1]
                assert url.startswith("https://") and "spr=https" in url

                for i, how in enumerate(({"credential": jwt()}, {"credential": "Bearer " + jwt()}, {"token": jwt()})):
                    token = next(iter(how.values())).removeprefix("Bearer ")
                    trusted = {"account_url": secure.url, "hidden": [token], **trust, **how}
                    client.run(secure, "upload", f"tls/token{i}", body=body, **trusted).ok()
                    assert secure.body(f"tls/token{i}") == body
                    assert client.run(secure, "list", f"tls/token{i}", **trusted).ok().words[1] == "1"
                    client.run(secure, "presign-get", "tls/x", **trusted).failed("storage_error", "account's key")
                for bad in ({"seconds": -60}, {"aud": "https://elsewhere.example"}, {"iss": "https://elsewhere.example/"}):
                    for way in ("credential", "token"):
                        token = jwt(**bad)
                        for command in ("put", "head"):
                            got = client.run(secure, command, "tls/bad", body=b"x", account_url=secure.url, hidden=[token], **trust,
                                             **{way: token})
                            got.failed("access_denied", "'tls/bad'", "HTTP 4")
                assert "tls/bad" not in secure.names()
                # wrong keys are refused with another status by a server that knows tokens
                client.run(secure, "put", "tls/bad", conn_str=secure.conn_str(key=WRONG_KEY), **trust).failed("access_denied", "HTTP 40")
            finally:
                secure.stop()


def test_formats(s, client):
    """rows in every format, through a writer: each blob is the file that the same rows make on disk"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([client.peers["writer"], s.conn_str(), CONTAINER, folder], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        seen, blocks = {}, 0
        for line in done.stdout.splitlines():
            extension, key, path = line.split(" ", 2)
            if key == "url":
                assert path.startswith(f"{s.url}/{CONTAINER}/formats/") and path.endswith("/"), path
                continue
            with open(path, "rb") as f:
                body = f.read()
            assert s.body(key.lstrip("/")) == body and body, key
            assert len(body) <= 12 * MIB
            blocks = max(blocks, len(s.blocks(key.lstrip("/"))[0]))
            seen.setdefault(extension, []).append(key.lstrip("/"))
        assert sorted(seen) == ["csv", "json", "jsonl", "npy", "parquet"] and all(len(keys) > 1 for keys in seen.values()), seen
        assert blocks > 1
        assert sorted(k for keys in seen.values() for k in keys) == sorted(s.names("formats/")) and s.pending() == []


def test_azure_writes(s, client):
    """what Azure's own client has written is seen alike, and not replaced; it may replace what we have written"""
    container = s.container()
    container.upload_blob("azure/wrote & <this>", b"12345")
    body = data_of(3 * MIB, 1)
    container.get_blob_client("azure/blocks").stage_block("a", body)
    container.get_blob_client("azure/blocks").commit_block_list(["a"])
    got = client.run(s, "list", "azure/").ok()
    assert [line.split(" ", 2)[::2] for line in got.out.split("\n")[1:-1]] == [[str(3 * MIB), "azure/blocks"], ["5", "azure/wrote & <this>"]]
    client.run(s, "upload", "azure/blocks", body=data_of(2 * PART, 2)).failed("precondition_failed", "BlobAlreadyExists")
    assert s.body("azure/blocks") == body
    client.run(s, "remove", "azure/blocks").ok()
    client.run(s, "upload", "azure/blocks", body=data_of(2 * PART, 2)).ok()
    assert s.body("azure/blocks") == data_of(2 * PART, 2)
    container.upload_blob("azure/blocks", b"again", overwrite=True)
    assert client.run(s, "head", "azure/blocks").ok().words[1] == "5"
    assert client.run(s, "url", "azure/x y").ok().out == f"ok {s.url}/{CONTAINER}/azure/x y\n"


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), needs=("client", "writer")))
