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

# The files whose texts are read by a referrer, a team or a coordinator. What only an operator reads stays out.
SAYS = re.compile(r"services/cli/(?:act|alarm)\.c$|services/desk/(?:action|board|late_sentence|next_sentence|resolve|referral_reading|told|time_words|show_\w+)\.c$|"
                  r"services/intake/(?:commands|rings)\.c$|services/terminal/(?:router_answer|typed_action)\.c$|"
                  r"proto/words/refusal_text\.c$|"
                  r"broker/shell/(?:board|changes|confidential|covers|detention_fault|erasure|"
                  r"glass|in_hand|merging|messages|moves|news|quotas|refusals|sealing|shifts|take|telephoned)\.c$")
# Texts of these files that no person reads: names of fields, formats of times, tables of a database.
NO_SENTENCE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+$|[%A-Za-z :…-]*%[aHM]")

ASSERTIONS = ("assert", "_Static_assert", "static_assert")

HOLE = re.compile(r"%(?:[-+0 #]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[diouxXcsp])|\{\w+\}")
ESCAPES = {r"\"": '"', r"\n": " ", r"\\": "\\", r"\t": " ", r"\a": ""}
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*[A-Za-z]|[A-Za-z]")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Text:
    path: str
    line: int
    text: str  # each value that is put in is "…"


def texts_of(path, file):
    """The texts of a C file, strings that follow each other as one. What an assertion says is for its authors."""
    parts, line, statement = [], 0, ""
    for token in [*file.tokens, None]:
        if token and token.kind == "string" and token.text[0] == '"' and not token.directive:
            line = line or token.line
            parts.append(token.text[1:-1])
            continue
        text = plain("".join(parts))
        if text and statement not in ASSERTIONS and not NO_SENTENCE.match(text):
            yield Text(path, line, text)
        parts, line = [], 0
        if token:
            statement = "" if token.text in ";{}" else statement or token.text


def plain(text):
    """A text as the page has it: without the C in it, and with "…" for each value that is put in."""
    for written, meant in ESCAPES.items():
        text = text.replace(written, meant)
    text = HOLE.sub("…", text).replace("%%", "%")
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


def said_in(tree):
    for path, file in tree.product.items():
        if SAYS.match(path):
            yield from texts_of(path, file)
