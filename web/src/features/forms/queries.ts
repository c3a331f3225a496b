import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, read } from "@/api/client";
import { useAccount } from "@/api/session";
import { drop, flush, keep, type Waiting, waitingHere } from "./outbox";
import { forgetFiles } from "./unused";

export function useForm(id: string, by: string) {
  return useQuery({
    queryKey: ["form", id, by],
    queryFn: () => read(api.GET("/api/forms/{id}", { params: { path: { id }, query: by ? { by } : {} } })),
    networkMode: "always",
    // What is being typed must not be replaced under the writer's hands.
    refetchOnWindowFocus: false,
  });
}

export function useReceipt(number: string) {
  return useQuery({
    queryKey: ["receipt", number],
    queryFn: () => read(api.GET("/api/receipts/{number}", { params: { path: { number } } })),
    retry: false,
  });
}

/** What somebody filed and what became of it; for who filed and the offices of their area. */
export function useFiled(query: { number?: string }, enabled: boolean) {
  return useQuery({
    queryKey: ["filed", query.number ?? ""],
    queryFn: () => read(api.GET("/api/filings", { params: { query } })),
    enabled,
    retry: false,
  });
}

/** Time between two tries while something waits. */
const RETRY_MS = 30_000;

/** Sends what waits; what was sent need not be kept any longer. */
async function flushed(account: string) {
  const before = await waitingHere(account);
  const sent = await flush(account);
  await forgetFiles(account, filesOf(before));
  return sent;
}

async function dropped(one: Waiting) {
  await drop(one.request.key);
  await forgetFiles(one.account, filesOf([one]));
}

function filesOf(waiting: Waiting[]): string[] {
  return waiting.flatMap((one) => one.files ?? []).map((one) => one.hash);
}

/** What waits on this device for the account, sent by itself as soon as there is a network. */
export function useOutbox() {
  const client = useQueryClient();
  const account = useAccount()?.name ?? "";
  const waiting = useQuery({
    queryKey: ["outbox", account],
    queryFn: () => waitingHere(account),
    enabled: account !== "",
    networkMode: "always",
  });
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["outbox"] }),
      client.invalidateQueries({ queryKey: ["form"] }),
      client.invalidateQueries({ queryKey: ["filed"] }),
      client.invalidateQueries({ queryKey: ["inspections"] }),
    ]);
  const sending = useMutation({
    networkMode: "always",
    mutationFn: () => flushed(account),
    onSettled: refresh,
  });
  const filing = useMutation({
    networkMode: "always",
    mutationFn: async (one: Waiting) => {
      await keep(one);
      const sent = await flushed(account);
      return sent.get(one.request.key) ?? ("waiting" as const);
    },
    onSettled: refresh,
  });
  const dropping = useMutation({ networkMode: "always", mutationFn: dropped, onSettled: refresh });
  const toSend = (waiting.data ?? []).some((one) => !one.refused);
  const { mutate } = sending;
  useEffect(() => {
    if (!toSend) return;
    const send = () => mutate();
    window.addEventListener("online", send);
    const timer = setInterval(send, RETRY_MS);
    return () => {
      window.removeEventListener("online", send);
      clearInterval(timer);
    };
  }, [toSend, mutate]);
  return { account, waiting: waiting.data ?? [], sending, filing, dropping };
}
