// Made by test/releases/make.ts from commit 66ea86f9240a2f4276e8ebfc97a2bd155ed4c752: not to be edited.
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
function leaseTokens(asked, states) {
  const most = states.map(
    ({ quota, remaining }) => Math.min(quota * OF_QUOTA, remaining * OF_REMAINING)
  );
  const tokens = Math.floor(Math.min(asked, ...most));
  return tokens < LEASE_MIN_TOKENS ? 0 : tokens;
}

// src/guard/limit.ts
function sameLimits(some, others) {
  return some.length === others.length && some.every((one, i) => {
    const other = others[i];
    return one.name === other?.name && one.quota === other.quota && one.windowSeconds === other.windowSeconds && one.partition === other.partition;
  });
}

// src/guard/window.ts
var SLOTS = 240;
var SLOT_MAX_MS = 1e3;
function slotOf({ windowSeconds }, timeMs) {
  const length = Math.min(SLOT_MAX_MS, Math.ceil(windowSeconds * 1e3 / SLOTS));
  return timeMs - timeMs % length;
}
function windowTime(nowMs, spent) {
  return spent.reduce((latest, { buckets }) => Math.max(latest, buckets.at(-1)?.[2] ?? 0), nowMs);
}
function live(buckets, limit, timeMs) {
  const from = timeMs - limit.windowSeconds * 1e3;
  const first = buckets.findIndex(([, , last]) => last > from);
  if (first <= 0) return first === 0 ? buckets : [];
  return buckets.slice(first);
}
function stateOf(spent, timeMs) {
  const { limit } = spent;
  const counted = countedAt(spent, timeMs);
  const used = sum(counted);
  const oldest = counted[0];
  return {
    name: limit.name,
    quota: limit.quota,
    windowSeconds: limit.windowSeconds,
    remaining: Math.max(0, limit.quota - used),
    resetAfterMs: oldest ? oldest[2] + limit.windowSeconds * 1e3 - timeMs : 0
  };
}
function admissibleAt(spent, want, timeMs) {
  const { limit } = spent;
  const counted = countedAt(spent, timeMs);
  let excess = sum(counted) + want - limit.quota;
  let at = timeMs;
  for (const [, count, last] of counted) {
    if (excess <= 0) break;
    excess -= count;
    at = last + limit.windowSeconds * 1e3;
  }
  return excess <= 0 ? at : timeMs + limit.windowSeconds * 1e3;
}
function debit({ limit, buckets }, count, timeMs, nowMs = timeMs) {
  const counted = live(buckets, limit, nowMs);
  const from = slotOf(limit, timeMs);
  const at = counted.findLastIndex(([other]) => other <= from);
  const before = counted[at];
  if (before && before[0] === from) {
    return counted.with(at, [from, before[1] + count, Math.max(before[2], timeMs)]);
  }
  return counted.toSpliced(at + 1, 0, [from, count, timeMs]);
}
function credit({ limit, buckets }, count, timeMs) {
  const from = slotOf(limit, timeMs);
  return buckets.map(
    ([start, held, last]) => start === from ? [start, Math.max(0, held - count), last] : [start, held, last]
  );
}
function countedAt({ limit, buckets, leased }, timeMs) {
  const counted = live(buckets, limit, timeMs);
  const from = timeMs - limit.windowSeconds * 1e3;
  const out = leased.filter(({ until }) => until > from);
  if (out.length === 0) return counted;
  const leases = out.map(({ tokens, until }) => [0, tokens, until]);
  return [...counted, ...leases].toSorted(([, , a], [, , b]) => a - b);
}
function sum(buckets) {
  return buckets.reduce((total, [, count]) => total + count, 0);
}

// src/guard/spending.ts
var NO_LEASES = { lastId: 0, open: [] };
var WINDOW_MAX_MS = 36e5;
var WINDOW_PREFIX = "window:";
var Spending = class {
  store;
  constructor(store) {
    this.store = store;
  }
  leases() {
    return this.store.get("leases") ?? NO_LEASES;
  }
  /** Counts a lease from now on. */
  open(lease, leases) {
    const opened = { lastId: lease.id, open: [...leases.open, lease] };
    this.store.put("leases", opened);
  }
  /**
   * What was used of a lease becomes an admission, dated as late as it may have been; the rest is
   * free again. A lease that nobody settles counts in full until it has left every window.
   */
  settle(settled, now) {
    const leases = this.leases();
    const open = leases.open.filter(({ until }) => until > now - WINDOW_MAX_MS);
    const ended = settled.flatMap(({ id, unused }) => {
      const at = open.findIndex((one) => one.id === id);
      return at === -1 ? [] : open.splice(at, 1).map((lease) => ({ lease, unused }));
    });
    for (const { lease, unused } of ended) {
      const used = lease.tokens - Math.min(lease.tokens, Math.max(0, unused));
      if (used === 0) continue;
      for (const limit of lease.limits) {
        const buckets = this.buckets(limit);
        const time = windowTime(now, [{ buckets }]);
        const spent = debit({ limit, buckets }, used, Math.min(lease.until, time), time);
        this.store.put(windowKey(limit), spent);
      }
    }
    const kept = open.length === leases.open.length ? leases : { lastId: leases.lastId, open };
    if (kept !== leases) this.store.put("leases", kept);
    return kept;
  }
  of(limit, { open }) {
    const key = windowKey(limit);
    const leased = open.filter(({ limits }) => limits.some((one) => windowKey(one) === key));
    return { limit, buckets: this.buckets(limit), leased };
  }
  debit(spent, count, time) {
    const buckets = debit(spent, count, time);
    this.store.put(windowKey(spent.limit), buckets);
    return { ...spent, buckets };
  }
  /** Gives back one that was debited at a time. */
  credit(limit, time) {
    this.store.put(windowKey(limit), credit({ limit, buckets: this.buckets(limit) }, 1, time));
  }
  /**
   * Lets go of windows that nobody has used for so long.
   * @returns when anything was last spent or leased (Unix ms); 0: never.
   */
  forget(now, unusedMs) {
    let touched = 0;
    for (const { until } of this.leases().open) touched = Math.max(touched, until);
    for (const [key, buckets] of [...this.store.list({ prefix: WINDOW_PREFIX })]) {
      const last = buckets.at(-1)?.[2] ?? 0;
      touched = Math.max(touched, last);
      if (now - last >= unusedMs) this.store.delete(key);
    }
    return touched;
  }
  buckets(limit) {
    return this.store.get(windowKey(limit)) ?? [];
  }
};
function windowKey(limit) {
  return `${WINDOW_PREFIX}${limit.name}${limit.partition ? `@${limit.partition}` : ""}`;
}

// src/guard/ledger.ts
var FORGET_AFTER_MS = 24 * 60 * 60 * 1e3;
var AHEAD_MIN_REMAINING = 20;
var CLOCK_STEP_MAX_MS = 6e4;
var Ledger = class {
  store;
  spending;
  begun;
  /** `begun` hears of the first thing that is ever written. */
  constructor(store, begun) {
    this.store = store;
    this.spending = new Spending(store);
    this.begun = begun;
  }
  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit({ generation, limits, want, lease = 0, settled = [] }, now) {
    const leases = this.spending.settle(settled, now);
    if (this.confirm(generation, now) === "stale") return { verdict: "stale" };
    const spent = limits.map((limit) => this.spending.of(limit, leases));
    const time = windowTime(now, spent);
    const at = Math.max(...spent.map((one) => admissibleAt(one, want, time)), time);
    if (want > 0 && at > time) {
      const states2 = spent.map((one) => stateOf(one, time));
      return { verdict: "limited", limits: states2, retryAfterMs: at - time };
    }
    const debited = want > 0 ? spent.map((one) => this.spending.debit(one, want, time)) : spent;
    if (want > 0) this.remember(generation, limits);
    const states = debited.map((one) => stateOf(one, time));
    const ms = leaseMs(limits);
    const tokens = ms > 0 && lease > 0 ? leaseTokens(lease, states) : 0;
    if (tokens === 0) return { verdict: "granted", lease: null, limits: states };
    const id = leases.lastId + 1;
    const until = time + ms + LEASE_MARGIN_MS;
    this.spending.open({ id, tokens, until, limits }, leases);
    const left = states.map((state) => ({ ...state, remaining: state.remaining - tokens }));
    return { verdict: "granted", lease: { id, tokens, ms }, limits: left };
  }
  /**
   * Debits one request for an asker that is still reading the record, on the limits that were last
   * asked for by these names, if they are of the newest generation. Only where so much is left that
   * nobody notices when it is given back, because the record refuses (`refund`).
   */
  admitAhead(names, now) {
    const generation = this.fenceNow();
    const known = this.store.get(rememberedKey(names));
    if (known?.generation !== generation) return { generation, debited: null };
    const leases = this.spending.leases();
    const spent = known.limits.map((limit) => this.spending.of(limit, leases));
    const time = windowTime(now, spent);
    const ample = spent.every((one) => stateOf(one, time).remaining >= AHEAD_MIN_REMAINING);
    if (!ample) return { generation, debited: null };
    const states = spent.map((one) => stateOf(this.spending.debit(one, 1, time), time));
    return { generation, debited: { limits: known.limits, states, time } };
  }
  /** Gives back what `admitAhead` debited for a request that was not admitted; once. */
  refund(limits, time) {
    for (const limit of limits) this.spending.credit(limit, time);
  }
  /** Whether decisions may rest on a record of this generation. A higher one raises the fence. */
  confirm(generation, now) {
    const fence = this.fenceNow();
    if (generation < fence) return "stale";
    if (generation > fence) this.raise(generation, now);
    return "current";
  }
  /**
   * Publishes a generation; higher ones stay. Once `waitMs` have passed, nothing older is admitted:
   * neither here, nor by an isolate on the strength of a lease.
   */
  fence(generation, now) {
    if (generation > this.fenceNow()) this.raise(generation, now);
    const out = this.spending.leases().open.some(({ until }) => until > now - CLOCK_STEP_MAX_MS);
    return { generation: this.fenceNow(), waitMs: out ? FENCE_WAIT_MS : 0 };
  }
  /** Where the limits stand, without spending. */
  peek(limits, now) {
    const leases = this.spending.leases();
    const spent = limits.map((limit) => this.spending.of(limit, leases));
    const time = windowTime(now, spent);
    return spent.map((one) => stateOf(one, time));
  }
  /**
   * Lets go of windows that nobody has used for `FORGET_AFTER_MS`.
   * @returns when to look again (Unix ms); null: all of it may go.
   */
  forget(now) {
    const raised = this.store.get("fence")?.at ?? 0;
    const touched = Math.max(raised, this.spending.forget(now, FORGET_AFTER_MS));
    return now - touched >= FORGET_AFTER_MS ? null : touched + FORGET_AFTER_MS;
  }
  fenceNow() {
    return this.store.get("fence")?.generation ?? 0;
  }
  raise(generation, now) {
    if (this.store.get("fence") === void 0) this.begun(now);
    this.store.put("fence", { generation, at: now });
  }
  /** For `admitAhead`. Written when it changes, which is seldom. */
  remember(generation, limits) {
    if (limits.some(({ partition }) => partition !== void 0)) return;
    const key = rememberedKey(limits.map(({ name }) => name));
    const known = this.store.get(key);
    if (known?.generation === generation && sameLimits(known.limits, limits)) return;
    this.store.put(key, { generation, limits });
  }
};
function rememberedKey(names) {
  return `limits:${names.join(" ")}`;
}
export {
  Ledger
};
