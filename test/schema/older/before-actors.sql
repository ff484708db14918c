-- Portcullis: the whole database. Safe to run again at any time:
--   npx wrangler d1 execute portcullis --local --file schema.sql
--
-- Any edit counts, however it is made: the triggers below raise the generation of every credential
-- that an edit touches and leave a row in pending_fences. The edge publishes those rows to the
-- guards (POST /edge/v1/sync, and the cron each minute); from then on nothing older is admitted.
-- Times are Unix milliseconds. Lists (scopes, products, departments) are JSON arrays of strings.

-- ── Tables ──────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE IF NOT EXISTS organizations (
  id            TEXT PRIMARY KEY NOT NULL
                CHECK (id GLOB 'org_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  name          TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  -- A plan of src/catalog.ts; a plan that is not there refuses every call of the organization.
  plan          TEXT NOT NULL DEFAULT 'free' CHECK (plan GLOB '[a-z]*' AND plan NOT GLOB '*[^0-9a-z_-]*'),
  products      TEXT NOT NULL DEFAULT '[]'
                CHECK (json_valid(products) AND json_type(products) = 'array'),
  -- 1: only addresses in organization_ips may call, also when that list is empty.
  ip_restricted INTEGER NOT NULL DEFAULT 0 CHECK (ip_restricted IN (0, 1)),
  suspended_at  INTEGER CHECK (suspended_at > 0),
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) CHECK (created_at > 0)
) STRICT;

CREATE TABLE IF NOT EXISTS service_users (
  id              TEXT PRIMARY KEY NOT NULL
                  CHECK (id GLOB 'su_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  name            TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  -- Goes upstream in a header: an identifier such as vkyc or doc_service.
  source_system   TEXT NOT NULL CHECK (source_system GLOB '[a-z]*'
                  AND source_system NOT GLOB '*[^0-9a-z_-]*' AND length(source_system) <= 64),
  departments     TEXT NOT NULL DEFAULT '[]'
                  CHECK (json_valid(departments) AND json_type(departments) = 'array'),
  disabled_at     INTEGER CHECK (disabled_at > 0),
  created_at      INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) CHECK (created_at > 0)
) STRICT;

CREATE TABLE IF NOT EXISTS credentials (
  -- Of a JWT API key that we sign, also its jti.
  id                TEXT PRIMARY KEY NOT NULL
                    CHECK (id GLOB 'key_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  organization_id   TEXT NOT NULL REFERENCES organizations (id),
  service_user_id   TEXT REFERENCES service_users (id),
  kind              TEXT NOT NULL CHECK (kind IN ('secret', 'publishable', 'jwt', 'access_token')),
  environment       TEXT NOT NULL CHECK (environment IN ('live', 'sandbox')),
  name              TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  -- Keyed digest of the value (base64url); the value itself is nowhere. A JWT has none.
  digest            TEXT UNIQUE
                    CHECK (length(digest) BETWEEN 32 AND 64 AND digest NOT GLOB '*[^0-9A-Za-z_-]*'),
  -- Issuer and jti, with a space between, of a JWT that another trusted issuer signs.
  external          TEXT UNIQUE CHECK (external IS NULL OR (kind = 'jwt' AND external GLOB 'http?*://?* ?*')),
  scopes            TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(scopes) AND json_type(scopes) = 'array'),
  products          TEXT NOT NULL DEFAULT '[]'
                    CHECK (json_valid(products) AND json_type(products) = 'array'),
  -- Requests per window by limit name, in place of the plan's numbers, e.g. {"plan": 50}.
  quotas            TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(quotas) AND json_type(quotas) = 'object'),
  -- 1: only what credential_ips / credential_origins name may call, also when that list is empty.
  ip_restricted     INTEGER NOT NULL DEFAULT 0 CHECK (ip_restricted IN (0, 1)),
  origin_restricted INTEGER NOT NULL DEFAULT 0 CHECK (origin_restricted IN (0, 1)),
  -- The owner's own notes, returned as they are.
  metadata          TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND json_type(metadata) = 'object'),
  -- The key that takes its place, while a rotation's grace runs and after.
  rotated_to        TEXT,
  expires_at        INTEGER CHECK (expires_at > 0),
  revoked_at        INTEGER CHECK (revoked_at > 0),
  created_at        INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) CHECK (created_at > 0),
  CHECK ((kind = 'jwt') = (digest IS NULL)),
  CHECK ((kind = 'access_token') = (service_user_id IS NOT NULL)),
  CHECK (origin_restricted = 0 OR kind = 'publishable')
) STRICT;

CREATE INDEX IF NOT EXISTS credentials_by_organization ON credentials (organization_id, created_at, id);
CREATE INDEX IF NOT EXISTS credentials_by_service_user ON credentials (service_user_id)
  WHERE service_user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS service_users_by_organization ON service_users (organization_id, created_at, id);

-- The checks on entries stop nonsense; the edge parses strictly. What passes here and cannot be
-- parsed there (10.0.0.0/33) refuses the request, and `npm run ops -- doctor` names it.
CREATE TABLE IF NOT EXISTS organization_ips (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  cidr            TEXT NOT NULL CHECK (cidr NOT GLOB '*[^0-9a-fA-F:./]*' AND cidr GLOB '*[.:]*'
                  AND length(cidr) BETWEEN 2 AND 49 AND cidr NOT GLOB '*/*/*' AND cidr NOT GLOB '*/'),
  created_at      INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
  PRIMARY KEY (organization_id, cidr)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS credential_ips (
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  cidr          TEXT NOT NULL CHECK (cidr NOT GLOB '*[^0-9a-fA-F:./]*' AND cidr GLOB '*[.:]*'
                AND length(cidr) BETWEEN 2 AND 49 AND cidr NOT GLOB '*/*/*' AND cidr NOT GLOB '*/'),
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
  PRIMARY KEY (credential_id, cidr)
) STRICT, WITHOUT ROWID;

-- scheme://host[:port] and nothing behind it; *. only as the first label.
CREATE TABLE IF NOT EXISTS credential_origins (
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  origin        TEXT NOT NULL CHECK (origin GLOB '[a-z]*://?*' AND length(origin) <= 300
                AND origin NOT GLOB '*[^][a-z0-9.:/*_+-]*'
                AND substr(origin, instr(origin, '://') + 3) NOT GLOB '*/*'
                AND substr(origin, instr(origin, '://') + 4) NOT GLOB '*[*]*'),
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
  PRIMARY KEY (credential_id, origin)
) STRICT, WITHOUT ROWID;

-- One row per credential that ever was, written by triggers alone. It outlives the credential, so
-- that an id which comes back (INSERT OR REPLACE, delete and insert) is newer than all before it.
CREATE TABLE IF NOT EXISTS generations (
  credential_id TEXT PRIMARY KEY NOT NULL,
  generation    INTEGER NOT NULL CHECK (generation >= 1)
) STRICT, WITHOUT ROWID;

-- Generations that the guards have yet to be told of.
CREATE TABLE IF NOT EXISTS pending_fences (
  credential_id TEXT PRIMARY KEY NOT NULL,
  generation    INTEGER NOT NULL CHECK (generation >= 1),
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- Keys minted elsewhere, known by the SHA-256 of their value instead of a keyed digest.
CREATE TABLE IF NOT EXISTS imported_keys (
  digest        TEXT PRIMARY KEY NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  prefix        TEXT NOT NULL CHECK (length(prefix) BETWEEN 3 AND 32),
  credential_id TEXT NOT NULL,
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- What an Idempotency-Key made; never the secret. The cron removes rows after a day.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  actor        TEXT NOT NULL,
  key          TEXT NOT NULL CHECK (length(key) BETWEEN 8 AND 200),
  request_hash TEXT NOT NULL,
  result_id    TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

-- Changes that touched more keys than one call publishes.
CREATE TABLE IF NOT EXISTS changes (
  id              TEXT PRIMARY KEY NOT NULL,
  organization_id TEXT NOT NULL,
  total           INTEGER NOT NULL CHECK (total >= 0),
  -- When the last of its keys was published.
  enforced_at     INTEGER CHECK (enforced_at > 0),
  created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ── Generations ─────────────────────────────────────────────────────────────────────────────────
-- Triggers are dropped and made again, so that a newer schema.sql replaces them.

DROP TRIGGER IF EXISTS generations_never_fall;
CREATE TRIGGER generations_never_fall BEFORE UPDATE ON generations
WHEN NEW.generation <= OLD.generation OR NEW.credential_id <> OLD.credential_id
BEGIN
  SELECT RAISE(ABORT, 'generations only rise, and the triggers raise them: leave this table alone');
END;

-- INSERT OR REPLACE would be the way around both; the triggers insert only what is not there.
DROP TRIGGER IF EXISTS generations_are_not_replaced;
CREATE TRIGGER generations_are_not_replaced BEFORE INSERT ON generations
WHEN EXISTS (SELECT 1 FROM generations WHERE credential_id = NEW.credential_id)
BEGIN
  SELECT RAISE(ABORT, 'generations only rise, and the triggers raise them: leave this table alone');
END;

DROP TRIGGER IF EXISTS generations_are_kept;
CREATE TRIGGER generations_are_kept BEFORE DELETE ON generations
BEGIN
  SELECT RAISE(ABORT, 'generations outlive their credentials: leave this table alone');
END;

-- Every raise asks for a fence. The first generation of a new credential needs none.
DROP TRIGGER IF EXISTS generation_raised;
CREATE TRIGGER generation_raised AFTER UPDATE OF generation ON generations
BEGIN
  INSERT INTO pending_fences (credential_id, generation) VALUES (NEW.credential_id, NEW.generation)
  ON CONFLICT (credential_id) DO UPDATE SET generation = max(generation, excluded.generation);
END;

-- INSERT OR REPLACE runs no delete trigger, so the insert triggers count as an edit too, and switch
-- a restriction on again whose entries are still there.
DROP TRIGGER IF EXISTS credential_inserted;
CREATE TRIGGER credential_inserted AFTER INSERT ON credentials
BEGIN
  UPDATE credentials SET ip_restricted = 1
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM credential_ips WHERE credential_id = NEW.id);
  UPDATE credentials SET origin_restricted = 1
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM credential_origins WHERE credential_id = NEW.id);
  UPDATE generations SET generation = generation + 1 WHERE credential_id = NEW.id;
  INSERT INTO generations (credential_id, generation) SELECT NEW.id, 1
  WHERE NOT EXISTS (SELECT 1 FROM generations WHERE credential_id = NEW.id);
END;

DROP TRIGGER IF EXISTS credential_updated;
CREATE TRIGGER credential_updated AFTER UPDATE OF
  id, organization_id, service_user_id, kind, environment, digest, external, scopes, products, quotas,
  ip_restricted, origin_restricted, expires_at, revoked_at ON credentials
BEGIN
  UPDATE generations SET generation = generation + 1 WHERE credential_id IN (OLD.id, NEW.id);
  INSERT INTO generations (credential_id, generation) SELECT NEW.id, 1
  WHERE NOT EXISTS (SELECT 1 FROM generations WHERE credential_id = NEW.id);
END;

-- A row that takes another's place by its digest or external id (INSERT OR REPLACE, UPDATE OR REPLACE)
-- deletes that one without a delete trigger, so it is raised before: memos and KV still know it.
DROP TRIGGER IF EXISTS credential_displaced_by_insert;
CREATE TRIGGER credential_displaced_by_insert BEFORE INSERT ON credentials
BEGIN
  UPDATE generations SET generation = generation + 1 WHERE credential_id IN
    (SELECT id FROM credentials WHERE id <> NEW.id AND (digest = NEW.digest OR external = NEW.external));
END;

DROP TRIGGER IF EXISTS credential_displaced_by_update;
CREATE TRIGGER credential_displaced_by_update BEFORE UPDATE OF digest, external ON credentials
BEGIN
  UPDATE generations SET generation = generation + 1 WHERE credential_id IN
    (SELECT id FROM credentials WHERE id <> OLD.id AND (digest = NEW.digest OR external = NEW.external));
END;

-- To take a key away, revoke it (revoked_at): that keeps its history. Deleting revokes it too.
DROP TRIGGER IF EXISTS credential_leaves;
CREATE TRIGGER credential_leaves BEFORE DELETE ON credentials
BEGIN
  DELETE FROM credential_ips WHERE credential_id = OLD.id;
  DELETE FROM credential_origins WHERE credential_id = OLD.id;
END;

DROP TRIGGER IF EXISTS credential_deleted;
CREATE TRIGGER credential_deleted AFTER DELETE ON credentials
BEGIN
  UPDATE generations SET generation = generation + 1 WHERE credential_id = OLD.id;
END;

DROP TRIGGER IF EXISTS organization_inserted;
CREATE TRIGGER organization_inserted AFTER INSERT ON organizations
BEGIN
  UPDATE organizations SET ip_restricted = 1
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM organization_ips WHERE organization_id = NEW.id);
  UPDATE generations SET generation = generation + 1
  WHERE credential_id IN (SELECT id FROM credentials WHERE organization_id = NEW.id);
END;

DROP TRIGGER IF EXISTS organization_leaves;
CREATE TRIGGER organization_leaves BEFORE DELETE ON organizations
BEGIN
  DELETE FROM organization_ips WHERE organization_id = OLD.id;
END;

DROP TRIGGER IF EXISTS organization_updated;
CREATE TRIGGER organization_updated AFTER UPDATE OF id, plan, products, ip_restricted, suspended_at
ON organizations
BEGIN
  UPDATE generations SET generation = generation + 1
  WHERE credential_id IN (SELECT id FROM credentials WHERE organization_id IN (OLD.id, NEW.id));
END;

DROP TRIGGER IF EXISTS service_user_inserted;
CREATE TRIGGER service_user_inserted AFTER INSERT ON service_users
BEGIN
  UPDATE generations SET generation = generation + 1
  WHERE credential_id IN (SELECT id FROM credentials WHERE service_user_id = NEW.id);
END;

DROP TRIGGER IF EXISTS service_user_updated;
CREATE TRIGGER service_user_updated AFTER UPDATE OF
  id, organization_id, source_system, departments, disabled_at ON service_users
BEGIN
  UPDATE generations SET generation = generation + 1
  WHERE credential_id IN (SELECT id FROM credentials WHERE service_user_id IN (OLD.id, NEW.id));
END;

DROP TRIGGER IF EXISTS access_token_organization_inserted;
CREATE TRIGGER access_token_organization_inserted BEFORE INSERT ON credentials
WHEN NEW.service_user_id IS NOT NULL AND NEW.organization_id IS NOT
  (SELECT organization_id FROM service_users WHERE id = NEW.service_user_id)
BEGIN
  SELECT RAISE(ABORT, 'an access token belongs to the organization of its service user');
END;

DROP TRIGGER IF EXISTS access_token_organization_updated;
CREATE TRIGGER access_token_organization_updated
BEFORE UPDATE OF organization_id, service_user_id ON credentials
WHEN NEW.service_user_id IS NOT NULL AND NEW.organization_id IS NOT
  (SELECT organization_id FROM service_users WHERE id = NEW.service_user_id)
BEGIN
  SELECT RAISE(ABORT, 'an access token belongs to the organization of its service user');
END;

-- ── Allowlists ──────────────────────────────────────────────────────────────────────────────────
-- The first entry switches the restriction on; removing the last leaves it on, and then nobody may
-- call. It is lifted explicitly (ip_restricted = 0), and only when the list is empty, so that a list
-- with entries is always in force.

DROP TRIGGER IF EXISTS organization_ip_added;
CREATE TRIGGER organization_ip_added AFTER INSERT ON organization_ips
BEGIN
  UPDATE organizations SET ip_restricted = 1 WHERE id = NEW.organization_id;
END;

DROP TRIGGER IF EXISTS organization_ip_changed;
CREATE TRIGGER organization_ip_changed AFTER UPDATE ON organization_ips
BEGIN
  UPDATE organizations SET ip_restricted = 1 WHERE id IN (OLD.organization_id, NEW.organization_id);
END;

DROP TRIGGER IF EXISTS organization_ip_removed;
CREATE TRIGGER organization_ip_removed AFTER DELETE ON organization_ips
BEGIN
  UPDATE organizations SET ip_restricted = 1 WHERE id = OLD.organization_id;
END;

DROP TRIGGER IF EXISTS credential_ip_added;
CREATE TRIGGER credential_ip_added AFTER INSERT ON credential_ips
BEGIN
  UPDATE credentials SET ip_restricted = 1 WHERE id = NEW.credential_id;
END;

DROP TRIGGER IF EXISTS credential_ip_changed;
CREATE TRIGGER credential_ip_changed AFTER UPDATE ON credential_ips
BEGIN
  UPDATE credentials SET ip_restricted = 1 WHERE id IN (OLD.credential_id, NEW.credential_id);
END;

DROP TRIGGER IF EXISTS credential_ip_removed;
CREATE TRIGGER credential_ip_removed AFTER DELETE ON credential_ips
BEGIN
  UPDATE credentials SET ip_restricted = 1 WHERE id = OLD.credential_id;
END;

DROP TRIGGER IF EXISTS credential_origin_for_publishable;
CREATE TRIGGER credential_origin_for_publishable BEFORE INSERT ON credential_origins
WHEN (SELECT kind FROM credentials WHERE id = NEW.credential_id) <> 'publishable'
BEGIN
  SELECT RAISE(ABORT, 'only publishable keys have an origin list');
END;

DROP TRIGGER IF EXISTS credential_origin_added;
CREATE TRIGGER credential_origin_added AFTER INSERT ON credential_origins
BEGIN
  UPDATE credentials SET origin_restricted = 1 WHERE id = NEW.credential_id;
END;

DROP TRIGGER IF EXISTS credential_origin_changed;
CREATE TRIGGER credential_origin_changed AFTER UPDATE ON credential_origins
BEGIN
  UPDATE credentials SET origin_restricted = 1 WHERE id IN (OLD.credential_id, NEW.credential_id);
END;

DROP TRIGGER IF EXISTS credential_origin_removed;
CREATE TRIGGER credential_origin_removed AFTER DELETE ON credential_origins
BEGIN
  UPDATE credentials SET origin_restricted = 1 WHERE id = OLD.credential_id;
END;

DROP TRIGGER IF EXISTS organization_restriction_lifted;
CREATE TRIGGER organization_restriction_lifted BEFORE UPDATE OF ip_restricted ON organizations
WHEN NEW.ip_restricted = 0 AND EXISTS (SELECT 1 FROM organization_ips WHERE organization_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'remove the entries from organization_ips before lifting the restriction');
END;

DROP TRIGGER IF EXISTS credential_ip_restriction_lifted;
CREATE TRIGGER credential_ip_restriction_lifted BEFORE UPDATE OF ip_restricted ON credentials
WHEN NEW.ip_restricted = 0 AND EXISTS (SELECT 1 FROM credential_ips WHERE credential_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'remove the entries from credential_ips before lifting the restriction');
END;

DROP TRIGGER IF EXISTS credential_origin_restriction_lifted;
CREATE TRIGGER credential_origin_restriction_lifted BEFORE UPDATE OF origin_restricted ON credentials
WHEN NEW.origin_restricted = 0 AND EXISTS (SELECT 1 FROM credential_origins WHERE credential_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'remove the entries from credential_origins before lifting the restriction');
END;

-- ── Accounts ────────────────────────────────────────────────────────────────────────────────────
-- One row per decision, written by the queue's consumer alone (src/audit), never by hand. The
-- events of an organization are a chain; those of nobody we know ('' as organization) are one too:
--
--   hash = hex(SHA-256(previous_hash || "\n" || the event as canonical JSON)), from 64 zeros on
--
-- What shows in `verify`: a row that was edited, removed, moved or put in between, the newest rows
-- removed (audit_heads knows how many there were), and a trigger below that was dropped to do it.
--
-- What somebody who may write to this database can hide, because the hashes are not keyed:
--   * All from one row on, if they compute every later hash again and rewrite audit_heads as well.
--     It shows against a head that was noted elsewhere: the consumer gives them to be logged, and
--     `verify` takes one.
--   * The oldest rows, if they forge audit_checkpoints. It shows against the retention that was set.
--   * A whole organization, with its rows in all three audit tables. It shows against usage_daily,
--     which they can change too: usage is derived, not chained.
--   * Invented events at the end of a chain, correctly linked: they look like any other.
-- D1's own time travel (30 days) has each former state.

CREATE TABLE IF NOT EXISTS audit_events (
  -- '' where no credential was recognised.
  organization   TEXT NOT NULL CHECK (length(organization) <= 64),
  -- 1, 2, 3 … in each organization, without a gap.
  sequence       INTEGER NOT NULL CHECK (sequence >= 1),
  previous_hash  TEXT NOT NULL CHECK (length(previous_hash) = 64 AND previous_hash NOT GLOB '*[^0-9a-f]*'),
  hash           TEXT NOT NULL CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
  -- The request id, as in X-Request-Id.
  id             TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  at             INTEGER NOT NULL CHECK (at > 0),
  key            TEXT CHECK (length(key) BETWEEN 1 AND 64),
  kind           TEXT CHECK (kind IN ('secret', 'publishable', 'jwt', 'access_token')),
  service_user   TEXT CHECK (length(service_user) BETWEEN 1 AND 64),
  source_system  TEXT CHECK (length(source_system) BETWEEN 1 AND 64),
  environment    TEXT CHECK (environment IN ('live', 'sandbox')),
  product        TEXT CHECK (length(product) BETWEEN 1 AND 128),
  -- The row of the catalog, such as /api/v1/sessions/:id/result.
  route          TEXT CHECK (length(route) BETWEEN 1 AND 512),
  method         TEXT NOT NULL CHECK (length(method) BETWEEN 1 AND 16),
  -- Without its query, and without what looks like a credential.
  path           TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 2048),
  decision       TEXT NOT NULL CHECK (decision IN ('forwarded', 'refused')),
  -- As in X-Edge-Reason. Of a forwarded call: why the upstream gave no answer.
  reason         TEXT CHECK (length(reason) BETWEEN 1 AND 64),
  status         INTEGER NOT NULL CHECK (status BETWEEN 100 AND 999),
  upstream_ms    INTEGER CHECK (upstream_ms >= 0),
  client_ip      TEXT CHECK (length(client_ip) BETWEEN 1 AND 64),
  -- What was charged; null when nothing was.
  credits        INTEGER CHECK (credits >= 0),
  CHECK (decision = 'forwarded' OR reason IS NOT NULL),
  PRIMARY KEY (organization, sequence),
  -- Of two consumers that link to the same event, one fails and links again.
  UNIQUE (organization, previous_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS audit_events_by_time ON audit_events (at, id);
CREATE INDEX IF NOT EXISTS audit_events_by_organization ON audit_events (organization, at, id);
CREATE INDEX IF NOT EXISTS audit_events_by_key ON audit_events (key, at, id) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_events_by_service_user ON audit_events (service_user, at, id)
  WHERE service_user IS NOT NULL;

-- The newest event of each chain, written by the trigger alone: the next one links to it.
CREATE TABLE IF NOT EXISTS audit_heads (
  organization TEXT PRIMARY KEY NOT NULL,
  sequence     INTEGER NOT NULL CHECK (sequence >= 1),
  hash         TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT, WITHOUT ROWID;

-- Where retention has cut a chain off: what is left links to this hash.
CREATE TABLE IF NOT EXISTS audit_checkpoints (
  organization TEXT PRIMARY KEY NOT NULL,
  -- Of the newest event that was removed.
  sequence     INTEGER NOT NULL CHECK (sequence >= 1),
  hash         TEXT NOT NULL CHECK (length(hash) = 64),
  -- Rows that retention found and removed, in all. Fewer than `sequence`: some were gone before.
  removed      INTEGER NOT NULL CHECK (removed BETWEEN 0 AND sequence),
  -- Events before this time are not taken any more: they may have been here and been removed.
  cutoff       INTEGER NOT NULL CHECK (cutoff > 0),
  at           INTEGER NOT NULL CHECK (at > 0)
) STRICT, WITHOUT ROWID;

-- Sums over audit_events, kept by the trigger; they outlive the events. Days are UTC, YYYY-MM-DD.
-- '' stands for no organization, no key, no product.
CREATE TABLE IF NOT EXISTS usage_daily (
  organization TEXT NOT NULL,
  key          TEXT NOT NULL,
  product      TEXT NOT NULL,
  day          TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- Every decision; `refused` of them were refused.
  requests     INTEGER NOT NULL CHECK (requests >= 1),
  refused      INTEGER NOT NULL CHECK (refused BETWEEN 0 AND requests),
  credits      INTEGER NOT NULL CHECK (credits >= 0),
  PRIMARY KEY (organization, key, product, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS usage_daily_by_day ON usage_daily (organization, day, key, product);

-- When a credential was last presented and recognised, whatever was decided.
CREATE TABLE IF NOT EXISTS credential_usage (
  key          TEXT PRIMARY KEY NOT NULL,
  last_used_at INTEGER NOT NULL CHECK (last_used_at > 0)
) STRICT, WITHOUT ROWID;

DROP TRIGGER IF EXISTS audit_event_follows;
CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_heads WHERE organization = NEW.organization
                 AND sequence = NEW.sequence - 1 AND hash = NEW.previous_hash)
  AND NOT (NEW.sequence = 1 AND trim(NEW.previous_hash, '0') = ''
           AND NOT EXISTS (SELECT 1 FROM audit_heads WHERE organization = NEW.organization))
BEGIN
  SELECT RAISE(ABORT, 'an audit event follows the newest one of its chain');
END;

DROP TRIGGER IF EXISTS audit_event_counts;
CREATE TRIGGER audit_event_counts AFTER INSERT ON audit_events
BEGIN
  INSERT INTO audit_heads (organization, sequence, hash) VALUES (NEW.organization, NEW.sequence, NEW.hash)
  ON CONFLICT (organization) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
  INSERT INTO usage_daily (organization, key, product, day, requests, refused, credits)
  VALUES (NEW.organization, ifnull(NEW.key, ''), ifnull(NEW.product, ''),
          date(NEW.at / 1000, 'unixepoch'), 1, NEW.decision = 'refused', ifnull(NEW.credits, 0))
  ON CONFLICT (organization, key, product, day) DO UPDATE SET requests = requests + 1,
    refused = refused + excluded.refused, credits = credits + excluded.credits;
  INSERT INTO credential_usage (key, last_used_at) SELECT NEW.key, NEW.at WHERE NEW.key IS NOT NULL
  ON CONFLICT (key) DO UPDATE SET last_used_at = excluded.last_used_at
    WHERE excluded.last_used_at > last_used_at;
END;

DROP TRIGGER IF EXISTS audit_heads_move_on;
CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads
WHEN NEW.sequence <> OLD.sequence + 1 OR NEW.organization <> OLD.organization
BEGIN
  SELECT RAISE(ABORT, 'the heads of the audit move with its events: leave this table alone');
END;

DROP TRIGGER IF EXISTS audit_heads_are_kept;
CREATE TRIGGER audit_heads_are_kept BEFORE DELETE ON audit_heads
BEGIN
  SELECT RAISE(ABORT, 'the heads of the audit outlive its events: leave this table alone');
END;

DROP TRIGGER IF EXISTS audit_checkpoints_move_on;
CREATE TRIGGER audit_checkpoints_move_on BEFORE UPDATE ON audit_checkpoints
WHEN NEW.sequence <= OLD.sequence OR NEW.removed < OLD.removed OR NEW.cutoff < OLD.cutoff
  OR NEW.organization <> OLD.organization
BEGIN
  SELECT RAISE(ABORT, 'checkpoints only move on, and retention moves them: leave this table alone');
END;

DROP TRIGGER IF EXISTS audit_checkpoints_are_kept;
CREATE TRIGGER audit_checkpoints_are_kept BEFORE DELETE ON audit_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'without its checkpoint a chain does not verify: leave this table alone');
END;

-- ── Webhooks ────────────────────────────────────────────────────────────────────────────────────
-- An outbox: an event is written in the transaction of the change that it tells of, its deliveries
-- with it, one per endpoint that was enabled and asked for it at that moment.

CREATE TABLE IF NOT EXISTS webhook_endpoints (
  id                         TEXT PRIMARY KEY NOT NULL
                             CHECK (id GLOB 'whe_?*' AND id NOT GLOB '*[^0-9A-Za-z_]*' AND length(id) <= 64),
  organization_id            TEXT NOT NULL REFERENCES organizations (id),
  -- Checked when it is set and again each time it is sent to: src/control/webhooks/destination.ts.
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
