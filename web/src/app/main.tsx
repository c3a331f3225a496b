import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { LangProvider } from "@/i18n/lang";
import { queryClient } from "./queries";
import { router } from "./routes";
import "@/ui/tokens.css";
import "@/ui/base.css";
import "@/ui/layout.css";
import "@/ui/parts.css";
import "@/chart/chart.css";
import "@/ui/print.css";

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  void navigator.serviceWorker.register("/sw.js");
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LangProvider>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LangProvider>
    </StrictMode>,
  );
}
