-- What is to be delivered, and how far the stream of alerts was read. Times are ms of the wall clock.

CREATE TABLE IF NOT EXISTS place (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  stream_id TEXT NOT NULL
) STRICT;

-- What each route knows of an alert (escalation.Course) and the alert as it was last.
CREATE TABLE IF NOT EXISTS courses (
  alert TEXT NOT NULL,
  route TEXT NOT NULL,
  course BLOB NOT NULL,
  body BLOB NOT NULL,
  due INTEGER,
  open INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (alert, route)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS courses_due ON courses (due) WHERE due IS NOT NULL;

-- Waiting messages; those of one alert go to a receiver in the order of seq.
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver TEXT NOT NULL,
  alert TEXT NOT NULL,
  revision INTEGER NOT NULL,
  nudge INTEGER NOT NULL,
  route TEXT NOT NULL,
  body BLOB NOT NULL,
  accepted INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  rank INTEGER NOT NULL,
  UNIQUE (receiver, alert, revision, nudge)
) STRICT;
-- In the order in which they are sent: the first that fits is found without sorting what waits.
CREATE INDEX IF NOT EXISTS messages_next ON messages (receiver, rank DESC, due, seq);
-- What waits is counted every second, without reading bodies.
CREATE INDEX IF NOT EXISTS messages_waiting ON messages (receiver, queued);
CREATE INDEX IF NOT EXISTS messages_chain ON messages (receiver, alert, seq);

-- The last revision of an alert that a receiver has taken.
CREATE TABLE IF NOT EXISTS told (
  receiver TEXT NOT NULL,
  alert TEXT NOT NULL,
  route TEXT NOT NULL,
  body BLOB NOT NULL,
  open INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (receiver, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_open ON told (receiver) WHERE open;

CREATE TABLE IF NOT EXISTS endpoints (
  receiver TEXT PRIMARY KEY,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  paused_until INTEGER NOT NULL DEFAULT 0,
  disabled TEXT,
  last_fault TEXT,
  last_delivered INTEGER
) STRICT, WITHOUT ROWID;
