#!/usr/bin/env python3
"""The library under one more compiler, standard library or mode: no warning, and it does what it should.

    check_toolchains.py local --reference PROGRAM ...  the files of write_both.cpp have the same bytes as PROGRAM's
    check_toolchains.py declarations ...               a unit in separate compilation includes everything
    check_toolchains.py whole ...                      whole.cpp runs, in separate compilation
    check_toolchains.py header-only ...                whole.cpp runs, with all bodies in its own unit
    check_toolchains.py object ...                     write_both.cpp compiles, for a machine that is not this one
    check_toolchains.py whole-object ...               so does the whole library, with all bodies
    check_toolchains.py no-exceptions ...              a plain name that meets an error says it and aborts
    check_toolchains.py not-finite ...                 NaN and infinities are refused by a program that promises none
    ... is --compiler clang++-22 --root DIR --work DIR [--launcher ccache] [--runner qemu-aarch64]
           [--readers PYTHON] [-- FLAG...]

--runner starts the programs of local; --readers is the Python of tests/readers, whose files local then has read, too.

Exit code 77: the compiler is not installed. FLAG is, say, -std=c++23.
"""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
SEPARATE = "-DBULKWRITER_SEPARATE_COMPILATION"
LIBRARIES = ["-lssl", "-lcrypto", "-pthread"]


def compile_unit(options, source, flags=()):
    # -O2 for the warnings that only the optimiser finds; for what includes Boost's bodies that takes minutes.
    level = "-O2" if options.what == "local" and not options.runner else "-O0"
    target = options.work / f"{source.stem}.o"
    subprocess.run([*options.launcher, options.compiler, "-std=c++20", level, *WARNINGS, *flags, *options.flags,
                    f"-I{options.root}/include", f"-I{options.root}/examples", "-c", str(source), "-o", str(target)],
                   check=True)
    return str(target)


def build(options, *sources, flags=(), libraries=()):
    objects = [compile_unit(options, HERE / source, flags) for source in sources]
    program = options.work / "program"
    subprocess.run([options.compiler, *options.flags, *objects, "-o", str(program), *libraries], check=True)
    if not options.runner:
        return program
    started = options.work / "run"
    started.write_text(f"#!/bin/sh\nexec '{options.runner}' '{program}' \"$@\"\n", encoding="utf-8")
    started.chmod(0o755)
    return started


def files_of(program):
    """What it writes: the bytes by format and number. Folders between them have random names."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        paths = [p for p in pathlib.Path(folder).rglob("*") if p.is_file()]
        return {(p.relative_to(folder).parts[0], p.name): p.read_bytes() for p in paths}


def check_local(options):
    expected = files_of(options.reference)
    found = files_of(build(options, "write_both.cpp"))
    if [name.split(".")[-1] for _, name in sorted(expected)] != ["json", "parquet"]:
        return f"the reference wrote {sorted(expected)}"
    if found != expected:
        return f"other files or bytes than those of {options.reference}: {sorted(found)}"
    print(f"{sum(map(len, found.values()))} equal bytes")
    if options.readers:
        readers = HERE.parent / "readers"
        program = build(options, readers / "write_files.cpp")
        subprocess.run([options.readers, str(readers / "check_files.py"), str(program)], check=True)


def check_object(options):
    compile_unit(options, HERE / "write_both.cpp")


def check_whole_object(options):
    """Of Boost and OpenSSL this machine's headers, away from those of its C library."""
    headers = options.work / "headers"
    shutil.rmtree(headers, ignore_errors=True)
    (headers / "openssl").mkdir(parents=True)
    (headers / "boost").symlink_to("/usr/include/boost")
    for header in [*pathlib.Path("/usr/include/openssl").iterdir(), *pathlib.Path("/usr/include").glob("*-linux-*/openssl/*")]:
        (headers / "openssl" / header.name).symlink_to(header)
    source = options.work / "whole.cpp"
    source.write_text("#define BULKWRITER_IMPLEMENTATION\n#include <bulkwriter/bulkwriter.hpp>\n"
                      "#include <bulkwriter/adapt/boost_json.hpp>\n", encoding="utf-8")
    compile_unit(options, source, ["-isystem", str(headers)])


def check_declarations(options):
    source = options.work / "declarations.cpp"
    source.write_text("#include <bulkwriter/bulkwriter.hpp>\n", encoding="utf-8")
    compile_unit(options, source, [SEPARATE])


def run_whole(program):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True, timeout=120)


def check_whole(options):
    run_whole(build(options, "whole.cpp", "bodies.cpp", flags=[SEPARATE], libraries=LIBRARIES))


def check_header_only(options):
    source = options.work / "boost_json.cpp"
    source.write_text("#include <boost/json/src.hpp>\n", encoding="utf-8")
    run_whole(build(options, "whole.cpp", source, libraries=LIBRARIES))


def check_no_exceptions(options):
    program = build(options, "throwing_name.cpp", flags=["-fno-exceptions"])
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, folder], capture_output=True, text=True)
    wanted = "row 1, field 'id': 6 bytes exceed max_length 4: 'longer' [bulkwriter.varchar_too_long]\n"
    if done.returncode != -signal.SIGABRT or done.stderr != wanted:
        return f"exit code {done.returncode} and {done.stderr!r}, wanted that of abort and {wanted!r}"


def check_not_finite(options):
    # The former promises the latter, and more; the levels come after the -O0 of every unit that is no local one.
    for flags in [["-O2", "-ffast-math"], ["-O3", "-ffinite-math-only"]]:
        program = build(options, "not_finite.cpp", flags=flags)
        done = subprocess.run([program], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            return f"{flags}: exit code {done.returncode}\n{done.stderr}"


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, flags = arguments[:at], arguments[at + 1 :]
    checks = {"local": check_local, "declarations": check_declarations, "whole": check_whole,
              "header-only": check_header_only, "no-exceptions": check_no_exceptions, "not-finite": check_not_finite,
              "object": check_object, "whole-object": check_whole_object}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=checks)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--launcher", default="")
    parser.add_argument("--runner")
    parser.add_argument("--readers")
    options = parser.parse_args(arguments)
    options.launcher = options.launcher.split(";") if options.launcher else []
    options.flags = flags
    options.work.mkdir(parents=True, exist_ok=True)
    if not shutil.which(options.compiler):
        print(f"skipped: {options.compiler} is not installed")
        return 77
    version = subprocess.run([options.compiler, "--version"], check=True, capture_output=True, text=True).stdout
    print(version.splitlines()[0], *flags)
    try:
        problem = checks[options.what](options)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        problem = error
    if problem:
        print(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
