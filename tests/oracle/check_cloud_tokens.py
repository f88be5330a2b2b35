#!/usr/bin/env python3
"""Tokens of Google Cloud and Azure, beside the libraries of these clouds.

    check_cloud_tokens.py find_credentials

A service here records what the program asks for. The claims of a service account are verified by google-auth; every
other question must be the one that google-auth and azure-identity ask with the same settings, in what counts: path,
query, form and the headers that prove something.
"""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import azure.core.pipeline.transport
import azure.identity
import google.auth
import google.auth.compute_engine
import google.auth.jwt
import google.auth.transport
import google.oauth2.credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SCOPE = "https://storage.azure.com/.default"
PROOFS = ("metadata-flavor", "metadata", "x-identity-header", "authorization")
CLEAN = {"PATH": os.environ["PATH"]}


def answer_to(url):
    if "/v2.0/.well-known" in url or "discovery" in url:  # of the Azure library only
        host = url.split("/")[2]
        return {"token_endpoint": f"https://{host}/tenant/oauth2/v2.0/token", "authorization_endpoint": f"https://{host}/a", "issuer": f"https://{host}/tenant/v2.0"}
    if "recursive=true" in url:  # of Google's library only, which goes on with this account's name
        return {"email": "default", "scopes": [], "aliases": ["default"]}
    if "api-version=2019-08-01" in url:
        return {"access_token": "of-app-service", "expires_on": str(int(time.time()) + 3600), "resource": "r", "token_type": "Bearer"}
    return {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer", "resource": "r"}


def essence(method, url, headers, body):
    parts = urllib.parse.urlsplit(url)
    form = dict(urllib.parse.parse_qsl(body or ""))
    # What MSAL tells of itself.
    form = {name: value for name, value in form.items() if not name.startswith(("x-client", "client_info", "claims"))}
    return {"method": method, "path": parts.path, "query": sorted(urllib.parse.parse_qsl(parts.query)), "form": form,
            "proofs": {name.lower(): value for name, value in headers.items() if name.lower() in PROOFS}}


class Service(http.server.BaseHTTPRequestHandler):
    asked = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.asked.append(essence(self.command, self.path, self.headers, body))
        text = json.dumps(answer_to(self.path)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class AzureRecorder(azure.core.pipeline.transport.HttpTransport):
    """Stands for the network of azure-identity."""

    def __init__(self):
        self.asked = []

    def send(self, request, **_):
        body = request.data if isinstance(request.data, str) else urllib.parse.urlencode(request.data or {})
        found = essence(request.method, request.url, request.headers, body)
        if "/v2.0/.well-known" not in request.url and "discovery" not in request.url:
            self.asked.append(found)
        return AzureAnswer(request, json.dumps(answer_to(request.url)))

    def open(self):
        pass

    def close(self):
        pass

    def __exit__(self, *_):
        pass


class AzureAnswer(azure.core.pipeline.transport.HttpResponse):
    def __init__(self, request, text):
        super().__init__(request, None)
        self.status_code, self.headers, self.content_type, self.reason, self._text = 200, {"Content-Type": "application/json"}, "application/json", "OK", text

    def body(self):
        return self._text.encode()

    def text(self, *_, **__):
        return self._text


class GoogleRecorder(google.auth.transport.Request):
    """Stands for the network of google-auth."""

    def __init__(self):
        self.asked = []

    def __call__(self, url, method="GET", body=None, headers=None, **_):
        self.asked.append(essence(method, url, headers or {}, body.decode() if isinstance(body, bytes) else body))
        answer = google.auth.transport.Response
        return type("Answer", (answer,), {"status": 200, "headers": {"metadata-flavor": "Google", "content-type": "application/json"},
                                          "data": json.dumps(answer_to(url)).encode()})()


def of_library(program, env, *arguments):
    """What has been found, and the one question that was asked for it."""
    Service.asked.clear()
    text = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=True).stdout
    found = {name: bytes.fromhex(value).decode() for name, _, value in (line.partition(" ") for line in text.splitlines())}
    assert "error" not in found, found
    assert len(Service.asked) == 1, Service.asked
    assert abs(int(found["expires"]) - time.time() - 3600) < 60, found
    return found, Service.asked[0]


def same(what, ours, theirs):
    if ours != theirs:
        print(f"FAILED: {what}\n  library: {ours}\n  theirs:  {theirs}")
    else:
        print(f"{what}: the same")
    return ours == theirs


def check_google(program, url, folder):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    env = dict(CLEAN, HOME=str(folder), GOOGLE_APPLICATION_CREDENTIALS=str(folder / "account.json"))
    (folder / "account.json").write_text(json.dumps({
        "type": "service_account", "private_key": pem, "private_key_id": "7", "client_email": "me@p.iam.gserviceaccount.com", "token_uri": url + "/token"}))
    _, asked = of_library(program, env, "google")
    claim = asked["form"].pop("assertion")
    claims = google.auth.jwt.decode(claim, certs=public, audience=url + "/token")  # verifies signature, times and audience
    good = same("service account's claims", {name: claims[name] for name in ("iss", "scope")},
                {"iss": "me@p.iam.gserviceaccount.com", "scope": "https://www.googleapis.com/auth/devstorage.read_write"})
    recorder = GoogleRecorder()
    credentials, _ = google.auth.load_credentials_from_file(env["GOOGLE_APPLICATION_CREDENTIALS"], scopes=["https://www.googleapis.com/auth/devstorage.read_write"])
    credentials.refresh(recorder)
    theirs = google.auth.jwt.decode(recorder.asked[0]["form"].pop("assertion"), certs=public)  # its audience is always Google
    good &= same("service account's request", asked, recorder.asked[0])
    good &= same("names of claims, lifetime", (sorted(claims), claims["exp"] - claims["iat"]), (sorted(theirs), theirs["exp"] - theirs["iat"]))
    try:  # that another key's signature would have been noticed
        other = rsa.generate_private_key(65537, 2048).public_key()
        google.auth.jwt.decode(claim, certs=other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
        raise AssertionError("a signature by another key was accepted")
    except google.auth.exceptions.MalformedError:
        pass

    user = {"type": "authorized_user", "client_id": "id", "client_secret": "s/+ 1", "refresh_token": "1//r+", "token_uri": url + "/token"}
    (folder / "account.json").write_text(json.dumps(user))
    recorder = GoogleRecorder()
    google.auth.load_credentials_from_file(env["GOOGLE_APPLICATION_CREDENTIALS"])[0].refresh(recorder)
    good &= same("authorized user", of_library(program, env, "google")[1], recorder.asked[0])

    del env["GOOGLE_APPLICATION_CREDENTIALS"]
    env["GCE_METADATA_HOST"] = url.removeprefix("http://")
    recorder = GoogleRecorder()
    google.auth.compute_engine.Credentials().refresh(recorder)
    good &= same("metadata service", of_library(program, env, "google")[1], recorder.asked[-1])
    return good


def check_azure(program, url, folder):
    (folder / "token").write_text("eyJ.federated")
    common = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "00000000-1111-2222-3333-444444444444"}
    good = True
    for what, more, make in (
            ("client secret", {"AZURE_CLIENT_SECRET": "~s +c/r="}, azure.identity.EnvironmentCredential),
            ("workload identity", {"AZURE_FEDERATED_TOKEN_FILE": str(folder / "token")}, azure.identity.WorkloadIdentityCredential),
            ("virtual machine", {}, lambda **more: azure.identity.ManagedIdentityCredential(client_id=common["AZURE_CLIENT_ID"], **more)),
            ("virtual machine's own", None, azure.identity.ManagedIdentityCredential),
            ("App Service", {"IDENTITY_ENDPOINT": url + "/msi/token", "IDENTITY_HEADER": "header-secret"},
             lambda **more: azure.identity.ManagedIdentityCredential(client_id=common["AZURE_CLIENT_ID"], **more))):
        env = dict(CLEAN, HOME=str(folder), **(dict(common, **more) if more is not None else {}))
        for name in [name for name in os.environ if name.startswith(("AZURE_", "IDENTITY_"))]:
            del os.environ[name]
        os.environ.update({name: value for name, value in env.items() if name.startswith(("AZURE_", "IDENTITY_"))})
        recorder = AzureRecorder()
        options = {} if "machine" in what or "App" in what else {"disable_instance_discovery": True}
        make(transport=recorder, **options).get_token(SCOPE)
        arguments = [f"authority_host={url}"] + ([f"metadata_endpoint={url}"] if "IDENTITY_ENDPOINT" not in env else [])
        good &= same(what, of_library(program, env, "azure", *arguments)[1], recorder.asked[-1])
    return good


def main(program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as google_folder, tempfile.TemporaryDirectory() as azure_folder:
        good = check_google(program, url, pathlib.Path(google_folder))
        good &= check_azure(program, url, pathlib.Path(azure_folder))
    server.shutdown()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
