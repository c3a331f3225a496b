import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";

/** How often the count in the mast is asked for anew. */
const LOOK_MS = 60_000;

export function useUnread(signedIn: boolean) {
  return useQuery({
    queryKey: ["notices", "count"],
    queryFn: () => read(api.GET("/api/notices/count")),
    enabled: signedIn,
    refetchInterval: LOOK_MS,
  });
}

export function useNotices(unread: boolean) {
  return useInfiniteQuery({
    queryKey: ["notices", { unread }],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/notices", { params: { query: { unread: unread || undefined, cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // What came meanwhile is what one opens the page for.
    staleTime: 0,
  });
}

export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: { id: number } | { up_to: number }) =>
      read(api.POST("/api/notices/read", { body: which })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
}
