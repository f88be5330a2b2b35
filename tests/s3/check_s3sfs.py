#!/usr/bin/env python3
"""What check_s3.py does with versitygw, with s3s-fs: another S3 server, by others, in another language.

    check_s3sfs.py [--client PROGRAM] [--s3sfs PROGRAM] [--only TEXT]

For the other options and exit codes see check_s3.py; for how the server differs, here and S3sFs in servers.py.
"""

import sys

import check_s3
from servers import S3sFs, main

DIFFERENT = {
    "default_part_size": "it gives the whole object for a part of it",
    "missing_bucket": "it takes objects for buckets that do not exist",
    "region": "it has no regions",
    "resume": "it does not list unfinished uploads",
    "slow_down": "it never says so",
    "stale_uploads": "it does not list unfinished uploads",
    "tls": "it has no TLS",
}

if __name__ == "__main__":
    # Its files' names are longer than the keys, and hold all of one: 255 bytes are a file's.
    check_s3.HOSTILE_KEYS = [k if len(k) < 100 else "n" * 50 + "/" + "m" * 50 for k in check_s3.HOSTILE_KEYS]
    tests = {name: test for name, test in vars(check_s3).items() if name.startswith("test_")}
    for name, reason in DIFFERENT.items():
        del tests["test_" + name]
        print(f"skip  {name}: {reason}")
    sys.exit(main(__doc__, tests, server=S3sFs, needs=("s3sfs",)))
