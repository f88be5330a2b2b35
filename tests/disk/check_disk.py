#!/usr/bin/env python3
"""A full disk and a killed writer: whatever has a final name is whole, and nobody is told that all went well.

usage: check_disk.py WRITE_ROWS full|killed        (needs pyarrow, and root for a small file system)
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

CHUNK = 1 << 20


def rows_of(path):
    """The ids of a whole file; raises for a file that is not whole."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq
        table = pq.read_table(path)
        table.validate(full=True)
        return table.column("id").to_pylist()
    return [row["id"] for row in json.loads(path.read_text())["rows"]]


def check_files(folder, suffix, at_least):
    files = sorted(folder.rglob("*"), key=lambda p: (len(p.name), p.name))
    whole = [p for p in files if p.is_file() and not p.name.startswith(".")]
    partial = [p for p in files if p.is_file() and p.name.startswith(".")]
    next_id = 0
    for number, path in enumerate(whole, 1):
        assert path.name == f"{number}.{suffix}", path
        assert path.stat().st_size <= CHUNK, path
        ids = rows_of(path)
        assert ids == list(range(next_id, next_id + len(ids))), path
        next_id += len(ids)
    assert len(whole) >= at_least, [str(p) for p in files]
    return whole, partial


def check_groups(folder):
    """The number of groups of NumPy files: what has a final name has all of its files, and each holds all rows."""
    import numpy
    next_id, groups = 0, [p for p in folder.glob("*/*") if not p.name.startswith(".")]
    for number, group in enumerate(sorted(groups, key=lambda p: int(p.name)), 1):
        assert group.name == str(number) and group.is_dir(), group
        assert sorted(p.name for p in group.iterdir()) == ["id.npy", "v.npy"], list(group.iterdir())
        ids, vectors = numpy.load(group / "id.npy"), numpy.load(group / "v.npy")
        assert ids.tolist() == list(range(next_id, next_id + len(ids))), group
        assert vectors.shape == (len(ids), 128), group
        next_id += len(ids)
    return len(groups)


def killed_at_every_call(program, kill_at):
    """In front of every system call that changes or syncs files, from the first to the last one of some chunks."""
    for suffix in "npy", "parquet", "json":
        seen, number = [], 0
        while True:
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                done = subprocess.run([kill_at, str(number), program, folder, suffix, "16384", "100", "durable"],
                                      capture_output=True)
                if done.returncode == 77:
                    print("skipped: a program cannot be traced here")
                    sys.exit(77)
                assert done.returncode in (0, 1), (suffix, number, done)
                if suffix == "npy":
                    seen.append(check_groups(folder))
                else:
                    seen.append(len(check_files(folder, suffix, 0)[0]))
                if done.returncode == 1:  # it came to its end
                    break
            number += 1
        assert seen == sorted(seen) and seen[0] == 0 and seen[-1] >= 2, seen
        print(f"{suffix}: killed in front of {number} calls, with 0 to {seen[-1]} whole chunks")


def full(program):
    with tempfile.TemporaryDirectory() as mount_point:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount_point], capture_output=True)
        if mounted.returncode != 0:
            print("not here: a tmpfs cannot be mounted")
            sys.exit(77)
        try:
            for suffix in "parquet", "json":
                folder = pathlib.Path(mount_point) / suffix
                done = subprocess.run([program, folder, suffix, str(CHUNK), "1000000"], capture_output=True, text=True)
                assert done.returncode == 1, done
                assert "no_space" in done.stderr and "No space left" in done.stderr and "rows " in done.stderr, done.stderr
                whole, partial = check_files(folder, suffix, 5)
                assert not partial, partial
                assert f"{len(whole) + 1}.{suffix}" in done.stderr, done.stderr
                print(f"{suffix}: {len(whole)} whole files, then: {done.stderr.strip()}")
                for path in whole:
                    path.unlink()
        finally:
            subprocess.run(["umount", mount_point], check=True)


def killed(program):
    for suffix in "parquet", "json":
        for delay in 0.02, 0.1, 0.3:
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                process = subprocess.Popen([program, folder, suffix, str(CHUNK), "100000000"])
                deadline = time.monotonic() + 30
                while not list(folder.rglob(f"2.{suffix}")):
                    assert time.monotonic() < deadline
                    time.sleep(0.005)
                time.sleep(delay)
                process.send_signal(signal.SIGKILL)
                assert process.wait() == -signal.SIGKILL
                whole, partial = check_files(folder, suffix, 2)
                assert len(partial) <= 1, partial
                print(f"{suffix}: killed with {len(whole)} whole files and {len(partial)} partial")


if __name__ == "__main__":
    what = {"full": full, "killed": killed, "killed_at_every_call": killed_at_every_call}[sys.argv[2]]
    what(*(os.path.abspath(program) for program in [sys.argv[1], *sys.argv[3:]]))
