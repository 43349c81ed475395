#!/usr/bin/env python3
"""Removes deprecated modules from random trees and checks that nothing else changes.

    random_removal.py build/release/bin/gardener [--trees N] [--seed N]

Each tree is a small program of our own making: a deprecated module, a canonical one, and random importers in every
form. Because it is ours it may be run: each importer prints what it got, before and after. Checked on every tree:
plan, apply and verify end well once open rows are decided by `keep`; what the importers print is the same; every
edited file parses; a second apply is empty; `apply -R` restores every byte. Exit 1 on any difference, with the tree.
"""
import argparse
import ast
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

SYMBOLS = ["alpha", "beta", "Gamma", "DELTA", "epsilon", "Zeta", "_eta"]

RUNNER = """
import io, runpy, sys
sys.dont_write_bytecode = True
sys.path.insert(0, '.')
for name in sys.argv[1:]:
    for known in [m for m in sys.modules if m.split('.')[0] in ('pkg', 'other')]:
        del sys.modules[known]
    out, sys.stdout = sys.stdout, io.StringIO()
    try:
        runpy.run_path(name)
        text = sys.stdout.getvalue()
    except BaseException as error:
        text = sys.stdout.getvalue() + type(error).__name__
    sys.stdout = out
    print(name, '->', text.strip())
"""


class Tree:
    """Makes the files; `definition` has the source of each symbol of the deprecated module."""

    def __init__(self, chance):
        self.chance = chance
        self.files = {}
        self.package = chance.random() < 0.8  # or a namespace package
        self.target_is_package = chance.random() < 0.2
        self.modules()
        count = chance.randint(2, 5)
        self.importers = [self.importer(number) for number in range(count)]

    def write(self, path, text):
        if self.chance.random() < 0.15:
            text = text.replace("\n", "\r\n")
        data = text.encode()
        if self.chance.random() < 0.1:
            data = b"\xef\xbb\xbf" + data
        if self.chance.random() < 0.1 and data.endswith(b"\n") and text.strip():
            data = data.rstrip(b"\r\n")
        self.files[path] = data

    def modules(self):
        chance = self.chance
        target = "pkg/old/__init__.py" if self.target_is_package else "pkg/old.py"
        if self.package:
            self.files["pkg/__init__.py"] = chance.choice([b"", b"from pkg.old import alpha\n", b"from .old import Gamma as Public\n"])
        self.write("other.py", "def shared():\n    return 'shared'\n\n\nclass Model:\n    kind = 'model'\n")
        lines = [chance.choice(['"""Deprecated: use pkg.new."""\n', "# old\n", ""])]
        lines.append("import os\nimport re as regex\nfrom other import Model, shared\n")
        definitions = {
            "alpha": "def alpha(x=1):\n    return ('alpha', x, DELTA)\n",
            "beta": "@staticmethod\ndef _helper():\n    return regex.sub('a', 'b', 'aa')\n\n\n# Says beta.\ndef beta():\n    return alpha(_helper() if callable(_helper) else 2)\n",
            "Gamma": "class Gamma(Model):\n    '''pkg.old.Gamma'''\n    value = DELTA\n\n    def get(self):\n        return [self.value, os.sep]\n",
            "DELTA": "DELTA = 3  # three\n",
            "epsilon": "_state = {'n': 0}\n\n\ndef epsilon():\n    _state['n'] += 1\n    return _state['n']\n",
            "Zeta": "class Zeta(Gamma):\n    pass\n",
            "_eta": "_count = 0\n\n\ndef _eta():\n    global _count\n    _count += 1\n    return _count\n",
        }
        order = ["DELTA", "alpha", "beta", "Gamma", "epsilon", "Zeta", "_eta"]
        lines += ["\n\n" + definitions[name] for name in order]
        self.write(target, "".join(lines))
        new = chance.choice(["", '"""Canonical."""\n', "import sys\n\nX = sys.maxsize\n", "# new\nimport os\nfrom other import Model\n\n\nclass Own(Model):\n    pass\n",
                             "from pkg.old import Gamma, alpha\n\nVALUE = Gamma().get(), alpha()\n", "from .old import *\n\nLIST = [DELTA]\n",
                             "X = 1\n\n\nif __name__ == '__main__':\n    print(X)\n"])
        self.write("pkg/new.py", new)
        if chance.random() < 0.5:
            self.write("pkg/layer.py", chance.choice(["from pkg.old import *\n", "from .old import alpha, Gamma as Renamed\n\n__all__ = ['alpha', 'Renamed']\n",
                                                      "from . import old\n\nalpha = old.alpha\n"]))

    def names(self):
        return self.chance.sample(SYMBOLS + ["shared", "Model", "os"], self.chance.randint(1, 4))

    def shown(self, local):
        """An expression that shows what the name is, without its module's name."""
        return f"[getattr({local}, '__name__', {local}), {local}() if type({local}).__name__ == 'function' else None]"

    def from_import(self, module):
        chance = self.chance
        pairs = [(name, chance.choice(["", "", f"local_{name.strip('_')}"])) for name in self.names()]
        clauses = [name + (f" as {alias}" if alias else "") for name, alias in pairs]
        style = chance.randint(0, 5)
        if style == 0:
            text = f"from {module} import (\n" + "".join(f"    {clause},  # {clause}\n" for clause in clauses) + ")"
        elif style == 1:
            text = f"from {module} import (" + ",\n".join(clauses) + ")"
        elif style == 2:
            text = f"from {module} \\\n    import " + ", \\\n  ".join(clauses)
        elif style == 3:
            text = f"import os; from {module} import " + ", ".join(clauses) + "; import sys"
        else:
            text = f"from {module} import " + " , ".join(clauses) + chance.choice(["", "  # noqa", ";", " ;  # x"])
        return text, [alias or name for name, alias in pairs]

    def block(self, module):
        """Source of an import with what it prints."""
        chance = self.chance
        kind = chance.randint(0, 9)
        if kind == 0:
            return f"import {module}\nprint({self.shown(module + '.alpha')}, {module} . DELTA)\n"
        if kind == 1:
            return f"import {module} as m, sys\nprint({self.shown('m.beta')}, m.Gamma().get())\n"
        if kind == 2:
            return f"from pkg import old\nprint({self.shown('old.alpha')}, old.epsilon())\n"
        if kind == 3:
            return f"from {module} import *\nprint({self.shown('Gamma')}, DELTA, epsilon())\n"
        if kind == 4:
            return f"import importlib\nprint(importlib.import_module('{module}').alpha())\n"
        if kind == 5:
            return (f"from unittest import mock\nfrom pkg import old\nwith mock.patch('{module}.alpha', lambda *a: 'patched'):\n"
                    f"    print(old.alpha(), old.beta())\n")
        text, locals_ = self.from_import(module)
        shown = ", ".join(self.shown(name) for name in locals_)
        if kind == 6:
            tab = chance.choice(["    ", "\t", "  "])
            inner = text.replace("\n", "\n" + tab) if "\\\n" not in text else text
            return f"def f():\n{tab}try:\n{tab}{tab}{inner}\n{tab}except ImportError:\n{tab}{tab}return 'none'\n{tab}return {shown}\nprint(f())\n"
        if kind == 7 and "\n" not in text:
            text = text.split("#")[0].rstrip()
            return f"if True: {text}\nelse: {text}\nprint({shown})\n"
        if kind == 8:
            missing = f"try:\n    from {module} import gone, alpha\nexcept ImportError:\n    print('gone')\n"
            return missing + f"{text}\nprint({shown})\n"
        return f"{text}\nprint({shown})\n"

    def importer(self, number):
        chance = self.chance
        path = chance.choice([f"use{number}.py", f"tests/test_use{number}.py", f"scripts/use{number}.py"])
        text = chance.choice(["", "#!/usr/bin/env python3\n", '"""Uses pkg.old."""\n', "# -*- coding: utf-8 -*-\n"])
        for _ in range(chance.randint(1, 3)):
            text += self.block("pkg.old") + chance.choice(["", "\n", "\n\n"])
        if "pkg/layer.py" in self.files and chance.random() < 0.4:
            text += "from pkg.layer import alpha\nprint(alpha())\n"
        self.write(path, text)
        return path

    def lay_out(self, folder):
        for path, data in self.files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


class Failure(Exception):
    pass


def read_tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in pathlib.Path(folder).rglob("*")
            if path.is_file() and ".gardener" not in path.parts and "__pycache__" not in path.parts}


def run_importers(folder, importers):
    done = subprocess.run([sys.executable, "-B", "-c", RUNNER, *importers], cwd=folder, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Failure(f"the importers cannot be run: {done.stderr}")
    return done.stdout


def gardener(binary, folder, plan, allowed, *words):
    done = subprocess.run([binary, "--root", folder, *words], capture_output=True, text=True, timeout=60)
    if done.returncode not in allowed or "report this" in done.stderr:
        raise Failure(f"gardener {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}\n{plan_text(plan)}")
    return done


def plan_text(plan):
    return plan.read_text() if plan.exists() else ""


def keep_open_rows(plan):
    """What a person may always do: decide open rows by keep. True if there were any."""
    text = plan.read_text()
    rows = re.split(r"(?m)^(?=\[\[|\[baseline)", text)
    changed = False
    for index, row in enumerate(rows):
        if 'action = "manual"' not in row or not row.startswith(("[[symbol]]", "[[reference]]")):
            continue
        changed = True
        row = row.replace('action = "manual"', 'action = "keep"')
        row = re.sub(r'(?m)^note = .*\n', "", row)
        rows[index] = row if 'reason = "' in row else row.rstrip("\n") + '\nreason = "kept by the test"\n\n'
    plan.write_text("".join(rows))
    return changed


def check(binary, seed, folder):
    tree = Tree(random.Random(seed))
    tree.lay_out(folder)
    before = read_tree(folder)
    printed = run_importers(folder, tree.importers)
    plan = pathlib.Path(folder + ".toml")
    arguments = ("plan", "pkg.old", "--to", "pkg.new", "-o", str(plan))
    gardener(binary, folder, plan, (0, 1), *arguments)
    for _ in range(4):
        if not keep_open_rows(plan):
            break
        gardener(binary, folder, plan, (0, 1), *arguments)
    gardener(binary, folder, plan, (0,), "apply", str(plan), "--write")
    after = read_tree(folder)
    for path, data in after.items():
        if path.endswith(".py") and before.get(path) != data:
            ast.parse(data, path)
    gardener(binary, folder, plan, (0,), "verify", str(plan), "--python", sys.executable)
    now = run_importers(folder, tree.importers)
    if now != printed:
        raise Failure(f"the importers print something else:\n{printed}\nnow:\n{now}\n{plan_text(plan)}")
    again = gardener(binary, folder, plan, (0,), "apply", str(plan))
    if again.stdout:
        raise Failure(f"the second apply is not empty:\n{again.stdout}")
    gardener(binary, folder, plan, (0,), "apply", "-R", str(plan))
    if read_tree(folder) != before:
        raise Failure("apply -R does not restore every byte")
    return "pkg/old.py" not in after and "pkg/old/__init__.py" not in after


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gardener")
    parser.add_argument("--trees", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    flags = parser.parse_args()
    binary = os.path.abspath(flags.gardener)
    removed = failed = 0
    for seed in range(flags.seed, flags.seed + flags.trees):
        work = tempfile.mkdtemp(prefix="gardener-removal-")
        folder = os.path.join(work, "tree")
        os.mkdir(folder)
        try:
            removed += check(binary, seed, folder)
            shutil.rmtree(work)
        except (Failure, SyntaxError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"seed {seed}: {error}\nthe tree: {folder}\n", file=sys.stderr)
    print(f"{flags.trees} trees of seed {flags.seed}: {removed} modules removed, {flags.trees - removed - failed} kept for open rows, {failed} failed")
    return 1 if failed or removed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
