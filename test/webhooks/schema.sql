-- ── Webhooks ────────────────────────────────────────────────────────────────────────────────────
-- An outbox: an event is written in the transaction of the change that it tells of, its deliveries
-- with it, one per endpoint that was enabled and asked for it at that moment.

CREATE TABLE IF NOT EXISTS webhook_endpoints (
  id                         TEXT PRIMARY KEY NOT NULL
                             CHECK (id GLOB 'whe_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  organization_id            TEXT NOT NULL REFERENCES organizations (id),
  -- Checked when it is set and again each time it is sent to: src/webhooks/destination.ts.
  url                        TEXT NOT NULL CHECK (url GLOB 'http*://?*' AND length(url) <= 2048),
  description                TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  -- The types of event that it asks for.
  events                     TEXT NOT NULL CHECK (json_valid(events) AND json_type(events) = 'array'),
  -- Sealed under the pepper, bound to the id; the secret itself is nowhere.
  secret                     TEXT NOT NULL CHECK (secret GLOB 'v1.?*.?*'),
  -- Signs as well until then, after a rotation.
  previous_secret            TEXT CHECK (previous_secret GLOB 'v1.?*.?*'),
  previous_secret_expires_at INTEGER CHECK (previous_secret_expires_at > 0),
  -- Set: nothing is sent, and what was not delivered yet is held.
  disabled_at                INTEGER CHECK (disabled_at > 0),
  disabled_reason            TEXT CHECK (disabled_reason IN ('owner', 'gone', 'failing')),
  -- The first and the last of the failures since anything was delivered.
  failing_since              INTEGER CHECK (failing_since > 0),
  last_failed_at             INTEGER CHECK (last_failed_at > 0),
  -- It asked for less (429, 502, 504): nothing is sent before.
  throttled_until            INTEGER CHECK (throttled_until > 0),
  created_at                 INTEGER NOT NULL CHECK (created_at > 0),
  CHECK ((previous_secret IS NULL) = (previous_secret_expires_at IS NULL))
) STRICT;

CREATE INDEX IF NOT EXISTS webhook_endpoints_by_organization
  ON webhook_endpoints (organization_id, created_at, id);

CREATE TABLE IF NOT EXISTS webhook_events (
  -- Without a dot: it is signed as id.timestamp.body.
  id              TEXT PRIMARY KEY NOT NULL
                  CHECK (id GLOB 'msg_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  type            TEXT NOT NULL CHECK (type GLOB '[a-z]*' AND type NOT GLOB '*[^0-9A-Za-z_.]*'),
  -- Names what happened, so that it is told once, whoever notices it first.
  once            TEXT NOT NULL UNIQUE,
  -- Only to this endpoint: a test.
  endpoint_id     TEXT,
  -- The bytes that are signed and sent.
  body            TEXT NOT NULL CHECK (json_valid(body)),
  occurred_at     INTEGER NOT NULL CHECK (occurred_at > 0),
  -- When its deliveries were made; null only within a transaction.
  routed_at       INTEGER CHECK (routed_at > 0),
  created_at      INTEGER NOT NULL CHECK (created_at > 0)
) STRICT;

CREATE INDEX IF NOT EXISTS webhook_events_unrouted ON webhook_events (id) WHERE routed_at IS NULL;
CREATE INDEX IF NOT EXISTS webhook_events_by_age ON webhook_events (created_at);
CREATE INDEX IF NOT EXISTS webhook_events_by_organization ON webhook_events (organization_id);

CREATE TABLE IF NOT EXISTS webhook_deliveries (
  id              TEXT PRIMARY KEY NOT NULL
                  CHECK (id GLOB 'dlv_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  event_id        TEXT NOT NULL REFERENCES webhook_events (id),
  endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id),
  -- held: the endpoint is disabled. failed: all attempts were made, or it answered 410.
  state           TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'held', 'delivered', 'failed')),
  -- Attempts begun, resends and interrupted ones included.
  attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Attempts begun of the schedule, which a resend begins anew.
  step            INTEGER NOT NULL DEFAULT 0 CHECK (step >= 0),
  next_attempt_at INTEGER CHECK (next_attempt_at > 0),
  -- The runner that is sending it, and until when nobody else may.
  lease           TEXT,
  lease_until     INTEGER CHECK (lease_until > 0),
  delivered_at    INTEGER CHECK (delivered_at > 0),
  created_at      INTEGER NOT NULL CHECK (created_at > 0),
  UNIQUE (event_id, endpoint_id),
  CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
  CHECK ((lease IS NULL) = (lease_until IS NULL))
) STRICT;

CREATE INDEX IF NOT EXISTS webhook_deliveries_due ON webhook_deliveries (next_attempt_at)
  WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS webhook_deliveries_pending ON webhook_deliveries (endpoint_id, next_attempt_at)
  WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created_at, id);

-- Written before it is sent: the key stops a second runner, and an attempt whose runner died shows.
CREATE TABLE IF NOT EXISTS webhook_attempts (
  delivery_id TEXT NOT NULL REFERENCES webhook_deliveries (id),
  number      INTEGER NOT NULL CHECK (number >= 1),
  started_at  INTEGER NOT NULL CHECK (started_at > 0),
  -- Null while it is under way.
  outcome     TEXT CHECK (outcome IN ('delivered', 'failed', 'throttled', 'gone', 'interrupted')),
  status      INTEGER CHECK (status BETWEEN 100 AND 599),
  duration_ms INTEGER CHECK (duration_ms >= 0),
  -- Our own words.
  error       TEXT CHECK (length(error) <= 500),
  -- The first of the answer, made printable.
  answer      TEXT CHECK (length(answer) <= 1024),
  PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

-- The cron finds by these what began or ended without the management API: expiry, and raw SQL.
CREATE INDEX IF NOT EXISTS credentials_by_creation ON credentials (created_at);
CREATE INDEX IF NOT EXISTS credentials_by_expiry ON credentials (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS credentials_by_revocation ON credentials (revoked_at)
  WHERE revoked_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS service_users_by_disabling ON service_users (disabled_at)
  WHERE disabled_at IS NOT NULL;

DROP TRIGGER IF EXISTS webhook_endpoint_disabled;
CREATE TRIGGER webhook_endpoint_disabled AFTER UPDATE OF disabled_at ON webhook_endpoints
WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL
BEGIN
  UPDATE webhook_deliveries SET state = 'held', next_attempt_at = NULL
  WHERE endpoint_id = NEW.id AND state = 'pending';
END;

-- What was held goes out at once, save what is being sent this moment.
DROP TRIGGER IF EXISTS webhook_endpoint_enabled;
CREATE TRIGGER webhook_endpoint_enabled AFTER UPDATE OF disabled_at ON webhook_endpoints
WHEN NEW.disabled_at IS NULL AND OLD.disabled_at IS NOT NULL
BEGIN
  UPDATE webhook_endpoints
  SET disabled_reason = NULL, failing_since = NULL, last_failed_at = NULL, throttled_until = NULL
  WHERE id = NEW.id;
  UPDATE webhook_deliveries
  SET state = 'pending', next_attempt_at = max(created_at, coalesce(lease_until, 0))
  WHERE endpoint_id = NEW.id AND state = 'held';
END;

DROP TRIGGER IF EXISTS webhook_endpoint_leaves;
CREATE TRIGGER webhook_endpoint_leaves BEFORE DELETE ON webhook_endpoints
BEGIN
  DELETE FROM webhook_attempts
  WHERE delivery_id IN (SELECT id FROM webhook_deliveries WHERE endpoint_id = OLD.id);
  DELETE FROM webhook_deliveries WHERE endpoint_id = OLD.id;
END;

DROP TRIGGER IF EXISTS webhook_event_leaves;
CREATE TRIGGER webhook_event_leaves BEFORE DELETE ON webhook_events
BEGIN
  DELETE FROM webhook_attempts
  WHERE delivery_id IN (SELECT id FROM webhook_deliveries WHERE event_id = OLD.id);
  DELETE FROM webhook_deliveries WHERE event_id = OLD.id;
END;

DROP TRIGGER IF EXISTS organization_leaves_webhooks;
CREATE TRIGGER organization_leaves_webhooks BEFORE DELETE ON organizations
BEGIN
  DELETE FROM webhook_endpoints WHERE organization_id = OLD.id;
  DELETE FROM webhook_events WHERE organization_id = OLD.id;
END;
