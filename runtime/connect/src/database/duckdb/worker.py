"""Asks a DuckDB file for rows, or replaces one of its tables. gmlc starts it; a request comes in as a line of JSON, and so goes the answer."""

import datetime
import decimal
import json
import os
import sys
import threading

sys.path.insert(0, sys.argv[1])
EPOCH = datetime.datetime(1970, 1, 1)


def value(given):
    """A value beside the text of a query."""
    kind, content = next(iter(given.items()))
    if kind == "date":
        return EPOCH.date() + datetime.timedelta(days=content)
    if kind == "timestamp":
        return EPOCH + datetime.timedelta(microseconds=content)
    if kind == "duration":
        return datetime.timedelta(microseconds=content)
    if kind == "float":
        return float(content)
    if kind == "decimal":
        return decimal.Decimal(content)
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "list":
        return [value(item) for item in content]
    return content


def columns(connection, request):
    """The columns of an answer with their types, and those of the table of that name that may be null."""
    values = [value(given) for given in request["values"]]
    described = connection.execute("DESCRIBE " + request["sql"], values).fetchall()
    here = " WHERE database_name = current_database() AND schema_name = coalesce($1, current_schema()) AND table_name = $2"
    nullable = connection.execute(
        "SELECT column_name FROM duckdb_columns()" + here + " AND is_nullable"
        " AND EXISTS (SELECT 1 FROM duckdb_tables()" + here + ")",
        [request["schema"], request["name"]],
    ).fetchall()
    return {"columns": [[row[0], row[1]] for row in described], "nullable": [row[0] for row in nullable]}


def ask(connection, request):
    """Puts the answer into a file; gives the number of its rows."""
    values = [value(given) for given in request["values"]]
    chosen = "SELECT " + ", ".join(request["columns"]) + " FROM (" + request["sql"] + "\n) AS answer"
    if request["condition"]:
        chosen += " WHERE " + request["condition"]
    # Rows come in the order of the answer.
    connection.execute("SET preserve_insertion_order = true")
    out = request["out"].replace("'", "''")
    connection.execute("COPY (" + chosen + ") TO '" + out + "' (FORMAT parquet, COMPRESSION zstd)", values)
    return {"done": True}


def replace(connection, request):
    """Replaces a table in one transaction: others see the old one or the new one."""
    table, staging, names = request["table"], request["staging"], ", ".join(request["names"])
    connection.execute("BEGIN")
    known = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database()"
        " AND schema_name = coalesce(?, current_schema()) AND table_name = ?",
        [request["schema"], request["name"]],
    ).fetchall()
    connection.execute("DROP TABLE IF EXISTS " + staging)
    connection.execute("CREATE TABLE " + staging + " (" + ", ".join(request["declared"]) + ")")
    rows = " SELECT " + names + " FROM read_parquet(?)"
    connection.execute("INSERT INTO " + staging + " (" + names + ")" + rows, [request["file"]])
    if sorted(row[0] for row in known) == sorted(request["columns"]):
        # Its types, defaults and constraints stay.
        connection.execute("DELETE FROM " + table)
        connection.execute("INSERT INTO " + table + " (" + names + ") SELECT " + names + " FROM " + staging)
        connection.execute("DROP TABLE " + staging)
    else:
        connection.execute("DROP TABLE IF EXISTS " + table)
        connection.execute("ALTER TABLE " + staging + " RENAME TO " + request["quoted"])
    connection.execute("COMMIT")
    return {"done": True}


def leave_with(parent):
    """Ends when the process that asked is gone."""
    parent.read()
    os._exit(1)


def main():
    line = sys.stdin.readline()
    threading.Thread(target=leave_with, args=(sys.stdin,), daemon=True).start()
    import duckdb

    request = json.loads(line)
    try:
        connection = duckdb.connect(request["database"], read_only=request["work"] != "replace")
        # No query reads or writes anything but its database and what it names itself; nothing is fetched from anywhere.
        connection.execute("SET autoinstall_known_extensions = false")
        work = {"columns": columns, "ask": ask, "replace": replace}[request["work"]]
        answer = work(connection, request)
        connection.close()
    except duckdb.Error as error:
        text = str(error)
        answer = {"refused": text, "passes": isinstance(error, duckdb.IOException) and "lock" in text}
    print(json.dumps(answer), flush=True)
    # The thread that waits for the parent would keep this one.
    os._exit(0)


main()
