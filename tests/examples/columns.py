#!/usr/bin/env python3
"""The example of columns, read back by pyarrow.

    columns.py --program PROGRAM
"""

import argparse
import glob
import subprocess
import tempfile

import pyarrow.parquet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([program, folder + "/out"], check=True, stdout=subprocess.PIPE, text=True).stdout
        assert "column 'title': 1 rows, where 'id' has 2 [bulkwriter.invalid_option]" in out, out
        assert "row 4, field 'title': 45 bytes exceed max_length 32" in out, out
        [path] = glob.glob(folder + "/out/*/*")
        assert f"{path}: 4 rows" in out, out
        rows = pyarrow.parquet.read_table(path).to_pylist()
    names = ("id", "vector", "title", "score", "lang")
    expected = [
        (1, [1.0, 0.0, 0.0, 0.0], "one", 0.5, "en"),
        (2, [0.0, 1.0, 0.0, 0.0], "two", None, None),
        (3, [0.0, 0.0, 1.0, 0.0], "three", 2.0, "de"),
        (4, [0.0, 0.0, 0.0, 1.0], "four", None, None),
    ]
    assert rows == [dict(zip(names, row)) for row in expected], rows


if __name__ == "__main__":
    main()
