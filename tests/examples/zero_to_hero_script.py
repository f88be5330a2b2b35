#!/usr/bin/env python3
"""examples/zero_to_hero.sh as a newcomer runs it: in a fresh copy of the repository, from any directory.

    zero_to_hero_script.py --root REPOSITORY [--cpu-limit SECONDS]

Copies what the build needs, runs the script twice, and checks what it says where it cannot install. Standard library only.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile


def run(script, *arguments, cwd, env=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BULKWRITER_")}
    done = subprocess.run([script, *arguments], cwd=cwd, env=clean if env is None else env, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=1200)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    done.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--cpu-limit", type=float, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy, elsewhere = folder + "/a copy", folder + "/elsewhere"
        os.mkdir(copy)
        os.mkdir(elsewhere)
        for name in ("include", "examples"):
            shutil.copytree(os.path.join(options.root, name), os.path.join(copy, name))
        shutil.copy(os.path.join(options.root, "CMakeLists.txt"), copy)
        script = copy + "/examples/zero_to_hero.sh"

        shown = run(script, "--help", cwd=elsewhere)
        assert shown.returncode == 0 and "--file-type" in shown.stdout and "BULKWRITER_ENDPOINT" in shown.stdout, shown
        assert not os.path.exists(copy + "/build"), "--help must not build"

        # A machine with nothing but a shell: no compiler, no package manager.
        bare = folder + "/bin"
        os.mkdir(bare)
        for tool in ("sh", "cat", "dirname", "mkdir", "id", "rm"):
            os.symlink(shutil.which(tool), bare + "/" + tool)
        alone = run(script, cwd=elsewhere, env={"PATH": bare})
        assert alone.returncode == 1 and "Boost 1.81" in alone.stderr and "g++" in alone.stderr and alone.stdout == "", alone
        # With a package manager, but neither root nor sudo.
        for name, text in (("apt-get", "exit 1"), ("id", "echo 1000")):
            if os.path.exists(bare + "/" + name):
                os.remove(bare + "/" + name)
            with open(bare + "/" + name, "w") as f:
                f.write("#!/bin/sh\n" + text + "\n")
            os.chmod(bare + "/" + name, 0o755)
        alone = run(script, cwd=elsewhere, env={"PATH": bare})
        assert alone.returncode == 1 and "no sudo" in alone.stderr and "libboost-json1.81-dev" in alone.stderr, alone

        first = run(script, "--keep", "kept", cwd=elsewhere)
        assert first.returncode == 0, first.stdout + first.stderr
        assert first.stdout.splitlines()[-1] == "Completed: 5000 of 5000 rows", first.stdout
        kept = [name for _, _, names in os.walk(elsewhere + "/kept") for name in names]
        assert kept == ["1.parquet"], kept
        assert first.cpu <= options.cpu_limit, "%.0f s of CPU" % first.cpu
        again = run(script, "--file-type", "json", "--rows", "200", cwd="/")
        assert again.returncode == 0 and again.stdout.splitlines()[-1] == "Completed: 200 of 200 rows", again.stdout + again.stderr
        assert again.cpu < 10, "the second run took %.0f s of CPU" % again.cpu

        with open(elsewhere + "/bad.csv", "w") as f:
            f.write("id,title_vector,title,link\n1,\"[0.5]\",t,l\n")
        bad = run(script, "--csv", "bad.csv", cwd=elsewhere)
        assert bad.returncode == 1 and "bad.csv, line 2, column 3 (title_vector)" in bad.stderr, bad
        print("first run %.1f s of CPU, second %.1f s" % (first.cpu, again.cpu))
    return 0


if __name__ == "__main__":
    sys.exit(main())
