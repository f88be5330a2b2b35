#!/usr/bin/env python3
"""The loopback object store of the examples as boto3 sees it, beside a real S3 server.

    loopback_store.py --server PROGRAM [--versitygw PROGRAM]

PROGRAM is loopback_server.cpp, built. Every case runs against it; with --versitygw (1.8) the same cases run there as well,
and both must answer alike. Needs boto3.
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
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zlib

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCESS, SECRET, BUCKET = "testaccess", "testsecretkey12345", "test-bucket"
MIB = 1 << 20


class Server:
    def __init__(self, url, folder, process, name):
        self.url, self.folder, self.process, self.name = url, folder, process, name

    def client(self, access=ACCESS, secret=SECRET, region="us-east-1", token=None, checksums="when_required"):
        return boto3.client(
            "s3", endpoint_url=self.url, aws_access_key_id=access, aws_secret_access_key=secret, aws_session_token=token,
            region_name=region,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, signature_version="s3v4",
                          request_checksum_calculation=checksums, response_checksum_validation=checksums))


@contextlib.contextmanager
def loopback(program, *options):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([program, folder, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Server(process.stdout.readline().strip(), folder, process, "loopback")
        finally:
            process.stdin.close()
            if process.wait(20) != 0:
                raise SystemExit("the loopback server ended with %s" % process.returncode)


@contextlib.contextmanager
def versitygw(program):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/data")
        os.mkdir(folder + "/iam")
        os.mkdir(folder + "/data/" + BUCKET)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        process = subprocess.Popen([program, "--port", "127.0.0.1:%d" % port, "--access", ACCESS, "--secret", SECRET, "--region",
                                    "us-east-1", "--iam-dir", folder + "/iam", "--quiet", "--keep-alive", "posix",
                                    folder + "/data"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield Server("http://127.0.0.1:%d" % port, folder + "/data", process, "versitygw")
        finally:
            process.terminate()
            process.wait(20)


# --- a signer of our own, so that requests can be wrong in one exact way ---

def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def send(server, method, path, query=(), body=b"", *, headers=(), unsigned=(), payload_hash=None, shift=0, region="us-east-1",
         secret=SECRET, date_header=True, frames=None):
    """Signs and sends; `frames(sign_chunk)` makes an aws-chunked body. Gives status, error code and body."""
    url = urllib.parse.urlsplit(server.url)
    stamp = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)).strftime("%Y%m%dT%H%M%SZ")
    scope = "%s/%s/s3/aws4_request" % (stamp[:8], region)
    payload_hash = payload_hash or hashlib.sha256(body).hexdigest()
    signed = {"host": url.netloc, "x-amz-content-sha256": payload_hash, "x-amz-date": stamp}
    signed.update((k.lower(), v) for k, v in headers)
    names = ";".join(sorted(signed))
    query_text = "&".join("%s=%s" % (quote(k), quote(v)) for k, v in sorted(query))
    canonical = "\n".join([method, urllib.parse.quote(path, safe="/-_.~"), query_text,
                           "".join("%s:%s\n" % (k, signed[k]) for k in sorted(signed)), names, payload_hash])
    key = ("AWS4" + secret).encode()
    for piece in scope.split("/"):
        key = hmac.new(key, piece.encode(), hashlib.sha256).digest()

    def sign(*lines):
        return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()

    signature = sign("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest())
    if frames:
        state = [signature]

        def sign_chunk(chunk):
            state[0] = sign("AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, state[0], hashlib.sha256(b"").hexdigest(),
                            hashlib.sha256(chunk).hexdigest())
            return state[0]

        body = frames(sign_chunk)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    connection.putrequest(method, urllib.parse.quote(path, safe="/-_.~") + ("?" + query_text if query else ""), skip_host=True,
                          skip_accept_encoding=True)
    for name, value in list(signed.items()) + list(unsigned) + [("Content-Length", str(len(body))), (
            "Authorization", "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (ACCESS, scope, names, signature))]:
        connection.putheader(name, value)
    try:
        connection.endheaders(body)
    except ConnectionError:
        pass  # a refusal that came before the body was out: it is there to be read
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    code = re.search(rb"<Code>(\w+)</Code>", text)
    return answer.status, code.group(1).decode() if code else "", text


def refused(call):
    try:
        call()
    except ClientError as x:
        return x.response["ResponseMetadata"]["HTTPStatusCode"], x.response["Error"]["Code"]
    return 200, ""


def raw(*arguments, **named):
    return send(*arguments, **named)[:2]


# --- what must succeed: (name, function of server and client that gives a comparable value) ---

def put_get(server, s3):
    out = []
    for key in ("plain", "dir/sub/x y+z@=&$ü.json", "a~b-c_d.e(1)'!*"):
        body = os.urandom(1000) + key.encode()
        put = s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="application/json", Metadata={"who": "me"})
        got = s3.get_object(Bucket=BUCKET, Key=key)
        head = s3.head_object(Bucket=BUCKET, Key=key)
        out += [got["Body"].read() == body, put["ETag"] == got["ETag"] == head["ETag"], head["ContentLength"] == len(body),
                head["ContentType"], head["Metadata"], put["ETag"] == '"%s"' % hashlib.md5(body).hexdigest()]
        with open(os.path.join(server.folder, BUCKET, key), "rb") as f:
            out.append(f.read() == body)
    s3.put_object(Bucket=BUCKET, Key="plain", Body=b"")
    out.append(s3.get_object(Bucket=BUCKET, Key="plain")["Body"].read())
    return out


def ranges(server, s3):
    s3.put_object(Bucket=BUCKET, Key="ranges", Body=bytes(range(100)))
    out = []
    for text in ("bytes=0-9", "bytes=90-", "bytes=-5", "bytes=50-500", "bytes=0-0"):
        got = s3.get_object(Bucket=BUCKET, Key="ranges", Range=text)
        out += [got["Body"].read(), got["ContentRange"], got["ResponseMetadata"]["HTTPStatusCode"]]
    return out


def multipart(server, s3):
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB + 1), b"the last may be small"]
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big/one", ContentType="text/plain")["UploadId"]
    listed = [u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]
    # Numbers may have gaps, parts may come in any order and twice: the last one counts.
    etags = {}
    for number, body in ((9, parts[2]), (2, b"x" * 5 * MIB), (5, parts[1]), (2, parts[0])):
        etags[number] = s3.upload_part(Bucket=BUCKET, Key="big/one", UploadId=upload, PartNumber=number, Body=body)["ETag"]
    sizes = [(p["PartNumber"], p["Size"]) for p in s3.list_parts(Bucket=BUCKET, Key="big/one", UploadId=upload)["Parts"]]
    request = dict(Bucket=BUCKET, Key="big/one", UploadId=upload,
                   MultipartUpload={"Parts": [{"PartNumber": n, "ETag": etags[n]} for n in (2, 5, 9)]})
    etag = s3.complete_multipart_upload(**request)["ETag"]
    again = refused(lambda: s3.complete_multipart_upload(**request))
    whole = s3.get_object(Bucket=BUCKET, Key="big/one")
    expected = hashlib.md5(b"".join(hashlib.md5(p).digest() for p in parts)).hexdigest() + "-3"
    return [listed, sizes, etag.strip('"') == expected, again, whole["Body"].read() == b"".join(parts),
            s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]


def managed(server, s3):
    body = os.urandom(20 * MIB + 7)
    from boto3.s3.transfer import TransferConfig
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "managed", Config=TransferConfig(multipart_chunksize=6 * MIB, max_concurrency=4))
    out = io.BytesIO()
    s3.download_fileobj(BUCKET, "managed", out, Config=TransferConfig(multipart_threshold=MIB, multipart_chunksize=MIB))
    return out.getvalue() == body


def managed_with_checksums(server, s3):
    return managed(server, server.client(checksums="when_supported"))


def abort(server, s3):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="gone")["UploadId"]
    s3.upload_part(Bucket=BUCKET, Key="gone", UploadId=upload, PartNumber=1, Body=b"abc")
    s3.abort_multipart_upload(Bucket=BUCKET, Key="gone", UploadId=upload)
    return [s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []),
            refused(lambda: s3.upload_part(Bucket=BUCKET, Key="gone", UploadId=upload, PartNumber=1, Body=b"abc")),
            refused(lambda: s3.abort_multipart_upload(Bucket=BUCKET, Key="gone", UploadId=upload))]


def listing(server, s3):
    for i in range(25):
        s3.put_object(Bucket=BUCKET, Key="list/%s/%02d &<>" % ("ab"[i % 2], i), Body=b"x" * i)
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 7}))
    flat = [(o["Key"], o["Size"]) for p in pages for o in p["Contents"]]
    folders = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/b/21")
    return [len(pages), flat, [p["Prefix"] for p in folders["CommonPrefixes"]], folders.get("Contents", []),
            [o["Key"] for o in after.get("Contents", [])]]


def delete(server, s3):
    s3.put_object(Bucket=BUCKET, Key="del/a/b", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="del/a/b")
    s3.delete_object(Bucket=BUCKET, Key="del/a/b")
    return [refused(lambda: s3.get_object(Bucket=BUCKET, Key="del/a/b")), os.path.exists(os.path.join(server.folder, BUCKET, "del"))]


def buckets(server, s3):
    s3.create_bucket(Bucket="another-bucket")
    s3.put_object(Bucket="another-bucket", Key="k", Body=b"x")
    out = [sorted(b["Name"] for b in s3.list_buckets()["Buckets"]), refused(lambda: s3.delete_bucket(Bucket="another-bucket"))]
    s3.delete_object(Bucket="another-bucket", Key="k")
    s3.delete_bucket(Bucket="another-bucket")
    return out + [refused(lambda: s3.head_bucket(Bucket="another-bucket")), refused(lambda: s3.head_bucket(Bucket=BUCKET)),
                  s3.get_bucket_location(Bucket=BUCKET).get("LocationConstraint") in (None, "us-east-1")]


def presigned(server, s3):
    put = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "pre/ü 1"}, ExpiresIn=60)
    get = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "pre/ü 1"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(put, data=b"hello", method="PUT")).read()
    out = [urllib.request.urlopen(get).read()]
    short = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "pre/ü 1"}, ExpiresIn=1)
    time.sleep(2.5)
    for url in (get.replace("pre/", "prf/"), get[:-1] + ("0" if get[-1] != "0" else "1"), short):
        try:
            urllib.request.urlopen(url)
            out.append("accepted")
        except urllib.error.HTTPError as x:
            out.append((x.code, re.search(rb"<Code>(\w+)</Code>", x.read()).group(1).decode()))
    return out


def chunk_frames(body, size, with_signatures, trailer=b""):
    def frames(sign_chunk):
        out = b""
        for at in list(range(0, len(body), size)) + [len(body)]:
            chunk = body[at:at + size]
            out += b"%x" % len(chunk) + (b";chunk-signature=" + sign_chunk(chunk).encode() if with_signatures else b"") + b"\r\n"
            out += chunk + (b"\r\n" if chunk else b"")
        return out + trailer + b"\r\n"
    return frames


def aws_chunked(server, s3):
    body = os.urandom(200_000)
    crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big"))
    length = ("x-amz-decoded-content-length", str(len(body)))
    out = []
    # (S3 asks for chunks of at least 8 KiB.)
    out.append(raw(server, "PUT", "/%s/chunked" % BUCKET, headers=[length, ("content-encoding", "aws-chunked")],
                   payload_hash="STREAMING-AWS4-HMAC-SHA256-PAYLOAD", frames=chunk_frames(body, 65536, True)))
    out.append(s3.get_object(Bucket=BUCKET, Key="chunked")["Body"].read() == body)
    unsigned = dict(headers=[length, ("content-encoding", "aws-chunked"), ("x-amz-trailer", "x-amz-checksum-crc32")],
                    payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    out.append(raw(server, "PUT", "/%s/trailer" % BUCKET, **unsigned,
                   frames=chunk_frames(body, 65536, False, b"x-amz-checksum-crc32:" + crc + b"\r\n")))
    out.append(s3.get_object(Bucket=BUCKET, Key="trailer")["Body"].read() == body)
    out.append(raw(server, "PUT", "/%s/trailer" % BUCKET, **unsigned,
                   frames=chunk_frames(body, 65536, False, b"x-amz-checksum-crc32:AAAAAA==\r\n")))
    return out


SUCCESSES = [put_get, ranges, multipart, managed, managed_with_checksums, abort, listing, delete, buckets, presigned, aws_chunked]

# --- what must fail, and how: status and code ---


def complete(s3, order, sizes, wrong_etag=False):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    etags = {n + 1: s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=n + 1, Body=b"x" * size)["ETag"]
             for n, size in enumerate(sizes)}
    parts = [{"PartNumber": n, "ETag": '"%s"' % ("0" * 32) if wrong_etag else etags.get(n, '"%s"' % ("1" * 32))} for n in order]
    try:
        return refused(lambda: s3.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload,
                                                            MultipartUpload={"Parts": parts}))
    finally:
        s3.abort_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload)  # a refused Complete leaves the upload open


K = "/%s/k" % BUCKET
FAILURES = [
    ("wrong secret", lambda v, s: refused(lambda: v.client(secret="wrong").put_object(Bucket=BUCKET, Key="k", Body=b"x")),
     (403, "SignatureDoesNotMatch")),
    ("wrong secret, large body", lambda v, s: raw(v, "PUT", K, body=b"x" * (4 * MIB), secret="wrong"), (403, "SignatureDoesNotMatch")),
    ("unknown key", lambda v, s: refused(lambda: v.client(access="nobody").put_object(Bucket=BUCKET, Key="k", Body=b"x")),
     (403, "InvalidAccessKeyId")),
    ("wrong region", lambda v, s: raw(v, "PUT", K, body=b"x", region="eu-west-1"), (400, "AuthorizationHeaderMalformed")),
    ("clock 16 minutes behind", lambda v, s: raw(v, "PUT", K, body=b"x", shift=-960), (403, "RequestTimeTooSkewed")),
    ("clock 16 minutes ahead", lambda v, s: raw(v, "PUT", K, body=b"x", shift=960), (403, "RequestTimeTooSkewed")),
    ("clock 14 minutes behind", lambda v, s: raw(v, "PUT", K, body=b"x", shift=-840), (200, "")),
    ("other body than signed", lambda v, s: raw(v, "PUT", K, body=b"x", payload_hash="0" * 64), (400, "XAmzContentSHA256Mismatch")),
    ("unsigned payload", lambda v, s: raw(v, "PUT", K, body=b"x", payload_hash="UNSIGNED-PAYLOAD"), (200, "")),
    ("unsigned x-amz-meta header", lambda v, s: raw(v, "PUT", K, body=b"x", unsigned=[("x-amz-meta-a", "b")]), (403, None)),
    ("wrong Content-MD5", lambda v, s: raw(v, "PUT", K, body=b"x", headers=[("Content-MD5", base64.b64encode(b"0" * 16).decode())]),
     (400, "BadDigest")),
    ("broken Content-MD5", lambda v, s: raw(v, "PUT", K, body=b"x", headers=[("Content-MD5", "abc")]), (400, "InvalidDigest")),
    ("wrong CRC32", lambda v, s: raw(v, "PUT", K, body=b"x", headers=[("x-amz-checksum-crc32", "AAAAAA==")]), (400, "BadDigest")),
    ("right CRC32C", lambda v, s: raw(v, "PUT", K, body=b"hello", headers=[("x-amz-checksum-crc32c", "mnG7TA==")]), (200, "")),
    ("no signature", lambda v, s: anonymous(v), (403, "AccessDenied")),
    ("missing bucket", lambda v, s: refused(lambda: s.put_object(Bucket="no-such-bucket", Key="k", Body=b"x")), (404, "NoSuchBucket")),
    ("missing bucket, upload", lambda v, s: refused(lambda: s.create_multipart_upload(Bucket="no-such-bucket", Key="k")),
     (404, "NoSuchBucket")),
    ("missing key", lambda v, s: refused(lambda: s.get_object(Bucket=BUCKET, Key="nothing/here")), (404, "NoSuchKey")),
    ("missing key, HEAD", lambda v, s: refused(lambda: s.head_object(Bucket=BUCKET, Key="nothing/here")), (404, "404")),
    ("range behind the end", lambda v, s: beyond(s), (416, "InvalidRange")),
    ("If-None-Match", lambda v, s: exists(s), (412, "PreconditionFailed")),
    ("missing upload", lambda v, s: refused(lambda: s.upload_part(Bucket=BUCKET, Key="k", UploadId="0" * 32, PartNumber=1, Body=b"x")),
     (404, "NoSuchUpload")),
    ("part number 0", lambda v, s: part_number(s, 0), (400, "InvalidArgument")),
    ("part number 10001", lambda v, s: part_number(s, 10001), (400, "InvalidArgument")),
    ("parts out of order", lambda v, s: complete(s, (2, 1), (5 * MIB, 5 * MIB)), (400, "InvalidPartOrder")),
    ("wrong ETag", lambda v, s: complete(s, (1,), (10,), wrong_etag=True), (400, "InvalidPart")),
    ("unknown part", lambda v, s: complete(s, (1, 2), (5 * MIB,)), (400, "InvalidPart")),
    ("small part in the middle", lambda v, s: complete(s, (1, 2), (5 * MIB - 1, 10)), (400, "EntityTooSmall")),
    ("no parts", lambda v, s: complete(s, (), ()), (400, "MalformedXML")),
    ("key and folder", lambda v, s: key_and_folder(s), (409, None)),
]


def anonymous(server):
    try:
        urllib.request.urlopen(urllib.request.Request(server.url + K, data=b"x", method="PUT"))
        return 200, ""
    except urllib.error.HTTPError as x:
        return x.code, re.search(rb"<Code>(\w+)</Code>", x.read()).group(1).decode()


def beyond(s3):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    return refused(lambda: s3.get_object(Bucket=BUCKET, Key="k", Range="bytes=5-"))


def exists(s3):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    return refused(lambda: s3.put_object(Bucket=BUCKET, Key="k", Body=b"y", IfNoneMatch="*"))


def key_and_folder(s3):
    s3.put_object(Bucket=BUCKET, Key="both", Body=b"x")
    return refused(lambda: s3.put_object(Bucket=BUCKET, Key="both/sub", Body=b"y"))


def part_number(s3, number):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="n")["UploadId"]
    try:
        return refused(lambda: s3.upload_part(Bucket=BUCKET, Key="n", UploadId=upload, PartNumber=number, Body=b"x"))
    finally:
        s3.abort_multipart_upload(Bucket=BUCKET, Key="n", UploadId=upload)


def google(program, check):
    """With an access token: requests as Google's XML API takes them, and as it refuses them."""
    def ask(method, path, body=None, **headers):
        request = urllib.request.Request(ours.url + path, data=body, method=method,
                                         headers={k.replace("_", "-"): v for k, v in headers.items()})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as x:
            return x.code, x.read(), x.headers

    def code(answer):
        return answer[0], re.findall(rb"<Code>(\w+)</Code>", answer[1])

    right = {"Authorization": "Bearer a-token"}
    with loopback(program, "--access-token", "a-token") as ours:
        check("token: put", ask("PUT", K, b"hello", **right)[0], 200)
        check("token: get", ask("GET", K, **right)[1], b"hello")
        check("token: list", re.findall(rb"<Key>(.*?)</Key>", ask("GET", "/%s?list-type=2" % BUCKET, **right)[1]), [b"k"])
        upload = re.search(rb"<UploadId>(.*?)<", ask("POST", "/%s/m?uploads" % BUCKET, b"", **right)[1]).group(1).decode()
        part = ask("PUT", "/%s/m?partNumber=1&uploadId=%s" % (BUCKET, upload), b"part", **right)
        done = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>" %
                part[2]["ETag"]).encode()
        check("token: upload", ask("POST", "/%s/m?uploadId=%s" % (BUCKET, upload), done, **right)[0], 200)
        check("token: uploaded", ask("GET", "/%s/m" % BUCKET, **right)[1], b"part")
        check("token: only if absent", code(ask("PUT", K, b"x", **right, x_goog_if_generation_match="0")), (412, [b"PreconditionFailed"]))
        for wrong in ("Bearer another", "Bearer ", "Bearer a-token2"):
            answer = ask("PUT", K, b"x", Authorization=wrong)
            check("token: " + wrong, code(answer), (401, [b"AuthenticationRequired"]))
            check("token: challenge for " + wrong, (answer[2]["WWW-Authenticate"] or "")[:6], "Bearer")
        check("token: none", code(ask("PUT", K, b"x")), (403, [b"AccessDenied"]))
        check("token: HMAC keys as well", refused(lambda: ours.client().get_object(Bucket=BUCKET, Key="k")), (200, ""))
    with loopback(program) as ours:
        check("token: not for S3", ask("PUT", K, b"x", **right)[0], 400)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--versitygw")
    options = parser.parse_args()
    faults = []
    checks = 0

    def check(name, got, expected):
        nonlocal checks
        checks += 1
        if got != expected:
            faults.append("%s: got %r, expected %r" % (name, got, expected))

    with loopback(options.server) as ours, (versitygw(options.versitygw) if options.versitygw
                                            else contextlib.nullcontext()) as real:
        s3 = ours.client()
        for case in SUCCESSES:
            try:
                got = case(ours, s3)
            except Exception as x:  # the other cases tell more
                faults.append("%s: %s: %s" % (case.__name__, type(x).__name__, x))
                continue
            if real:
                check(case.__name__ + " (as versitygw)", got, case(real, real.client()))
            check(case.__name__ + " (nothing false)", [v for v in (got if isinstance(got, list) else [got]) if v is False], []
                  if case is not delete else [False])
        for name, case, expected in FAILURES:
            for server in filter(None, (ours, real)):
                got = case(server, server.client())
                check("%s (%s)" % (name, server.name), got[0] if expected[1] is None else got,
                      expected[0] if expected[1] is None else expected)

        # A refusal for the region names the right one: from it a client learns.
        status, code, text = send(ours, "PUT", K, body=b"x", region="eu-west-1")
        check("region in the answer", re.findall(rb"<Region>(.*?)</Region>", text), [b"us-east-1"])
        check("bucket twice", refused(lambda: s3.create_bucket(Bucket=BUCKET)), (409, "BucketAlreadyOwnedByYou"))
        body = os.urandom(20_000)
        bad = chunk_frames(body, 8192, True)
        status, code, _ = send(ours, "PUT", K, headers=[("x-amz-decoded-content-length", "20000")],
                               payload_hash="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                               frames=lambda sign: bad(sign).replace(body[9000:9004], b"evil"))
        check("changed chunk", (status, code), (403, "SignatureDoesNotMatch"))
        status, code, _ = send(ours, "PUT", K, headers=[("x-amz-decoded-content-length", "20001")],
                               payload_hash="STREAMING-AWS4-HMAC-SHA256-PAYLOAD", frames=chunk_frames(body, 8192, True))
        check("wrong decoded length", (status, code), (400, "IncompleteBody"))
        for key in ("../outside", "a/../../outside", "a//b", "a/"):
            check("key " + key, raw(ours, "PUT", "/%s/%s" % (BUCKET, key), body=b"x"), (400, "InvalidArgument"))
        ours.process.stdin.write("?\n")
        ours.process.stdin.flush()
        check("uploads left open", ours.process.stdout.readline().strip(), "0")

    with loopback(options.server, "--session-token", "tok", "--region", "eu-central-1") as ours:
        at = dict(region="eu-central-1")
        check("session token", refused(lambda: ours.client(token="tok", **at).put_object(Bucket=BUCKET, Key="k", Body=b"x")), (200, ""))
        check("wrong session token", refused(lambda: ours.client(token="x", **at).put_object(Bucket=BUCKET, Key="k", Body=b"x")),
              (400, "InvalidToken"))
        check("no session token", refused(lambda: ours.client(**at).put_object(Bucket=BUCKET, Key="k", Body=b"x")),
              (403, "InvalidAccessKeyId"))
        # boto3 itself finds the region by the answer and signs again.
        check("region found", refused(lambda: ours.client(token="tok").put_object(Bucket=BUCKET, Key="k", Body=b"x")), (200, ""))

    google(options.server, check)
    for fault in faults:
        print("FAILED", fault)
    print("%d checks, %d failed%s" % (checks, len(faults), "" if options.versitygw else " (without versitygw beside it)"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
