// Made from the API by `npm run build:client`. Do not edit.

export type ClientOptions = {
    baseUrl: 'https://edge.example.com' | (string & {});
};

export type Key = {
    id: string;
    organization_id: string;
    service_user_id: string | null;
    kind: 'secret' | 'publishable' | 'jwt' | 'access_token';
    environment: 'live' | 'sandbox';
    name: string;
    scopes: Array<string>;
    products: Array<string>;
    /**
     * Requests per window by limit name, in place of the plan’s
     */
    quotas: {
        [key: string]: number;
    };
    ips: Array<string> | null;
    origins: Array<string> | null;
    metadata: {
        [key: string]: string;
    };
    /**
     * Unix milliseconds
     */
    created_at: number;
    /**
     * Unix milliseconds
     */
    expires_at: number | null;
    /**
     * Unix milliseconds
     */
    revoked_at: number | null;
    /**
     * Unix milliseconds
     */
    last_used_at: number | null;
    rotated_to: string | null;
    state: 'active' | 'expired' | 'revoked';
};

export type Problem = {
    error: string;
    /**
     * A sentence; it begins with the field at fault
     */
    detail: string;
    status_code: number;
    /**
     * The field at fault, where one is
     */
    field?: string;
};

export type NewKey = Key & {
    /**
     * The credential itself, shown this once; null when an Idempotency-Key is replayed
     */
    value: string | null;
};

export type CreateKey = {
    kind: 'secret' | 'publishable' | 'jwt';
    environment?: 'live' | 'sandbox';
    /**
     * Runs of blanks become one space
     */
    name: string;
    scopes?: Array<string>;
    products?: Array<string>;
    /**
     * Requests per window by limit name, in place of the plan’s
     */
    quotas?: {
        [key: string]: number;
    };
    ips?: Array<string> | null;
    origins?: Array<string> | null;
    /**
     * Unix milliseconds
     */
    expires_at?: number | null;
    metadata?: {
        [key: string]: string;
    };
};

export type ImportKey = {
    kind: 'secret' | 'publishable';
    environment?: 'live' | 'sandbox';
    /**
     * Runs of blanks become one space
     */
    name: string;
    /**
     * One of IMPORTED_PREFIXES, such as sk_live_
     */
    prefix: string;
    sha256: string;
    scopes?: Array<string>;
    products?: Array<string>;
    /**
     * Requests per window by limit name, in place of the plan’s
     */
    quotas?: {
        [key: string]: number;
    };
    ips?: Array<string> | null;
    origins?: Array<string> | null;
    /**
     * Unix milliseconds
     */
    expires_at?: number | null;
    metadata?: {
        [key: string]: string;
    };
};

export type Receipt = {
    /**
     * From then on nothing older is admitted anywhere; null while a guard is still to be told
     */
    enforced_at: number | null;
    pending: number;
    change_id?: string;
};

export type UpdateKey = {
    /**
     * Runs of blanks become one space
     */
    name?: string;
    scopes?: Array<string>;
    products?: Array<string>;
    /**
     * Requests per window by limit name, in place of the plan’s
     */
    quotas?: {
        [key: string]: number;
    };
    ips?: Array<string> | null;
    origins?: Array<string> | null;
    /**
     * Unix milliseconds
     */
    expires_at?: number | null;
    metadata?: {
        [key: string]: string;
    };
};

export type RotateKey = {
    /**
     * How long the old key goes on; never beyond its own expiry
     */
    grace_seconds?: number;
};

export type AuditEvent = {
    /**
     * The request id, as in X-Request-Id; where the gate ended an open connection, its request’s with the version 8 in place of 4
     */
    id: string;
    at: number;
    organization_id: string | null;
    key_id: string | null;
    kind: string | null;
    service_user_id: string | null;
    source_system: string | null;
    environment: string | null;
    /**
     * Who called where no credential did
     */
    actor: string | null;
    product: string | null;
    route: string | null;
    method: string;
    path: string;
    decision: 'forwarded' | 'refused';
    reason: string | null;
    /**
     * As the client was answered; of a 502 or 504 in place of an answer of Cloudflare’s own, that one’s (520 to 530)
     */
    status: number;
    upstream_ms: number | null;
    client_ip: string | null;
    credits: number | null;
    sequence: number;
    hash: string;
};

export type ServiceUser = {
    id: string;
    organization_id: string;
    name: string;
    source_system: string;
    departments: Array<string>;
    state: 'active' | 'disabled';
    /**
     * Tokens neither revoked nor expired, of the environment that the caller sees
     */
    active_tokens: number;
    /**
     * Unix milliseconds
     */
    last_used_at: number | null;
    /**
     * Unix milliseconds
     */
    created_at: number;
    /**
     * Unix milliseconds
     */
    disabled_at: number | null;
};

export type CreateServiceUser = {
    /**
     * Runs of blanks become one space
     */
    name: string;
    source_system: string;
    /**
     * For whom it may act; without any it cannot call where one is required
     */
    departments?: Array<string>;
};

export type UpdateServiceUser = {
    /**
     * Runs of blanks become one space
     */
    name?: string;
    source_system?: string;
    /**
     * For whom it may act; without any it cannot call where one is required
     */
    departments?: Array<string>;
};

export type NewToken = NewKey & {
    /**
     * A line to paste: the first call that the token may make, with its value in it
     */
    curl: string | null;
};

export type MintToken = {
    environment?: 'live' | 'sandbox';
    /**
     * Runs of blanks become one space
     */
    name: string;
    scopes?: Array<string>;
    /**
     * Requests per window by limit name, in place of the plan’s
     */
    quotas?: {
        [key: string]: number;
    };
    ips?: Array<string> | null;
    /**
     * Unix milliseconds
     */
    expires_at?: number | null;
    metadata?: {
        [key: string]: string;
    };
};

export type Organization = {
    id: string;
    name: string;
    /**
     * A plan of the catalog
     */
    plan: string;
    products: Array<string>;
    ips: Array<string> | null;
    state: 'active' | 'suspended';
    /**
     * Keys neither revoked nor expired
     */
    active_keys: number;
    /**
     * Unix milliseconds
     */
    created_at: number;
    /**
     * Unix milliseconds
     */
    suspended_at: number | null;
};

export type UpdateOrganization = {
    /**
     * Runs of blanks become one space
     */
    name?: string;
    ips?: Array<string> | null;
    /**
     * A plan of the catalog
     */
    plan?: string;
    products?: Array<string>;
    /**
     * true refuses every key of the organization, from the moment of the receipt
     */
    suspended?: boolean;
};

export type OrganizationRow = {
    id: string;
    name: string;
    /**
     * A plan of the catalog
     */
    plan: string;
    products: Array<string>;
    state: 'active' | 'suspended';
    /**
     * Keys neither revoked nor expired
     */
    active_keys: number;
    /**
     * Unix milliseconds
     */
    created_at: number;
    /**
     * Unix milliseconds
     */
    suspended_at: number | null;
    ip_restricted: boolean;
};

export type CreateOrganization = {
    /**
     * Runs of blanks become one space
     */
    name: string;
    /**
     * A plan of the catalog
     */
    plan?: string;
    products?: Array<string>;
    ips?: Array<string> | null;
};

export type Member = {
    organization_id: string;
    email: string;
    /**
     * viewer: reads only
     */
    role: 'administrator' | 'viewer';
    /**
     * Unix milliseconds
     */
    created_at: number;
};

export type PutMember = {
    /**
     * viewer: reads only
     */
    role: 'administrator' | 'viewer';
};

export type Change = {
    id: string;
    /**
     * Keys whose guards had to be told
     */
    total: number;
    /**
     * Keys whose guards are still to be told
     */
    pending: number;
    /**
     * From then on nothing older is admitted anywhere; null while any is pending
     */
    enforced_at: number | null;
    /**
     * Unix milliseconds
     */
    created_at: number;
};

export type WebhookEndpoint = {
    id: string;
    organization_id: string;
    url: string;
    description: string;
    events: Array<'system.apiKey.created' | 'system.apiKey.invalidated' | 'system.apiKey.exposed'>;
    enabled: boolean;
    /**
     * Unix milliseconds
     */
    disabled_at: number | null;
    disabled_reason: 'unverified' | 'owner' | 'gone' | 'failing' | null;
    /**
     * It has answered a challenge since its URL was set; else it cannot be enabled
     */
    verified: boolean;
    /**
     * Unix milliseconds
     */
    failing_since: number | null;
    /**
     * Unix milliseconds
     */
    previous_secret_expires_at: number | null;
    /**
     * Unix milliseconds
     */
    created_at: number;
};

export type NewWebhookEndpoint = WebhookEndpoint & {
    /**
     * whsec_…, shown this once; null: the Idempotency-Key was used before
     */
    secret: string | null;
};

export type CreateWebhookEndpoint = {
    url: string;
    description?: string;
    events?: Array<'system.apiKey.created' | 'system.apiKey.invalidated' | 'system.apiKey.exposed'>;
};

export type UpdateWebhookEndpoint = {
    url?: string;
    description?: string;
    events?: Array<'system.apiKey.created' | 'system.apiKey.invalidated' | 'system.apiKey.exposed'>;
    enabled?: boolean;
};

export type WebhookEndpointWithSecret = WebhookEndpoint & {
    /**
     * whsec_…, shown this once
     */
    secret: string;
};

export type RotateWebhookSecret = {
    overlap_seconds?: number;
};

export type WebhookDelivery = {
    id: string;
    event_id: string;
    endpoint_id: string;
    type: string;
    state: 'pending' | 'held' | 'delivered' | 'failed';
    attempts: number;
    /**
     * Unix milliseconds
     */
    next_attempt_at: number | null;
    /**
     * Unix milliseconds
     */
    delivered_at: number | null;
    /**
     * Unix milliseconds
     */
    created_at: number;
    log: Array<{
        number: number;
        /**
         * Unix milliseconds
         */
        started_at: number;
        outcome: 'delivered' | 'failed' | 'throttled' | 'gone' | 'interrupted' | null;
        status: number | null;
        duration_ms: number | null;
        error: string | null;
        answer: string | null;
    }>;
};

export type ListKeysData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
        kind?: 'secret' | 'publishable' | 'jwt' | 'access_token';
        environment?: 'live' | 'sandbox';
        state?: 'active' | 'expired' | 'revoked';
        service_user?: string;
        search?: string;
        /**
         * These alone
         */
        ids?: string;
        sort?: 'expires_at';
    };
    url: '/edge/v1/keys';
};

export type ListKeysResponses = {
    /**
     * A page
     */
    200: {
        items: Array<Key>;
        next_cursor: string | null;
    };
};

export type ListKeysResponse = ListKeysResponses[keyof ListKeysResponses];

export type CreateKeyData = {
    body: CreateKey;
    headers?: {
        'idempotency-key'?: string;
    };
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys';
};

export type CreateKeyResponses = {
    /**
     * The key, with its value
     */
    201: NewKey;
};

export type CreateKeyResponse = CreateKeyResponses[keyof CreateKeyResponses];

export type ImportKeyData = {
    body: ImportKey;
    headers?: {
        'idempotency-key'?: string;
    };
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys/import';
};

export type ImportKeyResponses = {
    /**
     * The key; its value is what its holder has
     */
    201: Key;
};

export type ImportKeyResponse = ImportKeyResponses[keyof ImportKeyResponses];

export type GetKeyData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys/{id}';
};

export type GetKeyResponses = {
    /**
     * The key, without its value
     */
    200: Key;
};

export type GetKeyResponse = GetKeyResponses[keyof GetKeyResponses];

export type UpdateKeyData = {
    body: UpdateKey;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys/{id}';
};

export type UpdateKeyResponses = {
    /**
     * The key as it is now, and since when that is in force
     */
    200: {
        key: Key;
        receipt: Receipt;
    };
};

export type UpdateKeyResponse = UpdateKeyResponses[keyof UpdateKeyResponses];

export type RevokeKeyData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys/{id}/revoke';
};

export type RevokeKeyResponses = {
    /**
     * The receipt
     */
    200: Receipt & {
        revoked_at: number;
    };
};

export type RevokeKeyResponse = RevokeKeyResponses[keyof RevokeKeyResponses];

export type RotateKeyData = {
    body: RotateKey;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/keys/{id}/rotate';
};

export type RotateKeyResponses = {
    /**
     * The new key with its value, and when the old one ends
     */
    201: {
        key: NewKey;
        old: {
            id: string;
            expires_at: number;
        };
        receipt: Receipt;
    };
};

export type RotateKeyResponse = RotateKeyResponses[keyof RotateKeyResponses];

export type ListAuditData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Operators only; `none`: the calls of nobody that was recognised
         */
        organization?: 'none' | string;
        key?: string;
        kind?: 'secret' | 'publishable' | 'jwt' | 'access_token';
        service_user?: string;
        source_system?: string;
        environment?: 'live' | 'sandbox';
        /**
         * `person`: what operators and people did, by token or in the console
         */
        caller?: 'credential' | 'person';
        actor?: string;
        product?: string;
        route?: string;
        method?: string;
        /**
         * What the path begins with
         */
        path?: string;
        decision?: 'forwarded' | 'refused';
        reason?: string;
        /**
         * One, or a class such as `4xx`
         */
        status?: string;
        client_ip?: string;
        /**
         * So many or more; 1: whatever was charged
         */
        credits?: number | null;
        /**
         * The upstream took so long or longer
         */
        upstream_ms?: number | null;
        request_id?: string;
        from?: number | null;
        to?: number | null;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
    };
    url: '/edge/v1/audit';
};

export type ListAuditResponses = {
    /**
     * A page
     */
    200: {
        items: Array<AuditEvent>;
        next_cursor: string | null;
    };
};

export type ListAuditResponse = ListAuditResponses[keyof ListAuditResponses];

export type ExportAuditData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Operators only; `none`: the calls of nobody that was recognised
         */
        organization?: 'none' | string;
        key?: string;
        kind?: 'secret' | 'publishable' | 'jwt' | 'access_token';
        service_user?: string;
        source_system?: string;
        environment?: 'live' | 'sandbox';
        /**
         * `person`: what operators and people did, by token or in the console
         */
        caller?: 'credential' | 'person';
        actor?: string;
        product?: string;
        route?: string;
        method?: string;
        /**
         * What the path begins with
         */
        path?: string;
        decision?: 'forwarded' | 'refused';
        reason?: string;
        /**
         * One, or a class such as `4xx`
         */
        status?: string;
        client_ip?: string;
        /**
         * So many or more; 1: whatever was charged
         */
        credits?: number | null;
        /**
         * The upstream took so long or longer
         */
        upstream_ms?: number | null;
        request_id?: string;
        from?: number | null;
        to?: number | null;
    };
    url: '/edge/v1/audit/export';
};

export type ExportAuditResponses = {
    /**
     * RFC 4180
     */
    200: string;
};

export type ExportAuditResponse = ExportAuditResponses[keyof ExportAuditResponses];

export type VerifyAuditData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Operators only; `none`: the calls of nobody that was recognised
         */
        organization?: 'none' | string;
        cursor?: string;
    };
    url: '/edge/v1/audit/verify';
};

export type VerifyAuditResponses = {
    /**
     * The verdict
     */
    200: {
        intact: boolean;
        /**
         * Nothing is left to verify: the end is reached, or a row does not hold
         */
        complete: boolean;
        next_cursor: string | null;
        /**
         * Verified by this call
         */
        events: number | null;
        pruned: number | null;
        head: {
            sequence: number;
            hash: string;
        } | null;
        broken: {
            flaw: string;
            sequence: number;
            id: string | null;
            detail: string;
        } | null;
    };
};

export type VerifyAuditResponse = VerifyAuditResponses[keyof VerifyAuditResponses];

export type GetUsageData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Operators only; `none`: the calls of nobody that was recognised
         */
        organization?: 'none' | string;
        key?: string;
        product?: string;
        /**
         * YYYY-MM-DD, UTC
         */
        from?: string;
        /**
         * YYYY-MM-DD, UTC
         */
        to?: string;
        /**
         * Each that is named is a member of the items; others are summed up.
         */
        group_by?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
    };
    url: '/edge/v1/usage';
};

export type GetUsageResponses = {
    /**
     * A page of sums, and the current month by key
     */
    200: {
        items: Array<{
            day?: string;
            key_id?: string | null;
            product?: string | null;
            requests: number;
            refused: number;
            credits: number;
        }>;
        next_cursor: string | null;
        month: Array<{
            key_id: string | null;
            requests: number;
            refused: number;
            credits: number;
        }>;
    };
};

export type GetUsageResponse = GetUsageResponses[keyof GetUsageResponses];

export type GetRefusalsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Operators only; `none`: the calls of nobody that was recognised
         */
        organization?: 'none' | string;
        key?: string;
        product?: string;
        /**
         * YYYY-MM-DD, UTC
         */
        from?: string;
        /**
         * YYYY-MM-DD, UTC
         */
        to?: string;
        /**
         * Besides by reason. Each that is named is a member of the items; others are summed up.
         */
        group_by?: string;
        limit?: number;
    };
    url: '/edge/v1/usage/refusals';
};

export type GetRefusalsResponses = {
    /**
     * The counts, and the time of the newest of each
     */
    200: {
        items: Array<{
            reason: string;
            key_id?: string | null;
            product?: string | null;
            refused: number;
            last_at: number;
            only_key_id: string | null;
            only_product: string | null;
        }>;
        /**
         * There are more than limit
         */
        more: boolean;
    };
};

export type GetRefusalsResponse = GetRefusalsResponses[keyof GetRefusalsResponses];

export type ListServiceUsersData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
        state?: 'active' | 'disabled';
        source_system?: string;
        search?: string;
    };
    url: '/edge/v1/service-users';
};

export type ListServiceUsersResponses = {
    /**
     * A page
     */
    200: {
        items: Array<ServiceUser>;
        next_cursor: string | null;
    };
};

export type ListServiceUsersResponse = ListServiceUsersResponses[keyof ListServiceUsersResponses];

export type CreateServiceUserData = {
    body: CreateServiceUser;
    headers?: {
        'idempotency-key'?: string;
    };
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users';
};

export type CreateServiceUserResponses = {
    /**
     * The service user, without any token yet
     */
    201: ServiceUser;
};

export type CreateServiceUserResponse = CreateServiceUserResponses[keyof CreateServiceUserResponses];

export type GetServiceUserData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users/{id}';
};

export type GetServiceUserResponses = {
    /**
     * The service user
     */
    200: ServiceUser;
};

export type GetServiceUserResponse = GetServiceUserResponses[keyof GetServiceUserResponses];

export type UpdateServiceUserData = {
    body: UpdateServiceUser;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users/{id}';
};

export type UpdateServiceUserResponses = {
    /**
     * The service user as it is now, and since when all its tokens go by it
     */
    200: {
        service_user: ServiceUser;
        receipt: Receipt;
    };
    /**
     * Made; above 50 keys the guards are told one after the other. See Location.
     */
    202: {
        service_user: ServiceUser;
        receipt: Receipt;
    };
};

export type UpdateServiceUserResponse = UpdateServiceUserResponses[keyof UpdateServiceUserResponses];

export type DisableServiceUserData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users/{id}/disable';
};

export type DisableServiceUserResponses = {
    /**
     * The receipt
     */
    200: Receipt & {
        /**
         * Unix milliseconds
         */
        disabled_at: number | null;
    };
    /**
     * Made; above 50 keys the guards are told one after the other. See Location.
     */
    202: Receipt & {
        /**
         * Unix milliseconds
         */
        disabled_at: number | null;
    };
};

export type DisableServiceUserResponse = DisableServiceUserResponses[keyof DisableServiceUserResponses];

export type EnableServiceUserData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users/{id}/enable';
};

export type EnableServiceUserResponses = {
    /**
     * The receipt
     */
    200: Receipt & {
        /**
         * Unix milliseconds
         */
        disabled_at: number | null;
    };
    /**
     * Made; above 50 keys the guards are told one after the other. See Location.
     */
    202: Receipt & {
        /**
         * Unix milliseconds
         */
        disabled_at: number | null;
    };
};

export type EnableServiceUserResponse = EnableServiceUserResponses[keyof EnableServiceUserResponses];

export type ListTokensData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
        environment?: 'live' | 'sandbox';
        state?: 'active' | 'expired' | 'revoked';
    };
    url: '/edge/v1/service-users/{id}/tokens';
};

export type ListTokensResponses = {
    /**
     * A page
     */
    200: {
        items: Array<Key>;
        next_cursor: string | null;
    };
};

export type ListTokensResponse = ListTokensResponses[keyof ListTokensResponses];

export type MintTokenData = {
    body: MintToken;
    headers?: {
        'idempotency-key'?: string;
    };
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/service-users/{id}/tokens';
};

export type MintTokenResponses = {
    /**
     * The token, with its value and the call that uses it
     */
    201: NewToken;
};

export type MintTokenResponse = MintTokenResponses[keyof MintTokenResponses];

export type GetOrganizationData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/organization';
};

export type GetOrganizationResponses = {
    /**
     * The organization with its IP list
     */
    200: Organization;
};

export type GetOrganizationResponse = GetOrganizationResponses[keyof GetOrganizationResponses];

export type UpdateOrganizationData = {
    body: UpdateOrganization;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/organization';
};

export type UpdateOrganizationResponses = {
    /**
     * The organization as it is now, and since when that is in force
     */
    200: {
        organization: Organization;
        receipt: Receipt;
    };
    /**
     * Made; above 50 keys the guards are told one after the other. See Location.
     */
    202: {
        organization: Organization;
        receipt: Receipt;
    };
};

export type UpdateOrganizationResponse = UpdateOrganizationResponses[keyof UpdateOrganizationResponses];

export type ListOrganizationsData = {
    body?: never;
    path?: never;
    query?: {
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
        state?: 'active' | 'suspended';
        plan?: string;
        search?: string;
        /**
         * The one that this id belongs to
         */
        owns?: string;
    };
    url: '/edge/v1/organizations';
};

export type ListOrganizationsResponses = {
    /**
     * A page
     */
    200: {
        items: Array<OrganizationRow>;
        next_cursor: string | null;
    };
};

export type ListOrganizationsResponse = ListOrganizationsResponses[keyof ListOrganizationsResponses];

export type CreateOrganizationData = {
    body: CreateOrganization;
    headers?: {
        'idempotency-key'?: string;
    };
    path?: never;
    query?: never;
    url: '/edge/v1/organizations';
};

export type CreateOrganizationResponses = {
    /**
     * The organization
     */
    201: Organization;
};

export type CreateOrganizationResponse = CreateOrganizationResponses[keyof CreateOrganizationResponses];

export type ListMembersData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/members';
};

export type ListMembersResponses = {
    /**
     * All of them
     */
    200: {
        items: Array<Member>;
    };
};

export type ListMembersResponse = ListMembersResponses[keyof ListMembersResponses];

export type RemoveMemberData = {
    body?: never;
    path: {
        email: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/members/{email}';
};

export type RemoveMemberResponses = {
    /**
     * The person is no member any more
     */
    204: void;
};

export type RemoveMemberResponse = RemoveMemberResponses[keyof RemoveMemberResponses];

export type PutMemberData = {
    body: PutMember;
    path: {
        email: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/members/{email}';
};

export type PutMemberResponses = {
    /**
     * The member as it is now
     */
    200: Member;
    /**
     * The new member
     */
    201: Member;
};

export type PutMemberResponse = PutMemberResponses[keyof PutMemberResponses];

export type GetChangeData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/changes/{id}';
};

export type GetChangeResponses = {
    /**
     * The change
     */
    200: Change;
};

export type GetChangeResponse = GetChangeResponses[keyof GetChangeResponses];

export type WhoamiData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/edge/v1/whoami';
};

export type WhoamiResponses = {
    /**
     * The caller
     */
    200: {
        type: 'key' | 'operator' | 'person';
        id: string;
        organization_id: string | null;
        /**
         * A person’s; null of others
         */
        role: 'administrator' | 'viewer' | null;
        kind: string | null;
        environment: string | null;
        plan: string | null;
        scopes: Array<string>;
        products: Array<string>;
        expires_at: number | null;
    };
};

export type WhoamiResponse = WhoamiResponses[keyof WhoamiResponses];

export type GetRateLimitsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        key?: string;
    };
    url: '/edge/v1/rate-limits';
};

export type GetRateLimitsResponses = {
    /**
     * The limits
     */
    200: {
        key: string;
        limits: Array<{
            name: string;
            limit: number;
            /**
             * Of a month 31 days; 0 of a balance
             */
            window_seconds: number;
            /**
             * Counted by the calendar (UTC), or for ever; null: by a window that slides
             */
            period: 'day' | 'month' | 'balance' | null;
            remaining: number;
            reset_after_ms: number;
        }>;
    };
};

export type GetRateLimitsResponse = GetRateLimitsResponses[keyof GetRateLimitsResponses];

export type ExplainData = {
    body: {
        key_id?: string;
        credential?: string;
        method: string;
        path: string;
        address?: string;
        origin?: string;
        department?: string;
        from_browser?: boolean;
    };
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/explain';
};

export type ExplainResponses = {
    /**
     * The verdict and the way to it
     */
    200: {
        verdict: 'forwarded' | 'refused';
        status: number | null;
        reason: string | null;
        steps: Array<{
            step: string;
            verdict: 'pass' | 'refuse';
            reason: string | null;
            detail: string;
        }>;
        limits: Array<{
            name: string;
            limit: number;
            /**
             * Of a month 31 days; 0 of a balance
             */
            window_seconds: number;
            /**
             * Counted by the calendar (UTC), or for ever; null: by a window that slides
             */
            period: 'day' | 'month' | 'balance' | null;
            remaining: number;
            reset_after_ms: number;
        }>;
    };
};

export type ExplainResponse = ExplainResponses[keyof ExplainResponses];

export type ListEndpointsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
    };
    url: '/edge/v1/webhooks';
};

export type ListEndpointsResponses = {
    /**
     * A page
     */
    200: {
        items: Array<WebhookEndpoint>;
        next_cursor: string | null;
    };
};

export type ListEndpointsResponse = ListEndpointsResponses[keyof ListEndpointsResponses];

export type CreateEndpointData = {
    body: CreateWebhookEndpoint;
    headers?: {
        'idempotency-key'?: string;
    };
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks';
};

export type CreateEndpointResponses = {
    /**
     * The endpoint, with its secret
     */
    201: NewWebhookEndpoint;
};

export type CreateEndpointResponse = CreateEndpointResponses[keyof CreateEndpointResponses];

export type DeleteEndpointData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}';
};

export type DeleteEndpointResponses = {
    /**
     * It is gone
     */
    204: void;
};

export type DeleteEndpointResponse = DeleteEndpointResponses[keyof DeleteEndpointResponses];

export type GetEndpointData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}';
};

export type GetEndpointResponses = {
    /**
     * The endpoint
     */
    200: WebhookEndpoint;
};

export type GetEndpointResponse = GetEndpointResponses[keyof GetEndpointResponses];

export type UpdateEndpointData = {
    body: UpdateWebhookEndpoint;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}';
};

export type UpdateEndpointResponses = {
    /**
     * The endpoint as it is now
     */
    200: WebhookEndpoint;
};

export type UpdateEndpointResponse = UpdateEndpointResponses[keyof UpdateEndpointResponses];

export type RotateEndpointSecretData = {
    body: RotateWebhookSecret;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}/rotate-secret';
};

export type RotateEndpointSecretResponses = {
    /**
     * The endpoint, with its new secret
     */
    200: WebhookEndpointWithSecret;
};

export type RotateEndpointSecretResponse = RotateEndpointSecretResponses[keyof RotateEndpointSecretResponses];

export type VerifyEndpointData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}/verify';
};

export type VerifyEndpointResponses = {
    /**
     * The endpoint, verified
     */
    200: WebhookEndpoint;
};

export type VerifyEndpointResponse = VerifyEndpointResponses[keyof VerifyEndpointResponses];

export type TestEndpointData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}/test';
};

export type TestEndpointResponses = {
    /**
     * Its delivery, to be found in the log
     */
    202: {
        delivery_id: string;
    };
};

export type TestEndpointResponse = TestEndpointResponses[keyof TestEndpointResponses];

export type ListDeliveriesData = {
    body?: never;
    path: {
        id: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        limit?: number;
        /**
         * `next_cursor` of the page before
         */
        cursor?: string;
        state?: 'pending' | 'held' | 'delivered' | 'failed';
    };
    url: '/edge/v1/webhooks/{id}/deliveries';
};

export type ListDeliveriesResponses = {
    /**
     * A page
     */
    200: {
        items: Array<WebhookDelivery>;
        next_cursor: string | null;
    };
};

export type ListDeliveriesResponse = ListDeliveriesResponses[keyof ListDeliveriesResponses];

export type ResendDeliveryData = {
    body?: never;
    path: {
        id: string;
        delivery: string;
    };
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
    };
    url: '/edge/v1/webhooks/{id}/deliveries/{delivery}/resend';
};

export type ResendDeliveryResponses = {
    /**
     * It is due at once
     */
    202: {
        delivery_id: string;
    };
};

export type ResendDeliveryResponse = ResendDeliveryResponses[keyof ResendDeliveryResponses];

export type RepublishData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The organization to act in; operators only.
         */
        organization?: string;
        after?: string;
    };
    url: '/edge/v1/republish';
};

export type RepublishResponses = {
    /**
     * What this slice came to
     */
    200: {
        published: number;
        pending: number;
        enforced_at: number | null;
        next: string | null;
    };
};

export type RepublishResponse = RepublishResponses[keyof RepublishResponses];

export type CompareRecordsData = {
    body?: never;
    path?: never;
    query?: {
        after?: string;
    };
    url: '/edge/v1/records';
};

export type CompareRecordsResponses = {
    /**
     * What was found
     */
    200: {
        /**
         * Records looked at
         */
        records: number;
        /**
         * Those of a generation that D1 has not
         */
        ahead: number;
        /**
         * At most 20 of them
         */
        keys: Array<string>;
        /**
         * Go on with `after` = this
         */
        next: string | null;
        /**
         * Settings in which the gate and control are not alike
         */
        settings_differ: Array<string>;
    };
};

export type CompareRecordsResponse = CompareRecordsResponses[keyof CompareRecordsResponses];

export type SyncData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/edge/v1/sync';
};

export type SyncResponses = {
    /**
     * How many keys were published and how many are still pending
     */
    200: {
        published: number;
        pending: number;
        enforced_at: number | null;
    };
};

export type SyncResponse = SyncResponses[keyof SyncResponses];

export interface Operations {
    listKeys: { input: ListKeysData; answer: ListKeysResponses[keyof ListKeysResponses] };
    createKey: { input: CreateKeyData; answer: CreateKeyResponses[keyof CreateKeyResponses] };
    importKey: { input: ImportKeyData; answer: ImportKeyResponses[keyof ImportKeyResponses] };
    getKey: { input: GetKeyData; answer: GetKeyResponses[keyof GetKeyResponses] };
    updateKey: { input: UpdateKeyData; answer: UpdateKeyResponses[keyof UpdateKeyResponses] };
    revokeKey: { input: RevokeKeyData; answer: RevokeKeyResponses[keyof RevokeKeyResponses] };
    rotateKey: { input: RotateKeyData; answer: RotateKeyResponses[keyof RotateKeyResponses] };
    listAudit: { input: ListAuditData; answer: ListAuditResponses[keyof ListAuditResponses] };
    exportAudit: { input: ExportAuditData; answer: ExportAuditResponses[keyof ExportAuditResponses] };
    verifyAudit: { input: VerifyAuditData; answer: VerifyAuditResponses[keyof VerifyAuditResponses] };
    getUsage: { input: GetUsageData; answer: GetUsageResponses[keyof GetUsageResponses] };
    getRefusals: { input: GetRefusalsData; answer: GetRefusalsResponses[keyof GetRefusalsResponses] };
    listServiceUsers: { input: ListServiceUsersData; answer: ListServiceUsersResponses[keyof ListServiceUsersResponses] };
    createServiceUser: { input: CreateServiceUserData; answer: CreateServiceUserResponses[keyof CreateServiceUserResponses] };
    getServiceUser: { input: GetServiceUserData; answer: GetServiceUserResponses[keyof GetServiceUserResponses] };
    updateServiceUser: { input: UpdateServiceUserData; answer: UpdateServiceUserResponses[keyof UpdateServiceUserResponses] };
    disableServiceUser: { input: DisableServiceUserData; answer: DisableServiceUserResponses[keyof DisableServiceUserResponses] };
    enableServiceUser: { input: EnableServiceUserData; answer: EnableServiceUserResponses[keyof EnableServiceUserResponses] };
    listTokens: { input: ListTokensData; answer: ListTokensResponses[keyof ListTokensResponses] };
    mintToken: { input: MintTokenData; answer: MintTokenResponses[keyof MintTokenResponses] };
    getOrganization: { input: GetOrganizationData; answer: GetOrganizationResponses[keyof GetOrganizationResponses] };
    updateOrganization: { input: UpdateOrganizationData; answer: UpdateOrganizationResponses[keyof UpdateOrganizationResponses] };
    listOrganizations: { input: ListOrganizationsData; answer: ListOrganizationsResponses[keyof ListOrganizationsResponses] };
    createOrganization: { input: CreateOrganizationData; answer: CreateOrganizationResponses[keyof CreateOrganizationResponses] };
    listMembers: { input: ListMembersData; answer: ListMembersResponses[keyof ListMembersResponses] };
    putMember: { input: PutMemberData; answer: PutMemberResponses[keyof PutMemberResponses] };
    removeMember: { input: RemoveMemberData; answer: RemoveMemberResponses[keyof RemoveMemberResponses] };
    getChange: { input: GetChangeData; answer: GetChangeResponses[keyof GetChangeResponses] };
    whoami: { input: WhoamiData; answer: WhoamiResponses[keyof WhoamiResponses] };
    getRateLimits: { input: GetRateLimitsData; answer: GetRateLimitsResponses[keyof GetRateLimitsResponses] };
    explain: { input: ExplainData; answer: ExplainResponses[keyof ExplainResponses] };
    listEndpoints: { input: ListEndpointsData; answer: ListEndpointsResponses[keyof ListEndpointsResponses] };
    createEndpoint: { input: CreateEndpointData; answer: CreateEndpointResponses[keyof CreateEndpointResponses] };
    getEndpoint: { input: GetEndpointData; answer: GetEndpointResponses[keyof GetEndpointResponses] };
    updateEndpoint: { input: UpdateEndpointData; answer: UpdateEndpointResponses[keyof UpdateEndpointResponses] };
    deleteEndpoint: { input: DeleteEndpointData; answer: DeleteEndpointResponses[keyof DeleteEndpointResponses] };
    rotateEndpointSecret: { input: RotateEndpointSecretData; answer: RotateEndpointSecretResponses[keyof RotateEndpointSecretResponses] };
    verifyEndpoint: { input: VerifyEndpointData; answer: VerifyEndpointResponses[keyof VerifyEndpointResponses] };
    testEndpoint: { input: TestEndpointData; answer: TestEndpointResponses[keyof TestEndpointResponses] };
    listDeliveries: { input: ListDeliveriesData; answer: ListDeliveriesResponses[keyof ListDeliveriesResponses] };
    resendDelivery: { input: ResendDeliveryData; answer: ResendDeliveryResponses[keyof ResendDeliveryResponses] };
    republish: { input: RepublishData; answer: RepublishResponses[keyof RepublishResponses] };
    compareRecords: { input: CompareRecordsData; answer: CompareRecordsResponses[keyof CompareRecordsResponses] };
    sync: { input: SyncData; answer: SyncResponses[keyof SyncResponses] };
}
