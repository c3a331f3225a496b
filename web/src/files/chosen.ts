/** A file that somebody chose: its content is kept on the device under its digest until it is sent. */
export interface Chosen {
  /** The SHA-256 of the content, in hexadecimal: the name by which the server keeps it. */
  hash: string;
  /** As it was called on the device. Never sent. */
  name: string;
  /** `image/jpeg` */
  mediaType: string;
  sizeBytes: number;
}

/** What a field takes, as the API says it. */
export interface Attachable {
  /** Media types: `image/jpeg`. */
  accept: string[];
  /** At most so many. */
  most: number;
  /** Each at most so large. */
  each_bytes: number;
}

/** The value of a fact that names files: digests with a space between; nothing where none is chosen. */
export function namesOf(chosen: Chosen[]): string | undefined {
  return chosen.length > 0 ? chosen.map((one) => one.hash).join(" ") : undefined;
}

/** The SHA-256 of a content, in hexadecimal. */
export async function digestOf(content: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await content.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `2.4 MB`; `MB` is 1,000,000 bytes, as the server counts. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${Number((bytes / 1_000_000).toFixed(1))} MB`;
}
