#!/usr/bin/env python3
"""The main job against servers that others wrote: every file type into S3, into S3 as Google speaks it (HMAC keys, region
"auto"), and into Azure Blob storage.

    zero_to_hero_clouds.py --program PROGRAM --versitygw PROGRAM --azurite FOLDER --azure-python PYTHON --server PROGRAM
                           [--only CLOUD]

The import endpoint is a stand-in here, which reads what a job names as Zilliz Cloud would: from the URL of the request, with
the keys of the request, by boto3 or azure-storage-blob. What it has read is compared with the CSV file, cell by cell. Tokens
of Google (where others' servers know no uploads in parts) are for loopback_server.cpp, the server of --server.
"""

import argparse
import base64
import contextlib
import copy
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config

import zero_to_hero as job

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import peers  # noqa: E402

BUCKET = "clouds-bucket"
ACCOUNT, ACCOUNT_KEY = "devstoreaccount1", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

# For the interpreter that has Azure's client: makes the container and prints a signature for it, or prints its blobs below
# a prefix.
AZURE = """
import base64, datetime, json, sys
from azure.storage.blob import ContainerClient, generate_container_sas
url, container, credential, prefix = json.load(sys.stdin)
c = ContainerClient(url, container, credential, api_version="2021-12-02")
if prefix is None:
    c.create_container()
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    json.dump(generate_container_sas(credential["account_name"], container, credential["account_key"], permission="racwdl",
                                     expiry=until, version="2021-12-02"), sys.stdout)
else:
    json.dump({b.name: base64.b64encode(c.download_blob(b.name).readall()).decode() for b in c.list_blobs(prefix)}, sys.stdout)
"""


class S3:
    """versitygw, as a bucket of S3 or of Google Cloud Storage."""
    options = ["--store", "s3"]

    def __init__(self, store, region):
        self.url, self.region, self.store = "http://" + store.endpoint, region, store
        self.variables = {"ENDPOINT": self.url, "ACCESS_KEY": store.access_key, "SECRET_KEY": store.secret_key, "BUCKET": BUCKET}
        self.client(store.access_key, store.secret_key).create_bucket(
            Bucket=BUCKET, **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}))

    def client(self, access_key, secret_key):
        return boto3.client("s3", endpoint_url=self.url, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                            region_name=self.region, config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    def object_url(self, data_path):
        return "s3://" + BUCKET + data_path + "/"

    def read(self, request):
        bucket, prefix = re.fullmatch("s3://([^/]+)/(.*/)", request["objectUrl"]).groups()
        s3 = self.client(request["accessKey"], request["secretKey"])
        return {o["Key"]: s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read()
                for o in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])}


class Azure:
    """Azurite."""
    options = ["--store", "azure"]

    def __init__(self, store, python):
        self.url, self.python = "http://127.0.0.1:%d/%s" % (store.port, ACCOUNT), python
        self.variables = {"AZURE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;" % (
            ACCOUNT, ACCOUNT_KEY, self.url), "CONTAINER": BUCKET}
        self.sas = self.ask(BUCKET, {"account_name": ACCOUNT, "account_key": ACCOUNT_KEY}, None)

    def ask(self, container, credential, prefix):
        done = subprocess.run([self.python, "-c", AZURE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              input=json.dumps([self.url, container, credential, prefix]))
        assert done.returncode == 0, done.stderr[-500:]
        return json.loads(done.stdout)

    def by_sas(self):
        """The same container, for those who have a shared access signature alone."""
        other = copy.copy(self)
        other.variables = {"AZURE_ACCOUNT_URL": self.url, "AZURE_CREDENTIAL": "?" + self.sas, "CONTAINER": BUCKET}
        return other

    def by_url(self):
        other = copy.copy(self)
        other.variables = {"AZURE_ACCOUNT_URL": self.url, "AZURE_CREDENTIAL": ACCOUNT_KEY, "CONTAINER": BUCKET}
        return other

    def object_url(self, data_path):
        return self.url + "/" + BUCKET + data_path + "/"

    def read(self, request):
        url, container, prefix = re.fullmatch("(http://[^/]+/[^/]+)/([^/]+)/(.*/)", request["objectUrl"]).groups()
        assert url == self.url, url
        keys = {"account_name": request.get("accessKey"), "account_key": request.get("secretKey")}
        assert bool(request.get("token")) != bool(keys["account_key"]), request.keys()
        blobs = self.ask(container, request.get("token") or keys, prefix)
        return {name: base64.b64decode(body) for name, body in blobs.items()}


class Google:
    """Our own loopback server, with an access token."""
    options, token = ["--store", "gcs"], "an-access-token"

    def __init__(self, url):
        self.url = url
        self.variables = {"ENDPOINT": url, "ACCESS_TOKEN": self.token, "BUCKET": "test-bucket"}

    def by_file(self, path, token_uri):
        """The same bucket, for whom gcloud has left a file."""
        with open(path, "w") as f:
            json.dump({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "token_uri": token_uri}, f)
        other = copy.copy(self)
        other.variables = {"ENDPOINT": self.url, "GOOGLE_CREDENTIALS_FILE": path, "BUCKET": "test-bucket"}
        return other

    def object_url(self, data_path):
        return "gs://test-bucket" + data_path + "/"

    def read(self, request):
        bucket, prefix = re.fullmatch("gs://([^/]+)/(.*/)", request["objectUrl"]).groups()

        def get(path):
            asked = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + request["token"]})
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.read()

        listing = get("/%s?list-type=2&prefix=%s" % (bucket, prefix)).decode()
        return {key: get("/%s/%s" % (bucket, urllib.parse.quote(key))) for key in re.findall("<Key>(.*?)</Key>", listing)}


class Cluster(http.server.ThreadingHTTPServer):
    """Zilliz Cloud, as far as the job asks it."""

    def __init__(self, store, file_type, folder):
        self.store, self.file_type, self.folder = store, file_type, folder
        self.request, self.rows, self.fault = None, [], ""
        super().__init__(("127.0.0.1", 0), Handler)

    def answer(self, call, body):
        if call == "collections/has":
            return {"has": True}
        if call == "jobs/import/create":
            assert self.request is None, "a second import"
            self.request = body
            self.objects = self.store.read(body)
            for key, content in self.objects.items():
                path = pathlib.Path(self.folder, key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self.rows = job.stored_rows(self.folder, self.file_type)
            return {"jobId": "job-1"}
        done = {"jobId": "job-1", "collectionName": "medium_articles", "state": "Completed", "progress": 100,
                "importedRows": len(self.rows), "totalRows": len(self.rows)}
        if call == "jobs/import/list":
            return {"records": [done]}
        return done if call.startswith("jobs/import/") else {}


class Tokens(http.server.ThreadingHTTPServer):
    """Google's service for tokens, as far as a refresh token asks it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TokenHandler)


class TokenHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        right = asked == {"grant_type": ["refresh_token"], "client_id": ["c"], "client_secret": ["s"], "refresh_token": ["r"]}
        self.send_response(200 if right else 400)
        self.end_headers()
        self.wfile.write(json.dumps({"access_token": Google.token, "expires_in": 3600, "token_type": "Bearer"}).encode())

    def log_message(self, *what):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            assert self.headers["Authorization"] == "Bearer an-api-key", "no API key"
            answer = {"code": 0, "data": self.server.answer(self.path.removeprefix("/v2/vectordb/"), body)}
        except Exception as x:
            self.server.fault = "%s: %s: %s" % (self.path, type(x).__name__, x)
            answer = {"code": 1100, "message": "the stand-in has failed"}
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *what):
        pass


@contextlib.contextmanager
def serving(server):
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def one_job(program, store, file_type, csv_file):
    expected = job.expected_rows(csv_file)
    with tempfile.TemporaryDirectory() as folder, serving(Cluster(store, file_type, folder)) as cluster:
        url = "http://127.0.0.1:%d" % cluster.server_port
        env = dict(store.variables, CLUSTER_ENDPOINT=url, CLOUD_ENDPOINT=url, API_KEY="an-api-key", CLUSTER_ID="in01-test",
                   REMOTE_PATH="jobs/" + file_type)
        run = job.Run(program, *store.options, "--csv", csv_file, "--file-type", file_type,
                      env={"BULKWRITER_" + k: v for k, v in env.items()})
        assert cluster.fault == "", cluster.fault
        assert run.code == 0 and run.err == "", run.out + run.err
        assert run.lines[-1] == "Completed: %d of %d rows" % (len(expected), len(expected)), run.lines[-1]
        path = run.value("data_path")
        assert path.startswith("/jobs/%s/" % file_type), path
        assert cluster.request["objectUrl"] == store.object_url(path), cluster.request["objectUrl"]
        assert sorted(cluster.objects) == sorted(json.loads(run.value("batch_files"))[0]), sorted(cluster.objects)
        assert file_type != "json" or len(*cluster.objects.values()) > job.PART
        job.compare(cluster.rows, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--versitygw", required=True)
    parser.add_argument("--azurite", required=True)
    parser.add_argument("--azure-python", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--only", choices=["s3", "gcs", "azure"])
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        # It makes its CSV file, which has what makes CSV hard. As JSON the large one goes in parts.
        small, large = (job.Run(program, "--rows", n).value("csv").split(" (")[0] for n in ("200", "3000"))
        for cloud in ("s3", "gcs", "azure"):
            if options.only not in (None, cloud):
                continue
            if cloud == "azure":
                store = Azure(stack.enter_context(peers.azurite(folder + "/azure", options.azurite)), options.azure_python)
                others = {"azure, by URL": store.by_url(), "azure, by SAS": store.by_sas()}
            else:
                region = "auto" if cloud == "gcs" else "us-east-1"
                store = S3(stack.enter_context(peers.versitygw(options.versitygw, folder + "/" + cloud, region=region)), region)
                others = {}
                if cloud == "gcs":
                    google = Google(stack.enter_context(job.server_of(options, "--access-token", Google.token))[0])
                    tokens = stack.enter_context(serving(Tokens()))
                    others = {"gcs, by token": google,
                              "gcs, by file": google.by_file(folder + "/user.json", "http://127.0.0.1:%d/token" % tokens.server_port)}
            for name, one, file_types in [(cloud, store, job.FILE_TYPES)] + [(n, o, ["parquet"]) for n, o in others.items()]:
                for file_type in file_types:
                    try:
                        one_job(program, one, file_type, large if file_type == "json" else small)
                        print("ok     ", name, file_type, flush=True)
                    except Exception as x:
                        failed += 1
                        print("FAILED ", name, file_type, type(x).__name__, str(x)[:3000], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
