-- Rows as they were written on the schema of before-actors.sql, whose trigger counted the events.

INSERT INTO organizations (id, name) VALUES ('org_old', 'Old');
INSERT INTO credentials (id, organization_id, kind, environment, name, digest, products)
VALUES ('key_old', 'org_old', 'secret', 'live', 'Old', 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdE', '["verifa"]');
INSERT INTO credential_ips (credential_id, cidr) VALUES ('key_old', '198.51.100.0/24');
INSERT INTO audit_events (organization, sequence, previous_hash, hash, id, at, key, kind, service_user, source_system, environment, product, route, method, path, decision, reason, status, upstream_ms, client_ip, credits) VALUES
  ('org_old', 1, '0000000000000000000000000000000000000000000000000000000000000000', '228d0f0864e8d4662affa4d7a067160d57206703ecc5b467a09737ea45d4f257', '00000000-0000-4000-8000-000000000001', 1772366460000, 'key_old', 'secret', NULL, NULL, 'live', 'verifa', '/api/v1/sessions/**', 'GET', '/api/v1/sessions/1', 'forwarded', NULL, 200, 12, '198.51.100.7', 2),
  ('org_old', 2, '228d0f0864e8d4662affa4d7a067160d57206703ecc5b467a09737ea45d4f257', '5a6b951a5e3ff09d3f738764e71e44acdd21a09a91c54033cd4e1e768a99a525', '00000000-0000-4000-8000-000000000002', 1772366520000, 'key_old', 'secret', NULL, NULL, 'live', 'verifa', '/api/v1/sessions/**', 'GET', '/api/v1/sessions/2', 'forwarded', NULL, 200, 12, '198.51.100.7', 2),
  ('org_old', 3, '5a6b951a5e3ff09d3f738764e71e44acdd21a09a91c54033cd4e1e768a99a525', '4e6151964bb3384a6e36592bcc35f00bbdc0df28daeb31f6b60fa447e7e9f168', '00000000-0000-4000-8000-000000000003', 1772366580000, 'key_old', 'secret', NULL, NULL, 'live', 'verifa', '/api/v1/sessions/**', 'GET', '/api/v1/sessions/1', 'refused', 'scope_missing', 403, NULL, '198.51.100.7', NULL);
INSERT INTO audit_events (organization, sequence, previous_hash, hash, id, at, key, kind, service_user, source_system, environment, product, route, method, path, decision, reason, status, upstream_ms, client_ip, credits) VALUES
  ('', 1, '0000000000000000000000000000000000000000000000000000000000000000', '36229411d56cb25e489172a1833ab49a443c1774443d262a1f45457d93f7091a', '00000000-0000-4000-8000-000000000004', 1772366640000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'GET', '/', 'refused', 'credential_missing', 401, NULL, '198.51.100.7', NULL);
