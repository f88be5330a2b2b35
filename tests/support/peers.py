"""Starts the servers that tests talk to: on free loopback ports, stopped on leaving the with block, and by the kernel
should the test itself be killed."""

import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    """A port that nobody listens on. Others may take it before it is used: starting is tried again then."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def _process(command, log, end=signal.SIGTERM, **more):
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=_die_with_parent, **more)
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process, url, seconds, log):
    """Whether the server answers in time; an error if it has ended."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}:\n{pathlib.Path(log).read_text(errors='replace')[-4000:]}")
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} did not answer on {url} within {seconds} s:\n{pathlib.Path(log).read_text(errors='replace')[-4000:]}")


class Store:
    """What a client needs to reach an S3 server."""

    def __init__(self, port, access_key, secret_key, region):
        self.port, self.access_key, self.secret_key, self.region = port, access_key, secret_key, region
        self.endpoint = f"127.0.0.1:{port}"


@contextlib.contextmanager
def versitygw(binary, folder, access_key="testaccess", secret_key="testsecretkey12345", region="us-east-1"):
    """A real S3 server that keeps its objects as files below folder/objects."""
    folder = pathlib.Path(folder)
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    (folder / "users").mkdir(exist_ok=True)
    port = free_port()
    # Access keys in the environment, so that no process list shows them. Without --keep-alive it closes after every answer.
    environment = {**os.environ, "ROOT_ACCESS_KEY": access_key, "ROOT_SECRET_KEY": secret_key}
    command = [binary, "--port", f"127.0.0.1:{port}", "--region", region, "--iam-dir", str(folder / "users"), "--quiet",
               "--health", "/healthz", "--keep-alive", "posix"]
    try:
        os.setxattr(folder / "objects", "user.probe", b"1")
        os.removexattr(folder / "objects", "user.probe")
    except OSError:  # a file system without attributes: versitygw keeps them in a folder beside the objects
        (folder / "attributes").mkdir(exist_ok=True)
        command += ["--sidecar", str(folder / "attributes")]
    command.append(str(folder / "objects"))
    log = folder / "versitygw.log"
    with _process(command, log, env=environment) as process:
        _ready(process, f"http://127.0.0.1:{port}/healthz", 15, log)
        yield Store(port, access_key, secret_key, region)


class Azurite:
    def __init__(self, port, process, scheme):
        self.port, self.process, self.scheme = port, process, scheme


@contextlib.contextmanager
def azurite(folder, installed, certificate=None, oauth=False):
    """A server of Azure Blob storage out of the folder `installed`, with its well-known account. It keeps its blobs in
    memory. A certificate (its file and that of its key): over TLS; oauth: also with bearer tokens, whose signature it
    does not check."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port, log, installed = free_port(), folder / "azurite.log", pathlib.Path(installed)
    command = [str(installed / "node"), str(installed / "node_modules/azurite/dist/src/blob/main.js"), "--blobHost", "127.0.0.1",
               "--blobPort", str(port), "--silent", "--disableTelemetry", "--inMemoryPersistence"]
    command += ["--cert", certificate[0], "--key", certificate[1]] if certificate else []
    command += ["--oauth", "basic"] if oauth else []
    with _process(command, log, signal.SIGKILL, cwd=folder) as process:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            if process.poll() is not None:
                raise RuntimeError(f"azurite does not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        yield Azurite(port, process, "https" if certificate else "http")


@contextlib.contextmanager
def milvus(folder, store, bucket):
    """A Milvus 2.3.5 whose storage is the bucket (which it creates); yields its port. Needs the milvus wheel."""
    import milvus as wheel

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Unpacked once by install.sh, beside the interpreter; otherwise here, which takes half a minute.
    unpacked = pathlib.Path(os.environ.get("VIRTUAL_ENV") or pathlib.Path(os.sys.prefix)) / "server" / "bin"
    if unpacked.is_dir():
        (folder / "bin").symlink_to(unpacked)
    else:
        wheel._initialize_data_files(str(folder))

    # The package looks for free ports upwards from fixed ones; two of its servers at a time must begin elsewhere.
    config = wheel.MilvusServerConfig(data_dir=str(folder), proxy_port=free_port())
    for key, value in {"common.storageType": "remote", "minio.address": "127.0.0.1", "minio.port": store.port,
                       "minio.accessKeyID": store.access_key, "minio.secretAccessKey": store.secret_key,
                       "minio.bucketName": bucket, "minio.rootPath": "files", "minio.region": store.region,
                       "minio.useSSL": "false"}.items():
        config.set(key, value)
    config.resolve()
    port, metrics = config.get("proxy_port"), free_port()
    environment = {**os.environ, "DEPLOY_MODE": "STANDALONE", "METRICS_PORT": str(metrics), "MILVUS_RUN_DIR": str(folder / "run"),
                   "LD_LIBRARY_PATH": str(folder / "bin")}
    log = folder / "milvus.log"
    # Killed, for nothing that it holds is read again: to end in order takes it up to 20 seconds.
    with _process([str(folder / "bin" / "milvus"), "run", "standalone"], log, signal.SIGKILL, env=environment, cwd=folder) as process:
        _ready(process, f"http://127.0.0.1:{metrics}/healthz", 90, log)
        yield port
