import { api, read } from "@/api/client";
import type { Chosen } from "./chosen";
import { contentHere } from "./here";

/**
 * Sends a file that was chosen here: the server keeps it under its digest, so that sending it again changes nothing. One
 * that this device no longer has is left out; what names it is then refused, unless the server had it before. Throws
 * `Refused`, or whatever says that there is no network.
 */
export async function sendFile(account: string, { hash }: Chosen): Promise<void> {
  const content = await contentHere(account, hash);
  if (!content) return;
  await read(
    api.PUT("/api/files/{hash}", {
      params: { path: { hash } },
      // The content as it is: openapi-fetch would write it as JSON.
      body: content as unknown as string,
      bodySerializer: (body: unknown) => body as Blob,
      headers: { "Content-Type": content.type },
    }),
  );
}
