// Header spellings of our own, sent with a valid key: none of them may reach the upstream as it is.

type Headers = readonly (readonly [string, string])[]

const one = (name: string, value = 'forged'): Headers => [[name, value]]

/** Identity, under every spelling that some upstream folds into ours. */
export const identityHeaders: readonly Headers[] = [
  one('x-edge-org-id'),
  one('X-EDGE-ORG-ID'),
  one('X_Edge_Org_Id'),
  one('X.Edge.Org.Id'),
  one('X-Edge_Key.Id'),
  one('x_edge-assertion', 'eyJhbGciOiJub25lIn0.e30.'),
  one('X-Edge-Assertion', 'eyJhbGciOiJub25lIn0.e30.'),
  one('X-Edge'),
  one('X-Edge-'),
  one('X--Edge--Key--Id'),
  one('-X-Edge-Key-Id'),
  one('_X_Edge_Key_Id'),
  one('X~Edge~Key~Id'),
  one('X!Edge!Scopes', 'admin:read'),
  one('X+Edge+Scopes', 'admin:read'),
  one("X'Edge'Scopes", 'admin:read'),
  one('X|Edge|Scopes', 'admin:read'),
  one('X-EdgeScopes', 'admin:read'),
  one('X-Edge-Unheard-Of'),
  one('X-Edge-Service-User', 'su_forged'),
  one('X-Edge-Source-System', 'vkyc'),
  one('X-Edge-Request-Id'),
  [
    ['X-Edge-Key-Id', 'forged'],
    ['x-edge-key-id', 'forged'],
    ['X_EDGE_KEY_ID', 'forged'],
  ],
  [
    ['Connection', 'X-Edge-Org-Id, X-Edge-Assertion, X-Edge-Key-Id'],
    ['X-Edge-Org-Id', 'forged'],
  ],
]

/** Claims about origin, path, method or platform, and what belongs to one connection. */
export const claimHeaders: readonly Headers[] = [
  one('X-Forwarded-For', '203.0.113.9'),
  one('X_Forwarded_For', '203.0.113.9'),
  one('X.Forwarded.Host', 'evil.com'),
  one('X-Forwarded-User', 'admin'),
  one('X-Forwarded', 'for=203.0.113.9'),
  one('Forwarded', 'for=203.0.113.9'),
  one('X-Real-IP', '203.0.113.9'),
  one('X_Real_IP', '203.0.113.9'),
  one('True-Client-IP', '203.0.113.9'),
  one('X-Client-IP', '203.0.113.9'),
  one('X-Cluster-Client-IP', '203.0.113.9'),
  one('CF-Access-Authenticated-User-Email', 'admin@example.com'),
  one('Cf_Access_Jwt_Assertion', 'forged'),
  one('CF-IPCountry', 'XX'),
  one('X-Original-URL', '/admin/users'),
  one('X_Original_URL', '/admin/users'),
  one('X-Original-URI', '/admin/users'),
  one('X-Rewrite-URL', '/admin/users'),
  one('X-HTTP-Method-Override', 'DELETE'),
  one('X-HTTP-Method', 'DELETE'),
  one('X-Method-Override', 'DELETE'),
  one('X-Middleware-Subrequest', 'middleware'),
  one('X-Middleware-Rewrite', '/admin'),
  one('X-Approver-Department', 'retail'),
  one('Proxy', 'http://evil.com:8080'),
  one('Proxy-Authorization', 'Basic Zm9yZ2Vk'),
  one('Proxy_Authorization', 'Basic Zm9yZ2Vk'),
  one('Proxy-Connection', 'keep-alive'),
  one('Cookie', 'session=forged'),
  one('x_api_key', 'forged'),
  one('X.Api.Key', 'forged'),
  one('Keep-Alive', 'timeout=5, max=1000'),
  one('TE', 'trailers'),
  one('Trailer', 'X-Edge-Org-Id'),
  one('Upgrade', 'h2c'),
  [
    ['Connection', 'close, X-Mine'],
    ['X-Mine', 'forged'],
  ],
  [
    ['Connection', 'Upgrade, HTTP2-Settings'],
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
  ],
]
