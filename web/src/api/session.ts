import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import { isRefusal } from "./problem";
import type { Account } from "./types";

/** Who is signed in; null for nobody. */
export async function readSession(): Promise<Account | null> {
  try {
    return await read(api.GET("/api/session"));
  } catch (error) {
    if (isRefusal(error) && error.status === 401) return null;
    throw error;
  }
}

export function useSession() {
  return useQuery({ queryKey: ["session"], queryFn: readSession, staleTime: 60_000 });
}

/** The account that is signed in; null for nobody, and until it is known. */
export function useAccount(): Account | null {
  return useSession().data ?? null;
}

export function signIn(name: string, password: string): Promise<Account> {
  return read(api.POST("/api/session", { body: { name, password } }));
}

export async function signOut(): Promise<void> {
  await read(api.DELETE("/api/session"));
  // What the service worker kept for this account is nobody else's.
  if ("caches" in window) await caches.delete("yingjin-answers");
}
