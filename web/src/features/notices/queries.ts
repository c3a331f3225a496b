import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { NoticeChoice, NoticeSettings } from "@/api/types";

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

export function useNoticeSettings() {
  return useQuery({
    queryKey: ["notices", "settings"],
    queryFn: () => read(api.GET("/api/notices/settings")),
  });
}

/** A change of the settings, which answers with all of them. */
function useChange<Of>(change: (of: Of) => Promise<NoticeSettings>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (settings) => client.setQueryData(["notices", "settings"], settings),
  });
}

export function useChoose() {
  return useChange((body: NoticeChoice) => read(api.PUT("/api/notices/settings", { body })));
}

export function useEmail() {
  return useChange((address: string | null) =>
    read(
      address === null
        ? api.DELETE("/api/notices/email")
        : api.PUT("/api/notices/email", { body: { address } }),
    ),
  );
}

export function useWebhook() {
  return useChange((to: { url: string; secret: string } | null) =>
    read(to === null ? api.DELETE("/api/notices/webhook") : api.PUT("/api/notices/webhook", { body: to })),
  );
}

export function useConfirm(token: string) {
  return useMutation({
    mutationFn: () => read(api.POST("/api/notices/confirm/{token}", { params: { path: { token } } })),
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
