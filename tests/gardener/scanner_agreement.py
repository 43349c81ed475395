#!/usr/bin/env python3
"""Compares gardener's scanner (through gp_facts_dump) with Python's own ast and tokenize.

    scanner_agreement.py build/release/bin/gp_facts_dump /usr/lib/python3.11 …
    scanner_agreement.py DUMP --generate 2000 [--seed N]      random valid programs
    scanner_agreement.py DUMP --mutate 2000 [--seed N] TREE…  random edits of real files

Compared on every file this Python parses: imports, blocks, top-level bindings, calls, uses of names, roles of
strings; on one file in --tokens N also every STRING and COMMENT token (tokenize is slow). A file that does not
parse only has to be scanned without a crash. Nothing of the trees is executed or imported. Exit 1 on any difference.
"""
import argparse
import ast
import io
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import tokenize
import unicodedata
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random_python import Generator, mutate  # noqa: E402

NONE = 0xFFFFFFFF
KINDS = ("module function async_function class if elif else try except finally with for while match case").split()
ROLES = "other docstring argument list tuple set dict_key dict_value subscript compare assigned".split()
BINDINGS = "function async class assignment import".split()
SHOWN = 5  # differences printed per file and kind of fact


class Places:
    """Positions of ast (line, utf-8 column) as byte offsets of the file."""

    def __init__(self, source):
        self.source = source
        self.bom = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        self.starts = [0, self.bom]
        at = 0
        while True:
            ends = [x for x in (source.find(b"\n", at), source.find(b"\r", at)) if x >= 0] if b"\r" in source else (
                [source.find(b"\n", at)] if source.find(b"\n", at) >= 0 else [])
            if not ends:
                break
            at = min(ends)
            at += 2 if source[at:at + 2] == b"\r\n" else 1
            self.starts.append(at)
        self.starts.append(len(source))

    def offset(self, line, column):
        return self.starts[line] + column

    def begin(self, node):
        return self.offset(node.lineno, node.col_offset)

    def end(self, node):
        return self.offset(node.end_lineno, node.end_col_offset)


def dotted(node, places=None):
    """The dotted name; with places only if no bracket stands inside, as in `(a).b`."""
    parts = []
    while isinstance(node, ast.Attribute):
        if places and b")" in places.source[places.end(node.value):places.end(node)]:
            return ""
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id] + parts[::-1])


class Expected:
    """What ast says of a file, in the terms of the dump."""

    def __init__(self, source, tree):
        self.places = Places(source)
        self.source = source
        self.imports, self.blocks, self.calls, self.uses, self.strings = [], [], [], [], []
        self.field_calls, self.other_stores, self.bindings = [], [], []
        self.block("module", tree.body)
        # (node, call around, in an f-string)
        stack = [(tree, None, False)]
        while stack:
            node, call, field = stack.pop()
            for child, child_call, child_field in self.visit(node, call, field):
                stack.append((child, child_call, child_field))
        self.top_level(tree.body, None)

    def statement_begin(self, node):
        decorators = getattr(node, "decorator_list", None)
        if not decorators:
            return self.places.begin(node)
        begin = self.places.begin(decorators[0])
        return self.source.rindex(b"@", 0, begin)

    def block(self, kind, body):
        if not body:
            if kind == "module":
                self.blocks.append((kind, 0, 0, 0))
            return
        self.blocks.append((kind, self.statement_begin(body[0]), self.places.end(body[-1]), len(body)))

    def visit(self, node, call, field):
        name = type(node).__name__
        method = getattr(self, "visit_" + name, None)
        if method:
            result = method(node, call, field)
            if result is not None:
                return result
        return [(child, call, field) for child in ast.iter_child_nodes(node)]

    # Statements
    def visit_Import(self, node, call, field):
        names = [(a.name, a.asname or "", a.lineno, a.col_offset) for a in node.names]
        is_from = isinstance(node, ast.ImportFrom)
        module = (node.module or "") if is_from else ""
        self.imports.append((int(is_from), module, node.level if is_from else 0, node.lineno, node.col_offset,
                             self.places.begin(node), self.places.end(node), names))
        return []

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node, call, field):
        self.block("async_function" if isinstance(node, ast.AsyncFunctionDef) else "function", node.body)
        self.other_stores.append(node.name)
        self.type_parameters(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def type_parameters(self, node):
        for parameter in getattr(node, "type_params", []):
            self.other_stores.append(parameter.name)

    def visit_TypeAlias(self, node, call, field):
        self.type_parameters(node)

    def visit_arg(self, node, call, field):
        self.other_stores.append(node.arg)

    def visit_ClassDef(self, node, call, field):
        self.block("class", node.body)
        self.other_stores.append(node.name)
        self.type_parameters(node)

    def visit_If(self, node, call, field):
        begin = self.places.begin(node)
        self.block("elif" if self.source.startswith(b"elif", begin) else "if", node.body)
        chained = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and \
            self.source.startswith(b"elif", self.places.begin(node.orelse[0]))
        if not chained:
            self.block("else", node.orelse)

    def visit_For(self, node, call, field):
        self.block("while" if isinstance(node, ast.While) else "for", node.body)
        self.block("else", node.orelse)

    visit_AsyncFor = visit_While = visit_For

    def visit_With(self, node, call, field):
        self.block("with", node.body)

    visit_AsyncWith = visit_With

    def visit_Try(self, node, call, field):
        self.block("try", node.body)
        for handler in node.handlers:
            self.block("except", handler.body)
            if handler.name:
                self.other_stores.append(handler.name)
        self.block("else", node.orelse)
        self.block("finally", node.finalbody)

    visit_TryStar = visit_Try

    def visit_Match(self, node, call, field):
        self.blocks.append(("match", self.source.rindex(b"case", 0, self.places.begin(node.cases[0].pattern)), self.places.end(node),
                            len(node.cases)))
        for case in node.cases:
            self.block("case", case.body)

    def visit_Global(self, node, call, field):
        self.other_stores.extend(node.names)

    visit_Nonlocal = visit_Global

    def visit_MatchAs(self, node, call, field):
        if node.name:
            self.other_stores.append(node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node, call, field):
        if node.rest:
            self.other_stores.append(node.rest)

    # Expressions
    def visit_Call(self, node, call, field):
        positional = sum(not isinstance(a, ast.Starred) for a in node.args)
        keywords = [k.arg for k in node.keywords if k.arg is not None]
        star = int(any(isinstance(a, ast.Starred) for a in node.args))
        double = int(any(k.arg is None for k in node.keywords))
        callee = "" if not field and self.bracketed(node) else self.dotted(node.func, field)
        shape = (callee, positional, star, double, int(getattr(node, "awaited", False)), keywords)
        if field:
            self.field_calls.append(shape)
            me = None
        else:
            me = (self.places.begin(node), self.places.end(node))
            self.calls.append((*me, *shape))
        inside = node.args + node.keywords
        self.string_arguments(node, me)
        return [(node.func, call, field)] + [(child, me, field) for child in inside]

    def string_arguments(self, node, me):
        arguments = sorted([(a, "") for a in node.args] + [(k.value, k.arg) for k in node.keywords],
                           key=lambda pair: (pair[0].lineno, pair[0].col_offset))
        for position, (value, keyword) in enumerate(arguments):
            if is_string(value) and keyword is not None:
                value.role = ("argument", position, keyword)

    def visit_Await(self, node, call, field):
        if isinstance(node.value, ast.Call):
            node.value.awaited = True

    def visit_JoinedStr(self, node, call, field):
        if not field:
            self.string(node, call)
        return [(child, call, True) for child in node.values]

    visit_TemplateStr = visit_JoinedStr

    def visit_Constant(self, node, call, field):
        if is_string(node) and not field:
            self.string(node, call)

    def string(self, node, call):
        self.strings.append((self.places.begin(node), *getattr(node, "role", ("other", NONE, "")), call))

    def elements(self, node, role):
        for element in node.elts:
            if is_string(element):
                element.role = (role, NONE, "")

    def visit_List(self, node, call, field):
        self.elements(node, "list")

    def visit_Tuple(self, node, call, field):
        self.elements(node, getattr(node, "element_role", "tuple"))

    def visit_Set(self, node, call, field):
        self.elements(node, "set")

    def visit_Dict(self, node, call, field):
        for role, values in (("dict_key", node.keys), ("dict_value", node.values)):
            for value in values:
                if value is not None and is_string(value):
                    value.role = (role, NONE, "")

    def visit_ListComp(self, node, call, field):
        if is_string(node.elt):
            node.elt.role = ("list" if isinstance(node, ast.ListComp) else "set", NONE, "")

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node, call, field):
        if is_string(node.key):
            node.key.role = ("dict_key", NONE, "")
        if is_string(node.value):
            node.value.role = ("dict_value", NONE, "")

    def visit_Subscript(self, node, call, field):
        if is_string(node.slice):
            node.slice.role = ("subscript", NONE, "")
        if isinstance(node.slice, ast.Tuple) and not self.source.startswith(b"(", self.places.begin(node.slice)):
            node.slice.element_role = "subscript"

    def visit_Compare(self, node, call, field):
        for operand in [node.left] + node.comparators:
            if is_string(operand):
                operand.role = ("compare", NONE, "")

    def visit_Assign(self, node, call, field):
        if node.value is not None and is_string(node.value):
            node.value.role = ("assigned", NONE, "")

    visit_AnnAssign = visit_AugAssign = visit_Assign

    def visit_Name(self, node, call, field):
        self.use(node, field)

    def dotted(self, node, field):
        """Places inside f-strings are not to be trusted before Python 3.12."""
        return "" if not field and self.bracketed(node) else dotted(node, None if field else self.places)

    def bracketed(self, node):
        return self.source.startswith(b"(", self.places.begin(node))

    def visit_Attribute(self, node, call, field):
        text = self.dotted(node, field)
        if text:
            self.use(node, field)
            return []
        return None

    def use(self, node, field):
        store = int(not isinstance(node.ctx, ast.Load))
        begin = -1 if field else self.places.begin(node)
        self.uses.append((begin, dotted(node), store))

    def visit_Expr(self, node, call, field):
        if getattr(node, "is_docstring", False):
            node.value.role = ("docstring", NONE, "")

    # Bindings of the module and its top-level classes
    def bind(self, owner, name, kind, node, extra=()):
        self.bindings.append((owner, name, kind, self.statement_begin(node), self.places.end(node), *extra))

    def top_level(self, body, owner):
        for node in body:
            self.bind_statement(node, owner)
            for expression in self.own_expressions(node):
                for inner in ast.walk(expression):
                    if isinstance(inner, ast.NamedExpr):
                        self.bindings.append((owner, inner.target.id, "assignment"))
            for part in ("body", "orelse", "finalbody"):
                if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self.top_level(getattr(node, part, []), owner)
            for handler in getattr(node, "handlers", []) + getattr(node, "cases", []):
                self.top_level(handler.body, owner)
                if isinstance(handler, ast.match_case):
                    self.captures(handler, owner)

    def captures(self, case, owner):
        for inner in ast.walk(case.pattern):
            for name in (getattr(inner, "name", None), getattr(inner, "rest", None)):
                if name:
                    self.bindings.append((owner, name, "assignment"))
        if case.guard is not None:
            for inner in ast.walk(case.guard):
                if isinstance(inner, ast.NamedExpr):
                    self.bindings.append((owner, inner.target.id, "assignment"))

    def decorators(self, node):
        return ["" if self.bracketed(d) else self.dotted(d.func if isinstance(d, ast.Call) else d, False)
                for d in node.decorator_list]

    def own_expressions(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return []
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return node.items
        return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]

    def bind_statement(self, node, owner):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            kind = "async" if isinstance(node, ast.AsyncFunctionDef) else "function"
            self.bind(owner, node.name, kind, node, (parameters(node.args), self.decorators(node)))
        elif isinstance(node, ast.ClassDef):
            bases = [self.dotted(base, False) for base in node.bases]
            self.bind(owner, node.name, "class", node, (bases, self.decorators(node)))
            if owner is None:
                self.top_level(node.body, node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name != "*":
                    self.bindings.append((owner, alias.asname or alias.name.split(".")[0], "import"))
        else:
            targets = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                targets = [node.target]
            elif isinstance(node, (ast.For, ast.AsyncFor)):
                targets = [node.target]
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                targets = [item.optional_vars for item in node.items if item.optional_vars]
            elif type(node).__name__ == "TypeAlias":
                targets = [node.name]
            for target in targets:
                for inner in bound_names(target):
                    self.bindings.append((owner, inner, "assignment"))


def bound_names(target):
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in bound_names(element)]
    return bound_names(target.value) if isinstance(target, ast.Starred) else []


def is_string(node):
    # Python 3.14 has TemplateStr
    return isinstance(node, ast.JoinedStr) or type(node).__name__ == "TemplateStr" or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))


def parameters(arguments):
    positional = arguments.posonlyargs + arguments.args
    first_default = len(positional) - len(arguments.defaults)
    result = [[a.arg, 0 if i < len(arguments.posonlyargs) else 1, int(i >= first_default)]
              for i, a in enumerate(positional)]
    if arguments.vararg:
        result.append([arguments.vararg.arg, 2, 0])
    result += [[a.arg, 3, int(d is not None)] for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        result.append([arguments.kwarg.arg, 4, 0])
    return result


def mark_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                first.is_docstring = True


class Found:
    """The dump's facts in the same terms."""

    def __init__(self, facts):
        names = facts["names"]
        self.imports = [(i[1], i[0], i[2], i[3], i[4], i[11], i[12], [tuple(n[:4]) for n in names[i[5]:i[5] + i[6]]])
                        for i in facts["imports"]]
        self.blocks = [(KINDS[b[0]], b[8], b[9], b[4]) if b[0] or b[4] else ("module", 0, 0, 0) for b in facts["blocks"]]
        formats = [(s[0], s[1]) for s in facts["strings"] if s[7]]
        call_in_field, at = [], 0
        calls = facts["calls"]
        for call in calls:
            while at < len(formats) and formats[at][1] <= call[2] - 1:
                at += 1
            call_in_field.append(at < len(formats) and formats[at][0] < call[2] - 1)
        shape = [(c[4], c[8], c[9], c[10], c[11], c[13]) for c in calls]
        self.calls = [(c[0], c[1], *s) for c, s, inside in zip(calls, shape, call_in_field) if not inside]
        self.field_calls = [s for s, inside in zip(shape, call_in_field) if inside]
        self.uses = [(-1 if u[7] else u[1], u[0], u[6]) for u in facts["uses"]]
        self.strings = []
        for s in facts["strings"]:
            call = None if s[13] == NONE or call_in_field[s[13]] else (calls[s[13]][0], calls[s[13]][1])
            self.strings.append((s[0], ROLES[s[4]], s[14], s[15], call))
        self.bindings = []
        for b in facts["bindings"]:
            owner = facts["bindings"][b[2]][0] if b[2] != NONE else None
            kind = BINDINGS[b[1]]
            row = (owner, b[0], kind)
            if kind in ("function", "async"):
                row += (b[7], b[8], b[10], b[12])
            elif kind == "class":
                row += (b[7], b[8], b[11], b[12])
            self.bindings.append(row)
        self.needs = sorted(p[2] for p in facts["problems"] if p[0] == 1)
        self.wrong = [p for p in facts["problems"] if p[0] != 1]


def text_of(value):
    """The dump writes bytes over 0x7f as \\u00xx."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value.encode("latin-1").decode("utf-8", "surrogateescape"))
    if isinstance(value, list):
        return [text_of(item) for item in value]
    return value


def token_differences(source, facts):
    places = Places(source)
    lines = source[places.bom:].splitlines(keepends=True) if b"\r" not in source and b"\f" not in source else None
    strings, comments = [], []
    encoding = tokenize.detect_encoding(io.BytesIO(source).readline)[0].removesuffix("-sig")

    def offset(position, line):
        if lines is None:
            return None
        raw = lines[position[0] - 1].decode(encoding)
        return places.starts[position[0]] + len(raw[:position[1]].encode(encoding))

    if lines is None:
        return []
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.STRING:
                strings.append((offset(token.start, token.line), offset(token.end, token.line)))
            elif token.type == tokenize.COMMENT:
                comments.append(tuple(offset(p, token.line) for p in (token.start, token.end)))
    except (tokenize.TokenError, SyntaxError):
        return []
    found = [(s[0], s[1]) for s in facts["strings"]]
    result = []
    if sys.version_info < (3, 12):
        result += differences("string tokens", strings, found)
    return result + differences("comments", comments, [tuple(c) for c in facts["comments"]])


def differences(kind, expected, found):
    if expected == found:
        return []
    rows = []
    key = repr
    left, right = sorted(expected, key=key), sorted(found, key=key)
    if left == right:
        return []
    counts = {}
    for row in left:
        counts[key(row)] = counts.get(key(row), 0) + 1
    for row in right:
        counts[key(row)] = counts.get(key(row), 0) - 1
    for row, count in counts.items():
        if count:
            rows.append(f"{kind}: {'ast has' if count > 0 else 'gardener has'} {row}")
    return rows[:SHOWN]


def compare(source, facts, with_tokens):
    """Differences as lines; None if Python does not parse the source."""
    facts = {key: text_of(value) for key, value in facts.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    mark_docstrings(tree)
    want, have = Expected(source, tree), Found(facts)
    result = differences("import", want.imports, have.imports)
    result += differences("block", want.blocks, have.blocks)
    result += differences("call", want.calls, have.calls)
    result += differences("call in an f-string", want.field_calls, have.field_calls)
    result += differences("string", want.strings, unjoined(have.strings, facts, {row[0] for row in want.strings}))
    result += differences("binding", strip_places(want.bindings), have.bindings)
    stores = list(want.other_stores)
    others = []
    wanted_uses = {}
    for use in want.uses:
        wanted_uses[use] = wanted_uses.get(use, 0) + 1
    for use in have.uses:
        if wanted_uses.get(use, 0) > 0:
            wanted_uses[use] -= 1
        else:
            others.append(use)
    missing = [use for use, count in wanted_uses.items() if count]
    extra = [use[1] for use in others if use[2]]
    result += [f"use: gardener has {use}" for use in others if not use[2]][:SHOWN]
    result += [f"use: ast has {use}" for use in missing][:SHOWN]
    result += differences("bound name", stores, extra)
    minor = sys.version_info[1]
    result += [f"problem: {p}" for p in have.wrong]
    result += [f"problem: needs 3.{need}, but 3.{minor} parses it" for need in have.needs if need > minor]
    if with_tokens:
        result += token_differences(source, facts)
    return result


def strip_places(bindings):
    return [b[:3] if b[2] in ("assignment", "import") else b for b in bindings]


def unjoined(strings, facts, begins):
    """One row per implicit concatenation, at its first literal, as ast has it."""
    rows, previous_end = [], -1
    source = facts["source"]
    for row, literal in zip(strings, facts["strings"]):
        joined = literal[10] and previous_end >= 0 and row[0] not in begins and not only_joins(source, previous_end, literal[0])
        if not joined:
            rows.append(row)
        previous_end = literal[1] if literal[10] else -1
    return rows


def only_joins(source, begin, end):
    """True if something other than white space, comments and continuations stands between."""
    for line in source[begin:end].splitlines():
        if line.split(b"#")[0].strip(b" \t\f\\"):
            return True
    return False


class Dump:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def facts(self, path):
        self.process.stdin.write(os.fsencode(path) + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"gp_facts_dump died on {path} (exit {self.process.wait()})")
        return json.loads(line)


def check_file(dump, path, with_tokens):
    with open(path, "rb") as file:
        source = file.read()
    facts = dump.facts(path)
    facts["source"] = source
    names = len(facts["names"])
    if not is_utf8(source):
        return names, None
    return names, compare(source, facts, with_tokens)


def is_utf8(source):
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0] in ("utf-8", "utf-8-sig") and bool(source.decode("utf-8") or 1)
    except (SyntaxError, UnicodeDecodeError):
        return False


def check_part(arguments):
    binary, paths, every = arguments
    dump = Dump(binary)
    rows, names, skipped, total = [], 0, [], 0
    for index, path in enumerate(paths):
        found, result = check_file(dump, path, every and index % every == 0)
        if result is None:
            skipped.append(path)
            continue
        total += 1
        names += found
        rows += [f"{path}: {row}" for row in result]
    return rows, names, skipped, total


def check_trees(options):
    paths = sorted(os.path.join(folder, name) for tree in options.trees for folder, _, files in os.walk(tree)
                   for name in files if name.endswith(".py"))[::options.every]
    parts = [(options.dump, paths[i::64], options.tokens) for i in range(64)]
    with multiprocessing.Pool(options.jobs) as pool:
        results = pool.map(check_part, parts, chunksize=1)
    rows = [row for result in results for row in result[0]]
    names, total = sum(r[1] for r in results), sum(r[3] for r in results)
    skipped = sorted(path for result in results for path in result[2])
    for path in skipped:
        print(f"not compared (this Python does not parse it, or it is not UTF-8): {path}")
    print(f"{total} files compared, {names} imported names, {len(rows)} differences, {len(skipped)} files not compared")
    return rows


def check_sources(options, sources):
    dump, rows, parsed = Dump(options.dump), [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "generated.py")
        for number, source in enumerate(sources):
            with open(path, "wb") as file:
                file.write(source)
            _, result = check_file(dump, path, True)
            if result is None:
                continue
            parsed += 1
            if result:
                kept = os.path.join(tempfile.gettempdir(), f"scanner_agreement_{options.seed}_{number}.py")
                with open(kept, "wb") as file:
                    file.write(source)
                rows += [f"{kept}: {row}" for row in result]
    print(f"{parsed} of {options.generate or options.mutate} sources parsed and compared, {len(rows)} differences")
    return rows


def mutated(options):
    chance = random.Random(options.seed)
    paths = sorted(os.path.join(folder, name) for tree in options.trees for folder, _, files in os.walk(tree)
                   for name in files if name.endswith(".py"))
    for _ in range(options.mutate):
        with open(chance.choice(paths), "rb") as file:
            source = file.read()
        yield mutate(chance, source[:60_000])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dump", help="the program gp_facts_dump")
    parser.add_argument("trees", nargs="*", help="folders of Python files")
    parser.add_argument("--generate", type=int, default=0, metavar="N", help="compare N random programs")
    parser.add_argument("--mutate", type=int, default=0, metavar="N", help="compare N mutated files of the trees")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--tokens", type=int, default=20, metavar="N", help="tokenize one file in N; 0: none")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take one file in N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_intermixed_args()
    sys.setrecursionlimit(20_000)
    if options.seed is None:
        options.seed = random.randrange(1 << 32)
    if options.generate:
        print(f"seed {options.seed}")
        generator = Generator(random.Random(options.seed))
        rows = check_sources(options, (generator.module() for _ in range(options.generate)))
    elif options.mutate:
        print(f"seed {options.seed}")
        rows = check_sources(options, mutated(options))
    elif options.trees:
        rows = check_trees(options)
    else:
        parser.error("give a tree, or --generate N")
    for row in rows[:200]:
        print(row)
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
