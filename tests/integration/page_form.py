"""The form of a page as a browser has it: what it would send, and how it is filled in by keyboard."""

import html.parser


class PageForm(html.parser.HTMLParser):
    """The page's form for an address, with the values that stand in it."""

    def __init__(self, text, action):
        super().__init__()
        self.action, self.fields, self.inside, self.open, self.stops = action, [], False, [], []
        self.folded, self.options = 0, {}
        self.feed(text)
        assert self.stops, f"no form for {action}"

    def handle_starttag(self, tag, attributes):
        at = {name: value if value is not None else "" for name, value in attributes}
        if tag == "form":
            self.inside = at.get("action") == self.action
        if not self.inside:
            return
        name, value = at.get("name"), at.get("value", "")
        at["folded"] = self.folded > 0 and tag != "summary"
        self.folded += tag == "details" and "open" not in at
        if tag in ("input", "textarea", "select", "button", "summary"):
            self.stops.append((tag, name, at))
        if tag == "input" and at.get("type") in ("radio", "checkbox"):
            if "checked" in at:
                self.fields.append((name, value))
        elif tag == "input":
            self.fields.append((name, value))
        elif tag in ("textarea", "select"):
            self.open.append((tag, name))
            self.fields.append((name, ""))
        elif tag == "option":
            self.options.setdefault(self.open[-1][1], []).append(value)
            if "selected" in at:
                self.set(self.open[-1][1], value)

    def handle_data(self, data):
        if self.inside and self.open and self.open[-1][0] == "textarea":
            self.set(self.open[-1][1], (dict(self.fields)[self.open[-1][1]] + data).removeprefix("\n"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        self.folded -= tag == "details" and self.folded > 0
        if self.open and tag == self.open[-1][0]:
            self.open.pop()

    def set(self, name, *values):
        assert any(stop[1] == name for stop in self.stops), f"the form does not ask for {name}"
        self.fields = [field for field in self.fields if field[0] != name] + [(name, value) for value in values]

    def filled(self, press="send", **values):
        """The fields that are sent when these fields are filled in and a button is pressed."""
        for name, value in values.items():
            self.set(name.replace("_", "-"), *(value if isinstance(value, (list, tuple)) else (value,)))
        return [*self.fields, ("go", press)]

    def presses(self, button="send", **values):
        """The keys that a person presses who fills these fields in without a pointing device: typing begins at the field with
        the autofocus, Tab leads to the next, one of a group of radio buttons is reached by arrows, an option by its letters.
        """
        values = {name.replace("_", "-"): value for name, value in values.items()}
        start = next(i for i, (_, _, at) in enumerate(self.stops) if "autofocus" in at)
        count, groups = 0, {}
        for i, (tag, name, at) in enumerate(self.stops[start:]):
            if at["folded"] or at.get("type") == "hidden":
                continue
            group = at.get("type") == "radio"
            count += i > 0 and not (group and name in groups)  # Tab
            groups.setdefault(name, 0)
            if group:
                if values.get(name) == at["value"]:
                    count += max(1, groups[name])  # Space on the first, arrows to others
                groups[name] += 1
            elif tag == "button":
                if at["value"] == button:
                    return count + 1
            elif tag == "select" and name in values:
                count += self.letters(name, values[name])
            elif at.get("type") == "checkbox":
                count += at["value"] == values.get(name)
            elif name in values:
                count += len(values[name])
        raise AssertionError(f"no button {button}")

    def letters(self, name, wanted):
        """As many letters as lead to an option, whose words begin as its value does."""
        for length in range(1, len(wanted) + 1):
            if next(value for value in self.options[name] if value.startswith(wanted[:length])) == wanted:
                return length
        raise AssertionError(f"{name}: no letters lead to {wanted}")
