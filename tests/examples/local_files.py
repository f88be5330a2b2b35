#!/usr/bin/env python3
"""The example of local files, read back by pyarrow.

    local_files.py --program PROGRAM
"""

import argparse
import glob
import json
import subprocess
import tempfile

import pyarrow.parquet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([program, folder + "/out"], check=True, stdout=subprocess.PIPE, text=True).stdout
        assert "row 6, field 'title': 25 bytes exceed max_length 16: 'longer than sixteen bytes' [bulkwriter.varchar_too_long]" in out, out
        assert "row 7, field 'title_vector': a vector of zeros only, which this writer refuses [bulkwriter.zero_vector]" in out, out
        [path] = glob.glob(folder + "/out/*/*")
        assert f"{path}: 6 rows" in out, out
        rows = pyarrow.parquet.read_table(path).to_pylist()
    for row in rows:
        row["$meta"] = json.loads(row["$meta"])
        row["title_vector"] = [round(v, 6) for v in row["title_vector"]]
    counted = [1.0, 2.0, 3.0, 4.0]
    names = ("id", "title_vector", "title", "score", "lang", "$meta")
    expected = [
        (1, [0.1, 0.2, 0.3, 0.4], "the struct", None, "en", {}),
        (2, counted[::-1], "designated", 0.5, "en", {"claps": 1100}),
        (3, counted, "by name", None, "en", {"claps": 7}),
        (4, counted, "by position", None, "de", {}),
        (5, [1.0, 0.0, 0.0, 0.0], "of a range", None, "en", {}),
        (6, [0.0, 1.0, 0.0, 0.0], "of a range", None, "en", {}),
    ]
    assert rows == [dict(zip(names, row)) for row in expected], rows


if __name__ == "__main__":
    main()
