#!/usr/bin/env python3
"""Uploads through the library with temporary credentials into moto, an S3 server with IAM and STS that checks signatures
and session tokens, and looks at the outcome through boto3. (Presigned URLs it cannot check: those are compared with botocore's.)

    check_tokens.py [--client PROGRAM] [--moto PYTHON] [--only TEXT]

PYTHON has moto. For the other options and the exit codes see check_s3.py.
"""

import json
import sys

from servers import BUCKET, PART, Moto, body_of, data_of, main

BODY = data_of(2 * PART + 11, 41)
REFUSED = {"none": (None, "403"), "wrong": ("not+the/token=", "400")}


def statement(**more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more}]})


class Assumed(Moto):
    """After a bucket has been made, only this role's temporary credentials are good for it, and for everything there."""

    def assume(self):
        iam = self.boto("iam")
        role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=statement(
            Principal={"AWS": "*"}, Action="sts:AssumeRole"))["Role"]["Arn"]
        iam.put_role_policy(RoleName="writer", PolicyName="all", PolicyDocument=statement(Action="*", Resource="*"))
        got = self.boto("sts").assume_role(RoleArn=role, RoleSessionName="check")["Credentials"]
        self.keys = {"aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"],
                     "aws_session_token": got["SessionToken"]}
        self.check_all()

    def given(self, token="its own"):
        """The options of s3_client."""
        if "aws_session_token" not in self.keys:
            self.assume()
        return {"access_key": self.keys["aws_access_key_id"], "secret_key": self.keys["aws_secret_access_key"],
                "session_token": self.keys["aws_session_token"] if token == "its own" else token}

    def secrets(self):
        return [self.keys["aws_secret_access_key"], self.keys["aws_session_token"]]


def left(s, prefix):
    """Objects and unfinished uploads."""
    return ([o["Key"] for o in s.boto().list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])],
            [key for key, _ in s.uploads() if key.startswith(prefix)])


def test_right(s, client):
    """with the right token everything works: one request, parts, listings, removal"""
    given = s.given()
    for key, body in (("right/one", BODY[:1000]), ("right/parts a+b", BODY)):
        client.run(s.port, "upload", key, body=body, **given).ok()
        assert body_of(s.boto(), key) == body
        assert client.run(s.port, "head", key, **given).ok().words[1] == str(len(body))
    assert s.boto().head_object(Bucket=BUCKET, Key="right/parts a+b")["ETag"].endswith('-3"')  # three parts
    assert client.run(s.port, "list", "right/", **given).ok().words[1] == "2"
    begun = s.boto().create_multipart_upload(Bucket=BUCKET, Key="right/begun")["UploadId"]
    assert begun in client.run(s.port, "uploads", "right/", **given).ok().out
    assert begun in client.run(s.port, "abort-stale", "right/", age=0, **given).ok().out
    client.run(s.port, "remove", "right/one", **given).ok()
    assert left(s, "right/") == (["right/parts a+b"], [])


def test_refused(s, client):
    """without the token, or with another, nothing works: errors say so and show neither token nor secret"""
    for name, (token, status) in REFUSED.items():
        given = s.given(token)
        for command, key, body in (("put", "one", BODY[:1000]), ("upload", "one", BODY[:1000]), ("upload", "parts", BODY),
                                   ("head", "one", b""), ("list", "*", b""), ("remove", "one", b"")):
            key = f"{name}/{key}"
            got = client.run(s.port, command, key.rstrip("*"), body=body, **given)
            got.failed("access_denied", f"'{key}'", f"'{BUCKET}'", f"HTTP {status} ")
            assert got.words[2] == status, got.words
            for secret in [*s.secrets(), "not+the/token"]:
                assert secret not in got.out + got.err, got.out
        assert left(s, name + "/") == ([], [])


def test_wrong_secret(s, client):
    """the right token does not stand for the secret"""
    got = client.run(s.port, "upload", "secret/parts", body=BODY, **{**s.given(), "secret_key": "wrong-secret"})
    got.failed("access_denied", "HTTP 403 SignatureDoesNotMatch")
    assert left(s, "secret/") == ([], [])


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), server=Assumed, needs=("moto",)))
