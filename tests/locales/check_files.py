#!/usr/bin/env python3
"""Files have the same bytes whatever the locale and time zone of the program that writes them.

    check_files.py WRITE_FILES --locale de_DE.UTF-8 --locpath DIR
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile


def files_of(program, **environment):
    """Its files: the bytes by case and number. Folders between them have random names."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True, env={**os.environ, **environment})
        root = pathlib.Path(folder)
        paths = [p for p in root.rglob("*") if p.is_file() and p.suffix in (".json", ".jsonl", ".csv", ".parquet")]
        return {(p.relative_to(root).parts[0], p.name): p.read_bytes() for p in paths}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--locale", required=True)
    parser.add_argument("--locpath", required=True)
    options = parser.parse_args()
    plain = files_of(options.program, LC_ALL="C", TZ="UTC")
    foreign = files_of(options.program, BULKWRITER_TEST_LOCALE=options.locale, LOCPATH=options.locpath, TZ="Europe/Kyiv")
    if {name.split(".")[-1] for _, name in plain} != {"csv", "json", "jsonl", "parquet"}:
        print(f"only {sorted(plain)} were written")
        return 1
    different = sorted(key for key in plain.keys() | foreign.keys() if plain.get(key) != foreign.get(key))
    print(f"{len(plain)} files, {len(different)} of them differ: {different[:10]}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
