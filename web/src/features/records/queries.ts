import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";

export function useRecords(filter: { kind: string; q: string; area: string }) {
  return useInfiniteQuery({
    queryKey: ["records", filter],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/records", {
          params: {
            query: {
              kind: filter.kind,
              q: filter.q || undefined,
              area: filter.area || undefined,
              cursor: pageParam,
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: filter.kind !== "",
  });
}

export interface Subject {
  kind: string;
  id: string;
}

export function useRecord({ kind, id }: Subject, on: string) {
  return useQuery({
    queryKey: ["records", kind, id, on],
    queryFn: () =>
      read(
        api.GET("/api/records/{kind}/{id}", {
          params: { path: { kind, id }, query: { on: on || undefined } },
        }),
      ),
    // Another day of the same record may show the last one meanwhile; another record may not.
    placeholderData: (before) => (before?.id === id && before.kind === kind ? before : undefined),
  });
}

/** What a record filed and what became of it; nothing where its kind files nothing. */
export function useFiledBy({ kind, id }: Subject) {
  return useQuery({
    queryKey: ["filed", "by", kind, id],
    queryFn: () => read(api.GET("/api/filings", { params: { query: { kind, by: id } } })),
    retry: false,
  });
}

export function useExplanation({ kind, id }: Subject, duty: string, on: string) {
  return useQuery({
    queryKey: ["records", kind, id, "duties", duty, on],
    queryFn: () =>
      read(
        api.GET("/api/records/{kind}/{id}/duties/{duty}", {
          params: { path: { kind, id, duty }, query: { on: on || undefined } },
        }),
      ),
  });
}

export function useHistory({ kind, id }: Subject, enabled: boolean) {
  return useQuery({
    queryKey: ["records", kind, id, "history"],
    queryFn: () => read(api.GET("/api/records/{kind}/{id}/history", { params: { path: { kind, id } } })),
    enabled,
  });
}

export function useReveal({ kind, id }: Subject) {
  return useMutation({
    mutationFn: (body: { facts: string[]; reason: string }) =>
      read(api.POST("/api/records/{kind}/{id}/reveal", { params: { path: { kind, id } }, body })),
  });
}

export function useChange({ kind, id }: Subject) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { on?: string; facts: Record<string, unknown>; source?: string }) =>
      read(api.PATCH("/api/records/{kind}/{id}", { params: { path: { kind, id } }, body })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["records"] });
      await client.invalidateQueries({ queryKey: ["duties"] });
    },
  });
}
