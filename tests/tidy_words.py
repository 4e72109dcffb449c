"""Reads what the programs say to people out of the C files that say it, and the page that lists it: deploy/WORDS.md.

The page has a table of sentences, each with who reads it and when; a table of the field's terms; and a list of plain
words. The rules of tests/run tidy hold the three and the code together.
"""

import re
from dataclasses import dataclass

PAGE = "deploy/WORDS.md"
SENTENCE_WORDS = 20
# A text of fewer words is a label. It is in no row, but its words are in the glossary too.
ROW_WORDS = 4

# The rooms whose files speak to a referrer, a team or a coordinator: a new file there is read from its first day.
PEOPLE = re.compile(r"(?:services/(?:cli|desk|gateway|intake|team|terminal)|broker/shell)/\w+\.c$|proto/words/refusal_text\.c$")
# Files of these rooms that speak to somebody else, or to nobody, and why.
STAYS_OUT = {
    r"services/(?:cli|intake|team)/main\.c": "it begins and ends a program, and speaks to the operator who starts it",
    r"services/intake/(?:form_seal|outbox\w*|seal_key|service|refused)\.c": "the operator of the intake reads it in the log",
    r"broker/shell/(?:adopt|alterations|figures|recovery|room|time)\.c": "the operator of the router reads it in the log",
    r"broker/shell/feed\.c": "programs that follow the ledger read it, and who runs them",
    r"services/cli/(?:doctor\w*|http_question|keys|people\w*|qr|setup\w*|typed_options)\.c": "those who set up a site and manage keys and accounts read it, or a camera does",
    r"services/gateway/(?:main|service|delivery_token|desks?|desks_file|access_token|accounts?\w*|line_fields|identity|last_use|onetime|session|signin|single_sign_on|unlock|listen|password|taken|whole_file|http\w*|html|feed|stream)\.c":
        "the operator of the gateway reads it in the log, or a browser does",
    r"services/gateway/(?:api\w*|openapi\w*)\.c": "programs read it, and those who write them",
    r"services/(?:cli/router_status|desk/show_standing)\.c": "those who run a part of the service read it, and how the router stands is no case",
    r"services/cli/(?:report|story\w*)\.c": "auditors read it, and those whom they give a story",
    r"services/gateway/(?:audit_\w+|chart|inquiries|picture|report_view|verdict)\.c": "auditors read it",
    r"services/gateway/pages/(?:(?:audit\w*|report)|parts/(?:case_fields|period_fields|report_chart|report_table))\.html":
        "auditors read it",
    r"services/desk/(?:language_names|referral_(?:reader|synonyms))\.c":
        "people type these words, and no program says them",
}
# Help stands in these structures. It is read as a page, before a person is waiting.
HELP_STRUCTS = ("argp", "argp_option", "action_kind", "referral_field", "subcommand")
# A constant whose name ends like this holds help, the title of a group of options, a line of the log, what people type, or a class of a page
UNSAID_CONSTANT = re.compile(r"\w+_(?:doc|titles|log|typed|classes)$")
# In a program that has no screen a text is for the log if its statement names one of these.
NO_SCREEN = re.compile(r"services/intake/|broker/")
LOGS = {"stderr", "log", "sd_notify", "sd_notifyf"}
# A text that is handed to one of these is looked up, opened or run.
LOOKED_UP = {"strcmp", "strncmp", "strcasecmp", "getenv", "setting", "fopen", "strtok_r", "strchr", "strspn", "strcspn",
             "form_value", "http_header", "http_query", "http_cookie", "FIELDS", "refer_rule",
             "posix_spawn", "memfd_create", "json_pack", "json_object_get", "json_object_set", "json_object_set_new"}
# Pages for a browser, whose marks make_pages.py explains: people read what stands between their tags.
PAGE_FILE = re.compile(r"services/gateway/pages/.*\.html$")
# Scripts of these pages. A text of theirs has several words and no small letter at its beginning; names are otherwise.
SCRIPT_FILE = re.compile(r"services/gateway/scripts/.*\.js$")
SCRIPT_TOKEN = re.compile(r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)",
                          re.DOTALL)
SCRIPT_VALUE = re.compile(r"\$\{[^}]*\}")
NO_SCRIPT_TEXT = re.compile(r"[\[\]#=>]|^\S*$|^[a-z]")
TAG = re.compile(r"<[^>]*>")
TAG_IN_A_SENTENCE = re.compile(r"</?(?:a|abbr|b|em|strong|time)\b[^>]*>")
PAGE_MARK = re.compile(r"\{[?#/>][\w.]+\}")
PAGE_VALUE = re.compile(r"\{[\w.]+\}")
# Texts that no person reads: names of fields, settings and versions, formats of times, codes of a terminal.
NO_SENTENCE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+$|[a-z]+(?:_[a-z]+)+\.?$|[a-z]+(?:[A-Z][a-z]+)+$|[A-Z]+(?:_[A-Z]+)+(?:=|$)|"
                         r"[%A-Za-z :…-]*%[aHM]|(?:\\033|\\x)|concordat(?:-\w+)?$|sh$|-c$")

ASSERTIONS = ("assert", "_Static_assert", "static_assert")

# It stands between two strings, for the letter of a number that is put in.
NUMBER_MACRO = re.compile(r"PRI[diuxX]\d+$")
HOLE = re.compile(r"%(?:[-+0 #]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[diouxXcspgf])|\{[@#]?\w+\}")
# A part in services/desk/event_words.c that is there only if a field is set: the page does not have the field's name.
IF_SET = re.compile(r"\[\w+\?")
ESCAPES = {r"\"": '"', r"\n": " ", r"\\": "\\", r"\t": " ", r"\a": ""}
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*[A-Za-z]|[A-Za-z]")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Text:
    path: str
    line: int
    text: str  # each value that is put in is "…"


def texts_of(path, file):
    """The texts of a C file that somebody is told, strings that follow each other as one."""
    tokens = [token for token in file.tokens if not token.directive]
    unsaid, calls, at = unsaid_of(path, tokens), [], 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "(":
            calls.append(tokens[at - 1].text if at else "")
        elif token.text == ")" and calls:
            calls.pop()
        end = at + 1
        if token.kind == "string" and token.text[0] == '"':
            while end < len(tokens) and (tokens[end].kind == "string" or NUMBER_MACRO.match(tokens[end].text)):
                end += 1
            text = plain("".join(part.text[1:-1] if part.kind == "string" else "d" for part in tokens[at:end]))
            if text and at not in unsaid and not LOOKED_UP.intersection(calls) and not NO_SENTENCE.match(text):
                yield Text(path, token.line, text)
        at = end


def unsaid_of(path, tokens):
    """The places of the tokens that are help, for the log, typed by people, or an assertion, which is for its authors."""
    unsaid, start, no_screen = set(), 0, NO_SCREEN.match(path)
    for at, token in enumerate(tokens):
        words = {part.text for part in tokens[start:at]} if token.text in ("{", "}", ";") else ()
        if words and (tokens[start].text in ASSERTIONS or (no_screen and LOGS & words)):
            unsaid.update(range(start, at))
        if token.text in ("{", "}", ";"):
            start = at + 1
        if token.text == "=" and is_unsaid(tokens[start:at]):
            unsaid.update(range(at, end_of(tokens, at)))
    return unsaid


def is_unsaid(declaration):
    """Whether what is declared holds texts that no program says to people."""
    words = [token.text for token in declaration if token.kind == "word"]
    return any(words[i] == "struct" and words[i + 1] in HELP_STRUCTS for i in range(len(words) - 1)) or any(
        UNSAID_CONSTANT.match(word) for word in words)


def end_of(tokens, at):
    """The place of the semicolon that ends the declaration."""
    depth = 0
    while at < len(tokens) and (depth > 0 or tokens[at].text != ";"):
        depth += (tokens[at].text == "{") - (tokens[at].text == "}")
        at += 1
    return at


def texts_of_page(path, html):
    at, html = 0, TAG_IN_A_SENTENCE.sub("", html)
    for tag in [*TAG.finditer(html), None]:
        between = html[at:tag.start() if tag else len(html)]
        text = plain(PAGE_VALUE.sub("…", PAGE_MARK.sub("", between)))
        if text:
            begins = at + len(between) - len(between.lstrip())
            yield Text(path, html.count("\n", 0, begins) + 1, text)
        at = tag.end() if tag else len(html)


def texts_of_script(path, script):
    for found in SCRIPT_TOKEN.finditer(script):
        text = plain(SCRIPT_VALUE.sub("…", found["text"][1:-1])) if found["text"] else ""
        if not NO_SCRIPT_TEXT.search(text):
            yield Text(path, script.count("\n", 0, found.start()) + 1, text)


def plain(text):
    """A text as the page has it: without the C in it, and with "…" for each value that is put in."""
    for written, meant in ESCAPES.items():
        text = text.replace(written, meant)
    text = IF_SET.sub("[", HOLE.sub("…", text)).replace("%%", "%")
    return " ".join(re.sub(r"…(?:\s?…)+", "…", text).split()).strip()


def words_of(text):
    """The words of a text, small, and without the 's of an owner."""
    return [re.sub(r"'s?$", "", word.lower()) for word in WORD.findall(text)]


def is_row(text):
    return len(words_of(text)) >= ROW_WORDS


def long_sentences(text):
    """(number of words, sentence) of each sentence that is too long to be read at once."""
    for sentence in SENTENCE_END.split(text):
        count = len(sentence.split())
        if count > SENTENCE_WORDS:
            yield count, sentence


class Page:
    """The rows, the terms and the plain words of the page, each with its line."""

    def __init__(self, text):
        self.rows, self.glossary, heading = {}, {}, ""
        for number, line in enumerate(text.splitlines(), 1):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if line.startswith("## "):
                heading = line[3:]
            elif cells and cells[0] not in ("when", "term") and not cells[0].startswith("---"):
                if heading == "Terms":
                    self.glossary.update({word: number for word in words_of(cells[0])})
                else:
                    self.rows.setdefault(cells[1], number)
            elif heading == "Plain words" and not cells:
                self.glossary.update({word: number for word in words_of(line)})


def stays_out(path):
    return any(re.fullmatch(files, path) for files in STAYS_OUT)


def said_in(tree):
    for path, file in tree.product.items():
        if PEOPLE.match(path) and not stays_out(path):
            yield from texts_of(path, file)
    for path, text in tree.texts.items():
        if PAGE_FILE.match(path) and not stays_out(path):
            yield from texts_of_page(path, text)
        if SCRIPT_FILE.match(path):
            yield from texts_of_script(path, text)
