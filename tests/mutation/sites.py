"""Where C++ can be broken: an approximate reading of clang-formatted headers, from tokens, without a compiler.

What is read wrongly does not compile, and is dropped by mutate.py; nothing has to be exact here.
"""

import bisect
import hashlib
import re

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/|^[ ]*\#(?:[^\n\\]|\\.)*)
  | (?P<str>(?:u8|[uUL])?R"(?P<raw>[^(\s]*)\(.*?\)(?P=raw)"|(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')
  | (?P<num>\.?[0-9](?:'?[0-9A-Za-z_.]|(?<=[eEpP])[+-])*)
  | (?P<id>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<op><=>|->\*?|\.\.\.|<<=|::|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|<<|.)
""", re.X | re.S | re.M)

OPEN, CLOSE = "([{", ")]}"
KEYWORDS = set("""if for while return switch case default break continue auto const constexpr static using struct class
    template typename throw else do try catch goto delete public private protected inline static_assert operator namespace
    enum union friend co_return co_await co_yield constinit thread_local volatile mutable""".split())
EMPTY = {f"return{value};" for value in ("", " {}", " false", " 0", " nullptr", " std::nullopt")}
INFIX = {  # operator: what it may become, and the operator of the same precedence that carries the mutant
    "<": ("<", "less", ["less_equal", "greater_equal"]), "<=": ("<", "less_equal", ["less", "greater"]),
    ">": ("<", "greater", ["greater_equal", "less_equal"]), ">=": ("<", "greater_equal", ["greater", "less"]),
    "==": ("==", "equal", ["unequal"]), "!=": ("==", "unequal", ["equal"]), "+": ("+", "plus", ["minus"]),
    "-": ("+", "minus", ["plus"]), "*": ("*", "times", ["divided"]), "/": ("*", "divided", ["times"])}
SYMBOL = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "unequal": "!=", "plus": "+",
          "minus": "-", "times": "*", "divided": "/"}


class Site:
    """text[begin:end] becomes `patch`, with {m} for the call that asks whether the mutant is on and {n} for its number."""

    def __init__(self, kind, begin, end, patch, note):
        self.kind, self.begin, self.end, self.patch, self.note = kind, begin, end, patch, note


class Reader:
    def __init__(self, text):
        self.text = text
        self.tokens = [(m.lastgroup if m.lastgroup != "raw" else "str", m.group(), m.start(), m.end())
                       for m in TOKEN.finditer(text) if m.lastgroup != "space"]
        self.partner, self.parent, stack = {}, [], []
        for i, (kind, word, _, _) in enumerate(self.tokens):
            if kind == "op" and word in CLOSE and stack:
                self.partner[i] = stack.pop()
                self.partner[self.partner[i]] = i
            self.parent.append(stack[-1] if stack else -1)
            if kind == "op" and word in OPEN:
                stack.append(i)
        self.in_template = set()
        for i in range(1, len(self.tokens)):
            if self.word(i) == "<" and (self.tokens[i - 1][0] == "id" and self.touches(i) or self.word(i - 1) == "template"):
                self.mark_template(i)
        self.sites = []

    def word(self, i):
        return self.tokens[i][1] if 0 <= i < len(self.tokens) else ""

    def touches(self, i):
        return self.tokens[i - 1][3] == self.tokens[i][2]

    def spaced(self, i):
        return not self.touches(i) and not self.touches(i + 1)

    def span(self, first, last):
        return self.text[self.tokens[first][2]:self.tokens[last][3]]

    def mark_template(self, i):
        depth, k = 0, i
        while k < len(self.tokens):
            word = self.word(k)
            if word in ";{" and word:
                return
            if word == "<":
                depth += 1
            elif word == ">":
                depth -= 1
                if depth == 0:
                    self.in_template.update(range(i, k + 1))
                    return
            elif word == "(":
                k = self.partner.get(k, k)
            elif word in ")]}":
                return
            k += 1

    # Bodies of functions: (brace, header's first token).
    def bodies(self):
        begin, i = 0, 0
        while i < len(self.tokens):
            word = self.word(i)
            if word in ("(", "["):
                i = self.partner.get(i, i)
            elif word in (";", "}") or (word == ":" and self.word(i - 1) in ("public", "private", "protected")):
                begin = i + 1
            elif word == "{":
                head = self.outer_words(begin, i)
                if "namespace" in head or "extern" in head or (
                        any(w in head for w in ("struct", "class", "union", "enum")) and ")" not in head):
                    begin = i + 1
                elif ")" in head and (self.word(i - 1) in (")", "const", "noexcept", "override", "final", "mutable", "}")
                                      or "->" in head) and "=" not in head[:head.index(")")]:
                    yield i, begin
                    i = self.partner.get(i, i)
                    begin = i + 1
                elif ")" in head and ":" in head:  # a member's initializer
                    i = self.partner.get(i, i)
                elif any(w in head for w in ("struct", "class", "union", "enum")):
                    begin = i + 1
                else:
                    i = self.partner.get(i, i)
            i += 1

    # Words of a header without what stands in brackets or template brackets; a ")" for each pair.
    def outer_words(self, begin, end):
        out, i = [], begin
        while i < end:
            if i in self.in_template:
                i += 1
                continue
            if self.word(i) in ("(", "[", "{") and self.partner.get(i, end) < end:
                if self.word(i) == "(":
                    out.append(")")
                i = self.partner[i]
            else:
                out.append(self.word(i))
            i += 1
        return out

    def is_block(self, brace):
        before = self.word(brace - 1)
        if before in (")", "{", "}", ";", "else", "do", "try", "]", "mutable", "noexcept", "const", ":"):
            return before != ":" or self.word(brace - 2) == "default" or "case" in (self.word(brace - 3), self.word(brace - 4))
        k = brace - 1  # [..](..) -> type {
        while k > 0 and (self.tokens[k][0] == "id" or self.word(k) in ("::", ">", "<", "&", "*", ",")):
            k -= 1
        return self.word(k) == "->" and self.word(k - 1) == ")"

    def add(self, kind, first, last, patch, note):
        self.sites.append(Site(kind, self.tokens[first][2], self.tokens[last][3], patch, note))

    # What a statement that begins with this token is bounded by, or nothing if none begins here.
    def statement_end(self, i):
        parent = self.parent[i]
        if parent < 0 or self.word(parent) != "{" or not self.is_block(parent):
            return None
        before = self.word(i - 1)
        starts = before in ("{", "}", ";", "else", "do") or (
            before == ")" and self.word(self.partner.get(i - 1, 0) - 1) in ("if", "for", "while", "constexpr")) or (
            before == ":" and (self.word(i - 2) == "default" or self.word(i - 3) == "case" or self.word(i - 5) == "case"))
        if not starts or (before == "}" and not self.is_block(self.partner.get(i - 1, i))):
            return None
        k = i
        while k < len(self.tokens):
            word = self.word(k)
            if word == ";":
                return k
            if word in OPEN and word:
                k = self.partner.get(k, k)
            elif word in CLOSE:
                return None
            k += 1
        return None

    def is_declaration(self, i):
        k = i
        while self.tokens[k][0] == "id" or self.word(k) == "::" or k in self.in_template:
            if k > i and self.tokens[k][0] == "id" and self.tokens[k - 1][0] == "id":
                return True
            if k > i and self.tokens[k][0] == "id" and self.word(k - 1) == ">":
                return True
            k += 1
        return self.word(k) in ("&", "*", "&&") and k > i

    def statements(self, begin, end):
        for i in range(begin + 1, end):
            last = self.statement_end(i)
            if last is None or last > end:
                continue
            word, text = self.word(i), self.span(i, last)
            if word in ("break", "continue"):
                self.add("statement removed", i, last, f"{{{{ if (!{{m}}) {text} }}}}", "")
            elif word == "return" and text not in EMPTY:
                self.add("returns {}", i, last, "{{ if ({m}) return {{}}; " + escaped(text) + " }}", "return {};")
            elif (self.tokens[i][0] == "id" and word not in KEYWORDS and not self.is_declaration(i) and self.word(i + 1) != ":"
                  ) or word in ("++", "--", "*", "("):
                self.add("statement removed", i, last, "{{ if (!{m}) " + escaped(text) + " }}", "")

    def makes_text(self, i):
        """Beside a literal or std::string: text, from which nothing can be subtracted."""
        return "str" in (self.tokens[i - 1][0], self.tokens[i + 1][0]) or self.word(i + 3) in ("to_string", "string")

    # The operands of && || ?: lie between these on both sides.
    def operand_begin(self, i, stops):
        k = i - 1
        while k > 0:
            word = self.word(k)
            if word in CLOSE and word and k in self.partner:
                k = self.partner[k]
            elif word in stops or word in "([{" or k in self.parent_stops:
                return k + 1
            k -= 1
        return i

    def operand_end(self, i, stops):
        k = i + 1
        while k < len(self.tokens):
            word = self.word(k)
            if word in OPEN and word and k in self.partner:
                k = self.partner[k]
            elif word in stops or word in ")]}":
                return k - 1
            k += 1
        return i

    parent_stops = ()

    def is_skipped(self, i):
        """In a constant or a type: in template brackets, in a label, in the brackets of these words."""
        if i in self.in_template:
            return True
        k = self.parent[i]
        while k >= 0:
            if self.word(k) == "(" and self.word(k - 1) in ("constexpr", "static_assert", "sizeof", "decltype", "alignas", "requires",
                                                            "noexcept"):
                return True
            if self.word(k) == "{" and self.is_block(k):
                break
            k = self.parent[k]
        for k in range(i, -1, -1):
            if self.word(k) in ("constexpr", "static_assert", "case", "using", "enum", "requires"):
                return True
            if self.word(k - 1) in (";", "}") or (self.word(k - 1) == "{" and self.is_block(k - 1)):
                return False
        return False

    def expressions(self, begin, end):
        assigns = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<="}
        low = assigns | {",", ";", "?", ":", "return", "throw", "co_return"}
        for i in range(begin + 1, end):
            kind, word, _, _ = self.tokens[i]
            if self.is_skipped(i):
                continue
            if word in ("if", "while") and self.word(i + 1) == "(":
                self.condition(i, word)
            elif word == "for" and self.word(i + 1) == "(":
                self.for_condition(i + 1)
            elif word in "+-" and self.makes_text(i):
                continue
            elif word in INFIX and self.spaced(i):
                carrier, original, mutated = INFIX[word]
                for name in mutated:
                    self.add("operator", i, i,
                             f"{carrier} bulkwriter_infix<{{n}}, bulkwriter_mutation::{original}, "
                             f"bulkwriter_mutation::{name}>{{{{}}}} {carrier}", SYMBOL[name])
            elif word in ("&&", "||") and self.spaced(i):
                first = self.operand_begin(i, low | ({"||"} if word == "&&" else set()))
                last = self.operand_end(i, low | {"||"} | ({"&&"} if word == "&&" else set()))
                if first < i < last:
                    a, b = escaped(self.span(first, i - 1)), escaped(self.span(i + 1, last))
                    other = "||" if word == "&&" else "&&"
                    self.add("operator", first, last, f"({{m}} ? (({a}) {other} ({b})) : (({a}) {word} ({b})))",
                             f"{self.span(first, i - 1)} {other} {self.span(i + 1, last)}")
            elif word == "?" and self.spaced(i):
                first = self.operand_begin(i, assigns | {",", ";", "?", ":", "return", "throw"})
                if first < i:
                    text = self.span(first, i - 1)
                    self.add("condition negated", first, i - 1, "({m} != bool(" + escaped(text) + "))", f"!({text})")
            elif word == "!" and self.word(i - 1) in ("(", "&&", "||", "return", "=", ",", "?", ":", "{", ";"):
                self.add("! removed", i, i, "{m} != !", "")
            elif word in ("++", "--"):
                self.step(i, word)
            elif word in ("+=", "-=") and not self.makes_text(i):
                first = self.operand_begin(i, {";", ",", "return", ")"})
                if first < i:
                    last = self.operand_end(i, {";", ","})
                    a, b = escaped(self.span(first, i - 1)), escaped(self.span(i + 1, last))
                    other = "-=" if word == "+=" else "+="
                    self.add("operator", first, last, f"({{m}} ? ({a} {other} {b}) : ({a} {word} {b}))",
                             f"{self.span(first, i - 1)} {other} {self.span(i + 1, last)}")
            elif kind == "num" and re.fullmatch(r"[0-9]+[uUlL]*", word):
                if self.word(i - 1) == "[" and self.word(i + 2) in (";", "=", "{"):
                    continue
                if int(re.match(r"[0-9]+", word).group()) == 0:
                    self.add("constant", i, i, "({m} ? 1 : 0)", "1")
                else:
                    for sign in "+-":
                        self.add("constant", i, i, f"({word} {sign} int({{m}}))", f"{word} {sign} 1")
            elif word in ("true", "false"):
                self.add("constant", i, i, f"({{m}} != {word})", "false" if word == "true" else "true")
            elif word == "(" and self.tokens[i - 1][0] == "id" and i in self.partner and self.partner[i] == i + 4 and (
                    self.word(i + 2) == "," and all(self.tokens[k][0] in ("id", "num") for k in (i + 1, i + 3))):
                first = i - 1
                while self.word(first - 1) in ("::", ".", "->") and self.tokens[first - 2][0] == "id":
                    first -= 2
                if self.tokens[first - 1][0] == "id" and self.word(first - 1) not in KEYWORDS or self.word(first) in KEYWORDS:
                    continue
                name, a, b = self.span(first, i - 1), self.word(i + 1), self.word(i + 3)
                self.add("arguments swapped", first, i + 4, f"({{m}} ? {name}({b}, {a}) : {name}({a}, {b}))", f"{name}({b}, {a})")

    def condition(self, i, word):
        close = self.partner.get(i + 1)
        if close is None:
            return
        first = i + 2
        for k in range(i + 2, close):
            if self.parent[k] == i + 1 and self.word(k) == ";":
                first = k + 1
        if any(self.parent[k] == i + 1 and self.word(k) == "=" for k in range(first, close)) or first >= close:
            return
        text = self.span(first, close - 1)
        safe = escaped(text)
        self.add("condition false", first, close - 1, f"(({safe}) && !{{m}})", "false")
        if word == "if":
            self.add("condition true", first, close - 1, f"(({safe}) || {{m}})", "true")
            self.add("condition negated", first, close - 1, f"({{m}} != bool({safe}))", f"!({text})")

    def for_condition(self, paren):
        inner = [k for k in range(paren + 1, self.partner.get(paren, paren)) if self.parent[k] == paren and self.word(k) == ";"]
        if len(inner) == 2 and inner[1] > inner[0] + 1:
            text = escaped(self.span(inner[0] + 1, inner[1] - 1))
            self.add("condition false", inner[0] + 1, inner[1] - 1, f"(({text}) && !{{m}})", "false")

    def step(self, i, word):
        other = "--" if word == "++" else "++"
        if self.tokens[i + 1][0] == "id":
            last = i + 1
            while self.word(last + 1) in (".", "->") and self.tokens[last + 2][0] == "id":
                last += 2
            if self.word(last + 1) in ("[", "("):
                last = self.partner.get(last + 1, last)
            name = self.span(i + 1, last)
            self.add("operator", i, last, f"({{m}} ? {other}{escaped(name)} : {word}{escaped(name)})", other + name)
        elif self.tokens[i - 1][0] == "id" and self.word(i - 2) not in (".", "->"):
            name = self.word(i - 1)
            self.add("operator", i - 1, i, f"({{m}} ? {name}{other} : {name}{word})", name + other)

    def read(self):
        for brace, head in self.bodies():
            end = self.partner.get(brace)
            words = self.outer_words(head, brace)
            if end is None or "consteval" in words or "concept" in words:
                continue
            if end > brace + 1:
                void = "void" in words[:words.index(")")]
                back = "return;" if void or ":" in words else "return {};"
                self.add("returns early", brace, brace, "{{ if ({m}) " + escaped(back), "{ " + back)
            self.statements(brace, end)
            self.expressions(brace, end)
        return self.sites


def escaped(text):
    return text.replace("{", "{{").replace("}", "}}")


class Mutant:
    def __init__(self, file, site, text, occurrence, seed):
        self.file, self.site = file, site
        self.line = text.count("\n", 0, site.begin) + 1
        self.last_line = text.count("\n", 0, site.end) + 1
        self.before = text[site.begin:site.end]
        identity = f"{seed}|{file}|{site.kind}|{self.before}|{site.note}|{self.context(text)}|{occurrence}"
        self.rank = hashlib.sha256(identity.encode()).hexdigest()
        self.number = None

    def context(self, text):
        begin = text.rfind("\n", 0, self.site.begin) + 1
        end = text.find("\n", self.site.end)
        return " ".join(text[begin:end].split())

    def __str__(self):
        short = lambda words: re.sub(r"\s+", " ", words)[:160]
        return f"{self.file}:{self.line}: {self.site.kind}: {short(self.before)}  ->  {short(self.site.note) or '(nothing)'}"


def find(root, seed, chosen=lambda name: True):
    """All sites of a tree of headers as mutants, in an order that the seed decides and that a change elsewhere leaves."""
    mutants = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".hpp", ".ipp") or not chosen(name):
            continue
        text = path.read_text(encoding="utf-8")
        seen = {}
        for site in Reader(text).read():
            begin = text.rfind("\n", 0, site.begin) + 1
            key = (site.kind, text[site.begin:site.end], site.note, text[begin:text.find("\n", site.end)])
            seen[key] = seen.get(key, 0) + 1
            mutants.append(Mutant(name, site, text, seen[key], seed))
    return sorted(mutants, key=lambda m: m.rank)


def pick(mutants, count):
    """The first that do not lie on a line of another one."""
    taken, out = {}, []
    for m in mutants:
        lines = taken.setdefault(m.file, [])
        at = bisect.bisect_left(lines, (m.line, 0))
        if (at < len(lines) and lines[at][0] <= m.last_line) or (at > 0 and lines[at - 1][1] >= m.line):
            continue
        bisect.insort(lines, (m.line, m.last_line))
        out.append(m)
        if len(out) == count:
            break
    return out


def written(text, mutants):
    """The text with these mutants in it; every line keeps its number."""
    for m in sorted(mutants, key=lambda m: -m.site.begin):
        patch = m.site.patch.format(m=f"bulkwriter_mutant({m.number})", n=m.number)
        lines = m.before.count("\n")
        text = text[:m.site.begin] + " ".join(patch.split("\n")) + "\n" * lines + text[m.site.end:]
    return text
