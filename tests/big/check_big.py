#!/usr/bin/env python3
"""Files of more than 4 GiB, and the longest text that a page of Parquet holds, where 32 bits end, read back by others.
Needs pyarrow, DuckDB, 15 GB of disk and 10 GB of memory.

    check_big.py WRITE_BIG [--dir FOLDER]        skipped where the disk has not that room
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import duckdb
import numpy
import pyarrow.compute
import pyarrow.parquet

FOUR_GIB = 1 << 32
VECTOR_ROWS = 36_000  # of 128 KiB: 4.4 GiB
TEXT_ROWS = 70_000    # of 64 KiB: 4.3 GiB
LONGEST = 2_131_483_547  # bytes: as format/parquet.hpp says, less the 4 of its length


def write(program, folder, kind, rows, *more):
    out = subprocess.run([program, folder, kind, str(rows), *map(str, more)], check=True, capture_output=True, text=True)
    paths = out.stdout.splitlines()
    assert len(paths) == 1, paths
    path = pathlib.Path(paths[0])
    size = path.stat().st_size
    assert size > FOUR_GIB, size
    return path, size


def check_row(table, i, row_id):
    assert table.column("id")[i].as_py() == row_id, (i, row_id)
    wanted = numpy.float32(row_id) + numpy.arange(32768, dtype=numpy.float32) / numpy.float32(65536)
    found = numpy.asarray(table.column("v")[i].values)
    assert (found == wanted).all(), row_id


def check_parquet(path):
    """Every id; the vectors of the first and last row of each row group, and of some between."""
    file = pyarrow.parquet.ParquetFile(path)
    metadata = file.metadata
    assert metadata.num_rows == VECTOR_ROWS, metadata.num_rows
    beyond, across = 0, 0
    at = 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        for c in range(group.num_columns):
            begin = group.column(c).data_page_offset
            end = begin + group.column(c).total_compressed_size
            beyond += begin > FOUR_GIB
            across += begin < FOUR_GIB < end
        last = at + group.num_rows - 1
        wanted = {at, last, *(random.randint(at, last) for _ in range(4))}
        for batch in file.iter_batches(batch_size=256, row_groups=[g]):
            ids = batch.column("id").to_numpy()
            assert (ids == numpy.arange(at, at + len(ids))).all(), at
            for row_id in wanted & set(range(at, at + len(ids))):
                check_row(batch, row_id - at, row_id)
            at += len(ids)
    assert at == VECTOR_ROWS, at
    return metadata.num_row_groups, beyond, across


def check_json(path):
    """The whole document, a row at a time: json.load would hold it all."""
    decoder = json.JSONDecoder()
    count = 0
    with open(path, encoding="utf-8") as file:
        text = file.read(1 << 24)
        head = '{"rows":['
        assert text.replace("\n", "").replace(" ", "").startswith(head), text[:40]
        at = text.index("[") + 1
        while True:
            if len(text) - at < 1 << 20:  # more than the longest row
                text = text[at:] + file.read(1 << 24)
                at = 0
            while text[at] in " \n\t":
                at += 1
            if text[at] == "]":
                break
            if count > 0:
                assert text[at] == ",", (count, text[at])
                at += 1
                while text[at] in " \n\t":
                    at += 1
            row, at = decoder.raw_decode(text, at)
            assert row == {"id": count, "text": f"{count:09} " * 6553}, count
            count += 1
        assert text[at:].split() in (["]}"], ["]", "}"]), text[at:]
        assert file.read() == ""
    assert count == TEXT_ROWS, count


def check_text(program, folder):
    """The longest text, read back; and what is said of longer ones."""
    out = subprocess.run([program, folder, "text", str(LONGEST)], check=True, capture_output=True, text=True).stdout.splitlines()
    path = pathlib.Path(out.pop())
    for line, size in zip(out, (LONGEST + 1, 1 << 31, (1 << 32) + 1), strict=True):
        assert line.startswith("refused row "), line
        assert f"field 'text': {size + 4} bytes of one row exceed the {LONGEST + 4} that a page of a Parquet file holds" in line, line
    lengths = [len("first"), LONGEST, len("last")]
    texts = pyarrow.parquet.read_table(path, memory_map=True).column("text")
    assert pyarrow.compute.binary_length(texts).to_pylist() == lengths
    for chunk in texts.chunks:
        offsets = numpy.frombuffer(chunk.buffers()[1], dtype=numpy.int32)[chunk.offset:chunk.offset + len(chunk) + 1]
        values = numpy.frombuffer(chunk.buffers()[2], dtype=numpy.uint8)
        for begin, end in zip(offsets, offsets[1:]):
            if end - begin == LONGEST:
                assert (values[begin:end] == ord("x")).all()
    del texts, chunk, values
    with duckdb.connect() as connection:
        found = connection.execute("select id, strlen(text), left(text, 3) from read_parquet(?) order by id", [str(path)]).fetchall()
    assert found == [(0, 5, "fir"), (1, LONGEST, "xxx"), (2, 4, "las")], found
    print(f"Parquet: a text of {LONGEST} bytes, longer ones refused")
    path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--dir", default=tempfile.gettempdir())
    options = parser.parse_args()
    free = shutil.disk_usage(options.dir).free
    if free < 15e9:
        print(f"not here: {free / 1e9:.1f} GB are free in {options.dir}, 15 are wanted")
        return 77
    random.seed(4)
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        check_text(options.program, folder)

        path, size = write(options.program, folder, "parquet", VECTOR_ROWS)
        groups, beyond, _ = check_parquet(path)
        assert beyond > 2, "no column begins behind 4 GiB"
        print(f"Parquet: {size} bytes, {groups} row groups, {beyond} column chunks begin behind 4 GiB")
        path.unlink()

        # Row groups of 1.5 GiB: the third one lies on both sides of 4 GiB.
        path, size = write(options.program, folder, "parquet", VECTOR_ROWS, 3 << 29)
        groups, beyond, across = check_parquet(path)
        assert groups == 3 and across == 1, (groups, across)
        print(f"Parquet: {size} bytes, {groups} row groups, a column chunk across 4 GiB")
        path.unlink()

        path, size = write(options.program, folder, "json", TEXT_ROWS)
        check_json(path)
        print(f"JSON: {size} bytes, {TEXT_ROWS} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
