#!/usr/bin/env python3
"""What tests/run.sh makes of bad moments: run in a project of four small trees, with installers that fail.

    check_run.py RUN.SH

Needs cmake, ninja and bash; compiles nothing.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TREES = ["gcc", "clang-16", "asan-ubsan", "tsan"]
LISTS = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
if(EXISTS "${CMAKE_SOURCE_DIR}/no-configuration" AND CMAKE_BINARY_DIR MATCHES "gcc$")
  message(FATAL_ERROR "no configuration")
endif()
enable_testing()
cmake_path(GET CMAKE_BINARY_DIR FILENAME tree)
add_custom_target(good ALL COMMAND "${CMAKE_COMMAND}" -E touch good)
if(EXISTS "${CMAKE_SOURCE_DIR}/no-${tree}")
  add_custom_target(bad ALL COMMAND "${CMAKE_COMMAND}" -E false)
endif()
add_test(NAME ${tree}.good COMMAND "${CMAKE_COMMAND}" -E cat good)
add_test(NAME ${tree}.peer COMMAND sh -c "exit 77")
if(NOT BULKWRITER_TEST_REQUIRE_PEERS)
  set_tests_properties(${tree}.peer PROPERTIES SKIP_RETURN_CODE 77)
endif()
"""
INSTALL = """#!/bin/sh
echo "$1" >>installed
if [ -e "no-$1" ]; then echo "no network"; exit 1; fi
if [ -e "once-$1" ]; then rm "once-$1"; exit 1; fi
"""


class Project:
    def __init__(self, folder, script):
        self.root = pathlib.Path(folder)
        support = self.root / "tests" / "support"
        support.mkdir(parents=True)
        shutil.copy(script, self.root / "tests" / "run.sh")
        (support / "install.sh").write_text(INSTALL)
        (support / "install.sh").chmod(0o755)
        (self.root / "CMakeLists.txt").write_text(LISTS)
        base = {"generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"}
        (self.root / "CMakePresets.json").write_text(json.dumps({
            "version": 6,
            "configurePresets": [{"name": tree, **base} for tree in TREES],
            "buildPresets": [{"name": tree, "configurePreset": tree} for tree in TREES],
        }))

    def run(self, *arguments, broken=()):
        for name in broken:
            (self.root / name).touch()
        # no pause before the second attempt, and nothing of the machine's
        tools = self.root / "tools"
        tools.mkdir()
        (tools / "sleep").write_text("#!/bin/sh\n")
        (tools / "sleep").chmod(0o755)
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        for name in ("CTEST_OUTPUT_ON_FAILURE", "CMAKE_GENERATOR", "CTEST_PARALLEL_LEVEL"):
            environment.pop(name, None)
        done = subprocess.run(["bash", "tests/run.sh", *arguments], cwd=self.root, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=300)
        return done.returncode, done.stdout


def words(line):
    return " ".join(line.split())


def check(script, what, arguments, broken, code, wanted, unwanted=()):
    with tempfile.TemporaryDirectory() as folder:
        project = Project(folder, script)
        got, output = project.run(*arguments, broken=broken)
        lines = [words(line) for line in output.splitlines()]
        problems = [f"exit code {got}, not {code}"] if got != code else []
        problems += [f"no {line!r}" for line in wanted if not any(line in text for text in lines)]
        problems += [f"{line!r}" for line in unwanted if any(line in text for text in lines)]
        # ctest's summary, which names what failed, is the end
        if not any(text.startswith("Total Test time") for text in lines[-40:]):
            problems.append("no summary of ctest at the end")
        for problem in problems:
            print(f"{what}: {problem}")
        if problems:
            print(output)
        return not problems


def main():
    script = sys.argv[1]
    good = [
        check(script, "all is well", [], [], 0,
              [f"{tree}.good" for tree in TREES] + ["100% tests passed, 0 tests failed out of 8", "building tsan"],
              ["did not build", "could not be installed"]),
        check(script, "a tree that does not build", [], ["no-gcc"], 8,
              ["did not build as a whole: gcc", "build.gcc (Failed)", "1 tests failed out of 9"]
              + [f"Test #{n}:" for n in range(1, 10)]),
        check(script, "two trees, one of them without a configuration", [], ["no-configuration", "no-tsan"], 8,
              ["build.gcc (Failed)", "build.tsan (Failed)", "2 tests failed out of 8"], ["gcc.good"]),
        check(script, "a tree that does not build, and tests that say nothing of it", ["--", "-R", "good"], ["no-gcc"], 1,
              ["did not build as a whole: gcc", "100% tests passed, 0 tests failed out of 4"]),
        check(script, "a peer without a network, for users", [], ["no-versitygw"], 0,
              ["install.versitygw (Skipped)", "100% tests passed", "gcc.peer (Skipped)"]),
        check(script, "a peer without a network, in CI", ["--require-peers"], ["no-versitygw"], 8,
              ["install.versitygw (Failed)", "gcc.peer (Failed)", "tsan.peer (Failed)"], ["Skipped)"]),
        check(script, "nothing is to be installed, in CI", ["--require-peers", "--no-install"], [], 8, ["gcc.peer (Failed)"],
              ["install."]),
        check(script, "a bad moment of a network", ["--only", "gcc"], ["once-packages", "once-versitygw"], 0,
              ["installing packages once more", "100% tests passed"], ["could not be installed", "building tsan"]),
    ]
    print(f"{sum(good)} of {len(good)} as they should be")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
