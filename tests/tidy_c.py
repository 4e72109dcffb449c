"""Reads a C file as far as tests/tidy.py asks: its comments, includes, functions, prototypes, tags and words."""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?(?:\*/|\Z)|//(?:\\\n|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<sign>[^\s])
""", re.S | re.X)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
NO_NAMES = {"if", "for", "while", "switch", "return", "sizeof", "__attribute__", "static_assert", "_Static_assert",
            "_Alignas", "alignas", "_Alignof", "alignof"}
OPENING, CLOSING = {"(": ")", "{": "}", "[": "]"}, {")", "}", "]"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int
    directive: bool  # of a line that begins with #


@dataclass(frozen=True)
class Function:
    name: str
    static: bool
    line: int
    last_line: int  # the line itself for a prototype


class CFile:
    def __init__(self, text):
        self.tokens, self.comments = _tokens(text)
        self.includes = [(text.count("\n", 0, found.start(1)) + 1, found.group(1)) for found in INCLUDE.finditer(text)]
        self.lines = text.count("\n")
        macros = {self.tokens[i + 1].text for i in range(len(self.tokens) - 1) if self.tokens[i].directive
                  and self.tokens[i].text == "define"}
        self.functions, self.prototypes = (
            [function for function in found if function.name not in macros]
            for found in _functions([token for token in self.tokens if not token.directive]))
        self.tags = [(self.tokens[i + 1].text, self.tokens[i + 1].line) for i in range(len(self.tokens) - 2)
                     if self.tokens[i].text in ("struct", "enum", "union") and self.tokens[i + 1].kind == "word"
                     and self.tokens[i + 2].text == "{"]

    def words(self):
        """Every identifier that stands in the code, macros included, with its lines; names of members are left out."""
        found, before = {}, ("", "")
        for token in self.tokens:
            if token.kind == "word" and before[1] != "." and before != ("-", ">"):
                found.setdefault(token.text, []).append(token.line)
            before = (before[1], token.text)
        return found


def _tokens(text):
    tokens, comments = [], []
    line, counted, directive_end = 1, 0, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        if found.lastgroup == "comment":
            comments.append((line, found.group(), _stands_first(text, found.start())))
            continue
        if found.group() == "#" and _stands_first(text, found.start()):
            directive_end = _logical_line_end(text, found.start())
        tokens.append(Token(found.lastgroup, found.group(), line, found.start() < directive_end))
    return tokens, comments


def _stands_first(text, at):
    """Whether nothing stands before it on its line."""
    return not text[text.rfind("\n", 0, at) + 1:at].strip()


def _logical_line_end(text, start):
    end = text.find("\n", start)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return end if end >= 0 else len(text)


def _functions(tokens):
    """Functions with a body, and prototypes: what stands outside every brace."""
    functions, prototypes, declaration, at = [], [], [], 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "{":
            end = _closing(tokens, at)
            name = _declared(declaration)
            if name:
                functions.append(Function(name.text, _is_static(declaration), declaration[0].line, tokens[end].line))
                declaration = []
            at = end
        elif token.text == ";":
            name = _declared(declaration)
            if name:
                prototypes.append(Function(name.text, _is_static(declaration), name.line, name.line))
            declaration = []
        else:
            declaration.append(token)
        at += 1
    return functions, prototypes


def _is_static(declaration):
    return any(token.text == "static" for token in declaration)


def _closing(tokens, at):
    """The index of the bracket that closes the one at `at`; of the last token, if none does."""
    depth = 0
    for index in range(at, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text in OPENING) - (tokens[index].text in CLOSING)
            if depth == 0:
                return index
    return len(tokens) - 1


def _declared(declaration):
    """The name of the function that a declaration declares, or None: it ends with a list of parameters."""
    plain, at = [], 0
    while at < len(declaration):
        if declaration[at].text == "__attribute__":
            at = _closing(declaration, at + 1) if at + 1 < len(declaration) else at
        else:
            plain.append(declaration[at])
        at += 1
    if len(plain) < 4 or plain[-1].text != ")" or plain[0].text == "typedef":
        return None
    depth = 0
    for index in range(len(plain) - 1, 0, -1):
        depth += (plain[index].text == ")") - (plain[index].text == "(")
        if depth == 0:
            name = plain[index - 1]
            known = name.kind == "word" and name.text not in NO_NAMES and index > 1
            return name if known and all(token.text != "=" for token in plain[:index]) else None
    return None
