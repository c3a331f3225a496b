/** Where to go after signing in: an address of this site, never one that leads elsewhere. */
export function onlyHere(to: string | null): string {
  return to && /^\/[^/\\]/.test(to) ? to : "/";
}
