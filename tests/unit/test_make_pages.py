#!/usr/bin/python3
"""services/gateway/make_pages.py: what it compiles, and each page that it refuses, with the line and the reason."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "services", "gateway", "make_pages.py")
BAD = (
    # (page, the line, words of the reason)
    ("a\n<p {name}>", 2, "no value is safe"),
    ("<p class={name}>", 1, "no value is safe"),
    ("<p class=name>", 1, "does not begin with a double quote"),
    ("<p class='{name}'>", 1, "does not begin with a double quote"),
    ("<{name}>", 1, "no value is safe"),
    ("<!-- {name} -->", 1, "no value is safe"),
    ("<a href=\"{name}\">", 1, "could lead anywhere"),
    ("<a href=\"https://x/{name}\">", 1, "not a path of ours"),
    ("<a href=\"//x/{name}\">", 1, "another host"),
    ("<a href=\"javascript:alert(1)\">", 1, "not a path of ours"),
    ("<p style=\"{name}\">", 1, "refused by the content policy"),
    ("<p onclick=\"go()\">", 1, "refused by the content policy"),
    ("<p ONCLICK=\"go()\">", 1, "refused by the content policy"),
    ("<iframe srcdoc=\"{name}\">", 1, "refused by the content policy"),
    ("<meta http-equiv=\"refresh\" content=\"{name}\">", 1, "refused by the content policy"),
    ("<meta http-equiv=\"refresh\" content=\"30; url=//x?renewed=1{name}\">", 1, "refused by the content policy"),
    ("<meta http-equiv=\"refresh\" content=\"30; url=/x{name}\">", 1, "refused by the content policy"),
    ("<object data=\"{name}\">", 1, "no value is safe"),
    ("<script>{name}</script>", 1, "no value is safe"),
    ("<script>go()</script>", 1, "text inside script"),
    ("<style>p { color: red }</style>", 1, "a brace"),
    ("<style>p</style>", 1, "text inside style"),
    ("{?name}<p>", 1, "is not closed"),
    ("<p>{/name}", 1, "closes nothing"),
    ("{?name}{#rows}{/name}{/rows}", 1, "closes nothing"),
    ("{?name}<p class=\"{/name}\">", 1, "begins in one place"),
    ("{Name}", 1, "a brace"),
    ("{name", 1, "a brace"),
    ("{>none}", 1, "No such file"),
    ("{>self}", 1, "put each other in"),
    ("<p class=\"", 1, "ends inside a tag"),
    ("<a href =\"/x\">", 1, "without an attribute"),
    ("<svg><script></script></svg>", 1, "script in a picture"),
    ("<svg><a href=\"/x\"></a></svg>", 1, "a in a picture"),
    ("<svg>\n<foreignObject></foreignObject></svg>", 1, "foreignobject in a picture"),
    ("<svg><use></use></svg>", 1, "use in a picture"),
    ("<svg><rect fill=\"{name}\"></rect></svg>", 1, "no value is safe"),
    ("{?name}<svg>{/name}", 1, "begins in one place"),
    ("<link href=\"/static/none.css\">", 1, "no file none.css"),
    ("<img src=\"/static/{name}\">", 1, "no file "),
)


class MakePages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="concordat-pages-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.makedirs(os.path.join(self.folder, "pages", "parts"))
        self.write("parts/self", "{>self}")
        with open(os.path.join(self.folder, "static.json"), "w", encoding="ascii") as file:
            file.write('{"light.css": "light.0123456789ab.css"}')

    def write(self, name, text):
        with open(os.path.join(self.folder, "pages", name + ".html"), "w", encoding="utf-8") as file:
            file.write(text)

    def make(self, page):
        self.write("one", page)
        out = [os.path.join(self.folder, name) for name in ("out.c", "out.h")]
        ran = subprocess.run([sys.executable, SCRIPT, "pages", "static.json", *out], cwd=self.folder, capture_output=True, text=True,
                             timeout=60, check=False)
        if ran.returncode:
            self.assertFalse(os.path.exists(out[0]))
            return None, ran.stderr
        with open(out[0], encoding="utf-8") as file:
            return file.read(), ran.stderr

    def test_values_are_written_by_where_they_stand(self):
        self.write("parts/who", "<b>{name}</b>")
        code, said = self.make("<p class=\"{tone}\">{?name}{>who}{/name}</p>\n{#rows}<a href=\"/case/{id}?as={page.role}\">"
                               "{label}</a>{/rows}<title>{a.b}</title>"
                               "<svg viewBox=\"0 0 9 {y}\"><title>x</title><rect x=\"{x}\"></rect></svg>")
        self.assertEqual(said, "")
        for line in ("html_text(html, page->tone);", "if (page->name) {", '#line 1 "pages/parts/who.html"',
                     "for (size_t at0 = 0; at0 < page->rows_count; at0++) {", "html_url_part(html, row0->id);",
                     "html_url_part(html, page->role);", "html_text(html, row0->label);",
                     "html_text(html, page->a.b);", "html_text(html, page->y);", "html_text(html, page->x);"):
            self.assertIn(line + "\n", code)

    def test_a_telephone_number_is_a_link_in_a_text_alone(self):
        code, said = self.make("<p>{ring}{a.said}{sentence}</p><p title=\"{b.ring}\"></p><title>{c.ring}</title>")
        self.assertEqual(said, "")
        for line in ("html_ring(html, page->ring);", "html_ring(html, page->a.said);", "html_ring(html, page->sentence);", "html_text(html, page->b.ring);",
                     "html_text(html, page->c.ring);"):
            self.assertIn(line + "\n", code)

    def test_a_file_is_named_with_its_hash(self):
        code, _ = self.make("<link href=\"/static/light.css\">")
        self.assertIn('href=\\"/static/light.0123456789ab.css\\"', code)

    def test_each_bad_page_is_refused_with_its_line(self):
        for page, line, reason in BAD:
            with self.subTest(page=page):
                code, said = self.make(page)
                self.assertIsNone(code)
                self.assertIn(reason, said)
                if "ends inside" not in reason and "not closed" not in reason and "No such" not in reason:
                    self.assertRegex(said, rf"\.html:{line}: ")

    def test_a_name_that_the_page_is_not_told_does_not_compile(self):
        for page, compiles in (("<p>{known}</p>", True), ("<p>{unknown}</p>", False), ("{#known}{/known}", False)):
            code, _ = self.make(page)
            source = os.path.join(self.folder, "try.c")
            with open(source, "w", encoding="utf-8") as file:
                file.write('#include "services/gateway/html.h"\nstruct page_one { const char *known; };\n' +
                           code.replace('#include "services/gateway/made_pages.h"', ""))
            ran = subprocess.run(["cc", "-I", ROOT, "-fsyntax-only", source], capture_output=True, text=True,
                                 timeout=60, check=False)
            self.assertEqual(ran.returncode == 0, compiles, ran.stderr)
            if not compiles:
                self.assertIn("pages/one.html:1", ran.stderr)


if __name__ == "__main__":
    unittest.main()
