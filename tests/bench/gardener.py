#!/usr/bin/env python3
"""./dev bench gardener TREE MODULE [--plan PLAN.toml] [--peer NAME=COMMAND ...]

What gardener's commands cost on a tree, beside `cat` of the same files and beside other tools, in turns (A B A B ...) with a warm
file cache: medians of wall time, CPU time and peak memory, and ratios to `cat`. TREE is a git work tree and is not changed:
plan, apply and verify work on a clone. `{tree}` and `{module}` in a peer's command are replaced; a peer that is not installed
is an error, not a skipped row.
"""

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GARDENER = os.environ.get("GP_GARDENER", os.path.join(os.path.dirname(__file__), "../../build/release/bin/gardener"))


class Measured:
    """One thing that is measured: an argument list, and what it took each time."""

    def __init__(self, name, argv, cwd, accepts=(0, 1), before=None):
        self.name, self.argv, self.cwd, self.accepts, self.before = name, argv, cwd, accepts, before
        self.wall, self.cpu, self.peak = [], [], []

    def run(self):
        if self.before:
            self.before()
        with open(os.devnull, "wb") as nowhere:
            start = time.perf_counter()
            child = subprocess.Popen(self.argv, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=nowhere, stderr=subprocess.PIPE)
            said = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in self.accepts:
            sys.exit(f"{self.name}: exit status {child.returncode}: {said.decode(errors='replace')[-2000:]}")
        self.wall.append(wall)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss / 1024)


def in_turns(rows, rounds):
    for row in rows:
        row.run()
        row.wall.clear(), row.cpu.clear(), row.peak.clear()
    for _ in range(rounds):
        for row in rows:
            row.run()


def table(rows):
    base = statistics.median(rows[0].wall)
    print("| what | wall ms | ratio to cat | CPU ms | peak MB |")
    print("|---|---|---|---|---|")
    for row in rows:
        wall, cpu, peak = (statistics.median(values) for values in (row.wall, row.cpu, row.peak))
        print(f"| {row.name} | {wall * 1000:.0f} | {wall / base:.2f} | {cpu * 1000:.0f} | {peak:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("module")
    parser.add_argument("--to", help="the canonical module; without a --plan its plan is made and must be complete to be applied")
    parser.add_argument("--plan", help="a reviewed plan for TREE: plan, apply and verify are measured too")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()

    gardener, tree = os.path.abspath(GARDENER), os.path.abspath(options.tree)
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=tree, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory(prefix="gardener-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        names = os.path.join(folder, "names")
        with open(names, "wb") as out:
            out.write(listed)
        rows = [
            Measured("cat of the .py files", ["xargs", "-0", "-a", names, "cat"], tree),
            Measured("refs", [gardener, "refs", options.module, "--format", "json"], tree, (0, 1, 3)),
            Measured("scan", [gardener, "scan", "--format", "json"], tree, (0, 1, 3)),
            Measured("scan --no-cache", [gardener, "scan", "--format", "json", "--no-cache"], tree, (0, 1, 3)),
        ]
        ban = os.path.join(folder, "gardener.toml")
        with open(ban, "w", encoding="utf-8") as out:
            out.write('[[ban]]\nmodule = "gardener_bench.nobody_imports_this"\nfile = true\nmessage = "clean tree"\n')
        rows.append(Measured("gate, clean tree", [gardener, "gate", "--config", ban], tree, (0,)))
        for peer in options.peer:
            name, _, command = peer.partition("=")
            argv = [part.format(tree=tree, module=options.module) for part in shlex.split(command)]
            if not shutil.which(argv[0]):
                sys.exit(f"peer {name}: {argv[0]} is not installed")
            rows.append(Measured(name, argv, tree))
        in_turns(rows, options.rounds)
        table(rows)
        if options.plan:
            print()
            removal(gardener, tree, options, folder)


def removal(gardener, tree, options, folder):
    """plan + apply + verify on a clone that is put back before every round."""
    clone = os.path.join(folder, "clone")
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", tree, clone], check=True)
    plan = os.path.join(folder, "plan.toml")

    def put_back():
        for argv in (["git", "reset", "-q", "--hard"], ["git", "clean", "-qfdx"]):
            subprocess.run(argv, cwd=clone, check=True)
        shutil.copyfile(options.plan, plan)

    cat = Measured("cat of the .py files", ["bash", "-c", "git ls-files -z '*.py' | xargs -0 cat"], clone, before=put_back)
    rows = [
        cat,
        Measured("plan", [gardener, "plan", options.module, "--to", options.to, "-o", plan], clone, (0, 1, 3), put_back),
        Measured("apply --write", [gardener, "apply", plan, "--write"], clone, (0,)),
        Measured("verify", [gardener, "verify", plan], clone, (0,)),
    ]
    in_turns(rows, options.rounds)
    table(rows)


if __name__ == "__main__":
    main()
