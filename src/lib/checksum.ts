/**
 * FNV-1a of a text's UTF-16 code units, as 8 hexadecimal digits in lower case. It tells apart texts that
 * nobody chooses, and proves nothing.
 */
export function checksum(text: string): string {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
