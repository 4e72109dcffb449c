#!/usr/bin/python3
"""Compiles the pages that designers write into C: pages/NAME.html becomes page_NAME(), which writes it.

In a page stand, beside HTML:
    {name}                the value, escaped by where it stands: in a text, in an attribute, or as part of a URL. What
                          people are told (NUMBERED) has telephone numbers that are links
    {?name}...{/name}     only if there is such a value
    {#list}...{/list}     once for each row of a list; names inside are the row's, and {page.name} is the page's
    {>part}               the file parts/part.html, with the names that hold where it is put in
    <svg>...</svg>        a picture, of the elements of DRAWN alone
    /static/NAME.EXT      a file that make_static.py compiled: its hash is put in
A name is a member of struct page_NAME in pages.h, so the C compiler refuses one that is not there, and says the line of
the page. This script refuses what is written in a place where no value is safe.

Usage: make_pages.py FOLDER STATIC_JSON OUT_C OUT_H
"""

import json
import os
import re
import sys

MARK = re.compile(r"\{(?:(?P<sign>[?#/>])?(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*))\}")
STATIC = re.compile(r"(?<=\"/static/)[^\"]*")
URLS = {"href", "src", "action", "formaction"}
# The other attributes that a value may stand in: none of them is code, and none leads anywhere.
VALUES = re.compile(r"(?:class|id|for|name|value|title|lang|content|datetime|viewbox|width|height|x|y|x1|x2|y1|y2|cx|cy|points|aria-[a-z]+|data-[a-z-]+)$")
# The content policy refuses these, or they lead out of the page unseen.
NEVER = re.compile(r"(?:style|srcdoc|srcset|http-equiv|ping|.*:.*|on[a-z]+)$")
# The one exception: a board fetches itself anew if the browser runs no script, and says in its path that nobody asked for
# it. What follows is a value as of any other `content`: it is at a path of ours.
REFRESH = re.compile(r'http-equiv="refresh" content="30; url=(?:/[a-z]+)+\?renewed=1')
# Names of texts that people are told, in which a telephone number is a link that rings it.
NUMBERED = ("ring", "said", "sentence")
RAW = ("script", "style", "textarea", "title")  # elements whose text is read in a way of its own
TEXT_IN = ("textarea", "title")                 # in these a text's escapes still hold
# What a picture is drawn with. Others run code, load files, or bring the rules of HTML back.
DRAWN = ("svg", "title", "g", "rect", "line", "polyline", "polygon", "circle", "text")
LINE = 100


class Fault(Exception):
    """Why a page is not compiled, and at which line once that is known."""

    def __init__(self, why, known=False):
        super().__init__(why)
        self.known = known


class Place:
    """The place in the HTML that the reader has come to. It reads the page's own text, character by character."""

    def __init__(self):
        self.where, self.tag, self.attribute, self.url, self.inside, self.picture = "text", "", "", "", "", False

    def key(self):
        return self.where, self.inside, self.picture, self.attribute if self.where == "value" else "", bool(self.url)

    def read(self, text):
        for character in text:
            getattr(self, "read_" + self.where)(character)

    def read_text(self, character):
        if character == "<":
            self.where, self.tag = "tag", ""
        elif self.inside in RAW and self.inside not in TEXT_IN and not character.isspace():
            raise Fault(f"text inside {self.inside}: the content policy refuses it; give it a file of its own")

    def read_tag(self, character):
        if character == ">":
            self.end_tag()
        elif character.isspace():
            self.where, self.attribute = "attributes", ""
        elif character in "'\"=":
            raise Fault(f"{character} in the name of an element")
        else:
            self.tag += character
            if self.tag.startswith("!--"):
                self.where = "comment"

    def read_comment(self, character):
        self.tag += character
        if self.tag.endswith("-->"):
            self.where, self.tag = "text", ""

    def read_attributes(self, character):
        if character == ">":
            self.check_attribute()
            self.end_tag()
        elif character == "=":
            self.check_attribute()
            if not self.attribute:
                raise Fault("a value without an attribute right before it")
            self.where = "equals"
        elif character.isspace():
            self.check_attribute()
            self.attribute = ""
        elif character in "'\"":
            raise Fault("a quote without an attribute")
        else:
            self.attribute += character.lower()

    def read_equals(self, character):
        if character != '"':
            raise Fault(f"the value of {self.attribute} does not begin with a double quote")
        self.where, self.url = "value", ""

    def read_value(self, character):
        if character == '"':
            self.where, self.attribute, self.url = "attributes", "", ""
        elif self.attribute in URLS:
            self.url += character
            if not self.url.startswith(("/", "#")):
                raise Fault(f"{self.attribute} is not a path of ours: begin it with / or #")
            if self.url.startswith("//"):
                raise Fault(f"{self.attribute} leads to another host")

    def check_attribute(self):
        if NEVER.match(self.attribute):
            raise Fault(f"the attribute {self.attribute} is refused by the content policy")

    def end_tag(self):
        name = self.tag.strip("/").lower()
        if (self.picture or name == "svg") and name not in DRAWN:
            raise Fault(f"{name} in a picture: it is drawn with {', '.join(DRAWN)}")
        if name == "svg":
            self.picture = not self.tag.startswith("/")
        if name in RAW:
            self.inside = "" if self.tag.startswith("/") else name
        self.where, self.tag, self.attribute = "text", "", ""

    def writer(self, name):
        """The function that writes the value of that name here."""
        if self.where == "text" and not self.inside and not self.picture and name.split(".")[-1] in NUMBERED:
            return "html_ring"
        if self.where == "text" and (not self.inside or self.inside in TEXT_IN):
            return "html_text"
        if self.where == "value" and self.attribute in URLS:
            if not self.url:
                raise Fault(f"a value begins {self.attribute}: it could lead anywhere. Begin it with a path of ours")
            return "html_url_part"
        if self.where == "value" and VALUES.match(self.attribute):
            return "html_text"
        raise Fault("no value is safe in this place: put it in a text, or in an attribute of VALUES in double quotes")


class Page:
    def __init__(self, folder, name, static):
        self.folder, self.name, self.static, self.place = folder, name, static, Place()
        self.out, self.open, self.rows = [], [], 0

    def compile(self):
        self.take(os.path.join(self.folder, self.name + ".html"), 0)
        if self.place.key() != Place().key():
            raise Fault(f"{self.name}.html ends inside a tag", known=True)
        return self.out

    def take(self, path, depth):
        if depth > 4:
            raise Fault(f"{path}: parts that put each other in")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        before, at = len(self.open), 0
        for found in [*MARK.finditer(text), None]:
            line = text.count("\n", 0, at) + 1
            try:
                self.markup(text[at:found.start() if found else len(text)])
                if found:
                    line = text.count("\n", 0, found.start()) + 1
                    self.out.append(f'#line {line} "{path}"')
                    self.mark(found["sign"], found["name"], depth)
                    at = found.end()
            except Fault as fault:
                raise fault if fault.known else Fault(f"{path}:{line}: {fault}", known=True) from None
        if len(self.open) != before:
            raise Fault(f"{path}: {{{self.open[-1][1]}}} is not closed", known=True)

    def markup(self, text):
        if "{" in text or "}" in text:
            raise Fault("a brace that is none of {name}, {?name}, {#list}, {/name}, {>part}")
        self.place.read(REFRESH.sub('content="', text))
        text = STATIC.sub(lambda found: self.hashed(found[0]), text)
        for start in range(0, len(text), LINE):
            self.out.append(f"HTML_MARKUP(html, {quoted(text[start:start + LINE])});")

    def hashed(self, name):
        if name not in self.static:
            raise Fault(f"there is no file {name} among those of make_static.py")
        return self.static[name]

    def mark(self, sign, name, depth):
        if sign == ">":
            self.take(os.path.join(self.folder, "parts", name + ".html"), depth + 1)
        elif sign == "/":
            self.close(name)
        elif sign == "?":
            self.open.append((sign, name, self.place.key(), self.scope()))
            self.out.append(f"if ({self.value(name)}) {{")
        elif sign == "#":
            value, row, at = self.value(name), f"row{self.rows}", f"at{self.rows}"
            self.rows += 1
            self.open.append((sign, name, self.place.key(), row))
            self.out.append(f"for (size_t {at} = 0; {at} < {value}_count; {at}++) {{")
            self.out.append(f"const __typeof__(*{value}) *{row} = &{value}[{at}];")
        else:
            self.out.append(f"{self.place.writer(name)}(html, {self.value(name)});")

    def close(self, name):
        if not self.open or self.open[-1][1] != name:
            raise Fault(f"{{/{name}}} closes nothing that is open here")
        if self.open.pop()[2] != self.place.key():
            raise Fault(f"what stands up to {{/{name}}} begins in one place of the HTML and ends in another")
        self.out.append("}")

    def scope(self):
        return self.open[-1][3] if self.open else "page"

    def value(self, name):
        return "page->" + name[5:] if name.startswith("page.") else f"{self.scope()}->{name}"


def quoted(text):
    escaped = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "?": "\\?"}
    return '"' + "".join(escaped.get(c, c) for c in text) + '"'


def main():
    folder, static_json, out_c, out_h = sys.argv[1:]
    with open(static_json, encoding="utf-8") as file:
        static = json.load(file)
    names = sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".html"))
    code = ['#include "services/gateway/made_pages.h"', ""]
    head = ["/* Each writes one page; pages.h says what each is told. */", "#pragma once",
            '#include "services/gateway/html.h"', '#include "services/gateway/pages.h"', ""]
    try:
        for name in names:
            said = f"void page_{name}(struct html *html, const struct page_{name} *page)"
            head.append(said + ";")
            code += [said, "{", "(void)page;", *Page(folder, name, static).compile(), "}", ""]
    except (Fault, OSError) as fault:
        sys.exit(f"make_pages.py: {fault}")
    for path, lines in ((out_c, code), (out_h, head)):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
