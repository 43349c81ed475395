"""Random valid Python programs, and random edits of real ones, for scanner_agreement.py.

The generator writes what Python 3.11 parses, in every lexical dress it can think of: odd indentation inside brackets,
continuation lines, comments, `;`, tabs, form feeds, CRLF, a BOM, one-line suites, soft keywords as names.
"""

NAMES = ["a", "b2", "_c", "match", "case", "type", "module", "é", "self", "lock", "warnings"]
PREFIXES = ["", "r", "b", "Rb", "u", "F", "f", "rf", "fR"]
LIMIT = 5  # nesting of expressions


class Generator:
    def __init__(self, chance):
        self.chance = chance
        self.brackets = 0
        self.in_field = False

    # Lexical dress
    def gap(self):
        """Between two tokens."""
        if self.in_field:
            return self.chance.choice(["", " "])
        if self.brackets and self.chance.random() < 0.08:
            comment = self.chance.choice(["", "# from x import y", "# it's (a [trap", "#"])
            return f" {comment}\n{self.chance.choice(['', '  ', chr(9), '         '])}"
        if self.chance.random() < 0.03:
            return " \\\n" + self.chance.choice(["", "   "])
        return self.chance.choice([" ", " ", " ", "  ", "\t", " \f"])

    def join(self, *parts):
        return self.gap().join(part for part in parts if part)

    def inside(self, opening, make, closing):
        self.brackets += 1
        text = opening + self.chance.choice(["", self.gap()]) + make() + self.chance.choice(["", self.gap()]) + closing
        self.brackets -= 1
        return text

    def listed(self, make, low=0, high=3, trailing=True):
        items = [make() for _ in range(self.chance.randint(low, high))]
        text = ""
        for number, item in enumerate(items):
            text += item + ("," + self.gap() if number + 1 < len(items) else "")
        return text + ("," if trailing and items and self.chance.random() < 0.2 else "")

    def name(self):
        return self.chance.choice(NAMES)

    def dotted(self):
        return self.chance.choice([".", " . ", "."]).join(self.name() for _ in range(self.chance.randint(1, 3)))

    # Expressions
    def string(self):
        prefix = self.chance.choice(PREFIXES)
        quote = self.chance.choice(["'", '"', "'''", '"""'])
        other = '"' if quote[0] == "'" else "'"
        if "f" in prefix.lower():
            return self.format_string(prefix, quote, other)
        words = ["from x import y", "a.b", "#", "\\\\", "\\" + quote[0], "{", "}}", other, "", "é" if "b" not in prefix.lower() else ""]
        if len(quote) == 3:
            words += ["\n", "\nimport os\n", " " + quote[0] + " "]
        return prefix + quote + "".join(self.chance.choice(words) for _ in range(self.chance.randint(0, 4))) + quote

    def format_string(self, prefix, quote, other):
        text = ""
        for _ in range(self.chance.randint(0, 3)):
            kind = self.chance.randint(0, 3)
            if kind == 0 or self.in_field:
                text += self.chance.choice(["x", "{{", "}}", "#", "import "])
            elif kind == 1 and len(quote) == 3:
                text += "\n"
            else:
                self.in_field = True
                key = self.chance.choice([self.name(), f"{self.dotted()}({self.name()})", f"{self.name()}[{other}k{other}]",
                                          f"({self.name()} if {self.name()} else {self.name()})", f"{{1: {self.name()}}}[1]",
                                          f"{self.name()} != {self.name()}", f"f{other}{{{self.name()}}}{other}"])
                pad = " " if key.startswith("{") else ""
                conversion = self.chance.choice(["", "", "!r", "="])
                spec = self.chance.choice(["", "", ":>10", f":{{{self.name()}}}", ":%Y-%m"])
                text += "{" + pad + key + conversion + spec + "}"
                self.in_field = False
        return prefix + quote + text + quote

    def atom(self):
        return self.chance.choice([self.name, self.dotted, self.string, lambda: "1", lambda: "0x_fF", lambda: "1_0.5e-3j",
                                   lambda: "None", lambda: "...", lambda: self.join(self.string_plain(), self.string_plain())])()

    def string_plain(self):
        return self.chance.choice(["'a'", '"b"', "'''c'''", 'r"\\d"'])

    def expression(self, depth=0):
        if depth >= LIMIT or self.chance.random() < 0.3:
            return self.atom()
        below = lambda: self.expression(depth + 1)  # noqa: E731
        return self.chance.choice([
            lambda: self.call(below),
            lambda: self.inside("(", below, ")"),
            lambda: self.inside("[", lambda: self.listed(below), "]"),
            lambda: self.inside("(", lambda: self.listed(below, 2), ")"),
            lambda: self.inside("{", lambda: self.listed(below, 1), "}"),
            lambda: self.inside("{", lambda: self.listed(lambda: below() + ":" + self.gap() + below()), "}"),
            lambda: self.inside("[", lambda: self.join(below(), "for", self.target(), "in", self.atom()), "]"),
            lambda: self.inside("(", lambda: self.join(self.name(), ":=", below()), ")"),
            lambda: self.atom_or_bracket() + self.inside("[", self.index, "]"),
            lambda: self.inside("(", lambda: self.join("lambda", self.lambda_parameters() + ":", below()), ")"),
            lambda: self.join(self.operand(), self.chance.choice(["+", "==", "in", "not in", "is", "<", "or", "and", "@", "//", "->"[0]]), self.operand()),
            lambda: self.join("not", self.operand()),
            lambda: self.join("(" + self.atom(), "if", self.atom(), "else", self.atom() + ")"),
        ])()

    def operand(self):
        return self.chance.choice([self.atom, lambda: self.call(self.atom), self.atom_or_bracket])()

    def atom_or_bracket(self):
        return self.chance.choice([self.name(), self.dotted(), self.inside("(", self.atom, ")"), self.inside("[", self.atom, "]")])

    def index(self):
        return self.chance.choice([self.atom, lambda: self.join(self.atom(), ":", self.atom()), lambda: self.listed(self.atom, 2)])()

    def lambda_parameters(self):
        return self.chance.choice(["", "x", "x, y=1", "*x, **y", "x=(1, 2)", "x=lambda: 0, *, z"])

    def call(self, below):
        callee = self.chance.choice([self.dotted(), self.inside("(", self.name, ")"), self.name() + "()", self.name() + "[0].f", "'s'.join"])

        def arguments():
            positional = [self.chance.choice(["", "", "", "*"]) + below() for _ in range(self.chance.randint(0, 3))]
            keywords = [f"k{i}{self.chance.choice(['=', ' = '])}{below()}" for i in range(self.chance.randint(0, 2))]
            mapping = ["**" + self.name()] if self.chance.random() < 0.2 else []
            return ("," + self.gap()).join(positional + keywords + mapping)

        return callee + self.inside("(", arguments, ")")

    def target(self):
        return self.chance.choice([self.name, lambda: self.inside("(", lambda: f"{self.name()}, {self.dotted()}", ")"),
                                   lambda: f"{self.name()}, *{self.name()}", lambda: f"{self.dotted()}[{self.name()}]", self.dotted])()

    # Statements
    def import_statement(self):
        alias = lambda name: self.join(name, "as", self.name()) if self.chance.random() < 0.3 else name  # noqa: E731
        kind = self.chance.randint(0, 3)
        if kind == 0:
            return self.join("import", self.listed(lambda: alias(self.dotted()), 1, trailing=False))
        dots = self.chance.choice(["", "", ".", "..", "...", ". ..", "...."])
        source = self.join("from", dots + ("" if dots and self.chance.random() < 0.4 else self.dotted()), "import")
        names = lambda trailing: self.listed(lambda: alias(self.name()), 1, 4, trailing)  # noqa: E731
        if kind == 1:
            return self.join(source, names(False))
        return source + self.gap() + self.inside("(", lambda: names(True), ")")

    def simple(self, scope):
        choices = [
            self.import_statement, self.import_statement, lambda: self.expression(),
            lambda: self.join(self.target(), "=", self.expression()),
            lambda: self.join(self.target(), "=", self.target(), "=", self.expression()),
            lambda: self.join(self.name() + ":", self.atom(), "=", self.expression()),
            lambda: self.join(self.name() + ":", self.atom()),
            lambda: self.join(self.dotted(), "+=", self.expression()),
            lambda: self.join("del", self.name() + ",", self.name() + "[0]"),
            lambda: self.join("assert", self.expression() + ",", self.string()),
            lambda: self.join("raise", self.atom(), "from", self.atom()), lambda: "pass", self.string,
        ]
        if scope != "module":
            choices += [lambda: self.join("global", "g1,", "g2")]
        if scope in ("function", "async"):
            choices += [lambda: self.join("return", self.expression()), lambda: self.join("yield", self.expression()),
                        lambda: self.join("x1", "=", "yield", self.atom())]
            if scope == "function":
                choices += [lambda: self.join("yield", "from", self.atom())]
        if scope == "async":
            choices += [lambda: self.join("await", self.call(self.atom)), lambda: self.join("y1", "=", "await", self.call(self.atom))]
        return self.chance.choice(choices)()

    def simples(self, scope):
        text = self.simple(scope)
        while self.chance.random() < 0.15:
            text += self.chance.choice([";", " ; "]) + self.simple(scope)
        return text + self.chance.choice(["", "", "", ";", "  # comment: from a import b"])

    def parameters(self):
        options = ["", "self", "a, b=1", "a, /, b, *, c=(1, 2)", "*args, **kwargs", "a: int = 2, *, k: 'x.y' = None",
                   "x=lambda p, q=1: p, *rest: int"]
        text = self.chance.choice(options)
        return text.replace(", ", ",\n      ") if self.chance.random() < 0.2 else text

    def suite(self, indent, scope, depth):
        if self.chance.random() < 0.2:
            return " " + self.simples(scope) + "\n"
        deeper = indent + self.chance.choice([" ", "    ", "\t", "  "])
        docstring = f'{deeper}"""Doc {self.name()}."""\n' if self.chance.random() < 0.2 else ""
        return self.chance.choice(["", "  # why"]) + "\n" + docstring + self.statements(deeper, scope, depth + 1)

    def compound(self, indent, scope, depth):
        suite = lambda inner=scope: self.suite(indent, inner, depth)  # noqa: E731
        kind = self.chance.randint(0, 7)
        if kind == 0:
            is_async = self.chance.random() < 0.3
            decorators = "".join(f"{indent}@{self.chance.choice([self.dotted(), self.call(self.atom)])}\n"
                                 for _ in range(self.chance.choice([0, 0, 1, 2])))
            arrow = self.chance.choice(["", " -> " + self.atom()])
            head = ("async def " if is_async else "def ") + f"f{self.chance.randint(0, 99)}({self.parameters()}){arrow}:"
            return decorators + indent + head + suite("async" if is_async else "function")
        if kind == 1:
            bases = self.chance.choice(["", "()", "(Base)", "(a.B, metaclass=M)", "(Generic[T],)"])
            return f"{indent}class C{self.chance.randint(0, 99)}{bases}:" + suite("class")
        if kind == 2:
            text = f"{indent}if {self.expression()}:" + suite()
            while self.chance.random() < 0.3:
                text += f"{indent}elif {self.expression()}:" + suite()
            return text + (f"{indent}else:" + suite() if self.chance.random() < 0.4 else "")
        if kind == 3:
            text = f"{indent}try:" + suite()
            for _ in range(self.chance.randint(0, 2)):
                text += f"{indent}except {self.dotted()}{self.chance.choice(['', ' as e'])}:" + suite()
            if "except" not in text.split("\n")[-2] and f"\n{indent}except " not in text:
                return text + f"{indent}finally:" + suite()
            return text + (f"{indent}else:" + suite() if self.chance.random() < 0.3 else "")
        if kind == 4:
            items = self.chance.choice([self.expression(), self.call(self.atom) + " as " + self.name(),
                                        f"({self.name()}() as (a, b), {self.name()}() as c.d)"])
            return f"{indent}{'async ' if scope == 'async' else ''}with {items}:" + suite()
        if kind == 5:
            return f"{indent}for {self.target()} in {self.expression()}:" + suite() + (
                f"{indent}else:" + suite() if self.chance.random() < 0.2 else "")
        if kind == 6:
            return f"{indent}while {self.expression()}:" + suite()
        inner = indent + "  "
        patterns = ["1", "'s'", "x", "_", "[a, *rest]", "{'k': v, **more}", "C(1, k=v)", "a.B() | None", "(1 | 2) as z", "x if x > 1"]
        cases = "".join(f"{inner}case {self.chance.choice(patterns)}:" + self.suite(inner, scope, depth) for _ in range(2)
                        ).replace("case x:", "case [x]:").replace("case _:", "case [_]:")
        return f"{indent}match {self.atom()}:\n{cases}"

    def statements(self, indent, scope, depth):
        text = ""
        for _ in range(self.chance.randint(1, 4)):
            if self.chance.random() < 0.1:
                text += self.chance.choice(["\n", "# comment\n", "  \t\n", "            # odd\n"])
            if depth < 4 and self.chance.random() < 0.35:
                text += self.compound(indent, scope, depth)
            else:
                text += self.chance.choice(["", "", "", "\f"] if not indent else [""]) + indent + self.simples(scope) + "\n"
        return text

    def module(self):
        text = self.statements("", "module", 0)
        if self.chance.random() < 0.1:
            text = text.rstrip("\n")
        source = text.encode()
        ending = self.chance.random()
        if ending < 0.1:
            source = source.replace(b"\n", b"\r\n")
        elif ending < 0.15:
            source = source.replace(b"\n", b"\r")
        return b"\xef\xbb\xbf" + source if self.chance.random() < 0.1 else source


PIECES = [b"(", b")", b"[", b"]", b"{", b"}", b"'", b'"', b'"""', b"'''", b"\\\n", b"\n", b"\t", b"    ", b";", b":", b"#", b"f'", b'f"{',
          b"\\", b",", b" import a.b as c\n", b"from . import (x,\n y)\n", b"lambda: ", b"yield ", b"await ", b"\x0c", b"\r", b"\x00",
          b"=", b".", b"async ", b"def f():\n", b"\xc3\xa9", b"\xff", b"not ", b"match x:\n", b"`", b"!"]


def mutate(chance, source):
    """A few bytes deleted, doubled, replaced or inserted; lines moved."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(source))
        kind = chance.randint(0, 4)
        if kind == 0:
            source = source[:at] + source[at + chance.choice([1, 1, 4, 40]):]
        elif kind == 1:
            source = source[:at] + chance.choice(PIECES) + source[at:]
        elif kind == 2:
            source = source[:at] + chance.choice(PIECES) + source[at + 1:]
        else:
            lines = source.splitlines(keepends=True)
            if lines:
                index = chance.randrange(len(lines))
                line = lines.pop(index)
                if kind == 3:
                    lines.insert(chance.randint(0, len(lines)), line)
                source = b"".join(lines)
    return source
