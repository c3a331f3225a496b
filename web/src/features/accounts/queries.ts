import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { components } from "@/api/schema";

export type NewAccount = components["schemas"]["NewAccount"];
export type AccountPatch = components["schemas"]["AccountPatch"];

export function useAccounts() {
  return useQuery({ queryKey: ["accounts"], queryFn: () => read(api.GET("/api/accounts")) });
}

export function useAddAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAccount) => read(api.POST("/api/accounts", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["accounts"] }),
  });
}

export function useChangeAccount(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: AccountPatch) =>
      read(api.PATCH("/api/accounts/{name}", { params: { path: { name } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["accounts"] }),
  });
}
