"""DATABASE: processor milliseconds for a page of 200 jobs as JSON, where nothing but SQLite and a JSON writer is asked."""

import json
import sqlite3
import sys
import time

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.row_factory = sqlite3.Row
PAGE = "SELECT j.*, u.name AS owner FROM jobs j LEFT JOIN users u ON u.id = j.user_id ORDER BY j.created_at DESC LIMIT 200"
TURNS = 100
begun = time.process_time()
for _ in range(TURNS):
    rows = [dict(row) for row in db.execute(PAGE)]
    total = db.execute("SELECT COUNT(*) FROM jobs").fetchone()[0]
    json.dumps({"jobs": rows, "total": total}).encode()
print((time.process_time() - begun) * 1000 / TURNS)
