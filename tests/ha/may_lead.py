"""Patroni asks this before it promotes a server (pre_promote): no, if another server has a later timeline than this one.

The old primary may come back just when the lease of the next one runs out, with a vote that still names it the leader.
Patroni 3.0.2 then promotes it, and what the next one had acknowledged is gone. But then the third node has followed the
next one, and its timeline says so.

Usage: may_lead.py OWN_AGENT OTHER_AGENT... (addresses with ports)
"""

import json
import sys
import urllib.error
import urllib.request


def timeline(agent):
    """0 if this agent says nothing."""
    try:
        with urllib.request.urlopen(f"http://{agent}/patroni", timeout=1) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as error:  # not well, but it speaks
        said = json.load(error)
    except OSError:
        return 0
    return said.get("timeline") or 0


if __name__ == "__main__":
    own, others = timeline(sys.argv[1]), [timeline(agent) for agent in sys.argv[2:]]
    print(f"own timeline {own}, the others' {others}", flush=True)
    # A server that does not know its own is not promoted now; its agent asks again after a lease.
    sys.exit(1 if max(others) > own else 0)
