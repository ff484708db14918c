-- Rows behind those of before-actors-rows.sql, as they were written while audit_events had the actor as a
-- column: hashed also where it is null.

ALTER TABLE audit_events ADD COLUMN actor TEXT CHECK (length(actor) BETWEEN 1 AND 320);
INSERT INTO audit_events (organization, sequence, previous_hash, hash, id, at, key, kind, service_user, source_system, environment, actor, product, route, method, path, decision, reason, status, upstream_ms, client_ip, credits) VALUES
  ('org_old', 4, '4e6151964bb3384a6e36592bcc35f00bbdc0df28daeb31f6b60fa447e7e9f168', '2f458f604f8239bb32e406af7d906e1a81fa9a9369aef4c8b4cfa53e15b61c34', '00000000-0000-4000-8000-000000000005', 1772366700000, 'key_old', 'secret', NULL, NULL, 'live', NULL, 'verifa', '/api/v1/sessions/**', 'GET', '/api/v1/sessions/1', 'forwarded', NULL, 200, 12, '198.51.100.7', 2),
  ('org_old', 5, '2f458f604f8239bb32e406af7d906e1a81fa9a9369aef4c8b4cfa53e15b61c34', '03773e1feeef3d8734ee5214cb243bf22606f3f47f6c73986ccd8087fded3518', '00000000-0000-4000-8000-000000000006', 1772366760000, NULL, NULL, NULL, NULL, NULL, 'person:ann@example.com', 'edge', '/edge/v1/keys', 'GET', '/edge/v1/keys', 'forwarded', NULL, 200, 3, '198.51.100.7', NULL);
UPDATE audit_heads SET sequence = 5, hash = '03773e1feeef3d8734ee5214cb243bf22606f3f47f6c73986ccd8087fded3518'
WHERE organization = 'org_old';
