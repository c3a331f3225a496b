import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, read } from "@/api/client";
import type { EventType, Job } from "@/api/types";

const POLL_MS = 600;

export function useEvents(type: EventType | "") {
  return useInfiniteQuery({
    queryKey: ["events", type],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/audit/events", { params: { query: { type: type || undefined, cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function beginVerification(): Promise<Job> {
  return read(api.POST("/api/audit/verify"));
}

export function beginPass(on: string): Promise<Job> {
  return read(api.POST("/api/passes", { body: { on } }));
}

/** Begins long work, follows it to its end, and can stop it. */
export function useLongWork(begin: () => Promise<Job>) {
  const client = useQueryClient();
  const beginning = useMutation({ mutationFn: begin });
  const id = beginning.data?.id;
  const following = useQuery({
    queryKey: ["jobs", id],
    queryFn: () => read(api.GET("/api/jobs/{id}", { params: { path: { id: id ?? "" } } })),
    enabled: id !== undefined,
    refetchInterval: (query) => ((query.state.data?.state ?? "running") === "running" ? POLL_MS : false),
  });
  const stopping = useMutation({
    mutationFn: () => read(api.DELETE("/api/jobs/{id}", { params: { path: { id: id ?? "" } } })),
    onSettled: () => following.refetch(),
  });
  const job = following.data ?? beginning.data;
  const ended = job !== undefined && job.state !== "running";
  useEffect(() => {
    // What the work wrote is an event, and may have moved every verdict.
    if (ended) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "jobs" });
  }, [ended, client]);
  return {
    job,
    error: beginning.error ?? following.error ?? stopping.error,
    running: beginning.isPending || job?.state === "running",
    begin: () => beginning.mutate(),
    stop: () => stopping.mutate(),
  };
}
