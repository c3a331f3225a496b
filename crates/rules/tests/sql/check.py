"""Runs lowered rules on DuckDB or Spark and compares every answer with ours.

usage: check.py duckdb|spark FILE.json
FILE: [{"tables": {kind: {"columns": [[name, type]], "rows": [[...]]}}, "sql": text, "expected": {id: {column: value}}}]
Prints each difference; exit status 1 if there is any.
"""

import datetime
import decimal
import json
import sys


def typed(value, kind):
    if value is None:
        return None
    if kind.startswith("DECIMAL"):
        return decimal.Decimal(value)
    if kind == "DATE":
        return datetime.date.fromisoformat(value)
    return value


def plain(value):
    """A value as the file writes it."""
    if isinstance(value, decimal.Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def duckdb_runner():
    import duckdb

    def run(case):
        connection = duckdb.connect()
        for name, table in case["tables"].items():
            columns = ", ".join(f'"{column}" {kind}' for column, kind in table["columns"])
            connection.execute(f'CREATE TABLE "{name}" ({columns})')
            kinds = [kind for _, kind in table["columns"]]
            rows = [[typed(value, kind) for value, kind in zip(row, kinds)] for row in table["rows"]]
            if rows:
                marks = ", ".join("?" for _ in kinds)
                connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        try:
            found = connection.execute(case["sql"])
        except duckdb.InvalidInputException as error:
            # DuckDB 2.0 trips over some constant expressions while it simplifies them; then it runs them as they are.
            if "BoundFunctionExpression" not in str(error):
                raise
            connection.execute("SET disabled_optimizers = 'expression_rewriter'")
            found = connection.execute(case["sql"])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    return run


def spark_runner():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        # Joins of a few rows in many views: copies for each would fill the memory.
        .config("spark.sql.autoBroadcastJoinThreshold", "-1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.ansi.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")

    def run(case):
        for name, table in case["tables"].items():
            kinds = [kind for _, kind in table["columns"]]
            rows = [[typed(value, kind) for value, kind in zip(row, kinds)] for row in table["rows"]]
            schema = ", ".join(f"`{column}` {kind.split('(4')[0].replace('VARCHAR', 'STRING')}" for column, kind in table["columns"])
            session.createDataFrame(rows, schema).createOrReplaceTempView(name)
        return [row.asDict() for row in session.sql(case["sql"]).collect()]

    return run


def main():
    engine, path = sys.argv[1], sys.argv[2]
    run = {"duckdb": duckdb_runner, "spark": spark_runner}[engine]()
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    wrong = compared = 0
    for number, case in enumerate(cases):
        try:
            rows = run(case)
        except Exception as error:  # the text itself is what is tested
            print(f"case {number}: {type(error).__name__}: {error}\n{case['sql']}")
            wrong += 1
            continue
        if {row["id"] for row in rows} != set(case["expected"]) or len(rows) != len(case["expected"]):
            print(f"case {number}: other records came out")
            wrong += 1
        for row in rows:
            for column, expected in case["expected"][row["id"]].items():
                compared += 1
                found = plain(row[column])
                if found != expected:
                    wrong += 1
                    if wrong < 20:
                        print(f"case {number}, {row['id']}, {column}: {found!r}, expected {expected!r}")
    print(f"{engine}: {compared} answers compared, {wrong} differ")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
