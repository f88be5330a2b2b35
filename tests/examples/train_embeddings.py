#!/usr/bin/env python3
"""The second example on the file that the SDKs of Milvus ship, cell by cell.

    train_embeddings.py --program PROGRAM [--csv FILE]

Skipped where the file is not there; what the program itself does without a file is tested anyway. Needs pyarrow.
"""

import argparse
import csv
import glob
import os
import struct
import subprocess
import sys
import tempfile

import pyarrow.parquet

csv.field_size_limit(1 << 30)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--csv", default="")
    options = parser.parse_args()
    program = os.path.abspath(options.program)

    with tempfile.TemporaryDirectory() as folder:
        absent = subprocess.run([program, folder + "/absent.csv"], cwd=folder, stdout=subprocess.PIPE, text=True)
        assert absent.returncode == 0 and "absent.csv is not there" in absent.stdout and os.listdir(folder) == [], absent

        with open(folder + "/bad.csv", "w") as f:
            f.write('path,label,vector\na,b,"[1, 2]"\n')
        bad = subprocess.run([program, "bad.csv", "out"], cwd=folder, stderr=subprocess.PIPE, text=True)
        assert bad.returncode == 1 and "bad.csv, line 2, column 5 (vector): a list of 2 numbers where dim is 512" in bad.stderr, bad
        assert glob.glob(folder + "/out/*/*") == [], "a file of a failed run"

        if not os.path.exists(options.csv):
            print("not here: no such file: %r" % options.csv)
            return 77
        done = subprocess.run([program, os.path.abspath(options.csv), "out"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
        with open(options.csv, newline="") as f:
            rows = list(csv.DictReader(f, strict=True))
        assert "%d rows" % len(rows) in done.stdout.splitlines(), done.stdout
        table = pyarrow.parquet.read_table(glob.glob(folder + "/out/*/1.parquet")[0])
        assert table.column_names == ["path", "label", "vector"], table.column_names  # the server makes the id
        for name in ("path", "label"):
            assert table.column(name).to_pylist() == [row[name] for row in rows], name
        for got, row in zip(table.column("vector").to_pylist(), rows):
            expected = [struct.unpack("f", struct.pack("f", float(x)))[0] for x in row["vector"].strip("[]").split(",")]
            assert got == expected and len(got) == 512, row["path"]
        print("%d rows equal" % len(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
