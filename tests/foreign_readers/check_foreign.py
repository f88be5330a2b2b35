#!/usr/bin/env python3
"""Has write_kinds write the Parquet files of readers/check_kinds.py, reads them with a reader in another language, and
compares every cell with what was made.

    check_foreign.py READER PEER PROGRAM [FOLDER]

READER is arrow_go, parquet_mr or hyparquet, and PEER the folder where support/install.sh has put it. FOLDER is kept;
without it a temporary one is used.
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "readers"))
import check_files  # noqa: E402
import check_kinds  # noqa: E402
from check_files import expected  # noqa: E402


def arrow_go(peer):
    if (peer / "read_parquet.go").read_bytes() != (HERE / "read_parquet.go").read_bytes():
        raise SystemExit("built from another read_parquet.go: run tests/support/install.sh arrow_go")
    return [peer / "read_parquet"]


def parquet_mr(peer):
    return [peer / "java", "-Xmx1g", "-cp", peer / "libraries" / "*", HERE / "ReadParquet.java"]


def hyparquet(peer):
    return [peer / "node", HERE / "read_parquet.mjs", peer]


READERS = {"arrow_go": arrow_go, "parquet_mr": parquet_mr, "hyparquet": hyparquet}


def from_json(kind, value):
    """What expected.cell takes, of a value of Parquet files that came as JSON."""
    if value is None:
        return None
    if kind in (*expected.HALVES, "binary_vector"):
        return bytes(map(int, value))
    if kind == "sparse_float_vector":
        return expected.strict_json(value)
    if expected.sub_fields_of(kind):
        kinds = dict(expected.sub_fields_of(kind))
        return [{name: from_json(kinds[name], v) for name, v in one.items()} for one in value]
    return value


def check(case, answers):
    """Lines that say what is wrong with what was read. answers: what the reader says of each file."""
    names = [name for name, _ in case.columns]
    found = []
    for (rows, _, path), answer in zip(case.files, answers, strict=True):
        if answer["path"] != str(path):
            yield f"{answer['path']} was read in the place of {path}"
        if "refusal" in answer:
            yield f"{path.name} was refused: {answer['refusal']}"
            continue
        if len(answer["rows"]) != rows:
            yield f"{path.name}: {len(answer['rows'])} rows, {rows} in batch_files"
        for row in answer["rows"]:
            if list(row) != names:
                yield f"{path.name}: columns {list(row)}"
                return
            found.append([expected.cell(kind, from_json(kind, row[name])) for name, kind in case.columns])
    yield from case.differences(case.name, found)


def write(program, folder):
    """The cases, whose files are there then."""
    cases = [next(case for case in rows.prepare(folder) if case.format == "parquet") for rows in check_kinds.all_rows()]
    for case in cases:
        del case.jobs[1:]  # the files are the same whichever way the rows come
    (folder / "jobs.txt").write_text("".join(case.jobs[0] + "\n" for case in cases))
    subprocess.run([program, folder], check=True)
    for case in cases:
        for problem in check_kinds.check_twins(case, folder):
            raise SystemExit(f"{case.name}: {problem}")
    return cases


def main(reader, peer, program, folder):
    cases = write(program, folder)
    files = [path for case in cases for _, _, path in case.files]
    with open(folder / "read.jsonl", "w+b") as out:
        # One process for all files, for a virtual machine takes a second to start.
        subprocess.run([*READERS[reader](peer), *files], stdout=out, check=True)
        out.seek(0)
        failures = 0
        for case in cases:
            try:
                answers = [expected.strict_json(out.readline().decode("utf-8")) for _ in case.files]
                problems = list(check(case, answers))
            except Exception as problem:  # values of another type fail the case, not the run
                problems = [f"{type(problem).__name__}: {problem}"]
            failures += bool(problems)
            print(f"{'FAILED' if problems else 'ok'} {case.name}: {len(case.wanted)} rows, {len(case.files)} files")
            for problem in problems:
                print(f"    {problem}")
        if out.read():
            failures += 1
            print("FAILED: the reader tells of more files than there are")
    print(f"{len(cases)} cases, {failures} failed")
    return 0 if files and not failures else 1


if __name__ == "__main__":
    if len(sys.argv) == 5:
        folder = pathlib.Path(sys.argv[4]).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], folder))
    with tempfile.TemporaryDirectory(prefix="bulkwriter-foreign-") as temporary:
        sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], pathlib.Path(temporary)))
