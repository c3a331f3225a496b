import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION, viewport: { width: 360, height: 780 } });

test("an official at the gate writes a visit, and raises a problem of the firm", async ({ page }) => {
  await page.goto("/pairings");
  const first = page.locator(".pairing").first();
  await expect(first.getByText("走访已逾期")).toBeVisible();
  const name = (await first.getByRole("heading").getByRole("link").textContent()) ?? "";
  await first.getByRole("link", { name: "写走访" }).click();
  await page.getByLabel("方式").selectOption({ label: "到企业" });
  await page.getByLabel("看到和听到的情况").fill("机器开着，缺两名熟练工");
  await page.getByRole("button", { name: /提交|发送|备案/ }).click();
  await expect(page).toHaveURL(/\/receipts\//);
  await page.goto("/pairings");
  const visited = page.locator(".pairing", { hasText: name });
  await expect(visited.getByText("走访已逾期")).toHaveCount(0);
  await expect(visited.getByText(/上次走访/)).toBeVisible();
  await visited.getByRole("link", { name: "提出困难" }).click();
  await page.getByLabel("种类").selectOption({ label: "用工" });
  await page.getByLabel("是什么困难").fill("缺两名熟练工");
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page).toHaveURL(/\/cases\/\d+$/);
  await expect(page.getByText(name).first()).toBeVisible();
  await page.goto("/pairings");
  await expect(page.locator(".pairing", { hasText: name }).getByText("困难 1 件")).toBeVisible();
});
