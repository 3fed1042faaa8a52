"""What the exchange's figures are held against, measured in the same run."""

import os
import re
import shutil
import subprocess
import time

from processes import middle, run


def parsed_whole(pages):
    """The pages that xmllint reads to their end: a row that cannot be decoded ends a document for it, but not for us."""
    return [page for page in pages if subprocess.run(["xmllint", "--noout", page], capture_output=True).returncode == 0]


def xmllint(pages, rounds):
    """Processor seconds in which xmllint merely parses the pages."""
    return run(["xmllint", "--sax", "--noout"] + pages * rounds)


def openssl_signatures(seconds=3):
    """ES256 signatures a second of one core: openssl counts its own processor time."""
    said = subprocess.run(
        ["openssl", "speed", "-seconds", str(seconds), "ecdsap256"], capture_output=True, text=True, check=True
    ).stdout
    return float(re.search(r"nistp256\).*?\s([\d.]+)\s+[\d.]+\s*$", said, re.M)[1])


def disk_write(path, size):
    """Bytes a second at which as many bytes are written one after the other and flushed: the middle of three."""
    speeds = []
    block = os.urandom(1 << 20)
    for _ in range(3):
        start = time.monotonic()
        with open(path, "wb", buffering=0) as file:
            for _ in range(max(1, size >> 20)):
                file.write(block)
            os.fsync(file.fileno())
        speeds.append((max(1, size >> 20) << 20) / (time.monotonic() - start))
        os.remove(path)
    return middle(speeds)


SETTINGS = (
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 32000; PRAGMA cache_size = -98304; "
    "PRAGMA journal_size_limit = 134217728;"
)


def bare_insert(store, folder, transactions):
    """What SQLite's own shell needs to insert all rows of a store into bare tables, in as many transactions, as durable.

    The rows of every table, those inside the index of names included, are first copied into tables without keys and
    indexes, which is not measured; from there each transaction inserts an equal part of each: no text is parsed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    source = f"{folder}/source.sqlite"
    names = shell(store, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE "
                         "'CREATE VIRTUAL%' AND name <> 'grdb_migrations'").split()
    shell(source, f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ATTACH '{store}' AS s;"
          + "".join(f"CREATE TABLE {name} AS SELECT * FROM s.{name};" for name in names))
    counts = {name: int(shell(source, f"SELECT count(*) FROM {name}")) for name in names}
    counts = {name: count for name, count in counts.items() if count}
    script = f"{folder}/insert.sql"
    with open(script, "w") as file:
        file.write(f"{SETTINGS}\nATTACH '{source}' AS s;\n")
        for name in counts:
            columns = shell(source, f"SELECT group_concat(name) FROM pragma_table_info('{name}')").strip()
            file.write(f"CREATE TABLE {name}({columns});\n")
        for number in range(transactions):
            file.write("BEGIN IMMEDIATE;\n")
            for name, count in counts.items():
                first, last = count * number // transactions, count * (number + 1) // transactions
                if last > first:
                    file.write(f"INSERT INTO main.{name} SELECT * FROM s.{name} WHERE rowid > {first} AND rowid <= {last};\n")
            file.write("COMMIT;\n")
    with open(script, "rb") as file:
        used = run(["sqlite3", f"{folder}/bare.sqlite"], stdin=file)
    size = os.path.getsize(f"{folder}/bare.sqlite")
    rows = sum(counts.values())
    shutil.rmtree(folder)
    return used, size, rows


def shell(path, sql):
    return subprocess.run(["sqlite3", "-bail", path], input=sql, capture_output=True, text=True, check=True).stdout
