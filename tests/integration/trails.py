"""The trails of an auditor and of an inspector, with a few cases in them, for tests that read trails."""

import sqlite3
import time

SECONDS = 60


def of_three_cases(scene):
    """One case accepted, one declined, one open. The paths of both trails, once they have all of it; from then on they stay as
    they are, and concordat-audit still has them open."""
    trails = {}
    for name in ("auditor", "inspector"):
        scene.make_key(name, name, "council")
        scene.start_audit(name)
        trails[name] = scene.path(f"{name}-state", "trail.db")
    scene.start_intake()
    car = scene.device("car")
    scene.start_team("crisis", "northmoor-crisis")
    for _ in range(3):
        car.request(submit=scene.submission())
    await_answer(trails, "SELECT count(*) = 3 FROM offer")
    for words in (("accept", "R-0001", "25"), ("decline", "R-0002", "no-capacity")):
        assert scene.concordat("crisis", *words)[0] == 0
    await_answer(trails, "SELECT count(*) = 2 FROM offer WHERE ended_as IN ('accepted', 'declined')")
    for name in ("intake", "crisis", "broker"):
        scene.stop(name)
    return trails


def await_answer(trails, question):
    for trail in trails.values():
        for _ in range(SECONDS * 50):
            try:
                with sqlite3.connect(f"file:{trail}?mode=ro", uri=True) as database:
                    if database.execute(question).fetchone()[0]:
                        break
            except sqlite3.OperationalError:
                pass  # not begun yet
            time.sleep(0.02)  # a file cannot notify us
        else:
            raise AssertionError(f"{trail} does not come to it: {question}")
