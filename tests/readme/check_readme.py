#!/usr/bin/env python3
"""Compiles the whole programs of README.md: every C++ block with an #include. Names in capitals are the reader's.

    check_readme.py --compiler C++ --include DIRECTORY --readme FILE [-- FLAG...]
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--readme", required=True)
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()

    blocks = re.findall(r"```cpp\n(.*?)```", pathlib.Path(options.readme).read_text(), re.DOTALL)
    programs = [block for block in blocks if "#include" in block]
    assert len(programs) >= 2, "README.md has lost its programs"
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, program in enumerate(programs, 1):
            given = sorted(set(re.findall(r"(?<![\w\"])[A-Z][A-Z_]+(?![\w\"])", program)) - {"BULKWRITER_IMPLEMENTATION"})
            head = "#include <string>\n" + "".join(f"std::string const {name};\n" for name in given)
            path = pathlib.Path(folder, f"program_{number}.cpp")
            path.write_text(head + program)
            done = subprocess.run([options.compiler, "-std=c++20", "-fsyntax-only", "-DBULKWRITER_SEPARATE_COMPILATION",
                                   "-I" + options.include, *options.flags, str(path)], stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                failed += 1
                print(f"program {number} of README.md does not compile:\n{done.stderr}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
