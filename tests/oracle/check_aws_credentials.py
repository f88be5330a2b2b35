#!/usr/bin/env python3
"""Where credentials of AWS come from, beside botocore and with moto's services.

    check_aws_credentials.py find_credentials

Random shared files and environments, odd ones included, are read by the library and by botocore: both must find the
same keys and region, or nothing, or refuse. Where a role is to be assumed, a token service here answers with keys that
say who has asked for which role, after botocore's signer has agreed with the signature. Then moto hands out temporary
keys by its token and metadata services, and tells whose they are. The files are the same in every run.
"""

import base64
import hashlib
import http.server
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import botocore.session
import moto.server

COUNT = 600
NAMES = ["default", "a", "b", "two words", "ünï"]
CLEAN = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true"}
SECRETS = {}  # of access keys, for the token service


# --- files ---

def random_keys(r, name):
    access = "AKIA" + "".join(r.choices("ABCDEFGH234567", k=12))
    SECRETS[access] = base64.b64encode(r.randbytes(30)).decode()
    lines = [("aws_access_key_id", access), ("aws_secret_access_key", SECRETS[access])]
    if r.random() < 0.3:
        lines.append((r.choice(["aws_session_token", "aws_security_token"]), base64.b64encode(r.randbytes(24)).decode()))
    if r.random() < 0.1:
        lines.pop(r.randrange(len(lines)))  # half a pair
    return lines


def spelled(r, key, value):
    key = r.choice([key] * 6 + [key.upper(), key.title()])
    return key + r.choice(["=", " = ", ": ", "\t=\t", "  =", " :"]) + value + r.choice(["", "", " ", "\t"])


def random_section(r, file, name):
    lines = []
    if r.random() < 0.75:
        lines += random_keys(r, name)
    if r.random() < 0.5:
        lines.append(("region", r.choice(["eu-west-1", "us-west-2", "cn-north-1"])))
    kind = r.random()
    if kind < 0.18:
        lines += [("role_arn", f"arn:aws:iam::123456789012:role/of-{name[0]}"), ("source_profile", r.choice(NAMES))]
        lines += [("external_id", "x = y: # z")] * (r.random() < 0.3) + [("role_session_name", "session")] * (r.random() < 0.3)
    elif kind < 0.24:
        lines += [("role_arn", f"arn:aws:iam::123456789012:role/of-{name[0]}"), ("credential_source", r.choice(["Environment", "Nobody"]))]
    elif kind < 0.30:
        lines += [("web_identity_token_file", "TOKEN_FILE"), ("role_session_name", "session")]
        lines += [("role_arn", f"arn:aws:iam::123456789012:role/web-{name[0]}")] * (r.random() < 0.8)
    elif kind < 0.33:
        lines += [("role_arn", "arn:aws:iam::123456789012:role/x")]
    r.shuffle(lines)
    out = [spelled(r, key, value) for key, value in lines]
    for _ in range(r.choice([0, 0, 1, 3])):
        out.insert(r.randrange(len(out) + 1), r.choice(["# comment = 1", "; comment", "   # indented = 1", "", "  ", "\t;x"]))
    if r.random() < 0.2:
        out += ["s3 =", "  max_concurrent_requests = 20", "  addressing_style = path", "output = json"]
    if r.random() < 0.1:
        out += ["note = first", "    second", "", "\tthird = x", "cli_pager ="]
    if r.random() < 0.02:
        out.insert(r.randrange(len(out) + 1), r.choice(["no sign", "= no name", "region = a\nregion = b", "aws_access_key_id=1\nAWS_ACCESS_KEY_ID=2"]))
    head = name if file == "credentials" or (name == "default" and r.random() < 0.9) else r.choice(["profile ", "profile ", "profile  ", "profile\t"]) + (
        f"'{name}'" if " " in name and r.random() < 0.5 else f'"{name}"' if " " in name or r.random() < 0.1 else name)
    return [f"[{head}]" + r.choice([""] * 5 + ["  ", " # behind", " ; x"])] + out


def random_file(r, file):
    sections = [random_section(r, file, name) for name in r.sample(NAMES, r.randrange(1, len(NAMES) + 1))]
    if file == "config" and r.random() < 0.2:
        sections.append(["[a]", "aws_access_key_id = of no profile", "aws_secret_access_key = x"])
    if r.random() < 0.1:
        sections.append(["[DEFAULT]", f"region = {r.choice(['us-east-2', 'eu-north-1'])}"])
    if r.random() < 0.02:
        sections.append(list(sections[0]))  # twice
    if r.random() < 0.03:
        sections.insert(0, ["lost = 1"])
    if r.random() < 0.2:
        sections = [[""] + [("" if line.startswith("[") or not indent else " ") + line for line in section] for indent in [r.random() < 0.3]
                    for section in sections]
    r.shuffle(sections) if r.random() < 0.5 else None
    return r.choice(["\n", "\n", "\n", "\r\n"]).join(line for section in sections for line in section) + r.choice(["\n", ""])


def random_case(r, folder, number):
    env = dict(CLEAN, HOME=str(folder))
    (folder / ".aws").mkdir()
    (folder / "token").write_text(f"web-identity-{number}\n")
    for file in ("credentials", "config"):
        if r.random() < 0.85:
            path = folder / ".aws" / file
            if r.random() < 0.2:
                path = folder / f"my {file}"
                env["AWS_SHARED_CREDENTIALS_FILE" if file == "credentials" else "AWS_CONFIG_FILE"] = r.choice([str(path), f"~/my {file}"])
            path.write_bytes(random_file(r, file).replace("TOKEN_FILE", str(folder / "token")).encode())
    if r.random() < 0.6:
        env["AWS_PROFILE"] = r.choice(NAMES)
    if r.random() < 0.1:
        SECRETS["AKIAENV"] = "env secret"
        env.update(AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="env secret")
        env.update({r.choice(["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]): "env token"} if r.random() < 0.5 else {})
    if r.random() < 0.05:
        env.update(AWS_WEB_IDENTITY_TOKEN_FILE=str(folder / "token"), AWS_ROLE_ARN="arn:aws:iam::123456789012:role/env-web",
                   AWS_ROLE_SESSION_NAME="env-session")
    if r.random() < 0.2:
        env["AWS_DEFAULT_REGION"] = "ap-south-1"
    return env


# --- a token service ---

class TokenService(http.server.BaseHTTPRequestHandler):
    """Answers with keys that follow from who has asked for what."""

    protocol_version = "HTTP/1.1"
    refused = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        who = self.signer(body) if fields["Action"] == "AssumeRole" else fields.get("WebIdentityToken", "").strip()
        if who is None:
            self.refused.append(dict(self.headers))
            return self.answer(403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>")
        # A name of the client's own making is not compared.
        session = fields["RoleSessionName"] if "session" in fields["RoleSessionName"] and "botocore" not in fields["RoleSessionName"] else ""
        told = "|".join([who, fields["RoleArn"], session, fields.get("ExternalId", ""), fields.get("DurationSeconds", "")])
        access = "ASIA" + hashlib.sha256(told.encode()).hexdigest()[:16].upper()
        SECRETS[access] = "secret of " + access
        self.answer(200, f"""<{fields['Action']}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{fields['Action']}Result>
          <Credentials><AccessKeyId>{access}</AccessKeyId><SecretAccessKey>{SECRETS[access]}</SecretAccessKey>
          <SessionToken>token of {access}</SessionToken><Expiration>2126-01-02T03:04:05Z</Expiration></Credentials>
          </{fields['Action']}Result></{fields['Action']}Response>""")

    def signer(self, body):
        """Whoever has signed, if botocore signs the same."""
        fields = dict(part.strip().split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        access, _, region, service, _ = fields["Credential"].split("/")
        request = botocore.awsrequest.AWSRequest(method="POST", url=f"http://{self.headers['Host']}{self.path}", data=body)
        for name in fields["SignedHeaders"].split(";"):
            if name != "host":
                request.headers[name] = self.headers[name]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        who = botocore.credentials.Credentials(access, SECRETS[access], self.headers["X-Amz-Security-Token"])
        signer = botocore.auth.SigV4Auth(who, service, region)
        signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return access if signature == fields["Signature"] and service == "sts" else None

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


# --- both sides ---

def of_library(program, env, *arguments):
    text = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=True).stdout
    return {name: bytes.fromhex(value).decode() for name, _, value in (line.partition(" ") for line in text.splitlines())}


def of_botocore(env):
    """Keys and region; what has been raised; or None."""
    os.environ.clear()
    os.environ.update(env)
    try:
        session = botocore.session.Session()
        found = session.get_credentials()
        region = session.get_config_variable("region")
        if found is None:
            return None, region
        frozen = found.get_frozen_credentials()
        return (frozen.access_key, frozen.secret_key, frozen.token or ""), region
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as e:
        return e, None


def check_files(program):
    r = random.Random(20_110_615)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenService)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kinds, failed = {}, 0
    for number in range(COUNT):
        with tempfile.TemporaryDirectory() as folder:
            env = random_case(r, pathlib.Path(folder), number)
            env["AWS_ENDPOINT_URL_STS"] = f"http://127.0.0.1:{server.server_port}"
            theirs, region = of_botocore(env)
            # botocore reads the profile for further settings, even where the keys come from variables.
            if isinstance(theirs, botocore.exceptions.BotoCoreError) and env.get("AWS_ACCESS_KEY_ID"):
                theirs = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SECURITY_TOKEN") or env.get("AWS_SESSION_TOKEN", ""))
            ours = of_library(program, env, "aws")
            keys = None if "error" in ours else (ours["access_key"], ours["secret_key"], ours["session_token"])
            if isinstance(theirs, tuple):
                kind, good = "keys of a role" if theirs[0].startswith("ASIA") else "keys", keys == theirs
                good = good and (region is None or (region or "") == ours["region"])
            elif theirs is None:
                kind, good = "nothing", keys is None and ours["code"] == "credentials_unavailable"
            elif isinstance(theirs, botocore.exceptions.NoRegionError):  # the library takes the global service then
                kind, good = "keys of a role", ours.get("access_key", "").startswith("ASIA")
            else:
                kind, good = type(theirs).__name__, keys is None and ours["code"] in ("invalid_option", "access_denied")
            kinds[kind] = kinds.get(kind, 0) + 1
            if not good:
                failed += 1
                print(number, kind, repr(theirs), ours)
                if failed <= 0:
                    files = {str(p): p.read_text() for p in pathlib.Path(folder).rglob("*") if p.is_file()}
                    print(f"FAILED: case {number}\n  library:  {ours}\n  botocore: {theirs!r} {region}\n  of {env}")
                    for path, text in files.items():
                        print(f"--- {path}\n{text}")
    server.shutdown()
    print(f"{COUNT} environments: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) + f"; {failed} read otherwise")
    assert not TokenService.refused, TokenService.refused[0]
    for kind, least in {"keys": 100, "keys of a role": 40, "nothing": 20, "ConfigParseError": 10, "ProfileNotFound": 10,
                        "PartialCredentialsError": 5, "InvalidConfigError": 5}.items():
        assert kinds.get(kind, 0) >= least, (kind, kinds)
    return failed


def check_moto(program):
    """moto's services, which know what they have handed out."""
    os.environ.clear()
    os.environ.update(CLEAN, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
    server = moto.server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    arn = "arn:aws:iam::123456789012:role/writer"

    def caller(found):
        client = boto3.client("sts", endpoint_url=url, aws_access_key_id=found["access_key"], aws_secret_access_key=found["secret_key"],
                              aws_session_token=found["session_token"])
        return client.get_caller_identity()["Arn"]

    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        (folder / "token").write_text("eyJ")
        env = dict(CLEAN, HOME=home, AWS_ENDPOINT_URL_STS=url, AWS_ROLE_SESSION_NAME="worker", AWS_ROLE_ARN=arn)
        del env["AWS_EC2_METADATA_DISABLED"]
        found = of_library(program, dict(env, AWS_WEB_IDENTITY_TOKEN_FILE=str(folder / "token")), "aws")
        assert caller(found) == "arn:aws:sts::123456789012:assumed-role/writer/worker", found
        assert int(found["expires"]) > 0

        (folder / ".aws").mkdir()
        (folder / ".aws/credentials").write_text("[base]\naws_access_key_id = test\naws_secret_access_key = test\n")
        (folder / ".aws/config").write_text(f"[profile role]\nsource_profile = base\nrole_arn = {arn}\nrole_session_name = profile\n")
        found = of_library(program, dict(env, AWS_PROFILE="role"), "aws")
        assert caller(found) == "arn:aws:sts::123456789012:assumed-role/writer/profile", found

        found = of_library(program, dict(env, AWS_EC2_METADATA_SERVICE_ENDPOINT=url), "aws")
        assert (found["access_key"], found["secret_key"], found["session_token"]) == ("test-key", "test-secret-key", "test-session-token"), found
    server.stop()
    print("moto: web identity, assumed role and instance metadata")


def main(program):
    failed = check_files(program)
    check_moto(program)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
