// Made by test/releases/make.ts from commit 66ea86f9240a2f4276e8ebfc97a2bd155ed4c752: not to be edited.
// src/result.ts
function ok(value) {
  return { ok: true, value };
}
function err(error) {
  return { ok: false, error };
}

// src/guard/ask.ts
var GUARD_DEADLINE_MS = 2e3;
async function askGuard(guards, credentialId, call, deadlineMs = GUARD_DEADLINE_MS) {
  let timer = null;
  try {
    const deadline = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("the guard did not answer in time")), deadlineMs);
    });
    const guard = guards.KEY_GUARD.getByName(guardName(credentialId));
    return ok(await Promise.race([call(guard), deadline]));
  } catch (error) {
    console.error(`guard of ${credentialId} unreachable`, error);
    return err("unreachable");
  } finally {
    clearTimeout(timer);
  }
}
function guardName(credentialId) {
  return `v1:${credentialId}`;
}

// src/guard/lease-terms.ts
var LEASE_MAX_MS = 300;
var LEASE_MARGIN_MS = 50;
var FENCE_WAIT_MS = LEASE_MAX_MS + LEASE_MARGIN_MS;
var LEASE_MIN_TOKENS = 4;
var LEASE_MIN_MS = 100;
var OF_QUOTA = 1 / 100;
var OF_REMAINING = 1 / 20;
var LEASE_OF_WINDOW = 58e-4;
function leaseMs(limits) {
  let ms = LEASE_MAX_MS;
  for (const { windowSeconds, partition } of limits) {
    if (partition !== void 0) return 0;
    ms = Math.min(ms, Math.floor(windowSeconds * 1e3 * LEASE_OF_WINDOW) - LEASE_MARGIN_MS);
  }
  return ms < LEASE_MIN_MS ? 0 : ms;
}

// src/guard/lease.ts
function spendLeased(meter, now, ask, waitUntil) {
  const spent = meter.spend(now);
  if (spent && meter.isRunningLow(now) && meter.wants(now) > 0) {
    waitUntil(askGuardFor(meter, 0, now, ask, waitUntil));
  }
  return spent;
}
async function askGuardFor(meter, want, now, ask, waitUntil) {
  const tokens = meter.wants(now);
  const ended = tokens > 0 ? sleep(leaseMs(meter.limits)) : void 0;
  if (ended) meter.begin(now);
  const answer = await ask({ want, lease: tokens, settled: meter.takeSettled(now) });
  const granted = answer.ok && answer.value.verdict === "granted" ? answer.value : null;
  if (ended) meter.end(now, granted?.lease ?? null, granted?.limits ?? []);
  if (answer.ok && answer.value.verdict === "stale") meter.drop();
  if (ended && granted?.lease) waitUntil(endLease(meter, granted.lease, ended, ask));
  return answer;
}
async function endLease(meter, lease, ended, ask) {
  await ended;
  meter.close(lease.id);
  if (!meter.owes(lease.id)) return;
  await ask({ want: 0, lease: 0, settled: meter.takeSettled(Date.now()) });
}
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// src/guard/meter.ts
var RATE_MS = 250;
var ASK_MAX_MS = 2500;
var RENEW_AT = 1 / 3;
var Meter = class {
  limits;
  held = [];
  settled = [];
  askedAt = null;
  /** Of the newest lease. */
  lastId = 0;
  latest = 0;
  /** Requests in the current and the previous RATE_MS. */
  slot = 0;
  count = 0;
  before = 0;
  constructor(limits) {
    this.limits = limits;
  }
  /** Counts a request that wants to spend, for the rate. */
  see(now) {
    if (now < this.latest) this.drop();
    this.latest = now;
    const slot = Math.floor(now / RATE_MS);
    if (slot !== this.slot) {
      this.before = slot === this.slot + 1 ? this.count : 0;
      this.count = 0;
      this.slot = slot;
    }
    this.count += 1;
  }
  /** Spends a token of a lease; undefined when there is none. */
  spend(now) {
    this.expire(now);
    const [oldest] = this.held;
    const newest = this.held.at(-1);
    if (!oldest || !newest) return void 0;
    oldest.left -= 1;
    return { limits: newest.limits, spare: this.spare(), at: newest.from };
  }
  /** How many tokens to ask for beyond the request at hand; 0 while another request is asking. */
  wants(now) {
    if (this.askedAt !== null && now - this.askedAt < ASK_MAX_MS) return 0;
    const rate = Math.max(this.before, this.count);
    return rate < LEASE_MIN_TOKENS ? 0 : rate;
  }
  /** Whether it is time to ask for the next lease, while this one lasts. */
  isRunningLow(now) {
    const newest = this.held.at(-1);
    if (!newest) return false;
    return newest.left <= newest.tokens * RENEW_AT || now - newest.from > newest.ms * (1 - RENEW_AT);
  }
  /** What the next ask is to tell the guard. It is told once, whatever comes of that. */
  takeSettled(now) {
    this.expire(now);
    const { settled } = this;
    this.settled = [];
    return settled;
  }
  /** The ask for a lease that began at a time; until it ends nobody else asks for one. */
  begin(now) {
    this.askedAt = now;
  }
  /** The ask that began at a time has ended. */
  end(from, lease, limits) {
    if (this.askedAt === from) this.askedAt = null;
    if (!lease) return;
    this.held.push({ ...lease, left: lease.tokens, from, limits });
    this.lastId = lease.id;
  }
  /** Uses no lease any more: a newer generation is known, or the clock cannot be trusted. */
  drop() {
    while (this.held.length > 0) this.settle(0);
  }
  /** Ends a lease, whatever the clock says. */
  close(id) {
    const at = this.held.findIndex((lease) => lease.id === id);
    if (at !== -1) this.settle(at);
  }
  /** Whether it is for whoever asked for this lease to settle it: nobody has got another since. */
  owes(id) {
    return this.lastId === id && this.settled.length > 0;
  }
  spare() {
    return this.held.reduce((sum, { left }) => sum + left, 0);
  }
  /** What has run out of time or tokens is to be settled. */
  expire(now) {
    for (let i = this.held.length - 1; i >= 0; i--) {
      const lease = this.held[i];
      if (!lease) continue;
      const lasts = now >= lease.from && now < lease.from + lease.ms;
      if (lasts && lease.left > 0) continue;
      this.settle(i);
    }
  }
  settle(at) {
    for (const { id, left } of this.held.splice(at, 1)) this.settled.push({ id, unused: left });
  }
};
export {
  Meter,
  askGuard,
  askGuardFor,
  spendLeased
};
