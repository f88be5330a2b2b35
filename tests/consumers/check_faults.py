#!/usr/bin/env python3
"""Shows that check_consumers.py finds what it promises to find: each case plants one fault into a copy of the library.

    check_faults.py --root DIR --work DIR --compiler g++ [--launcher ccache]

Only faults that show before much is compiled.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def replaced(name, old, new):
    def plant(root):
        text = (root / name).read_text(encoding="utf-8")
        if old not in text:
            raise SystemExit(f"{name} has no {old!r} any more: mend this test")
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
    return plant


def appended(name, text):
    return lambda root: (root / name).write_text((root / name).read_text(encoding="utf-8") + text, encoding="utf-8")


CMAKE, MESON = "CMakeLists.txt", "meson.build"
CASES = [
    ("add_subdirectory", "a word at configure time", appended(CMAKE, "message(STATUS planted)\n"), "-- planted"),
    ("add_subdirectory", "a variable of the parent", appended(CMAKE, "set(CMAKE_CXX_STANDARD 20 PARENT_SCOPE)\n"),
     "variable CMAKE_CXX_STANDARD: '' -> '20'"),
    ("add_subdirectory", "a cached variable", appended(CMAKE, 'set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)\n'),
     "cache CMAKE_BUILD_TYPE: '' -> 'Release'"),
    ("add_subdirectory", "a global property", appended(CMAKE, "set_property(GLOBAL PROPERTY USE_FOLDERS OFF)\n"),
     "global USE_FOLDERS"),
    ("add_subdirectory", "a test", appended(CMAKE, "add_test(NAME planted COMMAND true)\n"), "'planted'"),
    ("add_subdirectory", "warnings of its own", replaced(CMAKE, "set(system SYSTEM)", 'set(system "")'), "as its own headers"),
    ("find_package", "a header that is not installed",
     replaced(CMAKE, "COMPONENT bulkwriter)\n\n  # An installed", "COMPONENT bulkwriter PATTERN crc32.hpp EXCLUDE)\n\n  # An installed"),
     "differ in ['include/bulkwriter/format/detail/crc32.hpp']"),
    ("find_package", "a file of no component",
     appended(CMAKE, "install(FILES meson.build DESTINATION share/pkgconfig)\n"), "differ in ['share/pkgconfig/meson.build']"),
    ("find_package", "a place that is fixed",
     replaced(CMAKE, "prefix=\\${pcfiledir}/${prefix}", "prefix=${CMAKE_INSTALL_PREFIX}"), ".pc names "),
    ("find_package", "a core that looks for Boost",
     replaced(CMAKE, 'if("bulkwriter" IN_LIST _bulkwriter_wanted)', "if(TRUE)"), "Boost"),
    ("pkg_config_make", "a library that is not named",
     replaced(CMAKE, "Libs: -lboost_json -pthread", "Libs: -pthread"), "pkg-config answers"),
    ("meson_subproject", "warnings of its own", replaced(MESON, "is_system: meson.is_subproject()", "is_system: false"),
     "as its own headers"),
    ("meson_subproject", "a test", appended(MESON, "test('planted', find_program('true'))\n"), "'planted'"),
    ("meson_subproject", "an installed file", appended(MESON, "install_data('meson.build', install_dir: 'share')\n"),
     "the project installs"),
    ("meson_subproject", "a dependency that is not given", replaced(MESON, "meson.override_dependency('bulkwriter-core'", "set_variable('x'"),
     "bulkwriter-core"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--launcher", default="")
    options = parser.parse_args()
    missed = skipped = 0
    for consumer, name, plant, expected in CASES:
        root = options.work / "library"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(options.root / "include", root / "include")
        for file in [CMAKE, MESON, "meson_options.txt"]:
            shutil.copy(options.root / file, root)
        plant(root)
        done = subprocess.run([sys.executable, str(HERE / "check_consumers.py"), consumer, "--root", str(root), "--work",
                               str(options.work / consumer), "--compiler", options.compiler, f"--launcher={options.launcher}"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode == 77:
            skipped += 1
        elif done.returncode != 1 or expected not in done.stdout or "Traceback" in done.stdout:
            missed += 1
            print(f"--- {consumer}: {name}: exit code {done.returncode}, expected {expected!r}, got\n{done.stdout}")
    print(f"{len(CASES)} planted faults, {missed} missed, {skipped} skipped for lack of a tool")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
