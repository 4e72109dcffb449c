#!/usr/bin/python3
"""Refuses what the house rules of CONTRIBUTING.md refuse, as far as a machine can see it: tests/run tidy [RULE...].

Each rule is a row of RULES: its name, what it refuses, what for, and a function that finds it in a Tree. A finding
names the file and the line, and says what to do.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Callable

sys.dont_write_bytecode = True  # the tree stays as it is
import tidy_words  # noqa: E402
from tidy_c import CFile  # noqa: E402

FUNCTION_LINES, FILE_LINES, SUBJECT_LENGTH = 70, 600, 72

# The rooms of the tree. A file may include headers of its own room and of the rooms before it.
ROOMS = (
    "proto/wire", "proto/words", "proto/keys", "proto/seal", "proto/referral", "proto/client", "proto/server",
    "broker/core", "broker/policy", "broker/record", "broker/ledger",
    "broker/ledger/sqlite", "broker/ledger/served", "broker/ledger/postgres", "broker/seals", "broker/shell", "broker/tools",
    "broker",
    "services/desk", "services/terminal", "services/audit", "services/gateway", "services/intake", "services/team",
    "services/cli",
    "tests/simulation", "tests/simulation/scenarios", "tests/simulation/servers", "tests/worlds", "tests/bench", "tests/fuzz",
    "tests/integration", "tests/promises", "tests/unit",
)
# Rooms that may include less than the order allows, and all that they may include.
NARROW = {"broker/core": ("broker/core/", "proto/words/flag_bit.h", "proto/words/london.h")}
# Walls that the order does not make: (who, what it never includes, why).
WALLS = (("services/", "broker/", "a service speaks the protocol and links nothing of the broker"),)
# Headers that the build writes.
GENERATED = ("concordat/v1/", "services/gateway/made_pages.h", "tests/simulation/commit.h")

# Scripts that write C for the build: that C uses what they name.
WRITE_C = ("services/gateway/make_pages.py", "services/audit/make_reports.py")

# The part that makes pages, and the one file of it that writes markup.
PAGES_ROOM, MARKUP_WRITER = "services/gateway", "services/gateway/html.c"

# Test rooms whose files are linked together, and the parts of the product that they are linked with: there a static's
# name is used once too. The other test programs are of one file.
LINKED_TOGETHER = {"tests/worlds": ("proto/", "broker/", "services/"), "tests/simulation": ("proto/", "broker/"),
                   "tests/simulation/servers": ("proto/", "broker/")}
# Functions of the product that only tests use, and why they stay.
ONLY_FOR_TESTS = {
    "broker_check": "the simulation asks after each turn whether the books agree; it walks all of them",
    "check_not_recursive": "it proves of the schema that checking a message ends",
    "check_rules": "it shows that every field of the schema has its limit",
    "json_from_message": "programs of others read messages as they are; ours only show them",
    "policy_file_parse": "the fuzzer and the simulation have policies that are in no file",
    "master_key_open_text": "the simulation and the fuzzer have master keys that are in no file",
}

# No comment begins with one of these, unless it asks a question: a clause would stand where the subject belongs.
BAD_BEGINNING = re.compile(r"(?:Who|Whoever|Of|So many|What is|What was|Where)\b")

# The rule for subjects holds for every commit after this one.
SUBJECTS_SINCE = "082ada1"
SUBJECT = re.compile(r"[a-z][a-z0-9 .,/_-]*: (?![A-Z][a-z])(\S+)(?:.*[^.])?$")
NO_IMPERATIVE = re.compile(r"(?:the|an?|who|whoever|whose|what|of|where|"
                           r"(?!bring|ping|string|need|seed|feed|embed|speed)\w+(?:ed|ing))$")

PATH_IN_PAGE = re.compile(r"`((?:broker|deploy|proto|services|tests)/[\w./*-]+|"
                          r"[\w*-]+\.(?:c|h|py|proto|cmake|yaml|sh)(?!\w))")
# Pages may name these, which libraries bring.
OTHERS_HEADERS = ("zmq.h", "sqlite3.h", "sodium.h")

HAZARDS = "deploy/HAZARDS.md"
TEST_OF_HAZARD = re.compile(r"\bR\d+_\w+")
# Pages that name tests as evidence, and how they name them: a test of CMake, a part of the browser test, a checker of the
# simulation.
EVIDENCE = (HAZARDS, "deploy/SAFETY_CASE.md", "deploy/THREATS.md")
TEST_NAMED = re.compile(r"(?<![\w/])(?:[PR]\d+|test)_\w+(?!\w*\.)")
PART_NAMED = re.compile(r'browser: "([^"\n]+)"')
CHECKER_NAMED = re.compile(r"(?<!\*)\*([PR]\d+ [^*|\n]+)\*(?!\*)")
CMAKE_LOOP = re.compile(r"foreach\((\w+)\s+([^)]*)\)(.*?)endforeach\(\)", re.S)
CMAKE_NO_CALL = re.compile(r"#[^\n]*|function\(.*?endfunction\(\)", re.S)

# The shape of keepachangelog.com.
VERSION_HEADING = re.compile(r"## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$")
UNRELEASED = "## [Unreleased]"
CHANGES = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


class CannotLook(Exception):
    """The machine lacks what a rule needs. That is said, and is no finding."""


class Tree:
    """The files of a source tree as the rules see them."""

    def __init__(self, root, since=SUBJECTS_SINCE):
        self.root, self.since = root, since
        self.paths = sorted(self._walk())
        self.texts = {path: self._read(path) for path in self.paths}
        self.c = {path: CFile(text) for path, text in self.texts.items() if path.endswith((".c", ".h"))}
        self.product = {path: file for path, file in self.c.items() if not path.startswith("tests/")}

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if name not in (".git", "__pycache__")
                          and not (inside == "." and name.startswith("build"))]
            yield from (os.path.normpath(os.path.join(inside, name)) for name in names if name != ".git")

    def _read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, program, *words):
        if not shutil.which(program):
            raise CannotLook(f"{program} is not installed")
        return subprocess.run([program, *words], cwd=self.root, capture_output=True, encoding="utf-8", check=False)


# ---- Sizes ----

def long_functions(tree):
    for path, file in tree.c.items():
        for function in file.functions:
            length = function.last_line - function.line + 1
            if length > FUNCTION_LINES:
                yield Finding(path, function.line, f"{function.name}() has {length} lines. Cut it into functions of "
                              f"at most {FUNCTION_LINES} lines, each with a name that says what it does.")


def long_files(tree):
    for path, file in tree.c.items():
        if file.lines > FILE_LINES:
            yield Finding(path, file.lines, f"The file has {file.lines} lines. Cut it into files of at most "
                          f"{FILE_LINES} lines, each named after the one thing that it knows.")


# ---- Rooms ----

def room_of(path):
    folder = os.path.dirname(path)
    return folder if folder in ROOMS else None


def includes_of(tree):
    """(path, line, target) of each include of a header that stands in the tree."""
    for path, file in tree.c.items():
        for line, target in file.includes:
            if not target.startswith(GENERATED):
                yield path, line, target


def arrows(tree):
    for path in tree.c:
        if not room_of(path):
            yield Finding(path, 1, "Its folder is no room. Move the file, or give the folder its place in ROOMS of "
                          "tests/tidy.py.")
    for path, line, target in includes_of(tree):
        room, aim = room_of(path), room_of(target)
        if target not in tree.c:
            yield Finding(path, line, f'There is no "{target}". Write its path from the root of the tree.')
        elif room and aim and ROOMS.index(aim) > ROOMS.index(room):
            yield Finding(path, line, f"{room} includes {target}, but {aim} stands on {room} (ROOMS of tests/tidy.py "
                          f"is the order). Move what is needed into {room} or below it, or hand it in as an argument.")
        elif room in NARROW and not target.startswith(NARROW[room]):
            yield Finding(path, line, f"{room} includes {target}, but may include only {' and '.join(NARROW[room])}. "
                          "Hand in what is needed as an argument.")


def walls(tree):
    for path, line, target in includes_of(tree):
        for inside, outside, why in WALLS:
            if path.startswith(inside) and target.startswith(outside):
                yield Finding(path, line, f"It includes {target}, but {why}. Move what both need into proto/.")


def uses_of(file):
    """(name, line) of each word of the code that is not a prototype."""
    prototypes = {(prototype.name, prototype.line) for prototype in file.prototypes}
    for name, lines in file.words().items():
        for line in lines:
            if (name, line) not in prototypes:
                yield name, line


def circles(tree):
    """A module is a .c file and its header; it stands on each module of its room whose functions it uses. The includes
    do not tell: a header that several files share would hide a circle, and a type in it would make one."""
    homes = {function.name: path for path, file in tree.product.items() for function in file.functions
             if not function.static}
    uses = defaultdict(dict)
    for path, file in tree.product.items():
        for name, line in uses_of(file):
            home = homes.get(name, path)
            if home[:-2] != path[:-2] and os.path.dirname(home) == os.path.dirname(path):
                uses[path[:-2]].setdefault(home[:-2], f"{path}:{line} uses {name}()")
    said = set()
    for module in sorted(uses):
        way = way_back(uses, module)
        if way and not said & set(way):
            said |= set(way)
            steps = [uses[way[i]][way[(i + 1) % len(way)]] for i in range(len(way))]
            path, line = steps[0].split(" ")[0].split(":")
            yield Finding(path, int(line), f"A circle: {', '.join(steps)}. Move what they share into a file that both "
                          "may use, or hand it in as an argument.")


def way_back(uses, start):
    """The shortest way from a module back to itself, as a list of modules that begins with it; or None."""
    before, waiting = {}, [start]
    for module in waiting:
        for target in uses.get(module, ()):
            if target == start:
                way = [module]
                while way[0] != start:
                    way.insert(0, before[way[0]])
                return way
            if target not in before:
                before[target] = module
                waiting.append(target)
    return None


def markup(tree):
    """Strings with <, and uses of HTML_MARKUP, which writes its text as it is."""
    for path, file in tree.product.items():
        if room_of(path) != PAGES_ROOM or path == MARKUP_WRITER:
            continue
        for token in file.tokens:
            if token.kind == "string" and "<" in token.text or \
                    token.text == "HTML_MARKUP" and not token.directive:
                yield Finding(path, token.line, f"Markup stands in {PAGES_ROOM}/pages/*.html alone, and only "
                              f"{MARKUP_WRITER} writes it. Make a page, or a part of one.")


# ---- Names ----

def shared_statics(tree):
    yield from shared_names(tree.product, tree.product)
    for room, linked in LINKED_TOGETHER.items():
        inside = {path: file for path, file in tree.c.items() if os.path.dirname(path) == room}
        beside = {path: file for path, file in tree.product.items()
                  if path.startswith(linked) and not path.endswith("/main.c")}
        yield from shared_names({**beside, **inside}, inside)


def shared_names(files, asked):
    homes = defaultdict(list)
    for path, file in files.items():
        for function in file.functions:
            homes[function.name].append((path, function))
    for name, found in sorted(homes.items()):
        for path, function in found:
            others = [f"{other}:{its.line}" for other, its in found if its is not function]
            if function.static and others and path in asked:
                yield Finding(path, function.line, f"{name}() is also the name of {', '.join(others)}. Name this "
                              "static function after its module or its noun.")


def shared_tags(tree):
    homes = defaultdict(list)
    for path, file in tree.product.items():
        for tag, line in file.tags:
            homes[tag].append((path, line))
    for tag, found in sorted(homes.items()):
        for path, line in found[1:]:
            yield Finding(path, line, f"'{tag}' is also the tag of {found[0][0]}:{found[0][1]}. Name one of them after "
                          "its module.")


def lonely_prototypes(tree):
    homes, users_of = defaultdict(set), defaultdict(set)
    for path, file in tree.c.items():
        for function in file.functions:
            if not function.static:
                homes[function.name].add(path)
        for name, _ in uses_of(file):
            users_of[name].add(path)
    for path in WRITE_C:
        for name in re.findall(r"\w+", tree.texts.get(path, "")):
            users_of[name].add(path)
    for path, file in tree.c.items():
        for prototype in file.prototypes if path.endswith(".h") else ():
            name, line = prototype.name, prototype.line
            users = users_of[name] - homes[name]
            if not homes[name]:
                yield Finding(path, line, f"{name}() is declared and defined nowhere. Delete the prototype.")
            elif not users:
                yield Finding(path, line, f"{name}() is used only where it is defined. Make it static there, and "
                              "delete the prototype.")
            elif path in tree.product and not users & {*tree.product, *WRITE_C} and name not in ONLY_FOR_TESTS:
                yield Finding(path, line, f"{name}() is used only by tests ({', '.join(sorted(users))}). Delete it, or "
                              "list it with a reason in ONLY_FOR_TESTS of tests/tidy.py.")


def kept_for_tests(tree):
    homes = {function.name: path for path, file in tree.product.items() for function in file.functions}
    used = {name for path, file in tree.product.items() for name, _ in uses_of(file) if homes.get(name) != path}
    for name in ONLY_FOR_TESTS:
        if name not in homes or name in used:
            yield Finding("tests/tidy.py", 1, f"ONLY_FOR_TESTS lists {name}(), which is gone or has a user by now. "
                          "Take it out of the list.")


# ---- Words ----

def bad_beginnings(tree):
    for path in tree.paths:
        for line, words in comments_of(tree, path):
            sentence = re.split(r"(?<=[.?!])\s", words, maxsplit=1)[0]
            if BAD_BEGINNING.match(words) and not sentence.endswith("?"):
                yield Finding(path, line, f"A comment begins with '{' '.join(words.split()[:3])}'. Begin with the "
                              "subject, with who or what does it; write 'if' or 'when' for a condition.")


def comments_of(tree, path):
    """(line, words) of each comment. Lines of comment that follow each other are one."""
    if path in tree.c:
        last = 0
        for line, text, alone in tree.c[path].comments:
            if not (text.startswith("//") and alone and last == line - 1):
                yield line, text.strip("/*").lstrip("* \n\t")
            last = line if text.startswith("//") and alone else 0
        return
    sign = comment_sign(path, tree.texts[path])
    in_comment = False
    for number, line in enumerate(tree.texts[path].splitlines() if sign else (), 1):
        bare = line.strip()
        if bare.startswith(sign) and not in_comment:
            yield number, bare.lstrip(sign).lstrip()
        elif path.endswith(".py") and bare.startswith('"""'):
            yield number, bare.strip('"')
        in_comment = bare.startswith(sign) and not bare.startswith("#!")


def comment_sign(path, text):
    if path.endswith((".py", ".sh", ".cmake", ".yaml", "CMakeLists.txt")) or text.startswith("#!"):
        return "#"
    return "//" if path.endswith((".proto", ".js", ".mjs", ".scss")) else None


def commit_subjects(tree):
    if not os.path.exists(os.path.join(tree.root, ".git")):
        raise CannotLook("there is no .git here, so there are no commits to look at")
    ran = tree.run("git", "-c", f"safe.directory={tree.root}", "log", "--no-merges", "--format=%h %s",
                   f"{tree.since}..HEAD")
    if ran.returncode:
        raise CannotLook(ran.stderr.strip())
    for line in ran.stdout.splitlines():
        commit, _, subject = line.partition(" ")
        found = SUBJECT.match(subject)
        if len(subject) > SUBJECT_LENGTH or not found or NO_IMPERATIVE.match(found.group(1)):
            yield Finding(commit, 1, f"The subject '{subject}' is not 'area: imperative' of at most {SUBJECT_LENGTH} "
                          f"characters (it has {len(subject)}). Reword the commit before others have it.")


# ---- What people read ----

def sentences_and_page(tree):
    """Each sentence of the programs is a row of the page, and each row is said by a program."""
    page, said = tidy_words.Page(tree.texts.get(tidy_words.PAGE, "")), set()
    for text in tidy_words.said_in(tree):
        said.add(text.text)
        if tidy_words.is_row(text.text) and text.text not in page.rows:
            yield Finding(text.path, text.line, f"{tidy_words.PAGE} has no row with '{text.text}'. Add one with when "
                          "it is said.")
    for row, line in page.rows.items():
        if row not in said:
            yield Finding(tidy_words.PAGE, line, f"No program says '{row}'. Take the row out, or mend it.")


def short_sentences(tree):
    for text in tidy_words.said_in(tree):
        for count, sentence in tidy_words.long_sentences(text.text):
            yield Finding(text.path, text.line, f"A sentence has {count} words: '{sentence}'. Cut it into sentences of "
                          f"at most {tidy_words.SENTENCE_WORDS}.")


def words_of_glossary(tree):
    """Each word that people read stands in the page's terms or plain words, and each word there is said."""
    page, said = tidy_words.Page(tree.texts.get(tidy_words.PAGE, "")), set()
    for text in tidy_words.said_in(tree):
        words = tidy_words.words_of(text.text)
        said.update(words)
        for word in sorted(set(words) - page.glossary.keys()):
            yield Finding(text.path, text.line, f"'{word}' is in no list of {tidy_words.PAGE}. Say it in words that "
                          "are, or add it: a term with its meaning, a plain word to the plain words.")
    for word, line in page.glossary.items():
        if word not in said:
            yield Finding(tidy_words.PAGE, line, f"No program says '{word}'. Take it out.")


def tests_of_cmake(tree):
    """The names that files of CMake add as tests, those of loops too."""
    def unrolled(loop):
        name, values, body = loop.groups()
        return "".join(body.replace("${%s}" % name, value) for value in values.split())

    names = set()
    for path, text in tree.texts.items():
        if path.endswith(".cmake"):
            names.update(TEST_NAMED.findall(CMAKE_LOOP.sub(unrolled, CMAKE_NO_CALL.sub("", text))))
    return names


def texts_under(tree, folder, ending):
    return "\n".join(text for path, text in tree.texts.items() if path.startswith(folder) and path.endswith(ending))


def evidence_exists(tree):
    """Each test, part of the browser test and checker of the simulation that a page names as evidence is there."""
    parts = set(re.findall(r'\btest\("([^"\n]+)"', texts_under(tree, "tests/browser/", ".mjs")))
    checkers = set(re.findall(r'"([PR]\d+ [^"\n]+)"', texts_under(tree, "tests/simulation/", ".c")))
    for kind, named, there in (("test", TEST_NAMED, tests_of_cmake(tree)),
                               ("part of the browser test", PART_NAMED, parts),
                               ("checker of the simulation", CHECKER_NAMED, checkers)):
        for page in EVIDENCE:
            for number, line in enumerate(tree.texts.get(page, "").splitlines(), 1):
                for name in sorted(set(named.findall(line)) - there):
                    yield Finding(page, number, f"There is no {kind} '{name}'. Name the one that took its place, or "
                                  "say that there is none.")


def hazards_tested(tree):
    """What the pages of safety name as evidence is there, and each test of a hazard is named on the page of hazards."""
    yield from evidence_exists(tree)
    page = tree.texts.get(HAZARDS, "")
    run = {test for test in tests_of_cmake(tree) if TEST_OF_HAZARD.fullmatch(test)}
    for test in sorted(run - set(TEST_OF_HAZARD.findall(page))) if page else ():
        yield Finding(HAZARDS, 1, f"It does not name {test}. Add it to the row of its hazard.")


# ---- The whole ----

def drifted_format(tree):
    ran = tree.run("clang-format-14", "--dry-run", *tree.c)
    said = set()
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: warning", ran.stderr, re.M):
        if path not in said:
            said.add(path)
            yield Finding(path, int(line), f"It is formatted otherwise from here on. Run clang-format-14 -i {path}")


def pages_agree(tree):
    names = {os.path.basename(path) for path in tree.paths}
    folders = {os.path.dirname(path) for path in tree.paths}
    folders |= {folder[:at.start()] for folder in folders for at in re.finditer("/", folder)}
    for path in tree.paths:
        for number, line in enumerate(tree.texts[path].splitlines() if path.endswith(".md") else (), 1):
            for named in PATH_IN_PAGE.findall(line):
                if not stands(named.rstrip("/."), tree.paths, names, folders):
                    yield Finding(path, number, f"The page names {named}, which is not there. Name what took its "
                                  "place.")


def stands(named, paths, names, folders):
    if "X" in named or "NAME" in named or named in OTHERS_HEADERS:  # X and NAME stand for any name
        return True
    if "*" in named:
        pattern = re.compile(re.escape(named).replace(r"\*", "[^/]*") + "$")
        return any(pattern.match(path if "/" in named else os.path.basename(path)) for path in paths)
    return named in folders or named in (paths if "/" in named else names)


def changelog_shape(tree):
    page = "CHANGELOG.md"
    lines = tree.texts.get(page, "# Changelog").splitlines()
    if not lines or lines[0] != "# Changelog":
        yield Finding(page, 1, "Its first line is '# Changelog'.")
    project = re.search(r"^project\(\w+ VERSION ([\d.]+)", tree.texts.get("CMakeLists.txt", ""), re.M)
    versions = []
    for number, line in enumerate(lines, 1):
        found = VERSION_HEADING.match(line)
        if line.startswith("### ") and line.removeprefix("### ") not in CHANGES:
            yield Finding(page, number, f"Changes are sorted under {', '.join(CHANGES)}.")
        elif line == UNRELEASED and versions:
            yield Finding(page, number, "This stands under a release. The changes that are not released come first.")
        elif line.startswith("## ") and line != UNRELEASED and not found:
            yield Finding(page, number, f"A heading is '{UNRELEASED}' or '## [1.2.3] - 2027-01-31'.")
        elif found:
            version = tuple(int(part) for part in found.group(1).split("."))
            if versions and version >= versions[-1]:
                yield Finding(page, number, "This is newer than the release above it. The newest comes first.")
            elif not versions and project and found.group(1) != project.group(1):
                yield Finding(page, number, f"CMakeLists.txt says {project.group(1)}. Make them agree.")
            versions.append(version)


@dataclass(frozen=True)
class Rule:
    name: str
    refuses: str
    what_for: str
    find: Callable


RULES = (
    Rule("function-length", f"a function over {FUNCTION_LINES} lines", "it is read without scrolling", long_functions),
    Rule("file-length", f"a C file over {FILE_LINES} lines", "a file knows one thing", long_files),
    Rule("arrows", "an include of a room that stands on this one", "a room is understood before those that stand on it",
         arrows),
    Rule("walls", "services/ including broker/", "a service is built and read without the broker", walls),
    Rule("circles", "files of a room that use each other's functions", "each is understood before the next", circles),
    Rule("markup", f"a string with < in {PAGES_ROOM} outside {os.path.basename(MARKUP_WRITER)}",
         "every value in a page is escaped by where it stands", markup),
    Rule("statics", "a static function's name used twice", "a debugger and grep tell them apart", shared_statics),
    Rule("tags", "a tag of a struct, enum or union used twice", "a reader tells them apart", shared_tags),
    Rule("prototypes", "a prototype without a definition or without a second user",
         "a header promises only what is used", lonely_prototypes),
    Rule("only-for-tests", "an exception from 'prototypes' that is none any more", "the list stays short",
         kept_for_tests),
    Rule("comments", "a comment that begins with Who, Of, So many, What is or Where", "it is understood when read once",
         bad_beginnings),
    Rule("subjects", "a commit subject that is not 'area: imperative'", "the history reads as a list", commit_subjects),
    Rule("said", "a sentence that the page of words has not, or a row that no program says",
         "those who answer for the words read all of them", sentences_and_page),
    Rule("sentences", f"a sentence of over {tidy_words.SENTENCE_WORDS} words", "it is understood when read once",
         short_sentences),
    Rule("glossary", "a word outside the lists of the page of words", "everybody knows each word", words_of_glossary),
    Rule("hazards", "a page of safety that names a test that is not there, and a hazard's test that no page names",
         "each control is shown to work", hazards_tested),
    Rule("format", "C that clang-format would change", "one hand wrote all of it", drifted_format),
    Rule("pages", "a page that names a file that is not there", "the pages and the layout agree", pages_agree),
    Rule("changelog", "a change log of another shape", "people who update find what changed", changelog_shape),
)


def main(root, wanted):
    unknown = set(wanted) - {rule.name for rule in RULES}
    if unknown:
        print(__doc__, *(f"  {rule.name:16} {rule.refuses}, so that {rule.what_for}" for rule in RULES), sep="\n")
        return 0 if unknown == {"--help"} else 64
    tree, count = Tree(root), 0
    for rule in RULES:
        try:
            for finding in rule.find(tree) if not wanted or rule.name in wanted else ():
                print(f"{finding} [{rule.name}]")
                count += 1
        except CannotLook as reason:
            print(f"{rule.name}: not looked at: {reason}.")
    print(f"{count} findings" if count else "Nothing to mend.")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), sys.argv[1:]))
