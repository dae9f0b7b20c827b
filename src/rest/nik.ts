/** Sixteen digits in a row read as a NIK, whatever stands around them; a longer or shorter number doesn't. */
export function withoutNik(text: string): string {
  return text.replace(/(?<!\d)\d{16}(?!\d)/g, '[nik]');
}
