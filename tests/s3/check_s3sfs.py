#!/usr/bin/env python3
"""What check_s3.py does with versitygw, with s3s-fs: another S3 server, by others, in another language.

    check_s3sfs.py [--client PROGRAM] [--s3sfs PROGRAM] [--only TEXT]

For the other options and exit codes see check_s3.py.
"""

import sys

import check_s3
from servers import S3sFs, main

if __name__ == "__main__":
    sys.exit(main(__doc__, vars(check_s3), server=S3sFs, needs=("s3sfs",)))
