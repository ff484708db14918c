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

-- ── Generations ─────────────────────────────────────────────────────────────────────────────────
-- Triggers are dropped and made again, so that a newer schema.sql replaces them.

DROP TRIGGER IF EXISTS generations_never_fall;
CREATE TRIGGER generations_never_fall BEFORE UPDATE ON generations
WHEN NEW.generation <= OLD.generation OR NEW.credential_id <> OLD.credential_id
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
  INSERT INTO generations (credential_id, generation) VALUES (NEW.id, 1)
  ON CONFLICT (credential_id) DO UPDATE SET generation = generation + 1;
END;

DROP TRIGGER IF EXISTS credential_updated;
CREATE TRIGGER credential_updated AFTER UPDATE OF
  id, organization_id, service_user_id, kind, environment, digest, external, scopes, products, quotas,
  ip_restricted, origin_restricted, expires_at, revoked_at ON credentials
BEGIN
  UPDATE generations SET generation = generation + 1 WHERE credential_id = OLD.id;
  INSERT INTO generations (credential_id, generation) SELECT NEW.id, 1 WHERE NEW.id <> OLD.id
  ON CONFLICT (credential_id) DO UPDATE SET generation = generation + 1;
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
