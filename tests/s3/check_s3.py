#!/usr/bin/env python3
"""Uploads through the library into versitygw, a real S3 server, and looks at the outcome through boto3.

    check_s3.py [--client PROGRAM] [--versitygw PROGRAM] [--only TEXT]

PROGRAM of --client is s3_client.cpp, compiled. Both may come from the environment: BULKWRITER_S3_CLIENT,
BULKWRITER_VERSITYGW. Servers listen on free ports of 127.0.0.1 and keep their data in a temporary folder.
Exit code 0: all passed; 1: not; 77: skipped, with the reason.
"""

import http.client
import importlib.util
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

from servers import (BUCKET, MIB, PART, SECRET, Outcome, Proxy, Server, body_of, data_of, end_with_parent, free_port,
                     main, make_certificates)

SIZES = [0, 1, 100_003, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 33 * MIB + 7, 64 * MIB]
HOSTILE_KEYS = ["a b", "a+b", "a=b", "a@b", "a%b", "a%20b", "a%2Fb", "a&b", "a?b", "a#b", "a~b", "a!'()*b", "a;:,$b", "a\"<>b",
                "a\\b", "a|^`{}[]b", "sch\u00f6n", "\u6587\u4ef6/\U0001f600", "tail ", " head", "..a", "a..", "x/.y/z", "-_.~",
                "n" * 250 + "/" + "m" * 250,
                "/".join(["k" * 251] * 4) + "/ab"]  # behind "hostile-parts/": 1,024 bytes, the most there are


def test_sizes(s, client):
    """objects of many sizes, single and in parts, are what was written, byte for byte"""
    boto = s.boto()
    for size in SIZES:
        body = data_of(size, size)
        key = f"sizes/{size}.bin"
        client.run(s.port, "upload", key, body=body).ok()
        got = boto.get_object(Bucket=BUCKET, Key=key)
        assert got["Body"].read() == body, key
        parts = got["ETag"].strip('"').partition("-")[2]
        # At most one part's worth is one PUT: its ETag has no number of parts.
        expected = "" if size <= PART else str((size + PART - 1) // PART)
        assert parts == expected, (size, got["ETag"])
        head = client.run(s.port, "head", key).ok()
        assert head.words[1:] == [str(size), got["ETag"].strip('"')], head.words
    assert s.uploads() == []


def test_connections(s, client):
    """1, 2 and 16 connections give the same object"""
    body = data_of(40 * MIB, 5)
    for n in (1, 2, 16):
        client.run(s.port, "upload", f"connections/{n}", body=body, connections=n).ok()
        assert body_of(s.boto(), f"connections/{n}") == body


def test_default_part_size(s, client):
    """without a part size of the user's, parts have 16 MiB"""
    body = data_of(40 * MIB, 6)
    client.run(s.port, "upload", "default/40", body=body, part_size=None).ok()
    got = s.boto().get_object(Bucket=BUCKET, Key="default/40", PartNumber=1)
    assert got["ContentLength"] == 16 * MIB and got["PartsCount"] == 3, got["ContentLength"]


def test_hostile_keys(s, client):
    """keys with characters that signatures, URLs and XML trip over: written, listed, read back, removed"""
    boto = s.boto()
    for i, key in enumerate(HOSTILE_KEYS):
        body = data_of(1000 + i, i)
        for name, data in (("hostile/" + key, body), ("hostile-parts/" + key, body + data_of(PART, i))):
            client.run(s.port, "upload", name, body=data).ok()
            assert body_of(boto, name) == data, name
            assert client.run(s.port, "head", name).ok().words[1] == str(len(data))
    listed = sorted(line.split(" ", 2)[2] for line in client.run(s.port, "list", "hostile/").ok().out.split("\n")[1:-1])
    expected = sorted("hostile/" + s.listed(k) for k in HOSTILE_KEYS)
    assert listed == expected, set(listed) ^ set(expected)
    client.run(s.port, "put", "hostile//slash///es", body=b"twice").ok()  # which this server takes for one slash each
    assert client.run(s.port, "head", "hostile//slash///es").ok().words[1] == "5"
    client.run(s.port, "remove", "hostile//slash///es").ok()
    for key in HOSTILE_KEYS:
        client.run(s.port, "remove", "hostile/" + key).ok()
    assert "Contents" not in boto.list_objects_v2(Bucket=BUCKET, Prefix="hostile/")
    for bad in ("a\nb", "a\x7fb", "a/../b", "./a", "/a"):
        client.run(s.port, "put", bad, body=b"x").failed("invalid_option", "object key")


def test_payload_signing(s, client):
    """with and without a hash of the body, objects are what was written"""
    for how in ("always", "never"):
        for size in (1000, 2 * PART + 1):
            body = data_of(size, size)
            client.run(s.port, "upload", f"signing/{how}-{size}", body=body, payload_signing=how).ok()
            assert body_of(s.boto(), f"signing/{how}-{size}") == body


def test_listing(s, client):
    """a listing of more than one page is whole"""
    boto = s.boto()
    from concurrent.futures import ThreadPoolExecutor
    names = [f"pages/{i:04} &+%" for i in range(1234)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: boto.put_object(Bucket=BUCKET, Key=n, Body=b""), names))
    got = client.run(s.port, "list", "pages/").ok()
    assert got.words[1] == "1234"
    assert [line.split(" ", 2)[2] for line in got.out.split("\n")[1:-1]] == [s.listed(n) for n in names]


def test_put_if_absent(s, client):
    """a conditional put makes an object once, and says so the second time"""
    client.run(s.port, "put-if-absent", "absent/a", body=b"first").ok()
    client.run(s.port, "put-if-absent", "absent/a", body=b"second").failed("precondition_failed", "absent/a", BUCKET)
    assert body_of(s.boto(), "absent/a") == b"first"
    client.run(s.port, "put", "absent/a", body=b"third").ok()
    assert body_of(s.boto(), "absent/a") == b"third"


def test_no_overwrite(s, client):
    """a writer's file never replaces an object, be it of a writer or of anybody else: the second is refused, the first stays"""
    for size in (1000, PART + 1):
        first, second = data_of(size, 1), data_of(size, 2)
        client.run(s.port, "upload", f"twice/{size}", body=first).ok()
        s.boto().put_object(Bucket=BUCKET, Key=f"theirs/{size}", Body=first)
        for key in (f"twice/{size}", f"theirs/{size}"):
            client.run(s.port, "upload", key, body=second).failed("precondition_failed", f"'{key}'", "nothing is overwritten")
            assert body_of(s.boto(), key) == first
    assert s.uploads() == []


def test_presigned(s, client):
    """presigned URLs work with any HTTP client, for their key, method and time alone"""
    def request(method, url, body=None):
        _, _, host, target = url.split("/", 3)
        connection = http.client.HTTPConnection(host, timeout=20)
        connection.request(method, "/" + target, body)
        answer = connection.getresponse()
        return answer.status, answer.read()

    for key in ["presigned/plain"] + ["presigned/" + k for k in HOSTILE_KEYS]:
        body = key.encode()
        put = client.run(s.port, "presign-put", key).ok().words[1]
        assert SECRET not in put
        assert request("PUT", put, body)[0] == 200, key
        assert body_of(s.boto(), key) == body
        get = client.run(s.port, "presign-get", key).ok().words[1]
        assert request("GET", get) == (200, body), key
        assert request("PUT", get, b"other")[0] == 403 and request("GET", put)[0] == 403
        assert request("GET", get.replace("presigned/", "presigned/x", 1))[0] == 403
    short = client.run(s.port, "presign-get", "presigned/plain", age=1).ok().words[1]
    time.sleep(2.5)
    assert request("GET", short)[0] == 403
    for age in (0, 7 * 86400 + 1):
        client.run(s.port, "presign-get", "presigned/plain", age=age).failed("invalid_option")


def test_stale_uploads(s, client):
    """what a killed process left is listed, and goes by age and prefix"""
    boto = s.boto()
    keys = sorted("stale/" + k for k in HOSTILE_KEYS)
    for key in keys:
        boto.create_multipart_upload(Bucket=BUCKET, Key=key)
    begun = {key: boto.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"] for key in ("fresh/a", "fresh/b")}
    boto.upload_part(Bucket=BUCKET, Key="fresh/a", UploadId=begun["fresh/a"], PartNumber=1, Body=b"x" * 100)

    def listed(outcome):
        lines = [line.split(" ", 2) for line in outcome.ok().out.split("\n")[1:-1]]
        assert outcome.words[1] == str(len(lines))
        for seconds, _, _ in lines:
            assert abs(int(seconds) - time.time()) < 120, seconds
        return {(key, upload) for _, upload, key in lines}

    assert {key for key, _ in listed(client.run(s.port, "uploads", "stale/"))} == set(keys)
    assert listed(client.run(s.port, "uploads", "fresh/")) == set(begun.items())
    assert listed(client.run(s.port, "abort-stale", "", age=3600)) == set()
    assert {key for key, _ in s.uploads()} == {*keys, *begun}
    time.sleep(1.1)
    assert {key for key, _ in listed(client.run(s.port, "abort-stale", "stale/", age=1))} == set(keys)
    assert set(s.uploads()) == set(begun.items())
    assert listed(client.run(s.port, "abort-stale", "fresh/a", age=0)) == {("fresh/a", begun["fresh/a"])}
    assert set(s.uploads()) == {("fresh/b", begun["fresh/b"])}
    boto.abort_multipart_upload(Bucket=BUCKET, Key="fresh/b", UploadId=begun["fresh/b"])


class Counter(Proxy):
    """Counts requests that put a part; after `most` of them it closes each connection that brings another."""

    def __init__(self, target, most=1 << 30):
        super().__init__(target, b"partNumber=")
        self.most = most

    def pass_on(self, from_client, got):
        if from_client and self.poison in got:
            self.hits += 1
            return self.hits <= self.most
        return True


class Listener(Counter):
    """Counts the server's refusals for too many requests."""

    def pass_on(self, from_client, got):
        self.hits += not from_client and got.startswith(b"HTTP/1.1 503 ")
        return True


def test_slow_down(s, client):
    """a server that takes two requests at a time says SlowDown to eight connections: the upload is slower, and whole"""
    with tempfile.TemporaryDirectory() as folder:
        narrow = Server(s.program, folder, options=["--max-requests", "2"])
        try:
            narrow.boto().create_bucket(Bucket=BUCKET)
            between = Listener(narrow.port)
            body = data_of(24 * PART, 77)
            client.run(between.port, "upload", "slow", body=body, connections=8, attempts=40).ok()
            between.close()
            assert body_of(narrow.boto(), "slow") == body and narrow.uploads() == []
            assert between.hits > 0, "the server has refused nothing"
        finally:
            narrow.kill()


def test_upload_file(s, client):
    """files go up whole, in one request and in parts; what is no file or changes is refused"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        for size in (0, 1, PART, PART + 1, 3 * PART + 7):
            body = data_of(size, size + 1)
            with open(path, "wb") as f:
                f.write(body)
            client.run(s.port, "upload-file", f"files/{size}", file=path).ok()
            assert body_of(s.boto(), f"files/{size}") == body
        assert s.uploads() == []
        client.run(s.port, "upload-file", "files/x", file=folder).failed("io_error", folder)
        client.run(s.port, "upload-file", "files/x", file=path + ".absent").failed("io_error", ".absent")
        cut = Counter(s.port, most=2)
        client.run(cut.port, "upload-file", "files/cut", file=path, attempts=1).failed("connection_lost", "files/cut")
        cut.close()
        assert s.uploads() == []


def test_resume(s, client):
    """an upload that failed goes on with what has arrived: its parts are not sent again, damaged ones are"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        body = data_of(7 * PART + 11, 99)
        with open(path, "wb") as f:
            f.write(body)
        # of the first run three parts arrive
        cut = Counter(s.port, most=3)
        failed = client.run(cut.port, "upload-file", "resume/a", file=path, resume=1, attempts=1, connections=1)
        cut.close()
        [(key, upload)] = s.uploads()
        assert key == "resume/a"
        failed.failed("connection_lost", "resume/a", upload)
        arrived = s.boto().list_parts(Bucket=BUCKET, Key=key, UploadId=upload).get("Parts", [])
        assert [p["PartNumber"] for p in arrived] == [1, 2, 3], arrived
        # one of them gets other bytes of the same size
        s.boto().upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=2, Body=data_of(PART, 5))
        rest = Counter(s.port)
        client.run(rest.port, "upload-file", "resume/a", file=path, resume=1).ok()
        rest.close()
        assert rest.hits == 8 - 2, rest.hits
        assert body_of(s.boto(), "resume/a") == body and s.uploads() == []
        # without anything to go on with, it begins anew
        client.run(s.port, "upload-file", "resume/b", file=path, resume=1).ok()
        assert body_of(s.boto(), "resume/b") == body and s.uploads() == []
        # uploads of longer keys are no concern of this one
        other = s.boto().create_multipart_upload(Bucket=BUCKET, Key="resume/b-longer")["UploadId"]
        client.run(s.port, "upload-file", "resume/b", file=path, resume=1).ok()
        assert s.uploads() == [("resume/b-longer", other)]
        s.boto().abort_multipart_upload(Bucket=BUCKET, Key="resume/b-longer", UploadId=other)


def test_wrong_secret(s, client):
    """a wrong secret: the server's refusal, also while 64 MiB are on their way"""
    for command, size in (("upload", 10), ("upload", 2 * PART), ("put", 64 * MIB)):
        got = client.run(s.port, command, "wrong/secret", body=bytes(size), secret_key="wrong-secret")
        got.failed("access_denied", "'wrong/secret'", f"'{BUCKET}'", "HTTP 403 SignatureDoesNotMatch")
        assert got.words[2:] == ["403", "SignatureDoesNotMatch"], got.words
    got = client.run(s.port, "head", "wrong/secret", secret_key="wrong-secret")
    got.failed("access_denied", "SignatureDoesNotMatch")


def test_unknown_key(s, client):
    """an unknown access key"""
    for size in (10, 2 * PART):
        client.run(s.port, "upload", "unknown/key", body=bytes(size), access_key="nobody").failed(
            "access_denied", f"HTTP 403 {s.unknown_key}")


def test_missing_bucket(s, client):
    """a bucket that does not exist is named, and not created"""
    for command in ("put", "upload", "head", "remove", "list"):
        got = client.run(s.port, command, "missing/key", body=bytes(10), bucket="no-such-bucket")
        got.failed("no_such_bucket", "'no-such-bucket'", "NoSuchBucket")
    client.run(s.port, "upload", "missing/key", body=bytes(2 * PART), bucket="no-such-bucket").failed("no_such_bucket")
    assert [b["Name"] for b in s.boto().list_buckets()["Buckets"]] == [BUCKET]


def test_missing_key(s, client):
    """no object: head says so, remove has nothing to do"""
    client.run(s.port, "head", "no/such/key").failed("no_such_key", "'no/such/key'", "NoSuchKey")
    client.run(s.port, "remove", "no/such/key").ok()


def test_region(s, client):
    """the bucket's region is discovered when none is given; a wrong one is an error that names the right one"""
    boto = s.boto()
    assert s.region != "us-east-1"
    for size in (10, 2 * PART + 1):
        body = data_of(size, size)
        client.run(s.port, "upload", f"region/found-{size}", body=body).ok()
        assert body_of(boto, f"region/found-{size}") == body
        client.run(s.port, "upload", f"region/given-{size}", body=body, region=s.region).ok()
        assert body_of(boto, f"region/given-{size}") == body
        client.run(s.port, "upload", "region/wrong", body=body, region="ap-south-1").failed(
            "wrong_region", f"'{s.region}'", "'ap-south-1'", "AuthorizationHeaderMalformed")
    client.run(s.port, "head", "region/found-10").ok()
    client.run(s.port, "head", "region/found-10", region="ap-south-1").failed("wrong_region", f"'{s.region}'")
    client.run(s.port, "list", "region/").ok()
    assert s.uploads() == []


def test_dead_server(s, client):
    """nobody listens: a clear error, soon"""
    port = free_port()
    began = time.monotonic()
    for command in ("put", "upload", "head"):
        client.run(port, command, "dead/server", body=bytes(10)).failed("connect_failed", "'dead/server'", f"127.0.0.1:{port}")
    assert time.monotonic() - began < 20


def test_cut_parts(s, client):
    """a part that never gets through: its error, and the upload is aborted"""
    for poison, number in ((b"partNumber=2&", 2), (b"partNumber=7&", 7)):
        proxy = Proxy(s.port, poison)
        try:
            got = client.run(proxy.port, "upload", "cut/parts", body=data_of(7 * PART, 1), attempts=3)
            got.failed("connection_lost", f"part {number} of 'cut/parts'", "3 attempts")
            assert proxy.hits >= 3, proxy.hits
        finally:
            proxy.close()
        assert s.uploads() == []
        assert "Contents" not in s.boto().list_objects_v2(Bucket=BUCKET, Prefix="cut/")


def test_cut_once(s, client):
    """a connection that breaks once costs nothing but a retry"""
    class Once(Proxy):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "hits" and value == 1:
                self.poison = b"\0never\0"
    for i, poison in enumerate((b"uploads=", b"partNumber=2&", b"POST /", b"PUT /")):
        proxy = Once(s.port, poison)
        body = data_of(4 * PART + 3, 2)
        try:
            client.run(proxy.port, "upload", f"cut/once-{i}", body=body).ok()
        finally:
            proxy.close()
        assert proxy.hits == 1
        assert body_of(s.boto(), f"cut/once-{i}") == body
    assert s.uploads() == []


def test_lost_completion(s, client):
    """the answer to Complete is lost: what the repeated request finds is recognised as the object"""
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
                        if not got:
                            return
                        if side is server and swallow:
                            return
                        if side is client_side and self.hits == 0 and b"POST /" in got and b"uploadId=" in got:
                            self.hits, swallow = 1, True
                        (server if side is client_side else client_side).sendall(got)
    proxy = Deaf(s.port, b"")
    body = data_of(3 * PART + 3, 3)
    try:
        client.run(proxy.port, "upload", "lost/completion", body=body).ok()
    finally:
        proxy.close()
    assert proxy.hits == 1
    assert body_of(s.boto(), "lost/completion") == body
    assert s.uploads() == []


def test_stopped_server(s, client):
    """the server dies in mid-upload: an error that names key and upload id, which is what is left"""
    p = client.start(s.port, "upload", "stopped/server", attempts=2)
    p.stdin.write(data_of(3 * PART, 4))
    p.stdin.flush()
    for _ in range(200):
        left = s.uploads()
        if left:
            break
        time.sleep(0.05)
    assert [k for k, _ in left] == ["stopped/server"], left
    s.kill()
    try:
        out, err = p.communicate(data_of(6 * PART, 5), timeout=60)
    finally:
        s.start()
    Outcome(p.returncode, out, err).failed("connect_failed", "'stopped/server'", "are left behind", left[0][1])
    assert s.uploads() == left
    boto = s.boto()
    assert "Contents" not in boto.list_objects_v2(Bucket=BUCKET, Prefix="stopped/")
    boto.abort_multipart_upload(Bucket=BUCKET, Key=left[0][0], UploadId=left[0][1])


def test_frozen_server(s, client):
    """the server stops answering and comes back: a timeout, and the upload is aborted"""
    p = client.start(s.port, "upload", "frozen/server", attempts=1, stall_ms=2000, connections=2)
    p.stdin.write(data_of(3 * PART, 4))
    p.stdin.flush()
    for _ in range(200):
        if s.uploads():
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
    assert s.uploads() == []
    assert "Contents" not in s.boto().list_objects_v2(Bucket=BUCKET, Prefix="frozen/")


def test_too_long(s, client):
    """more bytes than a file was created for: refused, and nothing is left"""
    got = client.run(s.port, "upload", "too/long", body=data_of(20 * MIB, 7), max_size=10 * MIB)
    got.failed("invalid_state", "'too/long'")
    assert s.uploads() == []
    assert "Contents" not in s.boto().list_objects_v2(Bucket=BUCKET, Prefix="too/")


def test_tls(s, client):
    """https with a private authority: trusted when named, refused when not; the payload is not hashed"""
    if not shutil.which("openssl"):
        return "no openssl program"
    certificates = make_certificates(s.folder, {"right": "IP:127.0.0.1", "other": "DNS:elsewhere.example"})
    ca_file = os.path.join(s.folder, "ca.crt")
    body = data_of(3 * PART + 1, 9)
    for name in ("right", "other"):
        secure = Server(s.program, os.path.join(s.folder, "tls-" + name), certificate=certificates[name])
        try:
            boto = secure.boto()
            boto.create_bucket(Bucket=BUCKET)
            url = f"https://127.0.0.1:{secure.port}"
            if name == "right":
                client.run(secure.port, "upload", "tls/parts", body=body, endpoint=url, ca_file=ca_file).ok()
                assert body_of(boto, "tls/parts") == body
                # Without a scheme, https is what is meant.
                client.run(secure.port, "head", "tls/parts", endpoint=f"127.0.0.1:{secure.port}", ca_file=ca_file).ok()
                client.run(secure.port, "upload", "tls/x", body=body, endpoint=url, attempts=1).failed("tls_failed", url)
            else:
                client.run(secure.port, "upload", "tls/x", body=body, endpoint=url, ca_file=ca_file, attempts=1).failed("tls_failed", url)
            assert "tls/x" not in [o["Key"] for o in boto.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        finally:
            secure.kill()


class ForeignProxy:
    """proxy.py, which others wrote, as a program of its own; it asks for Basic authentication."""

    def __init__(self, folder, user, password):
        self.port, self.log = free_port(), os.path.join(folder, "proxy.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", str(self.port), "--num-workers", "1",
                 "--num-acceptors", "1", "--basic-auth", f"{user}:{password}"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent, start_new_session=True,
                env={**os.environ, "HOME": folder})  # where it makes a folder, whatever it is told
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.close()
        raise RuntimeError("proxy.py does not start: " + open(self.log).read()[-2000:])

    def url(self, secret):
        return f"http://{secret}@127.0.0.1:{self.port}"

    def tunnels(self):
        return [line for line in open(self.log) if "CONNECT" in line]

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)  # its workers, too
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self.process.kill()


def test_proxy(s, client):
    """parts go through a proxy that others wrote, with Basic authentication; a wrong password is refused"""
    if importlib.util.find_spec("proxy") is None:
        return "no proxy.py"
    proxy = ForeignProxy(s.folder, "who", "open/sesame:1")
    try:
        right, wrong = proxy.url("who:open%2Fsesame%3A1"), proxy.url("who:wrong-secret")
        body = data_of(4 * PART + 11, 23)
        # An address that is this machine for the proxy, too, and by its name need not be: to this machine no proxy leads.
        there = {"endpoint": f"http://0.0.0.0:{s.port}"}
        client.run(s.port, "upload", "proxied/parts", body=body, proxy=right, **there).ok()
        assert body_of(s.boto(), "proxied/parts") == body
        client.run(s.port, "head", "proxied/parts", proxy=right, **there).ok()
        got = client.run(s.port, "upload", "proxied/no", body=body, proxy=wrong, **there)
        got.failed("connect_failed", "status 407", f"through proxy 127.0.0.1:{proxy.port}", f"http://0.0.0.0:{s.port}")
        client.run(s.port, "head", "proxied/parts", proxy=wrong).ok()
        assert "sesame" not in got.out + got.err
        assert [o["Key"] for o in s.boto().list_objects_v2(Bucket=BUCKET, Prefix="proxied/")["Contents"]] == ["proxied/parts"]
    finally:
        proxy.close()
    seen = [line for line in proxy.tunnels() if f"0.0.0.0:{s.port}" in line]
    assert seen, open(proxy.log).read()[-3000:]


def test_virtual_host(s, client):
    """the bucket in the host name, which only the option knows the address of: everything works, and the name is signed"""
    with tempfile.TemporaryDirectory() as folder:
        named = type(s)(s.program, folder, options=s.domain("store.test"))
        try:
            named.boto().create_bucket(Bucket=BUCKET)
            reached = {"endpoint": f"http://store.test:{named.port}", "addressing": "virtual_host",
                       "host": ["elsewhere.test=127.0.0.9", f"{BUCKET}.store.test=127.0.0.1"]}
            body = data_of(2 * PART + 1, 31)
            for key, data in (("a b+%/\u6587", body[:1000]), ("parts/a b+%/\u6587", body)):
                client.run(named.port, "upload", key, body=data, **reached).ok()
                assert body_of(named.boto(), key) == data
                assert client.run(named.port, "head", key, **reached).ok().words[1] == str(len(data))
                url = client.run(named.port, "presign-get", key, **reached).ok().words[1]
                assert url.startswith(f"http://{BUCKET}.store.test:{named.port}/"), url
            assert client.run(named.port, "list", "", **reached).ok().words[1] == "2"
            assert named.uploads() == []
            client.run(named.port, "remove", "a b+%/\u6587", **reached).ok()
            client.run(named.port, "head", "a b+%/\u6587", **reached).failed("no_such_key")
            client.run(named.port, "put", "x", body=b"x", **{**reached, "secret_key": "wrong-secret"}).failed(
                "access_denied", "SignatureDoesNotMatch")
            # The same name in the path is another one.
            client.run(named.port, "put", "x", body=b"x", **{**reached, "addressing": "path"}).failed("resolve_failed", "store.test")
            left = named.boto().list_objects_v2(Bucket=BUCKET)["Contents"]
            assert [o["Key"] for o in left] == [s.listed("parts/a b+%/\u6587")], left
        finally:
            named.kill()


def test_boto_writes(s, client):
    """what boto3 has written is seen alike"""
    boto = s.boto()
    boto.put_object(Bucket=BUCKET, Key="boto/wrote & <this>", Body=b"12345")
    got = client.run(s.port, "list", "boto/").ok()
    assert got.out.split("\n")[1].endswith("boto/wrote & <this>") and got.out.split("\n")[1].startswith("5 "), got.out
    assert client.run(s.port, "url", "boto/x").ok().words[1] == f"s3://{BUCKET}/boto/x"


if __name__ == "__main__":
    # of a region that is not the one a client begins with
    sys.exit(main(__doc__, globals(), elsewhere=["test_region"]))
