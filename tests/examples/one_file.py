"""What the checks of examples share that write one Parquet file."""

import argparse
import glob
import subprocess
import tempfile

import pyarrow.parquet


def rows_written(description, count, says):
    """Runs the program of the command line: it must say each of these, and the name of the one file with this
    number of rows, which are returned as pyarrow reads them."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([program, folder + "/out"], check=True, stdout=subprocess.PIPE, text=True).stdout
        for words in says:
            assert words in out, out
        [path] = glob.glob(folder + "/out/*/*")
        assert f"{path}: {count} rows" in out, out
        return pyarrow.parquet.read_table(path).to_pylist()
