// Pictures of pages made small: a page has few colours, so 256 of them and an index a pixel are enough.

import { crc32, deflateSync } from 'node:zlib'

import type { Browser } from 'playwright-core'

interface Indexed {
  readonly width: number
  readonly height: number
  /** Red, green, blue of each colour. */
  readonly palette: readonly number[]
  /** A colour's number for each pixel, row by row, in base64. */
  readonly pixels: string
}

/** The same picture with the 256 colours that it has most of. */
export async function withPalette(browser: Browser, png: Buffer): Promise<Buffer> {
  const page = await browser.newPage()
  const indexed = await page.evaluate(index, `data:image/png;base64,${png.toString('base64')}`)
  await page.close()
  return encode(indexed)
}

/** In a page, which can read pictures. */
async function index(url: string): Promise<Indexed> {
  const image = await createImageBitmap(await (await fetch(url)).blob())
  const { width, height } = image
  const canvas = new OffscreenCanvas(width, height).getContext('2d')
  canvas?.drawImage(image, 0, 0)
  const { data } = canvas?.getImageData(0, 0, width, height) ?? { data: [] }
  const colours = Array.from(
    { length: width * height },
    (_, i) => ((data[4 * i] ?? 0) << 16) | ((data[4 * i + 1] ?? 0) << 8) | (data[4 * i + 2] ?? 0),
  )
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const kept = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 256)
  const palette = kept.map(([colour]) => [colour >> 16, (colour >> 8) & 255, colour & 255])
  const nearest = new Map(
    [...counts.keys()].map((colour) => {
      const distances = palette.map(
        ([r = 0, g = 0, b = 0]) =>
          ((colour >> 16) - r) ** 2 + (((colour >> 8) & 255) - g) ** 2 + ((colour & 255) - b) ** 2,
      )
      return [colour, distances.indexOf(Math.min(...distances))]
    }),
  )
  const text = colours.map((colour) => String.fromCharCode(nearest.get(colour) ?? 0)).join('')
  return { width, height, palette: palette.flat(), pixels: btoa(text) }
}

/** PNG (third edition) §11: header, palette, pixels without a filter, end. */
function encode({ width, height, palette, pixels }: Indexed): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const all = Buffer.from(pixels, 'base64')
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.from([0]), all.subarray(y * width, (y + 1) * width)]),
  )
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
