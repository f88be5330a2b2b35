#!/usr/bin/env python3
"""The example of bad rows in a CSV file: the log has each of them with its place, pyarrow finds the others.

    bad_rows.py --program PROGRAM
"""

import argparse
import glob
import json
import resource
import signal
import subprocess
import tempfile

import pyarrow.parquet

TEXT = """id,title,score,vector,claps,claimed
1,good,0.5,"[1, 2]",7,yes
x,not a number,,"[1, 2]",8,no
3,much too long for the field,1,"[1]",9,yes
4,"",,"[3, 4]",,no
"""
EXPECTED = [
    {"id": 1, "title": "good", "score": 0.5, "vector": [1.0, 2.0], "$meta": {"claps": 7, "claimed": "yes"}},
    {"id": 4, "title": "", "score": None, "vector": [3.0, 4.0], "$meta": {"claimed": "no"}},
]


def no_large_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:

        def run(name, text, limit=None):
            with open(f"{folder}/{name}.csv", "w") as f:
                f.write(text)
            return subprocess.run([program, f"{folder}/{name}.csv", f"{folder}/{name}"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, preexec_fn=limit)

        done = run("rows", TEXT)
        place = f"{folder}/rows.csv, line "
        first, second = done.stderr.splitlines()
        assert done.returncode == 0 and done.stdout.endswith("\n2 rows refused\n"), done
        assert first == place + "3, column 1: row 1, field 'id': 'x' is not an integer [bulkwriter.invalid_number]", first
        assert second.startswith(place + "4, column 3: row 2: 2 problems: field 'title': 27 bytes exceed max_length 16"), second
        [path] = glob.glob(folder + "/rows/*/*")
        rows = pyarrow.parquet.read_table(path).to_pylist()
        for row in rows:
            row["$meta"] = json.loads(row["$meta"])
        assert rows == EXPECTED, rows

        # What is no CSV, and what is no fault of a row, ends the program.
        done = run("broken", 'id,title,score,vector\n1,a"b,,"[1, 2]"\n')
        assert done.returncode == 1 and "line 2, column 4 (title): " in done.stderr, done
        many = "id,title,score,vector\n" + "".join(f'{i},{i},,"[{i}, {i}]"\n' for i in range(300_000))
        done = run("full", many, no_large_files)
        assert done.returncode == 1 and done.stderr.count("bulkwriter.") == 1 and "[bulkwriter.no_space]" in done.stderr, done


if __name__ == "__main__":
    main()
