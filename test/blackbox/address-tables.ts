// Address lists, and what becomes of calls from each address as CF-Connecting-IP spells it.

type Table = Readonly<Record<string, readonly string[]>>
export const inside = 'forwarded'

/** A list, and what becomes of calls from each address. */
export const tables: readonly { list: readonly string[]; verdicts: Table }[] = [
  {
    list: ['203.0.113.0/24'],
    verdicts: {
      [inside]: [
        '203.0.113.0',
        '203.0.113.255',
        '::ffff:203.0.113.9',
        '::FFFF:203.0.113.9',
        '::ffff:cb00:7109',
        '0:0:0:0:0:ffff:203.0.113.9',
      ],
      address_not_allowed: [
        '203.0.112.255',
        '203.0.114.0',
        '::203.0.113.9',
        '64:ff9b::203.0.113.9',
        '2002:cb00:7109::1',
        '2001:db8::cb00:7109',
        '::ffff:203.0.114.9',
      ],
      address_unknown: [
        '203.0.113.09',
        '203.0.113.009',
        '203.0.113.0x9',
        '0313.0.0161.9',
        '0xcb.0.113.9',
        '3405803785',
        '203.0.113',
        '203.28937',
        '203.0.113.9.1',
        '203.0.113.256',
        '203.0.113.9:443',
        '203.0.113.9/24',
        '203.0.113.9, 198.51.100.1',
        '203.0.113.9 198.51.100.1',
        '203.0.113.9%eth0',
        '"203.0.113.9"',
        '２03.0.113.9',
        '::ffff:203.0.113.09',
        '::ffff:203.0.113',
        'unknown',
        'localhost',
        '',
      ],
    },
  },
  {
    list: ['2001:db8::/32'],
    verdicts: {
      [inside]: ['2001:db8::', '2001:DB8:0:0::1', '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff'],
      address_not_allowed: ['2001:db9::', '2001:db7:ffff::', '::ffff:203.0.113.9', '203.0.113.9'],
      address_unknown: [
        '[2001:db8::1]',
        '2001:db8::1%eth0',
        '2001:db8::1/128',
        '2001:db8::1::',
        '2001:db8:::1',
        '2001:db8:1:2:3:4:5:6:7',
        '2001:db8::12345',
      ],
    },
  },
  {
    // Cloudflare shares the first among all customers' Workers.
    list: ['2a06:98c0:3600::/48'],
    verdicts: {
      address_not_allowed: ['2a06:98c0:3600::103', '2a06:98c0:3600:0:0:0:0:103'],
      [inside]: ['2a06:98c0:3600::104'],
    },
  },
  {
    list: ['203.0.113.7', '2001:db8::7', '198.51.100.128/25'],
    verdicts: {
      [inside]: ['203.0.113.7', '2001:db8:0::7', '198.51.100.128', '198.51.100.255'],
      address_not_allowed: ['203.0.113.8', '2001:db8::8', '198.51.100.127'],
    },
  },
]
