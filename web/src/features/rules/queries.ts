import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { components } from "@/api/schema";

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
