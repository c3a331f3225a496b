import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { api, read } from "@/api/client";
import { useAccount } from "@/api/session";
import type { CaseAction, CaseActionOn, CaseReport, CaseState } from "@/api/types";
import { states } from "./words";

/** The filters of a worklist, as they stand in its address. */
export const CASE_FILTERS = [
  "show",
  "state",
  "kind",
  "duty",
  "department",
  "area",
  "record",
  "officer",
  "due_from",
  "due_to",
] as const;

export type CaseFilters = Record<(typeof CASE_FILTERS)[number], string>;

/** Whether the reader works on cases. */
export function useMayAct(): boolean {
  const account = useAccount();
  return account !== null && ["administrator", "bureau", "county"].includes(account.role);
}

export function asState(text: string): CaseState | undefined {
  return text in states ? (text as CaseState) : undefined;
}

/** The same as the API takes them; what is empty is not asked. */
export function queryOf(filters: Partial<CaseFilters>) {
  return {
    mine: filters.show === "mine" ? true : undefined,
    overdue: filters.show === "overdue" ? true : undefined,
    followed: filters.show === "followed" ? true : undefined,
    went_up: filters.show === "up" ? true : undefined,
    state: asState(filters.state ?? ""),
    kind: filters.kind || undefined,
    duty: filters.duty || undefined,
    department: filters.department || undefined,
    area: filters.area || undefined,
    record: filters.record || undefined,
    officer: filters.officer || undefined,
    due_from: filters.due_from || undefined,
    due_to: filters.due_to || undefined,
  };
}

export function useCases(filters: CaseFilters) {
  return useInfiniteQuery({
    queryKey: ["cases", filters],
    queryFn: ({ pageParam }) =>
      read(api.GET("/api/cases", { params: { query: { ...queryOf(filters), cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useBoard(filters: CaseFilters) {
  return useQuery({
    queryKey: ["cases", "board", filters],
    queryFn: () => read(api.GET("/api/cases/board", { params: { query: queryOf(filters) } })),
    // The board stays while it is asked anew with other filters.
    placeholderData: keepPreviousData,
  });
}

export function useDue(filters: Partial<CaseFilters>) {
  return useQuery({
    queryKey: ["cases", "due", filters],
    queryFn: () => read(api.GET("/api/cases/due", { params: { query: queryOf(filters) } })),
    enabled: filters.due_from !== "",
  });
}

export function useCase(no: number) {
  return useQuery({
    queryKey: ["cases", no],
    queryFn: () => read(api.GET("/api/cases/{no}", { params: { path: { no } } })),
  });
}

export function useCasework() {
  return useQuery({
    queryKey: ["casework"],
    queryFn: () => read(api.GET("/api/casework")),
    staleTime: 600_000,
  });
}

export function useAct(no: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CaseAction) =>
      read(api.POST("/api/cases/{no}/steps", { params: { path: { no } }, body })),
    onSuccess: async (page) => {
      client.setQueryData(["cases", no], page);
      await client.invalidateQueries({
        queryKey: ["cases"],
        predicate: ({ queryKey }) => queryKey[1] !== no,
      });
    },
  });
}

export function useActOnMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: CaseActionOn[]) => read(api.POST("/api/cases/steps", { body: { items } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cases"] }),
  });
}

export function useLink(no: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.POST("/api/cases/{no}/link", { params: { path: { no } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cases", no] }),
  });
}

export function useRaise() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CaseReport) => read(api.POST("/api/cases", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cases"] }),
  });
}

export function useRates(filters: { from: string; to: string; area: string }) {
  return useQuery({
    queryKey: ["rates", filters],
    queryFn: () =>
      read(
        api.GET("/api/rates", {
          params: {
            query: {
              from: filters.from || undefined,
              to: filters.to || undefined,
              area: filters.area || undefined,
            },
          },
        }),
      ),
  });
}
