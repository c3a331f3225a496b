import { useMutation, useQuery } from "@tanstack/react-query";
import { api, download, read } from "@/api/client";
import type { components } from "@/api/schema";
import { currentLang } from "@/i18n/remembered";

export function useRules() {
  return useQuery({ queryKey: ["rules"], queryFn: () => read(api.GET("/api/rules")), staleTime: 300_000 });
}

export function useParameters() {
  return useQuery({
    queryKey: ["parameters"],
    queryFn: () => read(api.GET("/api/parameters")),
    staleTime: 300_000,
  });
}

export function useCompare() {
  return useMutation({
    mutationFn: (body: components["schemas"]["CompareRequest"]) => read(api.POST("/api/compare", { body })),
  });
}

/** The differences as a sheet. What is compared is too much for an address, so the file comes by a request. */
export function useCompareSheet() {
  return useMutation({
    mutationFn: (body: components["schemas"]["CompareRequest"]) =>
      download(
        "compare.xlsx",
        api.POST("/api/compare.xlsx", { params: { query: { lang: currentLang() } }, body, parseAs: "blob" }),
      ),
  });
}

export function useSweep() {
  return useMutation({
    mutationFn: (body: components["schemas"]["SweepRequest"]) => read(api.POST("/api/sweep", { body })),
  });
}

/** The same as a sheet. */
export function useSweepSheet() {
  return useMutation({
    mutationFn: (body: components["schemas"]["SweepRequest"]) =>
      download(
        "sweep.xlsx",
        api.POST("/api/sweep.xlsx", { params: { query: { lang: currentLang() } }, body, parseAs: "blob" }),
      ),
  });
}
