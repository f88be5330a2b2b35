#!/usr/bin/env python3
"""Signatures of random requests to S3, beside those of botocore: by headers and presigned.

    check_botocore.py sign_requests

The requests are the same in every run. Keys are bytes: all 256 of them, dots and repeated slashes included. Both sides
begin with an endpoint, a bucket, a key and a query's names and values, and encode them on their own. botocore's signers
do most of it; whole URLs come from a client of boto3, for keys that are text.
"""

import datetime
import functools
import hashlib
import os
import random
import string
import subprocess
import sys
import types
import urllib.parse

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.utils

COUNT = 1200
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
UNRESERVED = (string.ascii_letters + string.digits + "-._~").encode()
LETTERS = "äßñøЖשあ漢字🦀́"  # the last one combines
PIECES = [b"/", b"//", b".", b"..", b"/./", b"/../", b" ", b"  ", b"+", b"=", b"@", b"%", b"%41", b"%2f", b"&", b"?", b"#", b"~",
          b"*", b"'", b"(", b")", b"!", b":", b";", b",", b"$", b"[", b"\\", b"a", b"Z", b"7", b"part-00001.parquet"]
METHODS = ["GET", "PUT", "POST", "HEAD", "DELETE"]
REGIONS = ["us-east-1", "eu-central-1", "auto", "cn-north-1", "ap-southeast-3", "garage"]
ENDPOINTS = ["s3.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com", "S3.Example.COM", "localhost", "127.0.0.1", "[::1]",
             "[2001:db8::7]", "minio"]
HEADERS = ["Content-Type", "content-md5", "Range", "If-None-Match", "Cache-Control", "x-amz-acl", "X-Amz-Meta-A", "x-amz-meta-a",
           "x-amz-meta-a-b", "x-amz-meta-a_b", "x-amz-meta-ab", "X-AMZ-META-Z", "x-amz-tagging", "x-amz-copy-source",
           "X-Amz-Server-Side-Encryption", "x-a.b!c|d~e^f"]
# The library leaves one more unsigned, on purpose: a gateway of GCS rewrites it.
UNSIGNED = botocore.auth.SIGNED_HEADERS_BLACKLIST
QUERY_NAMES = [b"uploads", b"uploadId", b"partNumber", b"list-type", b"prefix", b"a", b"A", b"a-b", b"a b", b"a=b", b"a&b", b"~",
               "ä".encode(), b"response-content-type", b"%41", b""]


class Recording:
    """Keeps the texts that botocore signs."""

    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.to_sign = super().string_to_sign(request, canonical_request)
        return self.to_sign

    def signature(self, string_to_sign, request):
        self.signed = super().signature(string_to_sign, request)
        return self.signed


class ByHeaders(Recording, botocore.auth.S3SigV4Auth):
    pass


class ByQuery(Recording, botocore.auth.S3SigV4QueryAuth):
    pass


def random_text(r, pool, most):
    return "".join(r.choices(pool, k=r.randrange(most + 1)))


def random_bytes(r):
    kind = r.randrange(4)
    if kind == 0:
        return r.randbytes(r.randrange(1, 40))
    if kind == 1:
        return random_text(r, PRINTABLE + LETTERS + " ", 30).encode()
    return b"".join(r.choices(PIECES, k=r.randrange(1, 9)))


def random_key(r, number):
    if number < 256:  # surely every byte
        return b"k" + bytes([number]) + random_bytes(r)
    if number % 50 == 0:
        return r.randbytes(1024)
    if number % 50 == 1:
        return (LETTERS * 60).encode()[:1024]
    if number % 50 == 2:
        return b""
    return random_bytes(r)


def random_fields(r):
    """A query's names and values: some names twice, some values empty."""
    fields = []
    for _ in range(r.choice([0, 0, 1, 2, 3, 6])):
        name = r.choice(QUERY_NAMES) if r.random() < 0.8 else random_bytes(r)
        for _ in range(r.choice([1, 1, 1, 2, 3])):
            fields.append((name, r.choice([b"", b"", b"1", b"10", b"2", b"a/b", random_bytes(r)])))
    r.shuffle(fields)
    return fields


def spelled(r, data):
    """One of the many ways to percent-encode."""
    out = ""
    for byte in data:
        plain = byte in UNRESERVED or byte in b"/:@,$!*'()"  # what clients leave as it is in a query
        out += chr(byte) if plain and r.random() < 0.7 else r.choice(["%{:02X}", "%{:02x}"]).format(byte)
    return out


def spelled_query(r, fields):
    out = []
    for name, value in fields:
        out += [""] * (r.random() < 0.1)  # "&&"
        text = spelled(r, name)
        # "uploads" and "uploads=" mean the same, but a field without both is none.
        out.append(text if not value and text and r.random() < 0.5 else f"{text}={spelled(r, value)}")
    return "&".join(out)


def blanks(r, least=0):
    return "".join(r.choices(["", " ", "  ", "     ", "\t", " \t ", "\r\n "], weights=[4 if least == 0 else 0, 8, 4, 2, 2, 2, 1])[0])


def random_value(r):
    words = [random_text(r, PRINTABLE if r.random() < 0.8 else LETTERS, 12) for _ in range(r.randrange(5))]
    return blanks(r) + "".join(word + blanks(r, 1) for word in words) + blanks(r)


def random_headers(r, presigned):
    headers = []
    for name in r.choices(HEADERS, k=r.choice([0, 1, 2, 4, 8])):
        headers.append((name, random_value(r)))
    if r.random() < 0.5:
        headers.append((r.choice(UNSIGNED).title(), random_value(r)))
    if not presigned and r.random() < 0.1:  # of an attempt before
        headers.append(("Authorization", random_value(r)))
    r.shuffle(headers)
    return headers


def random_request(r, number):
    presigned = number % 3 == 0
    body = r.choice([b"", r.randbytes(r.randrange(300))])
    out = types.SimpleNamespace(
        number=number, method=r.choice(METHODS), bucket=r.choice([None, b"bucket", b"my.bucket-7", b"a_b"]), key=random_key(r, number),
        fields=random_fields(r), headers=random_headers(r, presigned), access_key=random_text(r, PRINTABLE, 19) + "k",
        secret_key=random_text(r, PRINTABLE, 60), session_token=r.choice(["", random_text(r, PRINTABLE, 400) + "t"]),
        region=r.choice(REGIONS), time=r.randrange(0, 7_000_000_000), expires=r.randrange(1, 604_801) if presigned else None,
        # None: not signed
        body=body if r.random() < (0.2 if presigned else 0.6) else None)
    if r.random() < 0.5:  # near the requests before it, for the cache of signing keys
        out.secret_key, out.region, out.time = r.choice(["one", "two"]), r.choice(REGIONS[:2]), r.choice([86_399, 86_400])
    out.port = r.choice([None, None, 80, 443, 9000, 1, 65535])
    out.endpoint = f"{r.choice(['http', 'https'])}://{r.choice(ENDPOINTS)}" + (f":{out.port}" if out.port else "")
    out.query = spelled_query(r, out.fields) if r.random() < 0.5 else None
    if r.random() < 0.1:
        out.headers.insert(0, (r.choice(["Host", "host", "HOST"]), f" {r.choice(ENDPOINTS)}:9000  "))
    if presigned and out.body is not None:  # the only way that botocore has to presign a body
        out.headers.append(("X-Amz-Content-SHA256", hashlib.sha256(out.body).hexdigest()))
    return out


def line_of(q):
    """The request as sign_requests reads it."""
    words = [("method", q.method), ("key", q.key), ("access_key", q.access_key), ("secret_key", q.secret_key),
             ("session_token", q.session_token), ("region", q.region), ("time", str(q.time))]
    if not any(name.lower() == "host" for name, _ in q.headers):
        words.append(("endpoint", q.endpoint))
    words.append(("payload_hash", "UNSIGNED-PAYLOAD") if q.body is None else ("body", q.body))
    words += [("bucket", q.bucket)] if q.bucket is not None else []
    words += [("expires", str(q.expires))] if q.expires else []
    words += [("header", f"{name}\0{value}") for name, value in q.headers]
    if q.query is not None:
        words.append(("query", q.query))
    else:
        words += [("field", b"%d " % len(name) + name + value) for name, value in q.fields]
    return " ".join(f"{name}={(value.encode() if isinstance(value, str) else value).hex()}" for name, value in words)


def of_line(line):
    found = {}
    for word in line.split():
        name, _, value = word.partition("=")
        found.setdefault(name, []).append(bytes.fromhex(value))
    return found


def fields_of(query):
    """Names and values, decoded and in an order that tells nothing."""
    pairs = (field.partition("=") for field in query.split("&") if field)
    return sorted((urllib.parse.unquote_to_bytes(name), urllib.parse.unquote_to_bytes(value)) for name, _, value in pairs)


def auth_fields(query):
    return sorted(field for field in query.split("&") if field.startswith("X-Amz-"))


def botocore_path(q):
    path = "" if q.bucket is None else "/" + botocore.utils.percent_encode(q.bucket)
    return path + "/" + botocore.utils.percent_encode(q.key, safe="/~")  # as its serializer does


def stop_clock(q):
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=q.time)
    botocore.auth.get_current_datetime = lambda: time


def botocore_sign(q):
    """The signer, which knows what it has signed, and the request with what it has added."""
    stop_clock(q)
    request = botocore.awsrequest.AWSRequest(method=q.method, url=q.endpoint + botocore_path(q), data=q.body or b"")
    for name, value in q.headers:
        request.headers.add_header(name, value)
    who = botocore.credentials.Credentials(q.access_key, q.secret_key, q.session_token or None)
    if q.expires:
        for name, value in q.fields:  # repeated names: a dictionary of lists
            request.params.setdefault(name, []).append(value)
        request.data = b""
        signer = ByQuery(who, "s3", q.region, expires=q.expires)
    else:
        if q.fields:
            request.url += "?" + botocore.utils.percent_encode_sequence(q.fields)
        request.context["client_config"] = types.SimpleNamespace(s3={"payload_signing_enabled": q.body is not None})
        signer = ByHeaders(who, "s3", q.region)
    signer.add_auth(request)
    return signer, request


def client_requests(r):
    """What a client of boto3 can presign: keys of text in a bucket, without further headers."""
    requests = []
    for region in REGIONS:
        first = None  # a client has one endpoint and one identity
        for _ in range(25):
            q = random_request(r, len(requests) + 3 * COUNT)
            while not is_text(q.key) or not q.key:
                q.key = random_bytes(r)
            first = first or q
            for same in ("endpoint", "access_key", "secret_key", "session_token"):
                setattr(q, same, getattr(first, same))
            q.bucket, q.headers, q.body, q.region, q.method, q.query = b"my.bucket-7", [], None, region, "GET", None
            q.expires = q.expires or 60
            names = {"VersionId": b"versionId", "ResponseContentType": b"response-content-type"}
            q.params = {name: random_text(r, PRINTABLE + LETTERS + " ", 12) + "v" for name in names if r.random() < 0.5}
            q.fields = [(names[name], value.encode()) for name, value in q.params.items()]
            requests.append(q)
    return requests


def is_text(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def client_differences(q, found):
    stop_clock(q)
    client = boto_client(q.endpoint, q.access_key, q.secret_key, q.session_token, q.region)
    params = {"Bucket": q.bucket.decode(), "Key": q.key.decode(), **q.params}
    wanted = urllib.parse.urlsplit(client.generate_presigned_url("get_object", Params=params, ExpiresIn=q.expires))
    path, _, query = found["target"][0].decode().partition("?")
    yield "client's path", path, wanted.path
    yield "client's query", sorted(query.split("&")), sorted(wanted.query.split("&"))


@functools.lru_cache(None)
def boto_client(endpoint, access_key, secret_key, session_token, region):
    config = botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        aws_session_token=session_token or None, region_name=region, config=config)


def differences(q, found):
    signer, request = botocore_sign(q)
    yield "canonical request", found["canonical_request"][0], signer.canonical.encode()
    yield "string to sign", found["string_to_sign"][0], signer.to_sign.encode()
    yield "signature", found["signature"][0], signer.signed.encode()
    path, _, query = found["target"][0].decode().partition("?")
    wanted = urllib.parse.urlsplit(request.url)
    yield "path", path, wanted.path
    yield "query", fields_of(query), fields_of(wanted.query)
    if q.expires:
        yield "signing fields", auth_fields(query), auth_fields(wanted.query)
        yield "headers", found.get("header", []), []
    else:
        added = ("x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "authorization")
        headers = sorted((name.lower().encode(), value.encode()) for name, value in request.headers.items() if name.lower() in added)
        ours = [tuple(header.split(b"\0", 1)) for header in found.get("header", [])]
        yield "headers", sorted((name.lower(), value) for name, value in ours), headers


def check_variety(requests):
    """That chance has brought what this test is for."""
    keys = [q.key for q in requests]
    in_keys = set(b"".join(keys))
    assert in_keys == set(range(256)), set(range(256)) - in_keys
    assert set(b"".join(part for q in requests for field in q.fields for part in field)) == set(range(256))
    for piece in PIECES:
        assert any(piece in key for key in keys), piece
    assert any(segment in (b".", b"..") for key in keys for segment in key.split(b"/"))
    assert any(key.startswith(b"/") for key in keys) and any(key.endswith(b"/") for key in keys)
    assert max(map(len, keys)) == 1024 and b"" in keys
    for presigned in (False, True):
        some = [q for q in requests if bool(q.expires) == presigned]
        with_names = [[name for name, _ in q.fields] for q in some]
        counts = {
            "all": len(some),
            "repeated names": sum(len(set(names)) < len(names) for names in with_names),
            "empty values": sum(any(not value for _, value in q.fields) for q in some),
            "without =": sum(any(field and "=" not in field for field in (q.query or "").split("&")) for q in some),
            "odd spacing": sum(any(value != " ".join(value.split()) for _, value in q.headers) for q in some),
            "repeated headers": sum(len({name.lower() for name, _ in q.headers}) < len(q.headers) for q in some),
            "session token": sum(bool(q.session_token) for q in some),
            "hashed body": sum(q.body is not None for q in some),
            "port": sum(q.port is not None for q in some),
        }
        print(f"{'presigned' if presigned else 'by headers'}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        assert min(counts.values()) >= 20, counts


def sign(program, requests):
    text = "".join(line_of(q) + "\n" for q in requests)
    answers = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answers) != len(requests):
        raise RuntimeError(f"{len(answers)} answers to {len(requests)} requests")
    return map(of_line, answers)


def main(program):
    for name in [name for name in os.environ if name.startswith("AWS_")]:  # of the machine's user
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    r = random.Random(20_130_524)
    requests = [random_request(r, number) for number in range(COUNT)]
    check_variety(requests)
    of_clients = client_requests(r)
    failed = 0
    for some, compare in ((requests, differences), (of_clients, client_differences)):
        for q, found in zip(some, sign(program, some)):
            compared = compare(q, found) if "error" not in found else [("error", found["error"][0], "none")]
            wrong = [(what, ours, theirs) for what, ours, theirs in compared if ours != theirs]
            failed += bool(wrong)
            if wrong and failed <= 5:
                what, ours, theirs = wrong[0]
                print(f"FAILED: request {q.number}: {what}\n  library:  {ours}\n  botocore: {theirs}\n  of {q}")
    print(f"{len(requests)} requests to botocore's signers, {len(of_clients)} to clients: {failed} signed otherwise")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
