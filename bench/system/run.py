"""Measures the whole program beside floors and peers, each in the same run: import, pass, start, answers, changes.

usage: run.py FOLDER [--only import,pass,city,start,answer,change] [--runs 3] [--rows 1000000]
FOLDER keeps what is made (some 8 GB): made-up sheets and registers. What is there is not made again, but for what is measured.
Needs: cargo build --release -p yingjin; for the peers pip install duckdb polars. Linux only: CPU and memory come from the kernel.
Prints a table; each line has the median of the runs, its CPU seconds, its peak memory, and the ratio to its floor or peer.
"""

import argparse
import atexit
import csv
import http.client
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "target", "release", "yingjin")
CITY = os.path.join(ROOT, "cities", "xuchang")
SEED = 2020
DAY = "2020-03-06"  # the day of the sheet
PASS_DAY = "2020-03-31"
CITY_DAY = "2020-06-30"  # after the last sheet of the sample city
TICK = os.sysconf("SC_CLK_TCK")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
AREAS = ["411002", "411003", "411024", "411025", "411081", "411082", "411071"]
INDUSTRIES = ["C3311", "C2190", "E4710", "F5127", "F5211", "G5431", "H6110", "H6210", "I6513", "K7010", "L7212", "O8051"]
FORMS = ["company", "joint-stock", "collective", "sole-proprietor", "partnership"]


def code(number):
    """A unified social credit code of the area 000000, which is no place, with its check character."""
    first = "91000000XY" + f"{number:07d}"
    total = sum(pow(3, place, 31) * ALPHABET.index(letter) for place, letter in enumerate(first))
    return first + ALPHABET[(31 - total % 31) % 31]


def make_sheet(path, rows):
    """Made-up firms as a csv: 25 columns, one cell in twelve of those that may be missing is empty."""
    dice = random.Random(SEED)
    heading = (
        "uscc name area address registered_on legal_form ownership registered_capital legal_person phone industry staff "
        "revenue assets in_difficulty severe_difficulty key_supply insured_staff insured_end_last_year "
        "insured_start_last_year ui_paid_last_year ui_paid_months premiums_six_months taxpayer housing_fund_month"
    ).split()
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for number in range(rows):
            staff = int(dice.paretovariate(0.9)) + 1
            insured = staff * dice.randrange(0, 10) // 10
            row = [
                code(number), f"许昌测量用企业{number}（虚构）", dice.choice(AREAS), f"许昌示例路{number % 5000}号（虚构）",
                f"{dice.randrange(1995, 2020)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}", dice.choice(FORMS),
                dice.choice(["private", "private", "private", "state"]), f"{dice.randrange(10_000_000, 2_000_000_000) / 100:.2f}",
                f"示例人{number}（虚构）", f"000-{number}", dice.choice(INDUSTRIES), staff, f"{staff * dice.randrange(10**7, 2 * 10**8) / 100:.2f}",
                f"{staff * dice.randrange(10**7, 10**8) / 100:.2f}", dice.choice(["true", "false"]), dice.choice(["true", "false", "false"]),
                dice.choice(["none"] * 50 + ["local", "national"]), insured, insured, insured + dice.randrange(-1, 2) if insured else 0,
                f"{insured * dice.randrange(28000, 42000) / 100:.2f}", dice.randrange(2, 160), f"{insured * 5000}.00",
                dice.choice(["small-scale", "general"]), f"{insured * 200}.00",
            ]  # fmt: skip
            for at in (11, 12, 13, 14, 15, 17):
                if dice.randrange(12) == 0:
                    row[at] = ""
            writer.writerow(row)


class Ran:
    """What a process cost."""

    def __init__(self, wall, usage, code):
        self.wall, self.cpu, self.mib, self.code = wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code


def run(*command, quiet=True):
    """Runs a command to its end."""
    out = subprocess.DEVNULL if quiet else None
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    ran = Ran(time.perf_counter() - start, usage, os.waitstatus_to_exitcode(status))
    child.returncode = ran.code
    if ran.code != 0:
        sys.exit(f"{' '.join(command)} ended with {ran.code}")
    return ran


def yingjin(*arguments):
    return run(PROGRAM, *arguments)


def python(program, *arguments):
    """A peer or a floor in a process of its own, so that its memory is its own."""
    return run(sys.executable, "-c", program, *arguments)


def register(path):
    return ["--city", CITY, "--db", f"sqlite://{path}"]


def remove(path):
    for ending in ("", "-wal", "-shm"):
        if os.path.exists(path + ending):
            os.remove(path + ending)


def chill(path):
    """Puts a file out of the system's cache: the next to read it reads the disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def copied(source, target):
    remove(target)
    shutil.copyfile(source, target)
    with open(target, "rb") as file:
        os.fsync(file.fileno())


def median(runs):
    return sorted(runs, key=lambda one: one.wall)[len(runs) // 2]


class Table:
    """Prints lines as they come; the ratio is to the line named last as the base."""

    def __init__(self):
        self.base = None
        print(f"{'':64} {'wall s':>9} {'CPU s':>9} {'peak MiB':>9} {'x base':>7}", flush=True)

    def line(self, name, ran, is_base=False):
        if is_base:
            self.base = ran.wall
        ratio = f"{ran.wall / self.base:7.1f}" if self.base else ""
        print(f"{name:64} {ran.wall:9.2f} {ran.cpu:9.2f} {ran.mib:9.0f} {ratio}", flush=True)

    def times(self, name, seconds, is_base=False, cpu=None):
        """Many short times: median and 99th percentile in milliseconds."""
        seconds = sorted(seconds)
        half, most = statistics.median(seconds), seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)]
        if is_base:
            self.base = half
        of_cpu = f", CPU {cpu * 1000 / len(seconds):.2f} ms each" if cpu is not None else ""
        ratio = f"{half / self.base:.1f} x base" if self.base else ""
        print(f"{name:64} p50 {half * 1000:7.2f} ms  p99 {most * 1000:7.2f} ms  {ratio}{of_cpu}", flush=True)

    def new(self, title):
        self.base = None
        print(f"\n{title}", flush=True)


PLAIN_LOAD = """
import csv, sqlite3, sys
connection = sqlite3.connect(sys.argv[2])
connection.execute("PRAGMA journal_mode = WAL"); connection.execute("PRAGMA synchronous = FULL")
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = csv.reader(file); heading = next(rows)
    connection.execute(f"CREATE TABLE firm ({', '.join(heading)}, PRIMARY KEY (uscc))")
    connection.executemany(f"INSERT INTO firm VALUES ({', '.join('?' * len(heading))})", rows)
connection.commit()
"""
READ_ONLY = """
import sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(connection.execute("SELECT count(*), sum(length(facts)), sum(length(id)) FROM record").fetchone())
"""
READ_PARSED = """
import json, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(sum(len(json.loads(facts)) for (facts,) in connection.execute("SELECT facts FROM record")))
"""
DUCKDB_READ = """
import duckdb, sys
connection = duckdb.connect(); connection.execute("SET threads = 1")
connection.execute("CREATE TABLE firm AS SELECT * FROM read_csv(?, all_varchar = true)", [sys.argv[1]])
columns = [name for name, *_ in connection.execute("DESCRIBE firm").fetchall()]
print(connection.execute("SELECT " + ", ".join(f"count({name})" for name in columns) + " FROM firm").fetchone())
"""


def measure_import(table, folder, options):
    table.new(f"Import of a csv of {options.rows:,} made-up firms into an empty SQLite register (25 columns)")
    sheet = sheet_of(folder, options.rows)
    plain = os.path.join(folder, "plain.db")
    runs = []
    for _ in range(options.runs):
        remove(plain)
        runs.append(python(PLAIN_LOAD, sheet, plain))
    table.line("floor: Python csv + sqlite3, texts with a key, no history", median(runs), is_base=True)
    remove(plain)
    for rows in (options.rows // 10, options.rows * 3 // 10, options.rows):
        part = sheet_of(folder, rows)
        target = os.path.join(folder, "firms.db" if rows == options.rows else "part.db")
        runs = []
        for _ in range(options.runs if rows == options.rows else 1):
            remove(target)
            runs.append(import_sheet(part, target))
        table.line(f"yingjin import, {rows:,} rows", median(runs))
    table.line("yingjin import, the same file again (nothing changes)", import_sheet(sheet, target))
    remove(os.path.join(folder, "part.db"))


def import_sheet(sheet, target):
    return yingjin("import", "firm", sheet, "--on", DAY, "--source", "测量", "--synthetic", *register(target))


def sheet_of(folder, rows):
    path = os.path.join(folder, f"firms-{rows}.csv")
    if not os.path.exists(path):
        make_sheet(path + ".new", rows)
        os.rename(path + ".new", path)
    return path


def judge(table, options, folder, source, day):
    """Reads, then passes, over a copy."""
    target = os.path.join(folder, "judged.db")
    copied(source, target)
    floor, parsed, dry = [], [], []
    for _ in range(options.runs):
        for program, runs in ((READ_ONLY, floor), (READ_PARSED, parsed)):
            chill(target)
            runs.append(python(program, target))
        chill(target)
        dry.append(yingjin("evaluate", "--on", day, "--dry-run", *register(target)))
    table.line("floor: SQLite adds up the lengths of all records", median(floor), is_base=True)
    table.line("peer: Python sqlite3 + json, reads only, judges nothing", median(parsed))
    table.line("yingjin evaluate --dry-run: every verdict, the table of sums", median(dry))
    first = yingjin("evaluate", "--on", day, "--quiet", *register(target))
    table.line("yingjin evaluate, the first time: every verdict written", first)
    table.line("yingjin evaluate, again: nothing turned", yingjin("evaluate", "--on", day, "--quiet", *register(target)))
    remove(target)


def measure_pass(table, folder, options):
    table.new(f"Cold start to all verdicts: a register of {options.rows:,} firms, file out of cache")
    source = os.path.join(folder, "firms.db")
    if not os.path.exists(source):
        import_sheet(sheet_of(folder, options.rows), source)
    try:
        table.line("peer: DuckDB, the csv alone, one core, counts cells", python(DUCKDB_READ, sheet_of(folder, options.rows)))
    except SystemExit as missing:
        print(f"DuckDB is left out: {missing}")
    judge(table, options, folder, source, PASS_DAY)


def sample(folder, firms):
    path = os.path.join(folder, f"city-{firms}.db")
    if not os.path.exists(path):
        new = path + ".new"
        remove(new)
        yingjin("sample", CITY, "--seed", str(SEED), "--firms", str(firms), "--db", f"sqlite://{new}", "--quiet")
        os.rename(new, path)
    return path


def measure_city(table, folder, options):
    source = sample(folder, options.rows)
    records = sqlite3.connect(source).execute("SELECT count(*) FROM record").fetchone()[0]
    table.new(f"The same for a whole sample city: {options.rows:,} firms with bills, leases, loans: {records:,} records")
    judge(table, options, folder, source, CITY_DAY)


class Server:
    """The real server over a copy of a sample city."""

    PORT = 18473

    def __init__(self, folder, source, day):
        self.target = os.path.join(folder, "served.db")
        copied(source, self.target)
        yingjin("evaluate", "--on", day, "--quiet", *register(self.target))
        yingjin("account", *register(self.target), "demo")
        self.command = [PROGRAM, "serve", "--listen", f"127.0.0.1:{self.PORT}", "--on", day, "--demo", "--behind-proxy"]
        self.command += register(self.target)
        self.child = None

    def start(self):
        environment = {**os.environ, "YINGJIN_LOG": "error"}
        self.child = subprocess.Popen(self.command, env=environment, stdout=subprocess.DEVNULL)
        atexit.register(self.child.kill)
        while True:
            try:
                return self.client()
            except OSError:
                if self.child.poll() is not None:
                    sys.exit("the server ended by itself")
                time.sleep(0.001)

    def client(self):
        client = http.client.HTTPConnection("127.0.0.1", self.PORT)
        client.connect()
        return client

    def stop(self):
        self.child.terminate()
        self.child.wait()

    def cpu(self):
        with open(f"/proc/{self.child.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, field="VmRSS"):
        with open(f"/proc/{self.child.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field))


def ask(client, method, path, cookie=None, body=None, headers=None):
    """One request; its time in seconds and the answer."""
    sent = {"X-Yingjin": "1", "Content-Type": "application/json", **(headers or {})}
    if cookie:
        sent["Cookie"] = cookie
    body = json.dumps(body).encode() if body is not None else None
    start = time.perf_counter()
    client.request(method, urllib.parse.quote(path, safe="/?=&"), body, sent)
    answer = client.getresponse()
    text = answer.read()
    took = time.perf_counter() - start
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text[:300]}")
    return took, text, answer.headers.get("Set-Cookie", "").split(";")[0]


def sign_in(client, name):
    return ask(client, "POST", "/api/session", body={"name": name, "password": "yingjin-demo"})[2]


def small_city(folder):
    """A sample city of some 100,000 records."""
    return sample(folder, 18_000)


def measure_start(table, folder, options):
    source = small_city(folder)
    records = sqlite3.connect(source).execute("SELECT count(*) FROM record").fetchone()[0]
    table.new(f"Start of the server with {records:,} records")
    server = Server(folder, source, CITY_DAY)
    health, judged, cpu, idle, peak = [], [], [], [], []
    for _ in range(options.runs + 2):
        start = time.perf_counter()
        client = server.start()
        ask(client, "GET", "/health")
        health.append(time.perf_counter() - start)
        ask(client, "POST", "/api/owed", body={})
        judged.append(time.perf_counter() - start)
        cpu.append(server.cpu())
        time.sleep(2)
        idle.append(server.memory())
        peak.append(server.memory("VmHWM"))
        server.stop()
    table.times("start to the first answer (/health)", health, is_base=True)
    table.times("start to the first answer that needs today's verdicts", judged, cpu=sum(cpu))
    print(f"{'idle memory 2 s later, and the highest until then':64} {statistics.median(idle):.0f} MiB, {max(peak):.0f} MiB")
    remove(server.target)


def repeated(count, work):
    for number in range(count // 10):
        work(number)
    return [work(number) for number in range(count)]


def measure_answer(table, folder, options):
    table.new("One firm, all duties, explained, over HTTP: one client, one connection, Python's http.client")
    server = Server(folder, small_city(folder), CITY_DAY)
    client = server.start()
    firm, boss = sign_in(client, "demo-firm"), sign_in(client, "demo-administrator")
    owner = json.loads(ask(client, "GET", "/api/session", firm)[1])["record"]
    path = f"/api/records/{owner['kind']}/{owner['id']}"
    duties = [duty for duty in json.loads(ask(client, "GET", path, boss)[1])["duties"]]
    paths = []
    for duty in duties:
        at = duty["record"] or owner
        paths.append(f"/api/records/{at['kind']}/{at['id']}/duties/{duty['duty']}")

    def measured(name, count, work, is_base=False):
        before = server.cpu()
        seconds = repeated(count, work)
        spent = (server.cpu() - before) / (1 + 1 / 10)
        table.times(name, seconds, is_base, spent)

    def of(path, cookie):
        return lambda _: ask(client, "GET", path, cookie)[0]

    def owed(number):
        # Each question comes from another address: an address may ask sixty times a minute.
        address = f"10.{number % 200}.{number // 200 % 200}.{random.randrange(250)}"
        return ask(client, "POST", "/api/owed", firm, {}, {"X-Forwarded-For": address})[0]

    measured("floor: /health", 3000, of("/health", None), is_base=True)
    measured("who is signed in (/api/session)", 2000, of("/api/session", boss))
    measured("what am I owed: every measure, reason, questions (/api/owed)", 2000, owed)
    measured(f"the record's page: facts, {len(duties)} standings", 1000, of(path, boss))
    measured("one duty explained clause by clause, sources of facts", 1000, lambda number: of(paths[number % len(paths)], boss)(0))
    measured(f"all {len(paths)} duties one by one", 100, lambda _: sum(ask(client, "GET", path, boss)[0] for path in paths))
    client.close()
    server.stop()
    remove(server.target)


def measure_change(table, folder, options):
    table.new("One record changed in the server until its verdicts and events are durable")
    server = Server(folder, small_city(folder), CITY_DAY)
    floor = sqlite3.connect(os.path.join(folder, "floor.db"), isolation_level=None)
    floor.execute("PRAGMA journal_mode = WAL")
    floor.execute("PRAGMA synchronous = FULL")
    floor.execute("CREATE TABLE IF NOT EXISTS line (number, text)")

    def committed(number):
        start = time.perf_counter()
        floor.execute("INSERT INTO line VALUES (?, ?)", (number, "x" * 400))
        return time.perf_counter() - start

    client = server.start()
    boss = sign_in(client, "demo-administrator")
    listed = json.loads(ask(client, "GET", "/api/records?kind=firm&limit=100", boss)[1])["items"]

    def changed(number):
        firm = listed[number % len(listed)]
        facts = {"staff": 10 + number % 400, "insured_staff": number % 9, "in_difficulty": number % 2 == 0}
        return ask(client, "PATCH", f"/api/records/firm/{firm['id']}", boss, {"facts": facts})[0]

    table.times("floor: one row committed to SQLite with its sync", repeated(1000, committed), is_base=True)
    before = server.cpu()
    seconds = repeated(1000, changed)
    table.times("PATCH of three facts that turn verdicts", seconds, cpu=(server.cpu() - before) / (1 + 1 / 10))
    client.close()
    server.stop()
    floor.close()
    remove(server.target)
    remove(os.path.join(folder, "floor.db"))


PARTS = {
    "import": measure_import,
    "pass": measure_pass,
    "city": measure_city,
    "start": measure_start,
    "answer": measure_answer,
    "change": measure_change,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    folder = os.path.abspath(options.folder)
    print(f"load before: {os.getloadavg()}, {os.cpu_count()} cores, median of {options.runs} runs")
    table = Table()
    for part in options.only.split(","):
        PARTS[part](table, folder, options)
    print(f"\nload after: {os.getloadavg()}")


if __name__ == "__main__":
    main()
