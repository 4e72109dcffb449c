#!/usr/bin/python3
"""services/gateway/make_static.py: files get the hash of what they say and of what they name, and name nothing outside."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "services", "gateway", "make_static.py")
BAD = (
    # (file, text, words of the reason)
    ("a.css", "p{background:url(https://cdn.example/x.png)}", "which is outside"),
    ("a.css", "p{background:url(//cdn.example/x.png)}", "which is outside"),
    ("a.css", "@import 'b.css';", "which is outside"),
    ("a.css", "p{background:url(x.png)}", "which is outside"),
    ("a.css", "p{background:url(\"/static/none.svg\")}", "names none.svg"),
    ("a.js", "import { x } from \"https://cdn.example/x.js\";", "which is outside"),
    ("a.js", "import \"./none.js\";", "names none.js"),
    ("a.js", "import \"./a.js\";", "in a circle"),
    ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"https://cdn.example/x.png\"/></svg>",
     "which is outside"),
    ("a.png", "", "give the table TYPES another row"),
)


class MakeStatic(unittest.TestCase):
    def make(self, **texts):
        """Returns the hashed names, and what the script said."""
        with tempfile.TemporaryDirectory(prefix="concordat-static-") as folder:
            paths = [os.path.join(folder, name.replace("_", ".")) for name in texts]
            for path, text in zip(paths, texts.values()):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            out = [os.path.join(folder, name) for name in ("out.c", "out.json")]
            ran = subprocess.run([sys.executable, SCRIPT, *out, *paths], capture_output=True, text=True, timeout=60,
                                 check=False)
            if ran.returncode:
                self.assertFalse(os.path.exists(out[0]))
                return None, ran.stderr
            with open(out[1], encoding="utf-8") as file:
                return json.load(file), ran.stderr

    def test_a_hash_tells_of_what_a_file_names_too(self):
        texts = {"one_js": 'import { two } from "./two.js";', "two_js": "export const two = 2;", "three_js": "3;"}
        before, said = self.make(**texts)
        self.assertEqual(said, "")
        self.assertEqual(sorted(before), ["one.js", "three.js", "two.js"])
        self.assertRegex(before["one.js"], r"^one\.[0-9a-f]{12}\.js$")
        self.assertEqual(self.make(**texts)[0], before)
        after, _ = self.make(**{**texts, "two_js": "export const two = 3;"})
        self.assertEqual([after[name] == before[name] for name in sorted(after)], [False, True, False])

    def test_each_bad_file_is_refused(self):
        for name, text, reason in BAD:
            with self.subTest(text=text):
                made, said = self.make(**{name.replace(".", "_"): text})
                self.assertIsNone(made)
                self.assertIn(reason, said)


if __name__ == "__main__":
    unittest.main()
