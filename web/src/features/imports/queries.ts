import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, asForm, FORM, read } from "@/api/client";
import type { ImportLine } from "@/api/types";

/** How often work under way is asked after. */
const POLL_MS = 700;

export function isUnderWay(state: ImportLine["state"]): boolean {
  return state === "reading" || state === "matching" || state === "writing";
}

export function useSuggestion(file: File | null, kind: string) {
  return useQuery({
    queryKey: ["imports", "suggest", file?.name, file?.size, file?.lastModified, kind],
    queryFn: () =>
      read(
        api.POST("/api/imports/suggest", {
          body: asForm({ file: file ?? undefined, kind }) as never,
          ...FORM,
        }),
      ),
    enabled: file !== null && kind !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface ImportOrder {
  file: File;
  kind: string;
  on: string;
  source: string;
  mapping: string;
  /** Only look, write nothing. */
  trial: boolean;
}

/** The order that came along with an address, if one did. */
export function asOrder(state: unknown): ImportOrder | null {
  const order = state as ImportOrder | null;
  return order?.file instanceof File ? order : null;
}

export function useBeginImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ trial, ...fields }: ImportOrder) =>
      read(
        api.POST("/api/imports", {
          body: asForm({ ...fields, dry_run: trial ? "true" : "false" }) as never,
          ...FORM,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["imports", "list"] }),
  });
}

export function useImports() {
  return useInfiniteQuery({
    queryKey: ["imports", "list"],
    queryFn: ({ pageParam }) => read(api.GET("/api/imports", { params: { query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useImport(id: string) {
  return useInfiniteQuery({
    queryKey: ["imports", id],
    queryFn: ({ pageParam }) =>
      read(api.GET("/api/imports/{id}", { params: { path: { id }, query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.problems.next_cursor ?? undefined,
    refetchInterval: (query) => {
      const state = query.state.data?.pages[0]?.state;
      return state === undefined || isUnderWay(state) ? POLL_MS : false;
    },
  });
}

export function useCancelImport(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.DELETE("/api/imports/{id}", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports"] }),
  });
}

export function useConflicts() {
  return useInfiniteQuery({
    queryKey: ["conflicts"],
    queryFn: ({ pageParam }) => read(api.GET("/api/conflicts", { params: { query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useAsides() {
  return useInfiniteQuery({
    queryKey: ["asides"],
    queryFn: ({ pageParam }) => read(api.GET("/api/asides", { params: { query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useDecideConflict(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { choose: "first" | "second" | "value"; value?: unknown; reason: string }) =>
      read(api.POST("/api/conflicts/{id}", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["conflicts"] }),
  });
}

export function useDecideAside(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { choose: "match" | "new" | "drop"; record?: string; reason: string }) =>
      read(api.POST("/api/asides/{id}", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["asides"] }),
  });
}
