"""The protocol's schema as a released version had it: classes for its messages, what of a message that version would not know,
and what has changed since.

A schema is a FileDescriptorSet, as protoc writes it.
"""

import os
import subprocess

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "concordat.v1"
NEVER = "Numbers and names of a released version are never changed, removed or used again. Put it back as it was"


def compile_schema(folder, path):
    """Writes the FileDescriptorSet of a folder with .proto files."""
    files = sorted(os.listdir(os.path.join(folder, *PACKAGE.split("."))))
    subprocess.run(["protoc", f"-I{folder}", f"--descriptor_set_out={path}",
                    *(f"{PACKAGE.replace('.', '/')}/{name}" for name in files if name.endswith(".proto"))], check=True)


class Schema:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in self.files.file:
            self.pool.Add(file)

    def __getattr__(self, name):
        """The class of a message, such as schema.Request; a client takes a schema for the module of the wire."""
        descriptor = self.pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self.pool).GetPrototype(descriptor)

    def strange(self, kind, data):
        """What this schema has no words for in a packed message; "" if it knows all of it."""
        message = getattr(self, kind).FromString(data)
        known = getattr(self, kind).FromString(data)
        known.DiscardUnknownFields()
        if known.SerializeToString(deterministic=True) != message.SerializeToString(deterministic=True):
            return f"{kind} has a field that is not known"
        if kind == "Message" and message.WhichOneof("body") == "feed":
            return next(filter(None, (self.strange("Event", item.event) for item in message.feed.events)), "")
        return strange_code(message)

    def things(self):
        """{full name: what it is} of every field and code."""
        found = {}
        for file in self.files.file:
            for enum in file.enum_type:
                found.update({f"{enum.name}.{value.name}": ("code", value.number) for value in enum.value})
            for message in file.message_type:
                assert not message.nested_type and not message.enum_type, "nested types are compared nowhere"
                for field in message.field:
                    one_of = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
                    found[f"{message.name}.{field.name}"] = (
                        field.number, field.type, field.type_name, field.label, one_of, field.proto3_optional)
        return found


def strange_code(message):
    """The first field with a number that no code of this schema has."""
    for field, value in message.ListFields():
        for item in value if field.label == field.LABEL_REPEATED else (value,):
            if field.enum_type and item not in field.enum_type.values_by_number:
                return f"{field.full_name} has the code {item}, which is not known"
            if field.message_type and (found := strange_code(item)):
                return found
    return ""


def changes(old, new, may_grow):
    """Sentences about what a newer schema does that programs of the older one cannot live with."""
    before, now = old.things(), new.things()
    said = []
    for name, what in before.items():
        if name not in now:
            said.append(f"{name} is gone. {NEVER}.")
        elif now[name] != what:
            said.append(f"{name} was {what} and is {now[name]}. {NEVER}.")
    for name in now.keys() - before.keys():
        taken = [other for other in before if other.split(".")[0] == name.split(".")[0] and number(before[other]) == number(now[name])]
        if taken:
            said.append(f"{name} has the number of {taken[0]}. {NEVER}, and give {name} a number of its own.")
        elif not may_grow:
            said.append(f"{name} is new. Within one protocol number nothing is added, because an older program refuses what it does "
                        "not know: raise WIRE_PROTOCOL (proto/wire/wire.h) and LEDGER_VERSION (proto/words/ledger_format.h), go on "
                        "answering programs that say the older number without what is new, and go on opening the older ledger.")
    return sorted(said)


def number(what):
    return what[1] if what[0] == "code" else what[0]
