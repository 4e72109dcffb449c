#!/usr/bin/python3
"""tests/tidy.py: a small good tree passes, and each rule refuses it when it is broken in that rule's way."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True
import tidy  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))



def function(declared, returned):
    return f"{declared}(void)\n{{\n    return {returned};\n}}\n"


GOOD = {
    "CMakeLists.txt": "# The build.\nproject(concordat VERSION 1.2.0 LANGUAGES C)\n",
    "README.md": "Start in `broker/core/`, then `broker/core/state.c`, `report_X.c` and `*.h`.\n",
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n### Added\n\n## [1.2.0] - 2027-01-31\n\n### Fixed\n\n"
                    "## [1.1.0] - 2026-12-01\n",
    "broker/core/state.h": "/* state.h: what is so. */\nstruct state {\n    int count;\n};\n"
                           "int state_count(const struct state *state);\n"
                           "int state_look(int (*look)(int of), int at);\n",
    "broker/core/state.c": '#include "broker/core/state.h"\n#define TWICE(x) ((x) * 2)\n\n'
                           "/* Nothing here begins badly; \"Of\" in a string does not count. */\n"
                           "static int twice(int of)\n{\n    return TWICE(of);\n}\n\n"
                           "int state_count(const struct state *state)\n{\n    return twice(state->count);\n}\n\n"
                           "int state_look(int (*look)(int of), int at)\n{\n    return look(at);\n}\n",
    "broker/core/match.h": "/* Where is it matched? Here. */\nint match_all(void);\n",
    "broker/core/match.c": '#include "broker/core/match.h"\n#include "broker/core/state.h"\n\n'
                           'static const char *const words = "Of /* no comment";\n\n'
                           "int match_all(void)\n{\n    struct state state = {.count = words[0] == '\"'};\n"
                           "    return state_count(&state) + state_look(NULL, 0);\n}\n",
    "broker/main.c": '#include "broker/core/match.h"\n\n' + function("int main", "match_all()"),
    "services/desk/board.c": '#include <stdio.h>\n\nvoid show(void)\n{\n    puts("%s has the case "\n'
                             '         "now. Ring {team}.");\n}\n',
    "deploy/WORDS.md": "## Sentences\n\n| when | words |\n|---|---|\n| a | … has the case now. Ring …. |\n\n"
                       "## Terms\n\n| term | meaning |\n|---|---|\n| case | a referral |\n\n"
                       "## Plain words\n\nhas now\nring the\n",
    "deploy/HAZARDS.md": "| R1 | hazard | `R1_told` |\n",
    "tests/promises.cmake": "add_test(NAME R1_told)\n",
    "services/cli/main.c": "// A program of its own.\n// Who reads on finds one comment.\n" + function("int main", "0"),
    "tests/unit/test_match.c": '#include "broker/core/match.h"\n\n' + function("static int twice", "match_all()") +
                               "\n" + function("int main", "twice()"),
}


def rule_of(name):
    return next(rule for rule in tidy.RULES if rule.name == name)


class Tidy(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="concordat-tidy-")
        self.addCleanup(shutil.rmtree, self.root)
        self.enterContext(mock.patch.dict(tidy.ONLY_FOR_TESTS, {}, clear=True))

    def found(self, changed):
        """What the rules that look at files find in the good tree with some files changed: (rule, path, line)."""
        tree = self.tree(changed)
        return [(rule.name, finding.path, finding.line) for rule in tidy.RULES
                if rule.name not in ("subjects", "format") for finding in rule.find(tree)]

    def tree(self, changed):
        shutil.rmtree(self.root)
        for path, text in {**GOOD, **changed}.items():
            os.makedirs(os.path.dirname(os.path.join(self.root, path)), exist_ok=True)
            with open(os.path.join(self.root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return tidy.Tree(self.root)

    def refused(self, rule, path, line, changed, *more):
        self.assertEqual(self.found(changed), [(rule, path, line), *more])

    def test_a_good_tree_passes(self):
        self.assertEqual(self.found({}), [])

    def test_every_rule_has_a_test(self):
        with open(__file__, encoding="utf-8") as file:
            text = file.read()
        for rule in tidy.RULES:
            self.assertIn(f'"{rule.name}"', text)

    def test_a_long_function(self):
        for lines, refused in ((tidy.FUNCTION_LINES, False), (tidy.FUNCTION_LINES + 1, True)):
            text = "\n\nint main(void)\n{\n" + "    ;\n" * (lines - 3) + "}\n"
            self.assertEqual(self.found({"broker/main.c": text, "broker/core/match.h": "", "broker/core/match.c": "",
                                         "tests/unit/test_match.c": "", "broker/core/state.h": "",
                                         "broker/core/state.c": ""}),
                             [("function-length", "broker/main.c", 3)] if refused else [])

    def test_a_long_file(self):
        text = GOOD["broker/core/state.c"]
        self.assertEqual(self.found({"broker/core/state.c": text + "\n" * (600 - text.count("\n"))}), [])
        self.refused("file-length", "broker/core/state.c", 601,
                     {"broker/core/state.c": text + "\n" * (601 - text.count("\n"))})

    def test_an_arrow_back_up(self):
        self.refused("arrows", "broker/core/state.h", 1,
                     {"broker/core/state.h": '#include "broker/shell/turn.h"\n' + GOOD["broker/core/state.h"],
                      "broker/shell/turn.h": ""})

    def test_a_core_that_includes_more_than_itself(self):
        self.refused("arrows", "broker/core/state.h", 1,
                     {"broker/core/state.h": '#include "proto/words/words.h"\n' + GOOD["broker/core/state.h"],
                      "proto/words/words.h": "", "proto/words/london.h": ""})
        self.assertEqual(self.found(
            {"broker/core/state.h": '#include "proto/words/london.h"\n' + GOOD["broker/core/state.h"],
             "proto/words/london.h": ""}), [])

    def test_an_include_of_nothing_and_a_folder_that_is_no_room(self):
        self.refused("arrows", "broker/cellar/wine.c", 1, {"broker/cellar/wine.c": ""})
        self.refused("arrows", "broker/main.c", 1, {"broker/main.c": '#include "match.h"\n' + GOOD["broker/main.c"]})

    def test_a_service_that_includes_the_broker(self):
        self.refused("walls", "services/cli/main.c", 1,
                     {"services/cli/main.c": '#include "broker/core/state.h"\n\n' + function("int main", "0")})

    def test_markup_outside_the_one_writer(self):
        for text in ('    puts("</>");', "    putchar('<');", '    HTML_MARKUP(html, "-");'):
            page = f"void show_page(void)\n{{\n{text}\n}}\n"
            self.refused("markup", "services/gateway/page.c", 3, {"services/gateway/page.c": page})
            self.assertEqual(self.found({"services/gateway/html.c": page}), [])

    def test_what_a_script_of_the_build_writes_uses_what_it_names(self):
        files = {"services/gateway/page.h": "void page_text(void);\n",
                 "services/gateway/page.c": '#include "services/gateway/page.h"\n\nvoid page_text(void)\n{\n}\n'}
        self.refused("prototypes", "services/gateway/page.h", 1, files)
        self.assertEqual(self.found({**files, "services/gateway/make_pages.py": "write('page_text();')\n"}), [])

    def test_a_page_says_no_sentence_that_the_page_of_words_has_not(self):
        page = "services/gateway/pages/board.html"
        self.assertEqual(self.found({page: "<p class=\"of\">{name} has the <b>case</b> now. Ring {?a}{b}{/a}.</p>\n"}), [])
        self.refused("said", page, 2, {page: "<p>\nRing the case now, {name}.</p>\n"})

    def test_a_circle_of_two_and_of_three(self):
        state = GOOD["broker/core/state.c"]
        self.refused("circles", "broker/core/match.c", 9,
                     {"broker/core/state.c": state.replace("look(at)", "match_all()")})
        found = self.found({"broker/core/state.c": state.replace("look(at)", "rota_open()"),
                            "broker/core/rota.h": "int rota_open(void);\n",
                            "broker/core/rota.c": function("int rota_open", "match_all()")})
        self.assertEqual([rule for rule, *_ in found], ["circles"])

    def test_a_static_s_name_used_twice(self):
        text = GOOD["broker/main.c"].replace("int main", function("static int twice", "0") + "\nint main")
        self.refused("statics", "broker/core/state.c", 5, {"broker/main.c": text}, ("statics", "broker/main.c", 3))

    def test_a_static_with_the_name_of_a_function_of_another_file(self):
        text = GOOD["broker/core/match.c"] + function("static int main", "0")
        self.refused("statics", "broker/core/match.c", 11, {"broker/core/match.c": text})

    def test_a_static_of_a_test_program_of_many_files(self):
        text = function("static int tell", "0")
        self.refused("statics", "tests/simulation/a.c", 1, {"tests/simulation/a.c": text, "tests/simulation/b.c": text},
                     ("statics", "tests/simulation/b.c", 1))

    def test_a_tag_used_twice(self):
        self.refused("tags", "broker/main.c", 3,
                     {"broker/main.c": GOOD["broker/main.c"].replace("\nint", "\nenum state { GOOD, BAD };\n\nint")})

    def test_a_prototype_without_a_definition(self):
        self.refused("prototypes", "broker/core/match.h", 3,
                     {"broker/core/match.h": GOOD["broker/core/match.h"] + "int match_none(void);\n"})

    def test_a_prototype_without_a_second_user(self):
        text = GOOD["broker/core/match.c"] + "\n" + function("int match_none", "match_none()")
        self.refused("prototypes", "broker/core/match.h", 3,
                     {"broker/core/match.c": text,
                      "broker/core/match.h": GOOD["broker/core/match.h"] + "int match_none(void);\n"})

    def test_a_prototype_that_only_tests_use(self):
        broken = {"broker/main.c": function("int main", "0")}
        self.refused("prototypes", "broker/core/match.h", 2, broken)
        tidy.ONLY_FOR_TESTS["match_all"] = "the tests need it"
        self.assertEqual(self.found(broken), [])

    def test_an_exception_that_is_none_any_more(self):
        for name in ("match_all", "match_gone"):
            tidy.ONLY_FOR_TESTS.clear()
            tidy.ONLY_FOR_TESTS[name] = "the tests needed it"
            self.refused("only-for-tests", "tests/tidy.py", 1, {})

    def test_a_comment_that_begins_badly(self):
        main = function("int main", "match_all()")
        for words in ("Who is asked.", "Whoever comes.", "Of a case: what is known.", "So many rows.",
                      "What is left of it.", "What was left of it.", "Where it stands."):
            self.refused("comments", "broker/main.c", 2, {"broker/main.c": f"/* It begins. */\n/* {words} */\n{main}"})
        for words in ("Whose turn is it? This one's.", "Offers.", "Whether it is so.", "Somebody. Who? Nobody."):
            self.assertEqual(self.found({"broker/main.c": f"/* {words} */\n{main}"}), [], words)

    def test_a_comment_of_another_language_that_begins_badly(self):
        for path, text in (("tests/run", "#!/bin/sh\n# Who runs it.\n"), ("deploy/a.yaml", "\n# Of the region.\n"),
                           ("tests/a.py", '#!/usr/bin/python3\n"""Where it is."""\n'),
                           ("proto/a.proto", "\n// So many.\n")):
            self.refused("comments", path, 2, {path: text})

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_a_commit_subject_that_breaks_the_rule(self):
        def git(*words):
            return subprocess.run(["git", "-C", self.root, "-c", "user.name=A", "-c", "user.email=a@invalid", *words],
                                  check=True, capture_output=True, encoding="utf-8").stdout.strip()

        git("init", "--quiet")
        git("commit", "--quiet", "--allow-empty", "-m", "Anything goes before the rule")
        tree = tidy.Tree(self.root, since=git("rev-parse", "HEAD"))
        good = ["core: make an event kind one row", "tests/run: build in build/NAME", "core: FHIR needs two rooms"]
        bad = ["Core: make it one row", "make it one row", "core: Make it one row", "core: make it one row.",
               "core: added another row", "core: the row is one", "core: " + "make one row " * 6]
        for subject in good + bad:
            git("commit", "--quiet", "--allow-empty", "-m", subject)
        rule = rule_of("subjects")
        found = [finding.text for finding in rule.find(tree)]
        self.assertEqual(len(found), len(bad), found)
        for subject, text in zip(reversed(bad), found):
            self.assertIn(subject.strip(), text)

    def test_no_history_is_said_and_refuses_nothing(self):
        with self.assertRaises(tidy.CannotLook):
            list(rule_of("subjects").find(self.tree({})))

    @unittest.skipUnless(shutil.which("clang-format-14"), "clang-format-14 is not installed")
    def test_c_that_is_formatted_otherwise(self):
        rule = rule_of("format")
        style = {".clang-format": "BasedOnStyle: LLVM\n", "broker/main.c": "\nint main(void) { return 0; }\n"}
        good = {path: "" for path in GOOD if path.endswith((".c", ".h"))}
        self.assertEqual(list(rule.find(self.tree({**good, **style}))), [])
        style["broker/main.c"] = "\nint main(void) {  return 0; }\n"
        found = list(rule.find(self.tree({**good, **style})))
        self.assertEqual([(finding.path, finding.line) for finding in found], [("broker/main.c", 2)])

    def test_a_page_that_names_what_is_not_there(self):
        for named in ("broker/core/gone.c", "broker/cellar/", "gone.py", "broker/core/gone_*.c"):
            self.refused("pages", "README.md", 2, {"README.md": f"See\n`{named}`.\n"})

    def test_a_sentence_without_a_row_and_a_row_without_a_sentence(self):
        page, code = GOOD["deploy/WORDS.md"], GOOD["services/desk/board.c"]
        self.refused("said", "services/desk/board.c", 5, {"deploy/WORDS.md": page.replace("| a |", "| a | b |")},
                     ("said", "deploy/WORDS.md", 5))
        self.refused("said", "deploy/WORDS.md", 6,
                     {"deploy/WORDS.md": page.replace("…. |\n", "…. |\n| b | Ring … now the case. |\n")})
        self.assertEqual(self.found({"services/desk/board.c": code.replace("puts(", "assert(1 && ").replace(
            "\n}", '\n    puts("{a} has the case now. Ring %u.");\n}')}), [])

    def test_help_and_logs_are_told_from_sentences_by_where_they_stand(self):
        said, page = 'puts("Nobody has it yet.");', GOOD["deploy/WORDS.md"]
        for path, text, refused in (
                ("services/desk/new.c", f"void f(void)\n{{\n    {said}\n}}\n", 3),
                ("services/cli/board.c",
                 'const struct argp_option of[] = {\n{"a", 1, 0, 0,\n"Nobody has it yet.", 1}};\n', 0),
                ("services/cli/board.c", 'const struct argp of = {\n.doc =\n"Nobody has it yet."};\n' + said + "\n", 4),
                ("services/cli/refer.c", 'static const char of_doc[] =\n"Nobody has it yet.";\n' + said + "\n", 3),
                ("services/cli/refer.c", 'int f(void)\n{\nargp_error(state, "Nobody has it yet.");\n}\n', 3),
                ("services/cli/refer.c", 'int f(void)\n{\nfputs("Nobody has it yet.", stderr);\n}\n', 3),
                ("services/intake/devices.c", 'int f(void)\n{\nfputs("Nobody has it yet.", stderr);\n}\n', 0),
                ("broker/shell/news.c", 'int f(void)\n{\nb->ports.log(b, "Nobody has it yet.");\n}\n', 0),
                ("services/intake/main.c", f"int main(void)\n{{\n    {said}\n}}\n", 0),
                ("services/audit/audit.c", f"void f(void)\n{{\n    {said}\n}}\n", 0)):
            found = self.found({path: text, "deploy/WORDS.md": page.replace("has now", "has now it nobody yet")})
            if refused:
                self.assertEqual([(rule, where, line) for rule, where, line in found if rule == "said"],
                                 [("said", path, refused)])
            else:  # nobody says the words that were added
                self.assertEqual({(rule, where) for rule, where, line in found}, {("glossary", "deploy/WORDS.md")})

    def test_the_files_that_speak_to_operators_are_there(self):
        paths = tidy.Tree(ROOT).paths
        for files in tidy.tidy_words.STAYS_OUT:
            self.assertTrue(any(re.fullmatch(files, path) for path in paths), files)

    def test_a_number_that_a_macro_puts_in(self):
        self.assertEqual(self.found({"services/desk/board.c": GOOD["services/desk/board.c"].replace(
            '"%s has', '"%" PRId64 " has')}), [])

    def test_a_sentence_that_is_too_long(self):
        for count, refused in ((20, False), (21, True)):
            words = "now " * (count - 1) + "has."
            found = self.found({
                "services/desk/board.c": GOOD["services/desk/board.c"].replace("Ring {team}.", f"Ring {{team}}. {words}"),
                "deploy/WORDS.md": GOOD["deploy/WORDS.md"].replace("Ring ….", f"Ring …. {words}")})
            self.assertEqual(found, [("sentences", "services/desk/board.c", 5)] if refused else [])

    def test_a_word_outside_the_glossary_and_one_that_nobody_says(self):
        page = GOOD["deploy/WORDS.md"]
        self.refused("glossary", "services/desk/board.c", 5, {"deploy/WORDS.md": page.replace("has now", "has")})
        self.refused("glossary", "services/desk/board.c", 5, {"deploy/WORDS.md": page.replace("| case |", "| |")})
        self.refused("glossary", "deploy/WORDS.md", 16, {"deploy/WORDS.md": page.replace("ring the", "ring the forthwith")})

    def test_a_hazard_whose_test_is_not_run_and_a_test_that_is_not_named(self):
        for run in ("R1_gone", "R1_told)\nadd_test(NAME R2_more"):
            found = self.found({"tests/promises.cmake": f"add_test(NAME {run})\n"})
            self.assertEqual({finding[:2] for finding in found}, {("hazards", "deploy/HAZARDS.md")})

    def test_evidence_that_is_not_there(self):
        page = "deploy/THREATS.md"
        loop = "foreach(name arena words)\n  concordat_unit_test(test_${name} x)\nendforeach()\n"
        good = {"tests/proto.cmake": f"# test_gone was a test\n{loop}",
                "tests/browser/live.mjs": 'test("an offer comes", async () => {});\n',
                "tests/simulation/check.c": '/* check.c: what is lost. */\nconst char checker[] = "P1 lost";\n'}
        said = 'Shown by `test_words`; browser: "an offer comes"; *P1 lost*; **P2 is bold**; `tests/unit/test_match.c`.\n'
        self.assertEqual(self.found({**good, page: said}), [])
        for was, gone in (("test_words", "test_gone"), ("an offer comes", "an offer goes"), ("P1 lost", "P1 found")):
            self.refused("hazards", page, 1, {**good, page: said.replace(was, gone)})

    def test_a_change_log_of_another_shape(self):
        good = GOOD["CHANGELOG.md"]
        for line, text in ((1, good.replace("# Changelog", "# News")), (7, good.replace("1.2.0", "1.3.0")),
                           (9, good.replace("### Fixed", "### Mended")), (11, good.replace("1.1.0", "1.3.0")),
                           (11, good.replace("[1.1.0] - 2026-12-01", "[1.1.0]")),
                           (11, good.replace("[1.1.0] - 2026-12-01", "[Unreleased]"))):
            self.refused("changelog", "CHANGELOG.md", line, {"CHANGELOG.md": text})


if __name__ == "__main__":
    unittest.main()
