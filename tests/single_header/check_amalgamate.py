#!/usr/bin/env python3
"""Shows that amalgamate.py finds what it promises to find: each case plants one fault into a copy of the headers.

    check_amalgamate.py --script FILE --include DIR
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script", required=True)
    parser.add_argument("--include", required=True, type=pathlib.Path)
    options = parser.parse_args()
    failed = []

    def append(name, text):
        def plant(root, output):
            with open(root / "bulkwriter" / name, "a", encoding="utf-8") as file:
                file.write(text)
        return plant

    def edit_output(root, output):
        output.write_text(output.read_text(encoding="utf-8").replace("namespace", "namespace ", 1), encoding="utf-8")

    cases = [
        ("unchanged", lambda root, output: None, None),
        ("a header was changed", append("error.hpp", "struct planted;\n"), "Run single_include/amalgamate.py"),
        ("a body was changed", append("detail/error.ipp", "struct planted;\n"), "Run single_include/amalgamate.py"),
        ("the version was changed", lambda root, output: (root / "bulkwriter/version.hpp").write_text(
            'inline constexpr char version[] = "9.9.9";\n'), "Run single_include/amalgamate.py"),
        ("the result was edited", edit_output, "Run single_include/amalgamate.py"),
        ("the result is not there", lambda root, output: output.unlink(), "Run single_include/amalgamate.py"),
        ("a macro stays", append("text/detail/json.ipp", "#define PLANTED 1\n"),
         "bulkwriter/text/detail/json.ipp leaves the macro PLANTED defined"),
        ("a macro goes", append("text/detail/json.ipp", "#define PLANTED 1\n#undef PLANTED\n"), "Run single_include/amalgamate.py"),
        ("headers in a circle", append("schema/kind.hpp", "#include <bulkwriter/local.hpp>\n"), "headers include each other: "),
        ("a header that nothing includes", append("row/planted.hpp", "#pragma once\n"),
         "bulkwriter/row/planted.hpp is reached by no include"),
    ]
    for name, plant, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root, output = pathlib.Path(folder, "include"), pathlib.Path(folder, "single.hpp")
            shutil.copytree(options.include, root)
            command = [sys.executable, options.script, "--include", str(root), "--output", str(output)]
            subprocess.run(command, check=True)
            plant(root, output)
            done = subprocess.run([*command, "--check"], stderr=subprocess.PIPE, text=True)
            found = done.returncode == 0 if expected is None else done.returncode == 1 and expected in done.stderr
            if not found:
                failed.append(name)
                print(f"{name}: exit code {done.returncode}, expected {expected!r}, got\n{done.stderr}")
    print(f"{len(cases)} cases, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
