#!/usr/bin/env python3
"""One upload of a file by a client that others wrote: 16 MiB parts on 4 connections. Prints one line of JSON, as
upload.cpp does; starting Python and importing the client are not counted.

usage: upload_clients.py boto3|boto3-default|awscrt|minio --endpoint URL --file FILE --key KEY --access-key A --secret-key S
                         --bucket B [--ca-file PEM] [--unsigned]

boto3-default   as boto3 comes: signed, with a CRC-32, parts of 8 MiB on 10 threads
--unsigned      UNSIGNED-PAYLOAD; without it, a SHA-256 of every part. boto3 alone has the choice: awscrt never hashes, minio does
                over http, and takes the MD5 of every part over https.
"""
import argparse
import json
import os
import resource
import time

PART, CONNECTIONS, REGION = 16 << 20, 4, "us-east-1"


def boto3_upload(args, default=False):
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    more = {} if default else {"request_checksum_calculation": "when_required"}
    signing = {} if default else {"payload_signing_enabled": not args.unsigned}
    client = boto3.client("s3", endpoint_url=args.endpoint, verify=args.ca_file, aws_access_key_id=args.access_key,
                          aws_secret_access_key=args.secret_key, region_name=REGION,
                          config=Config(s3={"addressing_style": "path", **signing}, **more))
    # "classic": not by awscrt, which is measured as itself
    transfer = TransferConfig(preferred_transfer_client="classic") if default else TransferConfig(
        multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=CONNECTIONS, preferred_transfer_client="classic")
    return lambda: client.upload_file(args.file, args.bucket, args.key, Config=transfer)


def minio_upload(args):
    import minio
    import urllib3
    scheme, _, host = args.endpoint.partition("://")
    pool = urllib3.PoolManager(maxsize=CONNECTIONS, ca_certs=args.ca_file) if args.ca_file else None
    client = minio.Minio(endpoint=host, access_key=args.access_key, secret_key=args.secret_key, region=REGION,
                         secure=scheme == "https", http_client=pool)
    return lambda: client.fput_object(bucket_name=args.bucket, object_name=args.key, file_path=args.file, part_size=PART,
                                      num_parallel_uploads=CONNECTIONS)


def awscrt_upload(args):
    from awscrt import auth, http, io, s3
    credentials = auth.AwsCredentialsProvider.new_static(args.access_key, args.secret_key)
    signing = s3.create_default_s3_signing_config(region=REGION, credential_provider=credentials)
    tls = None
    if args.ca_file:
        options = io.TlsContextOptions()
        options.override_default_trust_store_from_path(None, args.ca_file)
        tls = io.ClientTlsContext(options).new_connection_options()
    scheme, _, host = args.endpoint.partition("://")
    client = s3.S3Client(region=REGION, signing_config=signing, part_size=PART, tls_connection_options=tls,
                         tls_mode=s3.S3RequestTlsMode.ENABLED if scheme == "https" else s3.S3RequestTlsMode.DISABLED,
                         max_active_connections_override=CONNECTIONS)
    headers = http.HttpHeaders([("Host", host), ("Content-Length", str(os.path.getsize(args.file)))])
    request = http.HttpRequest("PUT", f"/{args.bucket}/{args.key}", headers)

    def run():
        client.make_request(type=s3.S3RequestType.PUT_OBJECT, request=request, send_filepath=args.file,
                            signing_config=signing).finished_future.result()
    return run


def azure_upload(args):
    from azure.storage.blob import BlobClient
    blob = BlobClient.from_connection_string(args.conn_str, args.bucket, args.key, max_block_size=PART, max_single_put_size=PART,
                                             api_version="2021-12-02")

    def run():
        with open(args.file, "rb") as data:
            blob.upload_blob(data, overwrite=True, length=os.path.getsize(args.file), max_concurrency=CONNECTIONS)
    return run


def peak_kib():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=["boto3", "boto3-default", "awscrt", "minio", "azure"])
    for name in ("file", "key", "bucket"):
        parser.add_argument("--" + name, required=True)
    for name in ("endpoint", "access-key", "secret-key", "conn-str"):
        parser.add_argument("--" + name)
    parser.add_argument("--ca-file")
    parser.add_argument("--unsigned", action="store_true")
    args = parser.parse_args()
    run = {"boto3": boto3_upload, "boto3-default": lambda a: boto3_upload(a, default=True), "awscrt": awscrt_upload,
           "minio": minio_upload, "azure": azure_upload}[args.client](args)

    before, begin = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    run()
    seconds, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"bytes": os.path.getsize(args.file), "seconds": seconds, "peak_mib": peak_kib() / 1024,
                      "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}))


if __name__ == "__main__":
    main()
