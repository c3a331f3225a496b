/** Bytes of a key: as many as the signature's own digest has. */
const KEY_BYTES = 32;

/** A signing secret as Standard Webhooks has it: `whsec_` and the base64 of a key that nobody guesses. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
