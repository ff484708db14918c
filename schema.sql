-- Portcullis: the whole database. Safe to run again at any time, also over a database that an older
-- schema.sql made (any with accounts in it):
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
  -- A plan of the catalog; a plan that is not there refuses every call of the organization.
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

CREATE INDEX IF NOT EXISTS credential_origins_by_wildcard ON credential_origins (origin)
  WHERE origin GLOB '*://[*].*';

-- Whose the hosts are that a wildcard origin admits. The triggers of credential_origins make and remove the
-- rows; who writes an entry judges it, and of what raw SQL writes the publisher does, with each sync and by
-- the cron. An entry without owner is unreadable to the gate, which has no public suffix list.
CREATE TABLE IF NOT EXISTS origin_owners (
  origin    TEXT PRIMARY KEY NOT NULL CHECK (origin GLOB '*://[*].*'),
  -- Their registrable domain; null: they have more than one owner, or nobody has looked.
  owner     TEXT CHECK (owner IS NULL OR judged_by IS NOT NULL),
  -- By which public suffix list; null: nobody has looked.
  judged_by TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS origin_owners_by_list ON origin_owners (judged_by);

-- One row per credential that ever was, written by triggers alone. It outlives the credential, so
-- that an id which comes back (INSERT OR REPLACE, delete and insert) is newer than all before it. A
-- generation is the time of the edit (Unix ms), or one more than the last where that is more: so edits
-- are newer than what guards and KV know from before this database was set back to an earlier state,
-- too. What was not edited since is not: docs/operating.md, "After a restore".
CREATE TABLE IF NOT EXISTS generations (
  credential_id TEXT PRIMARY KEY NOT NULL,
  generation    INTEGER NOT NULL CHECK (generation >= 1)
) STRICT, WITHOUT ROWID;

-- Generations that the guards have yet to be told of. Only publishing takes a row away.
CREATE TABLE IF NOT EXISTS pending_fences (
  credential_id TEXT PRIMARY KEY NOT NULL,
  generation    INTEGER NOT NULL CHECK (generation >= 1),
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- The publisher's word that a guard holds a generation. A row stays for as long as its trigger takes,
-- which ends what waited for it in pending_fences.
CREATE TABLE IF NOT EXISTS published_fences (
  credential_id TEXT PRIMARY KEY NOT NULL,
  generation    INTEGER NOT NULL CHECK (generation >= 1)
) STRICT, WITHOUT ROWID;

-- Whose a credential was (organization, service user) that is gone or somebody else's, until its fence
-- is published: a change of that owner is in force only once this fence is, too.
CREATE TABLE IF NOT EXISTS former_owners (
  owner         TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  PRIMARY KEY (owner, credential_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS former_owners_by_credential ON former_owners (credential_id);

-- Keys minted elsewhere, known by the SHA-256 of their value instead of a keyed digest.
CREATE TABLE IF NOT EXISTS imported_keys (
  digest        TEXT PRIMARY KEY NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  prefix        TEXT NOT NULL CHECK (length(prefix) BETWEEN 3 AND 32),
  credential_id TEXT NOT NULL,
  created_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
) STRICT, WITHOUT ROWID;

-- What is left of a revoked credential that was deleted, written by triggers alone: neither its id nor
-- its value comes back.
CREATE TABLE IF NOT EXISTS revoked_credentials (
  id         TEXT PRIMARY KEY NOT NULL,
  digest     TEXT UNIQUE,
  external   TEXT UNIQUE,
  revoked_at INTEGER NOT NULL CHECK (revoked_at > 0)
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

-- A fence that is taken away unpublished would be a change that is never in force.
DROP TRIGGER IF EXISTS pending_fences_are_published;
CREATE TRIGGER pending_fences_are_published BEFORE DELETE ON pending_fences
WHEN NOT EXISTS (SELECT 1 FROM published_fences
  WHERE credential_id = OLD.credential_id AND generation >= OLD.generation)
BEGIN
  SELECT RAISE(ABORT, 'a fence leaves when the guards hold it: run sync, and leave this table alone');
END;

DROP TRIGGER IF EXISTS pending_fences_only_rise;
CREATE TRIGGER pending_fences_only_rise BEFORE UPDATE ON pending_fences
WHEN NEW.credential_id <> OLD.credential_id OR NEW.generation < OLD.generation
  OR NEW.created_at > OLD.created_at
BEGIN
  SELECT RAISE(ABORT, 'a fence leaves when the guards hold it: run sync, and leave this table alone');
END;

-- INSERT OR REPLACE would be the way around both.
DROP TRIGGER IF EXISTS pending_fences_are_not_replaced;
CREATE TRIGGER pending_fences_are_not_replaced BEFORE INSERT ON pending_fences
WHEN NEW.generation IS NOT
    (SELECT generation FROM generations WHERE credential_id = NEW.credential_id)
  OR EXISTS (SELECT 1 FROM pending_fences
    WHERE credential_id = NEW.credential_id AND generation >= NEW.generation)
BEGIN
  SELECT RAISE(ABORT, 'the triggers ask for fences: leave this table alone');
END;

DROP TRIGGER IF EXISTS fence_published;
CREATE TRIGGER fence_published AFTER INSERT ON published_fences
BEGIN
  DELETE FROM pending_fences
  WHERE credential_id = NEW.credential_id AND generation <= NEW.generation;
  DELETE FROM published_fences WHERE credential_id = NEW.credential_id;
END;

DROP TRIGGER IF EXISTS fence_settled;
CREATE TRIGGER fence_settled AFTER DELETE ON pending_fences
BEGIN
  DELETE FROM former_owners WHERE credential_id = OLD.credential_id;
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
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id = NEW.id;
  INSERT INTO generations (credential_id, generation)
  SELECT NEW.id, CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE NOT EXISTS (SELECT 1 FROM generations WHERE credential_id = NEW.id);
END;

DROP TRIGGER IF EXISTS credential_updated;
CREATE TRIGGER credential_updated AFTER UPDATE OF
  id, organization_id, service_user_id, kind, environment, digest, external, scopes, products, quotas,
  ip_restricted, origin_restricted, expires_at, revoked_at ON credentials
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN (OLD.id, NEW.id);
  INSERT INTO generations (credential_id, generation)
  SELECT NEW.id, CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE NOT EXISTS (SELECT 1 FROM generations WHERE credential_id = NEW.id);
END;

DROP TRIGGER IF EXISTS credential_moved;
CREATE TRIGGER credential_moved AFTER UPDATE OF id, organization_id, service_user_id ON credentials
WHEN (NEW.id, NEW.organization_id, NEW.service_user_id)
  IS NOT (OLD.id, OLD.organization_id, OLD.service_user_id)
BEGIN
  INSERT INTO former_owners (owner, credential_id)
  SELECT OLD.organization_id, OLD.id
  UNION SELECT OLD.service_user_id, OLD.id WHERE OLD.service_user_id IS NOT NULL
  ON CONFLICT DO NOTHING;
END;

-- A row that takes another's place by its id, digest or external id (INSERT OR REPLACE, UPDATE OR
-- REPLACE) deletes that one without a delete trigger, so it is raised before: memos and KV still know it.
DROP TRIGGER IF EXISTS credential_displaced_by_insert;
CREATE TRIGGER credential_displaced_by_insert BEFORE INSERT ON credentials
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN
    (SELECT id FROM credentials WHERE id <> NEW.id AND (digest = NEW.digest OR external = NEW.external));
  INSERT INTO former_owners (owner, credential_id)
  SELECT organization_id, id FROM credentials
  WHERE id = NEW.id OR digest = NEW.digest OR external = NEW.external
  UNION SELECT service_user_id, id FROM credentials
  WHERE service_user_id IS NOT NULL
    AND (id = NEW.id OR digest = NEW.digest OR external = NEW.external)
  ON CONFLICT DO NOTHING;
END;

DROP TRIGGER IF EXISTS credential_displaced_by_update;
CREATE TRIGGER credential_displaced_by_update BEFORE UPDATE OF id, digest, external ON credentials
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN
    (SELECT id FROM credentials WHERE id <> OLD.id AND (digest = NEW.digest OR external = NEW.external));
  INSERT INTO former_owners (owner, credential_id)
  SELECT organization_id, id FROM credentials
  WHERE id <> OLD.id AND (id = NEW.id OR digest = NEW.digest OR external = NEW.external)
  UNION SELECT service_user_id, id FROM credentials
  WHERE service_user_id IS NOT NULL AND id <> OLD.id
    AND (id = NEW.id OR digest = NEW.digest OR external = NEW.external)
  ON CONFLICT DO NOTHING;
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
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id = OLD.id;
  INSERT INTO former_owners (owner, credential_id)
  SELECT OLD.organization_id, OLD.id
  UNION SELECT OLD.service_user_id, OLD.id WHERE OLD.service_user_id IS NOT NULL
  ON CONFLICT DO NOTHING;
  -- So that it can be imported again.
  DELETE FROM imported_keys WHERE credential_id = OLD.id;
END;

DROP TRIGGER IF EXISTS organization_inserted;
CREATE TRIGGER organization_inserted AFTER INSERT ON organizations
BEGIN
  UPDATE organizations SET ip_restricted = 1
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM organization_ips WHERE organization_id = NEW.id);
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
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
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN (SELECT id FROM credentials WHERE organization_id IN (OLD.id, NEW.id));
END;

DROP TRIGGER IF EXISTS service_user_inserted;
CREATE TRIGGER service_user_inserted AFTER INSERT ON service_users
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN (SELECT id FROM credentials WHERE service_user_id = NEW.id);
END;

DROP TRIGGER IF EXISTS service_user_updated;
CREATE TRIGGER service_user_updated AFTER UPDATE OF
  id, organization_id, source_system, departments, disabled_at ON service_users
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
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

-- ── What stays ──────────────────────────────────────────────────────────────────────────────────
-- Revoking is for good, by SQL as by the API, and whose a credential is, of which kind and environment,
-- is decided once. What should be otherwise is another credential.

DROP TRIGGER IF EXISTS credential_stays_what_it_is;
CREATE TRIGGER credential_stays_what_it_is
BEFORE UPDATE OF organization_id, service_user_id, kind, environment ON credentials
WHEN (NEW.organization_id, NEW.service_user_id, NEW.kind, NEW.environment)
  IS NOT (OLD.organization_id, OLD.service_user_id, OLD.kind, OLD.environment)
BEGIN
  SELECT RAISE(ABORT, 'a credential keeps its organization, service user, kind and environment: make another');
END;

DROP TRIGGER IF EXISTS credential_stays_revoked;
CREATE TRIGGER credential_stays_revoked BEFORE UPDATE OF id, digest, external, revoked_at ON credentials
WHEN OLD.revoked_at IS NOT NULL
  AND (NEW.id, NEW.digest, NEW.external, NEW.revoked_at)
    IS NOT (OLD.id, OLD.digest, OLD.external, OLD.revoked_at)
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked, since when it was: make another');
END;

-- INSERT OR REPLACE and UPDATE OR REPLACE would be the way around both.
DROP TRIGGER IF EXISTS credential_replaces_none;
CREATE TRIGGER credential_replaces_none BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM credentials WHERE id = NEW.id
    AND (organization_id, service_user_id, kind, environment)
      IS NOT (NEW.organization_id, NEW.service_user_id, NEW.kind, NEW.environment))
BEGIN
  SELECT RAISE(ABORT, 'a credential keeps its organization, service user, kind and environment: make another');
END;

DROP TRIGGER IF EXISTS credential_replaces_none_revoked;
CREATE TRIGGER credential_replaces_none_revoked BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM credentials WHERE revoked_at IS NOT NULL
    AND (id = NEW.id OR digest = NEW.digest OR external = NEW.external))
  OR EXISTS (SELECT 1 FROM revoked_credentials
    WHERE id = NEW.id OR digest = NEW.digest OR external = NEW.external)
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked: neither its id nor its value comes back');
END;

DROP TRIGGER IF EXISTS credential_displaces_none_revoked;
CREATE TRIGGER credential_displaces_none_revoked BEFORE UPDATE OF id, digest, external ON credentials
WHEN EXISTS (SELECT 1 FROM credentials WHERE revoked_at IS NOT NULL AND id <> OLD.id
    AND (id = NEW.id OR digest = NEW.digest OR external = NEW.external))
  OR EXISTS (SELECT 1 FROM revoked_credentials
    WHERE id = NEW.id OR digest = NEW.digest OR external = NEW.external)
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked: neither its id nor its value comes back');
END;

DROP TRIGGER IF EXISTS revoked_credential_leaves;
CREATE TRIGGER revoked_credential_leaves AFTER DELETE ON credentials
WHEN OLD.revoked_at IS NOT NULL
BEGIN
  INSERT INTO revoked_credentials (id, digest, external, revoked_at)
  VALUES (OLD.id, OLD.digest, OLD.external, OLD.revoked_at);
END;

DROP TRIGGER IF EXISTS revoked_credentials_stay;
CREATE TRIGGER revoked_credentials_stay BEFORE UPDATE ON revoked_credentials
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked: leave this table alone');
END;

DROP TRIGGER IF EXISTS revoked_credentials_are_kept;
CREATE TRIGGER revoked_credentials_are_kept BEFORE DELETE ON revoked_credentials
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked: leave this table alone');
END;

DROP TRIGGER IF EXISTS revoked_credentials_are_not_replaced;
CREATE TRIGGER revoked_credentials_are_not_replaced BEFORE INSERT ON revoked_credentials
WHEN EXISTS (SELECT 1 FROM revoked_credentials
  WHERE id = NEW.id OR digest = NEW.digest OR external = NEW.external)
BEGIN
  SELECT RAISE(ABORT, 'a revoked credential stays revoked: leave this table alone');
END;

-- Its tokens would be of one organization and it of another.
DROP TRIGGER IF EXISTS service_user_stays;
CREATE TRIGGER service_user_stays BEFORE UPDATE OF organization_id ON service_users
WHEN NEW.organization_id <> OLD.organization_id
BEGIN
  SELECT RAISE(ABORT, 'a service user keeps its organization: make another');
END;

DROP TRIGGER IF EXISTS service_user_replaces_none;
CREATE TRIGGER service_user_replaces_none BEFORE INSERT ON service_users
WHEN EXISTS (SELECT 1 FROM service_users WHERE id = NEW.id AND organization_id <> NEW.organization_id)
BEGIN
  SELECT RAISE(ABORT, 'a service user keeps its organization: make another');
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
  INSERT INTO origin_owners (origin)
  SELECT NEW.origin WHERE NEW.origin GLOB '*://[*].*'
    AND NOT EXISTS (SELECT 1 FROM origin_owners WHERE origin = NEW.origin);
END;

DROP TRIGGER IF EXISTS credential_origin_changed;
CREATE TRIGGER credential_origin_changed AFTER UPDATE ON credential_origins
BEGIN
  UPDATE credentials SET origin_restricted = 1 WHERE id IN (OLD.credential_id, NEW.credential_id);
  INSERT INTO origin_owners (origin)
  SELECT NEW.origin WHERE NEW.origin GLOB '*://[*].*'
    AND NOT EXISTS (SELECT 1 FROM origin_owners WHERE origin = NEW.origin);
  DELETE FROM origin_owners WHERE origin = OLD.origin AND NOT EXISTS
    (SELECT 1 FROM credential_origins WHERE origin = OLD.origin AND origin GLOB '*://[*].*');
END;

DROP TRIGGER IF EXISTS credential_origin_removed;
CREATE TRIGGER credential_origin_removed AFTER DELETE ON credential_origins
BEGIN
  UPDATE credentials SET origin_restricted = 1 WHERE id = OLD.credential_id;
  DELETE FROM origin_owners WHERE origin = OLD.origin AND NOT EXISTS
    (SELECT 1 FROM credential_origins WHERE origin = OLD.origin AND origin GLOB '*://[*].*');
END;

-- An owner decides as much as the entry does.
DROP TRIGGER IF EXISTS origin_owner_inserted;
CREATE TRIGGER origin_owner_inserted AFTER INSERT ON origin_owners
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN (SELECT credential_id FROM credential_origins
    WHERE origin = NEW.origin AND origin GLOB '*://[*].*');
END;

DROP TRIGGER IF EXISTS origin_owner_updated;
CREATE TRIGGER origin_owner_updated AFTER UPDATE OF owner ON origin_owners
WHEN NEW.owner IS NOT OLD.owner
BEGIN
  UPDATE generations SET generation = max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE credential_id IN (SELECT credential_id FROM credential_origins
    WHERE origin = NEW.origin AND origin GLOB '*://[*].*');
END;

-- An entry without a row would never be judged.
DROP TRIGGER IF EXISTS origin_owner_stays;
CREATE TRIGGER origin_owner_stays BEFORE UPDATE OF origin ON origin_owners
WHEN NEW.origin <> OLD.origin
BEGIN
  SELECT RAISE(ABORT, 'the triggers name the wildcard origins: write the owner alone');
END;

DROP TRIGGER IF EXISTS origin_owner_is_kept;
CREATE TRIGGER origin_owner_is_kept BEFORE DELETE ON origin_owners
WHEN EXISTS
  (SELECT 1 FROM credential_origins WHERE origin = OLD.origin AND origin GLOB '*://[*].*')
BEGIN
  SELECT RAISE(ABORT, 'the triggers name the wildcard origins: remove the entries');
END;

-- Wildcards of before there were owners: `npm run ops -- deploy` judges them, else the publisher.
INSERT INTO origin_owners (origin)
SELECT DISTINCT origin FROM credential_origins WHERE origin GLOB '*://[*].*'
  AND NOT EXISTS (SELECT 1 FROM origin_owners AS known WHERE known.origin = credential_origins.origin);

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
-- One row per decision, of requests of nobody a sample (nobody_refusals counts the rest), written by the
-- queue's consumer alone (src/control/logs), never by hand. The events of an organization are a chain; those
-- of nobody we know ('' as organization) are one too:
--
--   hash = hex(SHA-256(previous_hash || "\n" || the event as canonical JSON)), from 64 zeros on
--
-- Its `actor` stands in audit_actors, and is left out of the JSON where there is none.
--
-- What shows in `verify`: a row that was edited, removed, moved or put in between, an actor that was
-- edited, removed or put in, the newest rows removed (audit_heads knows how many there were), and a
-- trigger below that was dropped to do it. A row put in behind the newest without moving audit_heads
-- shows as inserted, and stops its chain.
--
-- What somebody who may write to this database can hide, because the hashes are not keyed:
--   * All from one row on, if they compute every later hash again and rewrite audit_heads as well.
--     It shows against a head that was noted elsewhere: the consumer gives them to be logged, and
--     `verify` takes one.
--   * The oldest rows, if they forge audit_checkpoints. It shows against the retention that was set.
--   * A whole organization, with its rows in all the audit tables. It shows against usage_daily,
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
  -- The request id, as in X-Request-Id. Of the end of an open connection: its request's, as version 8.
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
  -- Of two consumers that link to the same event, one fails and links again.
  PRIMARY KEY (organization, sequence)
) STRICT, WITHOUT ROWID;

-- Each index is a row written with each event, and D1 is paid by rows written: an event takes four, of
-- a key or with an actor, and one more of a service user. Heads and sums are written once in a
-- transaction of many events.
CREATE INDEX IF NOT EXISTS audit_events_by_organization ON audit_events (organization, at, id);
CREATE INDEX IF NOT EXISTS audit_events_by_key ON audit_events (key, at, id) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_events_by_service_user ON audit_events (service_user, at, id)
  WHERE service_user IS NOT NULL;

-- Who called where no credential did, such as person:ann@example.com.
CREATE TABLE IF NOT EXISTS audit_actors (
  -- Of the event.
  id    TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  actor TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 320)
) STRICT, WITHOUT ROWID;

-- The newest event of each chain, written by the consumer with its events: the next one links to it.
CREATE TABLE IF NOT EXISTS audit_heads (
  organization TEXT PRIMARY KEY NOT NULL,
  sequence     INTEGER NOT NULL CHECK (sequence >= 1),
  hash         TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT, WITHOUT ROWID;

-- What the ops command changed, written in the transaction of the change. The cron, or a sync, takes the
-- rows into the chains, once each by their id, and removes them. Raw SQL leaves no row.
CREATE TABLE IF NOT EXISTS ops_changes (
  -- Of the event that comes of it.
  id              TEXT PRIMARY KEY NOT NULL
                  CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  at              INTEGER NOT NULL CHECK (at BETWEEN 1 AND 253370764800000),
  organization_id TEXT CHECK (length(organization_id) BETWEEN 1 AND 64),
  -- Who ran the command, in their own words: operator:ops/ann@laptop.
  actor           TEXT NOT NULL
                  CHECK (actor GLOB 'operator:ops/?*' AND length(actor) <= 320 AND actor NOT GLOB '*[^ -~]*'),
  -- The command and what it changed: /ops/key/revoke/key_….
  path            TEXT NOT NULL CHECK (path GLOB '/ops/?*' AND length(path) <= 2048 AND path NOT GLOB '*[^!-~]*')
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

-- Sums over audit_events, added to in the transaction that inserts them; they outlive the events. What
-- operators and people do in the console is no usage. Days are UTC, YYYY-MM-DD. '' stands for no
-- organization, no key, no product.
CREATE TABLE IF NOT EXISTS usage_daily (
  organization TEXT NOT NULL,
  key          TEXT NOT NULL,
  product      TEXT NOT NULL,
  day          TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- Every decision; `refused` of them were refused.
  requests     INTEGER NOT NULL CHECK (requests >= 1),
  refused      INTEGER NOT NULL CHECK (refused BETWEEN 0 AND requests),
  credits      INTEGER NOT NULL CHECK (credits >= 0),
  PRIMARY KEY (organization, day, key, product)
) STRICT, WITHOUT ROWID;

-- The refusals among them, by reason.
CREATE TABLE IF NOT EXISTS refusals_daily (
  organization TEXT NOT NULL,
  key          TEXT NOT NULL,
  product      TEXT NOT NULL,
  day          TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- As in audit_events.
  reason       TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 64),
  refused      INTEGER NOT NULL CHECK (refused >= 1),
  -- Of the newest one.
  last_at      INTEGER NOT NULL CHECK (last_at > 0),
  PRIMARY KEY (organization, day, key, product, reason)
) STRICT, WITHOUT ROWID;

-- Requests of nobody of which no event was made: at most 60 a minute and network, and 300 a minute of all,
-- become events. They are in usage_daily and refusals_daily as well, which outlive this table. A row for
-- each minute, reason and product, however many there were and wherever from.
CREATE TABLE IF NOT EXISTS nobody_refusals (
  -- Since 1970.
  minute  INTEGER NOT NULL CHECK (minute > 0),
  -- As in audit_events.
  reason  TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 64),
  product TEXT NOT NULL,
  refused INTEGER NOT NULL CHECK (refused >= 1),
  -- Of the newest one.
  last_at INTEGER NOT NULL CHECK (last_at > 0),
  PRIMARY KEY (minute, reason, product)
) STRICT, WITHOUT ROWID;

-- What was counted there, so that it counts once: a row for each message of an isolate, for a day.
CREATE TABLE IF NOT EXISTS nobody_tallies (
  at INTEGER NOT NULL CHECK (at > 0),
  id TEXT NOT NULL CHECK (length(id) = 36),
  PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;

-- When a credential was last presented and recognised, whatever was decided.
CREATE TABLE IF NOT EXISTS credential_usage (
  key          TEXT PRIMARY KEY NOT NULL,
  last_used_at INTEGER NOT NULL CHECK (last_used_at > 0)
) STRICT, WITHOUT ROWID;

-- Behind the head, or behind an event of the same transaction, whose head is moved at its end.
DROP TRIGGER IF EXISTS audit_event_follows;
CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_heads WHERE organization = NEW.organization
                 AND sequence = NEW.sequence - 1 AND hash = NEW.previous_hash)
  AND NOT (NEW.sequence = 1 AND trim(NEW.previous_hash, '0') = ''
           AND NOT EXISTS (SELECT 1 FROM audit_heads WHERE organization = NEW.organization))
  AND NOT (EXISTS (SELECT 1 FROM audit_events WHERE organization = NEW.organization
                   AND sequence = NEW.sequence - 1 AND hash = NEW.previous_hash)
           AND NOT EXISTS (SELECT 1 FROM audit_heads WHERE organization = NEW.organization
                           AND sequence >= NEW.sequence - 1))
BEGIN
  SELECT RAISE(ABORT, 'an audit event follows the newest one of its chain');
END;

DROP TRIGGER IF EXISTS audit_heads_move_on;
CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads
WHEN NEW.sequence <= OLD.sequence OR NEW.organization <> OLD.organization
  OR NOT EXISTS (SELECT 1 FROM audit_events WHERE organization = NEW.organization
                 AND sequence = NEW.sequence AND hash = NEW.hash)
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

-- Endpoints that have yet to answer a signed challenge: new ones, those whose URL was changed, and those
-- that were disabled for what they answered. They are disabled as long as their row is here, and nothing
-- but challenges is sent to them. An endpoint of before there were challenges has no row, and goes on.
CREATE TABLE IF NOT EXISTS webhook_unverified (
  endpoint_id TEXT PRIMARY KEY NOT NULL REFERENCES webhook_endpoints (id),
  -- Another one with each change of URL: an answer to a challenge of before it verifies nothing.
  round       TEXT NOT NULL CHECK (length(round) = 32)
) STRICT, WITHOUT ROWID;

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

-- The lanes that an organization has in use.
CREATE INDEX IF NOT EXISTS webhook_deliveries_leased ON webhook_deliveries (endpoint_id, lease_until)
  WHERE lease IS NOT NULL;

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

-- What was sent in a minute, by what is bounded: src/control/webhooks/bounds.ts. The cron removes old rows.
CREATE TABLE IF NOT EXISTS webhook_sends (
  -- Such as `site example.com org_acme`.
  scope  TEXT PRIMARY KEY NOT NULL CHECK (length(scope) <= 400),
  -- Unix milliseconds / 60,000.
  minute INTEGER NOT NULL CHECK (minute >= 0),
  sent   INTEGER NOT NULL CHECK (sent >= 1)
) STRICT, WITHOUT ROWID;

-- Hosts that gave an organization's deliveries no answer: src/control/webhooks/breaker.ts. An answer of any sort
-- removes the row, and the cron an old one.
CREATE TABLE IF NOT EXISTS webhook_hosts (
  organization_id TEXT NOT NULL,
  host            TEXT NOT NULL CHECK (length(host) <= 300),
  -- One after the other, with no answer in between.
  failures        INTEGER NOT NULL CHECK (failures >= 1),
  -- Nothing is sent before; then one delivery tries.
  waits_until     INTEGER NOT NULL CHECK (waits_until >= 0),
  PRIMARY KEY (organization_id, host)
) STRICT, WITHOUT ROWID;

-- The cron finds by these what began or ended without the management API: expiry, and raw SQL.
CREATE INDEX IF NOT EXISTS credentials_by_creation ON credentials (created_at);
CREATE INDEX IF NOT EXISTS credentials_by_expiry ON credentials (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS credentials_by_revocation ON credentials (revoked_at)
  WHERE revoked_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS service_users_by_disabling ON service_users (disabled_at)
  WHERE disabled_at IS NOT NULL;

-- However an endpoint comes here or changes where it sends, it must prove itself first.
DROP TRIGGER IF EXISTS webhook_endpoint_inserted;
CREATE TRIGGER webhook_endpoint_inserted AFTER INSERT ON webhook_endpoints
BEGIN
  INSERT INTO webhook_unverified (endpoint_id, round) VALUES (NEW.id, lower(hex(randomblob(16))))
  ON CONFLICT (endpoint_id) DO UPDATE SET round = excluded.round;
  UPDATE webhook_endpoints SET disabled_at = created_at WHERE id = NEW.id AND disabled_at IS NULL;
END;

DROP TRIGGER IF EXISTS webhook_endpoint_moved;
CREATE TRIGGER webhook_endpoint_moved AFTER UPDATE OF url ON webhook_endpoints
WHEN NEW.url <> OLD.url
BEGIN
  INSERT INTO webhook_unverified (endpoint_id, round) VALUES (NEW.id, lower(hex(randomblob(16))))
  ON CONFLICT (endpoint_id) DO UPDATE SET round = excluded.round;
  UPDATE webhook_endpoints SET disabled_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE id = NEW.id AND disabled_at IS NULL;
END;

DROP TRIGGER IF EXISTS webhook_endpoint_proves_itself;
CREATE TRIGGER webhook_endpoint_proves_itself BEFORE UPDATE OF disabled_at ON webhook_endpoints
WHEN NEW.disabled_at IS NULL AND EXISTS (SELECT 1 FROM webhook_unverified WHERE endpoint_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'a webhook endpoint is enabled by answering a challenge: verify it');
END;

-- A host that was gone for days may have another owner when it is back.
DROP TRIGGER IF EXISTS webhook_endpoint_disabled;
CREATE TRIGGER webhook_endpoint_disabled AFTER UPDATE OF disabled_at ON webhook_endpoints
WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL
BEGIN
  UPDATE webhook_deliveries SET state = 'held', next_attempt_at = NULL
  WHERE endpoint_id = NEW.id AND state = 'pending';
  INSERT INTO webhook_unverified (endpoint_id, round)
  SELECT NEW.id, lower(hex(randomblob(16))) WHERE NEW.disabled_reason IN ('gone', 'failing')
  ON CONFLICT (endpoint_id) DO NOTHING;
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
  DELETE FROM webhook_unverified WHERE endpoint_id = OLD.id;
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

-- ── Members and sessions ────────────────────────────────────────────────────────────────────────
-- The people who use the console, and who of them is signed in. Neither changes what a credential
-- may do, so nothing here raises a generation.

CREATE TABLE IF NOT EXISTS members (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  -- As Cloudflare Access vouches for it, in lower case.
  email           TEXT NOT NULL CHECK (email = lower(email) AND email GLOB '?*@?*.?*'
                  AND email NOT GLOB '*[^!-~]*' AND email NOT GLOB '*@*@*' AND length(email) <= 254),
  -- viewer: reads only.
  role            TEXT NOT NULL CHECK (role IN ('administrator', 'viewer')),
  created_at      INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)) CHECK (created_at > 0),
  PRIMARY KEY (organization_id, email)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS members_by_email ON members (email);

CREATE TABLE IF NOT EXISTS console_sessions (
  -- SHA-256 (hexadecimal or base64url) of the id that the cookie holds; that id is nowhere.
  id              TEXT PRIMARY KEY NOT NULL
                  CHECK (length(id) BETWEEN 43 AND 64 AND id NOT GLOB '*[^0-9A-Za-z_-]*'),
  actor_type      TEXT NOT NULL CHECK (actor_type IN ('operator', 'person')),
  -- A person's e-mail address as in members, or the operator's name.
  name            TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 254),
  organization_id TEXT CHECK (length(organization_id) BETWEEN 1 AND 64),
  role            TEXT CHECK (role IN ('administrator', 'viewer')),
  created_at      INTEGER NOT NULL CHECK (created_at > 0),
  -- When it was last used, as far as it was written down.
  seen_at         INTEGER NOT NULL CHECK (seen_at >= created_at),
  -- The cron removes it then.
  expires_at      INTEGER NOT NULL CHECK (expires_at > created_at),
  revoked_at      INTEGER CHECK (revoked_at > 0),
  CHECK ((actor_type = 'person') = (organization_id IS NOT NULL)),
  CHECK ((actor_type = 'person') = (role IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS console_sessions_by_expiry ON console_sessions (expires_at);
CREATE INDEX IF NOT EXISTS console_sessions_by_person ON console_sessions (organization_id, name)
  WHERE organization_id IS NOT NULL;

-- INSERT OR REPLACE runs no delete trigger, so the insert counts as a change of role too.
DROP TRIGGER IF EXISTS member_inserted;
CREATE TRIGGER member_inserted AFTER INSERT ON members
BEGIN
  UPDATE console_sessions SET revoked_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE organization_id = NEW.organization_id AND name = NEW.email AND role <> NEW.role
    AND revoked_at IS NULL;
END;

DROP TRIGGER IF EXISTS member_updated;
CREATE TRIGGER member_updated AFTER UPDATE OF organization_id, email, role ON members
BEGIN
  UPDATE console_sessions SET revoked_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE revoked_at IS NULL AND organization_id IS NOT NULL
    AND (organization_id, name) IN (VALUES (OLD.organization_id, OLD.email), (NEW.organization_id, NEW.email))
    AND (organization_id, name, role) <> (NEW.organization_id, NEW.email, NEW.role);
END;

DROP TRIGGER IF EXISTS member_deleted;
CREATE TRIGGER member_deleted AFTER DELETE ON members
BEGIN
  UPDATE console_sessions SET revoked_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE organization_id = OLD.organization_id AND name = OLD.email AND revoked_at IS NULL;
END;

-- A sign-in may have read the membership just before it ended.
DROP TRIGGER IF EXISTS console_session_of_member;
CREATE TRIGGER console_session_of_member BEFORE INSERT ON console_sessions
WHEN NEW.actor_type = 'person' AND NOT EXISTS (SELECT 1 FROM members
  WHERE organization_id = NEW.organization_id AND email = NEW.name AND role = NEW.role)
BEGIN
  SELECT RAISE(ABORT, 'a person is signed in to an organization as a member of it, in that role');
END;

DROP TRIGGER IF EXISTS console_session_stays_as_it_is;
CREATE TRIGGER console_session_stays_as_it_is
BEFORE UPDATE OF id, actor_type, name, organization_id, role, revoked_at ON console_sessions
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL
  OR (NEW.id, NEW.actor_type, NEW.name, NEW.organization_id, NEW.role)
    IS NOT (OLD.id, OLD.actor_type, OLD.name, OLD.organization_id, OLD.role)
BEGIN
  SELECT RAISE(ABORT, 'a session stays whose it is, and is revoked for good: sign in again');
END;

DROP TRIGGER IF EXISTS organization_leaves_members;
CREATE TRIGGER organization_leaves_members BEFORE DELETE ON organizations
BEGIN
  DELETE FROM members WHERE organization_id = OLD.id;
END;

-- ── Retired ─────────────────────────────────────────────────────────────────────────────────────
-- What older versions of this file made and this one does not. A table stays as it was made: an older
-- audit_events has UNIQUE (organization, previous_hash) besides, an older usage_daily its primary key in
-- another order. Both serve as well; the one writes a row more, the other reads more to find some days.

DROP TRIGGER IF EXISTS audit_event_counts;
DROP INDEX IF EXISTS audit_events_by_time;
DROP INDEX IF EXISTS usage_daily_by_day;

-- `actor` was a column of audit_events for a while. Where it is none, the name below means the NULL of
-- the query around it, which finds no events then.
INSERT INTO audit_actors (id, actor)
SELECT id, actor FROM (
  SELECT id, (SELECT actor FROM audit_events AS event WHERE event.id = known.id) AS actor
  FROM (SELECT id, NULL AS actor FROM audit_events
        WHERE EXISTS (SELECT 1 FROM pragma_table_info('audit_events') WHERE name = 'actor')) AS known)
WHERE actor IS NOT NULL
ON CONFLICT (id) DO NOTHING;
