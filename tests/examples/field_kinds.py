#!/usr/bin/env python3
"""The example of field kinds: its Parquet file read by pyarrow, its JSON Lines by Python.

    field_kinds.py --program PROGRAM
"""

import argparse
import glob
import json
import subprocess
import tempfile

import ml_dtypes
import numpy
import pyarrow.parquet

HALF = numpy.array([0.1, -2, 65504, 0], dtype=numpy.float32).astype(numpy.float16)
BRAIN = numpy.array([1, -2, 0, 0], dtype=ml_dtypes.bfloat16)
CLIPS = [{"caption": "the boat", "frame": 7, "v": [0.5, 1.0]}, {"caption": "", "frame": 8, "v": [0.0, 0.0]}]
WORDS = {"7": 0.5, "4000000000": 2}


def common(row):
    return (row["id"], row["tags"], row["flags"], row["clips"], row["taken"], row["place"], row["small"], row["bits"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        [parquet] = glob.glob(folder + "/*/1.parquet")
        [lines] = glob.glob(folder + "/*/1.jsonl")
        of_parquet = pyarrow.parquet.read_table(parquet).to_pylist()
        with open(lines, encoding="utf-8") as file:
            of_lines = [json.loads(line) for line in file]

    first = (1, ["sea", "evening"], [True, False], CLIPS, "2026-11-25T19:30:00.250000Z", "POINT (30.52 50.45)",
             [-128, 0, 1, 127], [0x80, 0x01])
    second = (2, [], [], [], "1970-01-01T00:00:00Z", "POINT EMPTY", [0] * 4, [0, 0])
    for rows in (of_parquet, of_lines):
        assert [common(row) for row in rows] == [first, second], rows
    assert bytes(of_parquet[0]["half"]) == HALF.tobytes() and bytes(of_parquet[0]["brain"]) == BRAIN.tobytes()
    assert numpy.array(of_lines[0]["half"], dtype=numpy.float16).tobytes() == HALF.tobytes()
    assert numpy.array(of_lines[0]["brain"], dtype=ml_dtypes.bfloat16).tobytes() == BRAIN.tobytes()
    assert json.loads(of_parquet[0]["words"]) == WORDS and of_lines[0]["words"] == WORDS
    assert of_parquet[1]["words"] == "{}" and of_lines[1]["words"] == {}


if __name__ == "__main__":
    main()
