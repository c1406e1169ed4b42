"""FROM TO COUNT: the rows of FROM's last COUNT jobs into a new database, a durable commit for each job; jobs a second."""

import os
import sqlite3
import sys
import time

source, copy, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for ending in ("", "-wal", "-shm"):
    if os.path.exists(copy + ending):
        os.remove(copy + ending)
old = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
new = sqlite3.connect(copy, isolation_level=None)
new.execute("PRAGMA journal_mode=WAL")
new.execute("PRAGMA synchronous=FULL")
for (sql,) in old.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"):
    new.execute(sql)

QUERIES = [
    ("jobs", "SELECT * FROM jobs WHERE id = ?"),
    ("uploads", "SELECT u.* FROM uploads u JOIN job_files f ON f.upload_id = u.id WHERE f.job_id = ?"),
    ("job_files", "SELECT * FROM job_files WHERE job_id = ?"),
    ("job_history", "SELECT * FROM job_history WHERE job_id = ?"),
    ("audit_log", "SELECT * FROM audit_log WHERE subject = 'job ' || ?"),
]
jobs = [row[0] for row in old.execute("SELECT id FROM jobs ORDER BY id DESC LIMIT ?", (count,))]
work = []
for job in reversed(jobs):
    for table, query in QUERIES:
        rows = old.execute(query, (job,)).fetchall()
        assert rows, f"{table} has no row of job {job}"
        work.append([(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row) for row in rows])
groups = [sum(work[at : at + len(QUERIES)], []) for at in range(0, len(work), len(QUERIES))]

begun = time.perf_counter()
for group in groups:
    new.execute("BEGIN IMMEDIATE")
    for sql, row in group:
        new.execute(sql, row)
    new.execute("COMMIT")
print(len(groups) / (time.perf_counter() - begun))
